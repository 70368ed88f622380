"""One event: the kind is the expected one, and every field that is given matches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mongotape.errors import ExpectationError
from mongotape.expect import Repeat, read_expectation
from mongotape.matching._bson import key_of
from mongotape.matching._captures import Captured, Edge, Known, Relations, check_captures, contradictions
from mongotape.matching._fields import field
from mongotape.matching._mismatch import Mismatch, Path
from mongotape.matching._values import Compiler

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mongotape.events import RecordedEvent
    from mongotape.expect import Expectation, Written
    from mongotape.matching._nodes import Node
    from mongotape.matching._operators import Entities, Operator


class _Field(NamedTuple):
    name: str
    read: Callable[[RecordedEvent], Any]
    node: Node


class Compiled:
    """One expectation, compiled.

    Args:
        expectation: what is expected.
        compiler: makes nodes of its values.
        path: where the expectation stands, for complaints.
    """

    __slots__ = ("_checks", "_fields", "_kind", "capturing", "expectation")

    def __init__(self, expectation: Expectation, compiler: Compiler, path: Path = ()) -> None:
        self.expectation = expectation
        self._kind = expectation.kind
        spelled = {each.name: each.spec_name for each in expectation.kind.fields.values()}
        fields = []
        for name, value in expectation.fields.items():
            here = (*path, expectation.kind.value, spelled.get(name, _SPELLED.get(name, name)))
            fields.append(_Field(name, *field(compiler, expectation.kind, name, value, here)))
        self._fields = tuple(fields)
        by_cost = sorted(fields, key=lambda each: each.node.cost)
        self._checks = tuple((each.read, each.node.holds) for each in by_cost)
        self.capturing = any(each.node.capturing for each in fields)

    def holds(self, event: RecordedEvent) -> bool:
        """Whether the event is the expected one as far as a single event shows, captures aside."""
        if event.kind is not self._kind:
            return False
        for read, matches in self._checks:  # noqa: SIM110  # a generator would cost a frame for every event
            if not matches(read(event)):
                return False
        return True

    def captured(self, event: RecordedEvent) -> tuple[Captured, ...]:
        """Return what an event that holds gives the captures."""
        return tuple(
            Captured(same, key_of(value), value, path)
            for name, read, node in self._fields
            if node.capturing
            for same, value, path in node.captured(read(event), (name,))
        )

    def edge(self, event: RecordedEvent, relations: Relations) -> Edge | None:
        """Return what the event gives each capture; None where it isn't the expected one, or contradicts itself."""
        if not self.holds(event):
            return None
        if not self.capturing:
            return ()
        bound = relations.bind({}, tuple((each.same.name, each.key) for each in self.captured(event)))
        return None if bound is None else tuple(sorted(bound.items(), key=_name))

    def explain(
        self, event: RecordedEvent, known: Mapping[str, Known], relations: Relations
    ) -> tuple[Mismatch, ...]:
        """Return why this event is not the expected one, given what is known of the captures."""
        if event.kind is not self._kind:
            why = f"expected {self._kind}, observed {event.kind}"
            return (Mismatch(("kind",), self._kind, event.kind, why),)
        found = tuple(
            mismatch for name, read, node in self._fields for mismatch in node.explain(read(event), (name,))
        )
        if found or not self.capturing:
            return found
        return tuple(contradictions(self.captured(event), known, relations))


def _name(item: tuple[str, Any]) -> str:
    return item[0]


_SPELLED = {"has_service_id": "hasServiceId", "has_server_connection_id": "hasServerConnectionId"}


class EventMatcher:
    """One expectation by itself, compiled."""

    __slots__ = ("_compiled", "_relations", "expectation", "matches")

    def __init__(self, compiled: Compiled, relations: Relations) -> None:
        self._compiled = compiled
        self._relations = relations
        #: What is expected.
        self.expectation = compiled.expectation
        #: Whether an event is the expected one.
        self.matches: Callable[[RecordedEvent], bool]
        self.matches = self._relates if compiled.capturing else compiled.holds

    def _relates(self, event: RecordedEvent) -> bool:
        return self._compiled.edge(event, self._relations) is not None

    def explain(self, event: RecordedEvent) -> tuple[Mismatch, ...]:
        """Return why this event is not the expected one; nothing where it is."""
        return self._compiled.explain(event, {}, self._relations)


def event_matcher(
    expected: Written,
    *,
    operators: Iterable[Operator] = (),
    entities: Entities | None = None,
) -> EventMatcher:
    """Return the compiled matcher of one expectation, a builder's value or a spec-style mapping.

    Raises:
        ExpectationError: it can't be read, or it is a repetition.
    """
    step = read_expectation(expected)
    if isinstance(step, Repeat):
        raise ExpectationError(f"a single event is expected here, not the repetition {step!r}")
    compiler = Compiler(operators, entities)
    compiled = Compiled(step, compiler)
    return EventMatcher(compiled, Relations(check_captures(compiler.captures, frozenset())))
