"""All 23 kinds of events can be caused with a fake deployment, seen by plain PyMongo listeners."""

from __future__ import annotations

import asyncio

import pytest
from pymongo import monitoring
from pymongo.errors import AutoReconnect, OperationFailure, WaitQueueTimeoutError

ALL_EVENTS = {
    "CommandStartedEvent",
    "CommandSucceededEvent",
    "CommandFailedEvent",
    "PoolCreatedEvent",
    "PoolReadyEvent",
    "PoolClearedEvent",
    "PoolClosedEvent",
    "ConnectionCreatedEvent",
    "ConnectionReadyEvent",
    "ConnectionClosedEvent",
    "ConnectionCheckOutStartedEvent",
    "ConnectionCheckOutFailedEvent",
    "ConnectionCheckedOutEvent",
    "ConnectionCheckedInEvent",
    "ServerOpeningEvent",
    "ServerClosedEvent",
    "ServerDescriptionChangedEvent",
    "ServerHeartbeatStartedEvent",
    "ServerHeartbeatSucceededEvent",
    "ServerHeartbeatFailedEvent",
    "TopologyOpenedEvent",
    "TopologyClosedEvent",
    "TopologyDescriptionChangedEvent",
}


def test_the_list_is_pymongos():
    """Every public event class of pymongo.monitoring that is no base of another one."""
    classes = {
        value
        for name, value in vars(monitoring).items()
        if isinstance(value, type) and name.endswith("Event") and not name.startswith("_")
    }
    leaves = {
        one.__name__
        for one in classes
        if not any(other is not one and issubclass(other, one) for other in classes)
    }
    assert leaves == ALL_EVENTS
    assert len(ALL_EVENTS) == 23


def test_all_kinds_of_events_can_be_caused(replica_set, events):
    client = replica_set.client(
        event_listeners=[events.listener()], maxPoolSize=1, waitQueueTimeoutMS=20, retryReads=False
    )
    client.shop.items.insert_one({})
    replica_set.on("find", reply=replica_set.error(code=96))
    with pytest.raises(OperationFailure):
        client.shop.items.find_one()
    with client.start_session() as session, session.start_transaction():
        # The only connection is busy with a command that waits for this thread.
        busy = events.wait_for("CommandStartedEvent")
        assert busy is not None

        def check_out_a_second_one(command):
            with pytest.raises(WaitQueueTimeoutError):
                client.shop.items.find_one()

        replica_set.on("insert", reply=check_out_a_second_one)
        client.shop.items.insert_one({}, session=session)
        session.abort_transaction()
    removed = replica_set.secondaries[0]
    replica_set.remove(removed)
    events.wait_for("ServerClosedEvent")
    replica_set.on("find", reply=replica_set.network_error())
    with pytest.raises(AutoReconnect):
        client.shop.items.find_one()
    replica_set.kill(replica_set.primary)
    events.wait_for("ServerHeartbeatFailedEvent")
    client.close()
    assert set(events.names()) == ALL_EVENTS


@pytest.mark.asyncio
async def test_all_kinds_of_events_can_be_caused_async(replica_set, events, settle):
    client = replica_set.async_client(
        event_listeners=[events.listener()],
        maxPoolSize=1,
        waitQueueTimeoutMS=20,
        retryReads=False,
        heartbeatFrequencyMS=500,
    )
    await client.shop.items.insert_one({})
    await settle(replica_set)
    replica_set.on("find", reply=replica_set.error(code=96))
    with pytest.raises(OperationFailure):
        await client.shop.items.find_one()
    loop = asyncio.get_running_loop()

    def check_out_a_second_one(command):
        with pytest.raises(WaitQueueTimeoutError):
            asyncio.run_coroutine_threadsafe(client.shop.items.find_one(), loop).result(10)

    replica_set.on("insert", reply=check_out_a_second_one)
    await client.shop.items.insert_one({})
    replica_set.remove(replica_set.secondaries[0])
    await asyncio.to_thread(events.wait_for, "ServerClosedEvent")
    replica_set.on("find", reply=replica_set.network_error())
    with pytest.raises(AutoReconnect):
        await client.shop.items.find_one()
    killed = replica_set.primary
    await asyncio.to_thread(replica_set.kill, killed)
    await asyncio.to_thread(events.wait_for, "ServerHeartbeatFailedEvent")
    replica_set.revive(killed)
    await settle(replica_set)
    await client.close()
    assert set(events.names()) == ALL_EVENTS


def test_a_retried_write_is_failed_checked_out_again_and_succeeded(replica_set, events):
    """What an application's failover test asserts, in order."""
    client = replica_set.client(
        event_listeners=[events.listener(monitoring.CommandListener, monitoring.ConnectionPoolListener)]
    )
    client.shop.items.insert_one({})
    events.seen.clear()
    old = replica_set.primary
    new = replica_set.step_down(hold_heartbeats=True)
    client.shop.items.insert_one({})
    wanted = [
        ("CommandStartedEvent", old),
        ("CommandFailedEvent", old),
        ("ConnectionCheckOutStartedEvent", new),
        ("ConnectionCheckedOutEvent", new),
        ("CommandStartedEvent", new),
        ("CommandSucceededEvent", new),
        ("ConnectionCheckedInEvent", new),
    ]
    seen = [
        (type(event).__name__, getattr(event, "address", None) or event.connection_id)
        for event in events.seen
    ]
    walk = iter(seen)
    assert all(one in walk for one in wanted), seen
