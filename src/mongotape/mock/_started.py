"""The command that PyMongo would have sent for each method of mongomock's objects.

lsid, txnNumber, ``$clusterTime`` and ``$readPreference`` are left out: mongomock has no sessions, no clock and
one server. Compared with PyMongo's own events by the parity table.
"""

# The arguments have the names, order and defaults that they have in PyMongo and mongomock.
# ruff: noqa: A001, A002, ARG001, FBT001, FBT002, FBT003, PLR0917

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Command = dict[str, Any]


def insert_one(
    collection: Any, document: Any, bypass_document_validation: Any = None, **rest: Any
) -> Command:
    """Return insert."""
    return _insert(collection, [document], True, bypass_document_validation, rest)


def insert_many(
    collection: Any, documents: Any, ordered: bool = True, bypass_document_validation: Any = None, **rest: Any
) -> Command:
    """Return insert of several documents, which must be a list by now."""
    return _insert(collection, documents, ordered, bypass_document_validation, rest)


def _insert(collection: Any, documents: Any, ordered: bool, bypass: Any, rest: Mapping[str, Any]) -> Command:
    command: Command = {"insert": collection.name, "ordered": ordered}
    if bypass:
        command["bypassDocumentValidation"] = True
    _add(command, rest, "comment")
    command |= write_concern(collection)
    command["documents"] = documents
    return _on(collection, command)


def update_one(collection: Any, filter: Any, update: Any, *args: Any, **kwargs: Any) -> Command:
    """Return update of one document."""
    return _update(collection, filter, update, multi=False, **_named(_UPDATE_ONE, args, kwargs))


def update_many(collection: Any, filter: Any, update: Any, *args: Any, **kwargs: Any) -> Command:
    """Return update of all documents that match."""
    return _update(collection, filter, update, multi=True, **_named(_UPDATE_MANY, args, kwargs))


def replace_one(collection: Any, filter: Any, replacement: Any, *args: Any, **kwargs: Any) -> Command:
    """Return update with a whole document."""
    return _update(collection, filter, replacement, multi=False, **_named(_REPLACE_ONE, args, kwargs))


_UPDATE_ONE = ("upsert", "bypass_document_validation", "collation", "array_filters", "hint", "session", "let")
_UPDATE_MANY = (
    "upsert",
    "array_filters",
    "bypass_document_validation",
    "collation",
    "hint",
    "session",
    "let",
)
_REPLACE_ONE = ("upsert", "bypass_document_validation", "session", "hint")
_STATEMENT = {"collation": "collation", "array_filters": "arrayFilters", "hint": "hint", "sort": "sort"}


def _update(collection: Any, query: Any, update: Any, *, multi: bool, **rest: Any) -> Command:
    statement = {"q": query, "u": update, "multi": multi, "upsert": rest.get("upsert", False)}
    statement |= statement_options(rest)
    command = {"update": collection.name, "ordered": True, "updates": [statement]}
    _add(command, rest, "let", "comment")
    if rest.get("bypass_document_validation"):
        command["bypassDocumentValidation"] = True
    return _on(collection, command | write_concern(collection))


def statement_options(given: Mapping[str, Any]) -> Command:
    """Return the options of one update or delete under their names in the command."""
    options = {_STATEMENT[name]: given[name] for name in _STATEMENT if given.get(name) is not None}
    if "hint" in options:
        options["hint"] = index_document(options["hint"])
    if "collation" in options:
        options["collation"] = plain(options["collation"])
    return options


def delete_one(collection: Any, filter: Any, *args: Any, **kwargs: Any) -> Command:
    """Return delete of one document."""
    return _delete(collection, filter, 1, _named(_DELETE, args, kwargs))


def delete_many(collection: Any, filter: Any, *args: Any, **kwargs: Any) -> Command:
    """Return delete of all documents that match."""
    return _delete(collection, filter, 0, _named(_DELETE, args, kwargs))


_DELETE = ("collation", "hint", "session")


def _delete(collection: Any, query: Any, limit: int, rest: Mapping[str, Any]) -> Command:
    statement = {"q": query, "limit": limit} | statement_options(rest)
    command = {"delete": collection.name, "ordered": True, "deletes": [statement]}
    _add(command, rest, "let", "comment")
    return _on(collection, command | write_concern(collection))


_FIND = (
    "filter",
    "projection",
    "skip",
    "limit",
    "no_cursor_timeout",
    "cursor_type",
    "sort",
    "allow_partial_results",
    "oplog_replay",
    "modifiers",
    "batch_size",
    "manipulate",
    "collation",
    "session",
    "max_time_ms",
    "allow_disk_use",
)
_FIND_FIELDS = {
    "batch_size": "batchSize",
    "max_time_ms": "maxTimeMS",
    "hint": "hint",
    "comment": "comment",
    "no_cursor_timeout": "noCursorTimeout",
    "allow_partial_results": "allowPartialResults",
}


def find_arguments(args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of ``find`` by name; the projection is copied, since mongomock writes into it."""
    given = _named(_FIND, args, kwargs)
    if isinstance(given.get("projection"), Mapping):
        given["projection"] = dict(given["projection"])
    return given


def find(collection: Any, **given: Any) -> Command:
    """Return find, from its arguments by name."""
    wanted = given.get("filter")
    command: Command = {"find": collection.name, "filter": {} if wanted is None else wanted}
    if given.get("projection"):
        command["projection"] = fields_document(given["projection"])
    if given.get("sort"):
        command["sort"] = index_document(given["sort"])
    if given.get("skip"):
        command["skip"] = given["skip"]
    if limit := given.get("limit"):
        command["limit"] = abs(limit)
        if limit < 0:
            command["singleBatch"] = True
    for name, field in _FIND_FIELDS.items():
        if given.get(name):
            command[field] = index_document(given[name]) if name == "hint" else given[name]
    if given.get("collation") is not None:
        command["collation"] = plain(given["collation"])
    if given.get("allow_disk_use") is not None:
        command["allowDiskUse"] = given["allow_disk_use"]
    return _on(collection, command | read_concern(collection))


def find_one(collection: Any, filter: Any = None, *args: Any, **kwargs: Any) -> Command:
    """Return find of one document."""
    if filter is not None and not isinstance(filter, Mapping):
        filter = {"_id": filter}
    return find(collection, **{**find_arguments((filter, *args), kwargs), "limit": -1})


def aggregate(collection: Any, pipeline: Any, session: Any = None, **kwargs: Any) -> Command:
    """Return aggregate; the pipeline is copied, since mongomock takes things out of its stages."""
    pipeline = _copied(pipeline)
    batch_size, cursor = kwargs.pop("batchSize", None), dict(kwargs.pop("cursor", {}))
    if batch_size is not None and not (pipeline and {"$out", "$merge"} & set(pipeline[-1])):
        cursor["batchSize"] = batch_size
    command = {"aggregate": collection.name, "pipeline": pipeline, **kwargs, "cursor": cursor}
    if command.get("collation") is not None:
        command["collation"] = plain(command["collation"])
    return _on(collection, command | read_concern(collection))


def count_documents(collection: Any, filter: Any, **kwargs: Any) -> Command:
    """Return aggregate with the pipeline that counts."""
    kwargs.pop("session", None)
    pipeline: list[Any] = [{"$match": filter}]
    pipeline += [{f"${name}": kwargs.pop(name)} for name in ("skip", "limit") if name in kwargs]
    pipeline.append({"$group": {"_id": 1, "n": {"$sum": 1}}})
    if "hint" in kwargs:
        kwargs["hint"] = index_document(kwargs["hint"])
    if (collation := kwargs.pop("collation", None)) is not None:
        kwargs["collation"] = plain(collation)
    command = {"aggregate": collection.name, "pipeline": pipeline, "cursor": {}, **kwargs}
    return _on(collection, command | read_concern(collection))


def estimated_document_count(collection: Any, **kwargs: Any) -> Command:
    """Return count."""
    return _on(collection, {"count": collection.name, **kwargs} | read_concern(collection))


def distinct(collection: Any, key: Any, filter: Any = None, session: Any = None, **rest: Any) -> Command:
    """Return distinct."""
    command = {"distinct": collection.name, "key": key}
    if filter is not None:
        command["query"] = filter
    _add(command, rest, "comment", "hint")
    return _on(collection, command | read_concern(collection))


def find_one_and_delete(
    collection: Any, filter: Any, projection: Any = None, sort: Any = None, **rest: Any
) -> Command:
    """Return findAndModify that removes."""
    return _find_and_modify(collection, filter, {"remove": True}, projection, sort, None, False, rest)


def find_one_and_change(
    collection: Any,
    filter: Any,
    update: Any = None,
    projection: Any = None,
    sort: Any = None,
    upsert: bool = False,
    return_document: bool = False,
    **rest: Any,
) -> Command:
    """Return findAndModify that updates or replaces."""
    change = {"update": rest.pop("replacement", update)}
    return _find_and_modify(collection, filter, change, projection, sort, upsert, return_document, rest)


def _find_and_modify(
    collection: Any,
    query: Any,
    change: Command,
    projection: Any,
    sort: Any,
    upsert: bool | None,
    new: bool,
    rest: Mapping[str, Any],
) -> Command:
    command: Command = {"findAndModify": collection.name, "query": query, "new": bool(new)}
    _add(command, rest, "let", "comment")
    command |= change
    if projection is not None:
        command["fields"] = fields_document(projection)
    if sort is not None:
        command["sort"] = index_document(sort)
    if upsert is not None:
        command["upsert"] = upsert
    return _on(collection, command | statement_options({**rest, "sort": None}) | write_concern(collection))


def create_index(collection: Any, keys: Any = None, *_: Any, **kwargs: Any) -> Command:
    """Return createIndexes of one index."""
    from pymongo.operations import IndexModel

    for name in ("session", "cache_for"):
        kwargs.pop(name, None)
    keys = kwargs.pop("key_or_list", keys)
    return create_indexes(collection, [IndexModel(keys, **kwargs)])


def create_indexes(collection: Any, indexes: Iterable[Any], **_: Any) -> Command:
    """Return createIndexes."""
    command = {"createIndexes": collection.name, "indexes": [index.document for index in indexes]}
    return _on(collection, command | write_concern(collection))


def drop_index(collection: Any, index_or_name: Any, **_: Any) -> Command:
    """Return dropIndexes of one index."""
    name = index_or_name
    if isinstance(name, list):
        name = "_".join(f"{field}_{kind}" for field, kind in name)
    return _on(collection, {"dropIndexes": collection.name, "index": name} | write_concern(collection))


def drop_indexes(collection: Any, **_: Any) -> Command:
    """Return dropIndexes of all of them."""
    return _on(collection, {"dropIndexes": collection.name, "index": "*"} | write_concern(collection))


def list_indexes(collection: Any, **_: Any) -> Command:
    """Return listIndexes."""
    return _on(collection, {"listIndexes": collection.name, "cursor": {}})


def drop(collection: Any, **_: Any) -> Command:
    """Return drop."""
    return _on(collection, {"drop": collection.name})


def rename(collection: Any, new_name: str, session: Any = None, **kwargs: Any) -> Command:
    """Return renameCollection."""
    to = f"{collection.database.name}.{new_name}"
    return {
        "renameCollection": collection.full_name,
        "to": to,
        **kwargs,
        **write_concern(collection),
        "$db": "admin",
    }


def _on(collection: Any, command: Command) -> Command:
    command["$db"] = collection.database.name
    return command


def write_concern(collection: Any) -> Command:
    """Return the collection's write concern as a field, or nothing if it is the server's default."""
    document = collection.write_concern.document
    return {"writeConcern": document} if document else {}


def read_concern(collection: Any) -> Command:
    """Return the collection's read concern as a field, or nothing if it has no level."""
    document = collection.read_concern.document
    return {"readConcern": document} if document else {}


def index_document(keys: Any) -> Any:
    """Return keys, in any of the shapes that PyMongo takes, as the document that is sent."""
    if isinstance(keys, (str, Mapping)):
        return keys
    return dict((each, 1) if isinstance(each, str) else each for each in keys)


def fields_document(projection: Any) -> Any:
    """Return a projection, in any of the shapes that PyMongo takes, as the document that is sent."""
    return dict(projection) if isinstance(projection, Mapping) else dict.fromkeys(projection, 1)


def plain(collation: Any) -> Any:
    """Return a collation as the document that is sent."""
    return getattr(collation, "document", collation)


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copied(each) for name, each in value.items()}
    return [_copied(each) for each in value] if isinstance(value, (list, tuple)) else value


def _named(names: Sequence[str], args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    return {**dict(zip(names, args, strict=False)), **kwargs}


def _add(command: Command, given: Mapping[str, Any], *names: str) -> None:
    for name in names:
        if given.get(name) is not None:
            command[name] = given[name]
