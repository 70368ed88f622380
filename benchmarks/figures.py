"""How figures are taken and printed: the fastest of many turns, each with its bound."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

#: What missed its bound so far.
missed: list[str] = []


def show(what: str, value: float, bound: float | None, unit: str = "x") -> None:
    """Print one figure with its bound."""
    verdict = "" if bound is None else f"  (at most {bound:g} {unit})"
    print(f"{what:<72} {value:8.3f} {unit}{verdict}")
    if bound is not None and value > bound:
        missed.append(what)


def fastest(*works: Callable[[], Any], rounds: int = 300, inner: int = 50) -> list[float]:
    """The minimum seconds of each, taken in turns so that a noisy moment hits all alike."""
    best = [float("inf")] * len(works)
    for _ in range(rounds):
        for index, work in enumerate(works):
            began = time.perf_counter()
            for _ in range(inner):
                work()
            best[index] = min(best[index], (time.perf_counter() - began) / inner)
    return best
