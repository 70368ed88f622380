"""The operators of a value's matching, as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


class Entities(Protocol):
    """What a specification test has stored under names.

    Both methods raise a ``LookupError`` for a name that is unknown; the matcher turns it into a sentence.
    """

    def value(self, name: str) -> Any:
        """Return the BSON value stored under this name."""

    def session_lsid(self, name: str) -> Mapping[str, Any]:
        """Return the logical session id of the session stored under this name, also after it ended."""


class Context(Protocol):
    """What an operator may ask for besides its argument and the observed value."""

    root: bool  #: whether the observed value is a root document
    entities: Entities | None


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator: its name, and the complaints it has about an observed value."""

    name: str
    complain: Callable[[Any, Any, Context], Iterable[str]]


def operator(name: str) -> Callable[[Callable[[Any, Any, Context], Iterable[str]]], Operator]:
    """Make an operator of one's own from a generator of complaints; pass it in as ``operators=[...]``.

    The function takes the operator's argument, the observed value (``MISSING`` where there is none) and the
    context; it yields one sentence for each complaint, nothing where the value matches. It raises
    ``ExpectationError`` for an argument that makes no sense.
    """
    raise NotImplementedError
