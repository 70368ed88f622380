"""The reply that a server would have given for what mongomock returned or raised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pymongo.errors import BulkWriteError, OperationFailure, WriteError

from mongotape.mock._failures import failure_of

if TYPE_CHECKING:
    from collections.abc import Mapping

Reply = dict[str, Any]


def cursor_reply(namespace: str, documents: list[Any]) -> Reply:
    """Return the reply with a whole result in its first batch: mongomock knows no others."""
    return {"cursor": {"firstBatch": documents, "id": 0, "ns": namespace}, "ok": 1.0}


def updated(raw: Mapping[str, Any], index: int = 0) -> Reply:
    """Return the reply to an update, from mongomock's raw result."""
    reply: Reply = {"n": raw["n"], "nModified": raw["nModified"], "ok": 1.0}
    if raw["n"] and not raw["updatedExisting"]:
        reply["upserted"] = [{"index": index, "_id": raw["upserted"]}]
    return reply


def write_failure(error: Exception, index: int = 0) -> dict[str, Any]:
    """Return a failed statement as it stands in ``writeErrors``."""
    failure = failure_of(error)
    return {"index": index, "code": failure.code, "errmsg": failure.message, **failure.fields}


def refused_write(error: Exception) -> Reply | None:
    """Return the reply to a write that ran and whose statement failed; None if the command itself failed."""
    if isinstance(error, BulkWriteError):
        details = error.details or {}
        errors = [
            {key: value for key, value in each.items() if key != "op"} for each in details["writeErrors"]
        ]
        return {"n": details.get("nInserted", 0), "writeErrors": errors, "ok": 1.0}
    if isinstance(error, WriteError):
        return {"n": 0, "writeErrors": [write_failure(error)], "ok": 1.0}
    return None


def failed(error: BaseException) -> Reply | None:
    """Return the error reply to a command; None if a driver would not have sent it (a wrong argument)."""
    if isinstance(error, (NotImplementedError, OperationFailure)):
        return failure_of(error).reply()
    return None
