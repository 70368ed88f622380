"""Operations of the test runner, threads, loops, stored events, GridFS and cursors, on both APIs."""

from __future__ import annotations

from typing import Any

import pymongo
import pytest

from mongotape.runner import RunnerContext

from .replaying import file_of, skip_what_mongomock_lacks

HEAD = """\
description: made
schemaVersion: "1.27"
createEntities:
  - client:
      id: client0
      observeEvents: [commandStartedEvent, connectionCheckedOutEvent, connectionCheckedInEvent, poolReadyEvent]
      storeEventsAsEntities: [{id: stored, events: [PoolReadyEvent, CommandStartedEvent]}]
  - database: {id: database0, client: client0, databaseName: mongotape_runner}
  - collection: {id: collection0, database: database0, collectionName: things}
  - session: {id: session0, client: client0}
  - bucket: {id: bucket0, database: database0}
  - thread: {id: thread0}
initialData:
  - {databaseName: mongotape_runner, collectionName: things, documents: [{_id: 1}, {_id: 2}, {_id: 3}]}
  - {databaseName: mongotape_runner, collectionName: fs.files, documents: []}
  - {databaseName: mongotape_runner, collectionName: fs.chunks, documents: []}
tests:
  - description: made
    operations:
"""
PING = "{name: runCommand, object: database0, arguments: {commandName: ping, command: {ping: 1}}}"
PINGED = "{commandStartedEvent: {commandName: ping}}"


def on_runner(name: str, arguments: str) -> str:
    return f"{{name: {name}, object: testRunner, arguments: {arguments}}}"


def insert(number: int, more: str = "") -> str:
    return f"{{name: insertOne, object: collection0, arguments: {{document: {{_id: {number}}}{more}}}}}"


COUNTED = "{{name: countDocuments, object: collection0, arguments: {{filter: {{}}}}, expectResult: {}}}"

PASSING: dict[str, list[str]] = {
    "an event that is there is waited for": [
        PING,
        on_runner("waitForEvent", f"{{client: client0, event: {PINGED}, count: 1}}"),
        on_runner("assertEventCount", f"{{client: client0, event: {PINGED}, count: 1}}"),
    ],
    "no connection is checked out": [
        PING,
        on_runner("assertNumberConnectionsCheckedOut", "{client: client0, connections: 0}"),
    ],
    "a collection and an index exist": [
        on_runner("assertCollectionExists", "{databaseName: mongotape_runner, collectionName: things}"),
        on_runner("assertCollectionNotExists", "{databaseName: mongotape_runner, collectionName: none}"),
        "{name: createIndex, object: collection0, arguments: {keys: {x: 1}, name: by_x}}",
        on_runner(
            "assertIndexExists",
            "{databaseName: mongotape_runner, collectionName: things, indexName: by_x}",
        ),
        on_runner(
            "assertIndexNotExists",
            "{databaseName: mongotape_runner, collectionName: things, indexName: by_y}",
        ),
    ],
    "a session is clean and has a transaction": [
        on_runner("assertSessionNotDirty", "{session: session0}"),
        on_runner("assertSessionUnpinned", "{session: session0}"),
        on_runner("assertSessionTransactionState", "{session: session0, state: none}"),
        "{name: startTransaction, object: session0}",
        on_runner("assertSessionTransactionState", "{session: session0, state: starting}"),
        insert(9, ", session: session0"),
        on_runner("assertSessionTransactionState", "{session: session0, state: in_progress}"),
        "{name: abortTransaction, object: session0}",
        on_runner("assertSessionTransactionState", "{session: session0, state: aborted}"),
        COUNTED.format(3),
    ],
    "a transaction is run as a whole": [
        f"{{name: withTransaction, object: session0, arguments: {{callback: [{insert(9, ', session: session0')}]}}}}",
        COUNTED.format(4),
    ],
    "two commands share a session, or don't": [
        PING.replace("{ping: 1}", "{ping: 1}, session: session0"),
        PING.replace("{ping: 1}", "{ping: 1}, session: session0"),
        on_runner("assertSameLsidOnLastTwoCommands", "{client: client0}"),
        "{name: endSession, object: session0}",
    ],
    "a thread does its work": [
        on_runner("runOnThread", f"{{thread: thread0, operation: {insert(8)}}}"),
        on_runner("runOnThread", f"{{thread: thread0, operation: {insert(9)}}}"),
        on_runner("waitForThread", "{thread: thread0}"),
        COUNTED.format(5),
    ],
    "a loop is counted": [
        on_runner(
            "loop",
            f"{{operations: [{PING}], numIterations: 3, storeIterationsAsEntity: rounds,"
            " storeSuccessesAsEntity: good, storeErrorsAsEntity: errors}",
        ),
        on_runner("assertEventCount", f"{{client: client0, event: {PINGED}, count: 3}}"),
        COUNTED.format("{$$matchesEntity: rounds}"),
    ],
    "the topology is recorded": [
        PING,
        on_runner("recordTopologyDescription", "{client: client0, id: seen}"),
        on_runner("assertTopologyType", "{topologyDescription: seen, topologyType: ReplicaSetWithPrimary}"),
    ],
    "a wait": [on_runner("wait", "{ms: 1}")],
    "a cursor is read piece by piece": [
        (
            "{name: createFindCursor, object: collection0, arguments: {filter: {}, batchSize: 2},"
            " saveResultAsEntity: cursor}"
        ),
        "{name: iterateUntilDocumentOrError, object: cursor, expectResult: {_id: 1}}",
        "{name: iterateOnce, object: cursor, expectResult: {_id: 2}}",
        "{name: close, object: cursor}",
    ],
    "a command's cursor is read piece by piece": [
        (
            "{name: createCommandCursor, object: database0, arguments: {commandName: find,"
            " command: {find: things, batchSize: 1}, batchSize: 1}, saveResultAsEntity: cursor}"
        ),
        "{name: iterateUntilDocumentOrError, object: cursor, expectResult: {_id: 1}}",
        "{name: close, object: cursor}",
    ],
    "a change stream sees an insert": [
        "{name: createChangeStream, object: collection0, arguments: {pipeline: []}, saveResultAsEntity: stream}",
        insert(9),
        (
            "{name: iterateUntilDocumentOrError, object: stream,"
            " expectResult: {operationType: insert, documentKey: {_id: 9}}}"
        ),
        "{name: close, object: stream}",
    ],
    "a file is stored, found, read and dropped": [
        (
            "{name: upload, object: bucket0, arguments: {filename: a, source: {$$hexBytes: '1122'}, metadata: {x: 1}},"
            " saveResultAsEntity: id, expectResult: {$$type: objectId}}"
        ),
        "{name: find, object: bucket0, arguments: {filter: {}}, expectResult: [{filename: a, length: 2, metadata: {x: 1}}]}",
        "{name: downloadByName, object: bucket0, arguments: {filename: a}, expectResult: {$$matchesHexBytes: '1122'}}",
        "{name: renameByName, object: bucket0, arguments: {filename: a, newFilename: b}}",
        "{name: deleteByName, object: bucket0, arguments: {filename: b}}",
        "{name: downloadByName, object: bucket0, arguments: {filename: b}, expectError: {isClientError: true}}",
        "{name: drop, object: bucket0}",
    ],
}


def replayed(context: RunnerContext, operations: list[str]) -> Any:
    file = file_of(HEAD + "".join(f"      - {each}\n" for each in operations))
    return context.run(file, file.tests[0])


@pytest.mark.parametrize("operations", PASSING.values(), ids=PASSING)
def test_what_the_format_can_do(context: RunnerContext, operations: list[str]) -> None:
    """Each operation does what the format says of it."""
    outcome = replayed(context, operations)
    skip_what_mongomock_lacks(outcome)
    if outcome.sentence.startswith(f"PyMongo {pymongo.version} has no "):
        pytest.skip(outcome.sentence)
    assert outcome.passed, outcome.text


FAILING: dict[str, tuple[list[str], str]] = {
    "too few events": (
        [PING, on_runner("assertEventCount", f"{{client: client0, event: {PINGED}, count: 2}}")],
        "commandStartedEvent was published 1 times, expected 2 times",
    ),
    "an unobserved event": (
        [on_runner("waitForEvent", "{client: client0, event: {poolClearedEvent: {}}, count: 1}")],
        'client "client0" does not observe poolClearedEvent; name it in its observeEvents',
    ),
    "connections": (
        [PING, on_runner("assertNumberConnectionsCheckedOut", "{client: client0, connections: 1}")],
        "0 connections are checked out, expected 1",
    ),
    "a collection": (
        [on_runner("assertCollectionNotExists", "{databaseName: mongotape_runner, collectionName: things}")],
        "there is a collection mongotape_runner.things",
    ),
    "an index": (
        [
            on_runner(
                "assertIndexExists", "{databaseName: mongotape_runner, collectionName: things, indexName: z}"
            )
        ],
        "mongotape_runner.things has no index z; it has _id_",
    ),
    "a pinned session": (
        [on_runner("assertSessionPinned", "{session: session0}")],
        "the session is not pinned to a server",
    ),
    "a targeted fail point": (
        [
            on_runner(
                "targetedFailPoint",
                "{session: session0, failPoint: {configureFailPoint: failCommand, mode: 'off'}}",
            )
        ],
        "targetedFailPoint needs a session that is pinned to a server; this one is not",
    ),
    "a transaction's state": (
        [on_runner("assertSessionTransactionState", "{session: session0, state: committed}")],
        "the transaction's state is none, expected committed",
    ),
    "one command": (
        [PING, on_runner("assertSameLsidOnLastTwoCommands", "{client: client0}")],
        "1 commands were started, and two are to be compared",
    ),
    "the same session": (
        [
            PING.replace("{ping: 1}", "{ping: 1}, session: session0"),
            PING.replace("{ping: 1}", "{ping: 1}, session: session0"),
            on_runner("assertDifferentLsidOnLastTwoCommands", "{client: client0}"),
        ],
        "the last two commands have the same lsid",
    ),
    "a thread": (
        [
            on_runner("runOnThread", f"{{thread: thread0, operation: {insert(1)}}}"),
            on_runner("waitForThread", "{thread: thread0}"),
        ],
        "insertOne on collection0 failed: DuplicateKeyError 11000",
    ),
    "a stored value": (
        [
            on_runner("createEntities", "{entities: [{thread: {id: thread1}}]}"),
            on_runner(
                "loop",
                f"{{operations: [{PING}], numIterations: 1, storeIterationsAsEntity: a, storeSuccessesAsEntity: b}}",
            ),
            COUNTED.format("{$$matchesEntity: a}"),
        ],
        "the result of countDocuments on collection0 differs: expected 1, observed 3",
    ),
}


@pytest.mark.parametrize(("operations", "sentence"), FAILING.values(), ids=FAILING)
def test_what_does_not_hold_is_told(context: RunnerContext, operations: list[str], sentence: str) -> None:
    """Each assertion of the test runner can fail, in words of its own."""
    outcome = replayed(context, operations)
    assert outcome.status == "failed", outcome
    assert outcome.sentence.startswith(sentence)


def test_a_thread_nobody_waits_for_fails_the_test(context: RunnerContext) -> None:
    """An error in a thread is not lost."""
    outcome = replayed(context, [on_runner("runOnThread", f"{{thread: thread0, operation: {insert(1)}}}")])
    assert outcome.status == "failed", outcome
    assert "DuplicateKeyError 11000" in outcome.sentence


def test_stored_events_are_values(context: RunnerContext) -> None:
    """What ``storeEventsAsEntities`` names can be looked up, with names, moments and fields."""
    outcome = replayed(context, [PING, COUNTED.format("{$$matchesEntity: stored}")])
    assert outcome.status == "failed", outcome
    assert "'name': 'PoolReadyEvent', 'observedAt': " in outcome.text
    assert "'name': 'CommandStartedEvent'" in outcome.text
