"""Hello: a reply that PyMongo accepts, and streaming that is answered at once on a change."""

from __future__ import annotations

import threading

import pymongo
import pytest
from pymongo import monitoring

from mongotape.wire import TopologyClock, WireServer, answer_hello, hello_reply, is_hello


class Member:
    """A server whose role may change; its hello is streamed."""

    def __init__(self):
        self.clock = TopologyClock()
        self.role = {"isWritablePrimary": True}
        self.waiting = threading.Event()

    def __call__(self, request, connection):
        if not is_hello(request.name):
            return {"ok": 1}
        if "topologyVersion" in request.command:
            self.waiting.set()
        return answer_hello(request, connection, self.clock, lambda: self.describe(request, connection))

    def describe(self, request, connection):
        return hello_reply(request, connection, self.role, topology_version=self.clock.version)


@pytest.fixture
def member():
    return Member()


def test_a_plain_hello_is_answered_at_once(serve, dial, member):
    client = dial(serve(member))
    client.command({"hello": 1})
    document, more, _, _ = client.reply()
    assert not more
    assert document["ok"] == 1
    assert document["isWritablePrimary"] is True
    assert document["helloOk"] is True
    assert document["connectionId"] == 1
    assert document["minWireVersion"] == 0
    assert document["maxWireVersion"] >= 21
    assert document["logicalSessionTimeoutMinutes"] == 30
    assert document["maxBsonObjectSize"] == 16 * 1024 * 1024
    assert document["maxMessageSizeBytes"] == 48_000_000
    assert document["topologyVersion"] == member.clock.version
    assert "compression" not in document


def test_its_former_name_reports_ismaster(serve, dial, member):
    client = dial(serve(member))
    client.command({"isMaster": 1})
    document = client.reply()[0]
    assert document["ismaster"] is True
    assert "isWritablePrimary" not in document


def test_an_awaiting_hello_is_answered_by_a_change(serve, dial, member):
    """Long before maxAwaitTimeMS, with the newer version."""
    client = dial(serve(member))
    client.command({"hello": 1, "topologyVersion": member.clock.version, "maxAwaitTimeMS": 60_000})
    assert member.waiting.wait(5)
    member.role = {"isWritablePrimary": False}
    newer = member.clock.advance()
    document = client.reply()[0]
    assert document["isWritablePrimary"] is False
    assert document["topologyVersion"] == newer


def test_an_awaiting_hello_is_answered_when_its_time_is_over(serve, dial, member):
    client = dial(serve(member))
    client.command({"hello": 1, "topologyVersion": member.clock.version, "maxAwaitTimeMS": 1})
    assert client.reply()[0]["topologyVersion"] == member.clock.version


@pytest.mark.parametrize("known", ["older", "another process"])
def test_what_the_client_does_not_know_is_told_at_once(serve, dial, member, known):
    version = member.clock.version if known == "older" else TopologyClock().version
    member.clock.advance()
    client = dial(serve(member))
    client.command({"hello": 1, "topologyVersion": version, "maxAwaitTimeMS": 60_000})
    assert client.reply()[0]["topologyVersion"] == member.clock.version


def test_an_exhaust_hello_streams_every_change_and_every_time_out(serve, dial, member):
    client = dial(serve(member))
    client.command({"hello": 1, "topologyVersion": member.clock.version, "maxAwaitTimeMS": 5}, flags=1 << 16)
    replies = [client.reply(), client.reply()]
    assert all(more for _, more, _, _ in replies)
    assert replies[0][0]["topologyVersion"] == replies[1][0]["topologyVersion"]
    newer = member.clock.advance()
    while client.reply()[0]["topologyVersion"] != newer:
        pass


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"topologyVersion": TopologyClock().version}, 31368),
        ({"maxAwaitTimeMS": 5}, 51760),
        ({"topologyVersion": TopologyClock().version, "maxAwaitTimeMS": -1}, 31373),
        ({"topologyVersion": TopologyClock().version, "maxAwaitTimeMS": "x"}, 31373),
        ({"topologyVersion": 3, "maxAwaitTimeMS": 5}, 9),
        ({"topologyVersion": {"processId": 1}, "maxAwaitTimeMS": 5}, 9),
    ],
)
def test_malformed_awaiting_fields_are_refused(serve, dial, member, fields, code):
    client = dial(serve(member))
    client.command({"hello": 1} | fields)
    assert client.reply()[0]["code"] == code


def test_a_version_from_the_future_is_refused(serve, dial, member):
    future = {"processId": member.clock.version["processId"], "counter": 7}
    client = dial(serve(member))
    client.command({"hello": 1, "topologyVersion": future, "maxAwaitTimeMS": 5})
    assert client.reply()[0]["code"] == 31382


def test_pymongo_streams_and_sees_a_change_at_once():
    """A real monitor: its heartbeats are awaited, and a change of role is an event within the wait."""
    member = Member()
    changed, awaited = threading.Event(), threading.Event()

    class Listener(monitoring.ServerHeartbeatListener):
        def started(self, event):
            pass

        def succeeded(self, event):
            if event.awaited:
                awaited.set()
            if event.reply.document.get("secondary"):
                changed.set()

        def failed(self, event):
            pass

    with (
        WireServer(member) as server,
        pymongo.MongoClient(*server.address, event_listeners=[Listener()], directConnection=True) as client,
    ):
        client.admin.command("ping")
        assert member.waiting.wait(5)
        member.role = {"isWritablePrimary": False, "secondary": True, "setName": "rs", "hosts": []}
        member.clock.advance()
        assert changed.wait(5)
        assert awaited.is_set()
