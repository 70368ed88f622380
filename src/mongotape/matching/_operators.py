"""The operators as a table: each states only its complaints, and the deciding side where speed wants one.

Source: Unified Test Format, "Special Operators for Matching Assertions".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

from mongotape.errors import ExpectationError
from mongotape.matching._bson import ALIASES, binary, bson_type, is_nan, is_number, short
from mongotape.matching._mismatch import MISSING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

Complain: TypeAlias = "Callable[[Any, Any, Context], Iterable[str]]"


class Entities(Protocol):
    """What a specification test has stored under names.

    Both methods raise a ``LookupError`` for a name that is unknown; the matcher turns it into a sentence.
    """

    def value(self, name: str) -> Any:
        """Return the BSON value stored under this name."""

    def session_lsid(self, name: str) -> Mapping[str, Any]:
        """Return the logical session id of the session stored under this name, also after it ended."""


@dataclass(frozen=True, slots=True)
class Context:
    """What an operator may ask for besides its argument and the observed value."""

    root: bool = False  #: whether the observed value is a root document
    entities: Entities | None = None


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator: its name, and the complaints it has about an observed value.

    Args:
        name: with its two dollars: "$$startsWith".
        complain: yields one sentence for each complaint; takes the argument, the observed value (MISSING where
            there is none) and the context.
        check: raises ValueError with a sentence for an argument that makes no sense.
        decide: makes a quick yes-or-no from an argument; without it the complaints decide.
    """

    name: str
    complain: Complain
    check: Callable[[Any], None] | None = None
    decide: Callable[[Any], Callable[[Any], bool]] | None = None

    def takes(self, check: Callable[[Any], None]) -> Operator:
        """Return the operator that refuses the arguments for which ``check`` raises ValueError."""
        return replace(self, check=check)


def operator(name: str) -> Callable[[Complain], Operator]:
    """Make an operator of one's own from a generator of complaints; pass it in as ``operators=[...]``.

    The function takes the operator's argument, the observed value (``MISSING`` where there is none) and the
    context; it yields one sentence for each complaint, nothing where the value matches. It raises ``ValueError``
    with a sentence for an argument that makes no sense.

    Raises:
        ExpectationError: the name doesn't start with two dollars.
    """
    if not isinstance(name, str) or not name.startswith("$$") or len(name) == 2:
        raise ExpectationError(
            f'operator {name!r}: an operator\'s name starts with two dollars, like "$$startsWith"'
        )
    return lambda complain: Operator(name, complain)


def _exists(wanted: Any, actual: Any, _context: Context) -> Iterator[str]:
    """The key exists, also if it holds null; or it doesn't."""
    if wanted and actual is MISSING:
        yield "expected to exist, observed nothing"
    elif not wanted and actual is not MISSING:
        yield f"expected not to exist, observed {short(actual)}"


def _decide_exists(wanted: Any) -> Callable[[Any], bool]:
    return (lambda actual: actual is not MISSING) if wanted else (lambda actual: actual is MISSING)


def _check_exists(wanted: Any) -> None:
    if not isinstance(wanted, bool):
        raise ValueError(f"takes true or false, not {short(wanted)}")  # noqa: TRY004  # a malformed argument


def _type(aliases: Any, actual: Any, _context: Context) -> Iterator[str]:
    """The value exists and has one of these BSON types."""
    if actual is MISSING:
        yield f"expected type {_names(aliases)}, observed nothing"
    elif not decide_type(aliases)(actual):
        yield f"expected type {_names(aliases)}, observed {short(actual)} ({bson_type(actual)})"


def _names(aliases: Any) -> str:
    return aliases if isinstance(aliases, str) else " or ".join(aliases)


def decide_type(aliases: Any) -> Callable[[Any], bool]:
    """Return whether a value has one of these types."""
    wanted = frozenset().union(
        *(ALIASES[alias] for alias in ([aliases] if isinstance(aliases, str) else aliases))
    )
    if "dbPointer" not in wanted:
        return lambda actual: actual is not MISSING and bson_type(actual) in wanted
    from bson import DBRef

    return lambda actual: isinstance(actual, DBRef) or (actual is not MISSING and bson_type(actual) in wanted)


def _check_type(aliases: Any) -> None:
    several = [aliases] if isinstance(aliases, str) else aliases
    if not isinstance(several, list | tuple) or not several:
        raise ValueError(f"takes the alias of a BSON type or a list of them, not {short(aliases)}")
    for alias in several:
        if not isinstance(alias, str) or alias not in ALIASES:
            from mongotape.events import nearest

            raise ValueError(f"{short(alias)} is no alias of a BSON type{nearest(alias, ALIASES)}")


def _lte(bound: Any, actual: Any, _context: Context) -> Iterator[str]:
    """The observed number is at most the expected one."""
    if not is_number(actual):
        observed = "nothing" if actual is MISSING else f"{short(actual)} ({bson_type(actual)})"
        yield f"expected a number of at most {bound}, observed {observed}"
    elif not actual <= bound:
        yield f"expected at most {bound}, observed {actual}"


def _check_lte(bound: Any) -> None:
    if not is_number(bound) or is_nan(bound):
        raise ValueError(f"takes a number, not {short(bound)}")


def _matches_hex_bytes(digits: str, actual: Any, _context: Context) -> Iterator[str]:
    """The observed bytes are those of the hexadecimal string."""
    wanted, found = bytes.fromhex(digits), binary(actual)
    if found is None:
        observed = "nothing" if actual is MISSING else f"{short(actual)} ({bson_type(actual)})"
        yield f"expected the bytes {short(digits)}, observed {observed}"
    elif found[1] != wanted:
        yield f"expected the bytes {short(digits)}, observed {short(found[1].hex())}"


def _check_hex(digits: Any) -> None:
    try:
        if not isinstance(digits, str) or any(each.isspace() for each in digits):
            raise ValueError  # noqa: TRY301
        bytes.fromhex(digits)
    except ValueError:
        raise ValueError(f"takes an even number of hexadecimal digits, not {short(digits)}") from None


#: The operators that look at one value only. Those that hold another expectation are in ``_structures``.
PLAIN: Final[Mapping[str, Operator]] = {
    each.name: each
    for each in (
        Operator("$$exists", _exists, _check_exists, _decide_exists),
        Operator("$$type", _type, _check_type, decide_type),
        Operator("$$lte", _lte, _check_lte),
        Operator("$$matchesHexBytes", _matches_hex_bytes, _check_hex),
    )
}
