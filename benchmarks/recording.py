"""What recording costs, as ratios taken in one run: ``python benchmarks/recording.py [--long]``.

Every figure is printed with its bound; the exit status is 1 when one is missed. ``--long`` adds the run of 32
threads with 2,000 operations each.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import gc
import subprocess
import sys
import threading
import time
import tracemalloc
from typing import Any

import bson
from bson import ObjectId
from figures import fastest, missed, show
from pymongo import AsyncMongoClient, MongoClient, monitoring

from mongotape.recording import EventRecorder
from mongotape.servers import choose, start

ADDRESS = ("127.0.0.1", 27017)


def document_of_300_bytes() -> dict[str, Any]:
    """A document as applications have them."""
    return {
        "_id": ObjectId(),
        "sku": "A1-4711",
        "name": "A lamp with a green shade and a brass foot",
        "stock": 12,
        "price": 19.9,
        "tags": ["lamp", "green", "brass"],
        "address": {"street": "Long Street 12", "city": "Smalltown", "zip": "12345"},
        "note": "x" * 60,
    }


class EmptyListener(
    monitoring.CommandListener,
    monitoring.ConnectionPoolListener,
    monitoring.ServerListener,
    monitoring.ServerHeartbeatListener,
    monitoring.TopologyListener,
):
    """All families, and nothing is done with any event."""

    def _nothing(self, event: object) -> None: ...

    started = succeeded = failed = opened = closed = description_changed = _nothing
    pool_created = pool_ready = pool_cleared = pool_closed = _nothing
    connection_created = connection_ready = connection_closed = _nothing
    connection_check_out_started = connection_check_out_failed = _nothing
    connection_checked_out = connection_checked_in = _nothing


class ListListener(monitoring.ConnectionPoolListener):
    """A listener whose body is one list.append."""

    def __init__(self) -> None:
        self.events: list[Any] = []

    def _append(self, event: Any) -> None:
        self.events.append(event)

    pool_created = pool_ready = pool_cleared = pool_closed = _append
    connection_created = connection_ready = connection_closed = _append
    connection_check_out_started = connection_check_out_failed = _append
    connection_checked_out = connection_checked_in = _append


def command_pair(command: dict[str, Any], reply: dict[str, Any]) -> float:
    """Seconds of recording started and succeeded, over those of encoding both and appending."""
    recorder = EventRecorder()
    tap: Any = recorder.tap()
    started = monitoring.CommandStartedEvent(command, "db", 1, ADDRESS, 1, server_connection_id=1)
    succeeded = monitoring.CommandSucceededEvent(
        dt.timedelta(0), reply, "find", 1, ADDRESS, 1, database_name="db", server_connection_id=1
    )
    kept: list[Any] = []

    def record() -> None:
        tap.started(started)
        tap.succeeded(succeeded)

    def encode() -> None:
        kept.append((bson.encode(command), bson.encode(reply)))

    try:
        ours, plain = fastest(record, encode)
    finally:
        recorder.clear()
        kept.clear()
    assert not recorder.errors
    return ours / plain


def pool_event() -> float:
    """Seconds of publishing a check-in to a recorder, over those with a list-appending listener."""
    recorder = EventRecorder()
    recorded = monitoring._EventListeners([recorder])
    appended = monitoring._EventListeners([listener := ListListener()])

    def ours() -> None:
        recorded.publish_connection_checked_in(ADDRESS, 1)

    def plain() -> None:
        appended.publish_connection_checked_in(ADDRESS, 1)

    times = fastest(ours, plain)
    assert recorder.log.kinds
    assert listener.events
    return times[0] / times[1]


def find_one(uri: str) -> tuple[float, float]:
    """(recorded over empty listener, empty listener over none) for a find_one on the embedded server."""
    recorder = EventRecorder()
    with (
        MongoClient(uri, event_listeners=[recorder]) as recorded,
        MongoClient(uri, event_listeners=[EmptyListener()]) as listened,
        MongoClient(uri) as plain,
    ):
        plain.bench.items.insert_one(document_of_300_bytes())
        works = [
            lambda client=client: client.bench.items.find_one() for client in (recorded, listened, plain)
        ]
        for work in works:
            for _ in range(200):
                work()
        recorder.clear()
        ours, empty, none = fastest(*works, rounds=200, inner=10)
    return ours / empty, empty / none


def closing(uri: str) -> float:
    """Milliseconds that close() of a recorded client takes more than without a listener; the worst of 20."""
    worst = 0.0
    for _ in range(20):
        took = []
        for listeners in ([EventRecorder()], []):
            client: MongoClient[Any] = MongoClient(uri, event_listeners=listeners)
            client.admin.command("ping")
            began = time.perf_counter()
            client.close()
            took.append(time.perf_counter() - began)
        worst = max(worst, took[0] - took[1])
    return worst * 1000


class Arrival(monitoring.ServerListener):
    """Notes when the server description of a new client is delivered."""

    def __init__(self) -> None:
        self.at = threading.Event()

    def opened(self, event: object) -> None: ...

    def description_changed(self, event: object) -> None: ...

    def closed(self, event: object) -> None: ...


def sdam_delay(uri: str) -> float:
    """Milliseconds from queueing to being in the log, without anybody reading; the worst of 20 clients."""
    worst = 0.0
    for _ in range(20):
        recorder = EventRecorder(families=["server", "topology"])
        delays: list[float] = []
        recorder._rows.on_row(lambda row, delays=delays: delays.append(time.monotonic() - row[0]))
        with MongoClient(uri, event_listeners=[recorder]) as client:
            client.admin.command("ping")
            recorder.wait_for({"serverDescriptionChangedEvent": {}})
        worst = max(worst, *delays)
    return worst * 1000


async def async_figures(uri: str) -> tuple[float, float]:
    """(close milliseconds beyond none, worst delay of SDAM events) of the asynchronous client."""
    worst_close = worst_delay = 0.0
    for _ in range(20):
        took = []
        recorder = EventRecorder()
        delays: list[float] = []
        recorder._rows.on_row(
            lambda row, delays=delays: (
                "Description" in type(row[3]).__name__ and delays.append(time.monotonic() - row[0])
            )
        )
        for listeners in ([recorder], []):
            client: AsyncMongoClient[Any] = AsyncMongoClient(uri, event_listeners=listeners)
            await client.admin.command("ping")
            if listeners:
                await recorder.await_for({"serverDescriptionChangedEvent": {}})
            began = time.perf_counter()
            await client.close()
            took.append(time.perf_counter() - began)
        worst_close = max(worst_close, took[0] - took[1])
        worst_delay = max(worst_delay, *delays)
    return worst_close * 1000, worst_delay * 1000


def memory_of_a_million() -> float:
    """Megabytes that a million recorded pool events take, PyMongo's own objects included."""
    listeners = monitoring._EventListeners([recorder := EventRecorder()])
    gc.collect()
    tracemalloc.start()
    for number in range(1_000_000):
        listeners.publish_connection_checked_in(ADDRESS, number)
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert recorder._rows.kept == 1_000_000
    return size / 1e6


def import_time() -> float:
    """Milliseconds that importing the plugin adds to pytest: the minimum of several fresh interpreters."""
    best = float("inf")
    for _ in range(7):
        done = subprocess.run(
            [sys.executable, "-X", "importtime", "-c", "import pytest, mongotape.pytest_plugin"],
            capture_output=True,
            text=True,
            check=True,
        )
        rows = [line.split("|") for line in done.stderr.splitlines() if line.count("|") == 2]
        entry = {name.strip(): cumulative for _own, cumulative, name in rows}
        best = min(best, float(entry["mongotape.pytest_plugin"]) / 1000)
    return best


def many_threads(uri: str, threads: int, operations: int) -> None:
    """No event is lost and each thread's order is kept."""
    recorder = EventRecorder(families=["command", "pool"])
    with MongoClient(uri, event_listeners=[recorder]) as client:

        def work(number: int) -> None:
            for step in range(operations):
                client.bench.command("ping", comment=[number, step])

        workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    seen: dict[int, int] = {}
    pings = recorder.log.commands("ping")
    for event in pings:
        number, step = event.command["comment"]
        assert step == seen.get(number, -1) + 1, "an event is missing or out of its thread's order"
        seen[number] = step
    assert len(pings) == threads * operations
    print(
        f"{threads} threads with {operations} operations each: {len(recorder.log)} events, none lost, all in order"
    )


def main() -> int:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true", help="add the long run of threads")
    given = parser.parse_args()
    one = document_of_300_bytes()
    find = {"find": "items", "filter": {"_id": one["_id"]}, "limit": 1, "singleBatch": True, "$db": "db"}
    find_reply = {"cursor": {"firstBatch": [one], "id": 0, "ns": "db.items"}, "ok": 1.0}
    insert = {
        "insert": "items",
        "ordered": True,
        "$db": "db",
        "documents": [document_of_300_bytes() for _ in range(100)],
    }
    show(
        "recording a find and its reply, over bson.encode of both and an append",
        command_pair(find, find_reply),
        1.5,
    )
    show("the same for an insert of 100 documents", command_pair(insert, {"n": 100, "ok": 1.0}), 1.1)
    show("publishing a pool event, over a listener that appends to a list", pool_event(), 3)
    server = start(choose(None, "embedded", {}))
    try:
        recorded, listened = find_one(server.uri)
        show("find_one recorded, over a listener of all families that does nothing", recorded, 1.10)
        show("that listener over none (PyMongo's own publishing)", listened, None)
        show("close() of a recorded client beyond one without a listener", closing(server.uri), 25, "ms")
        show("from queueing an SDAM event to its row", sdam_delay(server.uri), 50, "ms")
        close, delay = asyncio.run(async_figures(server.uri))
        show("asynchronous: close()", close, 25, "ms")
        show("asynchronous: from queueing to the row", delay, 50, "ms")
        many_threads(server.uri, 32, 2000 if given.long else 100)
    finally:
        server.stop()
    show("a million pool events", memory_of_a_million(), 200, "MB")
    show("importing the plugin", import_time(), 15, "ms")
    for what in missed:
        print(f"MISSED: {what}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
