"""The commands that write: insert, update, delete and findAndModify.

Source: MongoDB's command reference and the CRUD and Retryable Writes specifications.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mongotape.mock._failures import failure_of
from mongotape.mock._queries import refuse_hint, sort_of, usable_projection
from mongotape.mock._statements import Target
from mongotape.wire import MAX_WRITE_BATCH_SIZE, CommandFailure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mongotape.mock._call import Call, Handler

_UNSATISFIABLE: Final = {
    "code": 100,
    "codeName": "UnsatisfiableWriteConcern",
    "errmsg": "Not enough data-bearing nodes",
}


def _statements(call: Call, field: str) -> list[Any]:
    statements: list[Any] = call.required(field, list)
    if not 0 < len(statements) <= MAX_WRITE_BATCH_SIZE:
        raise CommandFailure(
            16,
            f"Write batch sizes must be between 1 and {MAX_WRITE_BATCH_SIZE}. Got {len(statements)} operations.",
        )
    return statements


def write_error(index: int, failure: CommandFailure) -> dict[str, Any]:
    """Return a failed statement as it stands in ``writeErrors``."""
    return {"index": index, "code": failure.code, "errmsg": failure.message, **failure.fields}


def each(
    statements: list[Any], run: Callable[[int, Any], None], *, ordered: bool
) -> Iterator[tuple[int, CommandFailure]]:
    """Run the statements; yield the failures by index, and stop at the first one if ``ordered``."""
    for index, statement in enumerate(statements):
        try:
            run(index, statement)
        except Exception as error:  # noqa: BLE001 - whatever mongomock raises is this statement's answer
            yield index, failure_of(error)
            if ordered:
                return


def _finish(
    call: Call, reply: dict[str, Any], failures: Iterator[tuple[int, CommandFailure]]
) -> dict[str, Any]:
    if errors := [write_error(index, failure) for index, failure in failures]:
        reply["writeErrors"] = errors
    return with_write_concern(call, reply)


def with_write_concern(call: Call, reply: dict[str, Any]) -> dict[str, Any]:
    """Add the error of a write concern that one member can't satisfy."""
    wanted = (call.command.get("writeConcern") or {}).get("w")
    if isinstance(wanted, int) and wanted > 1:
        reply["writeConcernError"] = dict(_UNSATISFIABLE)
    return reply


def _ordered(call: Call) -> bool:
    return call.command.get("ordered") is not False


def _target(call: Call) -> Target:
    return Target(call, call.database, call.collection_name())


def insert(call: Call) -> dict[str, Any]:
    """Answer insert."""
    target, reply = _target(call), {"n": 0}

    def run(_: int, document: Any) -> None:
        target.insert(document)
        reply["n"] += 1

    failures = list(each(_statements(call, "documents"), run, ordered=_ordered(call)))
    return _finish(call, reply, iter(failures))


def update(call: Call) -> dict[str, Any]:
    """Answer update."""
    call.refuse("let")
    target, reply, upserted = _target(call), {"n": 0, "nModified": 0}, []

    def run(index: int, statement: Any) -> None:
        done = target.update(statement)
        reply["n"] += done.matched + done.upserts
        reply["nModified"] += done.modified
        if done.upserts:
            upserted.append({"index": index, "_id": done.upserted})

    failures = list(each(_statements(call, "updates"), run, ordered=_ordered(call)))
    made: dict[str, Any] = {"n": reply["n"]}
    if upserted:
        made["upserted"] = upserted
    made["nModified"] = reply["nModified"]
    return _finish(call, made, iter(failures))


def delete(call: Call) -> dict[str, Any]:
    """Answer delete."""
    call.refuse("let")
    target, reply = _target(call), {"n": 0}

    def run(_: int, statement: Any) -> None:
        reply["n"] += target.delete(statement)

    failures = list(each(_statements(call, "deletes"), run, ordered=_ordered(call)))
    return _finish(call, reply, iter(failures))


def find_and_modify(call: Call) -> dict[str, Any]:
    """Answer findAndModify."""
    call.refuse("let")
    call.refuse_collation()
    command = call.command
    target, query = _target(call), call.field("query", dict, {})
    removes, change = bool(command.get("remove")), command.get("update")
    if removes == (change is not None):
        raise CommandFailure(
            9,
            "Cannot specify both an update and remove=true"
            if removes
            else "Either an update or remove=true must be specified",
        )
    if removes and (command.get("new") or command.get("upsert")):
        raise CommandFailure(
            9, "Cannot specify both new=true and remove=true; 'remove' always returns the deleted document"
        )
    refuse_hint(call.store, call.database, target.name, command.get("hint"))
    fields = usable_projection(call.field("fields", dict))
    sort = sort_of(call.field("sort", dict))
    before = next(iter(target.collection._get_dataset(query, sort, None, dict)), None)
    value = None if before is None else _projected(target, before["_id"], fields)
    if removes:
        if before is None:
            return with_write_concern(call, {"lastErrorObject": {"n": 0}, "value": None})
        target.delete({"q": {"_id": before["_id"]}, "limit": 1})
        return with_write_concern(call, {"lastErrorObject": {"n": 1}, "value": value})
    statement = {"q": query, "u": change, "arrayFilters": command.get("arrayFilters")}
    if before is not None:
        statement["q"] = {**query, "_id": before["_id"]}
    elif not command.get("upsert"):
        return with_write_concern(
            call, {"lastErrorObject": {"n": 0, "updatedExisting": False}, "value": None}
        )
    done = target.update({**statement, "upsert": before is None})
    last: dict[str, Any] = {"n": 1, "updatedExisting": before is not None}
    if done.upserts:
        last["upserted"] = done.upserted
    if command.get("new"):
        value = _projected(target, done.upserted if done.upserts else before["_id"], fields)  # type: ignore[index]
    return with_write_concern(call, {"lastErrorObject": last, "value": value})


def _projected(target: Target, _id: Any, fields: dict[str, Any] | None) -> Any:
    return next(iter(target.collection._get_dataset({"_id": _id}, None, fields, dict)), None)


WRITE_COMMANDS: Final[dict[str, Handler]] = {
    "insert": insert,
    "update": update,
    "delete": delete,
    "findAndModify": find_and_modify,
    "findandmodify": find_and_modify,
}
