"""Makes records from raw rows when a log is read."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from mongotape.events import Family, Kind, RecordedEvent
from mongotape.recording._connections import connections_of
from mongotape.recording._tap import FROZEN_FIELDS, kind_of_event

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mongotape.events import Connection
    from mongotape.frozen import Frozen
    from mongotape.recording._rows import Row, Snapshot

_ON_CONNECTIONS = frozenset({Family.COMMAND, Family.POOL})


def record(row: Row, connection: Callable[[], Connection | None] | None = None) -> RecordedEvent:
    """Return the record of one row."""
    at, actor, tap, event, *frozen = row
    kind = kind_of_event(event)
    documents: Mapping[str, Frozen] = {FROZEN_FIELDS[kind][0]: frozen[0]} if frozen else {}
    return RecordedEvent(
        kind,
        event,
        client=tap.label if tap is not None else None,
        at=at,
        thread=actor.thread,
        task=actor.task,
        frozen=documents,
        connection=connection,
    )


class RowHistory:
    """The history behind the logs of a recorder (see ``mongotape.log.History``)."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._rows = snapshot.rows
        self._gaps = snapshot.gaps
        self._commands: dict[int, RecordedEvent] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def kind(self, row: int) -> Kind:
        """The kind of a row, without making the record."""
        return kind_of_event(self._rows[row][3])

    def at(self, row: int) -> float:
        """The stamp of a row, in seconds."""
        at: float = self._rows[row][0]
        return at

    def client(self, row: int) -> str | None:
        """The client's label of a row."""
        tap: Any = self._rows[row][2]
        return tap.label if tap is not None else None

    def event(self, row: int) -> RecordedEvent:
        """The record of a row; those of commands are made once, for the documents they decode."""
        made = self._commands.get(row)
        if made is not None:
            return made
        made = self._made(row)
        if made.kind.family is Family.COMMAND:
            self._commands[row] = made
        return made

    def _made(self, row: int) -> RecordedEvent:
        raw = self._rows[row]
        if kind_of_event(raw[3]).family in _ON_CONNECTIONS:
            return record(raw, lambda: self._connections[row])
        return record(raw)

    @cached_property
    def _connections(self) -> list[Connection | None]:
        return connections_of(self._rows, self._gaps)
