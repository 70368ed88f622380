"""A requirement that a deployment doesn't meet is told in one sentence."""

from __future__ import annotations

import dataclasses

import pytest

from mongotape.documents import parse_document
from mongotape.runner import RunnerContext, ServerFacts, unmet
from mongotape.spec import RunOnRequirement, UnifiedFile, Version, read

from .replaying import file_of

FACTS = ServerFacts(
    version=Version(8, 0, 1),
    topology="replicaset",
    auth_mechanisms=frozenset({"SCRAM-SHA-256"}),
    parameters={"enableTestCommands": True, "rate": 1},
)
ENCRYPTING = dataclasses.replace(FACTS, libmongocrypt=Version(1, 10), has_query_analysis=True)


def requirement(text: str) -> RunOnRequirement:
    file = read(
        parse_document(
            f"{{description: d, schemaVersion: '1.25', runOnRequirements: [{text}],"
            " tests: [{description: t, operations: []}]}"
        )
    )
    assert isinstance(file, UnifiedFile)
    return file.run_on_requirements[0]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{minServerVersion: '8.0.1'}", None),
        ("{minServerVersion: '8.0.2'}", "needs MongoDB 8.0.2 or newer; this server is 8.0.1"),
        ("{maxServerVersion: '8.0.1'}", None),
        ("{maxServerVersion: '7.99'}", "needs MongoDB 7.99 or older; this server is 8.0.1"),
        ("{topologies: [single, replicaset]}", None),
        (
            "{topologies: [single, sharded]}",
            "needs topology single or sharded; this deployment is replicaset",
        ),
        (
            "{topologies: [sharded-replicaset]}",
            "needs topology sharded-replicaset; this deployment is replicaset",
        ),
        ("{serverless: forbid}", None),
        ("{serverless: require}", "needs a serverless deployment, and there are none any more"),
        ("{serverParameters: {rate: 1.0}}", None),
        ("{serverParameters: {rate: 2}}", "needs the server parameter rate=2; here it is 1"),
        (
            "{serverParameters: {none: 1}}",
            "needs the server parameter none, which this server doesn't report",
        ),
        ("{auth: false}", None),
        ("{auth: true}", "needs a server that clients sign in to; the URI has no credentials"),
        ("{authMechanism: scram-sha-256}", None),
        (
            "{authMechanism: GSSAPI}",
            "needs the authentication mechanism GSSAPI, which this server doesn't offer",
        ),
        ("{csfle: false}", None),
        ("{csfle: true}", "needs client-side encryption: install mongotape[spec] (pymongocrypt)"),
    ],
)
def test_what_is_lacking_is_told(text: str, sentence: str | None) -> None:
    """Every key of a requirement can hold and can not."""
    assert unmet(requirement(text), FACTS) == sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{csfle: true}", None),
        ("{csfle: {minLibmongocryptVersion: '1.9'}}", None),
        (
            "{csfle: {minLibmongocryptVersion: '1.11'}}",
            "needs libmongocrypt 1.11 or newer; pymongocrypt has 1.10",
        ),
        (
            "{csfle: false}",
            "must not run where client-side encryption is possible; pymongocrypt is installed",
        ),
    ],
)
def test_encryption_is_asked_for_in_both_directions(text: str, sentence: str | None) -> None:
    """Where encryption is possible a test may need it, need a newer one, or need that there is none."""
    assert unmet(requirement(text), ENCRYPTING) == sentence


def test_one_requirement_of_several_is_enough(sync_context: RunnerContext) -> None:
    """The file's list and the test's must both hold, each by one of its members; else all reasons are told."""
    file = file_of("""\
        description: made
        schemaVersion: "1.0"
        runOnRequirements: [{topologies: [sharded]}, {minServerVersion: "3.0"}]
        tests:
          - {description: runs, operations: []}
          - {description: skips, operations: [], runOnRequirements:
              [{topologies: [sharded]}, {minServerVersion: "99.0"}]}
          - {description: says why, operations: [], skipReason: not today}
        """)
    runs, skips, says_why = file.tests
    assert sync_context.unmet(file, runs) is None
    version = sync_context.facts.version
    assert sync_context.unmet(file, skips) == (
        f"needs topology sharded; this deployment is {sync_context.facts.topology}; or "
        f"needs MongoDB 99.0 or newer; this server is {version}"
    )
    assert sync_context.run(file, says_why).sentence == "not today"


@pytest.mark.parametrize(
    ("operation", "sentence"),
    [
        (
            "{name: count, object: collection0, arguments: {filter: {}}}",
            "PyMongo has no count of a collection: count_documents and estimated_document_count replace it",
        ),
        (
            "{name: find, object: collection0, arguments: {filter: {}, rawData: true}}",
            "takes no rawData in find",
        ),
        (
            (
                "{name: createEntities, object: testRunner, arguments: {entities:"
                " [{client: {id: c, uriOptions: {waitQueueSize: 1}}}]}}"
            ),
            "has no URI option waitQueueSize",
        ),
        (
            (
                "{name: createEntities, object: testRunner, arguments: {entities:"
                " [{client: {id: c, observeTracingMessages: {}}}]}}"
            ),
            "makes no OpenTelemetry spans",
        ),
    ],
)
def test_what_pymongo_lacks_is_a_skip(sync_context: RunnerContext, operation: str, sentence: str) -> None:
    """A test that asks for it is skipped with a sentence that names it."""
    file = file_of(f"""\
        description: made
        schemaVersion: "1.27"
        createEntities:
          - client: {{id: client0}}
          - database: {{id: database0, client: client0, databaseName: mongotape_runner}}
          - collection: {{id: collection0, database: database0, collectionName: things}}
        tests: [{{description: made, operations: [{operation}]}}]
        """)
    outcome = sync_context.run(file, file.tests[0])
    assert outcome.status == "skipped", outcome
    assert sentence in outcome.sentence
