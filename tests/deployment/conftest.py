"""Fake deployments for each test, and a listener that keeps every event of a plain PyMongo client."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest
from pymongo import monitoring

from mongotape.deployment import FakeDeployments

LISTENERS = (
    monitoring.CommandListener,
    monitoring.ConnectionPoolListener,
    monitoring.ServerHeartbeatListener,
    monitoring.ServerListener,
    monitoring.TopologyListener,
)


class Events:
    """Keeps the events of some families in order; waits for one by a condition."""

    def __init__(self):
        self.seen = []
        self._arrived = threading.Condition()

    def keep(self, event):
        with self._arrived:
            self.seen.append(event)
            self._arrived.notify_all()

    def names(self):
        with self._arrived:
            return [type(event).__name__ for event in self.seen]

    def wait_for(self, what, timeout=10):
        """The first event for which ``what(event)`` holds, or whose class has that name."""
        holds = what if callable(what) else lambda event: type(event).__name__ == what
        deadline = time.monotonic() + timeout
        with self._arrived:
            while not (found := [event for event in self.seen if holds(event)]):
                if not self._arrived.wait(max(0, deadline - time.monotonic())):
                    raise AssertionError(f"no {what} within {timeout} s; seen: {self.names()}")
            return found[0]

    def listener(self, *families):
        """A PyMongo listener of these listener classes, or of all five."""
        bases = families or LISTENERS
        methods = {name for base in bases for name in dir(base) if not name.startswith("_")}
        body = {name: lambda listener, event: self.keep(event) for name in methods}
        return type("Listener", bases, body)()


@pytest.fixture
def deployments():
    """Makes deployments; after the test nothing of them is left running."""
    made = FakeDeployments()
    yield made
    made.close()
    assert not [one for one in threading.enumerate() if one.name.startswith("mongotape-member")]


@pytest.fixture
def replica_set(deployments):
    return deployments.replica_set(3)


@pytest.fixture
def settle():
    """Waits until a client's monitors are all connected, to be used before an async client's loop ends.

    PyMongo leaks a socket whose connecting is cancelled, and a leak fails a test.
    """

    async def wait(deployment):
        while any(len(deployment._members[one].connections) < 2 for one in deployment.members):  # noqa: ASYNC110
            await asyncio.sleep(0.001)

    return wait


@pytest.fixture
def use(settle):
    """Inserts a document with an async client and waits until it is settled."""

    async def insert(client, deployment):
        await client.shop.items.insert_one({})
        await settle(deployment)

    return insert


@pytest.fixture
def events():
    return Events()
