"""One place where what was observed is not what was expected."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

from mongotape.errors import ExpectationError

Path: TypeAlias = "tuple[str | int, ...]"


class Missing(Enum):
    """The type of MISSING."""

    MISSING = "missing"

    def __repr__(self) -> str:
        return "nothing"


#: What is observed where there is nothing: a key that a document lacks, an operation without a result.
MISSING: Final = Missing.MISSING


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One place where what was observed is not what was expected."""

    path: Path  #: from the event's or value's root: ("command", "updates", 0, "u")
    expected: object  #: MISSING where nothing was expected
    actual: object  #: MISSING where nothing was observed
    why: str  #: one sentence, without the path

    @property
    def where(self) -> str:
        """The path as text: ``command.updates[0].u``."""
        return path_text(self.path)

    def __str__(self) -> str:
        return f"{self.where}: {self.why}" if self.path else self.why


def path_text(path: Path) -> str:
    """Return a path as text: ``command.updates[0].u``; a key that holds a dot stands in brackets."""
    text = ""
    for each in path:
        if isinstance(each, int):
            text += f"[{each}]"
        elif not isinstance(each, str) or not each or set(each) & set(".[] \n\"'"):
            text += f"[{each!r}]"
        else:
            text += f".{each}" if text else each
    return text


def malformed(path: Path, why: str) -> ExpectationError:
    """Return the error of an expectation that can't be read, with its place."""
    words = path_text(path)
    where = f"expected{words}: " if words.startswith("[") else f"{words}: " if words else ""
    return ExpectationError(f"{where}{why}", path=path)
