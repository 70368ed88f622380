"""An event log: frozen, in the order things happened; filters and slices are logs too."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, overload

from mongotape.errors import ExpectationError
from mongotape.events import Family, Kind, RecordedEvent, families_of, kind_of, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["EventLog", "History", "LiveLog", "Mark"]


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


class View(NamedTuple):
    """What a log shows at one moment."""

    history: History
    rows: Sequence[int]
    observed: frozenset[Family]
    dropped: int
    silence: str | None
    narrowed_to: frozenset[Kind]
    clients: frozenset[str] | None


class EventLog(Sequence[RecordedEvent]):
    """Recorded events in the order things happened.

    Args:
        events: records, or the history that makes them.
        observed: the families that were recorded; the absence of any other family says nothing.
        dropped: how many events of this stretch were lost to a bound on memory.
        silence: one sentence why nothing could be seen in this stretch, if so (recording was paused
            throughout, nothing carries the recorder).
        rows: which rows of the history it shows; without it all.
        clients: the labels that clients were given, also of those that did nothing; None: unknown.
    """

    __slots__ = ("_held",)

    def __init__(
        self,
        events: History | Iterable[RecordedEvent] = (),
        *,
        observed: Iterable[str] | None = None,
        dropped: int = 0,
        silence: str | None = None,
        rows: Sequence[int] | None = None,
        clients: Iterable[str] | None = None,
    ) -> None:
        history: History = events if hasattr(events, "event") else _Given(events)  # type: ignore[assignment]
        self._held = View(
            history,
            range(len(history)) if rows is None else rows,
            families_of(observed),
            dropped,
            silence,
            _EVERY_KIND,
            None if clients is None else frozenset(clients),
        )

    @property
    def _view(self) -> View:
        return self._held

    @property
    def observed(self) -> frozenset[Family]:
        """The families that were recorded."""
        return self._view.observed

    @property
    def dropped(self) -> int:
        """How many events of this stretch were lost to a bound on memory."""
        return self._view.dropped

    @property
    def silence(self) -> str | None:
        """Why nothing could be seen in this stretch, in one sentence; None where something could."""
        return self._view.silence

    @property
    def narrowed_to(self) -> frozenset[Kind]:
        """The kinds that ``of()`` and ``commands()`` left; the absence of any other kind says nothing."""
        return self._view.narrowed_to

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
        history, rows = self._view[:2]
        return self._with([row for row in rows if history.kind(row) in wanted], wanted)

    def commands(self, *names: str) -> EventLog:
        """Return the started events of commands with these names; of all commands without names."""
        history, rows = self._view[:2]
        started = [row for row in rows if history.kind(row) is Kind.COMMAND_STARTED]
        return self._with(
            [row for row in started if not names or history.event(row).command_name in names],
            {Kind.COMMAND_STARTED},
        )

    def client(self, label: str | None) -> EventLog:
        """Return the events of the client with this label ("client-1"); None: of no known client.

        Raises:
            ExpectationError: no client was given this label, so that nothing could ever be found.
        """
        history, rows = self._view[:2]
        known = self._view.clients
        if known is not None and label not in known:
            is_untold = label is None and any(history.client(row) is None for row in range(len(history)))
            if not is_untold:
                raise ExpectationError(
                    f"client({label!r}): no client that carries the recorder has this label; known are"
                    f" {', '.join(sorted(known)) or 'none'}"
                )
        return self._with([row for row in rows if history.client(row) == label])

    def since(self, mark: Mark) -> EventLog:
        """Return the events at and after a mark (``event_recorder.mark()``)."""
        history, rows = self._view[:2]
        return self._with(rows[bisect_left(rows, mark.at, key=history.at) :])

    @property
    def kinds(self) -> list[Kind]:
        """The kinds of all events, in order."""
        history, rows = self._view[:2]
        return [history.kind(row) for row in rows]

    def _with(self, rows: Sequence[int], kinds: Iterable[Kind] = Kind) -> EventLog:
        view = self._view
        made = EventLog(view.history, rows=rows)
        made._held = view._replace(rows=rows, narrowed_to=view.narrowed_to.intersection(kinds))
        return made

    def __len__(self) -> int:
        return len(self._view.rows)

    @overload
    def __getitem__(self, index: int) -> RecordedEvent: ...
    @overload
    def __getitem__(self, index: slice) -> EventLog: ...
    def __getitem__(self, index: int | slice) -> RecordedEvent | EventLog:
        history, rows = self._view[:2]
        if isinstance(index, slice):
            return self._with(rows[index])
        return history.event(rows[index])

    def __iter__(self) -> Iterator[RecordedEvent]:
        history, rows = self._view[:2]
        return map(history.event, rows)

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


class LiveLog(EventLog):
    """A log that is read anew at every look.

    Args:
        read: returns the log as it is now.
        recorder: what it is read from, for who wants to wait; None: nothing can be waited for.
    """

    __slots__ = ("_read", "recorder")

    def __init__(self, read: Callable[[], EventLog], recorder: Any = None) -> None:
        self._read = read
        self.recorder = recorder

    @property
    def _view(self) -> View:
        return self._read()._view


_SHOWN = 8
_EVERY_KIND = frozenset(Kind)


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
