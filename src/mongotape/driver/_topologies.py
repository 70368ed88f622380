"""A client's real topology without monitors: hello replies and errors are handed to it (the SDAM test formats).

PyMongo has no public way of handing them over. What is used: ``client._topology`` with ``open``, ``on_change``,
``handle_error``, ``_servers``, ``_events`` and ``_topology_id``, a server's ``pool.gen``, ``_ErrorContext`` and
the two functions that turn replies into errors. Tried with PyMongo 4.9.2, 4.17, 4.18 and 4.20, on both APIs; on
a version that lacks one of these names an `UnsupportedDriverError` says which.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mongotape.driver._private import client_of, private, settle
from mongotape.driver._sdam_queue import StampedQueue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bson import ObjectId
    from pymongo.topology_description import TopologyDescription

_WANTED: Final = "replies can be handed to a topology with PyMongo 4.9 to 4.20 only"


class DrivenTopology:
    """The topology of a client whose monitors ask nothing; no socket is opened.

    Args:
        api: "sync" or "async"; the async one is made in a running event loop.
        uri: the client's.
        listener: hears the client's events.
    """

    def __init__(self, api: str, uri: str, listener: Any) -> None:
        self._api = api
        self._client: Any = client_of(api, uri, listener)
        self._topology: Any = _need(self._client, "_topology")

    async def open(self) -> None:
        """Let the topology watch its seeds.

        Raises:
            UnsupportedDriverError: this PyMongo lacks a private name.
        """
        await settle(_need(self._topology, "open")())

    async def hello(self, address: str, reply: Mapping[str, Any]) -> None:
        """Hand over what a monitor makes of a reply; an empty one is a network error.

        Source: Server Discovery And Monitoring tests, "responses".
        """
        from pymongo.errors import AutoReconnect
        from pymongo.hello import Hello
        from pymongo.server_description import ServerDescription

        where = _host_and_port(address)
        if reply:
            found, error = ServerDescription(where, Hello(dict(reply)), 0.0), None
        else:
            error = AutoReconnect(f"{address}: connection closed (an empty reply)")
            found = ServerDescription(where, error=error)
        await settle(_need(self._topology, "on_change")(found, reset_pool=error is not None))

    async def application_error(
        self,
        address: str,
        *,
        kind: str,
        handshake_completed: bool,
        max_wire_version: int,
        generation: int | None,
        response: Mapping[str, Any] | None,
    ) -> bool:
        """Hand over an error that an application's command met; False where the response is no error.

        Args:
            address: the server's.
            kind: "command", "network" or "timeout".
            handshake_completed: whether the connection was ready.
            max_wire_version: the server's.
            generation: the pool's when the connection was made; None: the present one.
            response: what the server answered, to an error of kind "command".

        Raises:
            LookupError: the topology has no such server.
        """
        where = _host_and_port(address)
        server = _need(self._topology, "_servers").get(where)
        if server is None:
            raise LookupError(address)
        error = _error(kind, response, max_wire_version, address)
        if error is None:
            return False
        pool = _need(server, "pool")
        if not handshake_completed:
            # Where the pool labels errors of a handshake (from 4.17 on), SDAM goes by the label.
            label = getattr(pool, "_handle_connection_error", None)
            if label is not None:
                label(error)
        present = self.generation(address) if generation is None else generation
        context = private(*_error_context(self._api), wanted=_WANTED)
        error_met = context(error, max_wire_version, present, handshake_completed, None)
        await settle(_need(self._topology, "handle_error")(where, error_met))
        return True

    def generation(self, address: str) -> int | None:
        """Return the generation of a server's pool; None where the topology has no such server."""
        server = _need(self._topology, "_servers").get(_host_and_port(address))
        if server is None:
            return None
        generation: int = _need(_need(_need(server, "pool"), "gen"), "get_overall")()
        return generation

    @property
    def description(self) -> TopologyDescription:
        """What the client knows now."""
        described: TopologyDescription = _need(self._topology, "description")
        return described

    @property
    def id(self) -> ObjectId:
        """The id that the topology's events carry."""
        known: ObjectId = _need(self._topology, "_topology_id")
        return known

    def drain(self) -> None:
        """Publish the events that are queued, instead of waiting for the thread that does."""
        events = _need(self._topology, "_events")
        if events is not None:
            if not isinstance(events, StampedQueue):  # PyMongo's own thread may be delivering: wait for it
                StampedQueue.adopt(events, wake=lambda: None)
            events.drain()

    async def close(self) -> None:
        """Close the client."""
        await settle(self._client.close())


def _need(owner: Any, name: str) -> Any:
    return private(owner, name, wanted=_WANTED)


def _error_context(api: str) -> tuple[str, str]:
    """Return where the class is: it moved with 4.18."""
    from importlib.util import find_spec

    shared = "pymongo.topology_shared"
    own = f"pymongo.{'synchronous' if api == 'sync' else 'asynchronous'}.topology"
    return (shared if find_spec(shared) else own), "_ErrorContext"


def _error(
    kind: str, response: Mapping[str, Any] | None, max_wire_version: int, address: str
) -> Exception | None:
    """Return the error that PyMongo makes; None where the response is none."""
    from pymongo.errors import AutoReconnect, NetworkTimeout, PyMongoError

    if kind == "network":
        return AutoReconnect(f"{address}: connection closed")
    if kind == "timeout":
        return NetworkTimeout(f"{address}: timed out")
    in_reply = private("pymongo.helpers_shared", "_check_command_response", wanted=_WANTED)
    in_writes = private("pymongo.helpers_shared", "_check_write_command_response", wanted=_WANTED)
    try:
        in_reply(response, max_wire_version)
        in_writes(response)
    except PyMongoError as error:
        return error
    return None


def _host_and_port(address: str) -> tuple[str, int]:
    """Return an address as PyMongo's topology knows it.

    Source: Server Discovery And Monitoring tests: names are in lower case, the default port is 27017.
    """
    host, _, port = address.rpartition(":") if ":" in address.rpartition("]")[2] else (address, "", "")
    return host.strip("[]").lower(), int(port or 27017)
