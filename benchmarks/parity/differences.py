"""The differences that are known, each with its reason; one that is missing here, or gone, fails the comparison."""

from __future__ import annotations

import pymongo

_NO_TRANSACTIONS = "mongomock has no transactions: the insert is refused and the driver aborts"
_SERVERS = "says what this server is"

#: Started events that differ.
STARTED: dict[str, str] = {
    "aggregate: change stream": "mongomock has no change streams, so there is no cursor to kill",
    "sessions: transaction": _NO_TRANSACTIONS,
}

#: Replies that differ.
REPLIES: dict[str, str] = {
    "aggregate: change stream": "mongomock has no change streams",
    "aggregate: lookup with a pipeline": "mongomock has no $lookup with a pipeline",
    "aggregate: merge": "mongomock has no $merge",
    "aggregate: set and unset": "mongomock has no $unset stage",
    "aggregate: sort by count": "mongomock has no $sortByCount",
    "aggregate: union with": "mongomock has no $unionWith",
    "aggregate: with let": "mongomock has no let",
    "collections and databases: create capped": "mongomock has no capped collections",
    "collections and databases: list": "the embedded server names the namespace in idIndex, as servers did before 4.4",
    "collections and databases: list database names": "the embedded server lists its own database local",
    "collections and databases: options": "as with list",
    "collections and databases: validate": "there are no records on a disk to look at",
    "commands: build info": _SERVERS,
    "commands: collection statistics": "figures of another storage",
    "commands: connection status": "the embedded server lists privileges that nobody asked for",
    "commands: database statistics": "figures of another storage",
    "commands: explain": _SERVERS,
    "commands: map reduce": "mongomock has no map-reduce",
    "delete: with a collation": "mongomock has no collations",
    "find: by mod": "mongomock has no $mod",
    "find: with a collation": "mongomock has no collations",
    "find: with a computed projection": "mongomock computes nothing in a find's projection",
    "find: with slice": "mongomock takes a projection of $slice alone for an inclusion",
    "findAndModify: with array filters": "mongomock has no array filters",
    "indexes: create text": "mongomock has no text indexes; the embedded server refuses them with another code",
    "indexes: drop all": "the mock says in msg what mongod says there, the embedded server nothing",
    "insert: with a dollar field": "mongomock refuses fields that start with $",
    "insert: with an operator in its id": "the mock answers with mongod's code 52, the embedded server with 2",
    "sessions: snapshot": "mongomock has no snapshots",
    "sessions: transaction": _NO_TRANSACTIONS,
    "update: all positional": "mongomock has no $[]",
    "update: array filters": "mongomock has no array filters",
    "update: mul": "mongomock has no $mul",
    "update: with let": "mongomock has no let",
}

#: mongomock 4.3 can't take what this PyMongo's UpdateOne and ReplaceOne hand over.
HANDS_OVER_SORT = pymongo.version_tuple >= (4, 11)
_NO_METHOD = "mongomock has no such method"
_BULK = (
    "mongomock 4.3 fails with a TypeError: it does not know the sort that PyMongo 4.11 and later hand over"
)
_BATCHES = "a mongomock cursor has no batches, so no getMore and no killCursors is invented"
_KEYWORD = "mongomock does not take this argument and raises an error of its own"
_SESSION = "mongomock has no sessions"
_COMMANDS = "mongomock's command takes one argument only, and knows ping only"
_GRIDFS = "gridfs takes no mongomock database (but see mongomock.gridfs)"
_PYTHON_ERROR = "mongomock fails with a Python error, as a driver does that sends nothing"

#: Where publish_events differs from PyMongo.
PUBLISHED: dict[str, str] = {
    **dict.fromkeys(
        [f"find: {name}" for name in ("in batches", "in batches that end exactly", "in batches with a limit")]
        + ["find: of many documents", "find: closed early", "aggregate: in batches"],
        _BATCHES,
    ),
    **dict.fromkeys([f"GridFS: {name}" for name in ("upload", "download", "delete", "find")], _GRIDFS),
    **dict.fromkeys(
        [f"commands: {name}" for name in ("count", "find", "collection statistics", "map reduce")]
        + [f"commands: {name}" for name in ("get more of no cursor", "kill no cursor")],
        _COMMANDS,
    ),
    **dict.fromkeys(
        [f"sessions: {name}" for name in ("explicit", "write then read", "snapshot", "transaction")], _SESSION
    ),
    **dict.fromkeys(
        [f"find: {name}" for name in ("with a comment", "with a hint", "with a hint at no index")]
        + ["update: with a comment"],
        _KEYWORD,
    ),
    **dict.fromkeys(
        [f"aggregate: {name}" for name in ("of documents", "of local sessions", "change stream")]
        + ["collections and databases: validate", "collections and databases: options", "commands: explain"]
        + ["bulk write: of the client", "bulk write: of the client with results"]
        + ["bulk write: of the client with an error"],
        _NO_METHOD,
    ),
    **dict.fromkeys(["bulk write: mixed", "bulk write: with upserts"] if HANDS_OVER_SORT else [], _BULK),
    **dict.fromkeys(
        [
            f"update: {name}"
            for name in ("mul", "all positional", "with an unknown operator", "inc of a string")
        ]
        + ["update: push to a number", "findAndModify: with array filters", "aggregate: with let"]
        + ["find: with a mixed projection", "find: with a computed projection"],
        _PYTHON_ERROR,
    ),
    "insert: with a dollar field": "mongomock refuses fields that start with $ with InvalidDocument",
}
