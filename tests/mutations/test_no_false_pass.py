"""No broken expectation passes over a real log, whichever way it was broken.

An oracle that knows only the format's rules says which mutants still describe the log truthfully (an event swapped
with its equal, one dropped where a subsequence is asked for). Every other one must be caught.

``MONGOTAPE_ALL_MUTANTS=1`` tries them all; without it a sample, chosen by what was broken and where.
"""

from __future__ import annotations

import os
import zlib
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest

from mongotape import assert_events
from mongotape.expect import read_expectations
from mongotape.log import EventLog
from mongotape.matching import match_events
from tests.matching.oracle import NOTHING, matches
from tests.mutations.mutants import (
    Mutant,
    Written,
    document_mutants,
    false_operators,
    kind_mutants,
    other_types,
    other_values,
    sequence_mutants,
    true_operators,
    value_mutants,
)
from tests.mutations.recordings import SCENARIOS, facts, record, windows

MODES = ("exact", "prefix", "in_order", "any_order")
ALL = bool(os.environ.get("MONGOTAPE_ALL_MUTANTS"))
SAMPLE = 40  # of so many mutants one is tried
FOREIGN: Written = {"commandStartedEvent": {"commandName": "mapReduce", "databaseName": "elsewhere"}}

Facts = list[tuple[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def logs(mongo_uri: str) -> dict[str, EventLog]:
    """What a real client did, recorded once."""
    return {name: record(mongo_uri, name) for name in SCENARIOS}


def faithful(log: EventLog) -> tuple[list[Written], Facts]:
    """The expectation that says everything about a log, and the same as the oracle sees it."""
    told = [(event.kind.value, facts(event)) for event in log]
    return [{kind: fields} for kind, fields in told], told


def fits(written: Written, event: tuple[str, dict[str, Any]]) -> bool:
    """The oracle's word on one event."""
    ((kind, fields),) = written.items()
    return kind == event[0] and all(
        matches(value, event[1].get(name, NOTHING), root=True) for name, value in fields.items()
    )


def still_true(expected: list[Written], told: Facts, mode: str) -> bool:
    """The oracle's word on a sequence, by trying."""
    if mode == "exact":
        return len(expected) == len(told) and all(map(fits, expected, told))
    if mode == "prefix":
        return len(expected) <= len(told) and all(map(fits, expected, told))
    if mode == "in_order":
        events = iter(told)
        return all(any(fits(each, event) for event in events) for each in expected)
    return len(expected) == len(told) and _pairs(expected, told)


def _pairs(expected: list[Written], told: Facts) -> bool:
    if not expected:
        return True
    return any(
        fits(expected[0], event) and _pairs(expected[1:], told[:at] + told[at + 1 :])
        for at, event in enumerate(told)
    )


def mutants(expected: list[Written]) -> Iterator[Mutant]:
    """Every mutant of one expectation."""
    yield from chain(
        value_mutants(expected, other_values),
        value_mutants(expected, other_types),
        value_mutants(expected, false_operators),
        document_mutants(expected),
        kind_mutants(expected),
        sequence_mutants(expected, FOREIGN),
    )


def chosen(mutant: Mutant, scenario: str, window: int) -> bool:
    """Whether it is in the sample; all that change the sequence are."""
    if ALL or not mutant.path:
        return True
    return zlib.crc32(f"{scenario}{window}{mutant}".encode()) % SAMPLE == 0


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_mutant_is_caught(logs: dict[str, EventLog], scenario: str) -> None:
    """100% of the mutants that are not equivalent fail, in every mode; those that are pass."""
    tried: Counter[str] = Counter()
    survived: list[str] = []
    refused: list[str] = []
    for window, log in enumerate(windows(logs[scenario])):
        expected, told = faithful(log)
        for mode in MODES:
            assert match_events(expected, log, mode=mode).passed, "a log matches what was made from it"  # type: ignore[arg-type]
        for mutant in mutants(expected):
            if not chosen(mutant, scenario, window):
                continue
            for mode in MODES:
                truth = still_true(mutant.expected, told, mode)
                passed = match_events(mutant.expected, log, mode=mode).passed  # type: ignore[arg-type]
                tried["equivalent" if truth else "broken"] += 1
                if passed and not truth:
                    survived.append(f"{mode}: {mutant}")
                if truth and not passed:
                    refused.append(f"{mode}: {mutant}")
                if mode in ("exact", "prefix") and mutant.path:
                    assert not truth, f"{mode}: {mutant} was made to be broken"
    assert survived == []
    assert refused == []
    assert tried["broken"] > 200
    print(f"{scenario}: {tried['broken']:,} broken ones caught, {tried['equivalent']:,} equivalent ones pass")  # noqa: T201


CAPTURED = {"connectionId": "number", "requestId": "request", "address": "server", "connection": "connection"}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_captures_that_are_wrong_are_caught(logs: dict[str, EventLog], scenario: str) -> None:
    """Every value captured by its own name passes; one place that takes another value's name fails."""
    broken = 0
    for log in windows(logs[scenario].of("command", "pool")):
        for field, word in CAPTURED.items():
            values = [_captured(event, field) for event in log]
            names = {value: f"{word} {at}" for at, value in enumerate(dict.fromkeys(filter(None, values)))}
            if len(names) < 2:
                continue
            places = [at for at, value in enumerate(values) if value is not None]
            truth = {at: names[values[at]] for at in places}
            assert match_events(_with_captures(log, field, truth, names), log).passed
            for at in places:
                for name in set(names.values()) - {truth[at]}:
                    wrong = {**truth, at: name}
                    broken += 1
                    expected = _with_captures(log, field, wrong, names)
                    for mode in ("exact", "prefix"):
                        assert not match_events(expected, log, mode=mode).passed, (field, at, name)  # type: ignore[arg-type]
    assert broken > 5


def _captured(event: Any, field: str) -> Any:
    if field == "connection":
        return event.connection
    told = facts(event).get(field)
    return tuple(told) if isinstance(told, list) else told


def _with_captures(
    log: EventLog, field: str, by_place: dict[int, str], names: dict[Any, str]
) -> list[Written]:
    """Bare events, their places captured, each name other than all that stand somewhere."""
    used = set(by_place.values())
    return [
        {
            event.kind.value: {
                field: {"$$same": {"name": by_place[at], "otherThan": sorted(used - {by_place[at]})}}
            }
            if at in by_place
            else {}
        }
        for at, event in enumerate(log)
    ]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_true_operators_pass(logs: dict[str, EventLog], scenario: str) -> None:
    """An operator that holds never makes a failure."""
    tried = 0
    for window, log in enumerate(windows(logs[scenario])):
        expected, _told = faithful(log)
        for mutant in value_mutants(expected, true_operators):
            if ALL or zlib.crc32(f"{scenario}{window}{mutant}".encode()) % 10 == 0:
                tried += 1
                assert match_events(mutant.expected, log).passed, str(mutant)
    assert tried > 10


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_assertions_raise_on_mutants(logs: dict[str, EventLog], scenario: str) -> None:
    """What the matcher catches, the assertion raises: with a text that names the place, and no other error."""
    raised = 0
    for window, log in enumerate(windows(logs[scenario])):
        expected, _told = faithful(log)
        every = {family for event in log for family in [event.family]}
        for mutant in mutants(expected):
            if not mutant.path or zlib.crc32(f"{scenario}{window}{mutant}".encode()) % (SAMPLE * 4):
                continue
            with pytest.raises(AssertionError) as caught:
                assert_events(
                    log, mutant.expected, families=every | {e.family for e in _steps(mutant.expected)}
                )
            raised += 1
            assert str(caught.value).splitlines()[0].count("expected") == 1, str(mutant)
    assert raised > 2


def _steps(expected: list[Written]) -> list[Any]:
    return list(read_expectations(expected))
