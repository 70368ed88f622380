"""Advice: what the specifications' authors advise against, and what can't fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from mongotape.documents import parse_document
from mongotape.errors import SpecError
from mongotape.spec import lint, spec_files
from tests.spec.made import advice_on, text_of


def expecting(events: str) -> str:
    return f"operations: []\nexpectEvents: {events}\n"


@pytest.mark.parametrize(
    ("test", "version", "advice"),
    [
        ("operations: []", "1.0", None),
        (
            "operations: []",
            "1.28",
            'schemaVersion 1.28 is higher than the file needs: nothing in it is newer; write "1.0", so that more',
        ),
        (
            "operations: [{name: drop, object: collection0, ignoreResultAndError: true}]",
            "1.4",
            "schemaVersion 1.4 is higher than the file needs: ignoreResultAndError on line 10 needs 1.3",
        ),
        ("operations: [{name: drop, object: collection0, ignoreResultAndError: true}]", "1.3", None),
        ("operations: [{name: wait, object: testRunner, arguments: {ms: 1}}]", "1.10", None),
        ("operations: []", "1.0.3", 'a schemaVersion needs no patch number; write "1.0"'),
        (
            "operations: []\nrunOnRequirements: [{topologies: [sharded-replicaset]}]",
            "1.0",
            "is deprecated; write sharded",
        ),
        (
            "operations: []\nrunOnRequirements: [{serverless: forbid}]",
            "1.4",
            "serverless is deprecated; there are no",
        ),
        (
            "operations: [{name: count, object: collection0, arguments: {filter: {}}}]",
            "1.0",
            'operation "count" is deprecated; write countDocuments or estimatedDocumentCount',
        ),
        (
            "operations: [{name: loop, object: testRunner, arguments: {operations: []}}]",
            "1.2",
            'operation "loop" is deprecated; it left the format with schemaVersion 1.24',
        ),
        (
            expecting("[{client: client0, events: [], ignoreExtraEvents: true}]"),
            "1.7",
            "this expectation can't fail: no event is expected, and extra ones are ignored",
        ),
        (
            expecting("[{client: client0, eventType: cmap, events: []}]"),
            "1.3",
            "this expectation can't fail: client0 observes no cmap events; add them to its observeEvents",
        ),
        (expecting("[{client: client0, events: []}]"), "1.0", None),
        (
            expecting("[{client: client0, events: [{commandFailedEvent: {}}]}]"),
            "1.0",
            "this can never pass: client0 does not observe commandFailedEvent; add it to its observeEvents",
        ),
        (
            expecting("[{client: client0, events: [{commandStartedEvent: {command: {}}}]}]"),
            "1.0",
            "this expectation can't fail: an empty root-level document matches any",
        ),
        (expecting("[{client: client0, events: [{commandStartedEvent: {}}]}]"), "1.0", None),
        (
            expecting("[{client: client0, events: []}, {client: client0, events: []}]"),
            "1.0",
            "expectEvents[1]: a second block of command events of client0; expect them in one block",
        ),
        (
            "operations: []\nexpectLogMessages: [{client: client0, messages: []}]",
            "1.13",
            "this expectation can't fail: client0 observes no messages",
        ),
        (
            "operations: []\nexpectLogMessages: [{client: client0, messages: [], ignoreExtraMessages: true}]",
            "1.16",
            "this expectation can't fail: no message is expected, and extra ones are ignored",
        ),
        (
            "operations: [{name: insertOne, object: collection0, arguments: {document: {}}, expectResult: {}}]",
            "1.0",
            "any document matches this one, which says nothing",
        ),
        (
            (
                "operations: [{name: assertSessionDirty, object: testRunner, arguments: {session: session0}, "
                "expectError: {isError: true}}]"
            ),
            "1.0",
            "assertSessionDirty has no result and no error of its own; leave expectError out",
        ),
        (
            "operations: [{name: drop, object: collection0, expectError: {isClientError: true, errorCode: 5}}]",
            "1.0",
            "errors of the client have no codes that a specification defines",
        ),
        (
            "operations: [{name: drop, object: collection0, expectError: {errorContains: ''}}]",
            "1.0",
            "this expectation can't fail: every message contains the empty string",
        ),
        (
            "operations: [{name: drop, object: collection0, expectError: {errorLabelsContain: [A], errorLabelsOmit: [A]}}]",
            "1.0",
            "this can never pass: A must be there and must not",
        ),
        (
            (
                "operations: [{name: waitForEvent, object: testRunner, arguments: "
                "{client: client0, count: 0, event: {commandStartedEvent: {}}}}]"
            ),
            "1.10",
            "this expectation can't fail: there are always 0 or more events",
        ),
        (
            (
                "operations: [{name: assertEventCount, object: testRunner, arguments: "
                "{client: client0, count: 0, event: {poolClearedEvent: {}}}}]"
            ),
            "1.10",
            "this expectation can't fail: client0 does not observe poolClearedEvent",
        ),
        (
            "operations: [{name: createEntities, object: testRunner, arguments: {entities: [{thread: {id: t}}]}}]",
            "1.9",
            "the entity thread came with schemaVersion 1.10, and this file says 1.9",
        ),
        (
            (
                "operations:\n  - name: withTransaction\n    object: session0\n    arguments:\n      callback:\n"
                "        - {name: insertOne, object: collection0, arguments: {document: {}}, expectResult: {}}"
            ),
            "1.0",
            "operations[0].arguments.callback[0].expectResult: any document matches this one",
        ),
    ],
)
def test_advice(test: str, version: str, advice: str | None) -> None:
    """One piece of advice each, or none where the file is as advised."""
    found = advice_on(test, version)
    if advice is None:
        assert found == []
    else:
        assert len(found) == 1, found
        assert advice in found[0]


def test_two_tests_of_one_name_are_told() -> None:
    text = text_of("operations: []", "1.0") + "\n  - description: a test\n    operations: []\n"
    (advice,) = lint(parse_document(text, name="f.yml"))
    assert str(advice) == (
        'f.yml:11:5: tests[1].description: another test is called "a test", on line 9; '
        "give each one a name of its own"
    )


def test_a_file_with_complaints_gets_no_advice() -> None:
    with pytest.raises(SpecError, match="must be a list"):
        lint(parse_document("description: d\nschemaVersion: '1.0'\ntests: 1\n"))


def test_official_files_get_little_advice(official: Path) -> None:
    """Most of them follow their own advice: what is left is known, kind by kind."""
    kinds: dict[str, int] = {}
    for folder in ("crud", "sessions", "transactions", "change_streams", "run_command", "command_monitoring"):
        for path in spec_files(official / folder):
            for advice in lint(path):
                words = advice.message.split()
                kind = next(
                    word for word in words if word in ("deprecated", "higher", "came", "can't", "never")
                )
                kinds[kind] = kinds.get(kind, 0) + 1
    assert kinds.keys() <= {"deprecated", "higher", "came"}
    assert sum(kinds.values()) < 250
