"""Real logs: what a PyMongo client published while it worked against a server in this process, over a socket."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import bson
from bson import Binary, Code, Decimal128, Int64, ObjectId, Regex
from pymongo import MongoClient
from pymongo.errors import DuplicateKeyError, OperationFailure

from mongotape import EventRecorder
from mongotape.events import Kind, RecordedEvent
from mongotape.log import EventLog

Client = MongoClient[dict[str, Any]]
WINDOW = 6  # events of a window: each mutant is compared as a whole window

DOCUMENT: dict[str, Any] = {
    "sku": "A1",
    "stock": 3,
    "price": Decimal128("9.90"),
    "weight": 1.5,
    "sold": Int64(2**40),
    "active": True,
    "gone": None,
    "since": datetime(2026, 11, 24, 2, 30),  # noqa: DTZ001  # as PyMongo decodes them
    "owner": ObjectId(b"\1" * 12),
    "blob": Binary(b"\1\2\3"),
    "uuid": Binary(b"\2" * 16, 4),
    "tags": ["new", "red"],
    "sizes": [{"w": 1, "h": 2}, {"w": 3, "h": 4}],
    "like": Regex("^A", "i"),
    "code": Code("f()"),
    "empty": {},
    "none": [],
}


def crud(client: Client) -> None:
    """Writes of every BSON type, a result in batches, updates, deletes."""
    items = client.get_database("mutants").get_collection("items")
    items.drop()
    items.insert_many([{"_id": number, **DOCUMENT} for number in range(2)])
    items.insert_many([{"_id": 10 + number, "n": number} for number in range(5)])
    list(items.find({"n": {"$gte": 1}}, {"n": 1}, sort=[("n", -1)], batch_size=2))
    items.update_one({"sku": "A1"}, {"$inc": {"stock": -1}, "$set": {"tags.0": "old"}}, upsert=False)
    items.find_one_and_update({"_id": 1}, {"$push": {"tags": {"$each": ["x", "y"]}}})
    items.count_documents({"active": True})
    list(items.aggregate([{"$match": {"n": {"$lt": 3}}}, {"$group": {"_id": None, "sum": {"$sum": "$n"}}}]))
    items.delete_many({"n": {"$in": [1, 2]}})


def failures(client: Client) -> None:
    """A duplicate key, a refused command, a write that is retried."""
    items = client.get_database("mutants").get_collection("unique")
    items.drop()
    items.insert_one({"_id": 1})
    for act in (lambda: items.insert_one({"_id": 1}), lambda: client.admin.command("nope")):
        try:
            act()
        except (DuplicateKeyError, OperationFailure):
            continue
        raise AssertionError("the server did not refuse")
    client.admin.command(
        "configureFailPoint",
        "failCommand",
        mode={"times": 1},
        data={"failCommands": ["insert"], "errorCode": 6, "errorLabels": ["RetryableWriteError"]},
    )
    items.insert_one({"_id": 2})


def transactions(client: Client) -> None:
    """A session's transaction, and an aborted one."""
    items = client.get_database("mutants").get_collection("transactions")
    items.drop()
    items.insert_one({"_id": 0})
    with client.start_session() as session:
        with session.start_transaction():
            items.insert_one({"_id": 1}, session=session)
            items.update_one({"_id": 0}, {"$set": {"a": 1}}, session=session)
        session.start_transaction()
        items.insert_one({"_id": 2}, session=session)
        session.abort_transaction()


def pools(client: Client) -> None:
    """Two connections, a cursor left open, a command inside a transaction."""
    items = client.get_database("mutants").get_collection("items")
    items.find_one()
    cursor = items.find({}, batch_size=1)
    next(cursor)
    with client.start_session() as session, session.start_transaction():
        items.find_one(session=session)
    cursor.close()
    client.admin.command("ping")


def lives(client: Client) -> None:
    """A client's whole life: opened, discovered, closed."""
    client.admin.command("ping")
    client.close()


SCENARIOS: dict[str, Callable[[Client], None]] = {
    "crud": crud,
    "failures": failures,
    "transactions": transactions,
    "pools": pools,
    "lives": lives,
}


def record(uri: str, name: str) -> EventLog:
    """What happened in one scenario."""
    recorder = EventRecorder()
    with MongoClient(uri, event_listeners=[recorder], maxPoolSize=2) as client:
        SCENARIOS[name](client)
    recorder.raise_errors()
    return recorder.log


def windows(log: EventLog) -> Iterator[EventLog]:
    """The log in pieces, each long enough for its neighbours to be mistaken for one another."""
    for start in range(0, len(log), WINDOW):
        yield log[start : start + WINDOW]


def facts(event: RecordedEvent) -> dict[str, Any]:
    """Every field of an event that can be expected as a plain value, under its specification name."""
    told: dict[str, Any] = {}
    for field in event.kind.fields.values():
        value = getattr(event, field.name)
        if field.name in ("previous_description", "new_description"):
            value = {"type": getattr(value, "server_type_name", None) or value.topology_type_name}
        elif event.kind is Kind.SERVER_HEARTBEAT_SUCCEEDED and field.name == "reply":
            value = value.document
        elif isinstance(value, tuple):
            value = list(value)
        elif isinstance(value, BaseException):
            continue
        told[field.spec_name] = bson.decode(bson.encode({"": value}))[""]
    told["client"] = event.client
    return told
