"""Instance attributes, placed over the methods of one mongomock client's objects, that publish what they do.

Nothing is placed on mongomock's classes: other clients are not concerned. mongomock's inner calls go through the
same attributes and are told by a flag of the thread.
"""

from __future__ import annotations

import gc
import threading
import warnings
import weakref
from functools import partial
from importlib import import_module
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from pymongo.errors import CollectionInvalid

from mongotape.mock._cursor_tap import CursorTap
from mongotape.mock._methods import CLIENT_METHODS, COLLECTION_METHODS, DATABASE_METHODS, Method, listed
from mongotape.mock._replies import failed, refused_write
from mongotape.mock._runs import Operations, Outcome, commands

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mongotape.driver import Publisher

_ABSENT: Final = object()
_PLACED: Final = "_mongotape_placed"


class _Thread(threading.local):
    """What this thread is in the middle of."""

    inside: bool = False  #: a method of mongomock: what it calls is its own business
    outcomes: list[Outcome] | None = None  #: of a bulk write's operations


class Taps:
    """All that is placed for one client, and the way back.

    Args:
        client: mongomock's own client.
        publisher: what hears of the commands.
        build_info: what is answered to buildInfo in mongomock's place, if anything.
    """

    def __init__(
        self, client: Any, publisher: Publisher, build_info: Mapping[str, Any] | None = None
    ) -> None:
        self.publisher = publisher
        self.thread = _Thread()
        self._client = weakref.ref(client)
        self._build_info = build_info
        self._placed: dict[int, weakref.ref[Any]] = {}
        self._lock = threading.Lock()
        self._live = False

    def place(self) -> None:
        """Tap the client and everything of it that exists."""
        client = self._client()
        if client is None or not self.publisher.heard:
            return
        self._live = True
        self.publisher.open()
        self._tap(client, CLIENT_METHODS, {"get_database": self._database, "close": self._close})
        for database in list(client._database_accesses.values()):
            self.tap_database(database)
        for each in _of_client(client):
            (self.tap_collection if hasattr(type(each), "insert_one") else self.tap_database)(each)

    def undo(self) -> None:
        """Take everything away again and close the made-up pool."""
        with self._lock:
            placed, self._placed, self._live = list(self._placed.values()), {}, False
        for reference in placed:
            owner = reference()
            held = {} if owner is None else vars(owner)
            for name, (made, before) in held.pop(_PLACED, {}).items():
                if held.get(name) is made:
                    if before is _ABSENT:
                        del held[name]
                    else:
                        held[name] = before
        self.publisher.close()

    def put(self, owner: Any, made: Mapping[str, Any]) -> None:
        """Place attributes on an object, once; they are taken away by :meth:`undo`.

        What was placed is noted on the object itself, so that nothing here keeps it alive.
        """
        key = id(owner)
        with self._lock:
            if not self._live or key in self._placed:
                return
            held = vars(owner)
            self._placed[key] = weakref.ref(owner, lambda _: self._placed.pop(key, None))
            held[_PLACED] = {name: (each, held.get(name, _ABSENT)) for name, each in made.items()}
            held.update(made)

    def _tap(
        self, owner: Any, methods: Mapping[str, Method], others: Mapping[str, Callable[..., Any]]
    ) -> None:
        made: dict[str, Any] = {
            name: partial(self.run, owner, method, original)
            for name, method in methods.items()
            if (original := _own(owner, name)) is not None
        }
        made |= {
            name: partial(tap, owner, original)
            for name, tap in others.items()
            if (original := _own(owner, name)) is not None
        }
        self.put(owner, made)

    def tap_database(self, database: Any) -> Any:
        """Tap a database and the collections that it holds."""
        others = {"get_collection": self._collection, "with_options": self._other_database}
        self._tap(database, DATABASE_METHODS, others)
        for collection in list(database._collection_accesses.values()):
            self.tap_collection(collection)
        return database

    def tap_collection(self, collection: Any) -> Any:
        """Tap a collection."""
        others = {
            "find": self._find,
            "bulk_write": self._bulk_write,
            "_update": self._operation,
            "with_options": self._collection,
        }
        self._tap(collection, COLLECTION_METHODS, others)
        return collection

    # What leads to other objects.

    def _database(self, _: Any, original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return self.tap_database(original(*args, **kwargs))

    def _other_database(self, _: Any, original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return self.tap_database(original(*args, **kwargs))

    def _collection(self, _: Any, original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return self.tap_collection(original(*args, **kwargs))

    def _find(self, collection: Any, original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        cursor = original(*args, **kwargs)
        if not self.thread.inside and self.publisher.hears_commands:
            CursorTap(self, collection, cursor, args, kwargs).place()
        return cursor

    def _close(self, _: Any, original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        try:
            return original(*args, **kwargs)
        finally:
            self.publisher.close()

    # What is a command.

    def run(self, owner: Any, method: Method, original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call a method of mongomock's and publish it as the command that it is."""
        thread = self.thread
        if thread.inside:
            if thread.outcomes is not None and method.writes:
                return self._operation(owner, original, *args, **kwargs)
            return original(*args, **kwargs)
        if not self.publisher.hears_commands:
            return original(*args, **kwargs)
        args = _listed(method, args)
        command = self._built(method.build, owner, args, kwargs)
        first = self._built(method.first, owner, args, kwargs) if method.first is not None else None
        thread.inside = True
        begun = perf_counter()
        try:
            result = original(*args, **kwargs)
        except Exception as error:
            seconds = perf_counter() - begun
            thread.inside = False
            if first is not None:
                self.publish(
                    first, seconds, listed(owner, args[:1] if isinstance(error, CollectionInvalid) else [])
                )
            self._publish_failure(command, seconds, error, writes=method.writes)
            raise
        finally:
            thread.inside = False
        seconds = perf_counter() - begun
        if isinstance(command, Exception):
            warnings.warn(
                f"no event is published for {original!r}: its command can't be made ({command!r})",
                RuntimeWarning,
                stacklevel=2,
            )
            return result
        reply, result = method.answer(owner, command, result)
        if first is not None:
            self.publish(first, seconds, listed(owner, []))
        self.publish(command, seconds, reply)
        return result

    def publish(
        self,
        command: Any,
        seconds: float,
        reply: Any = None,
        failure: Any = None,
        operation: int | None = None,
    ) -> None:
        """Publish a command that was run."""
        self.publisher.command(
            command, command["$db"], seconds, reply=reply, failure=failure, operation=operation
        )

    def _publish_failure(self, command: Any, seconds: float, error: Exception, *, writes: bool) -> None:
        if isinstance(command, Exception):
            return  # wrong arguments: neither could be sent
        reply: Any = refused_write(error) if writes else None
        if self._build_info is not None and next(iter(command)).lower() == "buildinfo":
            reply = self._build_info
        failure = failed(error) if reply is None else None
        if reply is not None or failure is not None:
            self.publish(command, seconds, reply, failure)

    @staticmethod
    def _built(build: Callable[..., Any], owner: Any, args: Any, kwargs: Any) -> Any:
        """Return the command, or the exception that shows that none can be made of these arguments."""
        try:
            return build(owner, *args, **kwargs)
        except Exception as error:  # noqa: BLE001 - mongomock is to complain of wrong arguments, not we
            return error

    def _operation(self, _: Any, original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call one operation; inside a bulk write, note what became of it."""
        outcomes, self.thread.outcomes = self.thread.outcomes, None
        if outcomes is None:
            return original(*args, **kwargs)
        try:
            result = original(*args, **kwargs)
        except BaseException as error:
            outcomes.append((None, error))
            raise
        else:
            outcomes.append((getattr(result, "raw_result", result), None))
            return result
        finally:
            self.thread.outcomes = outcomes

    def _bulk_write(
        self, collection: Any, original: Callable[..., Any], requests: Any, *args: Any, **kwargs: Any
    ) -> Any:
        thread = self.thread
        if thread.inside or not self.publisher.hears_commands:
            return original(requests, *args, **kwargs)
        requests = list(requests)
        operations = self._built(Operations, requests, (), {})
        outcomes: list[Outcome] = []
        thread.inside, thread.outcomes = True, outcomes
        begun = perf_counter()
        try:
            return original(requests, *args, **kwargs)
        finally:
            seconds = perf_counter() - begun
            thread.inside, thread.outcomes = False, None
            if not isinstance(operations, Exception):
                ordered = bool(args[0] if args else kwargs.get("ordered", True))
                runs = list(commands(collection, operations, outcomes, ordered=ordered))
                number = self.publisher.operation()
                for command, reply, failure in runs:
                    self.publish(command, seconds / len(runs), reply, failure, number)


def _own(owner: Any, name: str) -> Any:
    """Return the object's method, or None if its class has none: mongomock's objects have every attribute."""
    return getattr(owner, name) if name in vars(owner) or hasattr(type(owner), name) else None


def _listed(method: Method, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the arguments with a first one that can be read twice."""
    if args and method.first is None and hasattr(args[0], "__next__"):
        return (list(args[0]), *args[1:])
    return args


def _of_client(client: Any) -> list[Any]:
    """Return the databases and collections made by ``with_options``, which nobody keeps a list of."""
    package = next(each.__module__ for each in type(client).__mro__ if each.__name__ == "MongoClient")
    mongomock = import_module(package.partition(".")[0])
    database, collection = mongomock.Database, mongomock.Collection
    found = []
    for each in [each for each in gc.get_objects() if (kind := type(each)) is collection or kind is database]:
        held = vars(each)
        if held.get("_client") is client or getattr(held.get("database"), "_client", None) is client:
            found.append(each)
    return found
