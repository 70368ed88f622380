"""The words of complaints: values as people call them, and the nearest word that is known."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

BROKEN: Any = object()
"""What a shape returns for a value that it complained about."""


FEW, MANY = 12, 200


def describe(value: object) -> str:
    """A value's type in the words of YAML and JSON, with the value where it is short."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return f"the number {value}"
    if isinstance(value, str):
        return f'the string "{value}"' if len(value) <= 40 else "a string"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "a mapping"
    return f"a value of type {type(value).__name__}"


def one_of(words: Iterable[str]) -> str:
    """Words as a sentence lists them: ``a, b or c``."""
    listed = list(words)
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} or {listed[-1]}"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is spelled most like another one, case aside."""
    words = sorted(known)
    if len(words) > MANY:  # a file may define thousands of entities: those of much the same length will do
        words = [candidate for candidate in words if abs(len(candidate) - len(word)) <= 1][:MANY]
    by_lower = {candidate.lower(): candidate for candidate in words}
    near = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[near[0]] if near else None


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """The nearest known word as a question; where none is near all of them, or a few of many."""
    words = sorted(known)
    if near := nearest(word, words):
        return f'did you mean "{near}"?'
    if len(words) > FEW:
        return f"known: {', '.join(words[:FEW])} and {len(words) - FEW} more"
    return f"known: {', '.join(words)}" if words else None
