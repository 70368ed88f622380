"""Many clients and tasks at once on one store lose nothing."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import mongomock
import pytest
from pymongo import AsyncMongoClient, MongoClient

from mongotape.mock import serve

CLIENTS = 16
TASKS = 200


def _work(uri: str, number: int) -> int:
    with MongoClient(uri) as client:
        mine = client.shop[f"of_{number % 4}"]
        for each in range(25):
            mine.insert_one({"_id": f"{number}-{each}", "n": number})
            client.shop.counter.update_one({"_id": "all"}, {"$inc": {"n": 1}}, upsert=True)
        return mine.count_documents({"n": number})


def test_sixteen_clients_in_threads_lose_nothing(served):
    with ThreadPoolExecutor(CLIENTS) as pool:
        found = list(pool.map(_work, [served.uri] * CLIENTS, range(CLIENTS)))
    assert found == [25] * CLIENTS
    assert served.store.shop.counter.find_one() == {"_id": "all", "n": CLIENTS * 25}


@pytest.mark.asyncio
async def test_two_hundred_tasks_lose_nothing(served):
    async with AsyncMongoClient(served.uri, maxPoolSize=CLIENTS) as client:

        async def work(number: int) -> int:
            await client.shop.items.insert_one({"_id": number})
            await client.shop.counter.update_one({"_id": "all"}, {"$inc": {"n": 1}}, upsert=True)
            return len(await client.shop.items.find({"_id": number}).to_list())

        assert await asyncio.gather(*(work(each) for each in range(TASKS))) == [1] * TASKS
        assert (await client.shop.counter.find_one())["n"] == TASKS


def test_two_servers_of_one_store_lose_nothing_either():
    held = mongomock.MongoClient()
    with serve(held) as one, serve(held) as other, ThreadPoolExecutor(8) as pool:
        list(pool.map(_work, [one.uri, other.uri] * 4, range(8)))
    assert held.shop.counter.find_one() == {"_id": "all", "n": 200}


def test_databases_and_collections_made_at_once_are_all_there(served):
    def make(number: int) -> None:
        with MongoClient(served.uri) as client:
            for each in range(10):
                client[f"db_{each}"][f"c_{number}"].insert_one({"_id": 1})

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(make, range(CLIENTS)))
    for each in range(10):
        assert len(served.store[f"db_{each}"].list_collection_names()) == CLIENTS


def test_a_test_may_read_the_store_while_clients_write(served):
    """A document in the store is replaced by an update, never changed under a reader's eyes."""
    stop = threading.Event()

    def write(number: int) -> None:
        with MongoClient(served.uri) as client:
            for each in range(300):
                change = {"$set": {f"f{each % 50}": each}, "$unset": {f"f{(each + 7) % 50}": 1}}
                client.shop.items.update_one({"_id": number}, change, upsert=True)
        stop.set()

    with ThreadPoolExecutor(4) as pool:
        writing = [pool.submit(write, each) for each in range(4)]
        while not stop.is_set():
            list(served.store.shop.items.find())
        for each in writing:
            each.result()
    assert served.store.shop.items.count_documents({}) == 4
