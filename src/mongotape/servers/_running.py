"""A server that answers, and the one client that mongotape itself talks to it with."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from mongotape.errors import ServerUnavailableError
from mongotape.servers._uris import ShownRedacted, addresses, database_free, selection_timeout_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mongotape.servers._choice import Choice

#: Databases of the server's own; never dropped.
KEPT = frozenset({"admin", "local", "config"})
_SELECTION_MS = 5000
_WAKE_SECONDS = 0.01


class Running:
    """A server that answers.

    Args:
        uri: its connection string, without a database.
        description: what it is, without credentials.
        is_own: it was started here and holds nothing of anybody else's.
        stop: ends it.
    """

    def __init__(self, uri: str, description: str, *, is_own: bool, stop: Callable[[], object]) -> None:
        self.uri = ShownRedacted(uri)
        self.description = description
        self.is_own = is_own
        self._stop = stop
        self.store: Any = None  #: of a served mock: the mongomock client that sees the same data

    @cached_property
    def admin(self) -> Any:
        """A client of mongotape's own that nothing records."""
        from pymongo import MongoClient

        from mongotape.driver import unobserved

        with unobserved():
            return MongoClient(self.uri, serverSelectionTimeoutMS=self._selection_ms, appName="mongotape")

    @property
    def _selection_ms(self) -> int:
        return selection_timeout_ms(self.uri) or _SELECTION_MS

    def ping(self) -> None:
        """See that it answers.

        Raises:
            ServerUnavailableError: it doesn't, within ``serverSelectionTimeoutMS`` (5 seconds where the URI
                names none); the sentence names its address without credentials.
        """
        from pymongo.errors import OperationFailure, PyMongoError

        try:
            self.admin.admin.command("ping")
        except OperationFailure as error:
            raise ServerUnavailableError(
                f"the MongoDB server at {addresses(self.uri)} refuses to be used: {error.details and error.details.get('errmsg')}"
            ) from error
        except PyMongoError as error:
            raise ServerUnavailableError(
                f"no MongoDB server answers at {addresses(self.uri)} within {self._selection_ms / 1000:g} s"
                f" ({type(error).__name__}): start one there, or change --tape-uri or MONGODB_URI,"
                " or leave both out for the embedded server"
            ) from error

    def databases(self) -> frozenset[str]:
        """Return the names of its databases but for the server's own."""
        return frozenset(self.admin.list_database_names()) - KEPT

    def drop(self, names: Iterable[str]) -> None:
        """Drop these databases; the server's own are never among them."""
        for name in sorted(frozenset(names) - KEPT):
            self.admin.drop_database(name)

    def stop(self) -> None:
        """Close what was opened here, and the server if it was started here."""
        if "admin" in self.__dict__:
            self.admin.close()
        self._stop()


def start(choice: Choice) -> Running:
    """Start, or reach, the server that was chosen.

    Raises:
        ServerUnavailableError: it can't be started or doesn't answer; the sentence says what to do.
    """
    if choice.kind == "embedded":
        return _embedded()
    if choice.kind == "mock":
        return _mock()
    assert choice.uri is not None
    running = Running(database_free(choice.uri), str(choice), is_own=False, stop=lambda: None)
    try:
        running.ping()
    except BaseException:
        running.stop()
        raise
    return running


def _embedded() -> Running:
    if find_spec("secantus") is None:
        raise ServerUnavailableError(
            "no MongoDB server to test against: install the embedded one with"
            ' pip install "mongotape[server]" (CPython up to 3.13), or give --tape-uri or MONGODB_URI,'
            " or use --tape-server mock"
        )
    from importlib.metadata import version

    from secantus import SecantusDBServer

    server = SecantusDBServer(storage_path=":memory:")
    server.start()
    return Running(
        database_free(server.uri),
        f"embedded SecantusDB {version('SecantusDB')}",
        is_own=True,
        stop=lambda: _stop_promptly(server),
    )


def _stop_promptly(server: Any) -> None:
    """Stop the embedded server without its two seconds of waiting for a thread that is blocked in accept().

    One connection wakes that thread. The server itself is stopped from this thread, the one that started it,
    as its storage wants.
    """
    host, port = server.address
    is_stopped = threading.Event()

    def wake() -> None:
        while not is_stopped.wait(_WAKE_SECONDS):
            with suppress(OSError):
                socket.create_connection((host, port), timeout=_WAKE_SECONDS).close()

    waker = threading.Thread(target=wake, name="mongotape-stop")
    waker.start()
    try:
        server.stop()
    finally:
        is_stopped.set()
        waker.join()


def _mock() -> Running:
    from mongotape.mock import serve

    served = serve()
    running = Running(database_free(served.uri), "mock (mongomock)", is_own=True, stop=served.stop)
    running.store = served.store
    return running
