"""What clients log, and whether that is what a test expects.

Source: Unified Test Format, "expectedLogMessagesForClient".
"""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from mongotape.driver import topology_id
from mongotape.matching import match_value
from mongotape.rendering import mismatch_text, show
from mongotape.runner._outcome import SpecFailure

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mongotape.runner._scene import Scene
    from mongotape.spec import ExpectedLogMessage, ExpectedLogMessagesForClient

COMPONENTS: Final = ("command", "topology", "serverSelection", "connection")
_LEVELS: Final = ("emergency", "alert", "critical", "error", "warning", "notice", "info", "debug", "trace")
_LENGTH: Final = "MONGOB_LOG_MAX_DOCUMENT_LENGTH"
_LONGEST: Final = "10000"  # documents that were cut can't be compared; the format asks for this much
_KEPT_OF_FAILURE: Final = frozenset(("code", "codeName", "errorLabels"))


class Message(NamedTuple):
    """One log message."""

    level: str
    component: str
    data: Mapping[str, Any]


class LogCapture(logging.Handler):
    """Collects what PyMongo logs inside a ``with``; the loggers are afterwards as they were before."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self._messages: list[Message] = []
        self._before: list[tuple[logging.Logger, int, bool]] = []
        self._length: str | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a message of the driver's; what is no JSON document is no message of the specification."""
        from bson import json_util

        try:
            data = json_util.loads(record.getMessage())
        except ValueError:
            return
        if isinstance(data, dict):
            component = record.name.removeprefix("pymongo.")
            self._messages.append(Message(record.levelname.lower(), component, data))

    def __enter__(self) -> Self:
        self._length = os.environ.get(_LENGTH)
        os.environ[_LENGTH] = _LONGEST
        for component in COMPONENTS:
            logger = logging.getLogger(f"pymongo.{component}")
            self._before.append((logger, logger.level, logger.propagate))
            logger.setLevel(logging.DEBUG)
            logger.propagate = False
            logger.addHandler(self)
        return self

    def __exit__(self, *error: object) -> None:
        for logger, level, propagate in self._before:
            logger.removeHandler(self)
            logger.setLevel(level)
            logger.propagate = propagate
        if self._length is None:
            del os.environ[_LENGTH]
        else:
            os.environ[_LENGTH] = self._length

    def of(self, client: Any, observed: Mapping[str, str]) -> list[Message]:
        """Return a client's messages of the components and severities that it observes.

        Args:
            client: PyMongo's client.
            observed: the least severe level that counts, by component.
        """
        wanted = str(topology_id(client))
        return [
            each
            for each in list(self._messages)
            if each.component in observed
            and _LEVELS.index(each.level) <= _LEVELS.index(observed[each.component])
            and _client_of(each) == wanted
        ]

    def discard(self, client: Any) -> None:
        """Forget a client's messages."""
        unwanted = str(topology_id(client))
        self._messages = [each for each in self._messages if _client_of(each) != unwanted]


def _client_of(message: Message) -> str:
    return str(message.data.get("clientId", message.data.get("topologyId")))


def check_logs(scene: Scene, expected: ExpectedLogMessagesForClient) -> None:
    """See that a client wrote these messages.

    Raises:
        SpecFailure: it did not.
    """
    scene.activity = f'comparing the log messages of client "{expected.client}"'
    watched = scene.watched(expected.client, expected.place)
    observed_of = watched.entity.observe_log_messages
    if observed_of is None or scene.logs is None:
        sentence = f'client "{expected.client}" observes no log messages; give it observeLogMessages'
        raise SpecFailure(expected.place, sentence)
    messages = [
        message
        for message in scene.logs.of(watched.client, observed_of)
        if not any(_is_ignored(scene, ignored, message) for ignored in expected.ignore_messages)
    ]
    for index, wanted in enumerate(expected.messages):
        if index >= len(messages):
            break
        wrong = list(_wrong(scene, wanted, messages[index]))
        if wrong:
            sentence = f'log message {index + 1} of client "{expected.client}" differs: {wrong[0]}'
            raise SpecFailure(wanted.place, sentence, _listing(wrong, expected.messages, messages))
    missing, extra = len(expected.messages) - len(messages), len(messages) - len(expected.messages)
    if missing > 0 or (extra > 0 and not expected.ignore_extra_messages):
        place = expected.messages[len(messages)].place if missing > 0 else expected.place
        counts = f"{len(messages)} observed, {len(expected.messages)} expected"
        sentence = f'log messages of client "{expected.client}": {counts}'
        raise SpecFailure(place, sentence, _listing((), expected.messages, messages))


def _is_ignored(scene: Scene, wanted: ExpectedLogMessage, message: Message) -> bool:
    return not any(_wrong(scene, wanted, message))


def _wrong(scene: Scene, wanted: ExpectedLogMessage, message: Message) -> Iterable[str]:
    if wanted.level != message.level:
        yield f"level: expected {wanted.level}, observed {message.level}"
    if wanted.component != message.component:
        yield f"component: expected {wanted.component}, observed {message.component}"
    mismatches = match_value(
        wanted.data, message.data, root=True, operators=scene.operators, entities=scene.entities
    )
    yield from (f"data.{mismatch_text(each)}" for each in mismatches)
    if wanted.failure_is_redacted is not None:
        yield from _wrong_redaction(message, wanted=wanted.failure_is_redacted)


def _wrong_redaction(message: Message, *, wanted: bool) -> Iterable[str]:
    """A failure that came from the server and was redacted has nothing but its code, code name and labels."""
    from bson import json_util

    if "failure" not in message.data:
        yield "data.failure: expected to exist, observed nothing"
        return
    failure = message.data["failure"]
    try:
        fields = set(json_util.loads(failure)) if isinstance(failure, str) else set(failure)
    except ValueError:
        fields = {failure}
    is_redacted = fields <= _KEPT_OF_FAILURE
    if is_redacted is not wanted:
        yield f"data.failure: expected {'a redacted' if wanted else 'the whole'} failure, observed {show(failure)}"


def _listing(
    wrong: Iterable[str], expected: Iterable[ExpectedLogMessage], observed: Iterable[Message]
) -> str:
    lines = [f"  {each}" for each in wrong]
    for heading, found in (("expected:", expected), ("observed:", observed)):
        lines += [heading, *(f"  {_line(each)}" for each in found)]
    return "\n".join(lines)


def _line(message: ExpectedLogMessage | Message) -> str:
    return f"{message.level:5} {message.component:15} {show(message.data.get('message', ''))}"
