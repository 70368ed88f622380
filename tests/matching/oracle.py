"""The format's rules of matching in the simplest possible way: slow, and with nothing of mongotape's in it.

Scalars are compared by their BSON bytes, so that every type is told apart as the server tells it apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import combinations, permutations, product
from math import isnan
from typing import Any

import bson
from bson import Code, DBRef, json_util
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions, DatetimeConversion

OPTIONS = CodecOptions(
    uuid_representation=UuidRepresentation.STANDARD, datetime_conversion=DatetimeConversion.DATETIME_AUTO
)
NOTHING = object()

TYPE_BYTES = {
    "double": {0x01},
    "string": {0x02},
    "object": {0x03},
    "array": {0x04},
    "binData": {0x05},
    "undefined": {0x0A},
    "objectId": {0x07},
    "bool": {0x08},
    "date": {0x09},
    "null": {0x0A},
    "regex": {0x0B},
    "javascript": {0x0D},
    "symbol": {0x02},
    "javascriptWithScope": {0x0F},
    "int": {0x10},
    "timestamp": {0x11},
    "long": {0x12},
    "decimal": {0x13},
    "minKey": {0xFF},
    "maxKey": {0x7F},
    "number": {0x01, 0x10, 0x12, 0x13},
}
NUMBERS = {0x01, 0x10, 0x12}


def element(value: Any) -> bytes:
    return bson.encode({"": value}, codec_options=OPTIONS)


def type_byte(value: Any) -> int:
    return element(value)[4]


def as_document(value: Any) -> Any:
    return value.as_doc() if isinstance(value, DBRef) else value


def matches(expected: Any, actual: Any, *, root: bool | str = True, entities: Any = None) -> bool:
    expected, actual = as_document(expected), as_document(actual)
    if isinstance(expected, Mapping):
        if len(expected) == 1 and next(iter(expected)).startswith("$$"):
            ((name, argument),) = expected.items()
            return operator(name, argument, actual, root, entities)
        if not isinstance(actual, Mapping):
            return False
        for key, value in expected.items():
            if not matches(value, actual.get(key, NOTHING), root=False, entities=entities):
                return False
        return root is True or set(actual) <= set(expected)
    if actual is NOTHING:
        return False
    if isinstance(expected, list | tuple):
        if not isinstance(actual, list | tuple) or len(expected) != len(actual):
            return False
        return all(
            matches(one, other, root=root == "elements", entities=entities)
            for one, other in zip(expected, actual, strict=True)
        )
    if isinstance(actual, Mapping | list | tuple):
        return False
    return scalars(expected, actual)


def scalars(expected: Any, actual: Any) -> bool:
    mine, theirs = type_byte(expected), type_byte(actual)
    if mine in NUMBERS and theirs in NUMBERS:
        return expected == actual or (isnan(expected) and isnan(actual))
    if isinstance(expected, Code) and isinstance(actual, Code) and expected.scope and actual.scope:
        return str(expected) == str(actual) and exactly(expected.scope, actual.scope, numbers=True)
    return element(expected) == element(actual)


def exactly(expected: Any, actual: Any, *, numbers: bool = False) -> bool:
    expected, actual = as_document(expected), as_document(actual)
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        return set(expected) == set(actual) and all(
            exactly(value, actual[key], numbers=numbers) for key, value in expected.items()
        )
    if isinstance(expected, list | tuple) and isinstance(actual, list | tuple):
        return len(expected) == len(actual) and all(
            exactly(one, other, numbers=numbers) for one, other in zip(expected, actual, strict=True)
        )
    if isinstance(expected, Mapping | list | tuple) or isinstance(actual, Mapping | list | tuple):
        return False
    return scalars(expected, actual) and (numbers or type_byte(expected) == type_byte(actual))


def operator(name: str, argument: Any, actual: Any, root: Any, entities: Any) -> bool:
    if name == "$$exists":
        return (actual is not NOTHING) is argument
    if name == "$$unsetOrMatches":
        return actual is NOTHING or matches(argument, actual, root=root, entities=entities)
    if actual is NOTHING:
        return False
    if name == "$$type":
        aliases = [argument] if isinstance(argument, str) else argument
        return any(type_byte(actual) in TYPE_BYTES[alias] for alias in aliases)
    if name == "$$matchAsRoot":
        return isinstance(actual, Mapping) and matches(argument, actual, root=True, entities=entities)
    if name == "$$matchAsDocument":
        try:
            parsed = json_util.loads(actual, json_options=json_util.JSONOptions(tz_aware=False))
        except Exception:
            return False
        return isinstance(parsed, Mapping | DBRef) and matches(
            argument, parsed, root=False, entities=entities
        )
    if name == "$$lte":
        return type_byte(actual) in NUMBERS and actual <= argument
    if name == "$$matchesHexBytes":
        return isinstance(actual, bytes) and bytes(actual).hex() == argument.lower()
    if name == "$$matchesEntity":
        return exactly_or_root(entities[argument], actual, root)
    if name == "$$sessionLsid":
        return exactly(entities[argument], actual, numbers=True)
    if name == "$$text":
        return (
            isinstance(actual, str)
            and not isinstance(actual, Code)
            and re.search(argument, actual) is not None
        )
    raise AssertionError(name)


def exactly_or_root(stored: Any, actual: Any, root: Any) -> bool:
    if root is True and isinstance(stored, Mapping) and isinstance(actual, Mapping):
        return all(
            key in actual and exactly(value, actual[key], numbers=True) for key, value in stored.items()
        )
    return exactly(stored, actual, numbers=True)


# Sequences. An event is a tuple of plain values; an expectation is a tuple of the same length that holds, in each
# place, None (anything), a value, or ("same", name, names that it differs from).

Event = tuple[Any, ...]
Wanted = tuple[Any, ...]
Step = tuple[list[Wanted], int, int | None]  # a body, at least, at most


def sequence(steps: list[Step], events: list[Event], mode: str) -> bool:
    """Try every way there is."""
    # That a capture differs from another holds for its name, wherever it is said.
    places = [
        place for body, _low, _high in steps for each in body for place in each if isinstance(place, tuple)
    ]
    differing = {(name, other) for _same, name, others in places for other in others}
    ranges = [
        range(low, (len(events) if high is None else min(high, len(events))) + 1) for _b, low, high in steps
    ]
    for turns in product(*ranges):
        wanted = [
            each
            for (body, _low, _high), turn in zip(steps, turns, strict=True)
            for _t in range(turn)
            for each in body
        ]
        if any(together(wanted, chosen, differing) for chosen in choices(len(wanted), events, mode)):
            return True
    return False


def choices(length: int, events: list[Event], mode: str) -> Any:
    if mode == "exact":
        return [events] if length == len(events) else []
    if mode == "prefix":
        return [events[:length]] if length <= len(events) else []
    if mode == "in_order":
        return combinations(events, length)
    return permutations(events) if length == len(events) else []


def together(wanted: list[Wanted], events: Any, differing: set[tuple[str, str]]) -> bool:
    values: dict[str, set[Any]] = {}
    for expected, event in zip(wanted, events, strict=True):
        for one, other in zip(expected, event, strict=True):
            if isinstance(one, tuple):
                values.setdefault(one[1], set()).add(other)
            elif one is not None and one != other:
                return False
    if any(len(each) > 1 for each in values.values()):
        return False
    return not any(a in values and b in values and values[a] == values[b] for a, b in differing)
