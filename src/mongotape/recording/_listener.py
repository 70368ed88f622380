"""The listener methods of all five families, for a recorder that is fed directly."""

from __future__ import annotations

from typing import Any

from pymongo.monitoring import (
    CommandListener,
    ConnectionPoolListener,
    ServerHeartbeatListener,
    ServerListener,
    TopologyListener,
)


class HandFed(
    CommandListener, ConnectionPoolListener, ServerHeartbeatListener, ServerListener, TopologyListener
):
    """Takes PyMongo's event objects through the methods of its listener classes.

    A client normally calls a tap of its own instead (see ``mongotape.driver``); these methods serve whoever
    holds event objects, and PyMongo versions without the place where taps are set. Commands and heartbeats
    share method names, servers and topologies too: the event's class tells which it is.
    """

    def keep(self, event: Any) -> None:
        """Keep one event object."""
        raise NotImplementedError

    def started(self, event: Any) -> None:
        """A command or a heartbeat started."""
        self.keep(event)

    def succeeded(self, event: Any) -> None:
        """A command or a heartbeat succeeded."""
        self.keep(event)

    def failed(self, event: Any) -> None:
        """A command or a heartbeat failed."""
        self.keep(event)

    def opened(self, event: Any) -> None:
        """A topology or a server was opened."""
        self.keep(event)

    def description_changed(self, event: Any) -> None:
        """The description of a topology or a server changed."""
        self.keep(event)

    def closed(self, event: Any) -> None:
        """A topology or a server was closed."""
        self.keep(event)

    def pool_created(self, event: Any) -> None:
        """A pool was created."""
        self.keep(event)

    def pool_ready(self, event: Any) -> None:
        """A pool became ready."""
        self.keep(event)

    def pool_cleared(self, event: Any) -> None:
        """A pool was cleared."""
        self.keep(event)

    def pool_closed(self, event: Any) -> None:
        """A pool was closed."""
        self.keep(event)

    def connection_created(self, event: Any) -> None:
        """A connection was created."""
        self.keep(event)

    def connection_ready(self, event: Any) -> None:
        """A connection finished its handshake."""
        self.keep(event)

    def connection_closed(self, event: Any) -> None:
        """A connection was closed."""
        self.keep(event)

    def connection_check_out_started(self, event: Any) -> None:
        """Somebody asks for a connection."""
        self.keep(event)

    def connection_check_out_failed(self, event: Any) -> None:
        """Somebody asked for a connection and got none."""
        self.keep(event)

    def connection_checked_out(self, event: Any) -> None:
        """A connection was lent."""
        self.keep(event)

    def connection_checked_in(self, event: Any) -> None:
        """A connection was given back."""
        self.keep(event)
