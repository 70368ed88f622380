"""A fault met while a text is read, before there is a document to point into."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mongotape.documents._places import Position


class Fault(Exception):  # noqa: N818 - never leaves this room: `_document` makes a SpecError of it
    """What is wrong at an offset of the text, or at a line and column of it."""

    def __init__(self, position: Position, message: str, suggestion: str | None = None) -> None:
        super().__init__(message)
        self.position = position
        self.message = message
        self.suggestion = suggestion


MAX_DEPTH = 150
"""BSON allows 100 levels; a file wraps its documents in at most a few dozen more."""

MAX_VALUES = 1_000_000
"""How many values a file may hold with its aliases written out; the largest official file holds 9,000."""

TOO_DEEP = f"values are nested more than {MAX_DEPTH} levels deep"
TOO_LARGE = "the number does not fit in 64 bits; write it with a point, or as $numberDecimal"


def fits(digits: str) -> bool:
    """Whether a whole number, as it is written, is one that BSON can hold."""
    return len(digits) < 30 and -(2**63) <= int(digits) < 2**63
