"""What an operation gives, raises and publishes is compared with what the file says, on both APIs."""

from __future__ import annotations

import pytest

from mongotape.runner import RunnerContext

from .replaying import run

FIND = "{name: find, object: collection0, arguments: {filter: {}}"
INSERT_TWICE = "{name: insertOne, object: collection0, arguments: {document: {_id: 1}}"
EVENT = "{commandStartedEvent: {command: {find: things, filter: {}}, databaseName: mongotape_runner}}"


PASSING = {
    "a result": f"operations: [{FIND}, expectResult: [{{_id: 1, x: 11}}, {{_id: 2}}]}}]",
    "no operation": "operations: []",
    "null": "operations: [{name: findOne, object: collection0, arguments: {filter: {_id: 9}}, expectResult: null}]",
    "zero": "operations: [{name: countDocuments, object: collection0, arguments: {filter: {_id: 9}}, expectResult: 0}]",
    "an empty list": "operations: [{name: find, object: collection0, arguments: {filter: {_id: 9}}, expectResult: []}]",
    "inserted ids": "operations: [{name: insertMany, object: collection0, arguments: {documents: [{_id: 7}]},"
    " expectResult: {insertedIds: {0: 7}}}]",
    "an error": f"operations: [{INSERT_TWICE}, expectError: {{isError: true, isClientError: false, errorCode: 11000,"
    " errorContains: DUPLICATE, errorLabelsOmit: [RetryableWriteError]}}]",
    "an error's code name": "operations: [{name: runCommand, object: database0, arguments: {commandName: nope,"
    " command: {nope: 1}}, expectError: {errorCodeName: commandnotfound, errorResponse: {code: 59}}}]",
    "a client's error": "operations: [{name: insertMany, object: collection0, arguments: {documents: []},"
    " expectError: {isClientError: true}}]",
    "an ignored error": f"operations: [{INSERT_TWICE}, ignoreResultAndError: true}}]",
    "an ignored result": f"operations: [{FIND}, ignoreResultAndError: true}}]",
    "events": f"operations: [{FIND}}}]\n"
    f"expectEvents: [{{client: client0, events: [{EVENT}, {{commandSucceededEvent: {{}}}}]}}]",
    "the first events": f"operations: [{FIND}}}, {FIND}}}]\n"
    f"expectEvents: [{{client: client0, ignoreExtraEvents: true, events: [{EVENT}]}}]",
    "no events": "operations: []\nexpectEvents: [{client: client0, events: []}]",
    "an outcome": "operations: [{name: deleteOne, object: collection0, arguments: {filter: {_id: 1}}}]\n"
    "outcome: [{databaseName: mongotape_runner, collectionName: things, documents: [{x: 22, _id: 2}]}]",
    "a saved result": "operations: [{name: findOne, object: collection0, arguments: {filter: {_id: 1}},"
    " saveResultAsEntity: saved}, {name: findOne, object: collection0, arguments: {filter: {_id: 1}},"
    " expectResult: {$$matchesEntity: saved}}]",
}


@pytest.mark.parametrize("test", PASSING.values(), ids=PASSING)
def test_what_is_as_the_file_says_passes(context: RunnerContext, test: str) -> None:
    """Every kind of expectation can hold, on both APIs."""
    outcome = run(context, test)
    assert outcome.passed, outcome.text


FAILING = {
    "a shorter array": (f"operations: [{FIND}, expectResult: [{{_id: 1}}]}}]", "result of find", 11),
    "a longer array": (
        f"operations: [{FIND}, expectResult: [{{_id: 1}}, {{_id: 2}}, {{_id: 3}}]}}]",
        "result",
        11,
    ),
    "a bool for a number": (
        f"operations: [{FIND}, expectResult: [{{_id: true}}, {{_id: 2}}]}}]",
        "[0]._id",
        11,
    ),
    "not null": (
        "operations: [{name: findOne, object: collection0, arguments: {filter: {}}, expectResult: null}]",
        "expected None (null)",
        11,
    ),
    "not zero": (
        "operations: [{name: countDocuments, object: collection0, arguments: {filter: {}}, expectResult: 0}]",
        "expected 0, observed 2",
        11,
    ),
    "not empty": (f"operations: [{FIND}, expectResult: []}}]", "2", 11),
    "something where nothing may be": (
        f"operations: [{FIND}, expectResult: {{$$unsetOrMatches: [{{_id: 1}}]}}}}]",
        "result of find",
        11,
    ),
    "an unexpected error": (f"operations: [{INSERT_TWICE}}}]", "DuplicateKeyError 11000", 11),
    "no error": (
        f"operations: [{FIND}, expectError: {{isError: true}}}}]",
        "expected to fail and succeeded",
        11,
    ),
    "a server's error for a client's": (
        f"operations: [{INSERT_TWICE}, expectError: {{isClientError: true}}}}]",
        "isClientError: expected true",
        11,
    ),
    "a client's error for a server's": (
        (
            "operations: [{name: insertMany, object: collection0, arguments: {documents: []},"
            " expectError: {isClientError: false}}]"
        ),
        "isClientError: expected false",
        11,
    ),
    "no time-out": (
        f"operations: [{INSERT_TWICE}, expectError: {{isTimeoutError: true}}}}]",
        "isTimeoutError: expected true",
        11,
    ),
    "another code": (
        f"operations: [{INSERT_TWICE}, expectError: {{errorCode: 5}}}}]",
        "expected 5, observed 11000",
        11,
    ),
    "another text": (
        f"operations: [{INSERT_TWICE}, expectError: {{errorContains: never}}}}]",
        '"never" is not in',
        11,
    ),
    "a missing label": (
        f"operations: [{INSERT_TWICE}, expectError: {{errorLabelsContain: [Lost]}}}}]",
        "lacks the label Lost",
        11,
    ),
    "another reply": (
        f"operations: [{INSERT_TWICE}, expectError: {{errorResponse: {{code: 5}}}}}}]",
        "errorResponse: one difference",
        11,
    ),
    "an event more": (
        f"operations: [{FIND}}}, {FIND}}}]\nexpectEvents: [{{client: client0, events: [{EVENT}]}}]",
        "4 events observed, 1 expected",
        12,
    ),
    "an event less": (
        f"operations: []\nexpectEvents: [{{client: client0, events: [{EVENT}]}}]",
        "no events observed, 1 expected",
        12,
    ),
    "an event that differs": (
        (
            f"operations: [{FIND}}}]\nexpectEvents: [{{client: client0, ignoreExtraEvents: true, events:\n"
            "  [{commandStartedEvent: {command: {find: other}}}]}]"
        ),
        "1st differs",
        13,
    ),
    "events although none": (
        f"operations: [{FIND}}}]\nexpectEvents: [{{client: client0, events: []}}]",
        "2 events observed",
        12,
    ),
    "an unobserved event": (
        "operations: []\nexpectEvents: [{client: client0, eventType: cmap, events: [{poolReadyEvent: {}}]}]",
        "does not observe poolReadyEvent",
        12,
    ),
    "another outcome": (
        (
            "operations: []\noutcome:\n"
            "  - {databaseName: mongotape_runner, collectionName: things, documents: [{_id: 1, x: 11}]}"
        ),
        "holds other documents than expected",
        13,
    ),
    "nothing to save": (
        "operations: [{name: dropCollection, object: database0, arguments: {collection: none}, saveResultAsEntity: e}]",
        "has no result to be saved",
        11,
    ),
}


@pytest.mark.parametrize(("test", "sentence", "line"), FAILING.values(), ids=FAILING)
def test_what_is_not_as_the_file_says_fails(
    context: RunnerContext, test: str, sentence: str, line: int
) -> None:
    """Every kind of expectation can fail, with its own sentence at its own line."""
    outcome = run(context, test)
    assert outcome.status == "failed", outcome
    assert sentence in outcome.text
    assert outcome.where == f"made.yml:{line}"


def test_a_failure_tells_place_difference_and_server(sync_context: RunnerContext) -> None:
    """The whole text of a failure can be read without the file at hand."""
    outcome = run(sync_context, f"operations: [{FIND}, expectResult: [{{_id: 1, x: 12}}, {{_id: 2}}]}}]")
    assert outcome.text.splitlines() == [
        "made.yml:11: the result of find on collection0 differs: [0].x: expected 12, observed 11",
        f"on {sync_context.facts.title}, with PyMongo's sync API",
    ]


def test_events_are_labelled_with_the_entity(context: RunnerContext) -> None:
    """The log of an outcome tells the file's clients apart and holds what was published, endSessions not."""
    outcome = run(context, f"operations: [{FIND}}}]")
    assert [(event.client, event.kind.value) for event in outcome.events] == [
        ("client0", "commandStartedEvent"),
        ("client0", "commandSucceededEvent"),
    ]
