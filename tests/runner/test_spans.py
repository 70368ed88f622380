"""Tracing spans are compared as a tree."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import pytest

from mongotape.runner._outcome import SpecFailure
from mongotape.runner._tracing import SpanCapture, check_spans
from mongotape.spec import UnifiedFile

from .replaying import file_of


@dataclass
class Id:
    span_id: int


@dataclass
class Span:
    """What of an OpenTelemetry span is looked at."""

    name: str
    number: int
    of: int | None = None
    attributes: dict[str, Any] = field(default_factory=dict)

    @property
    def context(self) -> Id:
        return Id(self.number)

    @property
    def parent(self) -> Id | None:
        return None if self.of is None else Id(self.of)

    @property
    def start_time(self) -> int:
        return self.number


SPANS = [
    Span("find", 2, of=1, attributes={"db.operation.name": "find", "codes": (1, 2)}),
    Span("find things.items", 1, attributes={"db.system.name": "mongodb"}),
    Span("ping", 3),
]


def spans_of(spans: str, more: str = "") -> UnifiedFile:
    return file_of(f"""\
        description: made
        schemaVersion: "1.27"
        createEntities: [{{client: {{id: client0, observeTracingMessages: {{}}}}}}]
        tests:
          - description: made
            operations: []
            expectTracingMessages: [{{client: client0, {more}spans: {spans}}}]
        """)


def check(spans: str, more: str = "") -> None:
    check_spans(SPANS, spans_of(spans, more).tests[0].expect_tracing_messages[0])


FIND = (
    "{name: find things.items, attributes: {db.system.name: mongodb}, nested:"
    " [{name: find, attributes: {db.operation.name: find, codes: [1, 2]}}]}"
)
PING = "{name: ping, attributes: {}}"


def test_the_same_tree_passes() -> None:
    """Siblings stand in the order they were started, attributes may be more than expected."""
    check(f"[{FIND}, {PING}]")


def test_extra_spans_can_be_ignored() -> None:
    """Between and after the expected ones."""
    check(f"[{PING}]", "ignoreExtraSpans: true, ")


@pytest.mark.parametrize(
    ("spans", "sentence"),
    [
        (f"[{FIND}]", "spans that are not expected: ping"),
        (f"[{PING}, {FIND}]", "name: expected ping"),
        (f"[{FIND}, {PING}, {PING}]", 'there is no span "ping"'),
        (f"[{FIND.replace('mongodb', 'other')}, {PING}]", "attributes"),
        (f"[{FIND.replace('codes: [1, 2]', 'codes: [1]')}, {PING}]", "codes"),
        (f"[{FIND.split(', nested', maxsplit=1)[0]}}}, {PING}]", "spans that are not expected: find"),
    ],
)
def test_another_tree_fails(spans: str, sentence: str) -> None:
    """A span more, less, in another place or with other attributes is told by name."""
    with pytest.raises(SpecFailure, match=re.escape(sentence)):
        check(spans)


def test_spans_of_the_sdk_are_read() -> None:
    """A client's spans come from a tracer provider of its own, which is handed to it as an option."""
    pytest.importorskip("opentelemetry.sdk", reason="the OpenTelemetry SDK is not installed")
    capture = SpanCapture()
    options = capture.options("client0", {"enableCommandPayload": True})
    tracer = options["tracing"]["tracer_provider"].get_tracer("driver")
    with (
        tracer.start_as_current_span("find things.items", attributes={"db.system.name": "mongodb"}),
        tracer.start_as_current_span("find", attributes={"db.operation.name": "find", "codes": (1, 2)}),
    ):
        pass
    file = spans_of(f"[{FIND}]")
    check_spans(capture.of("client0"), file.tests[0].expect_tracing_messages[0])
    assert capture.of("client1") == []
