"""Every way in which a person could break an expectation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from bson import Binary, Code, Decimal128, Int64, ObjectId, Regex, Timestamp

Written = dict[str, dict[str, Any]]
Path = tuple[str | int, ...]


class Mutant(NamedTuple):
    """A list of expectations with one thing broken."""

    how: str  #: what was done: "leaf: +1"
    index: int  #: which expectation
    path: Path  #: where in it
    expected: list[Written]

    def __str__(self) -> str:
        return f"{self.how} at [{self.index}]{''.join(f'.{step}' for step in self.path)}"


# One value.


def other_values(value: Any) -> Iterator[tuple[str, Any]]:  # noqa: PLR0912  # a branch for each type
    """The same type, another value."""
    if isinstance(value, bool):
        yield "flipped", not value
    elif isinstance(value, int):
        yield "+1", type(value)(value + 1)
        yield "-1", type(value)(value - 1)
        yield "negated", type(value)(-value - 1)
    elif isinstance(value, float):
        yield "+0.5", value + 0.5
        yield "a hair more", value * (1 + 1e-12) + 1e-12
    elif isinstance(value, Code):
        yield "other code", Code(str(value) + " ")
        yield "with a scope", Code(str(value), {"a": 1})
    elif isinstance(value, str):
        yield "longer", value + "x"
        yield "shorter" if value else "not empty", value[:-1] if value else " "
        yield "other case", value.swapcase() if value.swapcase() != value else value + "X"
    elif isinstance(value, Binary):
        yield "other bytes", Binary(bytes(value)[:-1] + b"\xff\xff", value.subtype)
        yield "other subtype", Binary(bytes(value), 0x80 if value.subtype != 0x80 else 0x81)
    elif isinstance(value, bytes):
        yield "other bytes", value + b"\0"
        yield "other subtype", Binary(value, 0x80)
    elif isinstance(value, ObjectId):
        yield "another id", ObjectId(value.binary[:-1] + bytes([value.binary[-1] ^ 1]))
    elif isinstance(value, datetime):
        yield "a millisecond later", value + timedelta(milliseconds=1)
    elif isinstance(value, Timestamp):
        yield "another increment", Timestamp(value.time, value.inc + 1)
    elif isinstance(value, Decimal128):
        yield "another decimal", Decimal128(str(value.to_decimal() + 1))
        yield "another precision", Decimal128(str(value) + "0")
    elif isinstance(value, Regex):
        yield "another pattern", Regex(f"{value.pattern}b", value.flags)
        yield "other flags", Regex(value.pattern, "x")
    elif isinstance(value, list):
        yield "one more element", [*value, None]
        if value:
            yield "one element less", value[:-1]
            yield "first element gone", value[1:]
        if len(value) > 1 and value[::-1] != value:
            yield "reversed", value[::-1]


def other_types(value: Any) -> Iterator[tuple[str, Any]]:
    """What looks like the value and is of another type."""
    if isinstance(value, bool):
        yield "bool to int", int(value)
        yield "bool to string", str(value).lower()
    elif isinstance(value, int | float):
        yield "number to string", str(value)
        yield "number to decimal", Decimal128(str(value))
        yield "number to bool", bool(value)
        yield "number in an array", [value]
    elif isinstance(value, Code):
        yield "code to string", str(value)
    elif isinstance(value, str):
        yield "string to binary", Binary(value.encode())
        yield "string to pattern", Regex(value)
        yield "string to code", Code(value)
        yield "string in an array", [value]
    elif isinstance(value, ObjectId):
        yield "id to string", str(value)
    elif isinstance(value, datetime):
        yield "date to string", value.isoformat()
        yield "date to int", Int64(int(value.timestamp() * 1000))
    elif value is None:
        yield "null to false", False
        yield "null to nothing", {"$$exists": False}
        yield "null to zero", 0
    elif isinstance(value, bytes):
        yield "binary to string", value.hex()
    elif isinstance(value, list):
        yield "array to document", {str(index): each for index, each in enumerate(value)}
        yield "array to null", None
        if len(value) == 1 and not isinstance(value[0], list):
            yield "array to its element", value[0]
    elif isinstance(value, Decimal128):
        yield "decimal to string", str(value)
        yield "decimal to double", float(str(value))
    if value is not None:
        yield "to null", None


def false_operators(value: Any) -> Iterator[tuple[str, Any]]:
    """A true operator with its sense flipped."""
    yield "$$exists flipped", {"$$exists": False}
    yield "$$type of another type", {"$$type": "minKey"}
    yield "$$type of several others", {"$$type": ["minKey", "maxKey"]}
    for how, other in other_values(value):
        yield f"$$unsetOrMatches {how}", {"$$unsetOrMatches": other}
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield "$$lte less", {"$$lte": value - 1}
    if isinstance(value, str) and not isinstance(value, Code):
        yield "$$text of something else", {"$$text": r"\Ano such text\Z"}
    if isinstance(value, bytes):
        yield "$$matchesHexBytes of others", {"$$matchesHexBytes": value.hex() + "00"}


def true_operators(value: Any) -> Iterator[tuple[str, Any]]:
    """Operators that hold: their sense is right, so they must pass."""
    yield "$$exists", {"$$exists": True}
    yield "$$unsetOrMatches", {"$$unsetOrMatches": value}
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield "$$lte", {"$$lte": value}
        yield "$$type", {"$$type": "number"}
    if isinstance(value, str) and not isinstance(value, Code):
        yield "$$type", {"$$type": ["int", "string"]}


def false_documents(value: Mapping[str, Any], *, root: bool) -> Iterator[tuple[str, Any]]:
    """Keys that were added, renamed, taken away; at the root only what asks for more than there is."""
    yield "key added", {**value, "noSuchKey": 1}
    yield "key added that must be null", {**value, "noSuchKey": None}
    for key in value:
        renamed = {f"{name}X" if name == key else name: each for name, each in value.items()}
        yield f"key {key} renamed", renamed
        if not root:
            yield f"key {key} gone", {name: each for name, each in value.items() if name != key}
    if value:
        yield "document to null", None
        yield "document in an array", [dict(value)]
    if not root:
        yield "$$matchAsRoot with more", {"$$matchAsRoot": {**value, "noSuchKey": 1}}


# Where in an expectation.


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value below, containers included."""
    if path:
        yield path, value
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from leaves(each, (*path, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from leaves(each, (*path, index))


def replaced(value: Any, path: Path, new: Any) -> Any:
    """A copy with one value replaced."""
    if not path:
        return new
    step, *rest = path
    if isinstance(value, list):
        return [replaced(each, tuple(rest), new) if at == step else each for at, each in enumerate(value)]
    return {key: replaced(each, tuple(rest), new) if key == step else each for key, each in value.items()}


def value_mutants(
    expected: list[Written], make: Callable[[Any], Iterator[tuple[str, Any]]]
) -> Iterator[Mutant]:
    """Each value of each expectation changed by ``make``."""
    for index, written in enumerate(expected):
        ((kind, fields),) = written.items()
        for path, value in leaves(fields):
            if len(path) == 1 and isinstance(value, Mapping):
                continue  # a field that is a document must be given one
            if len(path) == 1 and isinstance(value, list) and path[0] != "address":
                continue
            for how, new in make(value):
                if isinstance(path[-1], int) and ("$$exists" in repr(new) or "$$unset" in how):
                    continue  # an array's element can't be unset
                changed = {kind: replaced(fields, path, new)}
                yield Mutant(how, index, (kind, *path), _with(expected, index, changed))


def document_mutants(expected: list[Written]) -> Iterator[Mutant]:
    """Each document of each expectation with other keys."""
    for index, written in enumerate(expected):
        ((kind, fields),) = written.items()
        for path, value in leaves(fields):
            if not isinstance(value, Mapping) or path[0] in ("previousDescription", "newDescription"):
                continue
            for how, new in false_documents(value, root=len(path) == 1):
                if len(path) == 1 and not isinstance(new, Mapping):
                    continue
                changed = {kind: replaced(fields, path, new)}
                yield Mutant(how, index, (kind, *path), _with(expected, index, changed))


def kind_mutants(expected: list[Written]) -> Iterator[Mutant]:
    """Another kind of event, with no fields that only the right one has."""
    others = {
        "commandStartedEvent": "commandSucceededEvent",
        "commandSucceededEvent": "commandFailedEvent",
        "commandFailedEvent": "commandSucceededEvent",
        "connectionCheckedOutEvent": "connectionCheckedInEvent",
        "connectionCheckedInEvent": "connectionCheckedOutEvent",
        "connectionCreatedEvent": "connectionReadyEvent",
        "connectionReadyEvent": "connectionCreatedEvent",
        "poolReadyEvent": "poolClearedEvent",
        "poolCreatedEvent": "poolClosedEvent",
        "serverOpeningEvent": "serverClosedEvent",
        "topologyOpeningEvent": "topologyClosedEvent",
        "serverHeartbeatStartedEvent": "serverHeartbeatSucceededEvent",
    }
    for index, written in enumerate(expected):
        (kind,) = written
        if kind in others:
            yield Mutant(
                f"kind to {others[kind]}", index, (kind,), _with(expected, index, {others[kind]: {}})
            )


def sequence_mutants(expected: list[Written], foreign: Written) -> Iterator[Mutant]:
    """Events dropped, doubled, swapped, moved, put in; all of them reversed."""
    for index in range(len(expected)):
        here = expected[index]
        yield Mutant("dropped", index, (), expected[:index] + expected[index + 1 :])
        yield Mutant("doubled", index, (), [*expected[:index], here, *expected[index:]])
        yield Mutant("put in", index, (), [*expected[:index], foreign, *expected[index:]])
        yield Mutant("replaced", index, (), _with(expected, index, foreign))
        for other in range(index + 1, len(expected)):
            swapped = list(expected)
            swapped[index], swapped[other] = swapped[other], swapped[index]
            yield Mutant(f"swapped with {other}", index, (), swapped)
        yield Mutant("moved to the end", index, (), expected[:index] + expected[index + 1 :] + [here])
    yield Mutant("reversed", 0, (), expected[::-1])
    yield Mutant("doubled as a whole", 0, (), expected + expected)


def _with(expected: list[Written], index: int, written: Written) -> list[Written]:
    return [*expected[:index], written, *expected[index + 1 :]]
