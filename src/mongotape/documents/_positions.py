"""Where each value of a text stands, in a few bytes a value."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from sys import intern

from mongotape.documents._places import Path, Position


class Positions:
    """The places of all values of one text, in the order in which they are written.

    A value is a number; its children are the numbers after it up to ``_end``. `add` opens a value, `close`
    ends the container opened last.
    """

    __slots__ = ("_end", "_keys", "_lines", "_offset", "_open", "_target")

    def __init__(self, text: str) -> None:
        self._lines = array("L", [0])
        start = text.find("\n")
        while start >= 0:
            self._lines.append(start + 1)
            start = text.find("\n", start + 1)
        self._offset = array("L")
        self._end = array("L")
        self._keys: list[str | None] = []  # None for a list's item and for the root
        self._target: dict[int, int] = {}  # an alias's number to its anchor's
        self._open: list[int] = []

    def add(self, key: str | None, offset: int, *, container: bool, alias_of: int | None = None) -> int:
        """Records the next value, which stands (with its key, if it has one) at ``offset``."""
        number = len(self._offset)
        self._offset.append(offset)
        self._end.append(number + 1)
        self._keys.append(None if key is None else intern(key))
        if alias_of is not None:
            self._target[number] = alias_of
        if container:
            self._open.append(number)
        return number

    def close(self) -> None:
        """Ends the container that was opened last."""
        self._end[self._open.pop()] = len(self._offset)

    def clear(self) -> None:
        """Forgets every value, for a second attempt at the same text."""
        del self._offset[:], self._end[:]
        self._keys.clear()
        self._target.clear()
        self._open.clear()

    def at(self, offset: int) -> Position:
        """The line and column of an offset."""
        line = bisect_right(self._lines, offset)
        return Position(line, offset - self._lines[line - 1] + 1)

    def locate_child(self, key: str) -> Position:
        """The position of a key that the open container already has."""
        number = self._open[-1] + 1
        while number < len(self._offset):
            if self._keys[number] == key:
                return self.at(self._offset[number])
            number = self._end[number]
        return self.at(self._offset[self._open[-1]])

    def locate(self, path: Path) -> Position:
        """The position of the value at ``path``, or of the nearest one above it that exists."""
        if not self._offset:
            return Position(1, 1)
        number = 0
        for step in path:
            child = self._child(number, step)
            if child is None:
                break
            number = child
        return self.at(self._offset[number])

    def _child(self, number: int, step: str | int) -> int | None:
        number = self._target.get(number, number)
        merges: list[int] = []
        ordinal = 0
        child = number + 1
        while child < self._end[number]:
            key = self._keys[child]
            if key == step or (key is None and ordinal == step):
                return child
            if key == "<<":
                merges.append(child)
            ordinal += 1
            child = self._end[child]
        for merge in reversed(merges):
            for source in self._merge_sources(merge):
                if (found := self._child(source, step)) is not None:
                    return found
        return None

    def _merge_sources(self, merge: int) -> list[int]:
        merge = self._target.get(merge, merge)
        first = merge + 1
        if first >= self._end[merge] or self._keys[first] is not None:
            return [merge]
        sources = []  # a list of mappings to merge
        while first < self._end[merge]:
            sources.append(first)
            first = self._end[first]
        return sources
