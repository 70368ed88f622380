"""Raw rows: what is kept of an event at the moment it is published, under one lock."""

from __future__ import annotations

import os
import threading
import weakref
from collections import deque
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, TypeAlias

from mongotape.actors import current_actor
from mongotape.frozen import freeze

if TYPE_CHECKING:
    from collections.abc import Callable

    from mongotape.actors import Actor

#: (seconds, who, the client's tap or None, PyMongo's event[, its frozen document])
Row: TypeAlias = "tuple[Any, ...]"


class Labelled(Protocol):
    """The tap of a client, as far as rows know it."""

    label: str  #: the client's


class Snapshot(NamedTuple):
    """All rows at one moment, in the order things happened."""

    rows: list[Row]
    gaps: list[float]  #: stamps at which something may have been missed: a pause, a clear, a bound
    forgotten: int  #: how many rows, the oldest, were dropped to keep to the bound
    version: tuple[int, int]  #: changes with every row kept and every row thrown away


class Rows:
    """Keeps rows in the order of their stamps and wakes who waits for them.

    Args:
        maxlen: the most rows to keep; the oldest is dropped and counted. None keeps all.
    """

    def __init__(self, maxlen: int | None) -> None:
        self.maxlen: Final = maxlen
        self.paused = 0  #: how many pauses are in force
        self.forgotten = 0  #: how many rows since the last clear were dropped to keep to the bound
        self.lost_until = 0  #: rows kept before this one may have been dropped
        self.errors: list[BaseException] = []
        self._gone = 0
        self._cleared = 0
        self._rows: Final[deque[Row]] = deque()
        self._gaps: list[float] = []
        self._shuffled = False
        self._wakers: tuple[Callable[[Row], None], ...] = ()
        self._is_attentive = maxlen is not None
        self._snapshot: Snapshot | None = None
        # Reentrant: the garbage collector may close a client, and so publish, inside the critical section.
        self.lock = threading.RLock()
        _alive.add(self)

    @property
    def kept(self) -> int:
        """How many rows were ever kept."""
        return self._gone + len(self._rows)

    def keeper(self, tap: Labelled | None) -> Callable[[Any], None]:
        """Return what keeps an event of one client as it stands: a listener's body, so nothing leaves it."""
        append = self._rows.append

        def keep(event: Any) -> None:
            try:
                if self.paused:
                    return
                with self.lock:
                    append(row := (monotonic(), current_actor(), tap, event))
                if self._is_attentive:
                    self._attend_to(row)
            except BaseException as error:  # noqa: BLE001  # an observer does no harm; the fixture raises it
                self.errors.append(error)

        return keep

    def freezing_keeper(
        self, tap: Labelled | None, document_of: Callable[[Any], Any]
    ) -> Callable[[Any], None]:
        """Return what keeps an event of one client with its document as it is at this moment.

        Args:
            tap: the client's.
            document_of: returns the event's document.
        """
        append = self._rows.append

        # Written out like the one above: a shared body would be one more call for every event.
        def keep(event: Any) -> None:
            try:
                if self.paused:
                    return
                frozen = freeze(document_of(event))
                with self.lock:
                    append(row := (monotonic(), current_actor(), tap, event, frozen))
                if self._is_attentive:
                    self._attend_to(row)
            except BaseException as error:  # noqa: BLE001
                self.errors.append(error)

        return keep

    def keep_queued(self, tap: Labelled | None, event: Any, at: float, actor: Actor) -> None:
        """Keep an event that was queued at ``at`` by ``actor`` and is delivered only now."""
        try:
            if self.paused:
                return
            row = (at, actor, tap, event)
            with self.lock:
                self._shuffled = True
                self._rows.append(row)
            if self._is_attentive:
                self._attend_to(row)
        except BaseException as error:  # noqa: BLE001
            self.errors.append(error)

    def _attend_to(self, row: Row) -> None:
        if self.maxlen is not None:
            with self.lock:
                while len(self._rows) > self.maxlen:
                    self._forget()
        for wake in self._wakers:
            wake(row)

    def _forget(self) -> None:
        self._sort()
        self._rows.popleft()
        self.forgotten += 1
        self._gone += 1
        self.lost_until = self._gone

    def _sort(self) -> None:
        if self._shuffled:
            rows = sorted(self._rows, key=_stamp)
            self._rows.clear()
            self._rows.extend(rows)
            self._shuffled = False

    def add_gap(self) -> None:
        """Note that what follows may lack what went before."""
        with self.lock:
            self._gaps.append(monotonic())
            self._snapshot = None

    def clear(self) -> None:
        """Throw all rows away."""
        with self.lock:
            self._cleared += 1
            self._gone = self.kept
            self._rows.clear()
            self._gaps.clear()
            self.forgotten = 0
        self.add_gap()

    def snapshot(self) -> Snapshot:
        """Return all rows; the same object as long as nothing happens."""
        with self.lock:
            version = (self.kept, self._cleared)
            if self._snapshot is None or self._snapshot.version != version:
                self._sort()
                self._snapshot = Snapshot(list(self._rows), list(self._gaps), self.forgotten, version)
            return self._snapshot

    def on_row(self, wake: Callable[[Row], None]) -> Callable[[], None]:
        """Call ``wake`` with every row after it is kept; the returned callable ends that."""
        with self.lock:
            self._wakers = (*self._wakers, wake)
            self._is_attentive = True

        def end() -> None:
            with self.lock:
                self._wakers = tuple(each for each in self._wakers if each is not wake)
                self._is_attentive = bool(self._wakers) or self.maxlen is not None

        return end


def _stamp(row: tuple[float, Any]) -> float:
    return row[0]


_alive: weakref.WeakSet[Rows] = weakref.WeakSet()


def _renew_locks() -> None:
    """Make the locks anew in a forked process: another thread of the parent may have held them."""
    for rows in _alive:
        rows.lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_locks)
