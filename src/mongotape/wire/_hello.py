"""The hello command: a standard reply, and the streaming of it.

How streaming works: a server's reply carries a ``topologyVersion`` (a process id and a counter). A monitor
sends hello again with the version it knows and ``maxAwaitTimeMS``; the server answers when it has a newer
version, or when that time is over. With exhaustAllowed the server goes on by itself: each further reply is
sent, with moreToCome, on the next change or after another ``maxAwaitTimeMS``.

Source: Server Discovery and Monitoring, "Streaming Hello"; MongoDB server, hello.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from typing import TYPE_CHECKING, Any

from bson.int64 import Int64
from bson.objectid import ObjectId

from mongotape.wire._codes import SHUTDOWN_CODES
from mongotape.wire._frames import MAX_BSON_BYTES, MAX_MESSAGE_BYTES
from mongotape.wire._requests import CommandFailure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mongotape.wire._connection import Connection
    from mongotape.wire._requests import Reply, Request

MIN_WIRE_VERSION = 0
MAX_WIRE_VERSION = 25  #: MongoDB 8.0, which every supported PyMongo accepts
MAX_WRITE_BATCH_SIZE = 100_000
SESSION_TIMEOUT_MINUTES = 30


class TopologyClock:
    """A server's ``topologyVersion``: who waits for a newer one is woken by every :meth:`advance`."""

    def __init__(self) -> None:
        self._process_id = ObjectId()
        self._counter = 0
        self._changed = threading.Condition()

    @property
    def version(self) -> dict[str, Any]:
        """The ``topologyVersion`` of now."""
        return {"processId": self._process_id, "counter": Int64(self._counter)}

    @property
    def next_version(self) -> dict[str, Any]:
        """What :attr:`version` will be after the next change."""
        return {"processId": self._process_id, "counter": Int64(self._counter + 1)}

    def advance(self) -> dict[str, Any]:
        """Something that hello reports has changed: the new version; every waiting hello is answered."""
        with self._changed:
            self._counter += 1
            self._changed.notify_all()
            return self.version

    def wait_newer(self, than: Mapping[str, Any], seconds: float, connection: Connection) -> bool:
        """Waits until the version is newer than the given one, the time is over or the connection closes.

        Returns:
            Whether it is newer; at once if the given one is another process's.
        """

        def settled() -> bool:
            return connection.closed or self._is_newer(than)

        with connection.watched(self._wake):
            deadline = time.monotonic() + seconds
            with self._changed:
                while not settled() and (left := deadline - time.monotonic()) > 0:
                    self._changed.wait(left)
        return self._is_newer(than)

    def _is_newer(self, than: Mapping[str, Any]) -> bool:
        return bool(than.get("processId") != self._process_id or than.get("counter", -1) < self._counter)

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()


def remind_after(code: int, connection: Connection, clock: TopologyClock) -> None:
    """After a shutdown error, tells drivers as soon as they have taken note of it that the server is still here.

    A driver marks the server Unknown, clears its pool and waits for the next hello, which a stream brings
    after ``maxAwaitTimeMS`` only (10 s), since nothing has changed. Clearing the pool closes the connection
    that the error came on: that is the moment.
    """
    if code in SHUTDOWN_CODES:
        connection.on_close(clock.advance)


def hello_reply(
    request: Request,
    connection: Connection,
    role: Mapping[str, Any],
    *,
    topology_version: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A server's whole answer to hello: the given role and what every server says.

    Args:
        request: hello, or its former name, which reports ``ismaster`` for ``isWritablePrimary``.
        connection: whose number the reply carries.
        role: what this member is (``isWritablePrimary``, ``setName``, ``hosts``, ...); its fields win.
        topology_version: the version that this role belongs to; without it the reply is not streamed.
    """
    reply: dict[str, Any] = {
        "helloOk": True,
        "maxBsonObjectSize": MAX_BSON_BYTES,
        "maxMessageSizeBytes": MAX_MESSAGE_BYTES,
        "maxWriteBatchSize": MAX_WRITE_BATCH_SIZE,
        "localTime": dt.datetime.now(dt.UTC),
        "logicalSessionTimeoutMinutes": SESSION_TIMEOUT_MINUTES,
        "connectionId": connection.number,
        "minWireVersion": MIN_WIRE_VERSION,
        "maxWireVersion": MAX_WIRE_VERSION,
        "readOnly": False,
    }
    if topology_version is not None:
        reply["topologyVersion"] = dict(topology_version)
    reply.update(role)
    if request.name != "hello" and "isWritablePrimary" in reply:
        reply["ismaster"] = reply.pop("isWritablePrimary")
    reply["ok"] = 1.0
    return reply


def answer_hello(
    request: Request,
    connection: Connection,
    clock: TopologyClock,
    describe: Callable[[], Mapping[str, Any]],
) -> Reply | Iterator[Reply]:
    """Answers hello: at once, after a change or ``maxAwaitTimeMS``, or as a stream, as the request asks.

    Args:
        request: the hello command.
        connection: the connection it came on.
        clock: the server's topology version.
        describe: the reply of now (see :func:`hello_reply`), with the clock's version in it; called for
            each reply. Role and version must be read together, so that a reply never carries an old role
            under a new version.

    Raises:
        CommandFailure: the awaiting fields are malformed, with the server's codes.
    """
    known = request.command.get("topologyVersion")
    limit = request.command.get("maxAwaitTimeMS")
    if known is None and limit is None:
        return describe()
    if known is None:
        raise CommandFailure(51760, "A request with 'maxAwaitTimeMS' must include a 'topologyVersion'")
    if limit is None:
        raise CommandFailure(31368, "A request with a 'topologyVersion' must include 'maxAwaitTimeMS'")
    if not isinstance(limit, int) or limit < 0:
        raise CommandFailure(31373, "maxAwaitTimeMS must be a non-negative integer")
    if not isinstance(known, dict) or not isinstance(known.get("counter"), int):
        raise CommandFailure(9, "'topologyVersion' must hold a 'processId' and a 'counter'")
    now = clock.version
    if known.get("processId") == now["processId"] and known["counter"] > now["counter"]:
        raise CommandFailure(
            31382,
            f"Received a topology version with counter: {known['counter']} which is greater than the "
            f"server topology version counter: {now['counter']}",
        )
    replies = _replies(connection, clock, describe, known, limit / 1000)
    return replies if request.exhaust_allowed else next(replies)


def _replies(
    connection: Connection,
    clock: TopologyClock,
    describe: Callable[[], Mapping[str, Any]],
    known: Mapping[str, Any],
    seconds: float,
) -> Iterator[Reply]:
    while True:
        clock.wait_newer(known, seconds, connection)
        reply = describe()
        known = reply.get("topologyVersion", known)
        yield reply
