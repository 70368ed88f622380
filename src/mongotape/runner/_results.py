"""PyMongo's results as the documents that the format describes.

Source: CRUD specification, "Write Results"; Unified Test Format, "operation.expectResult".
"""

from __future__ import annotations

from typing import Any

from mongotape.matching import MISSING


def insert_one(result: Any) -> dict[str, Any]:
    """Return an InsertOneResult as a document."""
    return _acknowledged(result) or {"insertedId": result.inserted_id}


def insert_many(result: Any) -> dict[str, Any]:
    """Return an InsertManyResult as a document."""
    return _acknowledged(result) or {"insertedIds": _by_index(enumerate(result.inserted_ids))}


def delete(result: Any) -> dict[str, Any]:
    """Return a DeleteResult as a document."""
    return _acknowledged(result) or {"deletedCount": result.deleted_count}


def update(result: Any) -> dict[str, Any]:
    """Return an UpdateResult as a document."""
    if (unacknowledged := _acknowledged(result)) is not None:
        return unacknowledged
    found = {
        "matchedCount": result.matched_count,
        "modifiedCount": result.modified_count,
        "upsertedCount": 0 if result.upserted_id is None else 1,
    }
    if result.upserted_id is not None:
        found["upsertedId"] = result.upserted_id
    return found


def bulk_write(result: Any) -> dict[str, Any]:
    """Return a BulkWriteResult as a document; PyMongo's has no ids of inserted documents."""
    return _acknowledged(result) or {
        **_counts(result),
        "upsertedIds": _by_index((result.upserted_ids or {}).items()),
    }


def bulk_write_error(details: Any) -> dict[str, Any]:
    """Return what a BulkWriteError tells of the writes that were done."""
    upserted = details.get("upserted") or []
    return {
        "deletedCount": details.get("nRemoved", 0),
        "insertedCount": details.get("nInserted", 0),
        "matchedCount": details.get("nMatched", 0),
        "modifiedCount": details.get("nModified", 0),
        "upsertedCount": details.get("nUpserted", 0),
        "upsertedIds": _by_index((each["index"], each["_id"]) for each in upserted),
    }


def client_bulk_write(result: Any) -> dict[str, Any]:
    """Return a ClientBulkWriteResult as a document; single results are there where they were asked for."""
    if (unacknowledged := _acknowledged(result)) is not None:
        return unacknowledged
    found = _counts(result)
    if result.has_verbose_results:
        found["insertResults"] = {
            str(index): {"insertedId": each.inserted_id} for index, each in result.insert_results.items()
        }
        found["updateResults"] = {
            str(index): _single_update(each) for index, each in result.update_results.items()
        }
        found["deleteResults"] = {
            str(index): {"deletedCount": each.deleted_count} for index, each in result.delete_results.items()
        }
    return found


def _single_update(result: Any) -> dict[str, Any]:
    found = {"matchedCount": result.matched_count, "modifiedCount": result.modified_count}
    if result.upserted_id is not None:
        found["upsertedId"] = result.upserted_id
    return found


def _counts(result: Any) -> dict[str, Any]:
    return {
        "deletedCount": result.deleted_count,
        "insertedCount": result.inserted_count,
        "matchedCount": result.matched_count,
        "modifiedCount": result.modified_count,
        "upsertedCount": result.upserted_count,
    }


def _acknowledged(result: Any) -> dict[str, Any] | None:
    return None if result.acknowledged else {"acknowledged": False}


def _by_index(pairs: Any) -> dict[str, Any]:
    return {str(index): value for index, value in pairs}


def nothing(_result: Any = None) -> Any:
    """What an operation gives that has no result: not even null."""
    return MISSING
