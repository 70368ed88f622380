"""Shapes of the operations' arguments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mongotape.spec._entities import ENTITIES
from mongotape.spec._expectations import ANY_EVENT, TOPOLOGY_TYPES, EntityRef
from mongotape.spec._shapes import (
    Anything,
    Boolean,
    BsonDoc,
    Integer,
    JsonSchema,
    ListOf,
    Shape,
    String,
    Word,
)
from mongotape.spec._words import describe
from mongotape.spec._write_models import (
    CLIENT_WRITES,
    COLLECTION_WRITES,
    DATA_KEY_OPTIONS,
    DOC_OR_DOCS,
    DRIVER_INFO,
    FAIL_POINT,
    REWRAP_OPTIONS,
    SEARCH_INDEX,
    TEXT_OR_DOC,
)

if TYPE_CHECKING:
    from mongotape.documents import Path
    from mongotape.spec._operations import OperationRule
    from mongotape.spec._reading import Reading

_DOC = BsonDoc()
_TEXT = String()
_INT = Integer()
_BOOL = Boolean()
_ANY = Anything()
_DOCS = ListOf(BsonDoc(), raw=True)
_SESSION_STATES = ("none", "starting", "in_progress", "committed", "aborted")


class _Source(Shape):
    """The bytes to upload: ``{$$hexBytes: "..."}``."""

    @property
    def literal(self) -> bool:
        return False

    def read(self, value: Any, path: Path, reading: Reading) -> Any:
        if not isinstance(value, dict) or list(value) != ["$$hexBytes"]:
            return reading.complain(path, f'must be {{$$hexBytes: "..."}}, not {describe(value)}')
        text = value["$$hexBytes"]
        if not isinstance(text, str) or not re.fullmatch("([0-9a-fA-F]{2})*", text):
            return reading.complain(
                (*path, "$$hexBytes"), f"$$hexBytes takes pairs of hexadecimal digits, not {describe(text)}"
            )
        return value

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:  # noqa: ARG002 - Shape's signature
        return {
            "type": "object",
            "properties": {"$$hexBytes": {"type": "string", "pattern": "^([0-9a-fA-F]{2})*$"}},
            "required": ["$$hexBytes"],
            "additionalProperties": False,
        }


class _NewEntity(Shape):
    """The id of an entity that the operation makes."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def read(self, value: Any, path: Path, reading: Reading) -> Any:
        if not isinstance(value, str):
            return reading.complain(path, f"must be a string, an entity's id, not {describe(value)}")
        reading.create(value, self.kind, path)
        return value

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:  # noqa: ARG002 - Shape's signature
        return {"type": "string"}


ARGUMENT_SHAPES: dict[str, Shape] = {
    **dict.fromkeys(
        [
            "aggregationOptions",
            "changeStreamPreAndPostImages",
            "clusteredIndex",
            "collation",
            "command",
            "definition",
            "document",
            "driverInfoOptions",
            "encryptedFields",
            "failPoint",
            "filter",
            "index",
            "indexOptionDefaults",
            "keys",
            "let",
            "metadata",
            "min",
            "max",
            "model",
            "opts",
            "partialFilterExpression",
            "projection",
            "readConcern",
            "readPreference",
            "replacement",
            "resumeAfter",
            "scope",
            "sort",
            "startAfter",
            "storageEngine",
            "timeseries",
            "validator",
            "writeConcern",
        ],
        _DOC,
    ),
    **dict.fromkeys(["arrayFilters", "documents", "models", "pipeline", "requests"], _DOCS),
    **dict.fromkeys(
        [
            "collection",
            "collectionName",
            "commandName",
            "cursorType",
            "database",
            "databaseName",
            "fieldName",
            "filename",
            "fullDocument",
            "fullDocumentBeforeChange",
            "indexName",
            "keyAltName",
            "kmsProvider",
            "name",
            "newFilename",
            "to",
            "validationAction",
            "validationLevel",
            "viewOn",
            "contentType",
        ],
        _TEXT,
    ),
    **dict.fromkeys(
        [
            "batchSize",
            "chunkSizeBytes",
            "connections",
            "count",
            "expireAfterSeconds",
            "limit",
            "maxAwaitTimeMS",
            "maxCommitTimeMS",
            "maxTimeMS",
            "ms",
            "numIterations",
            "revision",
            "size",
            "skip",
            "timeoutMS",
        ],
        _INT,
    ),
    **dict.fromkeys(
        [
            "allowDiskUse",
            "allowPartialResults",
            "authorizedDatabases",
            "autoIndexId",
            "background",
            "bypassDocumentValidation",
            "capped",
            "disableMD5",
            "dropTarget",
            "hidden",
            "nameOnly",
            "noCursorTimeout",
            "oplogReplay",
            "ordered",
            "rawData",
            "returnKey",
            "showExpandedEvents",
            "showRecordId",
            "snapshot",
            "sparse",
            "unique",
            "upsert",
            "verboseResults",
        ],
        _BOOL,
    ),
    "hint": TEXT_OR_DOC,
    "update": DOC_OR_DOCS,
    "cursorType": Word(("tailable", "tailableAwait", "nonTailable")),
    "timeoutMode": Word(("cursorLifetime", "iteration")),
    "returnDocument": Word(("Before", "After"), lenient_case=True),
    "state": Word(_SESSION_STATES),
    "topologyType": Word(TOPOLOGY_TYPES),
    "source": _Source(),
    "session": EntityRef("session"),
    "client": EntityRef("client"),
    "thread": EntityRef("thread"),
    "topologyDescription": EntityRef("topologyDescription"),
    "priorTopologyDescription": EntityRef("topologyDescription"),
    "entities": ENTITIES,
    "failPoint": FAIL_POINT,
    "driverInfoOptions": DRIVER_INFO,
    "event": ANY_EVENT,
    **dict.fromkeys(
        ["storeErrorsAsEntity", "storeFailuresAsEntity", "storeIterationsAsEntity", "storeSuccessesAsEntity"],
        _NewEntity("value"),
    ),
}
"""An argument's shape by its name; one that is not listed may be any BSON value."""

_OF_ONE_OPERATION: dict[tuple[str, str], Shape] = {
    ("bulkWrite", "requests"): COLLECTION_WRITES,
    ("clientBulkWrite", "models"): CLIENT_WRITES,
    ("createSearchIndex", "model"): SEARCH_INDEX,
    ("createSearchIndexes", "models"): ListOf(SEARCH_INDEX, raw=True),
    ("createDataKey", "opts"): DATA_KEY_OPTIONS,
    ("rewrapManyDataKey", "opts"): REWRAP_OPTIONS,
    ("recordTopologyDescription", "id"): _NewEntity("topologyDescription"),
    ("createCollection", "max"): _INT,
    ("createIndex", "max"): _ANY,
    ("createIndex", "min"): _ANY,
    ("aggregate", "pipeline"): ListOf(_ANY, raw=True),
    ("createChangeStream", "pipeline"): ListOf(_ANY, raw=True),
}
"""The arguments whose shape differs in one operation."""


def argument_shape(rule: OperationRule, name: str) -> Shape:
    """What an operation's argument must look like."""
    return _OF_ONE_OPERATION.get((rule.name, name)) or ARGUMENT_SHAPES.get(name, _ANY)
