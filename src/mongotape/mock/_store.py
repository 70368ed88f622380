"""The mongomock data behind a served mock: which mongomock, whose store, and the lock that guards it."""

from __future__ import annotations

import threading
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from mongotape.errors import UsageError
from mongotape.mock._collection import serving
from mongotape.wire import CommandFailure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import ModuleType

#: The packages that can hold the data, in the order in which they are looked for.
PACKAGES: Final = ("mongomock", "mongomock_ng")
_MOTOR_CLIENT: Final = "_AsyncMongoMockClient__client"  # where mongomock_motor 0.0.36 keeps mongomock's own
_LOCK: Final = "_mongotape_lock"


def inner_client(client: Any) -> tuple[Any, str]:
    """Return mongomock's own client behind ``client`` and the name of its package.

    Raises:
        UsageError: it is no mongomock client.
    """
    held = vars(client).get(_MOTOR_CLIENT, client) if hasattr(client, "__dict__") else client
    for each in type(held).__mro__:
        package = each.__module__.partition(".")[0]
        if package in PACKAGES and each.__name__ == "MongoClient":
            return held, package
    raise UsageError(
        f"a {type(client).__module__}.{type(client).__name__} is no mongomock client; give a "
        "mongomock.MongoClient, a mongomock_ng.MongoClient or a mongomock_motor.AsyncMongoMockClient"
    )


def new_client() -> Any:
    """Return a client of the mongomock that is installed, with a store of its own."""
    for package in PACKAGES:
        try:
            return import_module(package).MongoClient()
        except ModuleNotFoundError as error:
            if error.name != package:
                raise
    raise UsageError("no mongomock is installed; install mongomock or mongomock-ng")


class Store:
    """What commands read and write: the data of one mongomock client, seen through objects of our own.

    The client's own databases and collections are never touched, so what is patched, tapped or configured on
    them has no part in what the server does. Every command runs under ``lock``, which all servers of the same
    data share, since mongomock is not thread-safe everywhere.
    """

    def __init__(self, client: Any) -> None:
        held, self.package = inner_client(client)
        self.client = client
        self.data = held._store
        self._view = self.module().MongoClient(_store=self.data)
        self._view._server_version = held._server_version
        self.matches: Callable[[Any, Any], bool] = self.module("filtering").filter_applies
        self._collection_class = serving(
            self.module("collection").Collection, self.matches, self.module("helpers").hashdict
        )
        self.lock: threading.RLock = vars(self.data).setdefault(_LOCK, threading.RLock())

    def module(self, name: str = "") -> ModuleType:
        """Return a module of the mongomock in use."""
        return import_module(f"{self.package}.{name}" if name else self.package)

    def database(self, name: str) -> Any:
        """Return mongomock's database of that name."""
        return self._view.get_database(name)

    def collection(self, database: str, name: str) -> Any:
        """Return the collection of that name, made anew: it holds no state but its name."""
        if not isinstance(name, str) or not name or name.startswith(".") or "\x00" in name:
            raise CommandFailure(73, f"Invalid namespace specified '{database}.{name}'")
        held = self.database(database)
        return self._collection_class(held, name, _db_store=held._store)

    def collection_names(self, database: str) -> list[str]:
        """Return the names of the collections that exist, in the order of their creation."""
        return [str(name) for name in self.data[database].list_created_collection_names()]

    def database_names(self) -> list[str]:
        """Return the names of the databases that hold a collection."""
        return [str(name) for name in self.data.list_created_database_names()]

    def exists(self, database: str, name: str) -> bool:
        """Whether the collection exists: it has documents or indexes, or was created."""
        return bool(self.data[database][name].is_created)

    def create(self, database: str, name: str) -> bool:
        """Let the collection exist even while it is empty; return whether it did not before."""
        held = self.data[database][name]
        missing = not held.is_created
        held.create()
        return missing

    def drop(self, database: str, name: str) -> None:
        """Remove the collection with its documents and indexes."""
        self.data[database][name].drop()

    def move(self, source: tuple[str, str], target: tuple[str, str]) -> None:
        """Give a collection another name, in the same or another database; the target must not exist."""
        database, name = source
        if database == target[0]:
            self.data[database].rename(name, target[1])
            return
        moved = self.data[database]._collections.pop(name)
        moved.name = target[1]
        self.data[target[0]]._collections[target[1]] = moved

    def documents(self, database: str, name: str) -> Iterable[dict[str, Any]]:
        """Return the stored documents themselves, as a list made now."""
        return list(self.data[database][name].documents)
