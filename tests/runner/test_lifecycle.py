"""Whatever happens in a test, nothing of it is left: no fail point, session, cursor, client or document."""

from __future__ import annotations

import asyncio
import signal
import threading
import time

import pytest
from pymongo import MongoClient

from mongotape.runner import RunnerContext
from mongotape.runner import _perform as perform
from mongotape.runner._settle import settle

from .replaying import file_of, run, skip_what_mongomock_lacks

ARMED = """\
operations:
  - {name: failPoint, object: testRunner, arguments: {client: client0, failPoint:
      {configureFailPoint: failCommand, mode: alwaysOn, data: {failCommands: [insert], errorCode: 5}}}}
"""
FAILS = "  - {name: findOne, object: collection0, arguments: {filter: {}}, expectResult: null}\n"


def test_a_fail_point_is_disarmed_after_a_failure(context: RunnerContext) -> None:
    """The next test's inserts succeed although this test failed while inserts were failing."""
    outcome = run(context, ARMED + FAILS)
    assert outcome.status == "failed"
    context.admin.mongotape_runner.things.insert_one({"_id": 99})


def test_a_fail_point_works_while_it_is_armed(context: RunnerContext) -> None:
    """It hits the test's own operations, and arming it is no event."""
    outcome = run(
        context,
        ARMED + "  - {name: insertOne, object: collection0, arguments: {document: {_id: 7}},"
        " expectError: {errorCode: 5}}\n"
        "expectEvents: [{client: client0, events:"
        " [{commandStartedEvent: {commandName: insert}}, {commandFailedEvent: {commandName: insert}}]}]\n",
    )
    assert outcome.passed, outcome.text


def test_an_interrupt_leaves_nothing(context: RunnerContext, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in the middle of an operation goes on to the caller, and the fail point is disarmed."""

    async def interrupted(_call: object) -> None:
        signal.raise_signal(signal.SIGINT)
        await settle(asyncio.sleep(5) if context.api == "async" else None)

    monkeypatch.setitem(perform.HANDLERS, ("collection", "findOne"), interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(context, ARMED + FAILS)
    context.admin.mongotape_runner.things.insert_one({"_id": 99})


def test_a_test_that_hangs_is_ended(mongo_uri: str) -> None:
    """It fails after its time, and says what it was waiting for; the next test runs."""
    for api in ("sync", "async"):
        with RunnerContext(mongo_uri, api=api, timeout=1.0) as context:  # type: ignore[arg-type]
            began = time.monotonic()
            outcome = run(
                context,
                "operations:\n"
                "  - {name: createChangeStream, object: collection0, arguments: {pipeline: []},"
                " saveResultAsEntity: stream}\n"
                "  - {name: iterateUntilDocumentOrError, object: stream}\n",
            )
            skip_what_mongomock_lacks(outcome)
            assert outcome.status == "failed", outcome
            assert outcome.sentence == (
                "the test took longer than 1 s; it was waiting for iterateUntilDocumentOrError on stream"
            )
            assert outcome.where == "made.yml:13"
            assert time.monotonic() - began < 8
            assert run(context, "operations: []").passed


def test_clients_are_closed(sync_context: RunnerContext) -> None:
    """Nothing of a test's clients is running after it."""
    before = {thread for thread in threading.enumerate() if thread.name.startswith("pymongo")}
    assert run(sync_context, "operations: [{name: listDatabaseNames, object: client0}]").passed
    for thread in set(threading.enumerate()) - before:
        if thread.name.startswith("pymongo"):
            thread.join(5)
            assert not thread.is_alive(), thread.name


def test_sessions_are_ended(context: RunnerContext) -> None:
    """A transaction that a test leaves open holds no lock afterwards."""
    file = file_of("""\
        description: made
        schemaVersion: "1.0"
        createEntities:
          - client: {id: client0}
          - database: {id: database0, client: client0, databaseName: mongotape_runner}
          - collection: {id: collection0, database: database0, collectionName: things}
          - session: {id: session0, client: client0}
        initialData: [{databaseName: mongotape_runner, collectionName: things, documents: [{_id: 1}]}]
        tests:
          - description: leaves a transaction open
            operations:
              - {name: startTransaction, object: session0}
              - {name: updateOne, object: collection0, arguments:
                  {session: session0, filter: {_id: 1}, update: {$set: {x: 1}}}}
        """)
    for _ in range(2):
        outcome = context.run(file, file.tests[0])
        skip_what_mongomock_lacks(outcome)
        assert outcome.passed, outcome.text
    assert context.admin.mongotape_runner.things.find_one() == {"_id": 1}


def test_data_is_dropped_at_the_end_unless_kept(mongo_uri: str) -> None:
    """Collections that a file names go when the context closes; what else is in the database stays."""
    with MongoClient(mongo_uri) as client:
        client.mongotape_runner.others.insert_one({"_id": "somebody's"})
        for keep in (False, True):
            with RunnerContext(mongo_uri, keep=keep) as context:
                outcome = run(
                    context,
                    "operations: [{name: createCollection, object: database0, arguments: {collection: more}},"
                    " {name: findOne, object: collection0, arguments: {filter: {}}, expectResult: null}]",
                )
                assert outcome.kept == (("mongotape_runner.things",) if keep else ())
            found = set(client.mongotape_runner.list_collection_names())
            assert found == ({"others", "things", "more"} if keep else {"others"})


def test_a_server_that_dies_breaks_the_test() -> None:
    """Nothing was learnt about the test, and the sentence says so; leaving takes no longer than it must."""
    from mongotape.servers import Choice, start

    server = start(Choice("mock", "the test"))
    context = RunnerContext(server.uri, timeout=10)
    with context:
        assert run(context, "operations: []").passed
        server.stop()
        began = time.monotonic()
        outcome = run(context, "operations: []")
        assert outcome.status == "broken", outcome
        assert outcome.sentence == f"the server at {context.facts.address} stopped answering"
        assert time.monotonic() - began < 15
