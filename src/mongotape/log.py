"""An event log: frozen, in the order things happened; filters and slices are logs too."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol, overload

from mongotape.errors import ExpectationError
from mongotape.events import Family, Kind, RecordedEvent, families_of, kind_of, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["EventLog", "History", "Mark"]


class Mark(NamedTuple):
    """A moment of a recording, for ``log.since(mark)``."""

    at: float  #: seconds on the monotonic clock


class History(Protocol):
    """What a log reads from: rows in the order things happened, made into records when they are asked for."""

    def __len__(self) -> int:
        """How many rows there are."""

    def kind(self, row: int) -> Kind:
        """The kind of a row, without making the record."""

    def at(self, row: int) -> float:
        """The stamp of a row, without making the record."""

    def client(self, row: int) -> str | None:
        """The client's label of a row, without making the record."""

    def event(self, row: int) -> RecordedEvent:
        """The record of a row."""


class _Given:
    """The history of records that somebody already holds."""

    def __init__(self, events: Iterable[RecordedEvent]) -> None:
        self._events = tuple(events)

    def __len__(self) -> int:
        return len(self._events)

    def kind(self, row: int) -> Kind:
        return self._events[row].kind

    def at(self, row: int) -> float:
        return self._events[row].at

    def client(self, row: int) -> str | None:
        return self._events[row].client

    def event(self, row: int) -> RecordedEvent:
        return self._events[row]


class EventLog(Sequence[RecordedEvent]):
    """Recorded events in the order things happened.

    Args:
        events: records, or the history that makes them.
        observed: the families that were recorded; the absence of any other family says nothing.
        dropped: how many events of this stretch were lost to a bound on memory.
        silence: one sentence why nothing could be seen in this stretch, if so (recording was paused
            throughout, nothing carries the recorder).
    """

    __slots__ = ("_dropped", "_history", "_observed", "_rows", "_silence")

    def __init__(
        self,
        events: History | Iterable[RecordedEvent] = (),
        *,
        observed: Iterable[str] | None = None,
        dropped: int = 0,
        silence: str | None = None,
        rows: Sequence[int] | None = None,
    ) -> None:
        self._history: History = events if hasattr(events, "event") else _Given(events)  # type: ignore[assignment]
        self._rows: Sequence[int] = range(len(self._history)) if rows is None else rows
        self._observed = families_of(observed)
        self._dropped = dropped
        self._silence = silence

    @property
    def observed(self) -> frozenset[Family]:
        """The families that were recorded."""
        return self._observed

    @property
    def dropped(self) -> int:
        """How many events of this stretch were lost to a bound on memory."""
        return self._dropped

    @property
    def silence(self) -> str | None:
        """Why nothing could be seen in this stretch, in one sentence; None where something could."""
        return self._silence

    def of(self, *words: str | Kind | Family) -> EventLog:
        """Return the events of these kinds and families ("commandStartedEvent", "pool", "sdam").

        Raises:
            ExpectationError: a word is neither a kind nor a family, or no word is given.
        """
        wanted: set[Kind] = set()
        if not words:
            raise ExpectationError("of(): name one or more kinds or families")
        for word in words:
            wanted |= _kinds(word)
        return self._where(lambda row: self._history.kind(row) in wanted)

    def commands(self, *names: str) -> EventLog:
        """Return the started events of commands with these names; of all commands without names."""

        def is_wanted(row: int) -> bool:
            if self._history.kind(row) is not Kind.COMMAND_STARTED:
                return False
            return not names or self._history.event(row).command_name in names

        return self._where(is_wanted)

    def client(self, label: str | None) -> EventLog:
        """Return the events of the client with this label ("client-1")."""
        return self._where(lambda row: self._history.client(row) == label)

    def since(self, mark: Mark) -> EventLog:
        """Return the events at and after a mark (``event_recorder.mark()``)."""
        first = bisect_left(self._rows, mark.at, key=self._history.at)
        return self._with(self._rows[first:])

    @property
    def kinds(self) -> list[Kind]:
        """The kinds of all events, in order."""
        return [self._history.kind(row) for row in self._rows]

    def _where(self, is_wanted: Callable[[int], bool]) -> EventLog:
        return self._with([row for row in self._rows if is_wanted(row)])

    def _with(self, rows: Sequence[int]) -> EventLog:
        return EventLog(
            self._history, observed=self._observed, dropped=self._dropped, silence=self._silence, rows=rows
        )

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> RecordedEvent: ...
    @overload
    def __getitem__(self, index: slice) -> EventLog: ...
    def __getitem__(self, index: int | slice) -> RecordedEvent | EventLog:
        if isinstance(index, slice):
            return self._with(self._rows[index])
        return self._history.event(self._rows[index])

    def __iter__(self) -> Iterator[RecordedEvent]:
        make = self._history.event
        return (make(row) for row in self._rows)

    def __eq__(self, other: object) -> bool:
        """Two logs are equal when they hold the same publications."""
        if not isinstance(other, EventLog):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # a live log's length changes

    def __repr__(self) -> str:
        shown = ", ".join(str(kind).removesuffix("Event") for kind in self[:_SHOWN].kinds)
        more = f", and {len(self) - _SHOWN} more" if len(self) > _SHOWN else ""
        return f"<EventLog of {len(self)} events: {shown}{more}>" if len(self) else "<EventLog of no events>"


_SHOWN = 8


def _kinds(word: str) -> set[Kind]:
    if isinstance(word, Kind):
        return {word}
    try:
        return {kind for family in families_of(word) for kind in family.kinds}
    except ExpectationError:
        pass
    try:
        return {kind_of(word)}
    except ExpectationError:
        hint = nearest(word, [*Kind, *Family, "cmap", "sdam"])
        raise ExpectationError(f"{word!r} is neither an event nor a family{hint}") from None
