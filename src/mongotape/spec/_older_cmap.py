"""Shapes of the CMAP format: the tests of connection pools.

Source: Connection Monitoring and Pooling tests, "Common Test Format", "Unit Test Format".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mongotape.spec import _older_model as model
from mongotape.spec._model import RunOnRequirement
from mongotape.spec._requirements import TOPOLOGIES
from mongotape.spec._shapes import (
    Anything,
    Boolean,
    BsonDoc,
    Either,
    Field,
    Integer,
    JsonSchema,
    ListOf,
    Object,
    Shape,
    String,
    VersionText,
    Word,
    plain_mapping,
)
from mongotape.spec._words import BROKEN, describe, did_you_mean

if TYPE_CHECKING:
    from mongotape.documents import Path
    from mongotape.spec._reading import Reading

# --- CMAP --------------------------------------------------------------------------------------------------

CMAP_OPERATIONS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "start": (("target",), ()),
    "wait": (("ms",), ()),
    "waitForThread": (("target",), ()),
    "waitForEvent": (("event", "count"), ("timeout",)),
    "checkOut": ((), ("label",)),
    "checkIn": (("connection",), ()),
    "clear": ((), ("interruptInUseConnections",)),
    "close": ((), ()),
    "ready": ((), ()),
}
"""Each operation's keys: those it needs, those it may have. Any may name a ``thread``."""

CMAP_EVENTS: dict[str, tuple[str, ...]] = {
    "ConnectionPoolCreated": ("address", "options"),
    "ConnectionPoolReady": ("address",),
    "ConnectionPoolCleared": ("address", "interruptInUseConnections"),
    "ConnectionPoolClosed": ("address",),
    "ConnectionCreated": ("address", "connectionId"),
    "ConnectionReady": ("address", "connectionId", "duration"),
    "ConnectionClosed": ("address", "connectionId", "reason"),
    "ConnectionCheckOutStarted": ("address",),
    "ConnectionCheckOutFailed": ("address", "duration", "reason"),
    "ConnectionCheckedOut": ("address", "connectionId", "duration"),
    "ConnectionCheckedIn": ("address", "connectionId"),
}
"""Each event and the fields that may be asserted of it."""


def _operation_keys(value: dict[str, Any], path: Path, reading: Reading) -> None:
    name = value.get("name")
    if not isinstance(name, str) or name not in CMAP_OPERATIONS:
        return  # the word complains
    required, optional = CMAP_OPERATIONS[name]
    allowed = {"name", "thread", *required, *optional}
    for key in value:
        if key not in allowed and any(key == field.key for field in _OPERATION.fields):
            reading.complain(
                (*path, key), f'the operation {name} has no key "{key}"', did_you_mean(key, allowed)
            )
    for key in required:
        if key not in value:
            reading.complain(path, f'the operation {name} needs the key "{key}"')


_OPERATION = Object(
    "an operation",
    (
        Field("name", Word(tuple(CMAP_OPERATIONS)), required=True),
        Field("thread", String()),
        Field("target", String()),
        Field("ms", Integer()),
        Field("event", Word(tuple(CMAP_EVENTS))),
        Field("count", Integer()),
        Field("timeout", Integer()),
        Field("label", String()),
        Field("connection", String()),
        Field("interruptInUseConnections", Boolean()),
    ),
    model.CmapOperation,
    rule=_operation_keys,
    name="cmapOperation",
)

_EVENT_FIELDS: dict[str, Shape] = {
    "address": Either((((int,), Integer()), ((str,), String())), "42 (any) or an address"),
    "connectionId": Integer(),
    "duration": Integer(),
    "options": Either((((int,), Integer()), ((dict,), BsonDoc())), "42 (any) or a mapping"),
    "reason": Either(
        (
            ((int,), Integer()),
            ((str,), Word(("stale", "idle", "error", "poolClosed", "timeout", "connectionError"))),
        ),
        "42 (any) or a reason",
    ),
    "interruptInUseConnections": Boolean(),
}


class CmapEvent(Shape):
    """An expected pool event: which fields it may have depends on its type."""

    def read(self, value: Any, path: Path, reading: Reading) -> Any:
        if not isinstance(value, dict):
            return reading.complain(path, f"an expected event must be a mapping, not {describe(value)}")
        if "type" not in value:
            return reading.complain(path, 'an expected event needs the key "type"')
        kind = value["type"]
        if Word(tuple(CMAP_EVENTS)).read(kind, (*path, "type"), reading) is BROKEN:
            return BROKEN
        before = len(reading.complaints)
        fields = {key: item for key, item in value.items() if key != "type"}
        for key, item in fields.items():
            if key not in CMAP_EVENTS[kind]:
                reading.complain(
                    (*path, key), f'{kind} has no field "{key}"', did_you_mean(key, CMAP_EVENTS[kind])
                )
            else:
                _EVENT_FIELDS[key].read(item, (*path, key), reading)
        if len(reading.complaints) != before:
            return BROKEN
        return model.CmapEvent(place=reading.place(path), type=kind, fields=fields)

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:
        properties = {key: shape.schema(defs) for key, shape in _EVENT_FIELDS.items()}
        return {
            "type": "object",
            "required": ["type"],
            "additionalProperties": False,
            "properties": {"type": {"enum": list(CMAP_EVENTS)}, **properties},
        }


def _interval(value: dict[str, Any], path: Path, reading: Reading) -> None:
    if value.get("backgroundThreadIntervalMS") == 0:
        where = (*path, "backgroundThreadIntervalMS")
        reading.complain(where, "backgroundThreadIntervalMS can't be 0", "negative: the thread never runs")


_POOL_OPTIONS = Object(
    "poolOptions",
    tuple(
        Field(key, shape, attribute=key)
        for key, shape in {
            **dict.fromkeys(
                (
                    "maxPoolSize",
                    "minPoolSize",
                    "maxConnecting",
                    "maxIdleTimeMS",
                    "waitQueueTimeoutMS",
                    "backgroundThreadIntervalMS",
                ),
                Integer(),
            ),
            "appName": String(),
        }.items()
    ),
    plain_mapping,
    placed=False,
    rule=_interval,
)

_ERROR = Object(
    "error",
    (
        Field("type", String()),
        Field("message", String()),
        Field("address", Anything()),
    ),
    model.CmapError,
    at_least=1,
)

_RUN_ON = Object(
    "a requirement of runOn",
    (
        Field("minServerVersion", VersionText()),
        Field("maxServerVersion", VersionText()),
        Field("topologies", ListOf(Word(TOPOLOGIES), at_least=1)),
    ),
    RunOnRequirement,
)


def _started(name: Any, known: set[str], path: Path, reading: Reading) -> None:
    if isinstance(name, str) and name not in known:
        reading.complain(path, f'no thread "{name}" is started before', did_you_mean(name, known), name=True)


def _threads_and_labels(operations: list[Any], path: Path, reading: Reading) -> None:
    """A thread is started before it works; a connection is checked out before it is checked in."""
    threads: set[str] = set()
    labels: set[str] = set()
    for number, operation in enumerate(operations):
        if not isinstance(operation, dict):
            continue
        where = (*path, number)
        target, connection, label = (operation.get(key) for key in ("target", "connection", "label"))
        _started(operation.get("thread"), threads, (*where, "thread"), reading)
        if operation.get("name") == "start":
            threads |= {target} if isinstance(target, str) else set()
        else:
            _started(target, threads, (*where, "target"), reading)
        if isinstance(connection, str) and connection not in labels:
            message = f'no checkOut before has the label "{connection}"'
            reading.complain((*where, "connection"), message, did_you_mean(connection, labels), name=True)
        labels |= {label} if isinstance(label, str) else set()


def _whole_file(value: dict[str, Any], path: Path, reading: Reading) -> None:
    if isinstance(value.get("version"), int) and value["version"] != 1:
        reading.complain((*path, "version"), f"version {value['version']} is not understood: version 1 is")
    if isinstance(value.get("operations"), list):
        _threads_and_labels(value["operations"], (*path, "operations"), reading)
    for key in ("runOn", "failPoint"):
        if value.get("style") == "unit" and key in value:
            message = f"{key} is for tests that need a deployment"
            reading.complain((*path, key), message, "write style: integration")


CMAP_FILE = Object(
    "a file of the CMAP format",
    (
        Field("version", Integer(), required=True),
        Field("style", Word(("unit", "integration")), required=True),
        Field("description", String(), required=True),
        Field("poolOptions", _POOL_OPTIONS),
        Field("runOn", ListOf(_RUN_ON, at_least=1)),
        Field("failPoint", BsonDoc()),
        Field("operations", ListOf(_OPERATION), required=True),
        Field("error", _ERROR),
        Field("events", ListOf(CmapEvent()), required=True),
        Field("ignore", ListOf(Word(tuple(CMAP_EVENTS)))),
    ),
    model.CmapFile,
    rule=_whole_file,
)
