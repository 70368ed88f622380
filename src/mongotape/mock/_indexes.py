"""The commands on indexes: createIndexes, dropIndexes, listIndexes.

Source: MongoDB's command reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pymongo.errors import DuplicateKeyError

from mongotape.mock._failures import duplicate_key, lacking
from mongotape.mock._keys import shell
from mongotape.wire import CommandFailure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mongotape.mock._call import Call, Handler

#: Options that mongomock keeps and honours.
_KEPT: Final = ("unique", "sparse", "expireAfterSeconds", "partialFilterExpression")
#: Options that change nothing that a client of a mock can see.
_WITHOUT_EFFECT: Final = frozenset({"key", "name", "v", "background", "ns", "comment"})


def create_indexes(call: Call) -> dict[str, Any]:
    """Answer createIndexes."""
    specs = call.required("indexes", list)
    if not specs:
        raise CommandFailure(2, "Must specify at least one index to create")
    name = call.collection_name()
    collection = call.collection()
    wanted = [_checked(call, collection, spec) for spec in specs]
    made_collection = call.store.create(call.database, name)
    before = len(collection._store.indexes) + 1
    for spec, options in wanted:
        if spec["name"] == "_id_" or spec["name"] in collection._store.indexes:
            continue
        if options.get("unique"):
            _refuse_duplicates(collection, spec, options)
        # Not through mongomock's create_index, which counts documents that a partial index leaves out.
        collection._store.create_index(spec["name"], {"key": list(spec["key"].items()), **options})
    after = len(collection._store.indexes) + 1
    reply: dict[str, Any] = {
        "numIndexesBefore": before,
        "numIndexesAfter": after,
        "createdCollectionAutomatically": made_collection,
    }
    if before == after:
        reply["note"] = "all indexes already exist"
    return reply


def _checked(call: Call, collection: Any, spec: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a wanted index and its options, if it can be had beside the present ones."""
    if not isinstance(spec, dict) or not isinstance(spec.get("key"), dict):
        raise CommandFailure(
            9, f"Error in specification {shell(spec)} :: caused by :: The 'key' field is required"
        )
    if not isinstance(spec.get("name"), str) or not spec["name"]:
        raise CommandFailure(
            9, f"The 'name' field is a required property of an index specification, got {shell(spec)}"
        )
    if not spec["key"]:
        raise CommandFailure(67, "Index keys cannot be empty.")
    for field, kind in spec["key"].items():
        if isinstance(kind, str) or "$**" in field:
            raise lacking(
                f"indexes of the kind {kind if isinstance(kind, str) else 'wildcard'!r} (field {field!r})"
            )
        if isinstance(kind, bool) or not isinstance(kind, (int, float)) or not kind:
            raise CommandFailure(67, f"Values in the index key pattern must be positive or negative: {field}")
    call.refuse_collation(spec)
    for option, value in spec.items():
        if option not in _WITHOUT_EFFECT and option not in _KEPT and option != "collation" and value:
            raise lacking(f"the index option {option!r}")
    options = {name: spec[name] for name in _KEPT if spec.get(name)}
    if spec.get("expireAfterSeconds") == 0:
        options["expireAfterSeconds"] = 0
    _refuse_conflict(collection, spec, options)
    return spec, options


def _refuse_conflict(collection: Any, spec: Mapping[str, Any], options: Mapping[str, Any]) -> None:
    for name, index in collection._store.indexes.items():
        same_key = list(index["key"]) == list(spec["key"].items())
        same_options = {key: index[key] for key in _KEPT if key in index} == options
        if name == spec["name"] and not same_key:
            raise CommandFailure(
                86,
                "An existing index has the same name as the requested index. When index names are not specified, "
                f"they are auto generated and can cause conflicts. Requested index: {shell(dict(spec))}, existing "
                f"index: {shell({'name': name, 'key': dict(index['key'])})}",
            )
        if name == spec["name"] and not same_options:
            raise CommandFailure(86, f"An existing index has the same name as the requested index: {name}")
        if name != spec["name"] and same_key:
            raise CommandFailure(85, f"Index already exists with a different name: {name}")


def _refuse_duplicates(collection: Any, spec: Mapping[str, Any], options: Mapping[str, Any]) -> None:
    index = {**options, "key": list(spec["key"].items())}
    seen: set[Any] = set()
    for document in list(collection._store.documents):
        keys = collection.unique_keys(index, document)
        for key, values in keys.items():
            if key in seen:
                raise _build_failed(collection, spec, values)
        seen.update(keys)


def _build_failed(collection: Any, spec: Mapping[str, Any], values: Mapping[str, Any]) -> DuplicateKeyError:
    made = duplicate_key(collection.full_name, spec["name"], spec["key"], values)
    return DuplicateKeyError(
        f"Index build failed: {str(made).partition(', full error')[0]}", 11000, made.details
    )


def drop_indexes(call: Call) -> dict[str, Any]:
    """Answer dropIndexes."""
    name = call.collection_name()
    if not call.store.exists(call.database, name):
        raise CommandFailure(26, f"ns not found {call.database}.{name}")
    held = call.collection()._store
    before = len(held.indexes) + 1
    wanted = call.command.get("index")
    if wanted == "*":
        names = list(held.indexes)
    else:
        names = [_named(held.indexes, each) for each in (wanted if isinstance(wanted, list) else [wanted])]
    for each in names:
        held.drop_index(each)
    held.create()
    reply: dict[str, Any] = {"nIndexesWas": before}
    if wanted == "*":
        reply = {"msg": "non-_id indexes dropped for collection", **reply}
    return reply


def _named(indexes: Mapping[str, Any], wanted: Any) -> str:
    if wanted in ("_id_", {"_id": 1}):
        raise CommandFailure(72, "cannot drop _id index")
    if isinstance(wanted, dict):
        for name, index in indexes.items():
            if list(index["key"]) == list(wanted.items()):
                return name
        raise CommandFailure(27, f"can't find index with key: {shell(wanted)}")
    if wanted not in indexes:
        raise CommandFailure(27, f"index not found with name [{wanted}]")
    return str(wanted)


def list_indexes(call: Call) -> dict[str, Any]:
    """Answer listIndexes."""
    name = call.collection_name()
    if not call.store.exists(call.database, name):
        raise CommandFailure(26, f"ns does not exist: {call.database}.{name}")
    indexes = [{"v": 2, "key": {"_id": 1}, "name": "_id_"}]
    for each, index in call.collection()._store.indexes.items():
        kept = {key: index[key] for key in _KEPT if key in index}
        indexes.append({"v": 2, "key": dict(index["key"]), "name": each, **kept})
    size = call.batch_size()
    return call.cursor_reply(f"{call.database}.{name}", indexes, batch_size=size)


INDEX_COMMANDS: Final[dict[str, Handler]] = {
    "createIndexes": create_indexes,
    "dropIndexes": drop_indexes,
    "deleteIndexes": drop_indexes,
    "listIndexes": list_indexes,
}
