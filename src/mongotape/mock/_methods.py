"""The methods of mongomock's objects that are commands: what each sends and what a server would reply."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import mongotape.mock._started as started  # the package itself imports this file
from mongotape.mock._replies import cursor_reply, updated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Build: TypeAlias = Callable[..., dict[str, Any]]
    #: From the object, the command and the result to the reply and the result to be handed on.
    Answer: TypeAlias = Callable[[Any, dict[str, Any], Any], tuple[dict[str, Any], Any]]


@dataclass(frozen=True, slots=True)
class Method:
    """One method: the command that it is, from its arguments, and the reply, from its result."""

    build: Build
    answer: Answer
    writes: bool = False  #: a failed statement is part of a succeeded command's reply
    first: Build | None = None  #: a command that PyMongo sends before, to look whether this one may be


def _ok(_: Any, __: Any, result: Any) -> tuple[dict[str, Any], Any]:
    return {"ok": 1.0}, result


def _inserted(_: Any, command: dict[str, Any], result: Any) -> tuple[dict[str, Any], Any]:
    return {"n": len(command["documents"]), "ok": 1.0}, result


def _updated(_: Any, __: Any, result: Any) -> tuple[dict[str, Any], Any]:
    return updated(result.raw_result), result


def _deleted(_: Any, __: Any, result: Any) -> tuple[dict[str, Any], Any]:
    return {"n": result.raw_result["n"], "ok": 1.0}, result


def _found_one(collection: Any, _: Any, result: Any) -> tuple[dict[str, Any], Any]:
    return cursor_reply(collection.full_name, [] if result is None else [result]), result


def _modified(_: Any, __: Any, result: Any) -> tuple[dict[str, Any], Any]:
    return {"value": result, "ok": 1.0}, result


def _iterated(collection: Any, _: Any, result: Any) -> tuple[dict[str, Any], Any]:
    """The result is an iterator: it is read, and an equal one is handed on."""
    documents = list(result)
    again = (each for each in documents) if _is_generator(result) else type(result)(documents)
    return cursor_reply(collection.full_name, documents), again


def _is_generator(value: Any) -> bool:
    return hasattr(value, "gi_frame")


def _counted(collection: Any, _: Any, result: Any) -> tuple[dict[str, Any], Any]:
    return cursor_reply(collection.full_name, [{"_id": 1, "n": result}] if result else []), result


def _estimated(_: Any, __: Any, result: Any) -> tuple[dict[str, Any], Any]:
    return {"n": result, "ok": 1.0}, result


def _distinct(_: Any, __: Any, result: Any) -> tuple[dict[str, Any], Any]:
    return {"values": result, "ok": 1.0}, result


def _index_information(collection: Any, _: Any, result: Any) -> tuple[dict[str, Any], Any]:
    documents = [{**index, "key": dict(index["key"]), "name": name} for name, index in result.items()]
    return cursor_reply(collection.full_name, documents), result


def _dropped(collection: Any, _: Any, result: Any) -> tuple[dict[str, Any], Any]:
    return {"ns": collection.full_name, "ok": 1.0}, result


COLLECTION_METHODS: Final[dict[str, Method]] = {
    "insert_one": Method(started.insert_one, _inserted, writes=True),
    "insert_many": Method(started.insert_many, _inserted, writes=True),
    "update_one": Method(started.update_one, _updated, writes=True),
    "update_many": Method(started.update_many, _updated, writes=True),
    "replace_one": Method(started.replace_one, _updated, writes=True),
    "delete_one": Method(started.delete_one, _deleted, writes=True),
    "delete_many": Method(started.delete_many, _deleted, writes=True),
    "find_one": Method(started.find_one, _found_one),
    "find_one_and_delete": Method(started.find_one_and_delete, _modified),
    "find_one_and_replace": Method(started.find_one_and_change, _modified),
    "find_one_and_update": Method(started.find_one_and_change, _modified),
    "aggregate": Method(started.aggregate, _iterated),
    "count_documents": Method(started.count_documents, _counted),
    "estimated_document_count": Method(started.estimated_document_count, _estimated),
    "distinct": Method(started.distinct, _distinct),
    "create_index": Method(started.create_index, _ok),
    "create_indexes": Method(started.create_indexes, _ok),
    "drop_index": Method(started.drop_index, _ok),
    "drop_indexes": Method(started.drop_indexes, _ok),
    "list_indexes": Method(started.list_indexes, _iterated),
    "index_information": Method(started.list_indexes, _index_information),
    "drop": Method(started.drop, _dropped),
    "rename": Method(started.rename, _ok),
    "find_raw_batches": Method(
        lambda owner, *args, **kwargs: started.find(owner, **started.find_arguments(args, kwargs)), _ok
    ),
    "aggregate_raw_batches": Method(started.aggregate, _ok),
}


def _list_collection_names(
    database: Any,
    filter: Any = None,  # noqa: A002 - PyMongo's own name
    session: Any = None,  # noqa: ARG001
    **rest: Any,
) -> dict[str, Any]:
    command: dict[str, Any] = {"listCollections": 1, "cursor": {}, **rest}
    if filter is not None:
        command["filter"] = filter
    if not filter or set(filter) == {"name"}:
        command["nameOnly"] = True
    return {**command, "$db": database.name}


def _list_collections(database: Any, **given: Any) -> dict[str, Any]:
    given.pop("session", None)
    return {"listCollections": 1, "cursor": {}, **given, "$db": database.name}


def listed(database: Any, names: Iterable[str]) -> dict[str, Any]:
    """Return the reply to listCollections that names these."""
    named = [{"name": name, "type": "collection"} for name in names]
    return cursor_reply(f"{database.name}.$cmd.listCollections", named)


def _listed(database: Any, _: Any, result: Any) -> tuple[dict[str, Any], Any]:
    return listed(database, result), result


def _drop_collection(database: Any, name_or_collection: Any, **_: Any) -> dict[str, Any]:
    return {"drop": getattr(name_or_collection, "name", name_or_collection), "$db": database.name}


def _command(database: Any, command: Any, value: Any = 1, *_: Any, **kwargs: Any) -> dict[str, Any]:
    document = {command: value, **kwargs} if isinstance(command, str) else {**command, **kwargs}
    return {**document, "$db": database.name}


def _replied(_: Any, __: Any, result: Any) -> tuple[dict[str, Any], Any]:
    return dict(result), result


DATABASE_METHODS: Final[dict[str, Method]] = {
    "list_collection_names": Method(_list_collection_names, _listed),
    "list_collections": Method(_list_collections, _ok),
    "create_collection": Method(
        lambda owner, name, **kwargs: {"create": name, **kwargs, "$db": owner.name},
        _ok,
        first=lambda owner, name, **_: _list_collection_names(owner, {"name": name}),
    ),
    "drop_collection": Method(_drop_collection, _ok),
    "command": Method(_command, _replied),
}


def _drop_database(_: Any, name_or_db: Any, **__: Any) -> dict[str, Any]:
    return {"dropDatabase": 1, "comment": None, "$db": getattr(name_or_db, "name", name_or_db)}


def _named_databases(_: Any, __: Any, result: Any) -> tuple[dict[str, Any], Any]:
    return {"databases": [{"name": name} for name in result], "ok": 1.0}, result


CLIENT_METHODS: Final[dict[str, Method]] = {
    "list_database_names": Method(
        lambda owner, **_: {"listDatabases": 1, "nameOnly": True, "$db": "admin"},  # noqa: ARG005
        _named_databases,
    ),
    "drop_database": Method(_drop_database, _ok),
    "server_info": Method(lambda owner, **_: {"buildinfo": 1, "$db": "admin"}, _replied),  # noqa: ARG005
}
