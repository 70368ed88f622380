"""The served mock as a server: it starts, shows itself, survives bad clients and leaves nothing behind."""

from __future__ import annotations

import socket
import struct
import sys
import threading
import time
from contextlib import closing

import bson
import mongomock
import mongomock_motor
import mongomock_ng
import pytest
from pymongo import AsyncMongoClient, MongoClient
from pymongo.errors import PyMongoError, ServerSelectionTimeoutError

from mongotape.errors import UsageError
from mongotape.mock import serve


def test_it_shows_itself_as_a_replica_set_of_one_member_with_sessions(client):
    hello = client.admin.command("hello")
    assert hello["isWritablePrimary"]
    assert hello["hosts"] == [hello["me"]] == [hello["primary"]]
    assert hello["logicalSessionTimeoutMinutes"] == 30
    client.admin.command("ping")
    assert client.topology_description.topology_type_name == "ReplicaSetWithPrimary"


def test_its_uri_names_no_database_and_is_on_loopback(served):
    assert served.uri.startswith("mongodb://127.0.0.1:")
    assert served.uri.endswith("/")


def test_its_own_store_sees_the_same_data(served, client):
    client.shop.items.insert_one({"_id": 1})
    assert served.store.shop.items.find_one() == {"_id": 1}
    served.store.shop.items.insert_one({"_id": 2})
    assert client.shop.items.count_documents({}) == 2


@pytest.mark.parametrize(
    "make",
    [mongomock.MongoClient, mongomock_ng.MongoClient, mongomock_motor.AsyncMongoMockClient],
    ids=["mongomock", "mongomock-ng", "mongomock-motor"],
)
def test_it_serves_the_data_of_a_client_that_the_test_holds(make):
    held = make()
    inner = vars(held).get("_AsyncMongoMockClient__client", held)
    inner.shop.items.insert_one({"_id": 1, "n": 1})
    with serve(held) as running, MongoClient(running.uri) as client:
        assert running.store is held
        client.shop.items.update_one({"_id": 1}, {"$inc": {"n": 1}})
        assert client.shop.items.find_one() == {"_id": 1, "n": 2}
    assert inner.shop.items.find_one() == {"_id": 1, "n": 2}


def test_mongomock_ng_answers_reads_writes_indexes_and_errors_as_the_store():
    with serve(mongomock_ng.MongoClient()) as running, MongoClient(running.uri) as client:
        items = client.shop.items
        items.create_index("sku", unique=True)
        items.insert_many(
            [{"_id": each, "sku": str(each), "lines": [{"n": 1, "q": 1}]} for each in range(200)]
        )
        items.update_many({}, {"$set": {"lines.$[l].q": 2}}, array_filters=[{"l.n": 1}])
        assert items.count_documents({"lines.q": 2}) == 200
        assert len(list(items.find(batch_size=50))) == 200
        with pytest.raises(PyMongoError) as caught:
            items.insert_one({"_id": 1000, "sku": "1"})
        assert caught.value.details["keyValue"] == {"sku": "1"}
        assert [each["_id"] for each in items.aggregate([{"$sort": {"_id": -1}}, {"$limit": 1}])] == [199]


def test_mongomock_ng_is_the_store_where_it_is_installed_instead(monkeypatch):
    monkeypatch.setitem(sys.modules, "mongomock", None)
    with serve() as running, MongoClient(running.uri) as client:
        client.shop.items.insert_one({"_id": 1})
        assert type(running.store).__module__ == "mongomock_ng.mongo_client"
        assert client.server_info()["storageEngines"][0].startswith("mongomock_ng")


def test_where_no_mongomock_is_installed_that_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "mongomock", None)
    monkeypatch.setitem(sys.modules, "mongomock_ng", None)
    with pytest.raises(UsageError, match="no mongomock is installed; install mongomock or mongomock-ng"):
        serve()


def test_two_servers_of_one_store_share_its_lock():
    held = mongomock.MongoClient()
    with (
        serve(held) as one,
        serve(held) as other,
        MongoClient(one.uri) as first,
        MongoClient(other.uri) as second,
    ):
        first.shop.items.insert_one({"_id": 1})
        assert second.shop.items.find_one() == {"_id": 1}
        assert one._store.lock is other._store.lock


def test_stopping_ends_its_threads_and_closes_its_port():
    before = set(threading.enumerate())
    running = serve()
    with MongoClient(running.uri, serverSelectionTimeoutMS=100) as client:
        client.admin.command("ping")
        running.stop()
        running.stop()
    left = [each for each in set(threading.enumerate()) - before if each.name.startswith("mongotape-mock")]
    assert left == []
    host, port = running.uri.removeprefix("mongodb://").rstrip("/").split(":")
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((host, int(port)), timeout=1)


def test_the_data_stays_when_it_is_served_again(served, client):
    client.shop.items.insert_one({"_id": 1})
    with serve(served.store) as again, MongoClient(again.uri) as other:
        assert other.shop.items.find_one() == {"_id": 1}


def test_a_client_of_a_stopped_mock_gets_a_selection_error():
    running = serve()
    running.stop()
    with (
        MongoClient(running.uri, serverSelectionTimeoutMS=100) as client,
        pytest.raises(ServerSelectionTimeoutError),
    ):
        client.admin.command("ping")


def test_serving_starts_in_under_ten_milliseconds():
    def seconds() -> float:
        began = time.perf_counter()
        running = serve()
        took = time.perf_counter() - began
        running.stop()
        return took

    assert min(seconds() for _ in range(5)) < 0.01


def test_what_is_no_mongomock_client_is_refused_by_name():
    with pytest.raises(UsageError, match=r"builtins.dict is no mongomock client"):
        serve({})


def test_another_way_of_transactions_is_refused():
    with pytest.raises(UsageError, match="'refuse' or 'ignore', not 'maybe'"):
        serve(transactions="maybe")  # type: ignore[arg-type]


def _connect(running):
    host, port = running.uri.removeprefix("mongodb://").rstrip("/").split(":")
    return closing(socket.create_connection((host, int(port)), timeout=5))


def _message(body: bytes, length: int | None = None, opcode: int = 2013) -> bytes:
    size = 16 + len(body) if length is None else length
    return struct.pack("<iiii", size, 1, 0, opcode) + body


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        _message(b"", length=2**31 - 1),
        _message(b"", length=-5),
        _message(b"\0\0\0\0\0" + bson.encode({"ping": 1})[:-3], length=64),
        _message(b"\0\0\0\0\x07rubbish"),
        _message(b"\0\0\0\0\0" + b"\xff\xff\xff\x7f" + b"\0" * 20),
        b"\0",
    ],
    ids=["http", "oversized", "negative", "truncated", "unknown section", "false size", "one byte"],
)
def test_a_client_that_sends_garbage_and_vanishes_does_no_harm_to_others(served, client, sent):
    with _connect(served) as bad:
        bad.sendall(sent)
        bad.shutdown(socket.SHUT_WR)
        while bad.recv(4096):
            pass
    assert client.admin.command("ping")["ok"]


def test_a_client_that_vanishes_in_the_middle_of_a_command_does_no_harm(served, client):
    with _connect(served) as bad:
        bad.sendall(_message(b"\0\0\0\0\0" + bson.encode({"find": "items", "$db": "shop"})))
    assert client.admin.command("ping")["ok"]


@pytest.mark.asyncio
async def test_the_asynchronous_client_works_with_batches_sessions_and_retries(async_client, recorder):
    items = async_client.shop.items
    await items.insert_many([{"_id": each} for each in range(250)])
    async with async_client.start_session() as session:
        found = await items.find(session=session, batch_size=100).to_list()
    assert len(found) == 250
    await async_client.admin.command(
        "configureFailPoint",
        "failCommand",
        mode={"times": 1},
        data={"failCommands": ["find"], "closeConnection": True},
    )
    assert await items.find_one({"_id": 7}) == {"_id": 7}
    assert [each.command_name for each in recorder.log.of("commandStartedEvent")].count("getMore") == 2
    assert len(recorder.log.of("commandFailedEvent")) == 1


@pytest.mark.asyncio
async def test_all_five_families_are_published_by_pymongo_itself(served, recorder):
    async with AsyncMongoClient(served.uri, event_listeners=[recorder]) as client:
        await client.admin.command("ping")
    families = {str(getattr(each.family, "value", each.family)) for each in recorder.log}
    assert families == {"command", "pool", "server", "heartbeat", "topology"}
