"""OpenTelemetry spans of a driver that makes them, and whether they are what a test expects.

PyMongo makes none up to 4.20; the specification's client option is ``tracing``.

Source: Unified Test Format, "expectedTracingMessagesForClient"; OpenTelemetry specification.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol

from mongotape.matching import match_value
from mongotape.rendering import mismatch_text
from mongotape.runner._options import driver_version
from mongotape.runner._outcome import SpecFailure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mongotape.matching import Entities
    from mongotape.spec import ExpectedSpan, ExpectedTracingMessagesForClient


class Span(Protocol):
    """What of an OpenTelemetry SDK span is looked at."""

    name: str
    attributes: Mapping[str, Any] | None
    context: Any
    parent: Any


def lacks_tracing() -> str | None:
    """Return why spans can't be observed, in one sentence; None where they can."""
    from pymongo import common

    if "tracing" not in getattr(common, "VALIDATORS", {}):
        return f"PyMongo {driver_version()} makes no OpenTelemetry spans"
    if find_spec("opentelemetry.sdk") is None:
        return "observing spans needs the OpenTelemetry SDK: install mongotape[spec]"
    return None


class SpanCapture:
    """A tracer provider of its own for each client, and the spans that it was given."""

    def __init__(self) -> None:
        self._exporters: dict[str, Any] = {}

    def options(self, client: str, observed: Mapping[str, Any]) -> dict[str, Any]:
        """Return the client's options that make it trace into this capture."""
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor
        from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

        exporter = self._exporters[client] = InMemorySpanExporter()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        tracing: dict[str, Any] = {"enabled": True, "tracer_provider": provider}
        if observed.get("enableCommandPayload"):
            tracing["query_text_max_length"] = 10_000
        return {"tracing": tracing}

    def of(self, client: str) -> list[Any]:
        """Return the spans of a client in the order they ended."""
        exporter = self._exporters.get(client)
        return [] if exporter is None else list(exporter.get_finished_spans())


def check_spans(
    spans: Sequence[Span], expected: ExpectedTracingMessagesForClient, entities: Entities | None = None
) -> None:
    """See that spans are the expected tree, siblings in the order they were started.

    Raises:
        SpecFailure: they are not.
    """
    known = {span.context.span_id for span in spans}
    roots = [span for span in spans if span.parent is None or span.parent.span_id not in known]
    _check_level(expected.spans, roots, spans, expected, entities)


def _check_level(
    wanted: Sequence[ExpectedSpan],
    observed: Sequence[Span],
    spans: Sequence[Span],
    expected: ExpectedTracingMessagesForClient,
    entities: Entities | None,
) -> None:
    remaining = iter(sorted(observed, key=_start))
    for each in wanted:
        complaints: list[str] = []
        for span in remaining:
            complaints = list(_wrong(each, span, entities))
            if not complaints or not expected.ignore_extra_spans:
                break
        else:
            seen = ", ".join(span.name for span in observed) or "none"
            raise SpecFailure(each.place, f'there is no span "{each.name}"; observed {seen}')
        if complaints:
            raise SpecFailure(
                each.place, f'span "{each.name}" differs: {complaints[0]}', "\n".join(complaints)
            )
        nested = [
            child
            for child in spans
            if child.parent is not None and child.parent.span_id == span.context.span_id
        ]
        _check_level(each.nested, nested, spans, expected, entities)
    extra = [span.name for span in remaining]
    if extra and not expected.ignore_extra_spans:
        raise SpecFailure(expected.place, f"spans that are not expected: {', '.join(extra)}")


def _start(span: Any) -> Any:
    return getattr(span, "start_time", 0)


def _wrong(wanted: ExpectedSpan, span: Span, entities: Entities | None) -> Iterator[str]:
    if span.name != wanted.name:
        yield f"name: expected {wanted.name}, observed {span.name}"
    attributes = {name: _plain(value) for name, value in (span.attributes or {}).items()}
    mismatches: Iterable[Any] = match_value(wanted.attributes, attributes, root=True, entities=entities)
    yield from (f"attributes.{mismatch_text(each)}" for each in mismatches)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
