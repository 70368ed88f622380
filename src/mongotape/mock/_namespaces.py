"""The commands on collections and databases: create, drop, rename, list, count their bytes.

Source: MongoDB's command reference.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Final

from bson import Binary, encode

from mongotape.mock._call import GENERIC_FIELDS, Call
from mongotape.mock._cursors import CODEC
from mongotape.mock._failures import lacking
from mongotape.wire import CommandFailure

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mongotape.mock._call import Handler
    from mongotape.mock._store import Store

_NAMESPACE: Final = uuid.UUID("6d6f6e67-6f74-4170-8000-6d6f636b0000")
_NEVER_KEPT: Final = frozenset({"admin", "config", "local"})


def create(call: Call) -> dict[str, Any]:
    """Answer create; a collection that exists with the same (no) options is no error."""
    name = call.collection_name()
    if "$" in name or name.endswith("."):
        raise CommandFailure(73, f"Invalid collection name: {name}")
    for option, value in call.command.items():
        if (
            option != "create"
            and option not in GENERIC_FIELDS
            and option != "collation"
            and value not in (None, False)
        ):
            raise lacking(f"the collection option {option!r}")
    call.refuse_collation()
    call.collection()
    call.store.create(call.database, name)
    return {}


def drop(call: Call) -> dict[str, Any]:
    """Answer drop; nothing to drop is no error."""
    name = call.collection_name()
    if not call.store.exists(call.database, name):
        return {}
    indexes = len(call.collection()._store.indexes) + 1
    call.store.drop(call.database, name)
    return {"nIndexesWas": indexes, "ns": f"{call.database}.{name}"}


def drop_database(call: Call) -> dict[str, Any]:
    """Answer dropDatabase."""
    if call.database in _NEVER_KEPT and call.database != "config":
        raise CommandFailure(20, f"Dropping the '{call.database}' database is prohibited.")
    names = call.store.collection_names(call.database)
    for name in names:
        call.store.drop(call.database, name)
    return {"dropped": call.database} if names else {}


def rename_collection(call: Call) -> dict[str, Any]:
    """Answer renameCollection."""
    if call.database != "admin":
        raise CommandFailure(13, "renameCollection may only be run against the admin database.")
    source, target = _split(call.collection_name()), _split(call.required("to", str))
    if source == target:
        raise CommandFailure(20, "Can't rename a collection to itself")
    if not call.store.exists(*source):
        raise CommandFailure(26, f"Source collection {'.'.join(source)} does not exist")
    if call.store.exists(*target):
        if not call.command.get("dropTarget"):
            raise CommandFailure(48, "target namespace exists")
        call.store.drop(*target)
    call.store.collection(*target)
    call.store.move(source, target)
    return {}


def _split(namespace: str) -> tuple[str, str]:
    database, _, name = namespace.partition(".")
    if not database or not name:
        raise CommandFailure(73, f"Invalid namespace specified '{namespace}'")
    return database, name


def list_collections(call: Call) -> dict[str, Any]:
    """Answer listCollections."""
    wanted = call.field("filter", dict, {})
    names_only = bool(call.command.get("nameOnly"))
    found = []
    for name in call.store.collection_names(call.database):
        entry: dict[str, Any] = {"name": name, "type": "collection"}
        if not names_only or wanted:
            number = uuid.uuid5(_NAMESPACE, f"{call.database}.{name}")
            entry |= {
                "options": {},
                "info": {"readOnly": False, "uuid": Binary(number.bytes, 4)},
                "idIndex": {"v": 2, "key": {"_id": 1}, "name": "_id_"},
            }
        if call.store.matches(wanted, entry):
            found.append({"name": name, "type": "collection"} if names_only else entry)
    size = call.batch_size()
    return call.cursor_reply(f"{call.database}.$cmd.listCollections", found, batch_size=size)


def list_databases(call: Call) -> dict[str, Any]:
    """Answer listDatabases."""
    if call.database != "admin":
        raise CommandFailure(13, "listDatabases may only be run against the admin database.")
    wanted, names_only = call.field("filter", dict, {}), bool(call.command.get("nameOnly"))
    found, total = [], 0
    for name in call.store.database_names():
        entry: dict[str, Any] = {"name": name}
        if not names_only or wanted:
            size = _bytes_of_database(call.store, name)
            entry |= {"sizeOnDisk": size, "empty": False}
        if call.store.matches(wanted, entry):
            found.append({"name": name} if names_only else entry)
            total += entry.get("sizeOnDisk", 0)
    if names_only:
        return {"databases": found}
    return {"databases": found, "totalSize": total, "totalSizeMb": total >> 20}


def _bytes_of(documents: Iterable[Mapping[str, Any]]) -> tuple[int, int]:
    sizes = [len(encode(document, codec_options=CODEC)) for document in documents]
    return len(sizes), sum(sizes)


def _bytes_of_database(store: Store, database: str) -> int:
    return sum(_bytes_of(store.documents(database, name))[1] for name in store.collection_names(database))


def collection_statistics(call: Call) -> dict[str, Any]:
    """Answer collStats."""
    name = call.collection_name()
    number, size = _bytes_of(call.store.documents(call.database, name))
    indexes = ["_id_", *call.collection()._store.indexes] if call.store.exists(call.database, name) else []
    return {
        "ns": f"{call.database}.{name}",
        "count": number,
        "size": size,
        **({"avgObjSize": size // number} if number else {}),
        "storageSize": size,
        "totalIndexSize": 0,
        "indexSizes": dict.fromkeys(indexes, 0),
        "nindexes": len(indexes),
        "scaleFactor": 1,
        "capped": False,
    }


def database_statistics(call: Call) -> dict[str, Any]:
    """Answer dbStats."""
    names = call.store.collection_names(call.database)
    sizes = [_bytes_of(call.store.documents(call.database, name)) for name in names]
    number, size = sum(count for count, _ in sizes), sum(size for _, size in sizes)
    held = call.store.data[call.database]
    return {
        "db": call.database,
        "collections": len(names),
        "views": 0,
        "objects": number,
        "avgObjSize": size / number if number else 0,
        "dataSize": size,
        "storageSize": size,
        "indexes": sum(len(held[name].indexes) + 1 for name in names),
        "indexSize": 0,
        "totalSize": size,
        "scaleFactor": 1,
    }


def validate(call: Call) -> dict[str, Any]:
    """Answer validate: what is in memory is whole."""
    name = call.collection_name()
    if not call.store.exists(call.database, name):
        raise CommandFailure(26, f"Collection '{call.database}.{name}' does not exist to validate.")
    number = len(call.store.data[call.database][name])
    indexes = ["_id_", *call.collection()._store.indexes]
    return {
        "ns": f"{call.database}.{name}",
        "nInvalidDocuments": 0,
        "nNonCompliantDocuments": 0,
        "nrecords": number,
        "nIndexes": len(indexes),
        "keysPerIndex": dict.fromkeys(indexes, number),
        "indexDetails": {index: {"valid": True} for index in indexes},
        "valid": True,
        "repaired": False,
        "warnings": [],
        "errors": [],
    }


NAMESPACE_COMMANDS: Final[dict[str, Handler]] = {
    "create": create,
    "drop": drop,
    "dropDatabase": drop_database,
    "renameCollection": rename_collection,
    "listCollections": list_collections,
    "listDatabases": list_databases,
    "collStats": collection_statistics,
    "dbStats": database_statistics,
    "validate": validate,
}
