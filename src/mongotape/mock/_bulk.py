"""The client's bulk write: one command over several collections.

Source: MongoDB's bulkWrite command and the Bulk Write specification.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mongotape.mock._statements import Target
from mongotape.mock._writes import each, with_write_concern
from mongotape.wire import CommandFailure

if TYPE_CHECKING:
    from mongotape.mock._call import Call, Handler

NAMESPACE: Final = "admin.$cmd.bulkWrite"


class _Tally:
    """The reply's numbers, and one result for each operation that was run."""

    def __init__(self) -> None:
        self.numbers = dict.fromkeys(
            ("nErrors", "nInserted", "nMatched", "nModified", "nUpserted", "nDeleted"), 0
        )
        self.results: dict[int, dict[str, Any]] = {}

    def add(self, index: int, n: int, **numbers: int) -> dict[str, Any]:
        for name, value in numbers.items():
            self.numbers[name] += value
        result = {"ok": 1.0, "idx": index, "n": n}
        self.results[index] = result
        return result


def bulk_write(call: Call) -> dict[str, Any]:
    """Answer bulkWrite."""
    if call.database != "admin":
        raise CommandFailure(13, "bulkWrite may only be run against the admin database.")
    call.refuse("let")
    operations, namespaces = call.required("ops", list), call.required("nsInfo", list)
    targets = [_target(call, each_one) for each_one in namespaces]
    tally = _Tally()

    def run(index: int, operation: Any) -> None:
        kind = next(iter(operation), None)
        if kind not in _OPERATIONS:
            raise CommandFailure(40415, f"BSON field 'bulkWrite.{kind}' is an unknown field.")
        position = operation[kind]
        if not isinstance(position, int) or not 0 <= position < len(targets):
            raise CommandFailure(2, f"BulkWrite ops entry {index} has an invalid nsInfo index.")
        _OPERATIONS[kind](targets[position], operation, index, tally)

    for index, failure in each(operations, run, ordered=call.command.get("ordered") is not False):
        tally.numbers["nErrors"] += 1
        tally.results[index] = {
            "ok": 0.0,
            "idx": index,
            "code": failure.code,
            "errmsg": failure.message,
            "n": 0,
            **failure.fields,
        }
    results = [tally.results[index] for index in sorted(tally.results)]
    if call.command.get("errorsOnly"):
        results = [result for result in results if not result["ok"]]
    size = call.batch_size()
    cursor = call.cursor_reply(NAMESPACE, results, batch_size=len(results) if size is None else size)
    return with_write_concern(call, {**cursor, **tally.numbers})


def _target(call: Call, info: Any) -> Target:
    database, _, name = str(info.get("ns") if isinstance(info, dict) else "").partition(".")
    if not database or not name:
        raise CommandFailure(73, f"Invalid namespace specified for bulkWrite: '{database}'")
    return Target(call, database, name)


def _insert(target: Target, operation: dict[str, Any], index: int, tally: _Tally) -> None:
    target.insert(operation["document"])
    tally.add(index, 1, nInserted=1)


def _update(target: Target, operation: dict[str, Any], index: int, tally: _Tally) -> None:
    done = target.update({**operation, "q": operation["filter"], "u": operation["updateMods"]})
    result = tally.add(
        index,
        done.matched + done.upserts,
        nMatched=done.matched,
        nModified=done.modified,
        nUpserted=int(done.upserts),
    )
    result["nModified"] = done.modified
    if done.upserts:
        result["upserted"] = {"_id": done.upserted}


def _delete(target: Target, operation: dict[str, Any], index: int, tally: _Tally) -> None:
    number = target.delete(
        {**operation, "q": operation["filter"], "limit": 0 if operation.get("multi") else 1}
    )
    tally.add(index, number, nDeleted=number)


_OPERATIONS: Final = {"insert": _insert, "update": _update, "delete": _delete}

BULK_COMMANDS: Final[dict[str, Handler]] = {"bulkWrite": bulk_write}
