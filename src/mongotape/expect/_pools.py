"""The builders of the eleven events of a connection pool.

A keyword that is not given is not compared. Durations: ``duration_micros`` in microseconds, ``duration`` in
seconds. ``client`` is the client's label, ``connection`` a ``Connection`` or a capture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mongotape.events import Kind
from mongotape.expect._reading import given as _expect
from mongotape.expect._values import UNSET, Expectation, Given

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bson import ObjectId

    from mongotape.events import Connection
    from mongotape.expect._values import Address

__all__ = [
    "connection_check_out_failed",
    "connection_check_out_started",
    "connection_checked_in",
    "connection_checked_out",
    "connection_closed",
    "connection_created",
    "connection_ready",
    "pool_cleared",
    "pool_closed",
    "pool_created",
    "pool_ready",
]


def pool_created(
    *,
    address: Given[Address] = UNSET,
    options: Given[Mapping[str, Any]] = UNSET,
    client: Given[str | None] = UNSET,
) -> Expectation:
    """A pool was made; ``options`` is a root document of those that are not the default."""
    return _expect(Kind.POOL_CREATED, address=address, options=options, client=client)


def pool_ready(
    *,
    address: Given[Address] = UNSET,
    client: Given[str | None] = UNSET,
) -> Expectation:
    """A pool may give out connections."""
    return _expect(Kind.POOL_READY, address=address, client=client)


def pool_cleared(
    *,
    address: Given[Address] = UNSET,
    service_id: Given[ObjectId | None] = UNSET,
    has_service_id: Given[bool] = UNSET,
    interrupt_connections: Given[bool] = UNSET,
    client: Given[str | None] = UNSET,
) -> Expectation:
    """A pool was cleared: its connections are stale."""
    return _expect(
        Kind.POOL_CLEARED,
        address=address,
        service_id=service_id,
        has_service_id=has_service_id,
        interrupt_connections=interrupt_connections,
        client=client,
    )


def pool_closed(
    *,
    address: Given[Address] = UNSET,
    client: Given[str | None] = UNSET,
) -> Expectation:
    """A pool was closed."""
    return _expect(Kind.POOL_CLOSED, address=address, client=client)


def connection_created(
    *,
    address: Given[Address] = UNSET,
    connection_id: Given[int] = UNSET,
    client: Given[str | None] = UNSET,
    connection: Given[Connection | None] = UNSET,
) -> Expectation:
    """A connection was made, not yet usable."""
    return _expect(
        Kind.CONNECTION_CREATED,
        address=address,
        connection_id=connection_id,
        client=client,
        connection=connection,
    )


def connection_ready(
    *,
    address: Given[Address] = UNSET,
    connection_id: Given[int] = UNSET,
    duration: Given[float | None] = UNSET,
    client: Given[str | None] = UNSET,
    connection: Given[Connection | None] = UNSET,
) -> Expectation:
    """A connection finished its handshake."""
    return _expect(
        Kind.CONNECTION_READY,
        address=address,
        connection_id=connection_id,
        duration=duration,
        client=client,
        connection=connection,
    )


def connection_closed(
    *,
    address: Given[Address] = UNSET,
    connection_id: Given[int] = UNSET,
    reason: Given[str] = UNSET,
    client: Given[str | None] = UNSET,
    connection: Given[Connection | None] = UNSET,
) -> Expectation:
    """A connection was closed: stale, idle, error or poolClosed."""
    return _expect(
        Kind.CONNECTION_CLOSED,
        address=address,
        connection_id=connection_id,
        reason=reason,
        client=client,
        connection=connection,
    )


def connection_check_out_started(
    *,
    address: Given[Address] = UNSET,
    client: Given[str | None] = UNSET,
) -> Expectation:
    """An operation asked the pool for a connection."""
    return _expect(Kind.CONNECTION_CHECK_OUT_STARTED, address=address, client=client)


def connection_check_out_failed(
    *,
    address: Given[Address] = UNSET,
    connection_id: Given[int] = UNSET,
    reason: Given[str] = UNSET,
    duration: Given[float | None] = UNSET,
    client: Given[str | None] = UNSET,
) -> Expectation:
    """An operation got no connection: timeout, poolClosed or connectionError; its number is always 0."""
    return _expect(
        Kind.CONNECTION_CHECK_OUT_FAILED,
        address=address,
        connection_id=connection_id,
        reason=reason,
        duration=duration,
        client=client,
    )


def connection_checked_out(
    *,
    address: Given[Address] = UNSET,
    connection_id: Given[int] = UNSET,
    duration: Given[float | None] = UNSET,
    client: Given[str | None] = UNSET,
    connection: Given[Connection | None] = UNSET,
) -> Expectation:
    """An operation got a connection."""
    return _expect(
        Kind.CONNECTION_CHECKED_OUT,
        address=address,
        connection_id=connection_id,
        duration=duration,
        client=client,
        connection=connection,
    )


def connection_checked_in(
    *,
    address: Given[Address] = UNSET,
    connection_id: Given[int] = UNSET,
    client: Given[str | None] = UNSET,
    connection: Given[Connection | None] = UNSET,
) -> Expectation:
    """A connection was given back."""
    return _expect(
        Kind.CONNECTION_CHECKED_IN,
        address=address,
        connection_id=connection_id,
        client=client,
        connection=connection,
    )
