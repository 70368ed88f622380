"""The served mock: a mongomock store behind a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mongotape.errors import UsageError
from mongotape.mock._clock import lend, take_back
from mongotape.mock._service import Service
from mongotape.mock._store import Store, new_client
from mongotape.wire import WireServer

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from mongotape.mock._sessions import Transactions


class ServedMock:
    """A running server on loopback whose data is a mongomock client's.

    Made by :func:`serve`; as a ``with`` it stops at the end of the block.
    """

    def __init__(self, store: Store, transactions: Transactions) -> None:
        self._store = store
        self._service = Service(store, self._address, transactions)
        self._server = WireServer(self._service.handle, name="mongotape-mock").start()
        lend(store.module())

    def __repr__(self) -> str:
        return f"<ServedMock {self.uri} {'running' if self._server.running else 'stopped'}>"

    def _address(self) -> str:
        host, port = self._server.address
        return f"{host}:{port}"

    @property
    def uri(self) -> str:
        """What a client connects to (it finds a replica set of one member), without a database."""
        return f"mongodb://{self._address()}/"

    @property
    def store(self) -> Any:
        """The mongomock client that sees the same data: the one given, or one of the server's own."""
        return self._store.client

    @property
    def errors(self) -> tuple[BaseException, ...]:
        """What went wrong inside the server itself (each was also answered with an error); empty, as a rule."""
        return self._server.errors

    def stop(self) -> None:
        """Close every connection and stop; the data stays in the store. Stopping twice is no error."""
        if not self._server.running:
            return
        self._service.fail_points.disarm()
        self._server.stop()
        take_back(self._store.module())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def serve(mongomock_client: Any = None, *, transactions: Transactions = "refuse") -> ServedMock:
    """Answer MongoDB's wire protocol on loopback, in this process, from a mongomock store.

    Args:
        mongomock_client: a ``mongomock.MongoClient``, ``mongomock_ng.MongoClient`` or
            ``mongomock_motor.AsyncMongoMockClient`` whose data is served; without it a new store.
        transactions: ``"refuse"`` answers every command of a transaction with an error that says why;
            ``"ignore"`` runs it at once, without isolation or roll-back, and warns.

    Raises:
        UsageError: the client is none of mongomock's, no mongomock is installed, or ``transactions`` is
            neither of the two.
    """
    if transactions not in {"refuse", "ignore"}:
        raise UsageError(f"transactions must be 'refuse' or 'ignore', not {transactions!r}")
    return ServedMock(Store(new_client() if mongomock_client is None else mongomock_client), transactions)
