"""The data of a test: what is there before it, and what is left after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mongotape.runner._errors import told
from mongotape.runner._outcome import SpecFailure
from mongotape.spec import CollectionEntity, DatabaseEntity, fresh

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mongotape.spec import CollectionData, UnifiedFile

#: Databases of the server's own; nothing in them is ever dropped.
KEPT = frozenset({"admin", "local", "config"})


def databases_of(file: UnifiedFile) -> tuple[str, ...]:
    """Return the databases that a file uses, in alphabetical order."""
    return tuple(sorted({name for name, _collection in collections_of(file)}))


def collections_of(file: UnifiedFile) -> set[tuple[str, str | None]]:
    """Return databases and collections that a file names; None where only the database is named."""
    databases = {
        each.id: each.database_name for each in file.create_entities if isinstance(each, DatabaseEntity)
    }
    found: set[tuple[str, str | None]] = {(name, None) for name in databases.values()}
    for each in file.create_entities:
        if isinstance(each, CollectionEntity) and each.database in databases:
            found.add((databases[each.database], each.collection_name))
    outcomes = [data for test in file.tests for data in test.outcome]
    found |= {(data.database_name, data.collection_name) for data in (*file.initial_data, *outcomes)}
    return found


def insert(admin: Any, initial: Iterable[CollectionData]) -> Mapping[str, Any] | None:
    """Make collections what ``initialData`` says, and return the cluster time of the last write.

    Source: Unified Test Format, "initialData".

    Raises:
        SpecFailure: the server refused it.
    """
    from pymongo.errors import OperationFailure
    from pymongo.write_concern import WriteConcern

    majority = WriteConcern("majority")
    with admin.start_session() as session:
        for data in initial:
            database = admin.get_database(data.database_name, write_concern=majority)
            try:
                _insert(database, data, session)
            except OperationFailure as error:
                name = f"{data.database_name}.{data.collection_name}"
                raise SpecFailure(
                    data.place, f"the server refused the initial data of {name}: {told(error)}"
                ) from error
        time: Mapping[str, Any] | None = session.cluster_time
        return time


def _insert(database: Any, data: CollectionData, session: Any) -> None:
    options = fresh(dict(data.create_options or {}))
    encrypted = options.get("encryptedFields")
    dropping = {} if encrypted is None else {"encrypted_fields": encrypted}
    database.drop_collection(data.collection_name, session=session, **dropping)
    if options or not data.documents:
        database.create_collection(data.collection_name, session=session, check_exists=False, **options)
    if data.documents:
        database[data.collection_name].insert_many(fresh(list(data.documents)), session=session)


def distinct_everywhere(mongoses: Iterable[Any], initial: Iterable[CollectionData]) -> None:
    """Let every mongos see the collections, before a transaction of a test that uses ``distinct``.

    Source: transactions specification, "Why do tests that run distinct sometimes fail with StaleDbVersion?".
    """
    places = [(data.database_name, data.collection_name) for data in initial]
    for mongos in mongoses:
        for database, collection in places:
            mongos[database][collection].distinct("_id")


def kill_all_sessions(admin: Any) -> None:
    """End the sessions and transactions that earlier tests left on the server.

    The errors that the specification names are no failure: the command kills its own session, too.

    Source: Unified Test Format, "Terminating Open Transactions".
    """
    from pymongo.errors import AutoReconnect, OperationFailure

    try:
        admin.admin.command("killAllSessions", [])
    except AutoReconnect:
        return
    except OperationFailure as error:
        if error.code not in _HARMLESS:
            raise


_INTERRUPTED, _UNAUTHORIZED, _COMMAND_NOT_FOUND = 11601, 13, 59
_HARMLESS = frozenset({_INTERRUPTED, _UNAUTHORIZED, _COMMAND_NOT_FOUND})
