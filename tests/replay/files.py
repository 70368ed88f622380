"""Small specification files for the tests of replaying: every outcome a test can have."""

from __future__ import annotations

import time
from textwrap import dedent
from typing import Any

import pytest
from pymongo.errors import OperationFailure

HEAD = """\
description: made
schemaVersion: "1.4"
createEntities:
  - client: {id: client0, observeEvents: [commandStartedEvent]}
  - database: {id: database0, client: client0, databaseName: tape-made}
  - collection: {id: collection0, database: database0, collectionName: coll}
initialData:
  - {collectionName: coll, databaseName: tape-made, documents: [{_id: 1, x: 11}, {_id: 2, x: 22}]}
tests:
"""

PASSES = """\
  - description: finds two
    operations:
      - {name: find, object: collection0, arguments: {filter: {}}, expectResult: [{_id: 1, x: 11}, {_id: 2, x: 22}]}
"""
FAILS = """\
  - description: finds another
    operations:
      - {name: countDocuments, object: collection0, arguments: {filter: {}}, expectResult: 2}
      - name: find
        object: collection0
        arguments: {filter: {_id: 1}}
        expectResult: [{_id: 1, x: 12}]
"""
SKIPPED = """\
  - description: is left out
    skipReason: "DRIVERS-1: not yet"
    operations: []
"""
UNSUPPORTED = """\
  - description: is of tomorrow
    runOnRequirements: [{minServerVersion: "99.0"}]
    operations: []
"""
OF_YESTERDAY = """\
  - description: is of yesterday
    runOnRequirements: [{maxServerVersion: "3.0"}]
    operations: []
"""
#: Arms a fail point on ``count`` and then waits for a change that never comes.
WAITS = """\
  - description: waits
    operations:
      - name: failPoint
        object: testRunner
        arguments:
          client: client0
          failPoint: {configureFailPoint: failCommand, mode: alwaysOn, data: {failCommands: [count], errorCode: 2}}
      - name: createChangeStream
        object: collection0
        arguments: {pipeline: []}
        saveResultAsEntity: stream
      - {name: iterateUntilDocumentOrError, object: stream}
"""
FLAKY = """\
  - description: fails every other time
    operations:
      - name: insertOne
        object: seen
        arguments: {document: {x: 1}}
      - name: countDocuments
        object: seen
        arguments: {filter: {}}
        expectResult: 2
"""


def spec_file(*tests: str) -> str:
    """A file with these tests."""
    return HEAD + "".join(tests)


def flaky_file() -> str:
    """A file whose one test passes the second time only: it counts its runs in a collection that nobody empties."""
    extra = "  - collection: {id: seen, database: database0, collectionName: seen}\n"
    return HEAD.replace("initialData:", extra + "initialData:") + FLAKY


SDAM = dedent("""\
    description: a standalone
    uri: mongodb://a/
    phases:
      - responses: [["a:27017", {ok: 1, helloOk: true, isWritablePrimary: true, minWireVersion: 0, maxWireVersion: 21}]]
        outcome:
          servers: {"a:27017": {type: Standalone, setName: null}}
          topologyType: Single
          logicalSessionTimeoutMinutes: null
          setName: null
    """)


def wait_until_armed(database: Any) -> None:
    """Return as soon as the server lets ``count`` fail."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            database.command("count", "coll")
        except OperationFailure:
            return
    pytest.fail("the fail point was not armed within 30 s")
