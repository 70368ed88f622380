"""Tells on which connection of which pool each event happened.

Pool events carry a number that starts at 1 in every pool, command events only the server's address. A command
runs on the connection that its thread or task has checked out at that moment; where several are out (a pinned
cursor, a transaction behind a load balancer), the server's own number of the connection decides.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from mongotape.events import Connection, Family, Kind
from mongotape.recording._tap import kind_of_event

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mongotape.actors import Actor
    from mongotape.recording._rows import Row

_NUMBERED = frozenset(
    kind
    for kind in Family.POOL.kinds
    if "connection_id" in kind.fields and kind is not Kind.CONNECTION_CHECK_OUT_FAILED
)
_TAKEN = frozenset({Kind.CONNECTION_CREATED, Kind.CONNECTION_CHECKED_OUT})
_RETURNED = frozenset({Kind.CONNECTION_READY, Kind.CONNECTION_CHECKED_IN, Kind.CONNECTION_CLOSED})


def connections_of(rows: Sequence[Row], gaps: Sequence[float]) -> list[Connection | None]:
    """Return the connection of each row, None where it can't be decided or there is none.

    Args:
        rows: everything that was recorded, in the order it happened.
        gaps: stamps after which check-outs seen before may no longer hold.
    """
    walk = _Walk()
    waiting = list(reversed(gaps))
    found: list[Connection | None] = []
    for row in rows:
        while waiting and waiting[-1] <= row[0]:
            waiting.pop()
            walk.forget()
        found.append(walk.step(row))
    return found


class _Walk:
    def __init__(self) -> None:
        self._pools: defaultdict[tuple[Any, Any], int] = defaultdict(int)
        self._held: defaultdict[Actor, list[Connection]] = defaultdict(list)
        self._holder: dict[Connection, Actor] = {}
        self._server_numbers: dict[Connection, int] = {}
        self._running: dict[tuple[Any, int], Connection | None] = {}

    def forget(self) -> None:
        """Drop what may have changed unseen."""
        self._held.clear()
        self._holder.clear()
        self._running.clear()

    def step(self, row: Row) -> Connection | None:
        _at, actor, tap, event = row[:4]
        kind = kind_of_event(event)
        if kind.family is Family.POOL:
            return self._pool_event(kind, actor, tap, event)
        if kind.family is Family.COMMAND and tap is not None:
            return self._command(kind, actor, tap, event)
        return None

    def _pool_event(self, kind: Kind, actor: Actor, tap: Any, event: Any) -> Connection | None:
        if kind is Kind.POOL_CREATED:
            self._pools[tap, event.address] += 1
        if kind not in _NUMBERED:
            return None
        pool = self._pools[tap, event.address] or 1
        connection = Connection(tap and tap.label, event.address, pool, event.connection_id)
        if kind in _TAKEN:
            self._take(actor, connection)
        elif kind in _RETURNED:
            self._return(connection)
        return connection

    def _take(self, actor: Actor, connection: Connection) -> None:
        self._return(connection)
        self._held[actor].append(connection)
        self._holder[connection] = actor

    def _return(self, connection: Connection) -> None:
        holder = self._holder.pop(connection, None)
        if holder is not None:
            self._held[holder].remove(connection)
            if not self._held[holder]:
                del self._held[holder]

    def _command(self, kind: Kind, actor: Actor, tap: Any, event: Any) -> Connection | None:
        key = (tap, event.request_id)
        if kind is not Kind.COMMAND_STARTED:
            return self._running.pop(key, None)
        candidates = [
            each
            for each in self._held.get(actor, ())
            if each.client == tap.label and each.address == event.connection_id
        ]
        connection = self._decide(candidates, event.server_connection_id)
        self._running[key] = connection
        if connection is not None and event.server_connection_id is not None:
            self._server_numbers[connection] = event.server_connection_id
        return connection

    def _decide(self, candidates: list[Connection], server_number: int | None) -> Connection | None:
        if server_number is None:
            return candidates[0] if len(candidates) == 1 else None
        known = [each for each in candidates if self._server_numbers.get(each) == server_number]
        unknown = [each for each in candidates if each not in self._server_numbers]
        if len(known) == 1:
            return known[0]
        return unknown[0] if not known and len(unknown) == 1 else None
