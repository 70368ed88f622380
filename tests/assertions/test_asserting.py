"""The assertions over what a real client did."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from pymongo import MongoClient

from mongotape import (
    EventRecorder,
    assert_events,
    assert_events_eventually,
    assert_no_events,
    expect,
    operator,
)
from mongotape.errors import ExpectationError, UsageError
from mongotape.expect import one_or_more, same
from mongotape.log import EventLog
from tests.approval import approve, head_of
from tests.made import checked_in, command_started, topology_opened

Client = MongoClient[dict[str, Any]]
FIND = [expect.command_started("find"), expect.command_succeeded("find")]


@pytest.fixture
def found(mongo_client: Client, event_recorder: EventRecorder) -> EventRecorder:
    """A recorder that saw a find on a pool that was ready."""
    mongo_client.admin.command("ping")
    event_recorder.clear()
    mongo_client.shop.items.find_one({"sku": "A1"})
    return event_recorder


class TestModes:
    def test_the_first_example(self, found: EventRecorder) -> None:
        """A find borrows one connection: families in one walk."""
        assert_events(
            found,
            [
                expect.connection_check_out_started(),
                expect.connection_checked_out(connection=same("conn")),
                expect.command_started("find", command={"filter": {"sku": "A1"}}, connection=same("conn")),
                expect.command_succeeded("find"),
                expect.connection_checked_in(connection=same("conn")),
            ],
        )

    def test_only_the_families_that_are_named_are_compared(self, found: EventRecorder) -> None:
        """Pool events and heartbeats do not disturb an assertion on commands."""
        assert_events(found, FIND)
        with pytest.raises(AssertionError):
            assert_events(found, FIND, families=["command", "pool"])

    def test_exact_refuses_more_and_less(self, found: EventRecorder) -> None:
        """Neither an extra nor a missing event passes."""
        with pytest.raises(AssertionError):
            assert_events(found, FIND[:1])
        with pytest.raises(AssertionError):
            assert_events(found, [*FIND, *FIND])

    def test_prefix(self, found: EventRecorder) -> None:
        """The log begins with them."""
        assert_events(found, FIND[:1], mode="prefix")
        with pytest.raises(AssertionError):
            assert_events(found, FIND[1:], mode="prefix")

    def test_in_order(self, found: EventRecorder) -> None:
        """Others may stand between and after, not in another order."""
        assert_events(found, FIND[1:], mode="in_order")
        with pytest.raises(AssertionError):
            assert_events(found, FIND[::-1], mode="in_order")

    def test_any_order(self, found: EventRecorder) -> None:
        """The same events, in any order, and no others."""
        assert_events(found, FIND[::-1], mode="any_order")
        with pytest.raises(AssertionError):
            assert_events(found, FIND[:1], mode="any_order")

    def test_mappings_and_builders_mix(self, found: EventRecorder) -> None:
        """Both mean the same."""
        assert_events(found, [{"commandStartedEvent": {"commandName": "find"}}, FIND[1]])
        with pytest.raises(AssertionError):
            assert_events(found, [{"commandStartedEvent": {"commandName": "insert"}}, FIND[1]])

    def test_logs_and_scopes(self, mongo_client: Client, event_recorder: EventRecorder) -> None:
        """A log, a slice of one, and an open scope are compared like a recorder."""
        with event_recorder.scope() as log:
            mongo_client.shop.items.find_one()
            assert_events(log, FIND)
        mongo_client.shop.items.delete_many({})
        assert_events(log, FIND)
        assert_events(event_recorder.log.of("command")[:2], FIND)

    def test_an_operator_of_ones_own(self, found: EventRecorder) -> None:
        """It is passed in, and used by both sides."""

        @operator("$$even")
        def even(argument: Any, actual: Any, context: Any) -> Any:
            if len(actual) % 2:
                yield f"expected a text of even length, observed {actual!r}"

        assert_events(
            found,
            [expect.command_started("find", command={"filter": {"sku": {"$$even": True}}}), FIND[1]],
            operators=[even],
        )
        with pytest.raises(AssertionError, match="expected a text of even length, observed 'items'"):
            assert_events(
                found, [expect.command_started(command={"find": {"$$even": 1}}), FIND[1]], operators=[even]
            )

    def test_nothing_of_a_family(self, found: EventRecorder) -> None:
        """With families named, an empty expectation says that there is none."""
        assert_events(found, [], families="topology")
        with pytest.raises(AssertionError, match="none expected"):
            assert_events(found, [], families="command")


class TestNoEvents:
    def test_none_of_them(self, found: EventRecorder) -> None:
        """One builder, one mapping, or a list of either."""
        assert_no_events(found, expect.command_failed())
        assert_no_events(found, {"commandFailedEvent": {}})
        assert_no_events(found, [expect.command_failed(), expect.pool_cleared()])

    def test_one_of_them(self, found: EventRecorder) -> None:
        """The text names the event and shows its neighbours."""
        with pytest.raises(AssertionError) as caught:
            assert_no_events(found, [expect.command_failed(), expect.command_succeeded()])
        approve(str(caught.value), "assertions", "no_events")

    @pytest.mark.parametrize(
        ("unwanted", "why"),
        [
            ([], "nothing is named"),
            (one_or_more(expect.command_failed()), "repetition"),
            ({"commandFaildEvent": {}}, "commandFailedEvent"),
        ],
    )
    def test_what_can_not_be_read(self, found: EventRecorder, unwanted: Any, why: str) -> None:
        """It is an error, never a pass."""
        with pytest.raises(ExpectationError, match=why):
            assert_no_events(found, unwanted)

    def test_what_was_not_observed(self) -> None:
        """The absence of what nobody watches says nothing."""
        recorder = EventRecorder(families="command")
        recorder.started(command_started())
        with pytest.raises(ExpectationError, match="pool events are not observed"):
            assert_no_events(recorder, expect.pool_cleared())


class TestVacuous:
    """Law 8: nothing passes because nothing was looked at."""

    @pytest.mark.parametrize("mode", ["exact", "prefix", "in_order", "any_order"])
    def test_an_empty_expectation(self, found: EventRecorder, mode: Any) -> None:
        with pytest.raises(ExpectationError, match="nothing is expected and no family is named"):
            assert_events(found, [], mode=mode)

    def test_a_family_that_is_not_observed(self) -> None:
        recorder = EventRecorder(families="command")
        recorder.started(command_started())
        with pytest.raises(
            ExpectationError, match=r"pool events are not observed by this recorder \(it observes"
        ):
            assert_events(recorder, [expect.pool_cleared()])
        with pytest.raises(ExpectationError, match="not observed"):
            assert_events(recorder, [], families="pool")

    def test_families_that_leave_out_what_is_expected(self, found: EventRecorder) -> None:
        with pytest.raises(ExpectationError, match="which families= leaves out"):
            assert_events(found, FIND, families="pool")

    def test_dropped_events(self) -> None:
        recorder = EventRecorder(maxlen=1)
        recorder.started(command_started())
        recorder.started(command_started())
        with pytest.raises(ExpectationError, match="1 events of this stretch were dropped"):
            assert_events(recorder, [expect.command_started("ping")])
        with pytest.raises(ExpectationError, match="dropped"):
            assert_no_events(recorder, expect.command_started("find"))

    def test_while_paused(self, found: EventRecorder) -> None:
        with found.pause(), pytest.raises(ExpectationError, match="paused"):
            assert_events(found, FIND)
        assert_events(found, FIND)

    def test_a_scope_that_was_paused_throughout(
        self, mongo_client: Client, event_recorder: EventRecorder
    ) -> None:
        with event_recorder.pause(), event_recorder.scope() as log:
            mongo_client.shop.items.find_one()
        with pytest.raises(ExpectationError, match="paused throughout"):
            assert_no_events(log, expect.command_started("find"))

    def test_a_recorder_that_nothing_carries(self) -> None:
        recorder = EventRecorder()
        with pytest.raises(ExpectationError, match="nothing carries this recorder"):
            assert_no_events(recorder, expect.command_failed())
        with pytest.raises(ExpectationError, match="nothing carries this recorder"):
            assert_events(recorder, [], families="command")

    def test_what_can_not_be_read_is_said_first(self) -> None:
        """The order of law 8: reading, empty, family, dropped, silence."""
        recorder = EventRecorder(families="command", maxlen=1)
        unreadable: list[Any] = [
            {"poolCleeredEvent": {}},
            {"poolClearedEvent": {"adress": 1}},
            {"poolCreatedEvent": {"options": {"maxPoolSize": {"$$lte": "x"}}}},
            {"poolCreatedEvent": {"options": {"maxPoolSize": {"$$nope": 1}}}},
        ]
        for each in unreadable:
            with pytest.raises(ExpectationError) as caught:
                assert_events(recorder, [each])
            assert "observe" not in str(caught.value)
        with pytest.raises(ExpectationError, match="'exakt'"):
            assert_events(recorder, [], mode="exakt")  # type: ignore[arg-type]
        with pytest.raises(ExpectationError, match="nothing is expected"):
            assert_events(recorder, [])
        with pytest.raises(ExpectationError, match="not observed"):
            assert_events(recorder, [expect.pool_cleared()])
        recorder.started(command_started())
        recorder.started(command_started())
        with recorder.pause(), pytest.raises(ExpectationError, match="dropped"):
            assert_events(recorder, [expect.command_started()])
        with recorder.pause(), pytest.raises(ExpectationError, match="dropped"):
            assert_events(recorder, [expect.command_started()], timeout=5)

    def test_none_of_them_is_an_assertion_error(self) -> None:
        """A test that expects a failure can't pass by one of these."""
        assert not issubclass(ExpectationError, AssertionError)

    def test_a_recorder_that_failed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """An assertion over a recorder that lost an event by an error of its own raises that error."""
        from mongotape.errors import RecorderError

        recorder = EventRecorder()
        recorder.started(command_started())
        recorder.started(object())  # no event of PyMongo's
        with pytest.raises(RecorderError, match="failed to keep 1 events"):
            assert_events(recorder, [expect.command_started()])


class TestArguments:
    @pytest.mark.parametrize("events", [[], None, "log", object()])
    def test_no_recorder_and_no_log(self, events: Any) -> None:
        with pytest.raises(UsageError, match="give an EventRecorder or an EventLog"):
            assert_events(events, FIND)

    @pytest.mark.parametrize("timeout", [-1, float("nan"), "5", None, True])
    def test_a_timeout_that_is_none(self, found: EventRecorder, timeout: Any) -> None:
        with pytest.raises(UsageError, match="give a number of seconds"):
            assert_events(found, FIND, timeout=timeout)

    @pytest.mark.parametrize("expected", [FIND[0], {"commandStartedEvent": {}}, 5, None, [5], [{}], [None]])
    def test_an_expectation_that_is_none(self, found: EventRecorder, expected: Any) -> None:
        with pytest.raises(ExpectationError):
            assert_events(found, expected)

    def test_an_unknown_family(self, found: EventRecorder) -> None:
        with pytest.raises(ExpectationError, match='did you mean "command"'):
            assert_events(found, FIND, families="comand")


class TestWaiting:
    def test_it_waits_for_what_comes(self) -> None:
        """Events of another thread are waited for, not slept for."""
        recorder = EventRecorder()
        recorder.started(command_started({"ping": 1}))
        arrived = threading.Timer(0.05, lambda: recorder.connection_checked_in(checked_in()))
        arrived.start()
        assert_events(recorder, [expect.connection_checked_in()], timeout=10)
        arrived.join()

    def test_it_waits_in_an_open_scope(self) -> None:
        """A live log is waited on as its recorder is."""
        recorder = EventRecorder()
        with recorder.scope() as log:
            arrived = threading.Timer(0.05, lambda: recorder.connection_checked_in(checked_in()))
            recorder.started(command_started())
            arrived.start()
            assert_events(log, [expect.connection_checked_in()], timeout=10)
            arrived.join()

    def test_time_is_over(self) -> None:
        """The text says how long was waited."""
        recorder = EventRecorder()
        recorder.started(command_started({"ping": 1}))
        with pytest.raises(AssertionError, match=r"observed after waiting 0\.05 s") as caught:
            assert_events(
                recorder, [expect.command_started("ping"), expect.command_succeeded()], timeout=0.05
            )
        assert "timeout=1" not in str(caught.value)

    def test_what_came_late_is_said(self) -> None:
        """Where the event comes just after the assertion, the failure advises to wait."""
        recorder = EventRecorder()
        recorder.started(command_started({"ping": 1}))
        arrived = threading.Timer(0.02, lambda: recorder.started(command_started({"find": "x"})))
        arrived.start()
        with pytest.raises(AssertionError) as caught:
            assert_events(recorder, [expect.command_started("ping"), expect.command_started("find")])
        arrived.join()
        assert "after the assertion: events arrived late; give timeout=1" in "\n".join(
            head_of(str(caught.value))
        )
        assert "1 command event observed, 2 expected" in str(caught.value)

    def test_a_frozen_log_can_not_be_waited_on(self) -> None:
        """It fails at once and says why."""
        recorder = EventRecorder()
        recorder.started(command_started({"ping": 1}))
        with pytest.raises(AssertionError, match="the log that was given is frozen"):
            assert_events(recorder.log, [expect.command_started("find")], timeout=60)
        with recorder.scope() as log:
            recorder.started(command_started({"ping": 1}))
        with pytest.raises(AssertionError, match="the log that was given is frozen"):
            assert_events(log, [expect.command_started("find")], timeout=60)

    def test_server_events_are_there_without_waiting(self) -> None:
        """Events that PyMongo queues are drained when the log is read."""
        recorder = EventRecorder()
        recorder.opened(topology_opened())
        assert_events(recorder, [expect.topology_opening()])


class TestInsideALoop:
    def test_a_timeout_would_block_the_loop(self) -> None:
        """The sentence names the twin, also where the expectation already holds."""
        import asyncio

        async def main() -> None:
            recorder = EventRecorder()
            recorder.started(command_started({"ping": 1}))
            with pytest.raises(UsageError, match=r"await assert_events_eventually\(\.\.\.\)"):
                assert_events(recorder, [expect.command_started("ping")], timeout=1)
            assert_events(recorder, [expect.command_started("ping")])

        asyncio.run(main())

    def test_eventually(self) -> None:
        """It waits without blocking the loop, for events of the loop and of threads."""
        import asyncio

        async def main() -> None:
            recorder = EventRecorder()
            recorder.started(command_started({"ping": 1}))
            loop = asyncio.get_running_loop()
            loop.call_later(0.02, recorder.started, command_started({"find": "x"}))
            await assert_events_eventually(
                recorder, [expect.command_started("ping"), expect.command_started("find")]
            )
            thread = threading.Timer(0.02, lambda: recorder.connection_checked_in(checked_in()))
            thread.start()
            await assert_events_eventually(recorder, [expect.connection_checked_in()])
            thread.join()
            with pytest.raises(AssertionError, match=r"after waiting 0\.05 s"):
                await assert_events_eventually(recorder, [expect.pool_cleared()], timeout=0.05)
            with pytest.raises(AssertionError, match="frozen"):
                await assert_events_eventually(recorder.log, [expect.pool_cleared()], timeout=0.05)
            with pytest.raises(ExpectationError):
                await assert_events_eventually(recorder, [])
            with pytest.raises(AssertionError, match="other tasks had no turn since"):
                assert_events(recorder, [expect.pool_cleared()], mode="in_order")

        asyncio.run(main())


class TestTexts:
    """What a person sees, from a real client."""

    def test_a_leaf_of_a_real_update(self, mongo_client: Client, event_recorder: EventRecorder) -> None:
        items = mongo_client.shop.items
        items.insert_one({"_id": 1, "sku": "A1", "stock": 3})
        event_recorder.clear()
        items.find_one({"sku": "A1"})
        items.update_one({"sku": "A1"}, {"$inc": {"stock": 1}})
        with pytest.raises(AssertionError) as caught:
            assert_events(
                event_recorder,
                [
                    *FIND,
                    expect.command_started(
                        "update",
                        command={
                            "updates": [
                                {
                                    "q": {"sku": "A1"},
                                    "u": {"$inc": {"stock": -1}},
                                    "multi": {"$$unsetOrMatches": False},
                                    "upsert": {"$$unsetOrMatches": False},
                                }
                            ]
                        },
                    ),
                    expect.command_succeeded("update"),
                ],
            )
        approve(str(caught.value), "assertions", "a_leaf_of_a_real_update")

    def test_a_closed_client(self, make_client: Any, event_recorder: EventRecorder) -> None:
        client = make_client(event_listeners=[event_recorder])
        client.shop.items.find_one()
        client.close()
        with pytest.raises(AssertionError) as caught:
            assert_events(event_recorder, FIND)
        assert head_of(str(caught.value))[-1].strip() == (
            "the client was closed before the assertion: endSessions is part of closing"
        )

    def test_a_failing_command(self, mongo_client: Client, event_recorder: EventRecorder) -> None:
        """The server's own words are in the first lines."""
        from pymongo.errors import DuplicateKeyError

        items = mongo_client.shop.get_collection("unique")
        items.create_index("sku", unique=True)
        items.insert_one({"_id": 1, "sku": "A1"})
        event_recorder.clear()
        items.insert_one({"_id": 2, "sku": "A2"})
        with pytest.raises(DuplicateKeyError):
            items.insert_one({"_id": 2, "sku": "A3"})
        with pytest.raises(AssertionError) as caught:
            assert_events(
                event_recorder, [expect.command_started("insert"), expect.command_succeeded("insert")]
            )
        approve(str(caught.value), "assertions", "a_failing_insert")


@pytest.mark.parametrize(
    ("narrowed", "unwanted", "sentence"),
    [
        (lambda log: log.of("pool"), expect.command_started("find"), "holds pool events only"),
        (lambda log: log.commands(), expect.command_failed(), "holds commandStartedEvent events only"),
        (lambda log: log.of("pool").of("command"), expect.command_failed(), "holds no events only"),
    ],
)
def test_a_log_says_nothing_of_what_was_filtered_out(
    found: EventRecorder, narrowed: Any, unwanted: Any, sentence: str
) -> None:
    """The absence of events that a filter took away is no pass, in any of the ways to assert it."""
    log = narrowed(found.log)
    for attempt in (
        lambda: assert_no_events(log, unwanted),
        lambda: assert_events(log, [unwanted]),
        lambda: assert_events(log, [expect.optional(unwanted)]),
    ):
        with pytest.raises(ExpectationError, match=f"{sentence}, so that it says nothing of command"):
            attempt()


def test_families_that_were_filtered_out_are_no_pass(found: EventRecorder) -> None:
    """What is left of a family may be compared."""
    with pytest.raises(ExpectationError, match="says nothing of command"):
        assert_events(found.log.of("pool"), [], families=["command", "pool"])
    assert_events(found.log.commands("insert"), [], families="command")
    assert_no_events(found.log.commands(), expect.command_started("insert"))


def test_an_empty_log_by_hand() -> None:
    """A log of nothing, made by hand, is a log like any other."""
    with pytest.raises(AssertionError, match="no command events observed"):
        assert_events(EventLog(), FIND)
