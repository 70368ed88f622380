"""An expected value compiled: each node decides with ``holds`` and, after a failure, explains.

Both take MISSING where nothing is observed. A node that an absent value can satisfy says so with ``optional``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from mongotape.matching._bson import bson_type, document, short
from mongotape.matching._mismatch import MISSING, Mismatch, Path, malformed
from mongotape.matching._plain import surely_has, surely_same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mongotape.expect import Same

#: A capture, the value that it stands for, and where the value is.
Found: TypeAlias = "tuple[Same, Any, Path]"


class Node:
    """One expected value."""

    __slots__ = ("capturing", "cost", "expected", "holds", "optional")

    def __init__(self, expected: Any, holds: Callable[[Any], bool], *, cost: int = 0) -> None:
        self.expected = expected
        self.holds = holds
        self.cost = cost  #: cheaper nodes are asked first
        self.optional = False  #: an absent value may satisfy it
        self.capturing = False  #: a capture stands in it

    def explain(self, actual: Any, path: Path) -> Iterator[Mismatch]:
        """Every place where the observed value doesn't match."""
        if not self.holds(actual):
            yield Mismatch(path, self.expected, actual, self.complaint(actual))

    def complaint(self, actual: Any) -> str:
        """One sentence why this value is not the expected one."""
        return differs(self.expected, actual)

    def captured(self, _actual: Any, _path: Path) -> Iterator[Found]:
        """The captures in a value that matches: what each stands for, and where."""
        yield from ()


def differs(expected: Any, actual: Any) -> str:
    """Return the plain sentence; with the types where they differ."""
    if actual is MISSING:
        return f"expected {short(expected)}, observed nothing"
    mine, theirs = bson_type(expected), bson_type(actual)
    if mine == theirs or {mine, theirs} <= {"int", "long", "double"}:
        return f"expected {short(expected)}, observed {short(actual)}"
    return f"expected {short(expected)} ({mine}), observed {short(actual)} ({theirs})"


class Document(Node):
    """A document: every expected key matches; where it is nested, there are no others.

    Args:
        expected: the document.
        special: the nodes of the keys whose values are not plain.
        compile_key: makes the node of any key; those of plain values are only made when they are needed.
        root: whether there may be others.
        numbers: the types that compare by value.
    """

    __slots__ = ("_compile_key", "_compiled", "_numbers", "_special", "root")

    def __init__(
        self,
        expected: Mapping[Any, Any],
        special: Mapping[Any, Node],
        compile_key: Callable[[Any], Node],
        *,
        root: bool,
        numbers: frozenset[type],
    ) -> None:
        self._special = special
        self._compile_key = compile_key
        self._numbers = numbers
        self._compiled: dict[Any, Node] | None = None
        self.root = root
        super().__init__(expected, self._quickly(expected), cost=4 + len(expected))
        for child in special.values():
            if child.capturing:
                self.capturing = True

    @property
    def children(self) -> Mapping[Any, Node]:
        """The node of each key."""
        if self._compiled is None:
            special = self._special
            self._compiled = {key: special.get(key) or self._compile_key(key) for key in self.expected}
        return self._compiled

    def _quickly(self, expected: Mapping[Any, Any]) -> Callable[[Any], bool]:
        """Compare plain values as they are; where that leaves doubts compile them, once."""
        special, numbers, closed = self._special, self._numbers, not self.root
        plain = {key: value for key, value in expected.items() if key not in special} if special else expected
        checks = tuple((key, child.holds) for key, child in special.items())
        maybe = [key for key, child in special.items() if child.optional]
        needed = len(expected) - len(maybe)
        surely: Callable[[Any], bool] | None = None

        def holds(actual: Any) -> bool:
            nonlocal surely
            if surely is None:
                if type(actual) is dict:
                    if closed and len(actual) != (
                        needed + sum(key in actual for key in maybe) if maybe else needed
                    ):
                        return False
                    same = surely_has(plain, actual, numbers)
                    if same is not None:
                        return same and all(matches(actual.get(key, MISSING)) for key, matches in checks)
                surely = self._surely()
            return surely(actual)

        return holds

    def _surely(self) -> Callable[[Any], bool]:
        by_cost = sorted(self.children.items(), key=lambda item: item[1].cost)
        checks = tuple((key, child.holds) for key, child in by_cost)
        maybe = tuple(key for key, child in by_cost if child.optional)
        needed = len(checks) - len(maybe)
        closed = not self.root

        def holds(actual: Any) -> bool:
            if type(actual) is not dict:
                actual = document(actual)
                if actual is None:
                    return False
            if closed:
                allowed = needed + sum(key in actual for key in maybe) if maybe else needed
                if len(actual) != allowed:
                    return False
            get = actual.get
            for key, matches in checks:  # noqa: SIM110  # as above
                if not matches(get(key, MISSING)):
                    return False
            return True

        return holds

    def explain(self, actual: Any, path: Path) -> Iterator[Mismatch]:
        found = document(actual)
        if found is None:
            yield Mismatch(path, self.expected, actual, differs(self.expected, actual))
            return
        for key, child in self.children.items():
            yield from child.explain(found.get(key, MISSING), (*path, key))
        if not self.root:
            for key, value in found.items():
                if key not in self.children:
                    why = (
                        f"observed {short(value)}, and a nested document may have no key that is not expected"
                    )
                    yield Mismatch((*path, key), MISSING, value, why)

    def captured(self, actual: Any, path: Path) -> Iterator[Found]:
        found = document(actual) or {}
        for key, child in self._special.items():
            if child.capturing:
                yield from child.captured(found.get(key, MISSING), (*path, key))


class Array(Node):
    """An array of the same length whose elements match one by one.

    Args:
        expected: the array.
        compile_all: makes the nodes of its elements; those of a plain array only when they are needed.
        plain: whether it is one.
        numbers: the types that compare by value.
    """

    __slots__ = ("_compile_all", "_compiled")

    def __init__(
        self,
        expected: Any,
        compile_all: Callable[[], tuple[Node, ...]],
        *,
        plain: bool,
        numbers: frozenset[type],
    ) -> None:
        self._compile_all = compile_all
        self._compiled: tuple[Node, ...] | None = None
        holds = self._quickly(expected, numbers) if plain else self._one_by_one()
        super().__init__(expected, holds, cost=4 + len(expected))
        self.capturing = not plain and any(child.capturing for child in self.children)

    @property
    def children(self) -> tuple[Node, ...]:
        """The nodes of the elements."""
        if self._compiled is None:
            self._compiled = self._compile_all()
        return self._compiled

    def _quickly(self, expected: Any, numbers: frozenset[type]) -> Callable[[Any], bool]:
        surely: Callable[[Any], bool] | None = None

        def holds(actual: Any) -> bool:
            nonlocal surely
            if surely is None:
                if surely_same(expected, actual, numbers):
                    return True
                surely = self._one_by_one()
            return surely(actual)

        return holds

    def _one_by_one(self) -> Callable[[Any], bool]:
        checks = tuple(child.holds for child in self.children)
        length = len(checks)

        def holds(actual: Any) -> bool:
            if not isinstance(actual, list | tuple) or len(actual) != length:
                return False
            for matches, each in zip(checks, actual, strict=True):  # noqa: SIM110  # as above
                if not matches(each):
                    return False
            return True

        return holds

    def explain(self, actual: Any, path: Path) -> Iterator[Mismatch]:
        if not isinstance(actual, list | tuple):
            yield Mismatch(path, self.expected, actual, differs(self.expected, actual))
            return
        for index, (child, each) in enumerate(zip(self.children, actual, strict=False)):
            yield from child.explain(each, (*path, index))
        if len(actual) != len(self.children):
            many = f"expected {len(self.children)} elements, observed {len(actual)}"
            yield Mismatch(path, self.expected, actual, many)

    def captured(self, actual: Any, path: Path) -> Iterator[Found]:
        for index, (child, each) in enumerate(zip(self.children, actual, strict=True)):
            if child.capturing:
                yield from child.captured(each, (*path, index))


class Own(Node):
    """A value that compares with an ``==`` of its own."""

    __slots__ = ("where",)

    def __init__(self, expected: Any, where: Path) -> None:
        self.where = where
        super().__init__(expected, self._equal, cost=3)

    def _equal(self, actual: Any) -> bool:
        if actual is MISSING:
            return False
        try:
            return bool(self.expected == actual)
        except Exception as error:
            why = f"comparing {short(self.expected)} with {short(actual)} raised {type(error).__name__}: {error}"
            raise malformed(self.where, why) from error


class Capture(Node):
    """Any value at all; which one, the other places of the same name decide."""

    __slots__ = ()

    def __init__(self, expected: Same) -> None:
        super().__init__(expected, lambda actual: actual is not MISSING)
        self.capturing = True

    def captured(self, actual: Any, path: Path) -> Iterator[Found]:
        yield self.expected, actual, path


class Through(Node):
    """A node that looks at the observed value through a function."""

    __slots__ = ("inner", "look")

    def __init__(self, expected: Any, inner: Node, look: Callable[[Any], Any]) -> None:
        """``look`` returns MISSING, or raises ValueError with a sentence, where it sees nothing."""
        self.inner = inner
        self.look = look
        super().__init__(expected, self._compile(), cost=5 + inner.cost)
        self.capturing = inner.capturing

    def _compile(self) -> Callable[[Any], bool]:
        look, matches = self.look, self.inner.holds

        def holds(actual: Any) -> bool:
            try:
                seen = look(actual)
            except ValueError:
                return False
            return matches(seen)

        return holds

    def explain(self, actual: Any, path: Path) -> Iterator[Mismatch]:
        try:
            seen = self.look(actual)
        except ValueError as error:
            yield Mismatch(path, self.expected, actual, str(error))
        else:
            yield from self.inner.explain(seen, path)

    def captured(self, actual: Any, path: Path) -> Iterator[Found]:
        return self.inner.captured(self.look(actual), path)


class Unset(Node):
    """Nothing, or what matches."""

    __slots__ = ("inner",)

    def __init__(self, expected: Any, inner: Node) -> None:
        self.inner = inner
        matches = inner.holds
        super().__init__(expected, lambda actual: actual is MISSING or matches(actual), cost=inner.cost + 1)
        self.optional = True
        self.capturing = inner.capturing

    def explain(self, actual: Any, path: Path) -> Iterator[Mismatch]:
        if actual is not MISSING:
            yield from self.inner.explain(actual, path)

    def captured(self, actual: Any, path: Path) -> Iterator[Found]:
        if actual is not MISSING:
            yield from self.inner.captured(actual, path)
