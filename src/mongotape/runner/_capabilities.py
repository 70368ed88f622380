"""What the installed PyMongo can't do, known before a test is run: a sentence for its skip.

Decided by what a test uses, never by its description.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mongotape.runner._call import HANDLERS
from mongotape.runner._clients import is_unsupported
from mongotape.runner._options import driver_version
from mongotape.runner._scene import all_operations
from mongotape.spec import ClientEntity, CollectionEntity, DatabaseEntity, SessionEntity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mongotape.runner._facts import ServerFacts
    from mongotape.spec import Entity, Operation, Test, UnifiedFile

#: Operations of the specifications that PyMongo has no method for, and what it has instead.
_MISSING: Final = {
    ("collection", "count"): "count_documents and estimated_document_count replace it",
    ("collection", "listIndexNames"): "list_indexes gives them with the rest",
    ("collection", "mapReduce"): "it was removed with PyMongo 4.0",
    ("client", "listDatabaseObjects"): "list_databases gives documents",
    ("database", "listCollectionObjects"): "list_collections gives documents",
    ("database", "modifyCollection"): "command('collMod') does it",
}


def lacks(file: UnifiedFile, test: Test, facts: ServerFacts) -> str | None:
    """Return why PyMongo can't run a test, in one sentence; None where it can."""
    return next(_lacks(file, test, facts), None)


def _lacks(file: UnifiedFile, test: Test, facts: ServerFacts) -> Iterator[str]:
    operations = list(all_operations(test.operations))
    entities = [*file.create_entities]
    for each in operations:
        if each.name == "createEntities":
            entities += each.arguments["entities"]
    for entity in entities:
        yield from _lacks_entity(entity, facts)
    for each in operations:
        yield from _lacks_operation(each, facts)
    yield from _lacks_timeouts(entities, operations)


def _lacks_operation(operation: Operation, facts: ServerFacts) -> Iterator[str]:
    key = (operation.object_kind, operation.name)
    if key in _MISSING:
        yield f"PyMongo has no {operation.name} of a {operation.object_kind}: {_MISSING[key]}"
    elif key not in HANDLERS:
        yield f"the runner has no operation {operation.name} of a {operation.object_kind}"
    if operation.name in ("failPoint", "targetedFailPoint") and not facts.has_fail_points:
        yield "needs fail points, which this server refuses (mongod has them with enableTestCommands=1)"
    if "timeoutMode" in operation.arguments:
        yield f"PyMongo {driver_version()} has no timeoutMode"


def _lacks_entity(entity: Entity, facts: ServerFacts) -> Iterator[str]:
    if isinstance(entity, ClientEntity):
        if (reason := is_unsupported(entity)) is not None:
            yield reason
        options = entity.auto_encrypt_opts
        if options is not None and not facts.has_query_analysis and not _bypasses_analysis(options):
            yield "automatic encryption needs crypt_shared (CRYPT_SHARED_LIB_PATH) or mongocryptd"
    elif isinstance(entity, DatabaseEntity) and "timeoutMS" in entity.database_options:
        yield f"PyMongo {driver_version()} has no timeoutMS of a database"
    elif isinstance(entity, CollectionEntity) and "timeoutMS" in entity.collection_options:
        yield f"PyMongo {driver_version()} has no timeoutMS of a collection"
    elif isinstance(entity, SessionEntity) and "defaultTimeoutMS" in entity.session_options:
        yield f"PyMongo {driver_version()} has no defaultTimeoutMS of a session"


def _bypasses_analysis(options: object) -> bool:
    assert isinstance(options, dict)
    return bool(options.get("bypassAutoEncryption") or options.get("bypassQueryAnalysis"))


#: Where PyMongo's client-side operation timeout does not reach.
_UNTIMED: Final = {
    "createChangeStream": "a change stream",
    "createFindCursor": "a cursor's lifetime",
    "createCommandCursor": "a cursor's lifetime",
    "startTransaction": "a transaction",
    "commitTransaction": "a transaction",
    "abortTransaction": "a transaction",
    "withTransaction": "with_transaction",
}


def _lacks_timeouts(entities: list[Entity], operations: list[Operation]) -> Iterator[str]:
    """Timeouts that the specification lets reach further than PyMongo's do."""
    is_timed = any(
        isinstance(entity, ClientEntity) and "timeoutMS" in entity.uri_options for entity in entities
    )
    for each in operations:
        untimed = _UNTIMED.get(each.name)
        is_tailable = str(each.arguments.get("cursorType", "")).startswith("tailable")
        if is_tailable:
            untimed = "a tailable cursor"
        elif "maxAwaitTimeMS" in each.arguments:
            untimed = "a cursor that awaits data"
        if untimed is not None and (is_timed or "timeoutMS" in each.arguments):
            yield f"PyMongo {driver_version()} has no timeoutMS for {untimed}"
