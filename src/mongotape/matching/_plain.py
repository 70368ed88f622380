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


def surely(expected: Any, actual: Any, numbers: frozenset[type] = NUMBERS, *, root: bool = False) -> bool:
    """Whether an observed document or array certainly matches; False also where only the rules can tell.

    Where it is True, every part of the expectation was looked at, so nothing in it is malformed.

    Args:
        expected: a document or an array; of the operators only ``$$exists`` and ``$$type`` are ever certain.
        actual: the observed value.
        numbers: the types that compare by value.
        root: whether a document may have more keys.
    """
    if type(actual) is not type(expected):
        return False
    if type(expected) is list:
        return len(actual) == len(expected) and all(
            _is_surely(one, other, numbers) for one, other in zip(expected, actual, strict=True)
        )
    if type(expected) is not dict:
        return False
    present = 0
    for key, one in expected.items():
        if type(key) is not str or key[:2] == "$$":
            return False
        other = actual.get(key, MISSING)
        cls = type(one)
        if cls in SIMPLE:
            if cls is type(other):
                if one != other:
                    return False
            elif cls not in numbers or type(other) not in numbers or one != other:
                return False
        elif not _is_surely(one, other, numbers):
            return False
        if other is not MISSING:
            present += 1
    return root or present == len(actual)


def _is_surely(one: Any, other: Any, numbers: frozenset[type]) -> bool:
    cls = type(one)
    if cls in SIMPLE:
        return bool((cls is type(other) or (cls in numbers and type(other) in numbers)) and one == other)
    if cls is dict and len(one) == 1:
        ((name, argument),) = one.items()
        if name == "$$exists":
            return type(argument) is bool and (other is not MISSING) is argument
        if name == "$$type":
            holds = _type_holds(argument) if type(argument) is str else None
            return holds is not None and holds(other)
    return surely(one, other, numbers)


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
                if not surely(one, other, numbers):
                    return None
            elif one != other:
                return False
        elif other is MISSING:
            return False
        elif cls not in numbers or type(other) not in numbers or one != other:
            return None
    return True
