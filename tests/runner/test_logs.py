"""Log messages are captured while a test runs, told apart by client, and compared in order."""

from __future__ import annotations

import logging
import os

import pytest

from mongotape.runner import RunnerContext
from mongotape.runner._logs import LogCapture

from .replaying import file_of

FILE = """\
description: made
schemaVersion: "1.27"
createEntities:
  - client: {id: client0, observeLogMessages: {command: debug}}
  - client: {id: client1, observeLogMessages: {command: info}}
  - database: {id: database0, client: client0, databaseName: mongotape_runner}
tests:
  - description: made
    operations: [{name: runCommand, object: database0, arguments: {commandName: ping, command: {ping: 1}}}]
    expectLogMessages:
"""
STARTED = "{level: debug, component: command, data: {message: Command started, commandName: ping}}"
SUCCEEDED = (
    "{level: debug, component: command, data: {message: Command succeeded,"
    " reply: {$$matchAsDocument: {$$matchAsRoot: {ok: 1}}}}}"
)


@pytest.mark.parametrize(
    ("expected", "sentence"),
    [
        (f"{{client: client0, messages: [{STARTED}, {SUCCEEDED}]}}", None),
        (f"{{client: client0, messages: [{STARTED}], ignoreExtraMessages: true}}", None),
        (f"{{client: client0, messages: [{SUCCEEDED}], ignoreMessages: [{STARTED}]}}", None),
        ("{client: client1, messages: []}", None),
        (f"{{client: client0, messages: [{STARTED}]}}", "2 observed, 1 expected"),
        ("{client: client0, messages: []}", "2 observed, 0 expected"),
        (f"{{client: client0, messages: [{STARTED}, {SUCCEEDED}, {SUCCEEDED}]}}", "2 observed, 3 expected"),
        (f"{{client: client0, messages: [{SUCCEEDED}, {STARTED}]}}", "log message 1"),
        (
            f"{{client: client0, messages: [{STARTED.replace('debug', 'info')}, {SUCCEEDED}]}}",
            "level: expected info, observed debug",
        ),
        (
            f"{{client: client0, messages: [{STARTED.replace('ping', 'pong')}, {SUCCEEDED}]}}",
            "data.commandName: expected 'pong'",
        ),
        (
            (
                "{client: client0, ignoreExtraMessages: true, messages: [{level: debug, component: command,"
                " failureIsRedacted: false, data: {}}]}"
            ),
            "data.failure: expected to exist",
        ),
    ],
)
def test_messages_are_compared(context: RunnerContext, expected: str, sentence: str | None) -> None:
    """In order and complete, by level, component and data, on both APIs; an empty list allows none."""
    file = file_of(FILE + f"      - {expected}\n")
    outcome = context.run(file, file.tests[0])
    if sentence is None:
        assert outcome.passed, outcome.text
    else:
        assert outcome.status == "failed", outcome
        assert sentence in outcome.sentence


def test_a_client_that_observes_no_messages_fails(sync_context: RunnerContext) -> None:
    """Nothing passes because nothing was looked at."""
    file = file_of(
        FILE.replace(", observeLogMessages: {command: info}", "")
        + "      - {client: client1, messages: []}\n"
    )
    outcome = sync_context.run(file, file.tests[0])
    assert outcome.sentence == 'client "client1" observes no log messages; give it observeLogMessages'


@pytest.mark.parametrize(
    ("wanted", "failure", "complains"),
    [
        (True, '{"code": 1, "codeName": "x", "errorLabels": []}', False),
        (True, '{"code": 1, "errmsg": "secret"}', True),
        (False, '{"code": 1, "errmsg": "told"}', False),
        (False, '{"code": 1}', True),
    ],
)
def test_redaction_is_checked_in_both_directions(wanted: bool, failure: str, complains: bool) -> None:
    """A failure that must be redacted has nothing but code and labels; one that must not be has more."""
    from mongotape.runner._log_messages import _wrong_redaction
    from mongotape.runner._logs import Message

    message = Message("debug", "command", {"failure": failure})
    assert bool(list(_wrong_redaction(message, wanted=wanted))) is complains


def state() -> tuple[object, ...]:
    logger = logging.getLogger("pymongo.command")
    length = os.environ.get("MONGOB_LOG_MAX_DOCUMENT_LENGTH")
    return (logger.level, logger.propagate, list(logger.handlers), length)


def fail_while_capturing() -> None:
    with LogCapture():
        assert logging.getLogger("pymongo.command").level == logging.DEBUG
        raise ValueError("inside")


def test_loggers_are_as_before() -> None:
    """Level, propagation, handlers and the environment come back, also after an error."""
    before = state()
    with pytest.raises(ValueError, match="inside"):
        fail_while_capturing()
    assert state() == before
