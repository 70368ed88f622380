"""What is not wrong in a file and could be better, as the specifications' authors advise.

Source: Unified Test Format: "schemaVersion", "expectedError", "expectedEventsForClient", "client_close",
"Special Test Operations", and the keys that it deprecates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mongotape.documents import Complaint
from mongotape.errors import SpecError
from mongotape.spec._expectations import EVENT_FIELDS
from mongotape.spec._model import (
    UNSET,
    ClientEntity,
    Entity,
    ExpectedError,
    ExpectedEventsForClient,
    ExpectedLogMessagesForClient,
    Operation,
    Test,
    UnifiedFile,
    Version,
)
from mongotape.spec._operations import OPERATIONS
from mongotape.spec._reader import read_whole, told

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator

    from mongotape.documents import Document
    from mongotape.spec._model import Node
    from mongotape.spec._reading import Reading

_CANT_FAIL = "this expectation can't fail"


def lint(source: str | os.PathLike[str] | Document) -> list[Complaint]:
    """Advice on a file that is right: what is deprecated, what can't fail, a version it does not need.

    Raises:
        SpecError: The file can't be read, or something in it is wrong.
    """
    reading, spec = read_whole(source)
    if reading.complaints:
        raise SpecError.of(told(reading))
    advice = list(reading.advice)
    if isinstance(spec, UnifiedFile):
        advice += _version(spec, reading)
        advice += _descriptions(spec)
        for test in spec.tests:
            advice += _test(test, spec.create_entities)
    return sorted(advice, key=lambda complaint: complaint.place.position)


def _advice(
    node: Node, steps: tuple[str | int, ...], message: str, suggestion: str | None = None
) -> Complaint:
    return Complaint(node.place.below(*steps), message, suggestion)


def _version(spec: UnifiedFile, reading: Reading) -> Iterator[Complaint]:
    needed, path, what = reading.needed
    where = ("schemaVersion",)
    if spec.schema_version[:2] > needed[:2]:
        because = (
            f"{what} on line {reading.place(path).line} needs {needed}" if what else "nothing in it is newer"
        )
        yield _advice(
            spec,
            where,
            f"schemaVersion {spec.schema_version} is higher than the file needs: {because}",
            f'write "{needed}", so that more runners take the file',
        )
    if spec.schema_version.patch:
        plain = Version(*spec.schema_version[:2])
        yield _advice(spec, where, "a schemaVersion needs no patch number", f'write "{plain}"')


def _descriptions(spec: UnifiedFile) -> Iterator[Complaint]:
    first: dict[str, Test] = {}
    for test in spec.tests:
        if (other := first.setdefault(test.description, test)) is not test:
            message = f'another test is called "{test.description}", on line {other.line}'
            yield _advice(test, ("description",), message, "give each one a name of its own")


# --- tests -------------------------------------------------------------------------------------------------


def _test(test: Test, entities: Iterable[Entity]) -> Iterator[Complaint]:
    clients = {entity.id: entity for entity in entities if isinstance(entity, ClientEntity)}
    for operation in test.operations:
        yield from _operation(operation, clients)
    blocks: set[tuple[str, str]] = set()
    for number, block in enumerate(test.expect_events):
        yield from _events(block, clients)
        if (block.client, block.event_type) in blocks:
            yield _advice(
                test,
                ("expectEvents", number),
                f"a second block of {block.event_type} events of {block.client}",
                "expect them in one block",
            )
        blocks.add((block.client, block.event_type))
    for logs in test.expect_log_messages:
        observed = clients.get(logs.client)
        if not logs.messages and (
            logs.ignore_extra_messages or (observed and not observed.observe_log_messages)
        ):
            yield _advice(logs, ("messages",), f"{_CANT_FAIL}: {_why_no_logs(logs)}")


def _why_no_logs(logs: ExpectedLogMessagesForClient) -> str:
    if logs.ignore_extra_messages:
        return "no message is expected, and extra ones are ignored"
    return f"{logs.client} observes no messages"


def _events(block: ExpectedEventsForClient, clients: dict[str, ClientEntity]) -> Iterator[Complaint]:
    if not block.events and block.ignore_extra_events:
        yield _advice(block, ("events",), f"{_CANT_FAIL}: no event is expected, and extra ones are ignored")
    client = clients.get(block.client)
    if client is None:
        return
    observed = set(client.observe_events)
    if not block.events and not observed & EVENT_FIELDS[block.event_type].keys():
        message = f"{_CANT_FAIL}: {client.id} observes no {block.event_type} events"
        yield _advice(block, ("events",), message, "add them to its observeEvents")
    for number, event in enumerate(block.events):
        if event.kind not in observed:
            message = f"this can never pass: {client.id} does not observe {event.kind}"
            yield _advice(block, ("events", number, event.kind), message, "add it to its observeEvents")
        for field, expected in event.fields.items():
            if expected == {}:
                yield _advice(
                    block,
                    ("events", number, event.kind, field),
                    f"{_CANT_FAIL}: an empty root-level document matches any",
                    "leave the key out, or say what must be in it",
                )


# --- operations --------------------------------------------------------------------------------------------


def _operation(operation: Operation, clients: dict[str, ClientEntity]) -> Iterator[Complaint]:
    for nested in _nested(operation):
        yield from _operation(nested, clients)
    for entity in operation.arguments.get("entities", ()):
        if isinstance(entity, ClientEntity):
            clients[entity.id] = entity
    yield from _count(operation, clients)
    special = operation.object == "testRunner" or operation.name == "close"
    if special and (operation.expect_result is not UNSET or operation.expect_error is not None):
        key = "expectError" if operation.expect_error is not None else "expectResult"
        yield _advice(
            operation, (key,), f"{operation.name} has no result and no error of its own", f"leave {key} out"
        )
    rule = OPERATIONS[operation.object_kind][operation.name]
    if rule.result == "whole" and _says_nothing(operation.expect_result):
        yield _advice(
            operation,
            ("expectResult",),
            "any document matches this one, which says nothing",
            "leave expectResult out, or say what must be in it",
        )
    if operation.expect_error is not None:
        yield from _error(operation.expect_error)


def _nested(operation: Operation) -> Iterator[Operation]:
    for argument in ("callback", "operations"):
        yield from operation.arguments.get(argument, ())
    if isinstance(inner := operation.arguments.get("operation"), Operation):
        yield inner


def _says_nothing(expected: Any) -> bool:
    return (expected == {} and isinstance(expected, dict)) or expected == {"$$unsetOrMatches": {}}


def _count(operation: Operation, clients: dict[str, ClientEntity]) -> Iterator[Complaint]:
    """Events that are counted without being observed: none is always right, more never come."""
    if operation.name not in ("assertEventCount", "waitForEvent"):
        return
    client = clients.get(operation.arguments["client"])
    event = operation.arguments["event"]
    if operation.name == "waitForEvent" and operation.arguments["count"] == 0:
        yield _advice(operation, ("arguments", "count"), f"{_CANT_FAIL}: there are always 0 or more events")
    elif client is not None and event.kind not in client.observe_events:
        message = f"{client.id} does not observe {event.kind}"
        outcome = _CANT_FAIL if operation.arguments["count"] == 0 else "this can never pass"
        where = ("arguments", "event", event.kind)
        yield _advice(operation, where, f"{outcome}: {message}", "add it to its observeEvents")


def _error(error: ExpectedError) -> Iterator[Complaint]:
    said = [field for field in ("error_code", "error_code_name") if getattr(error, field) is not None]
    if error.is_client_error and said:
        key = "errorCode" if said[0] == "error_code" else "errorCodeName"
        yield _advice(error, (key,), "errors of the client have no codes that a specification defines")
    if error.error_contains == "":
        yield _advice(error, ("errorContains",), f"{_CANT_FAIL}: every message contains the empty string")
    both = set(error.error_labels_contain) & set(error.error_labels_omit)
    if both:
        message = f"this can never pass: {min(both)} must be there and must not"
        yield _advice(error, ("errorLabelsOmit",), message)
