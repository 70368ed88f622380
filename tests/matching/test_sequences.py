"""Sequences and their verdicts: modes, repetitions, bounds, and what a failure can say about itself."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest

from mongotape import expect
from mongotape.errors import ExpectationError
from mongotape.events import Kind
from mongotape.expect import same
from mongotape.log import EventLog
from mongotape.matching import Pair, match_events
from mongotape.matching import _plan as plan_module
from tests.matching.records import checked_in, checked_out, ready, started, succeeded

MODES = ["exact", "prefix", "in_order", "any_order"]


def finds(*numbers: int) -> list[Any]:
    """Events of one find each."""
    return [started({"find": "c", "filter": {"n": number}}, request_id=number) for number in numbers]


def wanted(*numbers: int) -> list[Any]:
    """Expectations of the same."""
    return [expect.command_started("find", command={"filter": {"n": number}}) for number in numbers]


def marks(verdict: Any) -> str:
    """The walk in one character a row."""
    return "".join(row.mark for row in verdict.walk)


@pytest.mark.parametrize(
    ("mode", "expected", "events", "passed", "walk"),
    [
        ("exact", (1, 2, 3), (1, 2, 3), True, "==="),
        ("exact", (1, 2, 3), (1, 2), False, "==-"),
        ("exact", (1, 2), (1, 2, 3), False, "==+"),
        ("exact", (1, 2, 3), (1, 3), False, "=-="),
        ("exact", (1, 3), (1, 2, 3), False, "=+="),
        ("exact", (1, 2, 3), (1, 9, 3), False, "=!="),
        ("exact", (1, 2), (2, 1), False, "-=+"),
        ("exact", (), (), True, ""),
        ("exact", (), (1,), False, "+"),
        ("prefix", (1, 2), (1, 2, 3), True, "== "),
        ("prefix", (1, 2), (1,), False, "=-"),
        ("prefix", (1, 3), (1, 2, 3, 4), False, "=+= "),
        ("prefix", (), (1,), True, " "),
        ("in_order", (1, 3), (1, 2, 3, 4), True, "= = "),
        ("in_order", (1, 3, 2), (1, 2, 3, 4), False, "= =- "),
        ("in_order", (9, 3), (1, 2, 3), False, "-  ="),
        ("in_order", (), (1,), True, " "),
        ("any_order", (3, 1, 2), (1, 2, 3), True, "==="),
        ("any_order", (3, 1, 2), (1, 2), False, "==-"),
        ("any_order", (1, 2), (1, 2, 3), False, "==+"),
        ("any_order", (1, 1, 2), (1, 2, 2), False, "==!"),
    ],
)
def test_modes(mode, expected, events, passed, walk):
    """What passes, and how the walk reads."""
    verdict = match_events(wanted(*expected), finds(*events), mode=mode)
    assert verdict.passed is passed
    assert bool(verdict) is passed
    assert marks(verdict) == walk
    assert (verdict.difference is None) is passed
    assert verdict.mode == mode
    assert len(verdict.expected) == len(expected)
    assert verdict.observed == len(events)


def test_a_loose_expectation_does_not_steal_the_event_of_a_strict_one():
    """Whatever the order in which they are listed."""
    loose = expect.command_started("find")
    for expected in ([loose, *wanted(1)], [*wanted(1), loose]):
        for events in (finds(1, 2), finds(2, 1)):
            assert match_events(expected, events, mode="any_order").passed
    verdict = match_events([loose, *wanted(1), *wanted(1)], finds(1, 2, 3), mode="any_order")
    assert not verdict.passed
    assert len(verdict.pairs) == 2
    verdict = match_events([*wanted(99), loose, *wanted(1)], finds(1, 2), mode="any_order")
    assert not verdict.passed
    assert verdict.pairs == (Pair(2, 0), Pair(1, 1))
    assert verdict.unmatched == (0,)


def test_the_first_difference_says_what_and_where():
    """Both indexes and every mismatch; for a missing event the one that comes closest, and who has it."""
    verdict = match_events(wanted(1, 2, 3), finds(1, 9, 3))
    assert verdict.difference is not None
    assert (verdict.difference.expectation, verdict.difference.event) == (1, 1)
    assert [str(each) for each in verdict.difference.mismatches] == [
        "command.filter.n: expected 2, observed 9"
    ]
    assert (verdict.unmatched, verdict.extra) == ((1,), (1,))
    assert verdict.pairs == (Pair(0, 0),)

    verdict = match_events(wanted(1, 2, 2), finds(1, 2), mode="in_order")
    assert verdict.difference is not None
    assert (verdict.difference.expectation, verdict.difference.event) == (2, None)
    near = verdict.difference.near
    assert near is not None
    assert (near.event, near.mismatches, near.taken_by) == (1, (), 1)
    assert [(each.event, len(each.mismatches), each.taken_by) for each in verdict.nearest(2)] == [
        (1, 0, 1),
        (0, 1, 0),
    ]
    assert (verdict.unmatched, verdict.extra) == ((2,), ())

    verdict = match_events(wanted(1), finds(1, 2))
    assert verdict.difference is not None
    assert (verdict.difference.expectation, verdict.difference.event) == (None, 1)


def test_a_near_miss_is_the_nearest_event():
    """Of the same command first, then the one with the fewest differences."""
    events = [
        started({"insert": "c", "documents": []}),
        started({"find": "c", "filter": {"a": 2, "b": 2}}, database_name="other"),
        started({"find": "c", "filter": {"a": 1, "b": 1}}, database_name="test_7"),
        ready(),
    ]
    expected = expect.command_started("find", command={"filter": {"a": 1, "b": 1}}, database_name="shop")
    verdict = match_events([expected], events, mode="in_order")
    assert [near.event for near in verdict.nearest(0)] == [2, 1, 0]
    assert [str(each) for each in verdict.nearest(0, 1)[0].mismatches] == [
        "database_name: expected 'shop', observed 'test_7'"
    ]
    assert match_events([expect.pool_closed()], events, mode="in_order").nearest(0) == ()


def test_repetitions_of_real_traffic():
    """A getMore for every batch, a connection if the pool had none, heartbeats between."""
    batch = [started({"getMore": 1}), succeeded({"ok": 1}, "getMore")]
    more = expect.one_or_more(expect.command_started("getMore"), expect.command_succeeded("getMore"))
    head = [started({"find": "c"}), succeeded({"ok": 1})]
    expected = [expect.command_started("find"), expect.command_succeeded("find"), more]
    assert not match_events(expected, head).passed
    for rounds in range(1, 4):
        assert match_events(expected, head + batch * rounds).passed
        assert not match_events(expected, [*head, *batch * rounds, batch[0]]).passed
    assert match_events([expect.optional(expect.pool_ready()), *wanted(1)], [ready(), *finds(1)]).passed
    assert match_events([expect.optional(expect.pool_ready()), *wanted(1)], finds(1)).passed
    assert not match_events(
        [expect.optional(expect.pool_ready()), *wanted(1)], [ready(), ready(), *finds(1)]
    ).passed
    twice = [expect.between(2, 3, *wanted(1))]
    passed = [match_events(twice, finds(*[1] * count)).passed for count in range(6)]
    assert passed == [False, False, True, True, False, False]
    assert [match_events(twice, finds(*[1] * count), mode="any_order").passed for count in range(6)] == passed
    assert match_events([*twice, *wanted(2)], finds(1, 1, 1, 2), mode="prefix").passed


def test_an_ambiguous_repetition_is_followed_every_way():
    """Neither the greedy nor the shortest way finds this one."""
    expected = [
        expect.one_or_more(expect.command_started("find")),
        *wanted(1),
        expect.optional(*wanted(2, 3)),
        *wanted(2),
    ]
    assert match_events(expected, finds(5, 1, 1, 2)).passed
    assert match_events(expected, finds(1, 1, 2, 3, 2)).passed
    assert not match_events(expected, finds(1, 2)).passed


def test_a_capture_that_nothing_gives_a_value_stands_in_no_ones_way():
    """An optional event that was not observed leaves its capture open."""
    unseen = expect.optional(expect.command_started("ping", request_id=same("b"), operation_id=same("b")))
    expected = [
        expect.command_started("find", request_id=same("a")),
        expect.command_started("insert", request_id=same("a")),
        unseen,
    ]
    rest = [expect.command_started("find"), expect.command_started("insert")]
    events = [*finds(1, 2), started({"insert": "c"}, request_id=2), started({"insert": "c"}, request_id=1)]
    verdict = match_events([*expected, *rest], events, mode="any_order")
    assert verdict.passed
    assert set(verdict.captures) == {"a"}
    assert match_events(expected, events, mode="in_order").captures == {"a": 1}


@pytest.mark.parametrize("last", [1, 2, 3])
def test_ways_that_differ_in_a_capture_only_are_kept_apart(last):
    """Whether the optional event was the first one shows at the last one."""
    expected = [
        expect.optional(expect.command_started("find")),
        expect.command_started("find", request_id=same("a")),
        expect.one_or_more(expect.command_started("find")),
        expect.command_started("find", request_id=same("a")),
    ]
    for mode in ("exact", "prefix"):
        verdict = match_events(expected, finds(1, 2, 9, last), mode=mode)
        assert verdict.passed is (last < 3)
        if verdict.passed:
            assert verdict.captures == {"a": last}


@pytest.mark.parametrize("mode", ["prefix", "in_order"])
def test_what_cant_fail_is_an_error(mode):
    """Only optional events, and an upper bound where every other event is passed over."""
    with pytest.raises(ExpectationError, match="everything is optional, so that any log would pass"):
        match_events([expect.optional(expect.pool_ready())], [], mode=mode)
    if mode == "in_order":
        with pytest.raises(
            ExpectationError, match=re.escape("expected[1]: at most 3 can't fail in mode in_order")
        ):
            match_events([expect.pool_ready(), expect.between(1, 3, expect.pool_ready())], [], mode=mode)
    assert match_events([expect.one_or_more(expect.pool_ready())], [ready()], mode=mode).passed


def test_an_unknown_mode_is_an_error():
    """With the nearest one."""
    with pytest.raises(
        ExpectationError, match=re.escape("mode 'inorder' is none; did you mean \"in_order\"?")
    ):
        match_events([], [], mode="inorder")  # type: ignore[arg-type]


def test_the_work_is_bounded(monkeypatch):
    """Past the bound an error says so; never a verdict, never a hang."""
    monkeypatch.setattr(plan_module, "_ENOUGH", 20_000)
    monkeypatch.setattr(plan_module.Budget.__init__, "__defaults__", (20_000,))
    generator = random.Random(7)
    events = [
        started({"find": 1}, request_id=generator.randrange(8), operation_id=generator.randrange(8))
        for _ in range(60)
    ]
    ring = [
        expect.command_started(
            "find", request_id=same(f"n{index}"), operation_id=same(f"n{(index + 1) % 40}")
        )
        for index in range(40)
    ]
    for mode in ("in_order", "any_order"):
        with pytest.raises(ExpectationError, match="more than 20,000 steps and still undecided"):
            match_events(ring + (wanted(99) * 20 if mode == "any_order" else wanted(99)), events, mode=mode)


def test_many_interleaved_connections_are_found_at_once():
    """Fifty connections at a time: one capture for each, in every order they may end."""
    generator = random.Random(11)
    numbers = list(range(50))
    out, back = [checked_out(n) for n in numbers], [checked_in(n) for n in generator.sample(numbers, 50)]
    expected = [expect.connection_checked_out(connection=same(f"c{n}")) for n in numbers]
    expected += [
        expect.connection_checked_in(connection=same(f"c{n}")) for n in generator.sample(numbers, 50)
    ]
    verdict = match_events(expected, out + back, mode="any_order")
    assert verdict.passed
    assert len(set(verdict.captures.values())) == 50
    assert not match_events(expected, [*out, *back[:-1], checked_in(77)], mode="any_order").passed


def test_a_pool_of_interchangeable_captures_fails_in_bounded_work():
    """Every value of every capture is as good as the other; that none fits is found without trying them all."""
    out = [checked_out(n) for n in range(8)]
    expected = [step for n in range(8) for step in (expect.connection_checked_out(connection=same(f"c{n}")),)]
    expected += [expect.connection_checked_in(connection=same(f"c{n}")) for n in range(8)]
    verdict = match_events(
        expected, [*out, *(checked_in(n) for n in range(7)), checked_in(99)], mode="any_order"
    )
    assert not verdict.passed
    assert verdict.difference is not None


def test_a_growing_log_is_compared_as_it_was():
    """A verdict speaks of what was compared, also after more was observed."""
    events = finds(1, 2)
    verdict = match_events(wanted(1, 3), events)
    events.extend(finds(3))
    assert verdict.observed == 2
    assert marks(verdict) == "=!"
    assert match_events(wanted(1, 3), events, mode="in_order").passed


def test_a_slice_of_a_log_is_compared_like_a_list():
    """An EventLog is read in place."""
    log = EventLog([ready(), *finds(1, 2), ready(), *finds(3)])
    assert match_events(wanted(1, 2, 3), log.of("command")).passed
    assert match_events(wanted(2), log[2:3]).passed
    verdict = match_events(wanted(1, 2, 4), log.of(Kind.COMMAND_STARTED), mode="any_order")
    assert marks(verdict) == "==!"
    assert verdict.events[2].request_id == 3


def test_in_order_stops_reading_where_it_is_decided():
    """A log is not read further than needed, and never copied."""

    class Reading(list[Any]):
        read = 0

        def __iter__(self) -> Any:
            for event in super().__iter__():
                self.read += 1
                yield event

    events = Reading(finds(*range(1000)))
    assert match_events(wanted(3, 7), events, mode="in_order").passed
    assert events.read == 8


def test_a_failing_comparison_of_long_logs_is_explained_soon():
    """Many events, one of them wrong: every answer that a renderer asks for is there."""
    prototypes = finds(*range(1000))
    names = [*range(1000)] * 20
    verdict = match_events(
        [*wanted(*names[:9000]), *wanted(5000), *wanted(*names[9001:])], [prototypes[n] for n in names]
    )
    assert not verdict.passed
    assert verdict.difference is not None
    assert (verdict.difference.expectation, verdict.difference.event) == (9000, 9000)
    assert [str(each) for each in verdict.difference.mismatches] == [
        "command.filter.n: expected 5000, observed 0"
    ]
    assert len(verdict.nearest(9000)) == 3
    assert marks(verdict).count("=") == 19_999
    for mode in MODES:
        events = [prototypes[n] for n in names] * 5
        verdict = match_events(wanted(1, 2, 5000), events, mode=mode)
        assert not verdict.passed
        assert verdict.difference is not None
        assert len(verdict.walk) >= 100_000
