"""Which operations each kind of object has, and which arguments each takes.

The table is facts about the format and the drivers' API: it says what a file may ask for, not what PyMongo
can do. A name with ``!`` is required.

Source: Unified Test Format, "Entity Test Operations" and "Special Test Operations"; CRUD, GridFS, sessions,
transactions, client-side encryption, index management and collection management specifications.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from mongotape.spec._model import Version

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class OperationRule:
    """One operation of one kind of object."""

    object_kind: str
    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    saves: str = "value"  #: the kind of entity that saveResultAsEntity makes of its result
    result: Literal["whole", "items"] = "whole"  #: what of a result is matched as root-level documents
    since: Version | None = None  #: the schema version that brought it
    deprecated: str | None = None  #: what to do instead

    @property
    def arguments(self) -> frozenset[str]:
        """Every argument's name."""
        return frozenset(self.required + self.optional)


_FIND = (
    "allowDiskUse allowPartialResults batchSize collation comment cursorType hint let limit max maxAwaitTimeMS "
    "maxTimeMS min noCursorTimeout oplogReplay projection rawData returnKey session showRecordId skip snapshot "
    "sort timeoutMS timeoutMode"
)
_AGGREGATE = (
    "pipeline! allowDiskUse batchSize bypassDocumentValidation collation comment cursorType hint let "
    "maxAwaitTimeMS maxTimeMS rawData session timeoutMS timeoutMode"
)
_WATCH = (
    "pipeline batchSize collation comment fullDocument fullDocumentBeforeChange maxAwaitTimeMS resumeAfter "
    "session showExpandedEvents startAfter startAtOperationTime timeoutMS"
)
_COUNT = "collation comment hint limit maxTimeMS rawData session skip timeoutMS"
_DELETE = "filter! collation comment hint let rawData session timeoutMS"
_UPDATE = "filter! arrayFilters bypassDocumentValidation collation comment hint let rawData session timeoutMS upsert"
_FIND_ONE_AND = "filter! collation comment hint let maxTimeMS projection rawData session sort timeoutMS"
_LIST = (
    "authorizedDatabases batchSize comment filter maxTimeMS nameOnly rawData session timeoutMS timeoutMode"
)
_INDEX_LIST = "batchSize comment maxTimeMS rawData session timeoutMS timeoutMode"
_TRANSACTION = "maxCommitTimeMS readConcern readPreference timeoutMS writeConcern"
_CREATE_COLLECTION = (
    "collection! autoIndexId capped changeStreamPreAndPostImages clusteredIndex collation comment encryptedFields "
    "expireAfterSeconds indexOptionDefaults max maxTimeMS pipeline session size storageEngine timeoutMS "
    "timeseries validationAction validationLevel validator viewOn writeConcern"
)
_CREATE_INDEX = (
    "keys! 2dsphereIndexVersion background bits collation comment commitQuorum default_language "
    "expireAfterSeconds hidden language_override max maxTimeMS min name partialFilterExpression rawData session "
    "sparse storageEngine textIndexVersion timeoutMS unique version weights wildcardProjection"
)
_DOWNLOAD = "timeoutMS"
_CURSOR = "timeoutMS"

_TABLE: dict[str, dict[str, str]] = {
    "client": {
        "appendMetadata": "driverInfoOptions!",
        "clientBulkWrite": "models! bypassDocumentValidation comment let ordered rawData session timeoutMS "
        "verboseResults writeConcern",
        "close": "timeoutMS",
        "createChangeStream": _WATCH,
        "dropDatabase": "database! comment session timeoutMS writeConcern",
        "listDatabaseNames": _LIST,
        "listDatabaseObjects": _LIST,
        "listDatabases": _LIST,
    },
    "database": {
        "aggregate": _AGGREGATE,
        "createChangeStream": _WATCH,
        "createCollection": _CREATE_COLLECTION,
        "createCommandCursor": "command! batchSize comment commandName cursorType maxTimeMS readPreference session "
        "timeoutMS timeoutMode",
        "dropCollection": "collection! comment encryptedFields maxTimeMS session timeoutMS writeConcern",
        "listCollectionNames": _LIST,
        "listCollectionObjects": _LIST,
        "listCollections": _LIST,
        "modifyCollection": "collection! changeStreamPreAndPostImages comment cappedSize cappedMax "
        "expireAfterSeconds index maxTimeMS pipeline session timeoutMS validationAction validationLevel validator "
        "viewOn writeConcern",
        "runCommand": "command! commandName readPreference session timeoutMS",
        "runCursorCommand": "command! batchSize comment commandName cursorType maxTimeMS readPreference session "
        "timeoutMS timeoutMode",
    },
    "collection": {
        "aggregate": _AGGREGATE,
        "bulkWrite": "requests! bypassDocumentValidation comment let ordered rawData session timeoutMS",
        "count": f"filter! {_COUNT}",
        "countDocuments": f"filter! {_COUNT}",
        "createChangeStream": _WATCH,
        "createFindCursor": f"filter! {_FIND}",
        "createIndex": _CREATE_INDEX,
        "createIndexes": "models! comment commitQuorum maxTimeMS rawData session timeoutMS",
        "createSearchIndex": "model!",
        "createSearchIndexes": "models!",
        "deleteMany": _DELETE,
        "deleteOne": _DELETE,
        "distinct": "fieldName! filter! collation comment hint maxTimeMS rawData session timeoutMS",
        "drop": "comment encryptedFields maxTimeMS session timeoutMS writeConcern",
        "dropIndex": "name! comment maxTimeMS rawData session timeoutMS",
        "dropIndexes": "comment maxTimeMS rawData session timeoutMS",
        "dropSearchIndex": "name!",
        "estimatedDocumentCount": "comment maxTimeMS rawData timeoutMS",
        "find": f"filter! {_FIND}",
        "findOne": f"filter! {_FIND}",
        "findOneAndDelete": _FIND_ONE_AND,
        "findOneAndReplace": f"{_FIND_ONE_AND} replacement! bypassDocumentValidation returnDocument upsert",
        "findOneAndUpdate": f"{_FIND_ONE_AND} update! arrayFilters bypassDocumentValidation returnDocument upsert",
        "insertMany": "documents! bypassDocumentValidation comment ordered rawData session timeoutMS",
        "insertOne": "document! bypassDocumentValidation comment rawData session timeoutMS",
        "listIndexNames": _INDEX_LIST,
        "listIndexes": _INDEX_LIST,
        "listSearchIndexes": "aggregationOptions name",
        "mapReduce": "map! out! reduce! bypassDocumentValidation collation finalize jsMode limit maxTimeMS query "
        "scope session sort timeoutMS verbose",
        "rename": "to! comment dropTarget session timeoutMS",
        "replaceOne": "filter! replacement! bypassDocumentValidation collation comment hint let rawData session sort "
        "timeoutMS upsert",
        "updateMany": f"{_UPDATE} update!",
        "updateOne": f"{_UPDATE} update! sort",
        "updateSearchIndex": "definition! name!",
    },
    "session": {
        "abortTransaction": "timeoutMS",
        "commitTransaction": "timeoutMS",
        "endSession": "",
        "getSnapshotTime": "",
        "startTransaction": _TRANSACTION,
        "withTransaction": f"callback! {_TRANSACTION}",
    },
    "bucket": {
        "delete": f"id! {_DOWNLOAD}",
        "deleteByName": f"filename! {_DOWNLOAD}",
        "download": f"id! {_DOWNLOAD}",
        "downloadByName": f"filename! revision {_DOWNLOAD}",
        "drop": "timeoutMS",
        "find": "filter! allowDiskUse batchSize limit maxTimeMS noCursorTimeout session skip sort timeoutMS",
        "openDownloadStream": f"id! {_DOWNLOAD}",
        "openDownloadStreamByName": f"filename! revision {_DOWNLOAD}",
        "rename": f"id! newFilename! {_DOWNLOAD}",
        "renameByName": f"filename! newFilename! {_DOWNLOAD}",
        "upload": "filename! source! chunkSizeBytes contentType disableMD5 metadata timeoutMS",
        "uploadWithId": "filename! id! source! chunkSizeBytes contentType disableMD5 metadata timeoutMS",
    },
    "clientEncryption": {
        "addKeyAltName": "id! keyAltName!",
        "createDataKey": "kmsProvider! opts",
        "decrypt": "value!",
        "deleteKey": "id!",
        "encrypt": "opts! value!",
        "getKey": "id!",
        "getKeyByAltName": "keyAltName!",
        "getKeys": "",
        "removeKeyAltName": "id! keyAltName!",
        "rewrapManyDataKey": "filter! opts",
    },
    "changeStream": {"close": _CURSOR, "iterateOnce": _CURSOR, "iterateUntilDocumentOrError": _CURSOR},
    "findCursor": {"close": _CURSOR, "iterateOnce": _CURSOR, "iterateUntilDocumentOrError": _CURSOR},
    "commandCursor": {"close": _CURSOR, "iterateOnce": _CURSOR, "iterateUntilDocumentOrError": _CURSOR},
    "testRunner": {
        "assertCollectionExists": "collectionName! databaseName!",
        "assertCollectionNotExists": "collectionName! databaseName!",
        "assertDifferentLsidOnLastTwoCommands": "client!",
        "assertEventCount": "client! count! event!",
        "assertIndexExists": "collectionName! databaseName! indexName!",
        "assertIndexNotExists": "collectionName! databaseName! indexName!",
        "assertNumberConnectionsCheckedOut": "client! connections!",
        "assertSameLsidOnLastTwoCommands": "client!",
        "assertSessionDirty": "session!",
        "assertSessionNotDirty": "session!",
        "assertSessionPinned": "session!",
        "assertSessionTransactionState": "session! state!",
        "assertSessionUnpinned": "session!",
        "assertTopologyType": "topologyDescription! topologyType!",
        "createEntities": "entities!",
        "failPoint": "client! failPoint! session",
        "loop": "operations! numIterations storeErrorsAsEntity storeFailuresAsEntity storeIterationsAsEntity "
        "storeSuccessesAsEntity",
        "recordTopologyDescription": "client! id!",
        "runOnThread": "operation! thread!",
        "targetedFailPoint": "failPoint! session!",
        "wait": "ms!",
        "waitForEvent": "client! count! event!",
        "waitForPrimaryChange": "client! priorTopologyDescription! timeoutMS",
        "waitForThread": "thread!",
    },
    "thread": {},
    "topologyDescription": {},
    "value": {},
}

_SAVES = {
    "createChangeStream": "changeStream",
    "createFindCursor": "findCursor",
    "createCommandCursor": "commandCursor",
    "createCollection": "collection",
}
_ITEMS = frozenset(
    {
        ("client", "listDatabases"),
        ("database", "aggregate"),
        ("database", "listCollections"),
        ("database", "runCursorCommand"),
        ("collection", "aggregate"),
        ("collection", "find"),
        ("collection", "listIndexes"),
        ("collection", "listSearchIndexes"),
        ("bucket", "find"),
        ("clientEncryption", "getKeys"),
    }
)
_DEPRECATED = {
    ("testRunner", "loop"): "it left the format with schemaVersion 1.24; write its operations one by one",
    ("collection", "count"): "write countDocuments or estimatedDocumentCount",
    ("collection", "mapReduce"): "write aggregate",
}
_SINCE = {
    Version(1, 2): "loop",
    Version(1, 3): "assertNumberConnectionsCheckedOut createFindCursor iterateUntilDocumentOrError",
    Version(1, 9): "createEntities",
    Version(
        1, 10
    ): "runOnThread waitForThread recordTopologyDescription waitForPrimaryChange assertTopologyType "
    "waitForEvent assertEventCount wait",
}
"""The operations that a schema version brought, as the format's change log says."""


def _rule(kind: str, name: str, arguments: str) -> OperationRule:
    words = arguments.split()
    return OperationRule(
        kind,
        name,
        tuple(word[:-1] for word in words if word.endswith("!")),
        tuple(word for word in words if not word.endswith("!")),
        _SAVES.get(name, "value"),
        "items" if (kind, name) in _ITEMS else "whole",
        next((since for since, names in _SINCE.items() if name in names.split()), None),
        _DEPRECATED.get((kind, name)),
    )


OPERATIONS: Mapping[str, Mapping[str, OperationRule]] = MappingProxyType(
    {
        kind: MappingProxyType({name: _rule(kind, name, arguments) for name, arguments in operations.items()})
        for kind, operations in _TABLE.items()
    }
)
"""Every known operation by the kind of object and its name."""
