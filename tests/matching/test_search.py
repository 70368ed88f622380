"""Sequences are decided exactly: a search that tries every way agrees in every mode."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mongotape import expect
from mongotape.errors import ExpectationError
from mongotape.matching import Verdict, match_events
from tests.matching import oracle
from tests.matching.records import started

MODES = ["exact", "prefix", "in_order", "any_order"]
NAMES = ["find", "insert"]
PLAINLY_REFUSED = ("stands only here", "stands nowhere", "can't fail", "everything is optional")

EVENTS = st.tuples(st.sampled_from(NAMES), st.integers(1, 3), st.integers(1, 2))
CAPTURES = st.sampled_from(
    [
        ("same", "a", ()),
        ("same", "b", ()),
        ("same", "b", ("a",)),
        ("same", "c", ("a", "b")),
        ("same", "c", ()),
    ]
)
NUMBERS = st.none() | st.integers(1, 3) | CAPTURES
WANTED = st.tuples(st.none() | st.sampled_from(NAMES), NUMBERS, st.none() | CAPTURES)
BOUNDS = st.sampled_from(
    [(1, 1), (1, 1), (1, 1), (1, None), (0, 1), (0, None), (2, 2), (1, 2), (0, 2), (2, None)]
)
STEPS = st.tuples(st.lists(WANTED, min_size=1, max_size=2), BOUNDS)


def related(wanted: list[Any]) -> list[Any]:
    """The same without captures that stand alone: those are refused before anything is compared."""
    places = Counter(place[1] for each in wanted for place in each if isinstance(place, tuple))

    def kept(place: Any) -> Any:
        if not isinstance(place, tuple):
            return place
        others = tuple(other for other in place[2] if other in places)
        return ("same", place[1], others) if others or places[place[1]] > 1 else None

    return [tuple(map(kept, each)) for each in wanted]


def related_steps(steps: list[Any]) -> list[Any]:
    """The same for bodies."""
    flat = iter(related([each for body, _bounds in steps for each in body]))
    return [([next(flat) for _each in body], bounds) for body, bounds in steps]


@given(
    st.lists(STEPS, min_size=1, max_size=4).map(related_steps),
    st.lists(EVENTS, max_size=5),
    st.sampled_from(MODES),
)
@settings(max_examples=1500, deadline=None)
def test_every_mode_decides_as_a_search_of_every_way(steps, events, mode):
    """Captures, repetitions and modes in any combination."""
    verdict = compare(steps, events, mode)
    assert verdict.passed is oracle.sequence([(body, *bounds) for body, bounds in steps], events, mode)
    check_witness(verdict, events, mode)


@given(
    st.lists(WANTED, min_size=2, max_size=5).map(related),
    st.lists(EVENTS, max_size=6),
    st.sampled_from(MODES),
)
@settings(max_examples=1000, deadline=None)
def test_captures_are_decided_as_by_a_search_of_every_way(wanted, events, mode):
    """Captures alone, with more events to interleave."""
    steps = [([each], (1, 1)) for each in wanted]
    verdict = compare(steps, events, mode)
    assert verdict.passed is oracle.sequence([(body, *bounds) for body, bounds in steps], events, mode)
    check_witness(verdict, events, mode)


@given(st.data(), st.lists(EVENTS, min_size=2, max_size=6), st.sampled_from(MODES))
@settings(max_examples=500, deadline=None)
def test_a_log_matches_the_captures_made_from_itself(data, events, mode):
    """Where equal values were observed, the same capture in their places matches."""
    wanted = [(name, r, o) for name, r, o in events]
    if mode == "in_order":
        wanted = [each for each in wanted if data.draw(st.booleans())]
    elif mode == "prefix":
        wanted = wanted[: data.draw(st.integers(0, len(wanted)))]
    elif mode == "any_order":
        wanted = data.draw(st.permutations(wanted))
    assume(wanted)
    seen = Counter(("r", r) for _name, r, _o in wanted) + Counter(("o", o) for _name, _r, o in wanted)
    related = [
        (
            name,
            ("same", f"r{r}", ()) if seen["r", r] > 1 else None,
            ("same", f"o{o}", ()) if seen["o", o] > 1 else None,
        )
        for name, r, o in wanted
    ]
    verdict = compare([([each], (1, 1)) for each in related], events, mode)
    assert verdict.passed


@given(st.data(), st.lists(EVENTS, max_size=6))
@settings(max_examples=300, deadline=None)
def test_any_order_accepts_permutations_and_nothing_else(data, events):
    """The same events in any order; one other, one more or one less is a difference."""
    exact = [(name, r, o) for name, r, o in data.draw(st.permutations(events))]
    assert compare([([each], (1, 1)) for each in exact], events, "any_order").passed
    other = data.draw(st.lists(EVENTS, max_size=6))
    verdict = compare([([each], (1, 1)) for each in exact], other, "any_order")
    assert verdict.passed is (sorted(other) == sorted(events))


@given(st.data(), st.lists(WANTED, min_size=1, max_size=4).map(related), st.lists(EVENTS, max_size=5), EVENTS)
@settings(max_examples=300, deadline=None)
def test_matching_is_monotone_where_the_format_says_so(data, wanted, events, more):
    """``prefix`` passes over later events, ``in_order`` over any other, and both over expectations fewer."""
    steps = [([each], (1, 1)) for each in wanted]
    if compare(steps, events, "prefix").passed:
        assert compare(steps, [*events, more], "prefix").passed
    if compare(steps, events, "in_order").passed:
        at = data.draw(st.integers(0, len(events)))
        assert compare(steps, [*events[:at], more, *events[at:]], "in_order").passed


def compare(steps: list[Any], events: list[Any], mode: Any) -> Verdict:
    """The verdict; a list that is refused for a plain reason is no example."""
    records = [started({name: 1}, request_id=r, operation_id=o) for name, r, o in events]
    try:
        return match_events([written(*step) for step in steps], records, mode=mode)
    except ExpectationError as error:
        assume(not any(each in str(error) for each in PLAINLY_REFUSED))
        raise


def written(body: list[Any], bounds: tuple[int, int | None]) -> Any:
    leaves = [
        expect.command_started(
            **{
                name: expect.same(value[1], other_than=value[2]) if isinstance(value, tuple) else value
                for name, value in zip(("command_name", "request_id", "operation_id"), each, strict=True)
                if value is not None
            }
        )
        for each in body
    ]
    return leaves[0] if bounds == (1, 1) and len(body) == 1 else expect.between(*bounds, *leaves)


def check_witness(verdict: Verdict, events: list[Any], mode: str) -> None:
    """A verdict says why: the pairs of one that passed match, one that failed has a first difference."""
    walk = verdict.walk
    assert sorted(row.event for row in walk if row.event is not None) == list(range(len(events)))
    if not verdict.passed:
        assert verdict.difference is not None
        assert verdict.unmatched or verdict.extra
        for index in verdict.unmatched:
            verdict.nearest(index)
        if verdict.difference.expectation is not None and verdict.difference.event is not None:
            assert verdict.difference.mismatches or mode == "any_order"
        return
    assert verdict.difference is None
    taken = [pair.event for pair in verdict.pairs]
    assert len(set(taken)) == len(taken)
    assert taken == sorted(taken)
    for pair in verdict.pairs:
        assert verdict.explain(*pair) == ()
    if mode in ("exact", "any_order"):
        assert taken == list(range(len(events)))
    if mode == "prefix":
        assert taken == list(range(len(taken)))


@pytest.mark.parametrize("mode", MODES)
def test_two_interleaved_threads_are_told_apart(mode):
    """A leftmost walk would bind the first connection; the one that fits begins later."""
    events = [("find", 1, 1), ("find", 2, 1), ("insert", 2, 1)]
    pair = [([("find", ("same", "a", ()), None)], (1, 1)), ([("insert", ("same", "a", ()), None)], (1, 1))]
    verdict = compare(pair, events, mode)
    assert verdict.passed is (mode == "in_order")
    if mode == "in_order":
        assert verdict.captures == {"a": 2}
        assert [pair.event for pair in verdict.pairs] == [1, 2]
    with_both = [([("find", ("same", "b", ("a",)), None)], (1, 1)), *pair]
    assert compare(with_both, events, mode).passed


def test_a_dead_end_is_one_only_from_where_it_was_met():
    """The first value leads behind the last event that is needed, the second one doesn't."""
    wanted = [("find", ("same", "a", ()), None), ("find", ("same", "a", ()), 2), ("insert", None, None)]
    events = [("find", 1, 1), ("find", 2, 1), ("find", 2, 2), ("insert", 3, 1), ("find", 1, 2)]
    verdict = compare([([each], (1, 1)) for each in wanted], events, "in_order")
    assert verdict.passed
    assert [pair.event for pair in verdict.pairs] == [1, 2, 3]
