"""What a member answers when nothing is scripted: writes succeed, reads are empty, the rest is not found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from mongotape.wire import CommandFailure, error_reply

if TYPE_CHECKING:
    from mongotape.wire import Request

_Answer = Callable[["Request"], dict[str, Any]]


def namespace(request: Request) -> str:
    """``database.collection`` of a command, as a cursor reports it; a database's own is ``$cmd.<name>``."""
    target = request.command.get("collection" if request.name == "getMore" else request.name)
    return f"{request.database}.{target if isinstance(target, str) else f'$cmd.{request.name}'}"


def is_write(request: Request) -> bool:
    """Whether only a primary may run it."""
    if request.name in {"aggregate", "explain"}:
        return _writes_its_result(request)
    return request.name in _WRITES


def is_read(request: Request) -> bool:
    """Whether it reads data: a secondary runs it only if its read preference allows that."""
    return request.name in _READS and not is_write(request)


def unscripted(request: Request) -> dict[str, Any]:
    """The answer to a command that no test scripted."""
    answer = _WRITES.get(request.name) or _READS.get(request.name) or _UPKEEP.get(request.name)
    if answer is None:
        return error_reply(
            59,
            f"no such command: '{request.name}'; the fake deployment answers writes, reads and what a test "
            f"scripts with deployment.on({request.name!r}, reply=...)",
        )
    return {**answer(request), "ok": 1.0}


def refusal(request: Request, role: Mapping[str, Any]) -> CommandFailure | None:
    """Why a member in this role does not run the command; None if it does.

    Source: MongoDB server, commands on members that are not primary; Server Discovery and Monitoring,
    "not writable primary" errors.
    """
    if role.get("isWritablePrimary"):
        return None
    if is_write(request):
        label = "TransientTransactionError" if _within_transaction(request) else "RetryableWriteError"
        if role.get("secondary"):
            return CommandFailure(10107, "not primary", labels=[label])
        return CommandFailure(13436, "node is not in primary or recovering state", labels=[label])
    if is_read(request):
        if not role.get("secondary"):
            return CommandFailure(13436, "node is not in primary or recovering state")
        preference = request.command.get("$readPreference")
        mode = preference.get("mode", "primary") if isinstance(preference, Mapping) else "primary"
        if mode == "primary":
            return CommandFailure(13435, "not primary and secondaryOk=false")
    return None


def _within_transaction(request: Request) -> bool:
    ends = request.name in {"commitTransaction", "abortTransaction"}
    return request.command.get("autocommit") is False and not ends


def _writes_its_result(request: Request) -> bool:
    if isinstance(request.command.get("explain"), Mapping):
        return False
    pipeline = request.command.get("pipeline")
    last = pipeline[-1] if isinstance(pipeline, list) and pipeline else None
    return isinstance(last, Mapping) and bool({"$out", "$merge"} & last.keys())


def _count(request: Request, field: str) -> int:
    value = request.command.get(field)
    return len(value) if isinstance(value, list) else 0


def _insert(request: Request) -> dict[str, Any]:
    return {"n": _count(request, "documents")}


def _update(request: Request) -> dict[str, Any]:
    count = _count(request, "updates")
    return {"n": count, "nModified": count}


def _delete(request: Request) -> dict[str, Any]:
    return {"n": _count(request, "deletes")}


def _find_and_modify(_: Request) -> dict[str, Any]:
    return {"lastErrorObject": {"n": 0, "updatedExisting": False}, "value": None}


def _bulk_write(request: Request) -> dict[str, Any]:
    """Every operation succeeds and touches one document."""
    results: list[dict[str, Any]] = []
    counts = {"nInserted": 0, "nMatched": 0, "nModified": 0, "nUpserted": 0, "nDeleted": 0}
    for index, operation in enumerate(request.command.get("ops", [])):
        result: dict[str, Any] = {"ok": 1.0, "idx": index, "n": 1}
        if "insert" in operation:
            counts["nInserted"] += 1
        elif "update" in operation:
            counts["nMatched"] += 1
            counts["nModified"] += 1
            result["nModified"] = 1
        else:
            counts["nDeleted"] += 1
        results.append(result)
    batch = [] if request.command.get("errorsOnly") else results
    cursor = {"id": 0, "firstBatch": batch, "ns": "admin.$cmd.bulkWrite"}
    return {"cursor": cursor, "nErrors": 0, **counts}


def _empty_cursor(request: Request) -> dict[str, Any]:
    return {"cursor": {"id": 0, "ns": namespace(request), "firstBatch": []}}


def _last_batch(request: Request) -> dict[str, Any]:
    return {"cursor": {"id": 0, "ns": namespace(request), "nextBatch": []}}


def _killed(request: Request) -> dict[str, Any]:
    cursors = request.command.get("cursors", [])
    return {"cursorsKilled": cursors, "cursorsNotFound": [], "cursorsAlive": [], "cursorsUnknown": []}


def _done(_: Request) -> dict[str, Any]:
    return {}


_WRITES: Mapping[str, _Answer] = {
    "insert": _insert,
    "update": _update,
    "delete": _delete,
    "findAndModify": _find_and_modify,
    "findandmodify": _find_and_modify,
    "bulkWrite": _bulk_write,
    "create": _done,
    "createIndexes": lambda _: {"numIndexesBefore": 1, "numIndexesAfter": 2},
    "drop": _done,
    "dropDatabase": _done,
    "dropIndexes": lambda _: {"nIndexesWas": 1},
    "collMod": _done,
    "renameCollection": _done,
    "createSearchIndexes": lambda _: {"indexesCreated": []},
    "updateSearchIndex": _done,
    "dropSearchIndex": _done,
    "createUser": _done,
    "updateUser": _done,
    "dropUser": _done,
    "commitTransaction": _done,
    "abortTransaction": _done,
}
_READS: Mapping[str, _Answer] = {
    "find": _empty_cursor,
    "aggregate": _empty_cursor,
    "listCollections": _empty_cursor,
    "listIndexes": _empty_cursor,
    "listDatabases": lambda _: {"databases": [], "totalSize": 0, "totalSizeMb": 0},
    "count": lambda _: {"n": 0},
    "distinct": lambda _: {"values": []},
}
#: What any member in any state answers, since drivers and health checks send it by themselves.
_UPKEEP: Mapping[str, _Answer] = {
    "ping": _done,
    "getMore": _last_batch,
    "killCursors": _killed,
    "endSessions": _done,
}
