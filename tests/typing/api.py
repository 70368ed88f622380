"""The public API as the type checker sees it: checked by mypy, never run."""

from __future__ import annotations

from typing import Any, assert_type

from pymongo import AsyncMongoClient, MongoClient

from mongotape import (
    Connection,
    EventLog,
    EventRecorder,
    Family,
    Kind,
    RecordedEvent,
    assert_events,
    assert_events_eventually,
    assert_no_events,
    expect,
    like,
    same,
    text,
)


def record(uri: str) -> None:
    """A recorder is a listener of both clients, and its log is typed."""
    recorder = EventRecorder(families=["command", Family.POOL], maxlen=10)
    sync: MongoClient[dict[str, Any]] = MongoClient(uri, event_listeners=[recorder])
    asynchronous: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(uri, event_listeners=[recorder])
    assert_type(recorder.log, EventLog)
    assert_type(recorder.log[0], RecordedEvent)
    assert_type(recorder.log[1:], EventLog)
    assert_type(recorder.log.of("cmap", Kind.COMMAND_STARTED).commands("find"), EventLog)
    assert_type(recorder.label_of(sync), str | None)
    assert_type(recorder.label_of(asynchronous), str | None)
    with recorder.scope() as log:
        assert_type(log, EventLog)
    for event in log:
        assert_type(event.kind, Kind)
        assert_type(event.family, Family)
        assert_type(event.connection, Connection | None)
        assert_type(event.command, dict[str, Any])
        assert_type(event.duration_micros, int)
        assert_type(event.at, float)


def compare(recorder: EventRecorder) -> None:
    """Builders, mappings and both; a keyword that a kind lacks, or of another type, is an error."""
    assert_events(
        recorder,
        [
            expect.command_started("find", command=like({"filter": {}}), request_id=1, client=text("client")),
            expect.connection_checked_in(connection=same("conn")),
            {"commandSucceededEvent": {"commandName": "find"}},
        ],
        mode="in_order",
        families="command",
        timeout=1,
    )
    assert_events(recorder.log, "expected.events.yml")
    assert_no_events(recorder, [expect.pool_cleared()])
    assert_events(recorder, [], mode="sorted")  # type: ignore[arg-type]
    expect.command_started("find", reply={})  # type: ignore[call-arg]
    expect.connection_checked_in(connection_id="one")  # type: ignore[arg-type]
    assert_type(recorder.wait_for(expect.pool_cleared(), count=2, timeout=0.5), list[RecordedEvent])


async def compare_later(recorder: EventRecorder) -> None:
    """The asynchronous twins."""
    await assert_events_eventually(recorder, [expect.pool_cleared()], timeout=1)
    assert_type(await recorder.await_for({"poolClearedEvent": {}}), list[RecordedEvent])
