"""Logs of a real driver: relations that hold there are found, and a log matches the expectation made from itself."""

from __future__ import annotations

import random
import threading
from typing import Any

import pytest

from mongotape import expect
from mongotape.events import RecordedEvent
from mongotape.expect import Expectation, literal, same
from mongotape.matching import match_events
from mongotape.recording import EventRecorder

MODES = ["exact", "prefix", "in_order", "any_order"]


def itself(event: RecordedEvent) -> Expectation:
    """The expectation made from an event: every field, taken literally."""
    fields: dict[str, Any] = {}
    for name, field in event.kind.fields.items():
        value = getattr(event, name)
        if name == "reply" and not field.document:
            continue  # a heartbeat's is compared as a document or as an exception
        fields[name] = literal(value) if field.document else value
    return Expectation(event.kind, fields)


@pytest.fixture
def recorder(make_client) -> EventRecorder:
    """What an application does with a few commands, cursors and errors."""
    recorder = EventRecorder(families=["command", "pool"])
    client = make_client(event_listeners=[recorder])
    items = client.matching_real.items
    items.drop()
    items.insert_many([{"_id": n, "a.b": {"$x": n}} for n in range(7)])
    list(items.find({}, batch_size=2))
    items.update_one({"_id": 1}, {"$inc": {"n": 1}})
    items.find_one({"_id": {"$in": [1, 2]}})
    client.drop_database("matching_real")
    return recorder


def test_a_log_matches_the_expectation_made_from_itself(recorder):
    """In every mode; shuffled in any order; and not with one event changed, dropped or added."""
    log = recorder.log
    expected = [itself(event) for event in log]
    assert len(log) > 30
    for mode in MODES:
        verdict = match_events(expected, log, mode=mode)
        assert verdict.passed, verdict.difference
    shuffled = random.Random(3).sample(expected, len(expected))
    assert match_events(shuffled, log, mode="any_order").passed
    assert not match_events(shuffled, log).passed
    for index in range(len(expected)):
        fewer = [*expected[:index], *expected[index + 1 :]]
        assert not match_events(fewer, log).passed
        assert not match_events(fewer, log, mode="any_order").passed
        assert match_events(fewer, log, mode="in_order").passed
        for mode in MODES:
            assert not match_events(expected, fewer_events(log, index), mode=mode).passed


def fewer_events(log: Any, index: int) -> list[RecordedEvent]:
    return [*log[:index], *log[index + 1 :]]


def test_a_cursor_is_followed_from_find_to_its_last_batch(recorder):
    """The getMore commands continue the find's cursor, as many as there are, all on checked-out connections."""
    cursor = {"cursor": expect.like({"id": same("cursor")})}
    verdict = match_events(
        [
            expect.command_started("find", request_id=same("find")),
            expect.command_succeeded("find", request_id=same("find"), reply=cursor),
            expect.one_or_more(
                expect.command_started("getMore", command={"getMore": same("cursor")}),
                expect.command_succeeded("getMore"),
            ),
        ],
        recorder.log.of("command"),
        mode="in_order",
    )
    assert verdict.passed
    assert verdict.captures["cursor"] > 0


def test_commands_run_on_the_connection_that_was_borrowed_for_them(make_client):
    """Four threads interleave; each loan is one connection from check-out to check-in."""
    recorder = EventRecorder(families=["command", "pool"])
    client = make_client(event_listeners=[recorder])
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        for _ in range(5):
            client.admin.command("ping")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    loan = [
        expect.connection_checked_out(connection=same("conn")),
        expect.command_started("ping", connection=same("conn"), request_id=same("request")),
        expect.command_succeeded("ping", connection=same("conn"), request_id=same("request")),
        expect.connection_checked_in(connection=same("conn")),
    ]
    verdict = match_events(loan, recorder.log, mode="in_order")
    assert verdict.passed
    events = [recorder.log[pair.event] for pair in verdict.pairs]
    assert len({event.connection for event in events}) == 1
    swapped = [loan[3], *loan[1:3], loan[0]]
    alone = [event for event in recorder.log if event.connection == events[0].connection][:5]
    assert not match_events(swapped, alone, mode="in_order").passed


def test_a_retry_is_another_request_of_the_same_transaction_number(make_client, failpoint):
    """Seen through events of a real retry."""
    recorder = EventRecorder(families="command")
    client = make_client(event_listeners=[recorder])
    with failpoint("insert", code=6, times=1, labels=["RetryableWriteError"]):
        client.matching_real.items.insert_one({"_id": "retried"})
    attempt = {"lsid": same("session"), "txnNumber": same("txn")}
    expected = [
        expect.command_started("insert", command=attempt, request_id=same("first")),
        expect.command_failed("insert", request_id=same("first"), failure={"code": 6}),
        expect.command_started("insert", command=attempt, request_id=same("retry", other_than="first")),
        expect.command_succeeded("insert", request_id=same("retry")),
    ]
    log = recorder.log
    client.drop_database("matching_real")
    for mode in MODES:
        assert match_events(expected, log, mode=mode).passed
    same_request = [
        *expected[:2],
        expect.command_started("insert", command=attempt, request_id=same("first")),
    ]
    assert not match_events([*same_request, expect.command_succeeded("insert")], log).passed


def test_a_scope_that_is_still_open_is_compared_as_it_is(make_client):
    """The verdict keeps what it saw; asked again, the longer log is compared."""
    recorder = EventRecorder(families="command")
    client = make_client(event_listeners=[recorder])
    pings = [expect.command_started("ping"), expect.command_succeeded("ping")]
    with recorder.scope() as log:
        client.admin.command("ping")
        once = match_events(pings * 2, log)
        client.admin.command("ping")
        twice = match_events(pings * 2, log)
    assert (once.passed, once.observed, len(once.events)) == (False, 2, 2)
    assert [row.mark for row in once.walk] == ["=", "=", "-", "-"]
    assert twice.passed
