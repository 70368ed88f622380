"""Matching: values, single events and sequences of events, by the rules of the Unified Test Format.

Everything here returns values and raises only for an expectation that can't be read. What is observed is never
changed by matching.

Source: Unified Test Format, "Evaluating Matches".
"""

from __future__ import annotations

from mongotape.matching._events import EventMatcher, event_matcher
from mongotape.matching._mismatch import MISSING, Mismatch, Missing, path_text
from mongotape.matching._operators import Context, Entities, Operator, operator
from mongotape.matching._sequences import match_events
from mongotape.matching._values import ValueMatcher, match_exactly, match_value, value_matcher
from mongotape.matching._verdict import Difference, Mark, Mode, Near, Pair, Row, Verdict

__all__ = [
    "MISSING",
    "Context",
    "Difference",
    "Entities",
    "EventMatcher",
    "Mark",
    "Mismatch",
    "Missing",
    "Mode",
    "Near",
    "Operator",
    "Pair",
    "Row",
    "ValueMatcher",
    "Verdict",
    "event_matcher",
    "match_events",
    "match_exactly",
    "match_value",
    "operator",
    "path_text",
    "value_matcher",
]
