"""The model: typed, frozen, with places, absent told from null."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from bson import Int64, ObjectId

from mongotape.documents import parse_document
from mongotape.spec import (
    UNSET,
    ClientEncryptionEntity,
    ClientEntity,
    CmapFile,
    CollectionEntity,
    ExpectedEvent,
    Operation,
    SdamFile,
    UnifiedFile,
    Version,
    fresh,
    read,
)
from tests.spec.made import read_test, read_text

EVERYTHING = """\
description: everything
schemaVersion: "1.28"
runOnRequirements:
  - minServerVersion: "4.2"
    maxServerVersion: "8.0.99"
    topologies: [replicaset, sharded]
    serverless: forbid
    serverParameters: {requireApiVersion: true}
    auth: true
    authMechanism: PLAIN
    csfle: {minLibmongocryptVersion: "1.15.0"}
  - csfle: false
createEntities:
  - client:
      id: client0
      uriOptions: {retryReads: false, appName: {$$placeholder: 1}}
      useMultipleMongoses: true
      observeEvents: [commandStartedEvent, poolClearedEvent]
      ignoreCommandMonitoringEvents: [killCursors]
      observeSensitiveCommands: true
      storeEventsAsEntities: [{id: stored, events: [CommandStartedEvent]}]
      observeLogMessages: {command: debug}
      observeTracingMessages: {enableCommandPayload: true}
      serverApi: {version: "1", strict: true, deprecationErrors: false}
      autoEncryptOpts: {keyVaultNamespace: k.v, kmsProviders: {"local:name1": {key: {$$placeholder: 1}}}}
      awaitMinPoolSizeMS: 500
  - clientEncryption:
      id: encryption0
      clientEncryptionOpts:
        {keyVaultClient: client0, keyVaultNamespace: k.v, kmsProviders: {aws: {}}, keyExpirationMS: 1}
  - database: {id: database0, client: client0, databaseName: db, databaseOptions: {timeoutMS: 5}}
  - collection: {id: collection0, database: database0, collectionName: coll, collectionOptions: {readConcern: {}}}
  - session: {id: session0, client: client0, sessionOptions: {snapshot: true}}
  - bucket: {id: bucket0, database: database0, bucketOptions: {bucketName: b}}
  - thread: {id: thread0}
initialData:
  - {collectionName: coll, databaseName: db, createOptions: {capped: true}, documents: [{_id: {$oid: "000000000000000000000001"}}]}
tests:
  - description: all of it
    runOnRequirements: [{topologies: [single]}]
    skipReason: because
    operations:
      - {name: find, object: collection0, arguments: {filter: {}}, expectResult: null}
      - name: insertOne
        object: collection0
        arguments: {document: {x: {$numberLong: "1"}}}
        expectError:
          isError: true
          isClientError: false
          isTimeoutError: false
          errorContains: dup
          errorCode: 11000.0
          errorCodeName: DuplicateKey
          errorLabelsContain: [A]
          errorLabelsOmit: [B]
          writeErrors: {0: {code: 11000}}
          writeConcernErrors: [{code: 91}]
          errorResponse: {code: {$$type: int}}
          expectResult: null
      - {name: createChangeStream, object: collection0, arguments: {pipeline: []}, saveResultAsEntity: stream0}
      - {name: iterateUntilDocumentOrError, object: stream0, ignoreResultAndError: true}
      - name: withTransaction
        object: session0
        arguments:
          callback:
            - {name: insertOne, object: collection0, arguments: {session: session0, document: {}}}
      - name: runOnThread
        object: testRunner
        arguments: {thread: thread0, operation: {name: deleteOne, object: collection0, arguments: {filter: {}}}}
      - name: createEntities
        object: testRunner
        arguments: {entities: [{collection: {id: late, database: database0, collectionName: late}}]}
      - {name: drop, object: late}
      - name: waitForEvent
        object: testRunner
        arguments: {client: client0, count: 1, event: {poolClearedEvent: {interruptInUseConnections: true}}}
    expectEvents:
      - {client: client0, events: [{commandStartedEvent: {commandName: find}}]}
      - {client: client0, eventType: cmap, ignoreExtraEvents: true, events: [{poolClearedEvent: {}}]}
    expectLogMessages:
      - client: client0
        ignoreExtraMessages: true
        ignoreMessages: [{level: info, component: topology, data: {}}]
        messages: [{level: debug, component: command, failureIsRedacted: true, data: {message: m}}]
    expectTracingMessages:
      - client: client0
        ignoreExtraSpans: true
        spans: [{name: find, attributes: {a: {$$exists: true}}, nested: [{name: inner, attributes: {}}]}]
    outcome:
      - {collectionName: coll, databaseName: db, documents: []}
"""


@pytest.fixture(scope="module")
def spec() -> UnifiedFile:
    document = parse_document(EVERYTHING, name="everything.yml")
    read_spec = read(document)
    assert isinstance(read_spec, UnifiedFile)
    assert read_spec.document is document
    return read_spec


def test_the_file_and_its_requirements(spec: UnifiedFile) -> None:
    assert (spec.description, spec.schema_version) == ("everything", (1, 28, 0))
    first, second = spec.run_on_requirements
    assert first.min_server_version == Version(4, 2)
    assert first.max_server_version == Version(8, 0, 99)
    assert first.topologies == ("replicaset", "sharded")
    assert (first.serverless, first.auth, first.auth_mechanism) == ("forbid", True, "PLAIN")
    assert first.server_parameters == {"requireApiVersion": True}
    assert (first.csfle, first.min_libmongocrypt_version) == (True, Version(1, 15))
    assert (second.csfle, second.min_libmongocrypt_version, second.auth) == (False, None, None)
    (data,) = spec.initial_data
    assert data.documents == [{"_id": ObjectId("000000000000000000000001")}]
    assert data.create_options == {"capped": True}


def test_every_kind_of_entity(spec: UnifiedFile) -> None:
    client, encryption, database, collection, session, bucket, thread = spec.create_entities
    assert isinstance(client, ClientEntity)
    assert client.uri_options == {"retryReads": False, "appName": {"$$placeholder": 1}}
    assert client.use_multiple_mongoses is True
    assert client.observe_events == ("commandStartedEvent", "poolClearedEvent")
    assert client.ignore_command_monitoring_events == ("killCursors",)
    assert client.observe_sensitive_commands is True
    assert client.store_events_as_entities[0].events == ("CommandStartedEvent",)
    assert client.observe_log_messages == {"command": "debug"}
    assert client.observe_tracing_messages == {"enableCommandPayload": True}
    assert client.server_api is not None
    assert (client.server_api.version, client.server_api.strict) == ("1", True)
    assert client.server_api.deprecation_errors is False
    assert client.auto_encrypt_opts is not None
    assert client.auto_encrypt_opts["kmsProviders"] == {"local:name1": {"key": {"$$placeholder": 1}}}
    assert client.await_min_pool_size_ms == 500
    assert isinstance(encryption, ClientEncryptionEntity)
    assert (encryption.key_vault_client, encryption.key_vault_namespace) == ("client0", "k.v")
    assert (encryption.kms_providers, encryption.key_expiration_ms) == ({"aws": {}}, 1)
    assert database.database_options == {"timeoutMS": 5}  # type: ignore[union-attr]
    assert isinstance(collection, CollectionEntity)
    assert collection.collection_options == {"readConcern": {}}
    assert session.session_options == {"snapshot": True}  # type: ignore[union-attr]
    assert bucket.bucket_options == {"bucketName": "b"}  # type: ignore[union-attr]
    assert thread.id == "thread0"


def test_operations_and_their_nested_parts(spec: UnifiedFile) -> None:
    find, insert, stream, iterate, transaction, on_thread, create, drop, wait = spec.tests[0].operations
    assert find.expect_result is None, "null was expected, which is not the same as nothing"
    assert insert.expect_result is UNSET
    assert not UNSET
    assert isinstance(insert.arguments["document"]["x"], Int64)
    assert (stream.save_result_as_entity, stream.object_kind) == ("stream0", "collection")
    assert (iterate.ignore_result_and_error, iterate.object_kind) == (True, "changeStream")
    assert isinstance(transaction.arguments["callback"][0], Operation)
    assert transaction.arguments["callback"][0].arguments == {"session": "session0", "document": {}}
    assert on_thread.arguments["operation"].name == "deleteOne"
    assert isinstance(create.arguments["entities"][0], CollectionEntity)
    assert drop.object_kind == "collection"
    assert drop.arguments == {}
    event = wait.arguments["event"]
    assert isinstance(event, ExpectedEvent)
    assert event.as_mapping() == {"poolClearedEvent": {"interruptInUseConnections": True}}


def test_every_field_of_an_expected_error(spec: UnifiedFile) -> None:
    error = spec.tests[0].operations[1].expect_error
    assert error is not None
    assert (error.is_error, error.is_client_error, error.is_timeout_error) == (True, False, False)
    assert (error.error_contains, error.error_code, error.error_code_name) == ("dup", 11000, "DuplicateKey")
    assert type(error.error_code) is int
    assert (error.error_labels_contain, error.error_labels_omit) == (("A",), ("B",))
    assert error.write_errors == {0: {"code": 11000}}
    assert error.write_concern_errors == [{"code": 91}]
    assert error.error_response == {"code": {"$$type": "int"}}
    assert error.expect_result is None


def test_what_a_test_expects(spec: UnifiedFile) -> None:
    test = spec.tests[0]
    assert test.skip_reason == "because"
    assert test.run_on_requirements[0].topologies == ("single",)
    commands, pool = test.expect_events
    assert (commands.event_type, commands.ignore_extra_events) == ("command", False)
    assert (pool.event_type, pool.ignore_extra_events) == ("cmap", True)
    assert commands.events[0].fields == {"commandName": "find"}
    (logs,) = test.expect_log_messages
    assert logs.ignore_extra_messages
    assert logs.ignore_messages[0].component == "topology"
    assert logs.messages[0].failure_is_redacted is True
    (tracing,) = test.expect_tracing_messages
    assert tracing.ignore_extra_spans
    assert tracing.spans[0].nested[0].name == "inner"
    assert test.outcome[0].documents == []


def test_every_node_knows_its_line(spec: UnifiedFile) -> None:
    lines = EVERYTHING.split("\n")
    test = spec.tests[0]
    assert lines[test.line - 1] == "  - description: all of it"
    for operation in test.operations:
        assert f"name: {operation.name}" in lines[operation.line - 1]
    nested = test.operations[4].arguments["callback"][0]
    assert "insertOne" in lines[nested.line - 1]
    assert str(test.expect_events[1].events[0].place) == "everything.yml:79:78"
    assert spec.tests[0].outcome[0].place.path == ("tests", 0, "outcome", 0)


def test_nodes_are_frozen_and_equal_wherever_they_stand() -> None:
    one = read_test("operations: [{name: drop, object: collection0}]").tests[0]
    other = read_test("operations:\n  - object: collection0\n    name: drop\n").tests[0]
    assert one == other
    assert one.operations[0].place.position != other.operations[0].place.position
    assert one != read_test("operations: []").tests[0]
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.description = "other"  # type: ignore[misc]


def test_a_fresh_copy_shares_no_container() -> None:
    value = {"a": [{"b": ObjectId()}]}
    copy = fresh(value)
    assert copy == value
    copy["a"][0]["c"] = 1
    copy["a"].append(2)  # type: ignore[arg-type]
    assert value == {"a": [{"b": copy["a"][0]["b"]}]}


def test_versions_compare_number_by_number() -> None:
    assert Version(1, 10) > Version(1, 9)
    assert Version(4, 2) == (4, 2, 0)
    assert str(Version(1, 4)) == "1.4"
    assert str(Version(4, 2, 1)) == "4.2.1"


def test_a_cmap_file() -> None:
    spec = read_text(
        """\
version: 1
style: integration
description: d
runOn: [{minServerVersion: "4.9"}]
failPoint: {configureFailPoint: failCommand, mode: {times: 1}, data: {}}
poolOptions: {maxPoolSize: 1, appName: app}
operations:
  - {name: ready}
  - {name: start, target: thread1}
  - {name: checkOut, thread: thread1, label: conn}
  - {name: checkIn, connection: conn}
  - {name: waitForEvent, event: ConnectionCreated, count: 1, timeout: 500}
  - {name: clear, interruptInUseConnections: true}
  - {name: wait, ms: 10}
  - {name: waitForThread, target: thread1}
  - {name: close}
error: {type: PoolClosedError, message: closed}
events:
  - {type: ConnectionCheckedOut, address: 42, connectionId: 1}
  - {type: ConnectionClosed, reason: stale}
ignore: [ConnectionReady]
"""
    )
    assert isinstance(spec, CmapFile)
    assert (spec.version, spec.style, spec.pool_options) == (
        1,
        "integration",
        {"maxPoolSize": 1, "appName": "app"},
    )
    assert spec.run_on[0].min_server_version == Version(4, 9)
    assert spec.fail_point is not None
    assert spec.operations[2].thread == "thread1"
    assert (spec.operations[4].event, spec.operations[4].count, spec.operations[4].timeout) == (
        "ConnectionCreated",
        1,
        500,
    )
    assert spec.operations[5].interrupt_in_use_connections is True
    assert spec.error is not None
    assert spec.error.message == "closed"
    assert spec.events[0].fields == {"address": 42, "connectionId": 1}
    assert spec.ignore == ("ConnectionReady",)
    assert spec.operations[7].line == 15


def test_an_sdam_file(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(
        """\
description: d
uri: mongodb://a/?replicaSet=rs
phases:
  - description: first
    responses: [[a:27017, {ok: 1}], ["b:27017", {}]]
    applicationErrors:
      - {address: a, when: afterHandshakeCompletes, type: command, response: {ok: 0}, generation: 0, maxWireVersion: 9}
    outcome:
      servers:
        a:27017: {type: RSPrimary, setName: null, pool: {generation: 2}, topologyVersion: {counter: 1}}
      topologyType: ReplicaSetWithPrimary
      logicalSessionTimeoutMinutes: null
  - outcome:
      events: [{server_opening_event: {topologyId: "42", address: a}}]
"""
    )
    spec = read(file)
    assert isinstance(spec, SdamFile)
    first, second = spec.phases
    assert [(item.address, item.reply) for item in first.responses] == [
        ("a:27017", {"ok": 1}),
        ("b:27017", {}),
    ]
    (error,) = first.application_errors
    assert (error.when, error.type, error.generation, error.max_wire_version) == (
        "afterHandshakeCompletes",
        "command",
        0,
        9,
    )
    assert first.outcome.servers is not None
    server = first.outcome.servers["a:27017"]
    assert (server.set_name, server.set_version, server.pool_generation) == (None, UNSET, 2)
    assert first.outcome.logical_session_timeout_minutes is None
    assert first.outcome.set_name is UNSET
    assert first.outcome.events is None
    assert second.responses == ()
    assert second.outcome.events is not None
    assert second.outcome.events[0].kind == "server_opening_event"
