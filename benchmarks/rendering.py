"""What the text of a failure costs over a log of 100,000 events: ``python benchmarks/rendering.py``.

Every figure is printed with its bound; the exit status is 1 when one is missed. Rendering includes what a failure
asks of the verdict only now: the alignment, the near misses, the hints.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from pymongo import monitoring

from mongotape import EventRecorder, expect
from mongotape.events import families_of
from mongotape.matching import match_events
from mongotape.rendering import Circumstances, render_failure, render_unwanted, render_wait

EVENTS = 100_000
BOUND = 1.0  # seconds
ADDRESS = ("localhost", 27017)
missed: list[str] = []


def recorded() -> EventRecorder:
    """A recorder fed with pairs of find commands, the last one of another filter."""
    recorder = EventRecorder()
    for number in range(EVENTS // 2):
        command = {"find": "items", "filter": {"sku": number, "in": ["a", "b", {"c": 1}]}, "$db": "shop"}
        reply = {"ok": 1.0, "cursor": {"id": 0, "ns": "shop.items", "firstBatch": [{"_id": number}]}}
        recorder.started(monitoring.CommandStartedEvent(command, "shop", number, ADDRESS, number))
        recorder.succeeded(
            monitoring.CommandSucceededEvent(timedelta(0), reply, "find", number, ADDRESS, number)
        )
    return recorder


def failing(recorder: EventRecorder, expected: list[Any], mode: Any) -> Callable[[], Any]:
    """Match anew, so that nothing of an earlier text is kept; what is timed is the text alone."""
    log = recorder.log
    verdict = match_events(expected, log.of("command"), mode=mode)
    assert not verdict.passed
    known = Circumstances(
        families=families_of("command"),
        log=log,
        passes=lambda other: match_events(expected, verdict.events, mode=other).passed,
    )
    return lambda: render_failure(verdict, known)


def cases(recorder: EventRecorder) -> dict[str, Callable[[], Callable[[], Any]]]:
    """Each makes what is timed."""
    pair = [expect.command_started("find"), expect.command_succeeded("find")]
    all_of_them = pair * (EVENTS // 2)
    wrong_late = [
        *all_of_them[: EVENTS - 2],
        expect.command_started("find", command={"filter": {"sku": -1}}),
        expect.command_succeeded("find"),
    ]
    wrong_early = [expect.command_started("insert"), *all_of_them[1:]]
    one_less = all_of_them[2:]
    far = [expect.command_started("find"), expect.command_started("find", command={"filter": {"sku": -1}})]
    log = recorder.log
    return {
        "exact, the last pair differs": lambda: failing(recorder, wrong_late, "exact"),
        "exact, the first differs": lambda: failing(recorder, wrong_early, "exact"),
        "exact, two too many": lambda: failing(recorder, one_less, "exact"),
        "exact, 2 expected": lambda: failing(recorder, [expect.command_started("insert")] * 2, "exact"),
        "exact, nothing expected": lambda: failing(recorder, [], "exact"),
        "in_order, the second is not there": lambda: failing(recorder, far, "in_order"),
        "prefix, the second differs": lambda: failing(recorder, far, "prefix"),
        "any_order, 2 expected": lambda: failing(
            recorder, [expect.command_started("insert")] * 2, "any_order"
        ),
        "a wait that ran out": lambda: (
            lambda: render_wait(
                expect.command_started("find", command={"filter": {"sku": -1}}), 1, [], log, 1.0
            )
        ),
        "100,000 unwanted events": lambda: _unwanted(recorder),
    }


def _unwanted(recorder: EventRecorder) -> Callable[[], Any]:
    log = recorder.log
    found = [(expect.command_started(), at) for at in range(len(log))]
    return lambda: render_unwanted(found, log)


def main() -> int:
    """Print every figure; 1 when a bound is missed."""
    recorder = recorded()
    for name, make in cases(recorder).items():
        best, length = float("inf"), 0
        for _round in range(3):
            timed = make()
            began = time.perf_counter()
            length = len(timed())
            best = min(best, time.perf_counter() - began)
        print(f"{name:<40} {best:7.3f} s  {length:>6,} characters  (at most {BOUND:g} s)")
        if best > BOUND:
            missed.append(name)
    code = "import time; t = time.perf_counter(); import deepdiff; print(time.perf_counter() - t)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    print(f"{'importing deepdiff, once a process':<40} {float(loaded.stdout):7.3f} s")
    for name in missed:
        print(f"missed: {name}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
