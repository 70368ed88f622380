"""Counting and listing in words."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LISTED: Final = 4  # names in a list before the rest is counted


def ordinal(number: int) -> str:
    """Return ``1st``, ``2nd``, ``3rd``, ``4th``, ``11th``."""
    suffix = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{suffix}"


def counted(number: int, noun: str) -> str:
    """Return ``no events``, ``1 event``, ``1,200 events``."""
    return f"{number:,} {noun}" if number == 1 else f"{f'{number:,}' if number else 'no'} {noun}s"


def joined(words: Sequence[str], word: str = "and") -> str:
    """Return ``a``, ``a and b``, ``a, b and c``."""
    return f" {word} ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else ""


def listed(words: Iterable[str], total: int, limit: int = _LISTED) -> str:
    """Return the first words, repetitions in a row counted, and how many are left: ``a, b (3 times), and 2 more``.

    Args:
        words: no more of them are asked for than are needed.
        total: how many there are.
        limit: how many different ones are shown.
    """
    shown: list[str] = []
    told = 0
    for word, run in groupby(words):
        if len(shown) == limit:
            break
        times = sum(1 for _each in run)
        shown.append(word if times == 1 else f"{word} ({times:,} times)")
        told += times
    return ", ".join([*shown, *([f"and {total - told:,} more"] if told < total else [])])


def milliseconds(seconds: float) -> str:
    """Return ``2.6 ms``, ``1,200 ms``."""
    value = seconds * 1000
    return f"{value:,.0f} ms" if abs(value) >= 1000 else f"{value:.1f} ms"


def seconds(value: float) -> str:
    """Return ``2 s``, ``0.25 s``."""
    return f"{value:g} s"
