"""What reads and writes share: hints, sorts, projections, and the values that a path reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mongotape.mock._failures import lacking
from mongotape.wire import CommandFailure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mongotape.mock._store import Store

_PROJECTION_OPERATORS: Final = {"$elemMatch", "$slice"}


def refuse_hint(store: Store, database: str, name: str, hint: Any) -> None:
    """Refuse a hint at an index that a collection lacks; any other has no effect on the result.

    Raises:
        CommandFailure: the collection exists and has no such index.
    """
    if not hint or hint in ("_id_", {"_id": 1}) or not store.exists(database, name):
        return
    if isinstance(hint, dict) and "$natural" in hint:
        return
    indexes = store.data[database][name].indexes
    keys = [dict(index["key"]) for index in indexes.values()]
    if not (hint in keys if isinstance(hint, dict) else hint in indexes):
        raise CommandFailure(
            2,
            "error processing query: planner returned error :: caused by :: hint provided does not correspond "
            "to an existing index",
        )


def sort_of(sort: dict[str, Any] | None) -> list[tuple[str, int]] | None:
    """Return a sort document as mongomock takes it."""
    if not sort:
        return None
    for field, direction in sort.items():
        if isinstance(direction, dict):
            raise lacking(f"sorting by {next(iter(direction), '{}')} (field {field!r})")
        if isinstance(direction, bool) or direction not in (1, -1):
            raise CommandFailure(
                2, f"$sort key ordering must be 1 (for ascending) or -1 (for descending): {field}"
            )
    return list(sort.items())


def usable_projection(projection: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return a projection as mongomock takes it: 0 and 1 and the operators that it knows.

    Raises:
        CommandFailure: inclusion and exclusion are mixed, or it computes a field.
    """
    if not projection:
        return None
    made: dict[str, Any] = {}
    including: bool | None = None
    for field, value in projection.items():
        if isinstance(value, dict) and set(value) <= _PROJECTION_OPERATORS:
            made[field] = value
            if "$elemMatch" in value:
                including = True if including is None else including
            continue
        if not isinstance(value, (int, float)):
            raise lacking(f"find projections that compute a value ({field!r})")
        made[field] = 1 if value else 0
        if field == "_id":
            continue
        if including is not None and including is not bool(value):
            word, other = ("exclusion", "inclusion") if including else ("inclusion", "exclusion")
            code = 31254 if including else 31253
            raise CommandFailure(code, f"Cannot do {word} on field {field} in {other} projection")
        including = bool(value)
    return made


def candidates(store: Store, path: str, document: Any) -> Iterator[Any]:
    """Yield what a path reaches in a document, through arrays too; nothing where it is missing."""
    missing = store.module("filtering").NOTHING
    for value in store.module("filtering").iter_key_candidates(path, document):
        if value is not missing:
            yield value
