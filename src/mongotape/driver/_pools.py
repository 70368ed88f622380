"""A client's real pool, without monitoring, operated step by step (the CMAP test format).

PyMongo has no public pool. What is used: ``client._topology`` with its ``_description`` and ``_servers``,
``client._get_topology``, ``client._kill_cursors_executor`` (its thread or task also fills pools) and the pool's
own methods. Tried with PyMongo 4.9.2, 4.17, 4.18 and 4.20, on both APIs; on a version that lacks one of these
names an `UnsupportedDriverError` says which.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from mongotape.driver._private import client_of, private, settle

if TYPE_CHECKING:
    from collections.abc import Mapping

_WANTED: Final = "pools can be operated step by step with PyMongo 4.9 to 4.20 only"
_NEVER: Final = 1e9  # seconds


class DrivenPool:
    """One pool of a client that monitors nothing: what happens to it is only what it is told.

    Args:
        api: "sync" or "async".
        uri: names one server.
        listener: hears the pool's events.
        options: the client's URI options.
        server: PyMongo's description of the server, as a monitor would have found it.
        interval: seconds between two rounds of the background thread that fills the pool; None: it never runs.

    Raises:
        UnsupportedDriverError: from ``open``: this PyMongo lacks a private name.
    """

    def __init__(
        self,
        api: str,
        uri: str,
        listener: Any,
        *,
        options: Mapping[str, Any],
        server: Any,
        interval: float | None,
    ) -> None:
        self._api = api
        self._server = server
        self._interval = interval
        self._lent: list[Any] = []
        self._closed = False
        self._pool: Any = None
        self._client: Any = client_of(api, uri, listener, **options)

    async def open(self) -> None:
        """Make the pool, paused; the server is known from the first moment."""
        topology = _need(self._client, "_topology")
        update = private("pymongo.topology_description", "updated_topology_description", wanted=_WANTED)
        # Through topology.on_change the pool would become ready by itself.
        topology._description = update(_need(topology, "_description"), self._server)
        if self._interval is None:
            await settle(_need(topology, "open")())
        else:
            self._set_interval(self._interval)
            await settle(_need(self._client, "_get_topology")())
        servers = _need(topology, "_servers")
        self._pool = _need(next(iter(servers.values())), "pool")

    def _set_interval(self, seconds: float) -> None:
        executor = _need(self._client, "_kill_cursors_executor")
        _need(executor, "_interval"), _need(executor, "_min_interval")
        executor._interval = seconds
        executor._min_interval = min(seconds, 0.01)  # it sleeps in steps of this length

    async def ready(self) -> None:
        """Let the pool create connections."""
        await settle(_need(self._pool, "ready")())

    async def clear(self, *, interrupt_in_use_connections: bool | None) -> None:
        """Make all connections stale and pause the pool."""
        clear = _need(self._pool, "reset")
        given = (
            {}
            if interrupt_in_use_connections is None
            else {"interrupt_connections": interrupt_in_use_connections}
        )
        await settle(clear(**given))

    async def close_pool(self) -> None:
        """Close the pool for good."""
        await settle(_need(self._pool, "close")())

    async def check_out(self) -> Any:
        """Return a connection, which stays lent until it is checked in."""
        checkout: Any = _need(self._pool, "checkout")()
        if hasattr(checkout, "__aenter__"):
            connection = await checkout.__aenter__()
            _need(connection, "pin_cursor")()
            await checkout.__aexit__(None, None, None)
        else:
            connection = checkout.__enter__()
            _need(connection, "pin_cursor")()
            checkout.__exit__(None, None, None)
        if self._closed:  # the thread waited for the server until after the test's end
            await settle(connection.close_conn(None))
        else:
            self._lent.append(connection)
        return connection

    async def check_in(self, connection: Any) -> None:
        """Give a connection back."""
        if connection in self._lent:
            self._lent.remove(connection)
        await settle(_need(self._pool, "checkin")(connection))

    def interrupt(self) -> None:
        """Let what waits for the server fail as soon as PyMongo looks up (half a second at most)."""
        for context in list(getattr(self._pool, "active_contexts", ())):
            with suppress(Exception):
                context.cancel()

    def break_off(self) -> None:
        """Let everything that waits in the pool fail; from another thread than the one that waits.

        Without effect on the async API's waiters, which are tasks: they are cancelled.
        """
        self.interrupt()
        if self._api == "sync" and self._pool is not None:
            with suppress(Exception):
                self._pool.close()

    async def close(self) -> None:
        """Close the connections that are still lent, the pool and the client."""
        self._closed = True
        while self._lent:
            with suppress(Exception):
                await settle(self._lent.pop().close_conn(None))
        await settle(self._client.close())


def _need(owner: Any, name: str) -> Any:
    return private(owner, name, wanted=_WANTED)
