"""What matching costs, as ratios taken in one run: ``python benchmarks/matching.py [--sdist FOLDER]``.

PyMongo's own matcher (``MatchEvaluatorUtil`` of its test tree) is taken from its source distribution, which is
downloaded for the run unless ``--sdist`` names an unpacked one. Every figure is printed with its bound; the exit
status is 1 when one is missed.
"""

from __future__ import annotations

import argparse
import gc
import random
import subprocess
import sys
import tarfile
import tempfile
import time
import tracemalloc
import unittest
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pymongo
from bson import Int64, ObjectId
from pymongo import monitoring

from mongotape import expect
from mongotape.events import Kind, RecordedEvent
from mongotape.frozen import freeze
from mongotape.log import EventLog
from mongotape.matching import match_events

ADDRESS = ("localhost", 27017)
missed: list[str] = []


def show(what: str, value: float, bound: float | None = None, unit: str = "x") -> None:
    """Print one figure with its bound."""
    verdict = "" if bound is None else f"  (at most {bound:g} {unit})"
    print(f"{what:<84} {value:9.3f} {unit}{verdict}")
    if bound is not None and value > bound:
        missed.append(what)


def fastest(*works: Callable[[], Callable[[], Any]], rounds: int = 30) -> list[float]:
    """The minimum seconds of each, taken in turns so that a noisy moment hits all alike.

    Each makes what is timed; making it is not counted.
    """
    best = [float("inf")] * len(works)
    for _ in range(rounds):
        for index, work in enumerate(works):
            timed = work()
            gc.collect()
            gc.disable()
            began = time.perf_counter()
            timed()
            best[index] = min(best[index], time.perf_counter() - began)
            gc.enable()
    return best


def evaluator(folder: str | None) -> Any:
    """PyMongo's own matcher, from its source distribution."""
    if folder is None:
        folder = tempfile.mkdtemp()
        wanted = f"pymongo=={pymongo.version}"
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", wanted],
            cwd=folder,
            check=True,
        )
        archive = next(Path(folder).glob("*.tar.gz"))
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
        folder = str(next(each for each in Path(folder).iterdir() if each.is_dir()))
    sys.path.append(folder)
    # The standard library has a package of the same name.
    for name in [each for each in sys.modules if each == "test" or each.startswith("test.")]:
        del sys.modules[name]
    sys.path.insert(0, folder)
    from test.unified_format_shared import MatchEvaluatorUtil

    return MatchEvaluatorUtil(unittest.TestCase())


def commands(count: int) -> list[dict[str, Any]]:
    """Commands as an application sends them, each another one."""
    found: list[dict[str, Any]] = []
    for index in range(count):
        common = {
            "lsid": {"id": ObjectId().binary},
            "$db": "shop",
            "$readPreference": {"mode": "primaryPreferred"},
        }
        found.append(
            (
                {"find": "items", "filter": {"sku": f"A{index}", "stock": {"$gt": index}}, "limit": 10},
                {
                    "insert": "orders",
                    "ordered": True,
                    "documents": [{"_id": index, "lines": [{"sku": f"A{n}", "count": n} for n in range(5)]}],
                },
                {"update": "items", "updates": [{"q": {"_id": index}, "u": {"$inc": {"stock": -1}}}]},
                {"aggregate": "orders", "pipeline": [{"$match": {"n": index}}, {"$limit": 5}], "cursor": {}},
            )[index % 4]
            | common
        )
    return found


def expectation_of(command: dict[str, Any]) -> dict[str, Any]:
    """A spec-style mapping as the official tests have them: the command's own fields, operators for the rest."""
    fields = {key: value for key, value in command.items() if key not in ("$db", "lsid", "$readPreference")}
    return {
        "commandStartedEvent": {
            "commandName": next(iter(command)),
            "databaseName": "shop",
            "command": fields | {"lsid": {"$$exists": True}, "txnNumber": {"$$exists": False}},
        }
    }


def published(command: dict[str, Any], index: int = 1) -> monitoring.CommandStartedEvent:
    """PyMongo's own event."""
    return monitoring.CommandStartedEvent(command, "shop", index, ADDRESS, index, None, 7)


def record(event: monitoring.CommandStartedEvent, command: dict[str, Any]) -> RecordedEvent:
    """A record of it, not yet decoded."""
    return RecordedEvent(
        Kind.COMMAND_STARTED,
        event,
        client="client-1",
        at=1.0,
        thread="MainThread",
        task=None,
        frozen={"command": freeze(command)},
    )


def against_pymongo(theirs: Any) -> None:
    """An expectation of 1,000 events against a log of 1,000."""
    written = commands(1000)
    expected = [expectation_of(command) for command in written]
    events = [published(command) for command in written]

    def evaluate() -> None:
        for one, other in zip(expected, events, strict=True):
            theirs.match_event(one, other)

    def ours(log: EventLog, mode: Any = "exact") -> None:
        assert match_events(expected, log, mode=mode).passed

    def fresh() -> EventLog:
        return EventLog([record(event, command) for event, command in zip(events, written, strict=True)])

    decoded = fresh()
    ours(decoded)
    base, again, first, unordered = fastest(
        lambda: evaluate,
        lambda: lambda: ours(decoded),
        lambda: partial(ours, fresh()),
        lambda: lambda: ours(decoded, "any_order"),
    )
    show("PyMongo's MatchEvaluatorUtil, 1,000 events", base * 1000, unit="ms")
    show("1,000 expectations against 1,000 events, documents decoded", again / base, 0.25)
    show("the same, and the first to decode them", first / base, 1.0)
    show("the same in any order", unordered / base)


class Cheap:
    """A history of many events that holds only a few."""

    def __init__(self, events: list[RecordedEvent], length: int) -> None:
        self.events = events
        self.length = length

    def __len__(self) -> int:
        return self.length

    def kind(self, row: int) -> Kind:
        return self.events[row % len(self.events)].kind

    def at(self, row: int) -> float:
        return float(row)

    def client(self, row: int) -> str | None:
        return "client-1"

    def event(self, row: int) -> RecordedEvent:
        return self.events[row % len(self.events)]


def a_million() -> None:
    """``in_order`` is linear and needs no copy of the log."""
    events = [record(published(command), command) for command in commands(999)]
    last = published({"drop": "items", "$db": "shop"})
    events.append(record(last, {"drop": "items", "$db": "shop"}))
    expected = [expect.command_started("find", command={"limit": 10}) for _ in range(500)]
    expected.append(expect.command_started("dropDatabase"))

    def walk(log: EventLog) -> None:
        assert not match_events(expected, log, mode="in_order").passed

    times = {}
    for length in (100_000, 1_000_000):
        log = EventLog(Cheap(events, length))
        walk(log)
        (times[length],) = fastest(lambda log=log: partial(walk, log), rounds=4)  # type: ignore[misc]
    show("in_order over 1,000,000 events", times[1_000_000], unit="s")
    show("in_order, ten times the log", times[1_000_000] / times[100_000], 11)
    log = EventLog(Cheap(events, 1_000_000))
    tracemalloc.start()
    walk(log)
    show("in_order over 1,000,000 events, memory", tracemalloc.get_traced_memory()[1] / 1e6, 2, "MB")
    tracemalloc.stop()


def any_order() -> None:
    """500 expectations against 500 ``find`` commands that differ only in one nested leaf, and one is missing."""
    written = [
        {"find": "items", "filter": {"a": {"b": {"c": index}}}, "limit": 10, "$db": "shop", "n": Int64(1)}
        for index in range(500)
    ]
    log = EventLog([record(published(command), command) for command in written])
    expected = [
        expect.command_started("find", command={"filter": {"a": {"b": {"c": index}}}})
        for index in range(1, 501)
    ]
    random.Random(4).shuffle(expected)

    def fail() -> None:
        verdict = match_events(expected, log, mode="any_order")
        assert not verdict.passed
        assert len(verdict.unmatched) == 1
        assert verdict.difference is not None

    show("a failing any_order of 500 against 500 find commands", fastest(lambda: fail, rounds=2)[0], 2, "s")


def main() -> int:
    """Run everything; 1 if a bound was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sdist", help="PyMongo's unpacked source distribution")
    against_pymongo(evaluator(parser.parse_args().sdist))
    a_million()
    any_order()
    for each in missed:
        print(f"MISSED: {each}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
