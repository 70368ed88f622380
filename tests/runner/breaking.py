"""Tests with one expectation broken: whoever runs them must notice, each time.

Every way in which a person could get an expectation wrong is one small generator. What would not make a
difference (the last of the events that may be followed by others, what stands under ``$$unsetOrMatches`` and
need not be there) is left out.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from mongotape.spec import (
    UNSET,
    CollectionData,
    ExpectedError,
    ExpectedEvent,
    ExpectedEventsForClient,
    ExpectedLogMessagesForClient,
    Operation,
    Test,
)


class Broken(NamedTuple):
    """A test of which one expectation is wrong."""

    how: str
    test: Test


def broken(test: Test) -> Iterator[Broken]:
    """Every way to break one expectation of a test."""
    for way in (_events, _results, _errors, _outcomes, _logs):
        yield from way(test)


def _put(items: tuple[Any, ...], index: int, item: Any) -> tuple[Any, ...]:
    return (*items[:index], item, *items[index + 1 :])


# Leaves.

_HOLES = ("$$unsetOrMatches", "$$lte", "$$matchesEntity", "$$sessionLsid", "$$matchesHexBytes", "$$type")


def leaves(value: Any) -> Iterator[tuple[str, Any]]:
    """The value with one leaf changed, for each leaf that is compared."""
    if isinstance(value, dict):
        operator = next((key for key in value if key.startswith("$$")), None)
        if operator == "$$exists":
            yield "an existence flipped", {operator: not value[operator]}
            return
        if operator in _HOLES:
            return
        for key, item in value.items():
            for how, changed in leaves(item):
                yield how, {**value, key: changed}
    elif isinstance(value, list):
        for index, item in enumerate(value):
            for how, changed in leaves(item):
                yield how, [*value[:index], changed, *value[index + 1 :]]
    else:
        yield _leaf(value)


def _leaf(value: Any) -> tuple[str, Any]:
    if isinstance(value, bool):
        return "a flag flipped", not value
    if isinstance(value, int):
        return "a number changed", value + 1
    if isinstance(value, str):
        return "a string changed", f"{value} (broken)"
    if value is None:
        return "a null changed", 1
    return "a value changed", None


# Events.


def _events(test: Test) -> Iterator[Broken]:
    for index, block in enumerate(test.expect_events):
        for how, events in _sequences(block.events, prefix=block.ignore_extra_events, key=_kind):
            changed = replace(block, events=events)
            yield Broken(how, replace(test, expect_events=_put(test.expect_events, index, changed)))
        for number, event in enumerate(block.events):
            for how, fields in leaves(dict(event.fields)):
                events = _put(block.events, number, replace(event, fields=fields))
                changed_block: ExpectedEventsForClient = replace(block, events=events)
                blocks = _put(test.expect_events, index, changed_block)
                yield Broken(f"in {event.kind}: {how}", replace(test, expect_events=blocks))


def _kind(event: ExpectedEvent) -> Any:
    return (event.kind, event.fields.get("commandName") or next(iter(event.fields.get("command", {})), None))


def _sequences(
    items: tuple[Any, ...], *, prefix: bool, key: Callable[[Any], Any]
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    for index, item in enumerate(items):
        rest = (*items[:index], *items[index + 1 :])
        if not (prefix and rest == items[: len(rest)]):
            yield "one dropped", rest
        if not prefix:
            yield "one added", (*items[: index + 1], item, *items[index + 1 :])
    for index, (first, second) in enumerate(itertools.pairwise(items)):
        if _differ(key(first), key(second)):
            yield "two swapped", (*items[:index], second, first, *items[index + 2 :])


def _differ(first: Any, second: Any) -> bool:
    """Whether no event can be both: another kind, or another command where both name one."""
    return first[0] != second[0] or (None not in (first[1], second[1]) and first[1] != second[1])


# Operations.


def _operations(test: Test, index: int, **changes: Any) -> Test:
    return replace(test, operations=_put(test.operations, index, replace(test.operations[index], **changes)))


def _results(test: Test) -> Iterator[Broken]:
    for index, operation in enumerate(test.operations):
        result = operation.expect_result
        if result is UNSET:
            continue
        for how, changed in leaves(result):
            yield Broken(f"in a result: {how}", _operations(test, index, expect_result=changed))
        if isinstance(result, list):
            longer = [*result, {"broken": 1}]
            yield Broken("in a result: one added", _operations(test, index, expect_result=longer))
            if result:
                yield Broken("in a result: one dropped", _operations(test, index, expect_result=result[:-1]))
        if isinstance(result, dict) and not any(key.startswith("$$") for key in result):
            more = {**result, "broken": 1}
            yield Broken("in a result: a key added", _operations(test, index, expect_result=more))


def _errors(test: Test) -> Iterator[Broken]:
    for index, operation in enumerate(test.operations):
        error = operation.expect_error
        if error is None:
            if operation.object_kind != "testRunner" and not operation.ignore_result_and_error:
                yield Broken("an error expected", _operations(test, index, **_only_error(operation)))
            continue
        yield Broken("no error expected", _operations(test, index, expect_error=None))
        for how, changes in _error_changes(error):
            changed = replace(error, **changes)
            yield Broken(f"in an error: {how}", _operations(test, index, expect_error=changed))


def _only_error(operation: Operation) -> dict[str, Any]:
    error = ExpectedError(place=operation.place, is_error=True)
    return {"expect_error": error, "expect_result": UNSET, "save_result_as_entity": None}


def _error_changes(error: ExpectedError) -> Iterator[tuple[str, dict[str, Any]]]:
    if error.is_client_error is not None:
        yield "isClientError flipped", {"is_client_error": not error.is_client_error}
    if error.is_timeout_error is not None:
        yield "isTimeoutError flipped", {"is_timeout_error": not error.is_timeout_error}
    if error.error_code is not None:
        yield "another code", {"error_code": error.error_code + 1}
    if error.error_code_name is not None:
        yield "another code name", {"error_code_name": f"{error.error_code_name}X"}
    if error.error_contains is not None:
        yield "another text", {"error_contains": f"{error.error_contains} (broken)"}
    yield "a label that is not there", {"error_labels_contain": (*error.error_labels_contain, "Broken")}
    if error.error_labels_contain:
        yield "a label that must not be there", {"error_labels_omit": error.error_labels_contain[:1]}
    if error.error_response is not None:
        for how, changed in leaves(dict(error.error_response)):
            yield f"in the reply: {how}", {"error_response": changed}
    if error.write_concern_errors is not None:
        more = [*error.write_concern_errors, {"code": 1}]
        yield "a write concern error more", {"write_concern_errors": more}
    if error.expect_result is not UNSET:
        for how, changed in leaves(error.expect_result):
            yield f"in the partial result: {how}", {"expect_result": changed}


# Outcomes and log messages.


def _outcomes(test: Test) -> Iterator[Broken]:
    for index, data in enumerate(test.outcome):
        documents = list(data.documents)
        changes: list[tuple[str, list[Any]]] = [("one added", [*documents, {"_id": "broken"}])]
        changes += [("one dropped", documents[:-1])] if documents else []
        changes += [
            (how, [*documents[:number], changed, *documents[number + 1 :]])
            for number, document in enumerate(documents)
            for how, changed in leaves(dict(document))
        ]
        for how, changed in changes:
            outcome: CollectionData = replace(data, documents=changed)
            yield Broken(f"in an outcome: {how}", replace(test, outcome=_put(test.outcome, index, outcome)))


def _logs(test: Test) -> Iterator[Broken]:
    for index, block in enumerate(test.expect_log_messages):
        changed: ExpectedLogMessagesForClient
        for how, messages in _sequences(
            block.messages,
            prefix=block.ignore_extra_messages,
            key=lambda message: (message.component, message.data.get("message")),
        ):
            changed = replace(block, messages=messages)
            yield Broken(
                f"log messages: {how}",
                replace(test, expect_log_messages=_put(test.expect_log_messages, index, changed)),
            )
