"""Single values: the same type and equal, numbers by value."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from bson import Code, DBRef, Decimal128, Int64, MaxKey, MinKey, ObjectId, Timestamp

from mongotape.matching._bson import (
    binary,
    bson_type,
    has_own_equality,
    is_nan,
    is_number,
    is_string,
    key_of,
    milliseconds,
    regex,
    short,
)
from mongotape.matching._mismatch import MISSING, Path, malformed
from mongotape.matching._nodes import Node, Own

if TYPE_CHECKING:
    from mongotape.expect import Text

Holds = Callable[[Any], bool]

_CONVERTED: Final = (binary, milliseconds, regex)
_ATOMS: Final = (ObjectId, Timestamp, Decimal128, MinKey, MaxKey)


def scalar(expected: Any, path: Path, *, exact_numbers: bool) -> Node | None:
    """Return the node of a value that is neither a document nor an array; None for those two.

    Raises:
        ExpectationError: a number that BSON doesn't know.
    """
    if has_own_equality(expected):
        return Own(expected, path)
    if isinstance(expected, Mapping | list | tuple | DBRef):
        return None
    holds = _holds(expected, exact_numbers=exact_numbers)
    if holds is not None:
        return Node(expected, holds)
    if isinstance(expected, numbers.Number):
        why = f"{expected!r} ({type(expected).__name__}) is no number of BSON's"
        raise malformed(path, f"{why}; give an int, a float, Int64 or Decimal128")
    return Own(expected, path)


def alike(expected: Any, actual: Any) -> bool:
    """Whether two single values of different classes match."""
    holds = _holds(expected, exact_numbers=False)
    return holds is not None and holds(actual)


def _holds(expected: Any, *, exact_numbers: bool) -> Holds | None:
    if expected is None:
        return lambda actual: actual is None
    if isinstance(expected, bool):
        return lambda actual: actual is expected
    if isinstance(expected, Code):
        key = key_of(expected)
        return lambda actual: isinstance(actual, Code) and key_of(actual) == key
    if isinstance(expected, str):
        return lambda actual: (type(actual) is str or is_string(actual)) and actual == expected
    if is_number(expected):
        return _exact_number(expected) if exact_numbers else _number(expected)
    for convert in _CONVERTED:
        if (converted := convert(expected)) is not None:
            return _converted(convert, converted)
    if isinstance(expected, _ATOMS):
        cls = next(each for each in _ATOMS if isinstance(expected, each))
        return lambda actual: isinstance(actual, cls) and actual == expected
    return None


def _number(expected: float) -> Holds:
    if is_nan(expected):
        return is_nan

    def holds(actual: Any) -> bool:
        cls = type(actual)
        return (cls is int or cls is float or cls is Int64 or is_number(actual)) and actual == expected

    return holds


def _exact_number(expected: float) -> Holds:
    flexible, alias = _number(expected), bson_type(expected)
    return lambda actual: flexible(actual) and bson_type(actual) == alias


def _converted(convert: Callable[[Any], Any], wanted: Any) -> Holds:
    def holds(actual: Any) -> bool:
        return bool(convert(actual) == wanted)  # None, for a value of another type, is never wanted

    return holds


class _Textual(Node):
    """A string, or the text of an exception, in which a regular expression is found."""

    __slots__ = ()

    def complaint(self, actual: Any) -> str:
        observed = "nothing" if actual is MISSING else short(actual)
        if actual is not MISSING and not isinstance(actual, BaseException) and not is_string(actual):
            observed += f" ({bson_type(actual)})"
        return f"expected {self.expected!r}, observed {observed}"


def textual(expected: Text) -> Node:
    """Return the node of ``text()``."""
    search = expected.pattern.search

    def holds(actual: Any) -> bool:
        if isinstance(actual, BaseException):
            actual = str(actual)
        return is_string(actual) and search(actual) is not None

    return _Textual(expected, holds, cost=1)
