"""Recorded events made of PyMongo's own event objects, for tests that need no server."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

from pymongo import monitoring

from mongotape.events import Connection, Kind, RecordedEvent
from mongotape.frozen import freeze

ADDRESS = ("localhost", 27017)
_STAMP = count(1)


def record(
    kind: Kind,
    event: Any,
    *,
    client: str | None = "client-1",
    connection: Connection | None = None,
    **documents: Any,
) -> RecordedEvent:
    """A record of PyMongo's own event."""
    return RecordedEvent(
        kind,
        event,
        client=client,
        at=float(next(_STAMP)),
        thread="MainThread",
        task=None,
        frozen={name: freeze(document) for name, document in documents.items()},
        connection=connection,
    )


def started(
    command: dict[str, Any],
    *,
    database_name: str = "shop",
    request_id: int = 1,
    operation_id: int | None = 1,
    service_id: Any = None,
    server_connection_id: int | None = 7,
    **more: Any,
) -> RecordedEvent:
    """A command was sent."""
    event = monitoring.CommandStartedEvent(
        command, database_name, request_id, ADDRESS, operation_id, service_id, server_connection_id
    )
    return record(Kind.COMMAND_STARTED, event, command=command, **more)


def succeeded(
    reply: dict[str, Any], name: str = "find", *, request_id: int = 1, **more: Any
) -> RecordedEvent:
    """A command was answered."""
    event = monitoring.CommandSucceededEvent(
        timedelta(microseconds=1500), reply, name, request_id, ADDRESS, 1, database_name="shop"
    )
    return record(Kind.COMMAND_SUCCEEDED, event, reply=reply, **more)


def failed(failure: dict[str, Any], name: str = "find", *, request_id: int = 1, **more: Any) -> RecordedEvent:
    """A command failed."""
    event = monitoring.CommandFailedEvent(
        timedelta(microseconds=1500), failure, name, request_id, ADDRESS, 1, database_name="shop"
    )
    return record(Kind.COMMAND_FAILED, event, failure=failure, **more)


def checked_out(number: int = 1, *, client: str = "client-1", pool: int = 1) -> RecordedEvent:
    """A connection was borrowed."""
    event = monitoring.ConnectionCheckedOutEvent(ADDRESS, number, 0.25)
    return record(
        Kind.CONNECTION_CHECKED_OUT,
        event,
        client=client,
        connection=Connection(client, ADDRESS, pool, number),
    )


def checked_in(number: int = 1, *, client: str = "client-1", pool: int = 1) -> RecordedEvent:
    """A connection was given back."""
    event = monitoring.ConnectionCheckedInEvent(ADDRESS, number)
    return record(
        Kind.CONNECTION_CHECKED_IN, event, client=client, connection=Connection(client, ADDRESS, pool, number)
    )


def ready(**more: Any) -> RecordedEvent:
    """A pool may give out connections."""
    return record(Kind.POOL_READY, monitoring.PoolReadyEvent(ADDRESS), **more)
