"""Publishes events for what is no PyMongo client, through PyMongo's own publishing.

Tried with PyMongo 4.9, 4.17, 4.18 and 4.20. On a version that lacks these names nothing can be published, which
is said.
"""

from __future__ import annotations

import threading
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from bson import ObjectId
from pymongo import monitoring

from mongotape.driver._listeners import install
from mongotape.errors import UnsupportedDriverError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_CONNECTION = 1  # the only one


class Publisher:
    """The events of one made-up client: a standalone server, one pool, one connection.

    Listeners registered globally, and the process-wide capture, hear them as they hear a client's. What a
    listener raises is printed and goes no further, as with PyMongo.

    Args:
        listeners: PyMongo's event listeners, of any kind.
        address: the server's host and port.

    Raises:
        UnsupportedDriverError: this PyMongo has another way of publishing.
    """

    def __init__(self, listeners: Sequence[Any], address: tuple[str, int]) -> None:
        install()
        collected = getattr(monitoring, "_EventListeners", None)
        if collected is None:
            raise UnsupportedDriverError(
                "this PyMongo lacks monitoring._EventListeners, through which events are published; "
                "use PyMongo 4.9 to 4.20, or the served mock"
            )
        self._listeners: Any = collected(list(listeners))
        self._address = address
        self._lock = threading.RLock()
        self._requests = count(1)
        self._opened = False
        self._connected = False

    @property
    def heard(self) -> bool:
        """Whether anybody listens."""
        return bool(self._listeners.event_listeners())

    @property
    def hears_commands(self) -> bool:
        """Whether anybody listens to commands or to the pool."""
        return bool(self._listeners.enabled_for_commands or self._listeners.enabled_for_cmap)

    def open(self) -> None:
        """The server is found and its pool is ready; without effect while it is."""
        with self._lock:
            if self._opened:
                return
            self._opened = True
            self._topology = _Topology(self._address)
            self._publish_topology(opened=True)
            if self._listeners.enabled_for_cmap:
                self._listeners.publish_pool_created(self._address, {})
                self._listeners.publish_pool_ready(self._address)

    def close(self) -> None:
        """The connection, the pool and the topology are closed; without effect while they are."""
        with self._lock:
            if not self._opened:
                return
            if self._listeners.enabled_for_cmap:
                if self._connected:
                    self._listeners.publish_connection_closed(
                        self._address, _CONNECTION, monitoring.ConnectionClosedReason.POOL_CLOSED
                    )
                self._listeners.publish_pool_closed(self._address)
            self._publish_topology(opened=False)
            self._opened = self._connected = False

    def _publish_topology(self, *, opened: bool) -> None:
        listeners, topology = self._listeners, self._topology
        if listeners.enabled_for_topology and opened:
            listeners.publish_topology_opened(topology.id)
            listeners.publish_topology_description_changed(topology.empty, topology.unknown, topology.id)
        if listeners.enabled_for_server:
            if opened:
                listeners.publish_server_opened(self._address, topology.id)
                listeners.publish_server_description_changed(*topology.servers, self._address, topology.id)
            else:
                listeners.publish_server_closed(self._address, topology.id)
        if listeners.enabled_for_topology:
            if opened:
                listeners.publish_topology_description_changed(topology.unknown, topology.known, topology.id)
            else:
                listeners.publish_topology_description_changed(topology.known, topology.empty, topology.id)
                listeners.publish_topology_closed(topology.id)

    def operation(self) -> int:
        """Return a new operation id, which the commands of one operation share."""
        return next(self._requests)

    def command(
        self,
        command: Mapping[str, Any],
        database: str,
        seconds: float,
        *,
        reply: Mapping[str, Any] | None = None,
        failure: Mapping[str, Any] | None = None,
        operation: int | None = None,
    ) -> None:
        """A command was run, with the connection checked out around it.

        Args:
            command: the command document.
            database: the database it was run on.
            seconds: how long it took.
            reply: the server's reply, if it succeeded.
            failure: the error reply, if it failed.
            operation: the id of the operation that it is part of; one of its own if None.
        """
        listeners, address = self._listeners, self._address
        pool = listeners.enabled_for_cmap
        with self._lock:
            self.open()
            if pool:
                listeners.publish_connection_check_out_started(address)
                if not self._connected:
                    listeners.publish_connection_created(address, _CONNECTION)
                    listeners.publish_connection_ready(address, _CONNECTION, 0.0)
                self._connected = True
                listeners.publish_connection_checked_out(address, _CONNECTION, 0.0)
            if listeners.enabled_for_commands:
                request = next(self._requests)
                operation = request if operation is None else operation
                listeners.publish_command_start(command, database, request, address, None, operation)
                name = next(iter(command))
                ended: tuple[Any, ...] = (name, request, address, None, operation)
                duration = timedelta(seconds=seconds)
                if failure is None:
                    listeners.publish_command_success(duration, reply, *ended, database_name=database)
                else:
                    listeners.publish_command_failure(duration, failure, *ended, database_name=database)
            if pool:
                listeners.publish_connection_checked_in(address, _CONNECTION)


class _Topology:
    """The descriptions of a topology that was empty, then had an unknown server, then knew it."""

    def __init__(self, address: tuple[str, int]) -> None:
        from pymongo.hello import Hello
        from pymongo.server_description import ServerDescription
        from pymongo.synchronous.settings import TopologySettings
        from pymongo.topology_description import (
            TOPOLOGY_TYPE,
            TopologyDescription,
            updated_topology_description,
        )

        settings: Any = TopologySettings(seeds=[address])
        role = {"ok": 1, "isWritablePrimary": True, "maxWireVersion": 25, "minWireVersion": 0}
        unknown, known = ServerDescription(address), ServerDescription(address, Hello(role))
        self.id = ObjectId()
        self.servers = (unknown, known)
        self.empty = TopologyDescription(TOPOLOGY_TYPE.Unknown, {}, None, None, None, settings)
        self.unknown = TopologyDescription(
            TOPOLOGY_TYPE.Unknown, {address: unknown}, None, None, None, settings
        )
        self.known = updated_topology_description(self.unknown, known)
