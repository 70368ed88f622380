"""Where in an expectation a value stands, and who makes its node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:
    from mongotape.expect import Same
    from mongotape.matching._mismatch import Path
    from mongotape.matching._nodes import Node
    from mongotape.matching._operators import Entities

#: Whether a value is a root document, or an array of them.
Root: TypeAlias = 'bool | Literal["elements"]'


class Place(NamedTuple):
    """Where in an expectation a value stands, and how it is to be read there."""

    path: Path
    root: Root
    literal: bool = False  #: keys that look like operators are keys
    element: bool = False  #: directly in an array, where a value can't be unset
    above: tuple[int, ...] = ()  #: the containers around it, to notice one inside itself


class Compiling(Protocol):
    """What an operator that holds another expectation needs."""

    entities: Entities | None  #: what a specification test has stored

    def node(self, expected: Any, place: Place) -> Node:
        """Return the node of an expected value."""

    def capture(self, same: Same, path: Path) -> Node:
        """Return the node of a capture, and remember where it stands."""
