"""The fields that commands take, and the commands that MongoDB has and mongomock lacks."""

from __future__ import annotations

from typing import Final


def _fields(words: str) -> frozenset[str]:
    return frozenset(words.split())


#: A field outside these (and outside those that every command takes) is an error, as on a server.
FIELDS: Final[dict[str, frozenset[str]]] = {
    "find": _fields(
        "filter projection sort hint skip limit batchSize singleBatch max min returnKey showRecordId tailable "
        "oplogReplay noCursorTimeout awaitData allowPartialResults collation allowDiskUse let"
    ),
    "aggregate": _fields("pipeline cursor explain allowDiskUse bypassDocumentValidation collation hint let"),
    "count": _fields("query limit skip hint collation fields"),
    "distinct": _fields("key query collation hint"),
    "explain": _fields("verbosity"),
    "insert": _fields("documents ordered bypassDocumentValidation"),
    "update": _fields("updates ordered bypassDocumentValidation let"),
    "delete": _fields("deletes ordered let"),
    "findAndModify": _fields(
        "query sort remove update new fields upsert bypassDocumentValidation collation arrayFilters hint let"
    ),
    "bulkWrite": _fields("ops nsInfo ordered errorsOnly bypassDocumentValidation let cursor"),
    "getMore": _fields("collection batchSize"),
    "killCursors": _fields("cursors"),
    "createIndexes": _fields("indexes commitQuorum"),
    "dropIndexes": _fields("index"),
    "listIndexes": _fields("cursor includeBuildUUIDs"),
    "listCollections": _fields("filter nameOnly authorizedCollections cursor"),
    "listDatabases": _fields("filter nameOnly authorizedDatabases"),
    "renameCollection": _fields("to dropTarget stayTemp"),
    "drop": _fields("encryptedFields"),
}

#: Commands of a MongoDB server that mongomock can't do: answered with NotImplemented, not CommandNotFound.
LACKING_COMMANDS: Final = _fields(
    "mapReduce mapreduce collMod convertToCapped compact cloneCollectionAsCapped reIndex createUser updateUser "
    "dropUser dropAllUsersFromDatabase usersInfo grantRolesToUser createRole rolesInfo createSearchIndexes "
    "dropSearchIndex updateSearchIndex listSearchIndexes planCacheClear profile top dbHash dataSize "
    "replSetGetStatus replSetStepDown replSetGetConfig replSetInitiate replSetReconfig replSetFreeze shutdown "
    "shardCollection enableSharding listShards setDefaultRWConcern getDefaultRWConcern "
    "setFeatureCompatibilityVersion rotateCertificates applyOps killOp setIndexCommitQuorum "
    "analyze analyzeShardKey setUserWriteBlockMode setClusterParameter getClusterParameter"
)
