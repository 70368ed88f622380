"""One event: every field of every kind, and captures within and between events."""

from __future__ import annotations

import re
from typing import Any

import bson
import pytest
from bson import ObjectId, Timestamp
from pymongo import monitoring
from pymongo.errors import AutoReconnect
from pymongo.hello import Hello
from pymongo.server_description import ServerDescription
from pymongo.topology_description import TOPOLOGY_TYPE, TopologyDescription

from mongotape import expect
from mongotape.errors import ExpectationError
from mongotape.events import Connection, Kind
from mongotape.expect import same, text
from mongotape.matching import event_matcher, match_events, operator
from tests.matching.records import ADDRESS, checked_in, checked_out, failed, ready, record, started, succeeded

TOPOLOGY = ObjectId("65e07a1f0000000000000001")
PRIMARY = Hello({"ok": 1, "isWritablePrimary": True, "setName": "rs", "hosts": ["a:1"], "maxWireVersion": 25})
KNOWN = ServerDescription(("a", 1), PRIMARY)
UNKNOWN = ServerDescription(("a", 1))
SERVICE = ObjectId("65e07a1f0000000000000002")


def topology(kind: int) -> TopologyDescription:
    return TopologyDescription(kind, {("a", 1): UNKNOWN}, "rs", None, None, None)  # type: ignore[arg-type]


SERVER_CHANGED = record(
    Kind.SERVER_DESCRIPTION_CHANGED,
    monitoring.ServerDescriptionChangedEvent(UNKNOWN, KNOWN, ("a", 1), TOPOLOGY),
)
TOPOLOGY_CHANGED = record(
    Kind.TOPOLOGY_DESCRIPTION_CHANGED,
    monitoring.TopologyDescriptionChangedEvent(
        topology(TOPOLOGY_TYPE.Unknown), topology(TOPOLOGY_TYPE.ReplicaSetNoPrimary), TOPOLOGY
    ),
)
BEAT = record(
    Kind.SERVER_HEARTBEAT_SUCCEEDED,
    monitoring.ServerHeartbeatSucceededEvent(0.5, PRIMARY, ("a", 1), True),  # type: ignore[arg-type]
    reply=PRIMARY.document,
)
BEAT_FAILED = record(
    Kind.SERVER_HEARTBEAT_FAILED,
    monitoring.ServerHeartbeatFailedEvent(0.5, AutoReconnect("a:1: connection refused"), ("a", 1), False),
)
CLEARED = record(Kind.POOL_CLEARED, monitoring.PoolClearedEvent(ADDRESS, SERVICE, True))
CREATED = record(
    Kind.POOL_CREATED, monitoring.PoolCreatedEvent(ADDRESS, {"maxPoolSize": 5}), options={"maxPoolSize": 5}
)
CLOSED = record(Kind.CONNECTION_CLOSED, monitoring.ConnectionClosedEvent(ADDRESS, 3, "stale"))
CHECK_OUT_FAILED = record(
    Kind.CONNECTION_CHECK_OUT_FAILED, monitoring.ConnectionCheckOutFailedEvent(ADDRESS, "timeout", 1.5)
)
FIND = started(
    {"find": "items", "filter": {"sku": "A1"}, "lsid": {"id": 1}}, service_id=SERVICE, operation_id=-5
)
REPLY = succeeded({"ok": 1.0, "cursor": {"id": 0, "firstBatch": []}})
ERROR = failed({"code": 11000, "errmsg": "E11000 duplicate key"}, "insert")

MATCHING = [
    (FIND, {"commandStartedEvent": {}}),
    (FIND, {"commandStartedEvent": {"commandName": "find", "databaseName": "shop", "hasServiceId": True}}),
    (FIND, {"commandStartedEvent": {"command": {"filter": {"sku": "A1"}}, "hasServerConnectionId": True}}),
    (FIND, expect.command_started("find", request_id=1, operation_id={"$$lte": -5}, server_connection_id=7)),
    (FIND, expect.command_started(text("^fi"), connection_id=("localhost", 27017), service_id=SERVICE)),
    (FIND, expect.command_started(connection_id=["localhost", 27017.0], client="client-1", connection=None)),
    (started({"ping": 1}, client=None, server_connection_id=None), {"commandStartedEvent": {"client": None}}),
    (started({"ping": 1}, server_connection_id=0), {"commandStartedEvent": {"hasServerConnectionId": False}}),
    (started({"ping": 1}, service_id=ObjectId(b"\0" * 12)), {"commandStartedEvent": {"hasServiceId": False}}),
    (
        REPLY,
        {
            "commandSucceededEvent": {
                "reply": {"ok": 1, "cursor": {"id": {"$$exists": True}, "firstBatch": []}}
            }
        },
    ),
    (REPLY, expect.command_succeeded("find", duration_micros=1500, reply={"ok": 1})),
    (ERROR, expect.command_failed("insert", failure={"code": 11000, "errmsg": text("duplicate")})),
    (
        ERROR,
        {"commandFailedEvent": {"commandName": "insert", "failure": {"code": 11000}, "durationMicros": 1500}},
    ),
    (CREATED, expect.pool_created(options={"maxPoolSize": 5}, address=ADDRESS)),
    (CLEARED, {"poolClearedEvent": {"hasServiceId": True, "interruptInUseConnections": True}}),
    (CLEARED, expect.pool_cleared(interrupt_connections=True, service_id={"$$type": "objectId"})),
    (CLOSED, {"connectionClosedEvent": {"reason": "stale", "connectionId": 3}}),
    (CHECK_OUT_FAILED, expect.connection_check_out_failed(reason="timeout", duration={"$$lte": 2})),
    (
        checked_out(3),
        expect.connection_checked_out(connection=Connection("client-1", ADDRESS, 1, 3), duration=0.25),
    ),
    (SERVER_CHANGED, {"serverDescriptionChangedEvent": {"newDescription": {"type": "RSPrimary"}}}),
    (
        SERVER_CHANGED,
        expect.server_description_changed(previous_description={"type": "Unknown"}, topology_id=TOPOLOGY),
    ),
    (
        SERVER_CHANGED,
        expect.server_description_changed(new_description={"setName": "rs", "maxWireVersion": 25}),
    ),
    (SERVER_CHANGED, expect.server_description_changed(new_description={"replica_set_name": text("^r")})),
    (SERVER_CHANGED, expect.server_description_changed(new_description={"primary": {"$$exists": True}})),
    (SERVER_CHANGED, {"serverDescriptionChangedEvent": {"serverAddress": ["a", 1]}}),
    (TOPOLOGY_CHANGED, {"topologyDescriptionChangedEvent": {"previousDescription": {"type": "Unknown"}}}),
    (TOPOLOGY_CHANGED, expect.topology_description_changed(new_description={"type": "ReplicaSetNoPrimary"})),
    (BEAT, {"serverHeartbeatSucceededEvent": {"awaited": True, "duration": 0.5, "reply": {"setName": "rs"}}}),
    (BEAT_FAILED, expect.server_heartbeat_failed(awaited=False, reply=text("connection refused"))),
]

DIFFERENT = [
    (
        FIND,
        {"commandSucceededEvent": {}},
        "kind: expected commandSucceededEvent, observed commandStartedEvent",
    ),
    (FIND, expect.command_started("insert"), "command_name: expected 'insert', observed 'find'"),
    (
        FIND,
        expect.command_started(command={"filter": {"sku": "A2"}}),
        "command.filter.sku: expected 'A2', observed 'A1'",
    ),
    (FIND, expect.command_started(command={"filter": {}}), "command.filter.sku: observed 'A1', and a nested"),
    (FIND, expect.command_started(database_name="shop2"), "database_name: expected 'shop2', observed 'shop'"),
    (FIND, expect.command_started(request_id=True), "request_id: expected True (bool), observed 1 (int)"),
    (
        FIND,
        expect.command_started(has_service_id=False),
        f"has_service_id: expected no service id, observed ObjectId('{SERVICE}')",
    ),
    (
        FIND,
        expect.command_started(connection=same("c"), request_id=same("c")),
        "connection: expected same('c'), observed nothing",
    ),
    (
        CLEARED,
        expect.pool_cleared(interrupt_connections=False),
        "interrupt_connections: expected False, observed True",
    ),
    (CLOSED, expect.connection_closed(reason="error"), "reason: expected 'error', observed 'stale'"),
    (
        CLOSED,
        expect.connection_closed(connection=Connection("client-1", ADDRESS, 1, 3)),
        "connection: expected ",
    ),
    (
        SERVER_CHANGED,
        expect.server_description_changed(new_description={"type": "RSSecondary"}),
        "new_description.type: expected 'RSSecondary', observed 'RSPrimary'",
    ),
    (
        BEAT,
        expect.server_heartbeat_succeeded(reply={"setName": "other"}),
        "reply.setName: expected 'other', observed 'rs'",
    ),
    (
        BEAT_FAILED,
        expect.server_heartbeat_failed(reply=text("timed out")),
        "reply: expected text('timed out'), observed Auto",
    ),
    (
        checked_out(1),
        expect.connection_checked_out(client="client-2"),
        "client: expected 'client-2', observed 'client-1'",
    ),
]


@pytest.mark.parametrize(("event", "expected"), MATCHING, ids=range(len(MATCHING)))
def test_matches(event, expected):
    """To the predicate, to the explanation and in a sequence."""
    matcher = event_matcher(expected)
    assert matcher.explain(event) == ()
    assert matcher.matches(event)
    for mode in ("exact", "in_order", "any_order"):
        assert match_events([expected], [event], mode=mode).passed


@pytest.mark.parametrize(("event", "expected", "why"), DIFFERENT, ids=range(len(DIFFERENT)))
def test_differs(event, expected, why):
    """And the first sentence says where and how."""
    matcher = event_matcher(expected)
    assert not matcher.matches(event)
    assert str(matcher.explain(event)[0]).startswith(why)
    for mode in ("exact", "prefix", "in_order", "any_order"):
        assert not match_events([expected], [event], mode=mode).passed


def test_a_description_has_only_what_it_has():
    """A word that no description knows can't be compared."""
    with pytest.raises(
        ExpectationError, match=re.escape("a description has no 'typ'; did you mean \"type\"?")
    ):
        event_matcher(expect.server_description_changed(new_description={"typ": "RSPrimary"}))
    with pytest.raises(ExpectationError, match="a description has no 'hosts'"):
        event_matcher(expect.topology_description_changed(new_description={"hosts": []}))


def test_a_single_expectation_is_no_repetition():
    """A predicate of one event can't count."""
    with pytest.raises(ExpectationError, match="a single event is expected here, not the repetition"):
        event_matcher(expect.one_or_more(expect.pool_ready()))


def test_a_capture_within_one_event():
    """The same value twice in one event, or another one."""
    twice = event_matcher(expect.command_started(request_id=same("n"), operation_id=same("n")))
    assert twice.matches(started({"ping": 1}, request_id=5, operation_id=5))
    assert not twice.matches(started({"ping": 1}, request_id=5, operation_id=6))
    (found,) = twice.explain(started({"ping": 1}, request_id=5, operation_id=6))
    assert str(found) == "operation_id: expected same('n') to be 5 (at request_id), observed 6"
    other = event_matcher(
        expect.command_started(request_id=same("a"), operation_id=same("b", other_than="a"))
    )
    assert other.matches(started({"ping": 1}, request_id=5, operation_id=6))
    (found,) = other.explain(started({"ping": 1}, request_id=5, operation_id=5))
    assert str(found) == "operation_id: expected another value than that of 'a' (at request_id), observed 5"


@pytest.mark.parametrize("mode", ["exact", "prefix", "in_order", "any_order"])
def test_relations_that_applications_have(mode):
    """Retry, cursor, connection and clients: what the captures are for, in every mode."""
    lsid = {"id": bson.Binary(b"a" * 16, 4)}
    retry = [
        started({"insert": "c", "lsid": lsid, "txnNumber": 1}, request_id=1),
        failed({"code": 91}, "insert", request_id=1),
        started({"insert": "c", "lsid": dict(lsid), "txnNumber": bson.Int64(1)}, request_id=2),
        succeeded({"ok": 1}, "insert", request_id=2),
    ]
    attempt = {"lsid": same("session"), "txnNumber": same("txn")}
    expected = [
        expect.command_started("insert", command=attempt, request_id=same("first")),
        expect.command_failed("insert", request_id=same("first")),
        expect.command_started("insert", command=attempt, request_id=same("second", other_than="first")),
        expect.command_succeeded("insert", request_id=same("second")),
    ]
    verdict = match_events(expected, retry, mode=mode)
    assert verdict.passed
    assert verdict.captures == {"session": lsid, "txn": 1, "first": 1, "second": 2}
    again = [*retry[:2], started({"insert": "c", "lsid": lsid, "txnNumber": 2}, request_id=2), retry[3]]
    assert not match_events(expected, again, mode=mode).passed

    batches = [
        started({"find": "c"}),
        succeeded({"ok": 1, "cursor": {"id": bson.Int64(7), "ns": "shop.c", "firstBatch": []}}),
        started({"getMore": bson.Int64(7), "collection": "c"}),
    ]
    continued: list[Any] = [
        {"commandStartedEvent": {"commandName": "find"}},
        {"commandSucceededEvent": {"reply": {"cursor": {"$$matchAsRoot": {"id": {"$$same": "cursor"}}}}}},
        {"commandStartedEvent": {"command": {"getMore": {"$$same": "cursor"}}}},
    ]
    assert match_events(continued, batches, mode=mode).passed
    assert not match_events(continued, [*batches[:2], started({"getMore": bson.Int64(8)})], mode=mode).passed

    loan = [
        checked_out(1),
        started({"find": "c"}, connection=Connection("client-1", ADDRESS, 1, 1)),
        checked_in(1),
    ]
    on_one = [
        expect.connection_checked_out(connection=same("conn")),
        expect.command_started("find", connection=same("conn")),
        expect.connection_checked_in(connection=same("conn")),
    ]
    assert match_events(on_one, loan, mode=mode).passed
    for other in (checked_in(2), checked_in(1, pool=2), checked_in(1, client="client-2")):
        assert not match_events(on_one, [*loan[:2], other], mode=mode).passed

    two = [checked_out(1, client="a"), checked_out(1, client="b")]
    clients = [
        expect.connection_checked_out(client=same("one"), connection_id=same("number")),
        expect.connection_checked_out(client=same("two", other_than="one"), connection_id=same("number")),
    ]
    assert match_events(clients, two, mode=mode).passed
    assert not match_events(clients, [two[0], two[0]], mode=mode).passed


def test_a_capture_in_a_repetition_is_the_same_in_every_round():
    """Every getMore continues the one cursor."""
    more = expect.one_or_more(
        expect.command_started("getMore", command={"getMore": same("cursor")}),
        expect.command_succeeded("getMore"),
    )
    rounds = [
        event
        for cursor in (7, 7, 8)
        for event in (started({"getMore": cursor}), succeeded({"ok": 1}, "getMore"))
    ]
    assert match_events([more], rounds[:4]).passed
    verdict = match_events([more], rounds)
    assert not verdict.passed
    assert verdict.difference is not None
    assert str(verdict.explain(0, 4)[0]) == (
        "command.getMore: expected same('cursor') to be 7 (observed by the 1st event), observed 8"
    )


def test_what_is_unknown_is_not_the_same():
    """Two events of unknown clients, or on undecided connections, prove nothing."""
    unknown = [started({"ping": 1}, client=None), started({"ping": 1}, client=None)]
    for name in ("client", "connection"):
        expected = [expect.command_started(**{name: same("x")}), expect.command_started(**{name: same("x")})]
        for mode in ("exact", "in_order", "any_order"):
            assert not match_events(expected, unknown, mode=mode).passed
    assert match_events([expect.command_started(client=None)] * 2, unknown).passed


@pytest.mark.parametrize(
    ("expected", "complaint"),
    [
        (
            [
                expect.pool_ready(client=same("conn")),
                expect.pool_ready(client=same("conn")),
                expect.pool_ready(client=same("con")),
            ],
            "expected[2].poolReadyEvent.client: same('con') stands only here, so that nothing is compared with it",
        ),
        (
            [expect.pool_ready(client=same("a", other_than="b"))],
            "expected[0].poolReadyEvent.client: same('a', other_than='b'): 'b' stands nowhere",
        ),
        (
            [expect.pool_ready(), {"commandStartedEvent": {"command": {"a": [{"$$exits": True}]}}}],
            "expected[1].commandStartedEvent.command.a[0]: unknown operator '$$exits'; did you mean \"$$exists\"?",
        ),
        (
            [expect.one_or_more(expect.pool_ready(), expect.pool_cleared(service_id={"$$type": "oid"}))],
            "expected[0].oneOrMore[1].poolClearedEvent.serviceId: $$type 'oid' is no alias of a BSON type",
        ),
    ],
)
def test_what_cant_be_compared_is_an_error(expected, complaint):
    """In every mode, whatever was observed, and before anything is compared."""
    for mode in ("exact", "prefix", "in_order", "any_order"):
        for events in ([], [ready()], [ready(), started({"find": 1})]):
            with pytest.raises(ExpectationError, match=re.escape(complaint)) as caught:
                match_events(expected, events, mode=mode)
            assert caught.value.path


def test_operators_of_ones_own_work_in_events():
    """In builders and in mappings, with the place where their argument makes no sense."""

    @operator("$$divisibleBy")
    def divisible_by(number, actual, context):
        if not number:
            raise ValueError("takes a number that is not zero")
        if actual % number:
            yield f"expected a multiple of {number}, observed {actual}"

    events = [started({"find": "c", "limit": 10}, request_id=4)]
    for expected in (
        expect.command_started(command={"limit": {"$$divisibleBy": 5}}, request_id={"$$divisibleBy": 2}),
        {"commandStartedEvent": {"command": {"limit": {"$$divisibleBy": 5}}}},
    ):
        assert match_events([expected], events, operators=[divisible_by]).passed
        with pytest.raises(ExpectationError, match=re.escape("unknown operator '$$divisibleBy'")):
            match_events([expected], events)
    with pytest.raises(
        ExpectationError, match=re.escape("command.limit: $$divisibleBy takes a number that is not zero")
    ):
        match_events(
            [expect.command_started(command={"limit": {"$$divisibleBy": 0}})],
            events,
            operators=[divisible_by],
        )
    with pytest.raises(ExpectationError, match=re.escape("command.find: $$divisibleBy raised TypeError: ")):
        match_events(
            [expect.command_started(command={"find": {"$$divisibleBy": 5}})], events, operators=[divisible_by]
        )


def test_matching_never_writes_to_an_event():
    """Not to PyMongo's document, not to the decoded one."""
    command = {"find": "c", "filter": {"a": [1, {"b": 2}]}, "t": Timestamp(1, 1)}
    event = started(command)
    before = bson.encode(command)
    for value in ({"a": [1, {"b": {"$$unsetOrMatches": 2}}]}, {"a": {"$$exists": False}}, like_nothing()):
        for mode in ("exact", "in_order", "any_order"):
            verdict = match_events([expect.command_started(command={"filter": value})], [event], mode=mode)
            assert verdict.passed or verdict.difference
    assert bson.encode(command) == before
    assert bson.encode(event.document("command")) == before


def like_nothing() -> Any:
    return {"$$matchAsRoot": {"gone": {"$$unsetOrMatches": 1}}}
