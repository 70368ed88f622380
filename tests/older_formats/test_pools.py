"""CMAP files of one's own: what fails says where and why, waits have limits, nothing is left behind."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable
from textwrap import dedent
from typing import Any

import pymongo
import pytest
from pymongo import MongoClient

from mongotape.documents import parse_document
from mongotape.errors import ServerUnavailableError, UsageError
from mongotape.runner.older import PoolContext, _pool_test
from mongotape.runner.older._uris import uri_of
from mongotape.spec import CmapFile, read
from tests.approval import approve

READY = "version: 1\nstyle: unit\ndescription: of one's own\n"


def cmap(text: str, name: str = "own.yml") -> CmapFile:
    """A file of the CMAP format; its first three lines are written here."""
    file = read(parse_document(READY + dedent(text).lstrip("\n"), name=name))
    assert isinstance(file, CmapFile)
    return file


ONE_CHECK_OUT = """
    operations:
      - {name: ready}
      - {name: checkOut, label: conn}
      - {name: checkIn, connection: conn}
    events:
      - {type: ConnectionCheckOutStarted, address: 42}
      - {type: ConnectionCheckedOut, address: 42, connectionId: 42}
      - {type: ConnectionCheckedIn, address: 42, connectionId: %s}
    ignore: [ConnectionPoolCreated, ConnectionPoolReady, ConnectionCreated, ConnectionReady]
"""


def test_a_pool_does_what_the_file_says(pools: PoolContext) -> None:
    """The outcome holds what the pool published."""
    outcome = pools.run(cmap(ONE_CHECK_OUT % 1))
    assert outcome.passed, outcome.text
    assert [
        kind.removeprefix("connection").removesuffix("Event") for kind in outcome.events.of("pool").kinds
    ] == [
        *("poolCreated", "poolReady", "CheckOutStarted", "Created", "Ready", "CheckedOut", "CheckedIn"),
    ]


def test_a_wrong_event_is_told_with_its_line(pools: PoolContext) -> None:
    """The first lines say which expectation, what was expected and what was observed; the walk follows."""
    outcome = pools.run(cmap(ONE_CHECK_OUT % 7))
    assert outcome.status == "failed"
    assert outcome.where == "own.yml:11"
    assert "own.yml:11" in outcome.text.splitlines()[0]
    assert "connection_id: expected 7" in outcome.text
    if pools.api == "sync" and pymongo.version_tuple[:2] >= (4, 20):
        tail = outcome.text.rpartition("\non MongoDB")[0]
        approve(tail, "older_formats", "wrong_connection")


def test_further_events_fail_unless_they_are_allowed(mongo_uri: str) -> None:
    """The format lets more events follow; by default they fail."""
    file = cmap(
        """
        operations: [{name: ready}]
        events: [{type: ConnectionPoolCreated, address: 42}]
        """
    )
    with PoolContext(mongo_uri, api="sync") as context:
        assert "pool_ready() was observed and not expected" in context.run(file).text
    with PoolContext(mongo_uri, api="sync", trailing_events=True) as context:
        assert context.run(file).passed


def test_no_events_expected_means_none(pools: PoolContext) -> None:
    """An empty list is no reason to pass."""
    outcome = pools.run(cmap("operations: [{name: ready}]\nevents: []\n"))
    assert outcome.status == "failed"
    assert "2 events observed, none expected" in outcome.sentence


BLOCKED = """
    poolOptions: {maxPoolSize: 1}
    operations:
      - {name: ready}
      - {name: checkOut}
      - {name: start, target: thread1}
      - {name: checkOut, thread: thread1}
      - {name: waitForThread, target: thread1}
    events: []
"""


def test_waiting_for_a_thread_has_a_limit(pools: PoolContext, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence says what the thread is still doing; the thread ends with the test."""
    monkeypatch.setattr(_pool_test, "THREAD_SECONDS", 0.05)
    outcome = pools.run(cmap(BLOCKED))
    assert outcome.status == "failed"
    assert outcome.where == "own.yml:10"
    assert outcome.sentence == "waitForThread: thread1 is still at work (checkOut, line 9) after 0.05 s"
    pools.close()
    assert "thread1" not in {thread.name for thread in threading.enumerate()}


def test_waiting_for_an_event_has_a_limit(pools: PoolContext) -> None:
    """The file's own, in milliseconds; what was seen instead is told."""
    file = cmap(
        """
        operations:
          - {name: ready}
          - {name: waitForEvent, event: ConnectionPoolCleared, count: 1, timeout: 30}
        events: []
        """
    )
    outcome = pools.run(file)
    assert outcome.where == "own.yml:6"
    assert "waitForEvent: waited 0.03 s for pool_cleared()" in outcome.sentence
    assert "pool_ready" in outcome.text
    assert outcome.seconds < 5


def test_an_ignored_event_is_waited_for(pools: PoolContext) -> None:
    """What is ignored is left out of the comparison only."""
    file = cmap(
        """
        operations:
          - {name: ready}
          - {name: waitForEvent, event: ConnectionPoolReady, count: 1, timeout: 5000}
        events: [{type: ConnectionPoolCreated}]
        ignore: [ConnectionPoolReady]
        """
    )
    assert pools.run(file).passed


def test_a_test_has_a_limit(mongo_uri: str) -> None:
    """A main thread that waits for ever is broken off, on both APIs."""
    file = cmap(
        """
        poolOptions: {maxPoolSize: 1}
        operations: [{name: ready}, {name: checkOut}, {name: checkOut}]
        events: []
        """
    )
    for api in ("sync", "async"):
        began = time.monotonic()
        with PoolContext(mongo_uri, api=api, timeout=0.2) as context:
            outcome = context.run(file)
        assert (outcome.status, outcome.sentence) == ("failed", "the test was not over after 0.2 s"), api
        assert time.monotonic() - began < 5


CLOSED = """
    operations:
      - {name: ready}
      - {name: close}
      - {name: checkOut}
    %s
    events: []
    ignore: [ConnectionPoolCreated, ConnectionPoolReady, ConnectionPoolClosed, ConnectionCheckOutStarted,
             ConnectionCheckOutFailed]
"""


@pytest.mark.parametrize(
    ("error", "line", "sentence"),
    [
        ("error: {type: PoolClosedError}", None, ""),
        ("error: {type: PoolClosedError, message: closed connection pool}", None, ""),
        (
            "error: {type: WaitQueueTimeoutError}",
            8,
            "expected WaitQueueTimeoutError; checkOut (line 7) raised _PoolClosedError",
        ),
        (
            "error: {type: PoolClosedError, message: paused}",
            8,
            "expected the message 'paused'; checkOut (line 7)",
        ),
        ("", 7, "operations[2] (checkOut) raised _PoolClosedError: Attempted to check out"),
    ],
)
def test_errors_are_judged(pools: PoolContext, error: str, line: int | None, sentence: str) -> None:
    """By their type and a part of their message; one that nobody expects fails at its operation."""
    outcome = pools.run(cmap(CLOSED % error))
    assert outcome.status == ("passed" if line is None else "failed"), outcome.text
    assert outcome.sentence.startswith(sentence)
    assert outcome.where == (None if line is None else f"own.yml:{line}")


def test_an_error_that_does_not_come_fails(pools: PoolContext) -> None:
    """Also where the events are as expected."""
    file = cmap(
        """
        operations: [{name: ready}]
        error: {type: PoolClosedError}
        events: [{type: ConnectionPoolCreated}, {type: ConnectionPoolReady}]
        """
    )
    outcome = pools.run(file)
    assert outcome.sentence == "expected PoolClosedError, and no operation raised one"
    assert outcome.where == "own.yml:5"


def test_a_cleared_pool_refuses(pools: PoolContext) -> None:
    """The format's PoolClearedError is PyMongo's AutoReconnect."""
    file = cmap(
        """
        operations: [{name: ready}, {name: clear}, {name: checkOut}]
        error: {type: PoolClearedError, message: pool paused}
        events:
          - {type: ConnectionPoolCreated}
          - {type: ConnectionPoolReady}
          - {type: ConnectionPoolCleared}
          - {type: ConnectionCheckOutStarted}
          - {type: ConnectionCheckOutFailed, reason: connectionError}
        """
    )
    outcome = pools.run(file)
    assert outcome.passed, outcome.text


def test_a_threads_error_counts_when_it_is_waited_for(pools: PoolContext) -> None:
    """And it does nothing after its first error."""
    text = """
        operations:
          - {name: start, target: thread1}
          - {name: checkOut, thread: thread1}
          - {name: checkOut, thread: thread1}
          - {name: waitForEvent, event: ConnectionCheckOutFailed, count: 1}
          %s
        events:
          - {type: ConnectionPoolCreated}
          - {type: ConnectionCheckOutStarted}
          - {type: ConnectionCheckOutFailed}
    """
    assert pools.run(cmap(text % "")).passed
    outcome = pools.run(cmap(text % "- {name: waitForThread, target: thread1}"))
    assert outcome.status == "failed"
    assert outcome.sentence.startswith("operations[4] (waitForThread) raised AutoReconnect")


def test_a_threads_failed_wait_counts_without_being_waited_for(pools: PoolContext) -> None:
    """Only the driver's own errors may pass unseen in a thread."""
    file = cmap(
        """
        operations:
          - {name: start, target: thread1}
          - {name: waitForEvent, event: ConnectionCreated, count: 1, timeout: 1, thread: thread1}
          - {name: wait, ms: 200}
        events: [{type: ConnectionPoolCreated}]
        """
    )
    outcome = pools.run(file)
    assert outcome.status == "failed"
    assert outcome.where == "own.yml:6"
    assert outcome.sentence.startswith("waitForEvent: waited 0.001 s for connection_created()")


def test_an_errors_address_is_looked_at(pools: PoolContext) -> None:
    """PyMongo's errors of pools carry none, so that no expectation of one passes."""
    outcome = pools.run(cmap(CLOSED % "error: {type: PoolClosedError, address: 42}"))
    assert outcome.where == "own.yml:8"
    assert outcome.sentence.startswith("expected any address, the error has None; checkOut (line 7) raised")


def test_what_a_server_lacks_is_a_skip(pools: PoolContext) -> None:
    """In one sentence, with what is there."""
    text = """
        runOn: [{minServerVersion: "99.0"}]
        operations: []
        events: []
    """
    newer = read(parse_document(READY.replace("unit", "integration") + dedent(text), name="own.yml"))
    assert isinstance(newer, CmapFile)
    assert pools.run(newer).status == "skipped"
    assert (pools.unmet(newer) or "").startswith("needs MongoDB 99.0 or newer; this server is ")
    pools.facts = dataclasses.replace(pools.facts, topology="load-balanced")
    assert "behind a load balancer" in (pools.unmet(cmap(ONE_CHECK_OUT % 1)) or "")


def test_a_fail_point_ends_with_its_test(
    mongo_uri: str, make_client: Callable[..., MongoClient[dict[str, Any]]]
) -> None:
    """Also one that is always on."""
    text = """
        failPoint:
          configureFailPoint: failCommand
          mode: alwaysOn
          data: {failCommands: [ping], errorCode: 91, appName: ofOnesOwn}
        poolOptions: {appName: ofOnesOwn}
        operations: [{name: ready}]
        events: [{type: ConnectionPoolCreated}, {type: ConnectionPoolReady}]
    """
    file = read(parse_document(READY.replace("unit", "integration") + dedent(text), name="own.yml"))
    assert isinstance(file, CmapFile)
    with PoolContext(mongo_uri, api="sync") as context:
        assert context.run(file).passed
    assert make_client(appname="ofOnesOwn").admin.command("ping")["ok"] == 1


@pytest.mark.parametrize("name", ["ready", "checkout", "reset"])
def test_an_unknown_driver_is_a_sentence(
    pools: PoolContext, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """It names what is missing, and what to do."""
    pool: Any = __import__(f"pymongo.{pools.api}hronous.pool", fromlist=["Pool"]).Pool
    monkeypatch.delattr(pool, name)
    outcome = pools.run(
        cmap("operations: [{name: ready}, {name: clear}, {name: ready}, {name: checkOut}]\nevents: []")
    )
    assert outcome.status == "broken"
    assert outcome.sentence == (
        f"PyMongo {pymongo.version} lacks Pool.{name}: pools can be operated step by step with PyMongo 4.9 to 4.20"
        " only; install one of these versions"
    )


def test_nobody_answers() -> None:
    """The sentence names the address and no password."""
    with pytest.raises(
        ServerUnavailableError, match=r"no MongoDB server answers at mongodb://\*\*\*@127\.0\.0\.1:9/"
    ):
        PoolContext("mongodb://ann:secret@127.0.0.1:9/?serverSelectionTimeoutMS=50", api="sync")


@pytest.mark.parametrize(
    ("uri", "one"),
    [
        ("mongodb://a:1,b:2/", "mongodb://h:1/?directConnection=true"),
        (
            "mongodb://ann:pw@a:1,b:2/app?replicaSet=rs0&tls=true&maxPoolSize=3",
            "mongodb://ann:pw@h:1/?tls=true&authSource=app&directConnection=true",
        ),
        ("mongodb+srv://ann:pw@c.example/", "mongodb://ann:pw@h:1/?tls=true&directConnection=true"),
        ("mongodb+srv://c.example/?tls=false", "mongodb://h:1/?tls=false&directConnection=true"),
    ],
)
def test_one_server_of_a_deployment(uri: str, one: str) -> None:
    """Credentials and TLS stay; other servers and the options that a file gives itself go."""
    assert uri_of(uri, ("h", 1)) == one


def test_addresses_of_other_kinds() -> None:
    """A numeric IPv6 host and a socket's path."""
    assert uri_of("mongodb://a/", ("::1", 1)) == "mongodb://[::1]:1/?directConnection=true"
    assert uri_of("mongodb://a/", ("/tmp/m.sock", None)) == "mongodb://%2Ftmp%2Fm.sock/?directConnection=true"
    with pytest.raises(UsageError):
        uri_of("http://a/", ("h", 1))
