"""BSON's types and equality over the Python values that PyMongo decodes and that people write.

Source: BSON specification; MongoDB's ``$type`` operator for the aliases.
"""

from __future__ import annotations

import math
import re
import reprlib
import uuid
from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from typing import Any, Final

from bson import Binary, Code, DBRef, Decimal128, Int64, MaxKey, MinKey, ObjectId, Regex, Timestamp
from bson.datetime_ms import DatetimeMS

#: Every alias that ``$$type`` knows, and the types that it stands for.
ALIASES: Final[Mapping[str, frozenset[str]]] = {
    **{
        alias: frozenset({alias})
        for alias in (
            *("double", "string", "object", "array", "binData", "objectId", "bool", "date", "null", "regex"),
            *("javascript", "javascriptWithScope", "int", "timestamp", "long", "decimal", "minKey", "maxKey"),
        )
    },
    "number": frozenset({"int", "long", "double", "decimal"}),
    # PyMongo decodes these three deprecated types to what newer ones decode to.
    "undefined": frozenset({"null"}),
    "symbol": frozenset({"string"}),
    "dbPointer": frozenset({"dbPointer"}),
}

_BY_CLASS: Final[Mapping[type, str]] = {
    float: "double",
    str: "string",
    dict: "object",
    list: "array",
    tuple: "array",
    bytes: "binData",
    Binary: "binData",
    ObjectId: "objectId",
    bool: "bool",
    datetime: "date",
    type(None): "null",
    Regex: "regex",
    Timestamp: "timestamp",
    Int64: "long",
    Decimal128: "decimal",
}
_BY_ANCESTOR: Final[tuple[tuple[type, str], ...]] = (
    (Mapping, "object"),
    (DBRef, "object"),
    (list, "array"),
    (tuple, "array"),
    (bytes, "binData"),
    (bytearray, "binData"),
    (memoryview, "binData"),
    (uuid.UUID, "binData"),
    (ObjectId, "objectId"),
    (bool, "bool"),
    (datetime, "date"),
    (DatetimeMS, "date"),
    (Regex, "regex"),
    (re.Pattern, "regex"),
    (str, "string"),
    (float, "double"),
    (Timestamp, "timestamp"),
    (Int64, "long"),
    (Decimal128, "decimal"),
    (MinKey, "minKey"),
    (MaxKey, "maxKey"),
)


def bson_type(value: Any) -> str:
    """Return the BSON alias of a value's type; the Python name of a type that BSON lacks."""
    cls = type(value)
    if cls in _BY_CLASS:
        return _BY_CLASS[cls]
    if isinstance(value, Code):
        return "javascript" if value.scope is None else "javascriptWithScope"
    for ancestor, alias in _BY_ANCESTOR:
        if isinstance(value, ancestor):
            return alias
    if isinstance(value, int):
        return "int" if -0x80000000 <= value <= 0x7FFFFFFF else "long"
    return cls.__name__


def is_number(value: Any) -> bool:
    """Whether it is an int32, an int64 or a double; a bool or a Decimal128 is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_string(value: Any) -> bool:
    """Whether it is a BSON string; code is none."""
    return isinstance(value, str) and not isinstance(value, Code)


def is_nan(value: Any) -> bool:
    """Whether it is the double that is no number."""
    return isinstance(value, float) and math.isnan(value)


def binary(value: Any) -> tuple[int, bytes] | None:
    """Return subtype and bytes; a UUID is subtype 4. None: it is no binary value."""
    if isinstance(value, Binary):
        return value.subtype, bytes(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return 0, bytes(value)
    if isinstance(value, uuid.UUID):
        return 4, value.bytes
    return None


def milliseconds(value: Any) -> int | None:
    """Return milliseconds since 1970 in UTC, a naive time taken for UTC. None: it is no date."""
    if isinstance(value, DatetimeMS):
        return int(value)
    if not isinstance(value, datetime):
        return None
    seconds = (value.toordinal() - _EPOCH) * 86400 + value.hour * 3600 + value.minute * 60 + value.second
    micros = seconds * 1_000_000 + value.microsecond
    if (offset := value.utcoffset()) is not None:
        micros -= (offset.days * 86400 + offset.seconds) * 1_000_000 + offset.microseconds
    return micros // 1000


_EPOCH: Final = datetime(1970, 1, 1).toordinal()  # noqa: DTZ001  # a day's number has no zone


def regex(value: Any) -> tuple[str | bytes, int] | None:
    """Return pattern and flags. None: it is no regular expression."""
    if not isinstance(value, Regex | re.Pattern):
        return None
    pattern = value.pattern
    if isinstance(pattern, bytes):
        try:
            pattern = pattern.decode()
        except UnicodeDecodeError:
            return pattern, value.flags
    return pattern, value.flags


def document(value: Any) -> Mapping[str, Any] | None:
    """Return a document as a mapping; a DBRef is one. None: it is no document."""
    if isinstance(value, Mapping):
        return value
    if isinstance(value, DBRef):
        return value.as_doc()
    return None


def has_own_equality(value: Any) -> bool:
    """Whether it is of a subclass of a built-in type that compares in a way of its own."""
    cls = type(value)
    for base in (str, int, float, bytes, dict, list, tuple):
        if isinstance(value, base):
            own = cls.__eq__ is not base.__eq__  # type: ignore[comparison-overlap]
            return own and cls.__module__.partition(".")[0] not in {"bson", "collections"}
    return False


class Opaque:
    """The key of a value that can't be hashed: equal to those that it equals."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Opaque) and bool(self.value == other.value)

    def __hash__(self) -> int:
        return hash(type(self.value))


def key_of(value: Any) -> Any:  # noqa: C901  # one line for each of BSON's types
    """Return what two values share if and only if they match each other exactly, numbers by value."""
    if value is None or isinstance(value, bool):
        return (type(value), value)
    if is_nan(value):
        return (int, "NaN")
    if isinstance(value, int | float):
        return (int, value)
    if isinstance(value, Code):
        return (Code, str(value), None if value.scope is None else key_of(value.scope))
    if isinstance(value, str):
        return (str, str(value))
    if (found := document(value)) is not None:
        return (dict, frozenset((key, key_of(each)) for key, each in found.items()))
    if isinstance(value, list | tuple):
        return (list, *map(key_of, value))
    for convert in (binary, milliseconds, regex):
        if (converted := convert(value)) is not None:
            return (convert.__name__, converted)
    try:
        hash(value)
    except TypeError:
        return Opaque(value)
    return (type(value), value)


class _Short(reprlib.Repr):
    """Values in a few words, documents in their own key order."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel, self.maxdict, self.maxlist, self.maxtuple = 3, 4, 6, 6
        self.maxstring, self.maxother, self.maxlong = 100, 100, 60

    def repr_dict(self, value: Mapping[Any, Any], level: int) -> str:
        if not value:
            return "{}"
        if level <= 0:
            return "{...}"
        shown = [
            f"{self.repr1(key, level - 1)}: {self.repr1(each, level - 1)}"
            for key, each in islice(value.items(), self.maxdict)
        ]
        if len(value) > self.maxdict:
            shown.append(f"and {len(value) - self.maxdict} more")
        return "{" + ", ".join(shown) + "}"

    def repr_instance(self, value: Any, _level: int) -> str:
        try:
            told = repr(value)
        except Exception:  # noqa: BLE001  # a value's own repr may fail in any way
            return f"<{type(value).__name__}>"
        half = self.maxother // 2
        return told if len(told) <= self.maxother else f"{told[:half]}...{told[-half:]}"


_SHORT: Final = _Short()


def short(value: Any) -> str:
    """Return a value in a few words, whatever it is."""
    try:
        if isinstance(value, Mapping) and not isinstance(value, dict):
            value = dict(islice(value.items(), _SHORT.maxdict + 1))
        return _SHORT.repr_dict(value, _SHORT.maxlevel) if isinstance(value, dict) else _SHORT.repr(value)
    except Exception:  # noqa: BLE001  # a value's own repr may fail in any way
        return f"<{type(value).__name__}>"
