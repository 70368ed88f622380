"""SDAM events come when they happen, closing doesn't wait for them, and nobody else's client is changed."""

from __future__ import annotations

import threading
import time

import pytest
from pymongo import AsyncMongoClient, monitoring

from mongotape import driver, expect
from mongotape.driver._sdam_queue import StampedQueue
from mongotape.recording import EventRecorder


class Quiet(monitoring.ServerListener):
    """A listener of somebody else's."""

    def opened(self, event: object) -> None: ...

    def description_changed(self, event: object) -> None: ...

    def closed(self, event: object) -> None: ...


def test_an_event_is_delivered_without_anybody_reading(make_client) -> None:
    """The thread that delivers is woken by the queue: long before PyMongo's own half second."""
    recorder = EventRecorder()
    make_client(event_listeners=[recorder]).admin.command("ping")
    deadline = time.monotonic() + 0.4
    rows = recorder._rows
    arrived = threading.Event()
    rows.on_row(lambda _row: arrived.set())
    while not any(type(row[3]).__name__ == "ServerDescriptionChangedEvent" for row in list(rows._rows)):
        assert arrived.wait(deadline - time.monotonic())
        arrived.clear()


def test_closing_does_not_sleep(make_client) -> None:
    """PyMongo's events thread would hold close() for half a second."""
    client = make_client(event_listeners=[EventRecorder()])
    client.admin.command("ping")
    began = time.monotonic()
    client.close()
    assert time.monotonic() - began < 0.25


@pytest.mark.asyncio
async def test_the_asynchronous_client_likewise(mongo_uri) -> None:
    """Events arrive while the loop runs, and closing is quick."""
    recorder = EventRecorder()
    client = AsyncMongoClient(mongo_uri, event_listeners=[recorder])
    await client.admin.command("ping")
    await recorder.await_for(expect.server_description_changed(), timeout=0.4)
    began = time.monotonic()
    await client.close()
    assert time.monotonic() - began < 0.25


def test_closing_publishes_the_last_events_in_order(make_client) -> None:
    """Server closed and topology closed are in the log when close() returns."""
    recorder = EventRecorder(families="sdam")
    client = make_client(event_listeners=[recorder])
    client.admin.command("ping")
    client.close()
    assert recorder.log.of("server", "topology").kinds[-3:] == [
        "serverClosedEvent",
        "topologyDescriptionChangedEvent",
        "topologyClosedEvent",
    ]


def test_reading_the_log_delivers_what_is_queued(make_client, monkeypatch) -> None:
    """The log is complete even where the delivering thread had no time yet."""
    recorder = EventRecorder(families="topology")
    client = make_client(event_listeners=[recorder], connect=False)
    queue = client._topology._events
    monkeypatch.setattr(queue, "_wake", lambda: None)
    before = len(recorder.log)
    client._topology._listeners.publish_topology_opened
    queue.put((client._topology._listeners.publish_topology_opened, (client._topology._topology_id,)))
    assert len(recorder.log) == before + 1


def test_a_listener_that_reads_the_log_does_not_hang(make_client) -> None:
    """Reading while being called from the queue neither waits for itself nor loses the event."""
    recorder = EventRecorder()
    lengths: list[int] = []

    class Reader(Quiet):
        def opened(self, event: object) -> None:
            lengths.append(len(recorder.log))

    make_client(event_listeners=[recorder, Reader()]).admin.command("ping")
    recorder.wait_for(expect.server_opening())
    assert lengths
    assert recorder.errors == ()


def test_clients_without_a_tap_are_left_alone(make_client) -> None:
    """Somebody else's SDAM listener keeps PyMongo's own queue and thread."""
    driver.install()
    client = make_client(event_listeners=[Quiet()])
    assert not isinstance(client._topology._events, StampedQueue)


def test_installing_twice_changes_nothing() -> None:
    """The two hooks are set once for the process."""
    driver.install()
    first = monitoring._EventListeners.__init__
    driver.install()
    assert monitoring._EventListeners.__init__ is first
