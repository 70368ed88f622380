"""mongomock's collection with what a server guarantees: whole errors, and no change by a failed update."""

from __future__ import annotations

import copy
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bson import ObjectId

from mongotape.mock._failures import duplicate_key, lacking
from mongotape.mock._keys import index_keys, lacks_all
from mongotape.mock._modifiers import filtered_path, refuse_impossible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

#: What mongomock raises where it takes ``$[]`` for a field's name.
_MISUNDERSTOOD = (TypeError, ValueError, KeyError, IndexError, AttributeError)
_PLAIN_IDS = (str, int, float, bytes, ObjectId)


def serving(collection: type[Any], matches: Callable[[Any, Any], bool]) -> type[Any]:  # noqa: C901 - one class
    """Return a subclass of mongomock's ``Collection`` that behaves as a server where drivers can see it.

    Args:
        collection: mongomock's class.
        matches: mongomock's test of a document against a filter.
    """

    class ServedCollection(collection):  # type: ignore[misc]
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

        def _iter_documents(self, filter: Any) -> Iterable[Any]:  # noqa: A002 - mongomock's own name
            wanted = filter.get("_id") if isinstance(filter, dict) else None
            store = self._store
            if isinstance(wanted, _PLAIN_IDS) and not store.is_empty:
                found = [store[wanted]] if wanted in store else []
                return [each for each in found if matches(filter, each)]
            return super()._iter_documents(filter)  # type: ignore[no-any-return]

        def _copy_only_fields(self, doc: Any, fields: Any, *args: Any, **kwargs: Any) -> Any:
            made = super()._copy_only_fields(doc, fields, *args, **kwargs)
            if fields and made and "_id" in made and next(iter(made)) != "_id":
                return {"_id": made["_id"], **made}
            return made

        def _ensure_uniques(self, new_data: Any) -> None:
            for name, index in self._store.indexes.items():
                mine = self.unique_keys(index, new_data) if index.get("unique") else {}
                if not mine:
                    continue
                for other in list(self._store.documents):
                    if other is not new_data:
                        for key in self.unique_keys(index, other):
                            if key in mine:
                                raise duplicate_key(self.full_name, name, dict(index["key"]), mine[key])

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
            with unchanged_by_failure(existing_document):
                refuse_impossible(document, existing_document)
                try:
                    super()._apply_update_document(existing_document, spec, document, was_insert)
                except _MISUNDERSTOOD as error:
                    if path := filtered_path(document):
                        raise lacking(f"the positional operator of {path!r}") from error
                    raise

        def _apply_update_pipeline(self, existing_document: Any, *args: Any, **kwargs: Any) -> None:
            with unchanged_by_failure(existing_document) as before:
                super()._apply_update_pipeline(existing_document, *args, **kwargs)
                if "_id" in before and "_id" not in existing_document:  # a pipeline may leave it out
                    made = dict(existing_document)
                    existing_document.clear()
                    existing_document.update({"_id": before["_id"], **made})

    return ServedCollection


@contextmanager
def unchanged_by_failure(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the document its contents back if the block fails; the block gets a copy of them."""
    before = copy.deepcopy(document)
    try:
        yield before
    except Exception:
        document.clear()
        document.update(before)
        raise
