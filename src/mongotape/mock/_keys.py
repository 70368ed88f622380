"""Values as index keys: what makes two of them the same, and how a server writes them in a sentence."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import TYPE_CHECKING, Any

from bson import Int64, ObjectId, Timestamp
from bson.son import SON

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_MISSING = object()
_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - stored datetimes are naive, in UTC


def key_of(value: Any) -> Any:
    """Return a hashable that is equal for two values exactly when a server holds them for the same key."""
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, dict):
        return ("object", tuple((name, key_of(each)) for name, each in value.items()))
    if isinstance(value, (list, tuple)):
        return ("array", tuple(key_of(each) for each in value))
    try:
        hash(value)
    except TypeError:
        return (type(value).__name__, repr(value))
    return value


def index_keys(document: Mapping[str, Any], fields: Iterable[str]) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Return the document's keys in an index over ``fields``, each with its field values.

    There are several where a field holds an array. A missing field counts as null.
    """
    names = list(fields)
    found = [list(_elements(document, name)) for name in names]
    return {
        tuple(key_of(value) for value in values): dict(zip(names, values, strict=True))
        for values in itertools.product(*found)
    }


def lacks_all(document: Mapping[str, Any], fields: Iterable[str]) -> bool:
    """Whether a sparse index over ``fields`` leaves the document out."""
    return all(next(iter(_at(document, name.split("."))), _MISSING) is _MISSING for name in fields)


def _elements(document: Mapping[str, Any], name: str) -> Iterator[Any]:
    empty = True
    for value in _at(document, name.split(".")):
        if isinstance(value, list) and value:
            yield from value
        else:
            yield value
        empty = False
    if empty:
        yield None


def _at(value: Any, path: list[str]) -> Iterator[Any]:
    """Yield what stands at ``path``, looking into the documents of arrays."""
    if not path:
        yield value
    elif isinstance(value, dict):
        if path[0] in value:
            yield from _at(value[path[0]], path[1:])
    elif isinstance(value, list):
        if path[0].isdecimal() and int(path[0]) < len(value):
            yield from _at(value[int(path[0])], path[1:])
        for each in value:
            if isinstance(each, dict):
                yield from _at(each, path)


def shell(value: Any) -> str:
    """Write a value as servers do in their error messages: ``{ sku: "A1" }``."""
    if isinstance(value, dict):
        inner = ", ".join(f"{name}: {shell(each)}" for name, each in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, (list, tuple)):
        inner = ", ".join(shell(each) for each in value)
        return f"[ {inner} ]" if inner else "[]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, ObjectId):
        return f"ObjectId('{value}')"
    if isinstance(value, dt.datetime):
        return f"new Date({round((value.replace(tzinfo=None) - _EPOCH).total_seconds() * 1000)})"
    if isinstance(value, Timestamp):
        return f"Timestamp({value.time}, {value.inc})"
    return str(value)


def type_name(value: Any) -> str:
    """Return BSON's name for a value's type, as servers write it in error messages."""
    for types, name in _TYPE_NAMES:
        if isinstance(value, types):
            return name
    if isinstance(value, int):
        return "int" if -(2**31) <= value < 2**31 and not isinstance(value, Int64) else "long"
    return type(value).__name__.lower()


_TYPE_NAMES: tuple[tuple[Any, str], ...] = (
    (bool, "bool"),
    (float, "double"),
    (str, "string"),
    ((dict, SON), "object"),
    ((list, tuple), "array"),
    (ObjectId, "objectId"),
    (dt.datetime, "date"),
    (Timestamp, "timestamp"),
    (type(None), "null"),
    (bytes, "binData"),
)
