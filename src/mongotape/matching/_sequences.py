"""Sequences."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mongotape.events import RecordedEvent
    from mongotape.expect import Written
    from mongotape.matching._operators import Entities, Operator
    from mongotape.matching._verdict import Mode, Verdict


def match_events(
    expected: Iterable[Written],
    events: Sequence[RecordedEvent],
    *,
    mode: Mode = "exact",
    operators: Iterable[Operator] = (),
    entities: Entities | None = None,
) -> Verdict:
    """Return whether the expectations hold for these events, and how far they do.

    Args:
        expected: builders' values, spec-style mappings, or both.
        events: a log or recorded events; every one counts, so slice the log to the families meant.
        mode: ``exact``, ``prefix``, ``in_order`` or ``any_order``.
        operators: operators of one's own.
        entities: what ``$$matchesEntity`` and ``$$sessionLsid`` look up.

    Raises:
        ExpectationError: an expectation that can't be read, a capture that stands only once, an upper bound
            that the mode can't check, or more work than the matcher is willing to do.
    """
    raise NotImplementedError
