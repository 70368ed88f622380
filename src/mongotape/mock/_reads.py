"""The commands that read: find, aggregate, count, distinct, explain.

Source: MongoDB's command reference and the CRUD specification.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from mongotape.mock._failures import lacking
from mongotape.mock._keys import key_of, shell
from mongotape.mock._queries import candidates, refuse_hint, sort_of, usable_projection
from mongotape.wire import CommandFailure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mongotape.mock._call import Call, Handler

_FIND_LACKS: Final = (
    "max",
    "min",
    "returnKey",
    "showRecordId",
    "tailable",
    "awaitData",
    "let",
    "oplogReplay",
)


def find(call: Call) -> dict[str, Any]:
    """Answer find."""
    namespace = f"{call.database}.{call.collection_name()}"
    batch_size, limit = call.number("batchSize"), call.number("limit") or 0
    found = list(_found(call, limit))
    single_batch = bool(call.command.get("singleBatch"))
    return call.cursor_reply(
        namespace,
        found,
        batch_size=batch_size,
        single_batch=single_batch,
        open_ended=not limit or len(found) < limit,
    )


def _found(call: Call, limit: int) -> Iterator[Any]:
    """Yield the documents of a find, skipped, limited and projected."""
    call.refuse(*_FIND_LACKS)
    call.refuse_collation()
    collection = call.collection()
    refuse_hint(call.store, call.database, call.collection_name(), call.command.get("hint"))
    query = call.field("filter", dict, {})
    projection = usable_projection(call.field("projection", dict))
    sort = sort_of(call.field("sort", dict))
    skip = call.number("skip") or 0
    found = collection._get_dataset(query, sort, projection, dict)
    yield from islice(found, skip, skip + limit if limit else None)


def count(call: Call) -> dict[str, Any]:
    """Answer count."""
    call.refuse_collation()
    query = call.field("query", dict, {})
    refuse_hint(call.store, call.database, call.collection_name(), call.command.get("hint"))
    limit, skip = abs(int(call.field("limit", (int, float), 0))), call.number("skip") or 0
    if query:
        number = sum(1 for _ in call.collection()._iter_documents(query))
    else:
        number = len(call.collection()._store)
    number = max(number - skip, 0)
    return {"n": min(number, limit) if limit else number}


def distinct(call: Call) -> dict[str, Any]:
    """Answer distinct: the values in the order in which they are met."""
    call.refuse_collation()
    key = call.required("key", str)
    query = call.field("query", dict, {})
    refuse_hint(call.store, call.database, call.collection_name(), call.command.get("hint"))
    values: dict[Any, Any] = {}
    for document in call.collection()._iter_documents(query):
        for value in candidates(call.store, key, document):
            for each in value if isinstance(value, list) else [value]:
                values.setdefault(key_of(each), each)
    return {"values": list(values.values())}


def explain(call: Call) -> dict[str, Any]:
    """Answer explain: mongomock looks at every document, whatever the question."""
    inner = call.command["explain"]
    if not isinstance(inner, dict) or not inner:
        raise CommandFailure(14, "BSON field 'explain' must be an object that holds a command")
    name = next(iter(inner))
    if name not in {
        "find",
        "count",
        "distinct",
        "aggregate",
        "update",
        "delete",
        "findAndModify",
        "findandmodify",
    }:
        raise CommandFailure(59, f"Explain failed due to unknown command: {name}")
    target = inner[name]
    query: Any = inner.get("filter") or inner.get("query") or {}
    if statements := inner.get("updates") or inner.get("deletes"):
        query = statements[0]["q"]
    parsed = {
        name: value if isinstance(value, (dict, list)) else {"$eq": value} for name, value in query.items()
    }
    matched = looked_at = 0
    if isinstance(target, str):
        collection = call.store.collection(call.database, target)
        matched = sum(1 for _ in collection._iter_documents(query))
        looked_at = len(collection._store)
    return {
        "explainVersion": "1",
        "queryPlanner": {
            "namespace": f"{call.database}.{target}",
            "indexFilterSet": False,
            "parsedQuery": parsed,
            "winningPlan": {
                "isCached": False,
                "stage": "COLLSCAN",
                **({"filter": parsed} if parsed else {}),
                "direction": "forward",
            },
            "rejectedPlans": [],
        },
        **(
            {}
            if call.command.get("verbosity") == "queryPlanner"
            else {
                "executionStats": {
                    "executionSuccess": True,
                    "nReturned": matched,
                    "executionTimeMillis": 0,
                    "totalKeysExamined": 0,
                    "totalDocsExamined": looked_at,
                    "executionStages": {"stage": "COLLSCAN", "nReturned": matched},
                }
            }
        ),
        "command": {key: value for key, value in inner.items() if not key.startswith("$")},
        "serverInfo": {"host": "127.0.0.1", "port": 0, "version": "mongomock", "gitVersion": "0" * 40},
    }


def aggregate(call: Call) -> dict[str, Any]:
    """Answer aggregate on a collection, or on a database for the stages that make documents themselves."""
    pipeline = _pipeline(call)
    call.refuse_collation()
    call.refuse("let")
    whole_database = call.command["aggregate"] == 1
    name = "$cmd.aggregate" if whole_database else call.collection_name()
    refuse_hint(call.store, call.database, name, call.command.get("hint"))
    if call.command.get("explain"):
        raise lacking("explain of an aggregate as a field; explain as a command works")
    if call.field("cursor", dict) is None:
        raise CommandFailure(
            9, "The 'cursor' option is required, except for aggregate with the explain argument"
        )
    batch_size = call.batch_size()
    _refuse_linearizable(call, pipeline)
    documents, rest = _source(call, name, pipeline)
    results = _run(call, documents, rest)
    return call.cursor_reply(f"{call.database}.{name}", results, batch_size=batch_size, open_ended=True)


def _pipeline(call: Call) -> list[dict[str, Any]]:
    pipeline: list[dict[str, Any]] = call.required("pipeline", list)
    for stage in pipeline:
        if not isinstance(stage, dict):
            raise CommandFailure(14, "Each element of the 'pipeline' array must be an object")
        if len(stage) != 1:
            raise CommandFailure(
                40323, "A pipeline stage specification object must contain exactly one field."
            )
    return pipeline


def _refuse_linearizable(call: Call, pipeline: list[dict[str, Any]]) -> None:
    level = (call.command.get("readConcern") or {}).get("level")
    last = next(iter(pipeline[-1])) if pipeline else ""
    if level == "linearizable" and last in {"$out", "$merge"}:
        raise CommandFailure(72, f"{last} cannot be used with a 'linearizable' read concern level")


def _source(call: Call, name: str, pipeline: list[dict[str, Any]]) -> tuple[Iterable[Any], list[Any]]:
    """Return the documents that the pipeline starts with, and the stages that are left."""
    first = next(iter(pipeline[0])) if pipeline else ""
    if first in {"$listLocalSessions", "$listSessions"}:
        return call.sessions.listed(), pipeline[1:]
    if first == "$documents":
        documents = pipeline[0]["$documents"]
        if not isinstance(documents, list):
            raise lacking("$documents with an expression")
        return documents, pipeline[1:]
    if first == "$changeStream":
        raise lacking("change streams")
    if call.command["aggregate"] == 1:
        raise CommandFailure(
            73,
            f"{{aggregate: 1}} is not valid for '{first or 'an empty pipeline'}'; a collection is required.",
        )
    collection = call.store.collection(call.database, name)
    return collection._get_dataset({}, None, None, dict), pipeline


#: Stages of the newest servers that mongomock does not even list; what neither lists does not exist.
_SERVER_STAGES: Final = frozenset(
    {
        "$bucketAuto",
        "$changeStream",
        "$changeStreamSplitLargeEvent",
        "$collStats",
        "$currentOp",
        "$densify",
        "$documents",
        "$fill",
        "$geoNear",
        "$indexStats",
        "$listLocalSessions",
        "$listSampledQueries",
        "$listSearchIndexes",
        "$listSessions",
        "$merge",
        "$planCacheStats",
        "$querySettings",
        "$queryStats",
        "$rankFusion",
        "$redact",
        "$replaceWith",
        "$score",
        "$scoreFusion",
        "$search",
        "$searchMeta",
        "$setWindowFields",
        "$shardedDataDistribution",
        "$sortByCount",
        "$unionWith",
        "$unset",
        "$vectorSearch",
    }
)


def _run(call: Call, documents: Iterable[Any], pipeline: list[dict[str, Any]]) -> list[Any]:
    engine = call.store.module("aggregate")
    handlers: Mapping[str, Any] = getattr(engine, "_PIPELINE_HANDLERS", {})
    for position, stage in enumerate(pipeline):
        name, argument = next(iter(stage.items()))
        if name not in handlers and name not in _SERVER_STAGES:
            raise CommandFailure(40324, f"Unrecognized pipeline stage name: '{name}'")
        if not handlers.get(name):
            raise lacking(f"the aggregation stage {name}")
        if name in {"$out", "$merge"} and position != len(pipeline) - 1:
            raise CommandFailure(40601, f"{name} can only be the final stage in the pipeline")
        if name == "$out" and not isinstance(argument, str):
            raise lacking(f"$out into {shell(argument)}; it takes a collection's name in the same database")
    database = call.store.database(call.database)
    results = list(engine.process_pipeline(list(documents), database, pipeline, None))
    if pipeline and "$out" in pipeline[-1]:
        call.store.create(call.database, pipeline[-1]["$out"])
        return []
    return results


READ_COMMANDS: Final[dict[str, Handler]] = {
    "find": find,
    "aggregate": aggregate,
    "count": count,
    "distinct": distinct,
    "explain": explain,
}
