"""A find is published when its cursor is first read, as PyMongo sends it then."""

from __future__ import annotations

from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, Protocol

import mongotape.mock._started as started  # the package itself imports this file
from mongotape.mock._replies import cursor_reply, failed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Taps(Protocol):
    """What a cursor's tap needs of the client's taps."""

    thread: Any  #: whose ``inside`` says that mongomock is calling itself

    def put(self, owner: Any, made: Mapping[str, Any]) -> None:
        """Place attributes on an object."""

    def publish(self, command: Any, seconds: float, reply: Any = None, failure: Any = None) -> None:
        """Publish a command that was run."""


#: Methods that change the command and leave no trace on mongomock's cursor.
_OPTIONS: Final = ("batch_size", "hint", "max_time_ms", "allow_disk_use")


class CursorTap:
    """What one cursor publishes.

    Args:
        taps: where attributes are placed.
        collection: the cursor's collection.
        cursor: mongomock's cursor.
        args: the arguments of ``find``.
        kwargs: the same.
    """

    def __init__(
        self, taps: Taps, collection: Any, cursor: Any, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> None:
        self._taps = taps
        self._collection = collection
        self._cursor = cursor
        self._given = started.find_arguments(args, kwargs)
        self._published: Any = None

    def place(self) -> None:
        """Place the attributes on the cursor."""
        made: dict[str, Any] = {name: partial(self._option, name) for name in _OPTIONS}
        made |= {"_compute_results": self._compute, "clone": self._clone, "distinct": self._distinct}
        self._taps.put(self._cursor, made)

    def _method(self, name: str) -> Any:
        """Return the cursor's own method, behind the attribute that is placed over it."""
        return partial(getattr(type(self._cursor), name), self._cursor)

    def _option(self, name: str, value: Any, *args: Any) -> Any:
        self._given[name] = value
        return self._method(name)(value, *args)

    def _clone(self) -> Any:
        clone = self._method("clone")()
        other = CursorTap(self._taps, self._collection, clone, (), self._given)
        other.place()
        return clone

    def _command(self) -> dict[str, Any]:
        cursor = self._cursor
        given = {**self._given, "sort": cursor._sort, "skip": cursor._skip, "limit": cursor._limit}
        return started.find(self._collection, **given)

    def _compute(self, with_limit_and_skip: Any = False) -> Any:  # noqa: FBT002 - mongomock's own
        cursor = self._cursor
        thread = self._taps.thread
        query = (cursor._factory, cursor._skip, cursor._limit)
        if thread.inside or not with_limit_and_skip or (self._published == query and cursor._emitted):
            return self._method("_compute_results")(with_limit_and_skip)
        self._published = query
        command = self._command()
        thread.inside = True
        begun = perf_counter()
        try:
            results = self._method("_compute_results")(with_limit_and_skip)
        except Exception as error:
            thread.inside = False
            failure = failed(error)
            if failure is not None:
                self._taps.publish(command, perf_counter() - begun, failure=failure)
            raise
        finally:
            thread.inside = False
        reply = cursor_reply(self._collection.full_name, results)
        self._taps.publish(command, perf_counter() - begun, reply)
        return results

    def _distinct(self, key: Any, *args: Any, **kwargs: Any) -> Any:
        thread = self._taps.thread
        if thread.inside:
            return self._method("distinct")(key, *args, **kwargs)
        query = self._given.get("filter")
        command = started.distinct(self._collection, key, query or None)
        thread.inside = True
        begun = perf_counter()
        try:
            values = self._method("distinct")(key, *args, **kwargs)
        finally:
            thread.inside = False
        self._taps.publish(command, perf_counter() - begun, {"values": values, "ok": 1.0})
        return values
