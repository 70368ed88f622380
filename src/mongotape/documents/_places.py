"""Where in a file something stands, and what is wrong there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

Path = tuple[str | int, ...]
"""The keys and indexes that lead from a document's root to a value: ``("tests", 0, "operations", 2)``."""


_LONGEST = 1000  # characters of a complaint


class Position(NamedTuple):
    """A line and a column of a text, both counted from 1."""

    line: int
    column: int


def shown_path(path: Path) -> str:
    """A path as people write it: ``tests[0].operations[2].name``; the root is an empty string."""
    parts: list[str] = []
    for step in path:
        if isinstance(step, int):
            parts.append(f"[{step}]")
        else:
            parts.append(f".{step}" if parts else step)
    return "".join(parts)


class Source(Protocol):
    """What a place is in: it has a name and knows where its values stand."""

    @property
    def name(self) -> str: ...

    def locate(self, path: Path) -> Position: ...


@dataclass(frozen=True, slots=True)
class Place:
    """One value's place in a document; its line and column are looked up when they are asked for."""

    source: Source = field(repr=False)
    path: Path

    @property
    def position(self) -> Position:
        """The position of the key (in a mapping) or of the item (in a list)."""
        return self.source.locate(self.path)

    @property
    def line(self) -> int:
        """The line, counted from 1."""
        return self.position.line

    @property
    def column(self) -> int:
        """The column, counted from 1."""
        return self.position.column

    def below(self, *steps: str | int) -> Place:
        """The place that ``steps`` lead to from here."""
        return Place(self.source, (*self.path, *steps))

    def __str__(self) -> str:
        """``file:line:column``."""
        position = self.position
        return f"{self.source.name}:{position.line}:{position.column}"


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that is wrong in a document: where, what, what to do."""

    place: Place
    message: str  #: one sentence without place and path
    suggestion: str | None = None  #: "did you mean ...?", or what to do instead

    @property
    def path(self) -> Path:
        """The keys and indexes that lead from the document's root to the fault."""
        return self.place.path

    def __str__(self) -> str:
        """``file:line:column: path: message; suggestion``, on one line of printable characters."""
        path = shown_path(self.place.path)
        text = f"{self.place}: {path + ': ' if path else ''}{self.message}"
        return _shown(f"{text}; {self.suggestion}" if self.suggestion else text)


def _shown(text: str) -> str:
    """A text from a file as it may be printed: nothing that moves a terminal's cursor, nothing endless."""
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST - 200]} [...] {text[-150:]}"
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)
