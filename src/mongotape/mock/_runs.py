"""A collection's bulk write as the commands that PyMongo would have sent: one for each run of equal operations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pymongo

from mongotape.mock._replies import failed, refused_write, updated
from mongotape.mock._started import statement_options, write_concern

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Outcome = tuple[Any, BaseException | None]  # what mongomock returned for one operation, or raised

_ORDER: Final = ("insert", "update", "delete")
_FIELD: Final = {"insert": "documents", "update": "updates", "delete": "deletes"}
#: Up to which version PyMongo wrote ``multi`` into a bulk write's replacements, too.
_MULTI_IN_REPLACEMENTS: Final = pymongo.version_tuple[:2] < (4, 10)


class Operations:
    """Collects what PyMongo's request objects add to a bulk: kind and statement of each."""

    def __init__(self, requests: Sequence[Any]) -> None:
        self.found: list[tuple[str, Any]] = []
        for request in requests:
            request._add_to_bulk(self)

    def add_insert(self, document: Any) -> None:
        """An insert."""
        self.found.append(("insert", document))

    def add_update(
        self,
        selector: Any,
        update: Any,
        multi: Any = False,  # noqa: FBT002 - PyMongo's own
        upsert: Any = None,
        **options: Any,
    ) -> None:
        """An update of one document or of many."""
        self._update({"q": selector, "u": update, "multi": multi}, upsert, options)

    def add_replace(self, selector: Any, replacement: Any, upsert: Any = None, **options: Any) -> None:
        """A replacement."""
        multi = {"multi": False} if _MULTI_IN_REPLACEMENTS else {}
        self._update({"q": selector, "u": replacement, **multi}, upsert, options)

    def _update(self, statement: dict[str, Any], upsert: Any, options: dict[str, Any]) -> None:
        if upsert is not None:
            statement["upsert"] = upsert
        self.found.append(("update", statement | statement_options(options)))

    def add_delete(self, selector: Any, limit: int, **options: Any) -> None:
        """A delete of one document (limit 1) or of all (0)."""
        self.found.append(("delete", {"q": selector, "limit": limit} | statement_options(options)))


def commands(
    collection: Any, operations: Operations, outcomes: Sequence[Outcome], *, ordered: bool
) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None, dict[str, Any] | None]]:
    """Yield command, reply and failure of each run, as far as mongomock got.

    Args:
        collection: mongomock's collection.
        operations: what was asked for.
        outcomes: what became of the first operations, in their order.
        ordered: whether runs are of neighbours, or of all operations of a kind.
    """
    for kind, indexes in _runs(operations.found, ordered=ordered):
        done = [index for index in indexes if index < len(outcomes)]
        if not done:
            return
        statements = [operations.found[index][1] for index in indexes]
        command = {kind: collection.name, "ordered": ordered, **write_concern(collection)}
        command |= {_FIELD[kind]: statements, "$db": collection.database.name}
        reply, failure = _end(kind, [outcomes[index] for index in done])
        yield command, reply, failure
        if failure is not None:
            return


def _runs(operations: Sequence[tuple[str, Any]], *, ordered: bool) -> Iterator[tuple[str, list[int]]]:
    if not ordered:
        for kind in _ORDER:
            if indexes := [index for index, (each, _) in enumerate(operations) if each == kind]:
                yield kind, indexes
        return
    run: list[int] = []
    for index, (kind, _) in enumerate(operations):
        if run and operations[run[0]][0] != kind:
            yield operations[run[0]][0], run
            run = []
        run.append(index)
    if run:
        yield operations[run[0]][0], run


def _end(kind: str, outcomes: list[Outcome]) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    reply: dict[str, Any] = {"n": 0, "ok": 1.0}
    if kind == "update":
        reply["nModified"] = 0
    for index, (result, error) in enumerate(outcomes):
        if error is not None:
            refused = refused_write(error) if isinstance(error, Exception) else None
            if refused is None:
                return None, failed(error) or {"ok": 0.0, "errmsg": str(error), "code": 8}
            reply.setdefault("writeErrors", []).append({**refused["writeErrors"][0], "index": index})
        elif kind == "insert":
            reply["n"] += 1
        else:
            one = updated(result, index) if kind == "update" else {"n": result["n"]}
            reply["n"] += one["n"]
            if kind == "update":
                reply["nModified"] += one["nModified"]
            if "upserted" in one:
                reply.setdefault("upserted", []).extend(one["upserted"])
    return reply, None
