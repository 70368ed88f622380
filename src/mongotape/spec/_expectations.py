"""Shapes of what a test expects: events, errors, log messages, tracing spans, collections' documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mongotape.spec import _model as model
from mongotape.spec._model import Version
from mongotape.spec._operators import ExpectedDocument, ExpectedValue, LiteralDocument
from mongotape.spec._shapes import (
    Boolean,
    BsonDoc,
    Field,
    Integer,
    JsonSchema,
    ListOf,
    MapOf,
    Object,
    OnlyTrue,
    Shape,
    String,
    Word,
    plain_mapping,
)
from mongotape.spec._words import BROKEN, describe, did_you_mean

if TYPE_CHECKING:
    from mongotape.documents import Path
    from mongotape.spec._reading import Reading

SERVER_TYPES = (
    "Standalone",
    "Mongos",
    "PossiblePrimary",
    "RSPrimary",
    "RSSecondary",
    "RSOther",
    "RSArbiter",
    "RSGhost",
    "LoadBalancer",
    "Unknown",
)
TOPOLOGY_TYPES = (
    "Single",
    "Unknown",
    "ReplicaSetNoPrimary",
    "ReplicaSetWithPrimary",
    "Sharded",
    "LoadBalanced",
)
LOG_LEVELS = ("emergency", "alert", "critical", "error", "warning", "notice", "info", "debug", "trace")
LOG_COMPONENTS = ("command", "topology", "serverSelection", "connection")


class EntityRef(Shape):
    """The id of an entity that exists at this point and is of one of some kinds (none: any)."""

    def __init__(self, *kinds: str) -> None:
        self.kinds = kinds

    def read(self, value: Any, path: Path, reading: Reading) -> Any:
        if not isinstance(value, str):
            return reading.complain(path, f"must be a string, the id of an entity, not {describe(value)}")
        return reading.refer(value, self.kinds, path)

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:  # noqa: ARG002 - Shape's signature
        return {"type": "string"}


# --- events ------------------------------------------------------------------------------------------------

_SERVICE = Field("hasServiceId", Boolean(), since=Version(1, 3))
_CONNECTION = Field("hasServerConnectionId", Boolean(), since=Version(1, 6))


def _description(what: str, types: tuple[str, ...]) -> Object:
    return Object(what, (Field("type", Word(types)),), plain_mapping, placed=False)


def _changed(types: tuple[str, ...], since: Version | None = None) -> tuple[Field, ...]:
    shape = _description("a description", types)
    return (Field("previousDescription", shape, since=since), Field("newDescription", shape, since=since))


_AWAITED = (Field("awaited", Boolean()),)
_CLOSED_REASONS = ("stale", "idle", "error", "poolClosed")
_FAILED_REASONS = ("poolClosed", "timeout", "connectionError")

EVENT_FIELDS: dict[model.EventType, dict[str, tuple[Version | None, tuple[Field, ...]]]] = {
    "command": {
        "commandStartedEvent": (
            None,
            (
                Field("command", ExpectedDocument()),
                Field("commandName", String()),
                Field("databaseName", String()),
                _SERVICE,
                _CONNECTION,
            ),
        ),
        "commandSucceededEvent": (
            None,
            (
                Field("reply", ExpectedDocument()),
                Field("commandName", String()),
                Field("databaseName", String(), since=Version(1, 15)),
                _SERVICE,
                _CONNECTION,
            ),
        ),
        "commandFailedEvent": (
            None,
            (
                Field("commandName", String()),
                Field("databaseName", String(), since=Version(1, 15)),
                _SERVICE,
                _CONNECTION,
            ),
        ),
    },
    "cmap": {
        "poolCreatedEvent": (None, ()),
        "poolReadyEvent": (None, ()),
        "poolClearedEvent": (
            None,
            (
                Field("hasServiceId", Boolean()),
                Field("interruptInUseConnections", Boolean(), since=Version(1, 11)),
            ),
        ),
        "poolClosedEvent": (None, ()),
        "connectionCreatedEvent": (None, ()),
        "connectionReadyEvent": (None, ()),
        "connectionClosedEvent": (None, (Field("reason", Word(_CLOSED_REASONS)),)),
        "connectionCheckOutStartedEvent": (None, ()),
        "connectionCheckOutFailedEvent": (None, (Field("reason", Word(_FAILED_REASONS)),)),
        "connectionCheckedOutEvent": (None, ()),
        "connectionCheckedInEvent": (None, ()),
    },
    "sdam": {
        "serverDescriptionChangedEvent": (None, _changed(SERVER_TYPES)),
        "topologyDescriptionChangedEvent": (Version(1, 14), _changed(TOPOLOGY_TYPES, Version(1, 20))),
        "serverHeartbeatStartedEvent": (Version(1, 17), _AWAITED),
        "serverHeartbeatSucceededEvent": (Version(1, 17), _AWAITED),
        "serverHeartbeatFailedEvent": (Version(1, 17), _AWAITED),
        "topologyOpeningEvent": (Version(1, 20), ()),
        "topologyClosedEvent": (Version(1, 20), ()),
    },
}
"""Each event type's events: the schema version that brought it, and the fields that may be asserted."""

EVENT_TYPE_SINCE: dict[str, Version | None] = {"command": None, "cmap": None, "sdam": Version(1, 10)}

_EVENT_SHAPES = {
    event_type: {
        kind: (since, Object(f"a {kind}", fields, plain_mapping, placed=False))
        for kind, (since, fields) in kinds.items()
    }
    for event_type, kinds in EVENT_FIELDS.items()
}


class Event(Shape):
    """One expected event; ``event_types`` says of which families it may be."""

    def __init__(self, *event_types: model.EventType) -> None:
        self.event_types = event_types

    @property
    def literal(self) -> bool:
        return False

    def read(self, value: Any, path: Path, reading: Reading) -> Any:
        if not isinstance(value, dict):
            return reading.complain(path, f"an expected event must be a mapping, not {describe(value)}")
        if len(value) != 1:
            found = ", ".join(value) or "none"
            return reading.complain(path, f"an expected event has exactly one key, its name; found {found}")
        (kind,) = value
        for event_type in self.event_types:
            if (known := _EVENT_SHAPES[event_type].get(kind)) is not None:
                since, shape = known
                if since is not None:
                    reading.uses(since, (*path, kind), kind)
                if shape.read(value[kind], (*path, kind), reading) is BROKEN:
                    return BROKEN
                return model.ExpectedEvent(place=reading.place(path), kind=kind, fields=value[kind])
        return self._unknown(kind, path, reading)

    def _unknown(self, kind: str, path: Path, reading: Reading) -> Any:
        for event_type, kinds in EVENT_FIELDS.items():
            if kind in kinds:
                wanted = "/".join(self.event_types)
                return reading.complain(
                    (*path, kind),
                    f"{kind} is an event of eventType {event_type}, not {wanted}",
                    f"say eventType: {event_type} in a block of its own",
                )
        names = [name for event_type in self.event_types for name in EVENT_FIELDS[event_type]]
        return reading.complain((*path, kind), f'no event is called "{kind}"', did_you_mean(kind, names))

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:
        name = f"{''.join(self.event_types)}Event"
        if name not in defs:
            properties = {
                kind: shape.schema(defs)
                for event_type in self.event_types
                for kind, (_since, shape) in _EVENT_SHAPES[event_type].items()
            }
            defs[name] = {
                "type": "object",
                "additionalProperties": False,
                "minProperties": 1,
                "maxProperties": 1,
                "properties": properties,
            }
        return {"$ref": f"#/$defs/{name}"}


ANY_EVENT = Event("command", "cmap", "sdam")


class _EventsForClient(Object):
    """The expected events of one client: which ones may stand there depends on ``eventType``."""

    def read(self, value: Any, path: Path, reading: Reading) -> Any:
        event_type = value.get("eventType", "command") if isinstance(value, dict) else "command"
        shape = _EVENTS_FOR_CLIENT.get(event_type) if isinstance(event_type, str) else None
        if shape is None:
            shape = _EVENTS_FOR_CLIENT[
                "command"
            ]  # complains of the type; the events are read as its default's
        return Object.read(shape, value, path, reading)

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:
        if "expectedEventsForClient" not in defs:
            defs["expectedEventsForClient"] = {}
            variants = {name: Object._body(shape, defs) for name, shape in _EVENTS_FOR_CLIENT.items()}
            body = variants["command"] | {"properties": dict(variants["command"]["properties"])}
            body["properties"]["events"] = {"type": "array"}
            cases = [
                {
                    "if": {
                        "properties": {"eventType": {"const": name}},
                        "required": [] if name == "command" else ["eventType"],
                    },
                    "then": {"properties": {"events": variant["properties"]["events"]}},
                }
                for name, variant in variants.items()
            ]
            defs["expectedEventsForClient"] = body | {"allOf": cases}
        return {"$ref": "#/$defs/expectedEventsForClient"}


def _events_for_client(event_type: model.EventType) -> _EventsForClient:
    return _EventsForClient(
        "an item of expectEvents",
        (
            Field("client", EntityRef("client"), required=True),
            Field("eventType", Word(EVENT_TYPE_SINCE), since=Version(1, 3)),
            Field("events", ListOf(Event(event_type)), required=True),
            Field("ignoreExtraEvents", Boolean(), since=Version(1, 7)),
        ),
        model.ExpectedEventsForClient,
    )


_EVENTS_FOR_CLIENT: dict[str, _EventsForClient] = {
    "command": _events_for_client("command"),
    "cmap": _events_for_client("cmap"),
    "sdam": _events_for_client("sdam"),
}
EVENTS_FOR_CLIENT = _EVENTS_FOR_CLIENT["command"]

# --- log messages and tracing ------------------------------------------------------------------------------

_LOG_MESSAGE = Object(
    "an expected log message",
    (
        Field("level", Word(LOG_LEVELS), required=True),
        Field("component", Word(LOG_COMPONENTS), required=True),
        Field("data", ExpectedDocument(), required=True),
        Field("failureIsRedacted", Boolean()),
    ),
    model.ExpectedLogMessage,
    name="expectedLogMessage",
)

LOG_MESSAGES_FOR_CLIENT = Object(
    "an item of expectLogMessages",
    (
        Field("client", EntityRef("client"), required=True),
        Field("messages", ListOf(_LOG_MESSAGE), required=True),
        Field("ignoreMessages", ListOf(_LOG_MESSAGE), since=Version(1, 16)),
        Field("ignoreExtraMessages", Boolean(), since=Version(1, 16)),
    ),
    model.ExpectedLogMessagesForClient,
    name="expectedLogMessagesForClient",
)


class _Span(Shape):
    """An expected span, in which others are nested."""

    def read(self, value: Any, path: Path, reading: Reading) -> Any:
        return _SPAN_OBJECT.read(value, path, reading)

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:
        return _SPAN_OBJECT.schema(defs)


_SPAN_OBJECT = Object(
    "an expected span",
    (
        Field("name", String(), required=True),
        Field("attributes", ExpectedDocument(), required=True),
        Field("nested", ListOf(_Span(), at_least=1)),
    ),
    model.ExpectedSpan,
    name="expectedSpan",
)

TRACING_MESSAGES_FOR_CLIENT = Object(
    "an item of expectTracingMessages",
    (
        Field("client", EntityRef("client"), required=True),
        Field("ignoreExtraSpans", Boolean()),
        Field("spans", ListOf(_SPAN_OBJECT, at_least=1), required=True),
    ),
    model.ExpectedTracingMessagesForClient,
    name="expectedTracingMessagesForClient",
)

# --- errors and documents ----------------------------------------------------------------------------------


def _request_index(key: str) -> int:
    if not key.isdecimal():
        raise ValueError(f'a key of writeErrors is the index of a request, not "{key}"')
    return int(key)


_LABELS = ListOf(String(), at_least=1)

EXPECTED_ERROR = Object(
    "expectError",
    (
        Field("isError", OnlyTrue()),
        Field("isClientError", Boolean()),
        Field("isTimeoutError", Boolean(), since=Version(1, 9)),
        Field("errorContains", String()),
        Field("errorCode", Integer()),
        Field("errorCodeName", String()),
        Field("errorLabelsContain", _LABELS),
        Field("errorLabelsOmit", _LABELS),
        Field("writeErrors", MapOf(ExpectedDocument(), _request_index), since=Version(1, 21)),
        Field("writeConcernErrors", ListOf(ExpectedDocument(), raw=True), since=Version(1, 21)),
        Field("errorResponse", ExpectedDocument(), since=Version(1, 12)),
        Field("expectResult", ExpectedValue()),
    ),
    model.ExpectedError,
    at_least=1,
    name="expectedError",
)


class _CreateOptions(BsonDoc):
    """Options of createCollection; the write concern is always majority."""

    def read(self, value: Any, path: Path, reading: Reading) -> Any:
        if isinstance(value, dict) and "writeConcern" in value:
            return reading.complain(
                (*path, "writeConcern"), "createOptions has no writeConcern: it is always majority"
            )
        return super().read(value, path, reading)


COLLECTION_DATA = Object(
    "collectionData",
    (
        Field("collectionName", String(), required=True),
        Field("databaseName", String(), required=True),
        Field(
            "documents",
            ListOf(LiteralDocument("documents are stored and compared exactly"), raw=True),
            required=True,
        ),
        Field("createOptions", _CreateOptions(), since=Version(1, 9)),
    ),
    model.CollectionData,
    name="collectionData",
)
