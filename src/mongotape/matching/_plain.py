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
    from collections.abc import Callable, Iterable, Mapping

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
    if type(expected) is not dict or type(actual) is not dict:
        return False
    try:
        return _has_surely(expected, actual, root=True)
    except Exception:  # noqa: BLE001  # a key that is no text, an ``==`` that raises: the rules say what that means
        return False


def surely_same(expected: Any, actual: Any, numbers: frozenset[type]) -> bool:
    """Whether a plain document or array certainly is the observed one; ``numbers`` compare by value."""
    try:
        return type(expected) is type(actual) and expected == actual and _alike(expected, actual, numbers)
    except Exception:  # noqa: BLE001  # as above
        return False


def _alike(expected: Any, actual: Any, numbers: frozenset[type]) -> bool:
    """Whether containers that are ``==`` hold plain values of the same types, and no key that reads as an operator.

    To Python ``True == 1``; that is all that ``==`` leaves open between plain values.
    """
    pairs: Iterable[tuple[Any, Any]]
    if type(expected) is list:
        pairs = enumerate(expected)
    elif "$$" in ".".join(expected):  # one look at all keys is cheaper than a look at each
        return False
    else:
        pairs = expected.items()
    for key, one in pairs:
        cls = type(one)
        if cls is str:
            continue
        other = actual[key]
        if cls is not type(other):
            if cls not in numbers or type(other) not in numbers:
                return False
        elif cls is dict or cls is list:
            if not _alike(one, other, numbers):
                return False
        elif cls not in SIMPLE:
            return False
    return True


def _has_surely(expected: dict[Any, Any], actual: dict[Any, Any], *, root: bool = False) -> bool:
    if "$$" in ".".join(expected):
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
            if one == other and (cls is dict or cls is list) and _alike(one, other, NUMBERS):
                continue
        if not _is_surely(one, other):
            return False
        if other is MISSING:
            absent += 1
    return root or len(expected) - absent == len(actual)


def _is_surely(one: Any, other: Any) -> bool:
    cls = type(one)
    if cls is dict:
        if len(one) == 1:
            ((name, argument),) = one.items()
            if name == "$$exists":
                return type(argument) is bool and (other is not MISSING) is argument
            if name == "$$type":
                holds = _type_holds(argument) if type(argument) is str else None
                return holds is not None and holds(other)
        return type(other) is dict and _has_surely(one, other)
    if cls is list:
        if type(other) is not list or len(other) != len(one):
            return False
        return all(_is_surely(each, its) for each, its in zip(one, other, strict=True))
    same_class = cls is type(other) or (cls in NUMBERS and type(other) in NUMBERS)
    return cls in SIMPLE and same_class and bool(one == other)


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
