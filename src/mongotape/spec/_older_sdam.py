"""Shapes of the older SDAM format and its monitoring variant.

Source: Server Discovery And Monitoring tests, "Format"; SDAM Monitoring tests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mongotape.spec import _older_model as model
from mongotape.spec._expectations import SERVER_TYPES, TOPOLOGY_TYPES
from mongotape.spec._shapes import (
    Anything,
    Boolean,
    BsonDoc,
    Field,
    Integer,
    JsonSchema,
    ListOf,
    MapOf,
    Object,
    Shape,
    String,
    Word,
    plain_mapping,
)
from mongotape.spec._words import BROKEN, did_you_mean

if TYPE_CHECKING:
    from mongotape.documents import Path
    from mongotape.spec._reading import Reading


class OrNull(Shape):
    """null, or a value of another shape."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape

    def read(self, value: Any, path: Path, reading: Reading) -> Any:
        return None if value is None else self.shape.read(value, path, reading)

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:
        return {"anyOf": [{"type": "null"}, self.shape.schema(defs)]}


_TOPOLOGY_TYPE = Word(TOPOLOGY_TYPES)
_NUMBER_OR_NULL = OrNull(Integer())
_TEXT_OR_NULL = OrNull(String())


class _Response(Shape):
    """A hello reply: a list of the member's address and the reply."""

    def read(self, value: Any, path: Path, reading: Reading) -> Any:
        if not isinstance(value, list) or len(value) != 2:
            return reading.complain(path, "a response is a list of two: an address and a hello reply")
        address = String().read(value[0], (*path, 0), reading)
        reply = BsonDoc().read(value[1], (*path, 1), reading)
        if address is BROKEN or reply is BROKEN:
            return BROKEN
        return model.SdamResponse(place=reading.place(path), address=address, reply=reply)

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:  # noqa: ARG002 - Shape's signature
        return {"type": "array", "minItems": 2, "maxItems": 2}


def _needs_response(value: dict[str, Any], path: Path, reading: Reading) -> None:
    if value.get("type") == "command" and "response" not in value:
        reading.complain(path, 'an application error of type command needs the key "response"')


_APPLICATION_ERROR = Object(
    "an application error",
    (
        Field("address", String(), required=True),
        Field("generation", Integer()),
        Field("maxWireVersion", Integer()),
        Field("when", Word(("beforeHandshakeCompletes", "afterHandshakeCompletes")), required=True),
        Field("type", Word(("command", "network", "timeout")), required=True),
        Field("response", BsonDoc()),
    ),
    model.ApplicationError,
    rule=_needs_response,
)

_POOL = Object("pool", (Field("generation", Integer(), required=True),), plain_mapping, placed=False)


def _server(*, pool: dict[str, Any] | None = None, **made: Any) -> model.ServerOutcome:
    return model.ServerOutcome(**made, pool_generation=pool["generation"] if pool else None)


_SERVER = Object(
    "a server's outcome",
    (
        Field("type", Word(SERVER_TYPES), required=True),
        Field("setName", _TEXT_OR_NULL),
        Field("setVersion", _NUMBER_OR_NULL),
        Field("electionId", Anything()),
        Field("logicalSessionTimeoutMinutes", _NUMBER_OR_NULL),
        Field("minWireVersion", _NUMBER_OR_NULL),
        Field("maxWireVersion", _NUMBER_OR_NULL),
        Field("topologyVersion", OrNull(BsonDoc())),
        Field("error", _TEXT_OR_NULL),
        Field("pool", _POOL),
    ),
    _server,
    name="sdamServer",
)

_DESCRIBED_SERVER = Object(
    "a server's description",
    (
        Field("address", String(), attribute="address", required=True),
        Field("type", Word(SERVER_TYPES), required=True),
        Field("arbiters", ListOf(String())),
        Field("hosts", ListOf(String())),
        Field("passives", ListOf(String())),
        Field("primary", _TEXT_OR_NULL),
        Field("setName", _TEXT_OR_NULL),
    ),
    plain_mapping,
    placed=False,
)
_DESCRIBED_TOPOLOGY = Object(
    "a topology's description",
    (
        Field("topologyType", _TOPOLOGY_TYPE, required=True),
        Field("setName", _TEXT_OR_NULL),
        Field("servers", ListOf(_DESCRIBED_SERVER), required=True),
    ),
    plain_mapping,
    placed=False,
)
_TOPOLOGY_ID = Field("topologyId", Anything())
_ADDRESS = Field("address", String())


def _changed(shape: Object) -> tuple[Field, ...]:
    return (Field("previousDescription", shape), Field("newDescription", shape))


SDAM_EVENTS: dict[str, Object] = {
    name: Object(f"a {name}", (_TOPOLOGY_ID, *fields), plain_mapping, placed=False)
    for name, fields in {
        "topology_opening_event": (),
        "topology_closed_event": (),
        "topology_description_changed_event": _changed(_DESCRIBED_TOPOLOGY),
        "server_opening_event": (_ADDRESS,),
        "server_closed_event": (_ADDRESS,),
        "server_description_changed_event": (_ADDRESS, *_changed(_DESCRIBED_SERVER)),
    }.items()
}
"""Each event of the monitoring variant."""


class SdamEvent(Shape):
    """One expected event of the monitoring variant."""

    def read(self, value: Any, path: Path, reading: Reading) -> Any:
        if not isinstance(value, dict) or len(value) != 1:
            return reading.complain(path, "an expected event is a mapping with exactly one key, its name")
        (kind,) = value
        shape = SDAM_EVENTS.get(kind)
        if shape is None:
            return reading.complain(
                (*path, kind), f'no event is called "{kind}"', did_you_mean(kind, SDAM_EVENTS)
            )
        if shape.read(value[kind], (*path, kind), reading) is BROKEN:
            return BROKEN
        return model.SdamEvent(place=reading.place(path), kind=kind, fields=value[kind])

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:
        return {
            "type": "object",
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
            "properties": {name: shape.schema(defs) for name, shape in SDAM_EVENTS.items()},
        }


def _events_or_description(value: dict[str, Any], path: Path, reading: Reading) -> None:
    if "events" in value:
        if len(value) > 1:
            other = next(key for key in value if key != "events")
            reading.complain(
                (*path, other), f"{other} can't stand beside events", "expect events or a description"
            )
        return
    for key in ("servers", "topologyType"):
        if key not in value:
            reading.complain(path, f'an outcome needs the key "{key}" (or "events")')


_OUTCOME = Object(
    "an outcome",
    (
        Field("servers", MapOf(_SERVER)),
        Field("topologyType", _TOPOLOGY_TYPE),
        Field("setName", _TEXT_OR_NULL),
        Field("logicalSessionTimeoutMinutes", _NUMBER_OR_NULL),
        Field("maxSetVersion", _NUMBER_OR_NULL),
        Field("maxElectionId", Anything()),
        Field("compatible", Boolean()),
        Field("events", ListOf(SdamEvent())),
    ),
    model.SdamOutcome,
    rule=_events_or_description,
)

_PHASE = Object(
    "a phase",
    (
        Field("description", String()),
        Field("responses", ListOf(_Response())),
        Field("applicationErrors", ListOf(_APPLICATION_ERROR)),
        Field("outcome", _OUTCOME, required=True),
    ),
    model.SdamPhase,
)

SDAM_FILE = Object(
    "a file of the SDAM format",
    (
        Field("description", String(), required=True),
        Field("uri", String(), required=True),
        Field("phases", ListOf(_PHASE, at_least=1), required=True),
    ),
    model.SdamFile,
)
