"""Events for the mongomock objects that a test holds: ``publish_events`` and how it is undone."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any, Final

from mongotape.errors import UsageError
from mongotape.mock._store import inner_client
from mongotape.mock._taps import Taps

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType
    from typing import Self

_PUBLICATION: Final = "_mongotape_publication"


class Publication:
    """Events that a mongomock client publishes until this is called, or its ``with`` block ends."""

    def __init__(self, client: Any, taps: Taps) -> None:
        self._client = weakref.ref(client)
        self._taps = taps

    def __call__(self) -> None:
        """Close the made-up pool and leave the client and its objects exactly as they were; twice is no error."""
        self._taps.undo()
        client = self._client()
        if client is not None and vars(client).get(_PUBLICATION) is self:
            del vars(client)[_PUBLICATION]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self()


def publish_events(client: Any, event_listeners: Sequence[Any] = ()) -> Publication:
    """Let a mongomock client publish command, pool, server and topology events, as a PyMongo client would.

    The listeners get PyMongo's own event objects. The pool is made up: one pool, created and ready at once,
    whose connection 1 is created at the first command and checked out and in around each. A command's events
    are published when mongomock has done it. What mongomock can't know (sessions, getMore) is not invented:
    the served mock has it (:func:`mongotape.mock.serve`).

    Args:
        client: a ``mongomock.MongoClient`` or a ``mongomock_motor.AsyncMongoMockClient``; its databases,
            collections and cursors publish too, those that exist already and those made later.
        event_listeners: PyMongo listeners of any kind; those registered with
            ``pymongo.monitoring.register`` hear the events in any case.

    Returns:
        What undoes it when called; also a ``with``.

    Raises:
        UsageError: no mongomock client, no listener, or the client publishes already.
    """
    from mongotape.driver import Publisher

    held, _ = inner_client(client)
    if _PUBLICATION in vars(held):
        raise UsageError(
            f"{held!r} publishes events already; give all listeners to one publish_events, or undo the first"
        )
    publisher = Publisher(_checked(event_listeners), held.address)
    taps = Taps(held, publisher, _build_info(client) if client is not held else None)
    publication = Publication(held, taps)
    vars(held)[_PUBLICATION] = publication
    taps.place()
    return publication


def _build_info(client: Any) -> dict[str, Any]:
    """Return what mongomock_motor answers to buildInfo, which mongomock lacks."""
    given = vars(client).get("_AsyncMongoMockClient__build_info")
    return dict(given or {"ok": 1.0, "version": "5.0.5", "versionArray": [5, 0, 5]})


def _checked(listeners: Sequence[Any]) -> Sequence[Any]:
    from pymongo import monitoring

    kinds = (
        monitoring.CommandListener,
        monitoring.ConnectionPoolListener,
        monitoring.ServerListener,
        monitoring.ServerHeartbeatListener,
        monitoring.TopologyListener,
    )
    for each in listeners:
        if not isinstance(each, kinds):
            raise UsageError(
                f"{each!r} is no event listener; give an EventRecorder or an instance of pymongo.monitoring's "
                "CommandListener, ConnectionPoolListener, ServerListener, ServerHeartbeatListener or TopologyListener"
            )
    return listeners
