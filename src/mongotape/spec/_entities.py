"""Shapes of entities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mongotape.spec import _model as model
from mongotape.spec._encryption import AUTO_ENCRYPT, CLIENT_ENCRYPTION_OPTS
from mongotape.spec._expectations import EVENT_FIELDS, LOG_COMPONENTS, LOG_LEVELS, EntityRef
from mongotape.spec._model import Version
from mongotape.spec._operators import LiteralDocument
from mongotape.spec._shapes import (
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
from mongotape.spec._words import describe, did_you_mean

if TYPE_CHECKING:
    from mongotape.documents import Path
    from mongotape.spec._reading import Reading


def _client_encryption(
    *, client_encryption_opts: dict[str, Any], **made: Any
) -> model.ClientEncryptionEntity:
    return model.ClientEncryptionEntity(**made, **client_encryption_opts)


_OBSERVABLE: dict[str, Version | None] = {
    **dict.fromkeys(EVENT_FIELDS["command"]),
    **dict.fromkeys(EVENT_FIELDS["cmap"], Version(1, 3)),
    **{kind: since or Version(1, 10) for kind, (since, _fields) in EVENT_FIELDS["sdam"].items()},
}
_STORED = tuple(
    kind[0].upper() + kind[1:]
    for kind in _OBSERVABLE
    if not kind.startswith(("serverHeartbeat", "topologyOpening", "topologyClosed"))
)

_STORE_EVENTS = Object(
    "an item of storeEventsAsEntities",
    (
        Field("id", String(), required=True),
        Field("events", ListOf(Word(_STORED), at_least=1), required=True),
    ),
    model.StoreEventsAsEntity,
)

_SERVER_API = Object(
    "serverApi",
    (
        Field("version", String(), required=True),
        Field("strict", Boolean()),
        Field("deprecationErrors", Boolean()),
    ),
    model.ServerApi,
)


def _log_component(key: str) -> str:
    if key not in LOG_COMPONENTS:
        hint = did_you_mean(key, LOG_COMPONENTS)
        raise ValueError(f'no log component is called "{key}"; {hint}')
    return key


class _ObservedLogs(MapOf):
    """The least severe level that is observed of each component."""

    def read(self, value: Any, path: Path, reading: Reading) -> Any:
        if value == {}:
            return reading.complain(path, "observeLogMessages must not be empty", "leave the key out")
        return super().read(value, path, reading)

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:
        levels = self.value.schema(defs)
        return {
            "type": "object",
            "additionalProperties": False,
            "minProperties": 1,
            "properties": dict.fromkeys(LOG_COMPONENTS, levels),
        }


_OPTION_FIELDS = (
    Field("readConcern", BsonDoc(), attribute="readConcern"),
    Field("readPreference", BsonDoc(), attribute="readPreference"),
    Field("writeConcern", BsonDoc(), attribute="writeConcern"),
    Field("timeoutMS", Integer(), attribute="timeoutMS", since=Version(1, 9)),
)
_DATABASE_OPTIONS = Object("databaseOptions", _OPTION_FIELDS, plain_mapping, placed=False)
_COLLECTION_OPTIONS = Object("collectionOptions", _OPTION_FIELDS, plain_mapping, placed=False)
_ID = Field("id", String(), required=True)

_KINDS: dict[str, tuple[Version | None, Object]] = {
    "client": (
        None,
        Object(
            "a client",
            (
                _ID,
                Field("uriOptions", LiteralDocument("only $$placeholder can", "$$placeholder")),
                Field("useMultipleMongoses", Boolean()),
                Field("observeEvents", ListOf(Word(_OBSERVABLE), at_least=1)),
                Field("ignoreCommandMonitoringEvents", ListOf(String(), at_least=1)),
                Field("observeSensitiveCommands", Boolean(), since=Version(1, 5)),
                Field(
                    "storeEventsAsEntities",
                    ListOf(_STORE_EVENTS, at_least=1),
                    since=Version(1, 2),
                    deprecated="use observeEvents and expectEvents",
                ),
                Field(
                    "observeLogMessages",
                    _ObservedLogs(Word(LOG_LEVELS), _log_component),
                    since=Version(1, 13),
                ),
                Field(
                    "observeTracingMessages",
                    Object(
                        "observeTracingMessages",
                        (Field("enableCommandPayload", Boolean(), attribute="enableCommandPayload"),),
                        plain_mapping,
                        placed=False,
                    ),
                    since=Version(1, 27),
                ),
                Field("serverApi", _SERVER_API, since=Version(1, 1)),
                Field("autoEncryptOpts", AUTO_ENCRYPT, since=Version(1, 23)),
                Field(
                    "awaitMinPoolSizeMS", Integer(), attribute="await_min_pool_size_ms", since=Version(1, 26)
                ),
            ),
            model.ClientEntity,
        ),
    ),
    "clientEncryption": (
        Version(1, 8),
        Object(
            "a clientEncryption",
            (_ID, Field("clientEncryptionOpts", CLIENT_ENCRYPTION_OPTS, required=True)),
            _client_encryption,
        ),
    ),
    "database": (
        None,
        Object(
            "a database",
            (
                _ID,
                Field("client", EntityRef("client"), required=True),
                Field("databaseName", String(), required=True),
                Field("databaseOptions", _DATABASE_OPTIONS),
            ),
            model.DatabaseEntity,
        ),
    ),
    "collection": (
        None,
        Object(
            "a collection",
            (
                _ID,
                Field("database", EntityRef("database"), required=True),
                Field("collectionName", String(), required=True),
                Field("collectionOptions", _COLLECTION_OPTIONS),
            ),
            model.CollectionEntity,
        ),
    ),
    "session": (
        None,
        Object(
            "a session",
            (
                _ID,
                Field("client", EntityRef("client"), required=True),
                Field("sessionOptions", BsonDoc()),
            ),
            model.SessionEntity,
        ),
    ),
    "bucket": (
        None,
        Object(
            "a bucket",
            (
                _ID,
                Field("database", EntityRef("database"), required=True),
                Field("bucketOptions", BsonDoc()),
            ),
            model.BucketEntity,
        ),
    ),
    "thread": (Version(1, 10), Object("a thread", (_ID,), model.ThreadEntity)),
}


class Entity(Shape):
    """One entity to create: a mapping whose only key is its kind."""

    @property
    def literal(self) -> bool:
        return False

    def read(self, value: Any, path: Path, reading: Reading) -> Any:
        if not isinstance(value, dict):
            return reading.complain(path, f"an entity must be a mapping, not {describe(value)}")
        if len(value) != 1:
            found = ", ".join(value) or "none"
            return reading.complain(path, f"an entity has exactly one key, its kind; found {found}")
        (kind,) = value
        known = _KINDS.get(kind)
        if known is None:
            return reading.complain(
                (*path, kind), f'no kind of entity is called "{kind}"', did_you_mean(kind, _KINDS)
            )
        since, shape = known
        if since is not None:
            reading.uses(since, (*path, kind), f"the entity {kind}")
        made = shape.read(value[kind], (*path, kind), reading)
        if isinstance(
            value[kind], dict
        ):  # a broken one is known by name, so that what refers to it is not blamed
            reading.create(value[kind].get("id"), kind, (*path, kind, "id"))
            if kind == "client":
                _create_stored_events(value[kind], (*path, kind), reading)
        return made

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:
        defs["entity"] = {
            "type": "object",
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
            "properties": {kind: shape.schema(defs) for kind, (_since, shape) in _KINDS.items()},
        }
        return {"$ref": "#/$defs/entity"}


def _create_stored_events(client: dict[str, Any], path: Path, reading: Reading) -> None:
    stored = client.get("storeEventsAsEntities")
    for number, item in enumerate(stored if isinstance(stored, list) else ()):
        if isinstance(item, dict):
            reading.create(item.get("id"), "value", (*path, "storeEventsAsEntities", number, "id"))


ENTITIES = ListOf(Entity(), at_least=1)
