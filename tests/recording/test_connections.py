"""Each event knows the connection it happened on, or says that it doesn't."""

from __future__ import annotations

import asyncio
import threading

import pytest
from pymongo import AsyncMongoClient, monitoring

from mongotape import expect
from mongotape.events import Connection, Family, Kind
from mongotape.recording import EventRecorder
from tests.made import ADDRESS, checked_in, command_started


def commands_per_connection(recorder: EventRecorder) -> dict[Connection | None, set[int | None]]:
    """The server's own connection numbers that were seen on each of ours: exactly one if we are right."""
    found: dict[Connection | None, set[int | None]] = {}
    for event in recorder.log.of("command"):
        found.setdefault(event.connection, set()).add(event.server_connection_id)
    return found


def test_a_borrowed_connection_is_the_commands(make_client) -> None:
    """Check-out, command and check-in of one operation share one connection."""
    recorder = EventRecorder()
    client = make_client(event_listeners=[recorder])
    client.db.items.find_one()
    log = recorder.log
    connection = log.commands("find")[0].connection
    assert connection == Connection("client-1", client.address, 1, 1)
    kinds = [event.kind for event in log if event.connection == connection]
    assert kinds[-4:] == [
        Kind.CONNECTION_CHECKED_OUT,
        Kind.COMMAND_STARTED,
        Kind.COMMAND_SUCCEEDED,
        Kind.CONNECTION_CHECKED_IN,
    ]
    assert all(event.connection is None for event in log if event.family in {Family.SERVER, Family.TOPOLOGY})


def test_threads_that_interleave_keep_their_connections(make_client) -> None:
    """Four threads at once: every command is on the connection that its own thread borrowed."""
    recorder = EventRecorder()
    client = make_client(event_listeners=[recorder])
    barrier = threading.Barrier(4)

    def work() -> None:
        barrier.wait()
        for _ in range(20):
            client.db.items.find_one()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = commands_per_connection(recorder)
    assert None not in found
    assert all(len(numbers) == 1 for numbers in found.values())


@pytest.mark.asyncio
async def test_tasks_that_interleave_keep_their_connections(mongo_uri) -> None:
    """Fifty gathered tasks in one thread: the task tells them apart."""
    recorder = EventRecorder()
    async with AsyncMongoClient(mongo_uri, event_listeners=[recorder]) as client:
        await asyncio.gather(*(client.db.items.find_one({"n": n}) for n in range(50)))
    found = commands_per_connection(recorder)
    assert None not in found
    assert all(len(numbers) == 1 for numbers in found.values())


def test_a_pool_made_anew_is_another_pool(make_client, mongo_uri) -> None:
    """Connection 1 of a client's second pool is not connection 1 of its first."""
    recorder = EventRecorder()
    for event in (
        monitoring.PoolCreatedEvent(ADDRESS, {}),
        monitoring.ConnectionCreatedEvent(ADDRESS, 1),
        monitoring.PoolClosedEvent(ADDRESS),
        monitoring.PoolCreatedEvent(ADDRESS, {}),
        monitoring.ConnectionCreatedEvent(ADDRESS, 1),
    ):
        recorder.keep(event)
    created = recorder.log.of("connectionCreatedEvent")
    assert [event.connection.pool for event in created] == [1, 2]


def test_events_fed_by_hand_have_no_client_so_their_commands_have_no_connection() -> None:
    """Nothing is guessed."""
    recorder = EventRecorder()
    recorder.connection_checked_out(monitoring.ConnectionCheckedOutEvent(ADDRESS, 1, 0.1))
    recorder.started(command_started())
    assert recorder.log.of("command")[0].connection is None


def test_a_pause_forgets_what_was_borrowed(make_client, failpoint) -> None:
    """A check-in that nobody saw can't put later commands on the wrong connection."""
    recorder = EventRecorder()
    client = make_client(event_listeners=[recorder])
    recorder.keep(checked_in())
    with client.db.items.find_raw_batches() as _cursor:
        pass
    tap_rows = recorder._rows.snapshot().rows
    assert tap_rows
    with recorder.pause():
        client.db.items.find_one()
    client.db.items.find_one()
    last = recorder.log.commands("find")[-1]
    assert last.connection is not None
    assert len(recorder._rows.snapshot().gaps) == 1


def test_two_held_connections_are_decided_by_the_servers_number(make_client) -> None:
    """With several check-outs in one thread the server's own number decides, and nothing is guessed before."""
    recorder = EventRecorder()
    client = make_client(event_listeners=[recorder])
    tap = client.options.event_listeners[0]
    address = ADDRESS

    def out(number: int) -> None:
        tap.connection_checked_out(monitoring.ConnectionCheckedOutEvent(address, number, 0.0))

    def command(request_id: int, server_number: int) -> None:
        tap.started(command_started(request_id=request_id, server_connection_id=server_number))

    out(1)
    command(1, 71)
    out(2)
    command(2, 72)
    command(3, 71)
    command(4, 99)
    numbers = [event.connection and event.connection.number for event in recorder.log.of("command")]
    assert numbers == [1, 2, 1, None]


def test_waiting_sees_connections_too(make_client) -> None:
    """An expectation on a connection can be waited for."""
    recorder = EventRecorder()
    client = make_client(event_listeners=[recorder])
    client.db.items.find_one()
    connection = recorder.log.commands("find")[0].connection
    assert recorder.wait_for(expect.command_started("find", connection=connection), timeout=0)
