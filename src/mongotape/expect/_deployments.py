"""The builders of the nine events of servers, their heartbeats and topologies.

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

    from mongotape.expect._values import Address

__all__ = [
    "server_closed",
    "server_description_changed",
    "server_heartbeat_failed",
    "server_heartbeat_started",
    "server_heartbeat_succeeded",
    "server_opening",
    "topology_closed",
    "topology_description_changed",
    "topology_opening",
]


def server_opening(
    *,
    server_address: Given[Address] = UNSET,
    topology_id: Given[ObjectId] = UNSET,
    client: Given[str | None] = UNSET,
) -> Expectation:
    """A server is watched from now on."""
    return _expect(Kind.SERVER_OPENING, server_address=server_address, topology_id=topology_id, client=client)


def server_closed(
    *,
    server_address: Given[Address] = UNSET,
    topology_id: Given[ObjectId] = UNSET,
    client: Given[str | None] = UNSET,
) -> Expectation:
    """A server is watched no more."""
    return _expect(Kind.SERVER_CLOSED, server_address=server_address, topology_id=topology_id, client=client)


def server_description_changed(
    *,
    previous_description: Given[Mapping[str, Any]] = UNSET,
    new_description: Given[Mapping[str, Any]] = UNSET,
    server_address: Given[Address] = UNSET,
    topology_id: Given[ObjectId] = UNSET,
    client: Given[str | None] = UNSET,
) -> Expectation:
    """A server is seen differently; descriptions are root documents: ``{"type": "RSPrimary"}``."""
    return _expect(
        Kind.SERVER_DESCRIPTION_CHANGED,
        previous_description=previous_description,
        new_description=new_description,
        server_address=server_address,
        topology_id=topology_id,
        client=client,
    )


def server_heartbeat_started(
    *,
    connection_id: Given[Address] = UNSET,
    awaited: Given[bool] = UNSET,
    client: Given[str | None] = UNSET,
) -> Expectation:
    """A monitor asked its server."""
    return _expect(Kind.SERVER_HEARTBEAT_STARTED, connection_id=connection_id, awaited=awaited, client=client)


def server_heartbeat_succeeded(
    *,
    connection_id: Given[Address] = UNSET,
    awaited: Given[bool] = UNSET,
    duration: Given[float] = UNSET,
    reply: Given[Mapping[str, Any]] = UNSET,
    client: Given[str | None] = UNSET,
) -> Expectation:
    """A monitor got its answer; ``reply`` is its document, a root document."""
    return _expect(
        Kind.SERVER_HEARTBEAT_SUCCEEDED,
        connection_id=connection_id,
        awaited=awaited,
        duration=duration,
        reply=reply,
        client=client,
    )


def server_heartbeat_failed(
    *,
    connection_id: Given[Address] = UNSET,
    awaited: Given[bool] = UNSET,
    duration: Given[float] = UNSET,
    reply: Given[Exception] = UNSET,
    client: Given[str | None] = UNSET,
) -> Expectation:
    """A monitor got no answer; ``reply`` is the exception, ``text()`` matches its text."""
    return _expect(
        Kind.SERVER_HEARTBEAT_FAILED,
        connection_id=connection_id,
        awaited=awaited,
        duration=duration,
        reply=reply,
        client=client,
    )


def topology_opening(
    *,
    topology_id: Given[ObjectId] = UNSET,
    client: Given[str | None] = UNSET,
) -> Expectation:
    """A client watches its deployment from now on."""
    return _expect(Kind.TOPOLOGY_OPENING, topology_id=topology_id, client=client)


def topology_closed(
    *,
    topology_id: Given[ObjectId] = UNSET,
    client: Given[str | None] = UNSET,
) -> Expectation:
    """A client watches its deployment no more."""
    return _expect(Kind.TOPOLOGY_CLOSED, topology_id=topology_id, client=client)


def topology_description_changed(
    *,
    previous_description: Given[Mapping[str, Any]] = UNSET,
    new_description: Given[Mapping[str, Any]] = UNSET,
    topology_id: Given[ObjectId] = UNSET,
    client: Given[str | None] = UNSET,
) -> Expectation:
    """A deployment is seen differently; descriptions are root documents: ``{"type": "Sharded"}``."""
    return _expect(
        Kind.TOPOLOGY_DESCRIPTION_CHANGED,
        previous_description=previous_description,
        new_description=new_description,
        topology_id=topology_id,
        client=client,
    )
