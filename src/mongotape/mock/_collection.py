"""mongomock's collection with what a server guarantees: whole errors, and updates that are done or not at all.

Documents in the store are replaced, never changed: who reads them meanwhile sees the one or the other.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from bson import ObjectId

from mongotape.mock._failures import duplicate_key, lacking
from mongotape.mock._keys import index_keys, key_of, lacks_all
from mongotape.mock._modifiers import filtered_path, refuse_impossible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

#: What mongomock raises where it takes ``$[]`` for a field's name.
_MISUNDERSTOOD = (TypeError, ValueError, KeyError, IndexError, AttributeError)
_PLAIN_IDS = (str, int, float, bytes, ObjectId)


def serving(  # noqa: C901 - one class
    collection: type[Any], matches: Callable[[Any, Any], bool], hashdict: Callable[[Any], Any]
) -> type[Any]:
    """Return a subclass of mongomock's ``Collection`` that behaves as a server where drivers can see it.

    Args:
        collection: mongomock's class.
        matches: mongomock's test of a document against a filter.
        hashdict: how mongomock files a document whose id is one itself.
    """

    class ServedCollection(collection):  # type: ignore[misc]
        _copies: list[Any] | None = (
            None  #: those that the update being done works on, never on what is stored
        )

        def _insert(self, data: Any, *args: Any, **kwargs: Any) -> Any:
            from pymongo.errors import DuplicateKeyError

            if isinstance(data, dict) and "_id" in data and next(iter(data)) != "_id":
                data = {"_id": data["_id"], **data}
            try:
                return super()._insert(data, *args, **kwargs)
            except DuplicateKeyError as error:
                if "E11000 duplicate key error" in str(error):
                    raise
                raise duplicate_key(self.full_name, "_id_", {"_id": 1}, {"_id": data["_id"]}) from error

        def _update(self, *args: Any, **kwargs: Any) -> Any:
            self._copies = []
            try:
                result = super()._update(*args, **kwargs)
                for each in self._copies:  # to mongomock 1 and True are the same: nothing to store
                    if self._stored(each["_id"]) == each:
                        self._replace(each)
                return result
            finally:
                self._copies = None

        def _copied(self, found: Iterable[Any], copies: list[Any]) -> Iterator[Any]:
            for each in found:
                copies.append(copy.deepcopy(each))
                yield copies[-1]

        def _where(self, _id: Any) -> Any:
            return hashdict(_id) if isinstance(_id, dict) else _id

        def _stored(self, _id: Any) -> Any:
            where = self._where(_id)
            return self._store[where] if where in self._store else None  # noqa: SIM401 - it has no get

        def _replace(self, document: Any) -> None:
            self._store[self._where(document["_id"])] = document

        def _iter_documents(self, filter: Any) -> Iterable[Any]:  # noqa: A002 - mongomock's own name
            """Find documents; an update gets copies, which are put into the store when they are whole."""
            wanted = filter.get("_id") if isinstance(filter, dict) else None
            store = self._store
            if isinstance(wanted, _PLAIN_IDS) and not store.is_empty:
                stored = [store[wanted]] if wanted in store else []
                found: Iterable[Any] = [each for each in stored if matches(filter, each)]
            else:
                found = super()._iter_documents(filter)
            return found if self._copies is None else self._copied(found, self._copies)

        def _copy_only_fields(self, doc: Any, fields: Any, *args: Any, **kwargs: Any) -> Any:
            made = super()._copy_only_fields(doc, fields, *args, **kwargs)
            if fields and made and "_id" in made and next(iter(made)) != "_id":
                return {"_id": made["_id"], **made}
            return made

        def _ensure_uniques(self, new_data: Any) -> None:
            """Refuse a document whose keys are there already; put an updated one into the store."""
            _id = key_of(new_data["_id"])
            for name, index in self._store.indexes.items():
                mine = self.unique_keys(index, new_data) if index.get("unique") else {}
                if not mine:
                    continue
                for other in list(self._store.documents):
                    if key_of(other["_id"]) != _id:
                        for key in self.unique_keys(index, other):
                            if key in mine:
                                raise duplicate_key(self.full_name, name, dict(index["key"]), mine[key])
            if self._copies is not None:
                self._replace(new_data)

        def unique_keys(self, index: dict[str, Any], document: Any) -> dict[tuple[Any, ...], dict[str, Any]]:
            """Return the document's keys in a unique index; none where the index leaves it out."""
            partial = index.get("partialFilterExpression")
            if partial is not None and not matches(partial, document):
                return {}
            names = [name for name, _ in index["key"]]
            return {} if index.get("sparse") and lacks_all(document, names) else index_keys(document, names)

        def _apply_update_document(
            self, existing_document: Any, spec: Any, document: Any, was_insert: Any
        ) -> None:
            refuse_impossible(document, existing_document)
            try:
                super()._apply_update_document(existing_document, spec, document, was_insert)
            except _MISUNDERSTOOD as error:
                if path := filtered_path(document):
                    raise lacking(f"the positional operator of {path!r}") from error
                raise

        def _apply_update_pipeline(self, existing_document: Any, *args: Any, **kwargs: Any) -> None:
            _id = existing_document.get("_id")
            super()._apply_update_pipeline(existing_document, *args, **kwargs)
            if "_id" not in existing_document:  # a pipeline may leave it out
                made = dict(existing_document)
                existing_document.clear()
                existing_document.update({"_id": _id, **made})

    return ServedCollection
