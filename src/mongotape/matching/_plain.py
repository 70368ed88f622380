"""Plain values, those without operators and of the commonest types, compared without being compiled.

Most of what people expect is plain and is compared once, so compiling it would cost more than it saves. A yes is
certain here; a no only says that the compiled side has to decide.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from bson import Int64, ObjectId, Timestamp

from mongotape.matching._bson import ALIASES
from mongotape.matching._mismatch import MISSING
from mongotape.matching._operators import decide_type

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: Types whose values are equal, by the rules, exactly if they are of one class and ``==``.
SIMPLE: Final = frozenset({str, int, float, bool, type(None), ObjectId, Int64, bytes, Timestamp})

#: Types whose values compare with each other by value.
NUMBERS: Final = frozenset({int, float, Int64})

_DEEPEST: Final = 100  # deeper ones are left to the compiler, which knows what is too deep


def is_plain(value: dict[Any, Any] | list[Any], *, literal: bool) -> bool:
    """Whether a document or an array holds nothing but plain values.

    Args:
        value: the container.
        literal: keys that look like operators are keys.
    """
    return _is_plain(value, literal, _DEEPEST, set())


def _is_plain(value: dict[Any, Any] | list[Any], literal: bool, deepest: int, seen: set[int]) -> bool:  # noqa: FBT001
    if type(value) is dict and not literal and any(type(key) is not str or key[:2] == "$$" for key in value):
        return False
    for each in value.values() if type(value) is dict else value:
        cls = type(each)
        if cls in SIMPLE:
            if cls is float and each != each:  # noqa: PLR0124  # not a number
                return False
        elif cls is not dict and cls is not list:
            return False
        elif id(each) not in seen:
            if not deepest or not _is_plain(each, literal, deepest - 1, seen):
                return False
            seen.add(id(each))
    return True


def surely_matches(expected: Any, actual: Any) -> bool:
    """Whether an observed root document certainly matches; False also where only the rules can tell.

    Where it is True, every part of the expectation was looked at, so nothing in it is malformed. Of the operators
    only ``$$exists`` and ``$$type`` are ever certain.
    """
    return type(expected) is dict and type(actual) is dict and _has_surely(expected, actual, NUMBERS, True)  # noqa: FBT003


def surely_same(expected: Any, actual: Any, numbers: frozenset[type]) -> bool:
    """The same for a nested document or an array; ``numbers`` are the types that compare by value."""
    return (type(expected) is dict or type(expected) is list) and _is_surely(expected, actual, numbers)


def _has_surely(
    expected: dict[Any, Any],
    actual: dict[Any, Any],
    numbers: frozenset[type],
    root: bool,  # noqa: FBT001  # a keyword costs more than the comparison of a key
) -> bool:
    try:
        if "$$" in ".".join(expected):  # one look at all keys is cheaper than a look at each
            return False
    except TypeError:  # a key that is no text
        return False
    absent, get = 0, actual.get
    for key, one in expected.items():
        other = get(key, MISSING)
        cls = type(one)
        if cls is type(other):
            if cls in SIMPLE:
                if one != other:
                    return False
                continue
            if cls is dict and len(one) != 1:
                if not _has_surely(one, other, numbers, False):  # noqa: FBT003
                    return False
                continue
        if not _is_surely(one, other, numbers):
            return False
        if other is MISSING:
            absent += 1
    return root or len(expected) - absent == len(actual)


def _is_surely(one: Any, other: Any, numbers: frozenset[type]) -> bool:
    cls = type(one)
    if cls is dict:
        if len(one) == 1:
            ((name, argument),) = one.items()
            if name == "$$exists":
                return type(argument) is bool and (other is not MISSING) is argument
            if name == "$$type":
                holds = _type_holds(argument) if type(argument) is str else None
                return holds is not None and holds(other)
        return type(other) is dict and _has_surely(one, other, numbers, False)  # noqa: FBT003
    if cls is list:
        return type(other) is list and len(other) == len(one) and _are_surely(one, other, numbers)
    same_class = cls is type(other) or (cls in numbers and type(other) in numbers)
    return cls in SIMPLE and same_class and bool(one == other)


def _are_surely(expected: list[Any], actual: list[Any], numbers: frozenset[type]) -> bool:
    for one, other in zip(expected, actual, strict=True):
        if type(one) is dict and type(other) is dict and len(one) != 1:
            if not _has_surely(one, other, numbers, False):  # noqa: FBT003
                return False
        elif not _is_surely(one, other, numbers):
            return False
    return True


@cache
def _type_holds(alias: str) -> Callable[[Any], bool] | None:
    return decide_type(alias) if alias in ALIASES else None


def surely_has(expected: Mapping[Any, Any], actual: dict[Any, Any], numbers: frozenset[type]) -> bool | None:
    """Whether a document has all these plain values; None where only the rules can tell.

    Args:
        expected: plain values by key.
        actual: the observed document, which may have other keys.
        numbers: the types that compare by value.
    """
    for key, one in expected.items():
        other = actual.get(key, MISSING)
        cls = type(one)
        if cls is type(other):
            if cls is dict or cls is list:
                if not surely_same(one, other, numbers):
                    return None
            elif one != other:
                return False
        elif other is MISSING:
            return False
        elif cls not in numbers or type(other) not in numbers or one != other:
            return None
    return True
