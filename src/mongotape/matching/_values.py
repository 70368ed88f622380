"""Values: an expected one is compiled into nodes, which decide and explain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from mongotape.errors import ExpectationError
from mongotape.events import nearest
from mongotape.expect import Same, Text
from mongotape.matching._mismatch import Mismatch, Path, malformed
from mongotape.matching._nodes import Array, Capture, Document, Node
from mongotape.matching._operators import PLAIN, Context, Entities, Operator
from mongotape.matching._place import Place, Root
from mongotape.matching._plain import NUMBERS, SIMPLE, is_plain
from mongotape.matching._scalars import scalar, textual
from mongotape.matching._structures import STRUCTURES, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_DEEPEST: Final = 128  # a server takes 100, and Python's stack is finite
_MOST: Final = 1_000_000


class Compiler:
    """Makes nodes of expected values."""

    def __init__(
        self,
        operators: Iterable[Operator] = (),
        entities: Entities | None = None,
        *,
        exact_numbers: bool = False,
    ) -> None:
        self.entities = entities
        self.captures: list[tuple[Same, Path]] = []  #: every capture so far, with its place
        self._numbers: frozenset[type] = frozenset() if exact_numbers else NUMBERS
        self._containers = 0
        self._made: dict[tuple[str, type, Any], Node] = {}  # operators that are the same wherever they stand
        self._operators = {**PLAIN, **_checked(operators)}

    def compile(self, expected: Any, path: Path, *, root: Root = True, literal: bool = False) -> Node:
        """Return the node of a whole expected value.

        Raises:
            ExpectationError: it can't be read; ``error.path`` says where.
        """
        try:
            return self.node(expected, Place(path, root, literal))
        except RecursionError:
            raise malformed(
                path, f"the expected {type(expected).__name__} is too deep for Python's stack"
            ) from None

    def node(self, expected: Any, place: Place) -> Node:
        """Return the node of a part of it.

        Raises:
            ExpectationError: it can't be read; ``error.path`` says where.
        """
        if isinstance(expected, Same):
            return self.capture(expected, place.path)
        if isinstance(expected, Text):
            return textual(expected)
        node = scalar(expected, place.path, exact_numbers=not self._numbers)
        if node is not None:
            return node
        return self._container(expected, place)

    def _container(self, expected: Any, place: Place) -> Node:
        self._check_size(expected, place)
        inside = Place(place.path, place.root, place.literal, place.element, (*place.above, id(expected)))
        if isinstance(expected, list | tuple):
            return self._array(expected, inside)
        document: Mapping[Any, Any] = expected if isinstance(expected, Mapping) else expected.as_doc()
        if not place.literal and (names := [key for key in document if _is_operator(key)]):
            if len(document) > 1:
                others = "an operator stands alone in its document"
                raise malformed(place.path, f"{names[0]} among {len(document)} keys: {others}")
            return self._operator(names[0], document, inside)
        return self._document(document, inside)

    def _check_size(self, expected: Any, place: Place) -> None:
        """Python's stack is finite, and so is everybody's patience with a document that holds itself a million times."""
        self._containers += 1
        what = f"the expected {type(expected).__name__}"
        if id(expected) in place.above:
            raise malformed(place.path, f"{what} stands inside itself")
        if len(place.above) >= _DEEPEST:
            raise malformed(place.path, f"{what} is deeper than {_DEEPEST} levels")
        if self._containers > _MOST:
            raise malformed(place.path, f"more than {_MOST:,} documents and arrays are expected")

    def _document(self, expected: Mapping[Any, Any], inside: Place) -> Node:
        path, _root, literal, _element, above = inside

        def compile_key(key: Any) -> Node:
            return self.node(expected[key], Place((*path, key), False, literal, False, above))  # noqa: FBT003

        special: dict[Any, Node] = {}
        for key, value in expected.items():
            cls = type(value)
            if cls in SIMPLE:
                if cls is not float or value == value:  # noqa: PLR0124  # a number
                    continue
            elif (cls is dict or cls is list) and is_plain(value, literal=literal):
                continue
            special[key] = compile_key(key)
        return Document(expected, special, compile_key, root=inside.root is True, numbers=self._numbers)

    def capture(self, same: Same, path: Path) -> Node:
        """Return the node of a capture, and remember where it stands."""
        self.captures.append((same, path))
        return Capture(same)

    def _array(self, expected: Sequence[Any], inside: Place) -> Node:
        path, root, literal, _element, above = inside

        def compile_all() -> tuple[Node, ...]:
            return tuple(
                self.node(value, Place((*path, index), root == "elements", literal, True, above))  # noqa: FBT003
                for index, value in enumerate(expected)
            )

        plain = type(expected) is list and root != "elements" and is_plain(expected, literal=literal)
        return Array(expected, compile_all, plain=plain, numbers=self._numbers)

    def _operator(self, name: str, written: Mapping[str, Any], place: Place) -> Node:
        argument = written[name]
        if type(argument) in (bool, str) and (known := self._made.get((name, type(argument), argument))):
            return known
        place = place._replace(path=(*place.path, name))
        try:
            if name in STRUCTURES:
                return STRUCTURES[name](self, argument, written, place)
            if name in self._operators:
                context = Context(root=place.root is True, entities=self.entities)
                node = plain(self._operators[name], argument, written, context, place.path[:-1])
                if name in PLAIN and type(argument) in (bool, str):
                    self._made[name, type(argument), argument] = node
                return node
        except ExpectationError as error:
            if error.path:
                raise
            raise malformed(place.path[:-1], str(error)) from None
        except ValueError as error:
            raise malformed(place.path[:-1], f"{name} {error}") from None
        every = [*STRUCTURES, *self._operators]
        raise malformed(place.path[:-1], f"unknown operator {name!r}{nearest(name, every)}")


def _is_operator(key: object) -> bool:
    return isinstance(key, str) and key.startswith("$$")


def _checked(operators: Iterable[Operator]) -> dict[str, Operator]:
    named: dict[str, Operator] = {}
    for each in operators:
        if not isinstance(each, Operator):
            raise ExpectationError(f'operators: {each!r} is none; make one with @operator("$$name")')
        if each.name in named or each.name in PLAIN or each.name in STRUCTURES:
            raise ExpectationError(f"operators: {each.name} exists already; give it another name")
        named[each.name] = each
    return named


class ValueMatcher:
    """One expected value, compiled."""

    __slots__ = ("_node", "expected", "holds")

    def __init__(self, expected: Any, node: Node) -> None:
        self.expected = expected
        self._node = node
        #: Whether an observed value matches.
        self.holds: Callable[[Any], bool] = node.holds

    def explain(self, actual: Any) -> tuple[Mismatch, ...]:
        """Return every place where it doesn't match; nothing where it does."""
        return () if self.holds(actual) else tuple(self._node.explain(actual, ()))


def value_matcher(
    expected: Any,
    *,
    root: Root = True,
    operators: Iterable[Operator] = (),
    entities: Entities | None = None,
) -> ValueMatcher:
    """Return the compiled matcher of an expected value; arguments and errors are those of ``match_value``."""
    node = Compiler(operators, entities).compile(expected, (), root=root)
    if node.capturing:
        raise ExpectationError(
            "a capture relates events of one assertion; a single value has nothing to relate"
        )
    return ValueMatcher(expected, node)


def match_value(
    expected: Any,
    actual: Any,
    *,
    root: Root = True,
    operators: Iterable[Operator] = (),
    entities: Entities | None = None,
) -> tuple[Mismatch, ...]:
    """Return every place where the observed value doesn't match; nothing where it does.

    Args:
        expected: the expected value, with operators.
        actual: the observed value; ``MISSING`` for no value at all.
        root: True: a document may have more keys than expected; False: it may not; "elements": an array's
            documents may (the results of ``find``, ``aggregate`` and the like).
        operators: operators of one's own.
        entities: what ``$$matchesEntity`` and ``$$sessionLsid`` look up.

    Raises:
        ExpectationError: an unknown operator, a malformed argument, an unknown entity.
    """
    return value_matcher(expected, root=root, operators=operators, entities=entities).explain(actual)


def match_exactly(expected: Any, actual: Any, *, flexible_numbers: bool = False) -> tuple[Mismatch, ...]:
    """Return every place where two values are not the same (``outcome``): no operators, no extra keys, any key order.

    Args:
        expected: the expected value, every key of it literal.
        actual: the observed value.
        flexible_numbers: int32, int64 and double compare by value instead of by type and value.
    """
    node = Compiler(exact_numbers=not flexible_numbers).compile(expected, (), root=False, literal=True)
    return ValueMatcher(expected, node).explain(actual)
