"""What an expectation is made of: plain frozen values, none of which compares anything by itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias, TypeVar

from mongotape.errors import ExpectationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mongotape.events import Family, Kind

T = TypeVar("T")


class Unset(Enum):
    """The type of UNSET."""

    UNSET = "unset"

    def __repr__(self) -> str:
        return "UNSET"


#: A keyword that was not given; None is a value like any other.
UNSET: Final = Unset.UNSET


@dataclass(frozen=True, slots=True)
class Text:
    """A string in which a regular expression is found; made by ``text()``."""

    pattern: re.Pattern[str]

    def __repr__(self) -> str:
        return f"text({self.pattern.pattern!r})"


@dataclass(frozen=True, slots=True)
class Same:
    """One value that is the same wherever its name stands; made by ``same()``."""

    name: str
    other_than: tuple[str, ...] = ()

    def __repr__(self) -> str:
        if not self.other_than:
            return f"same({self.name!r})"
        others = self.other_than[0] if len(self.other_than) == 1 else self.other_than
        return f"same({self.name!r}, other_than={others!r})"


class HasEquals(Protocol):
    """A value with an equality of its own, as those of dirty-equals are."""

    def equals(self, other: Any) -> bool:
        """Whether ``other`` is wanted."""


#: What a keyword takes besides a value of its type: an operator ``{"$$type": "long"}``, ``text()``,
#: ``same()``, a value with its own ``==``.
Given: TypeAlias = "T | Mapping[str, Any] | Text | Same | HasEquals | Unset"

#: (host, port) of a server, or the path of its socket and None; a list of the two is the same.
Address: TypeAlias = "tuple[str, int | None] | list[str | int | None]"


@dataclass(frozen=True, slots=True, init=False)
class Expectation:
    """One event that is expected: its kind, and what must hold for its fields."""

    kind: Kind
    #: By PyMongo's attribute name; besides those of the kind: "client", "connection", "has_service_id",
    #: "has_server_connection_id".
    fields: Mapping[str, Any]

    def __init__(self, kind: Kind, fields: Mapping[str, Any]) -> None:
        """The fields can't be changed afterwards."""
        object.__setattr__(self, "kind", kind)
        object.__setattr__(self, "fields", MappingProxyType(dict(fields)))

    @property
    def family(self) -> Family:
        """The family of its kind."""
        return self.kind.family

    def __repr__(self) -> str:
        given = dict(self.fields)
        words = []
        if isinstance(given.get("command_name"), str):
            words.append(repr(given.pop("command_name")))
        words += [f"{name}={value!r}" for name, value in given.items()]
        return f"expect.{self.kind.name.lower()}({', '.join(words)})"


@dataclass(frozen=True, slots=True)
class Repeat:
    """Consecutive events that occur again and again; made by ``one_or_more``, ``optional``, ``between``."""

    body: tuple[Expectation, ...]
    at_least: int
    at_most: int | None  #: None: any number

    def __repr__(self) -> str:
        body = ", ".join(map(repr, self.body))
        if (self.at_least, self.at_most) == (1, None):
            return f"expect.one_or_more({body})"
        if (self.at_least, self.at_most) == (0, 1):
            return f"expect.optional({body})"
        return f"expect.between({self.at_least}, {self.at_most}, {body})"


#: One element of a list of expectations.
Step: TypeAlias = "Expectation | Repeat"

#: What people may write where a step is read: a builder's value or a spec-style mapping.
Written: TypeAlias = "Expectation | Repeat | Mapping[str, Any]"


def like(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``{"$$matchAsRoot": document}``: an observed document may have more keys than this one."""
    return {"$$matchAsRoot": document}


def literal(value: Any) -> dict[str, Any]:
    """Return ``{"$$literal": value}``: nothing in it is an operator, whatever its keys are called."""
    return {"$$literal": value}


def text(pattern: str, flags: int | re.RegexFlag = 0) -> Text:
    r"""Return what matches a string in which the regular expression is found (``re.search``).

    A ``re.Pattern`` or ``bson.Regex`` is the BSON value and never matches a string. In mappings and YAML:
    ``{"$$text": "pattern"}``.

    Args:
        pattern: anchor it with ``\A`` and ``\Z`` to match the whole string.
        flags: those of ``re.compile``.

    Raises:
        ExpectationError: it is no regular expression.
    """
    try:
        return Text(re.compile(pattern, flags))
    except (re.error, TypeError) as error:
        raise ExpectationError(f"text({pattern!r}): no regular expression ({error})") from error


def same(name: str, *, other_than: str | tuple[str, ...] = ()) -> Same:
    """Return a capture: wherever it stands in the expectations of one assertion, the same value is observed.

    In mappings and YAML: ``{"$$same": "conn"}`` or ``{"$$same": {"name": "retry", "otherThan": "first"}}``.

    Args:
        name: what the value is called.
        other_than: captures whose value this one's must differ from: "another request id".

    Raises:
        ExpectationError: a name is no text, or a capture is to differ from itself.
    """
    others = (other_than,) if isinstance(other_than, str) else tuple(other_than)
    for each in (name, *others):
        if not isinstance(each, str) or not each:
            raise ExpectationError(f"same(): a capture's name is a text, not {each!r}")
    if name in others:
        raise ExpectationError(f"same({name!r}): a value can't be another one than itself")
    return Same(name, others)


def repeat(steps: Iterable[Step], at_least: int, at_most: int | None, name: str) -> Repeat:
    """Return the checked repetition.

    Raises:
        ExpectationError: the bounds are none, or there is nothing that can be repeated.
    """
    for bound in (at_least, at_most):
        if bound is not None and (isinstance(bound, bool) or not isinstance(bound, int) or bound < 0):
            raise ExpectationError(f"{name}: a bound is a whole number from 0, not {bound!r}")
    if at_most is not None and (at_most < at_least or at_most == 0):
        raise ExpectationError(f"{name}: at most {at_most} is less than at least {max(at_least, 1)}")
    body: list[Expectation] = []
    for step in steps:
        if isinstance(step, Repeat):
            raise ExpectationError(f"{name}: a repetition can't stand inside a repetition")
        body.append(step)
    if not body:
        raise ExpectationError(f"{name}: give one or more events to repeat")
    return Repeat(tuple(body), at_least, at_most)
