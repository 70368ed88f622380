"""Whether clients logged what a test expects.

Source: Unified Test Format, "expectedLogMessagesForClient".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mongotape.matching import match_value
from mongotape.rendering import mismatch_text, show
from mongotape.runner._outcome import SpecFailure

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mongotape.runner._logs import Message
    from mongotape.runner._scene import Scene
    from mongotape.spec import ExpectedLogMessage, ExpectedLogMessagesForClient

_KEPT_OF_FAILURE: Final = frozenset(("code", "codeName", "errorLabels"))


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
