"""One event: the kind is the expected one, and every field that is given matches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mongotape.errors import ExpectationError
from mongotape.expect import Repeat, read_expectation
from mongotape.matching._bson import key_of
from mongotape.matching._captures import Captured, Edge, Known, Relations, check_captures, contradictions
from mongotape.matching._fields import field, plain_readers, spelled
from mongotape.matching._mismatch import Mismatch, Path
from mongotape.matching._plain import SIMPLE
from mongotape.matching._scalars import alike
from mongotape.matching._values import Compiler

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from mongotape.events import RecordedEvent
    from mongotape.expect import Expectation, Written
    from mongotape.matching._fields import Read
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

    __slots__ = ("_compiler", "_kind", "_path", "_plain", "_special", "capturing", "expectation")

    def __init__(self, expectation: Expectation, compiler: Compiler, path: Path = ()) -> None:
        self.expectation = expectation
        self.capturing = False
        self._kind = kind = expectation.kind
        self._compiler = compiler
        self._path = path
        #: Most fields are a plain value each, which needs no node to be compared.
        self._plain: list[tuple[Read, Any]] = []
        self._special: dict[str, _Field] = {}
        readers = plain_readers(kind)
        for name, value in expectation.fields.items():
            cls = type(value)
            if cls in SIMPLE and cls is not float and name in readers:
                self._plain.append((readers[name], value))
                continue
            self._special[name] = compiled = self._compile(name, value)
            if compiled.node.capturing:
                self.capturing = True

    def _compile(self, name: str, value: Any) -> _Field:
        here = (*self._path, self._kind._value_, spelled(self._kind)[name])
        return _Field(name, *field(self._compiler, self._kind, name, value, here))

    def holds(self, event: RecordedEvent) -> bool:
        """Whether the event is the expected one as far as a single event shows, captures aside."""
        if event.kind is not self._kind:
            return False
        for read, value in self._plain:
            actual = read(event)
            if actual != value if type(actual) is type(value) else not alike(value, actual):
                return False
        for _name, read, node in self._special.values():  # noqa: SIM110  # a generator would cost a frame
            if not node.holds(read(event)):
                return False
        return True

    @property
    def _fields(self) -> Iterator[_Field]:
        """Every field with its node."""
        for name, value in self.expectation.fields.items():
            yield self._special.get(name) or self._compile(name, value)

    def captured(self, event: RecordedEvent) -> tuple[Captured, ...]:
        """Return what an event that holds gives the captures."""
        return tuple(
            Captured(same, key_of(value), value, path)
            for name, read, node in self._special.values()
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
