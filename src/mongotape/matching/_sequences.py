"""Sequences: what is expected compared with a log, by the rules of a mode."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, get_args

from mongotape.errors import ExpectationError
from mongotape.events import nearest
from mongotape.expect import read_expectations
from mongotape.log import LiveLog
from mongotape.matching._any_order import AnyOrder
from mongotape.matching._explaining import Explainer
from mongotape.matching._ordered import Found, leftmost, one_by_one, search
from mongotape.matching._plan import Observed, Plan, single_events
from mongotape.matching._repeats import follow
from mongotape.matching._sure import surely_passes
from mongotape.matching._verdict import Mode, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mongotape.events import RecordedEvent
    from mongotape.expect import Written
    from mongotape.matching._operators import Entities, Operator

MODES: tuple[str, ...] = get_args(Mode)


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
    if mode not in MODES:
        raise ExpectationError(f"mode {mode!r} is none{nearest(mode, MODES)}; known are {', '.join(MODES)}")
    steps = read_expectations(expected)
    if isinstance(events, LiveLog):
        events = events[:]
    observed = Observed(events, len(events))
    given = tuple(operators)

    @cache
    def plan() -> Plan:
        return Plan(steps, mode, given, entities)

    found = None
    if mode in ("exact", "prefix") and not given:
        found = surely_passes(steps, observed, mode, entities)
    if found is None:
        found = _compare(plan(), observed)
    explainer = Explainer(plan, observed, found)
    return Verdict(
        passed=found.passed,
        mode=mode,
        steps=steps,
        expected=single_events(steps),
        events=events,
        observed=observed.count,
        pairs=found.pairs,
        captures=explainer.captures,
        explanation=explainer,
    )


def _compare(plan: Plan, observed: Observed) -> Found:
    events, count = observed.events, observed.count
    if plan.mode == "any_order":
        return AnyOrder(plan, observed).compare()
    if plan.mode == "in_order":
        # A longer repetition only asks for more events, so the least that is asked for decides.
        wanted = [each for group in plan.groups for _round in range(group.at_least) for each in group.members]
        return (
            search(plan, wanted, events, count) if plan.capturing else leftmost(plan, wanted, events, count)
        )
    return follow(plan, events, count) if plan.repeating else one_by_one(plan, events, count)
