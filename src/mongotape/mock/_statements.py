"""One insert, update or delete on a collection: what insert, update, delete and bulkWrite commands are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bson import ObjectId

from mongotape.mock._failures import lacking
from mongotape.mock._keys import type_name
from mongotape.mock._modifiers import refuse_malformed
from mongotape.mock._queries import refuse_hint, sort_of
from mongotape.wire import CommandFailure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mongotape.mock._call import Call


_NOTHING: Final = object()


@dataclass(frozen=True, slots=True)
class Updated:
    """What an update did."""

    matched: int
    modified: int
    upserted: Any = _NOTHING

    @property
    def upserts(self) -> bool:
        """Whether a document was inserted; its id may be None."""
        return self.upserted is not _NOTHING


@dataclass(frozen=True, slots=True)
class Target:
    """A collection as write statements see it."""

    call: Call
    database: str
    name: str

    @property
    def collection(self) -> Any:
        """The collection, as mongomock has it."""
        return self.call.store.collection(self.database, self.name)

    def insert(self, document: Any) -> None:
        """Insert one document."""
        if not isinstance(document, dict):
            raise CommandFailure(
                14,
                f"BSON field 'insert.documents' is the wrong type '{type_name(document)}', expected type 'object'",
            )
        _id = document.get("_id", 0)
        if isinstance(_id, list) or type_name(_id) in {"array", "regex"}:
            raise CommandFailure(53, f"The '_id' value cannot be of type {type_name(_id)}")
        if field := next((name for name in _id if name.startswith("$")), "") if isinstance(_id, dict) else "":
            raise CommandFailure(
                52, f"_id fields may not contain '$'-prefixed fields: {field} is not valid for storage."
            )
        self.collection._insert(document)
        self._exists()

    def update(self, statement: Mapping[str, Any]) -> Updated:
        """Run one update statement: ``q``, ``u``, ``multi``, ``upsert`` and what goes with them."""
        query, update = _part(statement, "q", "update"), _part(statement, "u", "update", (dict, list))
        multi, upsert = bool(statement.get("multi")), bool(statement.get("upsert"))
        self._refuse_options(statement)
        refuse_malformed(update)
        replaces = isinstance(update, dict) and not next(iter(update), "").startswith("$")
        if replaces and multi:
            raise CommandFailure(9, "multi update is not supported for replacement-style update")
        collection = self.collection
        if statement.get("sort") or (replaces and _is_open(query.get("_id"))):
            query = self._first(query, statement.get("sort"))
        if upsert and None in (query.get("_id", 0), update.get("_id", 0) if replaces else 0):
            self._refuse_null_id(query)
        options = {"array_filters": filters} if (filters := statement.get("arrayFilters")) else {}
        if replaces:
            if options:
                raise CommandFailure(9, "arrayFilters may not be specified for a replacement-style update")
            result = collection.replace_one(query, update, upsert=upsert)
        else:
            change = collection.update_many if multi else collection.update_one
            result = change(query, update, upsert=upsert, **options)
        raw = result.raw_result
        if raw["n"] and not raw["updatedExisting"]:
            self._exists()
            return Updated(0, 0, raw["upserted"])
        return Updated(raw["n"], raw["nModified"])

    def delete(self, statement: Mapping[str, Any]) -> int:
        """Run one delete statement: ``q`` and ``limit`` (0 for all)."""
        query = _part(statement, "q", "delete")
        if "limit" not in statement:
            raise CommandFailure(40414, "BSON field 'delete.deletes.limit' is missing but a required field")
        self._refuse_options(statement)
        delete = self.collection.delete_one if statement.get("limit") else self.collection.delete_many
        self._exists_if_anything()
        return int(delete(query).deleted_count)

    def _refuse_null_id(self, query: dict[str, Any]) -> None:
        if not any(True for _ in self.collection._iter_documents(query)):
            raise lacking("upserts of a document whose _id is null")

    def _refuse_options(self, statement: Mapping[str, Any]) -> None:
        self.call.refuse_collation(statement)
        refuse_hint(self.call.store, self.database, self.name, statement.get("hint"))
        if statement.get("c"):
            raise lacking("constants ('c') of pipeline updates")

    def _first(self, query: dict[str, Any], sort: Any) -> dict[str, Any]:
        """Return the query narrowed to the first document that it matches, or to none but an upsert's."""
        for document in self.collection._get_dataset(query, sort_of(sort), {"_id": 1}, dict):
            return {**query, "_id": document["_id"]}
        return {**query, "_id": ObjectId()} if _is_open(query.get("_id")) else query

    def _exists(self) -> None:
        """The collection lives on when its last document goes, as on a server."""
        self.call.store.create(self.database, self.name)

    def _exists_if_anything(self) -> None:
        if self.call.store.exists(self.database, self.name):
            self._exists()


def _part(statement: Any, name: str, command: str, kinds: tuple[type, ...] = (dict,)) -> Any:
    """Return a part that a statement can't be without."""
    place = f"{command}.{command}s"
    if not isinstance(statement, dict):
        raise CommandFailure(14, f"BSON field '{place}' is the wrong type, expected an array of objects")
    if name not in statement:
        raise CommandFailure(40414, f"BSON field '{place}.{name}' is missing but a required field")
    if not isinstance(statement[name], kinds):
        raise CommandFailure(
            9 if name == "u" else 14,
            f"BSON field '{place}.{name}' is the wrong type '{type_name(statement[name])}', expected "
            + ("an object or an array" if len(kinds) > 1 else "type 'object'"),
        )
    return statement[name]


def _is_open(_id: Any) -> bool:
    """Whether an id is a condition, not a value: mongomock would take the condition for the new id."""
    return isinstance(_id, dict) and next(iter(_id), "").startswith("$")
