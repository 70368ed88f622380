"""What the mocks cost, as figures and ratios taken in one run: ``python benchmarks/mock.py``.

Every figure is printed with its bound; the exit status is 1 when one is missed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import mongomock
from figures import fastest, missed, show
from pymongo import MongoClient, monitoring

from mongotape.mock import publish_events, serve


def start() -> float:
    """Seconds until ``serve`` has returned; the least of ten."""

    def once() -> float:
        began = time.perf_counter()
        running = serve()
        took = time.perf_counter() - began
        running.stop()
        return took

    return min(once() for _ in range(10))


def served() -> None:
    """A find_one through PyMongo on the mock, on the embedded server, and on mongomock itself."""
    from secantus import SecantusDBServer

    server = SecantusDBServer(storage_path=":memory:")
    server.start()
    with serve() as mock, MongoClient(mock.uri) as one, MongoClient(server.uri) as other:
        for each in (one, other):
            each.shop.items.insert_many([{"_id": number, "sku": f"S{number}"} for number in range(10)])
        on_mock, embedded, direct = fastest(
            lambda: one.shop.items.find_one({"sku": "S3"}),
            lambda: other.shop.items.find_one({"sku": "S3"}),
            lambda: mock.store.shop.items.find_one({"sku": "S3"}),
        )
    server.stop()
    show("find_one on the served mock", on_mock * 1e6, None, "us")
    show("find_one on the embedded server", embedded * 1e6, None, "us")
    show("find_one on mongomock itself", direct * 1e6, None, "us")
    show("served mock / embedded server", on_mock / embedded, 2 / 3, "x")


def listener_of(*families: type) -> Any:
    """A listener of these families whose methods are empty."""
    names = {name for family in families for name in dir(family) if not name.startswith("_")}
    return type("Empty", families, dict.fromkeys(names, lambda self, event: None))()


def published() -> None:
    """What publish_events adds to commands of mongomock, with listeners and without."""
    clients = [mongomock.MongoClient() for _ in range(3)]
    for client in clients:
        client.shop.items.insert_many([{"_id": number, "sku": f"S{number}"} for number in range(10)])
    everything = listener_of(
        monitoring.CommandListener,
        monitoring.ConnectionPoolListener,
        monitoring.ServerListener,
        monitoring.TopologyListener,
    )
    works: dict[str, Callable[[Any], Any]] = {
        "find_one": lambda items: items.find_one({"sku": "S3"}),
        "find": lambda items: list(items.find({"sku": "S3"})),
        "update_one": lambda items: items.update_one({"sku": "S3"}, {"$set": {"n": 1}}),
        "insert_one and delete_one": lambda items: (
            items.insert_one({"_id": 99}),
            items.delete_one({"_id": 99}),
        ),
        "count_documents": lambda items: items.count_documents({"sku": "S3"}),
        "aggregate": lambda items: list(items.aggregate([{"$match": {"sku": "S3"}}])),
    }
    with publish_events(clients[1], []), publish_events(clients[2], [everything]):
        for name, work in works.items():
            plain, unheard, heard = fastest(
                *(lambda items=client.shop.items, work=work: work(items) for client in clients), rounds=60
            )
            commands = 2 if " and " in name else 1
            show(f"{name}: nobody listens", unheard / plain, 1.10, "x")
            show(f"{name}: added for each command", (heard - plain) / commands * 1e6, 30, "us")


def main() -> int:
    """Print every figure; 1 if one is over its bound."""
    show("serve() returns", start() * 1e3, 10, "ms")
    served()
    published()
    if missed:
        print("missed: " + "; ".join(missed))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
