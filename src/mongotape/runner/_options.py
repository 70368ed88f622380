"""Options and arguments in the format's spelling as what PyMongo takes."""

from __future__ import annotations

import inspect
import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from mongotape.runner._outcome import UnsupportedError
from mongotape.spec import fresh

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_CAPITAL = re.compile(r"(?<=[a-z0-9])([A-Z])")


@cache
def snake(name: str) -> str:
    """Return ``maxTimeMS`` as ``max_time_ms``."""
    return _CAPITAL.sub(r"_\1", name).lower()


def read_preference(given: Mapping[str, Any]) -> Any:
    """Return a read preference: ``mode``, ``tagSets``, ``maxStalenessSeconds``, ``hedge``."""
    from pymongo.read_preferences import make_read_preference, read_pref_mode_from_name

    mode = str(given.get("mode", "primary"))
    tag_sets = given.get("tagSets")
    return make_read_preference(
        read_pref_mode_from_name(mode[:1].lower() + mode[1:]),
        tag_sets=None if tag_sets is None else fresh(tag_sets),
        max_staleness=given.get("maxStalenessSeconds", -1),
    )


def write_concern(given: Mapping[str, Any]) -> Any:
    """Return a write concern: ``w``, ``journal``, ``wtimeoutMS``."""
    from pymongo.write_concern import WriteConcern

    names = {"journal": "j", "wtimeoutMS": "wtimeout"}
    return WriteConcern(**{names.get(key, key): value for key, value in given.items()})


def read_concern(given: Mapping[str, Any]) -> Any:
    """Return a read concern: ``level``."""
    from pymongo.read_concern import ReadConcern

    return ReadConcern(**given)


CONCERNS: Final[Mapping[str, Callable[[Mapping[str, Any]], Any]]] = {
    "readPreference": read_preference,
    "readConcern": read_concern,
    "writeConcern": write_concern,
}


def collection_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``collectionOptions`` or ``databaseOptions`` as ``get_collection`` takes them.

    Raises:
        UnsupportedError: PyMongo has no such option.
    """
    if "timeoutMS" in given:
        raise UnsupportedError("PyMongo has no timeoutMS of a database or a collection")
    return {snake(name): CONCERNS[name](value) for name, value in given.items()}


def transaction_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a transaction as ``start_transaction`` takes them.

    Raises:
        UnsupportedError: PyMongo has no such option.
    """
    options = {name: value for name, value in given.items() if name != "timeoutMS"}
    return {
        snake(name): CONCERNS[name](value) if name in CONCERNS else value for name, value in options.items()
    }


@cache
def _parameters(method: Any) -> tuple[frozenset[str], bool]:
    signature = inspect.signature(method)
    kinds = {each.name: each.kind for each in signature.parameters.values()}
    named = frozenset(name for name, kind in kinds.items() if kind is not inspect.Parameter.VAR_KEYWORD)
    return named, len(named) < len(kinds)


def keywords(
    method: Any, arguments: Mapping[str, Any], rename: Mapping[str, str], *, name: str = ""
) -> dict[str, Any]:
    """Return arguments under the names that a PyMongo method takes.

    What the method names itself is spelled Python's way; what it passes on to the server keeps the server's
    spelling.

    Args:
        method: the function, whose signature decides.
        arguments: by the format's names.
        rename: Python's names where they are not the format's in snake case.
        name: what the method is called in a complaint; its own name without it.

    Raises:
        UnsupportedError: the method takes no such argument.
    """
    named, takes_any = _parameters(method)
    found: dict[str, Any] = {}
    for key, value in arguments.items():
        if (python := rename.get(key) or snake(key)) in named:
            found[python] = value
        elif takes_any:
            found[key] = value
        else:
            owner = name or method.__qualname__.removesuffix(".__init__")
            raise UnsupportedError(f"PyMongo {driver_version()} takes no {key} in {owner}")
    return found


def driver_version() -> str:
    """The version of PyMongo."""
    import pymongo

    return pymongo.version


def cursor_type(word: str) -> int:
    """Return PyMongo's cursor type for the format's word."""
    from pymongo.cursor import CursorType

    return {
        "nonTailable": CursorType.NON_TAILABLE,
        "tailable": CursorType.TAILABLE,
        "tailableAwait": CursorType.TAILABLE_AWAIT,
    }[word]


def return_document(word: str) -> bool:
    """Return PyMongo's constant for ``Before`` or ``After``, in any case."""
    from pymongo.collection import ReturnDocument

    return ReturnDocument.AFTER if word.lower() == "after" else ReturnDocument.BEFORE
