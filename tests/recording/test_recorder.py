"""The recorder keeps what clients publish: frozen, ordered, told apart, and never to the application's harm."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from pymongo import AsyncMongoClient, MongoClient, monitoring
from pymongo.errors import OperationFailure, PyMongoError, WaitQueueTimeoutError

from mongotape import expect
from mongotape.actors import current_actor
from mongotape.errors import ExpectationError, RecorderError, UsageError
from mongotape.events import Family, Kind
from mongotape.recording import EventRecorder
from tests.made import checked_in, command_started, topology_opened

pytestmark = pytest.mark.usefixtures("mongo_uri")


def test_all_23_kinds_come_from_a_real_driver(make_client, failpoint) -> None:
    """Every kind is caused, none is made up."""
    recorder = EventRecorder()
    with make_client(
        event_listeners=[recorder], maxPoolSize=1, waitQueueTimeoutMS=20, retryReads=False
    ) as client:
        client.db.items.insert_one({"a": 1})
        with pytest.raises(OperationFailure):
            client.db.command("noSuchCommand")
        with failpoint("find", block_ms=300, times=1), ThreadPoolExecutor(1) as pool:
            held = pool.submit(client.db.items.find_one)
            recorder.wait_for(expect.command_started("find"))
            with pytest.raises(WaitQueueTimeoutError):
                client.db.items.find_one()
            held.result()
        with failpoint("find", close_connection=True, times=1), pytest.raises(PyMongoError):
            client.db.items.find_one()
    nobody = make_client("mongodb://127.0.0.1:1/", event_listeners=[recorder], serverSelectionTimeoutMS=50)
    with pytest.raises(PyMongoError):
        nobody.admin.command("ping")
    assert set(recorder.log.kinds) == set(Kind)
    assert recorder.errors == ()


def test_documents_are_frozen_when_they_are_published(make_client) -> None:
    """What the application changes afterwards doesn't change the record, and readers share nothing."""
    recorder = EventRecorder(families="command")
    document = {"_id": 1, "tags": ["a"]}
    make_client(event_listeners=[recorder]).db.frozen.insert_one(document)
    document["tags"].append("later")
    started = recorder.log.commands("insert")[0]
    assert started.command["documents"] == [{"_id": 1, "tags": ["a"]}]
    started.command["documents"].clear()
    assert started.command["documents"] == [{"_id": 1, "tags": ["a"]}]
    assert started.event.command["documents"][0]["tags"] == ["a", "later"]


def test_a_heartbeats_reply_is_frozen(make_client) -> None:
    """The hello of a heartbeat is a Hello with a document of its own."""
    recorder = EventRecorder(families="heartbeat")
    make_client(event_listeners=[recorder])
    event = recorder.wait_for(expect.server_heartbeat_succeeded())[0]
    event.reply.document["setName"] = "changed"
    assert event.reply.document["setName"] == event.event.reply.document["setName"] != "changed"
    assert event.duration > 0
    assert event.awaited in (True, False)


def test_the_log_is_in_the_order_things_happened(make_client) -> None:
    """SDAM events stand where they were queued, before the commands that needed them."""
    recorder = EventRecorder()
    make_client(event_listeners=[recorder]).admin.command("ping")
    kinds = recorder.log.kinds
    assert kinds[0] is Kind.TOPOLOGY_OPENING
    assert kinds.index(Kind.SERVER_DESCRIPTION_CHANGED) < kinds.index(Kind.COMMAND_STARTED)
    stamps = [event.at for event in recorder.log]
    assert stamps == sorted(stamps)


def test_what_is_delivered_late_stands_where_it_happened() -> None:
    """An event of a server that was queued before a command is read before it."""
    recorder = EventRecorder()
    at, actor = time.monotonic(), current_actor()
    recorder.keep(command_started({"find": "items"}))
    recorder._rows.keep_queued(None, topology_opened(), at, actor)
    assert recorder.log.kinds == [Kind.TOPOLOGY_OPENING, Kind.COMMAND_STARTED]


def test_clients_are_told_apart(make_client) -> None:
    """Two clients of one server carry two labels, on command and pool events too."""
    recorder = EventRecorder()
    first, second = (make_client(event_listeners=[recorder]) for _ in range(2))
    first.db.command("ping")
    second.db.command("ping")
    labels = [recorder.label_of(first), recorder.label_of(second)]
    assert labels == ["client-1", "client-2"]
    for label in labels:
        assert Kind.CONNECTION_CHECKED_OUT in recorder.log.client(label).kinds
        assert len(recorder.log.client(label).commands("ping")) == 1
    assert EventRecorder().label_of(first) is None


def test_labels_are_told_apart_among_threads() -> None:
    """Clients that are made at the same time in several threads never share a label."""
    recorder = EventRecorder()
    started = threading.Barrier(8)

    def make(labels: list[str]) -> None:
        started.wait()
        labels.extend(recorder.tap().label for _ in range(200))

    made: list[list[str]] = [[] for _ in range(8)]
    threads = [threading.Thread(target=make, args=[labels]) for labels in made]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert {label for labels in made for label in labels} == {f"client-{n}" for n in range(1, 1601)}


def test_a_registered_recorder_is_replaced_by_a_tap_in_each_client(make_client, monkeypatch) -> None:
    """Global registration works, tells clients apart, and records a client that also carries it once."""
    fresh = monitoring._Listeners([], [], [], [], [])
    monkeypatch.setattr(monitoring, "_LISTENERS", fresh)
    recorder = EventRecorder()
    monitoring.register(recorder)
    make_client().db.command("ping")
    make_client(event_listeners=[recorder]).db.command("ping")
    assert [event.client for event in recorder.log.commands("ping")] == ["client-1", "client-2"]


def test_families_that_nobody_observes_cost_nothing(make_client) -> None:
    """A recorder of commands makes no client start its SDAM thread or publish pool events."""
    recorder = EventRecorder(families="command")
    client = make_client(event_listeners=[recorder])
    client.db.command("ping")
    listeners = client._event_listeners
    assert listeners.enabled_for_commands
    assert not listeners.enabled_for_cmap
    assert not listeners.enabled_for_topology
    assert {event.family for event in recorder.log} == {Family.COMMAND}


def test_other_listeners_of_the_client_are_untouched(make_client) -> None:
    """A listener beside the recorder is called as ever, and is reachable from the client's options."""

    class Other(monitoring.CommandListener):
        def __init__(self) -> None:
            self.names: list[str] = []

        def started(self, event) -> None:
            self.names.append(event.command_name)

        def succeeded(self, event) -> None: ...

        def failed(self, event) -> None: ...

    other = Other()
    client = make_client(event_listeners=[other, EventRecorder()])
    client.db.command("ping")
    assert other.names == ["ping"]
    assert other in client.options.event_listeners


@pytest.mark.asyncio
async def test_the_asynchronous_client_is_recorded_with_its_tasks(mongo_uri) -> None:
    """All families come from AsyncMongoClient too, with the task that published."""
    recorder = EventRecorder()
    async with AsyncMongoClient(mongo_uri, event_listeners=[recorder]) as client:

        async def find(number: int) -> None:
            await client.db.items.find_one({"n": number})

        await asyncio.gather(*(asyncio.create_task(find(n), name=f"find {n}") for n in range(5)))
        await recorder.await_for(expect.topology_description_changed())
    commands = recorder.log.commands("find")
    assert {event.task for event in commands} == {f"find {n}" for n in range(5)}
    assert all(event.connection is not None for event in commands)
    assert {Family(family) for family in Family} == {event.family for event in recorder.log}


def test_events_are_fed_by_hand() -> None:
    """The listener methods take PyMongo's event objects; those have no client."""
    recorder = EventRecorder(families=["command", "pool"])
    recorder.started(command_started())
    recorder.connection_checked_in(checked_in())
    recorder.opened(topology_opened())
    assert recorder.log.kinds == [Kind.COMMAND_STARTED, Kind.CONNECTION_CHECKED_IN]
    assert [event.client for event in recorder.log] == [None, None]


def test_errors_inside_are_kept_and_raised_later() -> None:
    """Neither an Exception nor a BaseException reaches who published; raise_errors() raises it once."""
    recorder = EventRecorder()

    class Hostile(monitoring.CommandStartedEvent):
        @property
        def command(self):
            raise SystemExit("hostile")

    recorder.started("no event")
    recorder.started(Hostile({"ping": 1}, "db", 1, ("h", 1), 1))
    assert [type(each) for each in recorder.errors] == [TypeError, SystemExit]
    with pytest.raises(RecorderError, match="failed to keep 2 events, the first with TypeError"):
        recorder.raise_errors()
    recorder.raise_errors()


@pytest.mark.parametrize("family", ["command", "pool"])
def test_a_hostile_event_does_not_reach_the_application(make_client, monkeypatch, family) -> None:
    """A BaseException while a real client publishes is kept; the command goes on."""
    recorder = EventRecorder(families=family)
    client = make_client(event_listeners=[recorder])
    client.admin.command("ping")

    def fail(*_args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("mongotape.recording._rows.monotonic", fail)
    assert client.admin.command("ping")["ok"] == 1
    assert {type(each) for each in recorder.errors} == {KeyboardInterrupt}
    assert len(recorder.errors) == {"command": 2, "pool": 3}[family]


def test_maxlen_drops_the_oldest_and_counts() -> None:
    """A bound on memory is kept, and what was lost is said."""
    recorder = EventRecorder(maxlen=3)
    for number in range(5):
        recorder.connection_checked_in(checked_in(number))
    assert [event.connection_id for event in recorder.log] == [2, 3, 4]
    assert recorder.log.dropped == 2
    with recorder.scope() as scoped:
        recorder.connection_checked_in(checked_in(5))
        assert scoped.dropped == 0
        for number in range(6, 10):
            recorder.connection_checked_in(checked_in(number))
        assert scoped.dropped == 2
    recorder.clear()
    assert (len(recorder.log), recorder.log.dropped) == (0, 0)


@pytest.mark.parametrize("maxlen", [0, -1])
def test_a_bound_that_keeps_nothing_is_refused(maxlen: int) -> None:
    """Bad input gets one sentence."""
    with pytest.raises(UsageError, match="give a positive number"):
        EventRecorder(maxlen=maxlen)


def test_an_unknown_family_is_refused() -> None:
    """A family that doesn't exist would observe nothing."""
    with pytest.raises(ExpectationError, match="did you mean"):
        EventRecorder(families="comand")


def test_scope_is_live_inside_and_frozen_after() -> None:
    """A scope sees what happens inside it, nothing before and nothing after."""
    recorder = EventRecorder()
    recorder.connection_checked_in(checked_in(1))
    with recorder.scope() as scoped:
        assert len(scoped) == 0
        recorder.connection_checked_in(checked_in(2))
        assert [event.connection_id for event in scoped] == [2]
    recorder.connection_checked_in(checked_in(3))
    assert [event.connection_id for event in scoped] == [2]
    assert len(recorder.log) == 3


def test_clear_and_mark() -> None:
    """clear() forgets, since(mark) shows what came after a moment."""
    recorder = EventRecorder()
    recorder.connection_checked_in(checked_in(1))
    recorder.clear()
    recorder.connection_checked_in(checked_in(2))
    mark = recorder.mark()
    recorder.connection_checked_in(checked_in(3))
    assert [event.connection_id for event in recorder.log] == [2, 3]
    assert [event.connection_id for event in recorder.log.since(mark)] == [3]


def test_pause_keeps_nothing_and_says_so() -> None:
    """A paused stretch is silent with a reason; nested pauses end with the outermost."""
    recorder = EventRecorder()
    recorder.connection_checked_in(checked_in(0))
    with recorder.pause():
        with recorder.pause():
            recorder.connection_checked_in(checked_in(1))
        recorder.connection_checked_in(checked_in(2))
        assert "paused" in str(recorder.log.silence)
        with recorder.scope() as deaf:
            pass
    with recorder.scope() as half_deaf, recorder.pause():
        pass
    recorder.connection_checked_in(checked_in(3))
    assert [event.connection_id for event in recorder.log] == [0, 3]
    assert "paused throughout" in str(deaf.silence)
    assert half_deaf.silence is None
    assert recorder.log.silence is None


def test_a_recorder_that_nothing_carries_says_so(make_client) -> None:
    """Silence has a reason until a client carries the recorder."""
    recorder = EventRecorder()
    assert "nothing carries this recorder" in str(recorder.log.silence)
    make_client(event_listeners=[recorder], connect=False)
    assert recorder.log.silence is None


def test_wait_for_finds_what_happened_and_what_will() -> None:
    """Events before the wait count, and those that arrive meanwhile from another thread."""
    recorder = EventRecorder()
    recorder.connection_checked_in(checked_in(1))
    assert recorder.wait_for(expect.connection_checked_in(), timeout=0)[0].connection_id == 1
    publisher = threading.Thread(
        target=lambda: [recorder.connection_checked_in(checked_in(number)) for number in (2, 3)]
    )
    publisher.start()
    found = recorder.wait_for({"connectionCheckedInEvent": {}}, count=3)
    publisher.join()
    assert [event.connection_id for event in found] == [1, 2, 3]


def test_a_wait_that_runs_out_says_what_was_seen() -> None:
    """A time-out is an AssertionError that names the kind."""
    recorder = EventRecorder()
    recorder.connection_checked_in(checked_in(1))
    with pytest.raises(AssertionError, match="pool_cleared"):
        recorder.wait_for(expect.pool_cleared(), timeout=0.01)


@pytest.mark.parametrize(
    ("expected", "count", "error", "sentence"),
    [
        (expect.pool_cleared(), 1, ExpectationError, "does not observe"),
        (expect.command_started("find"), 0, UsageError, "give a positive number"),
        (expect.one_or_more(expect.command_started()), 1, ExpectationError, "is a repetition"),
        ({"comandStartedEvent": {}}, 1, ExpectationError, "did you mean"),
    ],
)
def test_a_wait_for_nothing_is_refused(expected, count, error, sentence) -> None:
    """A wait that could never be over, or is over at once, is an error."""
    with pytest.raises(error, match=sentence):
        EventRecorder(families="command").wait_for(expected, count=count, timeout=0)


@pytest.mark.asyncio
async def test_await_for_is_woken_from_threads_and_tasks() -> None:
    """The asynchronous wait blocks no loop and hears publishers on other threads."""
    recorder = EventRecorder()
    loop = asyncio.get_running_loop()
    waiting = asyncio.create_task(recorder.await_for(expect.connection_checked_in(), count=2))
    await asyncio.sleep(0)
    recorder.connection_checked_in(checked_in(1))
    await loop.run_in_executor(None, recorder.connection_checked_in, checked_in(2))
    assert [event.connection_id for event in await waiting] == [1, 2]
    with pytest.raises(AssertionError):
        await recorder.await_for(expect.pool_closed(), timeout=0.01)


@pytest.mark.asyncio
async def test_await_for_wakes_an_idle_loop() -> None:
    """A publisher on another thread ends the wait at once, not when the loop's next timer is due."""
    recorder = EventRecorder()
    publisher = threading.Timer(0.05, recorder.connection_checked_in, [checked_in(1)])
    publisher.start()
    began = time.monotonic()
    await recorder.await_for(expect.connection_checked_in(), timeout=10)
    assert time.monotonic() - began < 5
    publisher.join()


def test_threads_lose_nothing_and_keep_their_order(make_client) -> None:
    """32 threads on one client: every event is there, each thread's in its own order."""
    recorder = EventRecorder(families="command")
    client = make_client(event_listeners=[recorder])
    per_thread = 25

    def work(number: int) -> None:
        threading.current_thread().name = f"worker {number}"
        for step in range(per_thread):
            client.db.command("ping", comment=[number, step])

    threads = [threading.Thread(target=work, args=(number,), name=f"worker {number}") for number in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    comments: dict[str, list[int]] = {}
    for event in recorder.log.commands("ping"):
        number, step = event.command["comment"]
        assert event.thread == f"worker {number}"
        comments.setdefault(event.thread, []).append(step)
    assert comments == {f"worker {number}": list(range(per_thread)) for number in range(32)}
    assert len(recorder.log) == 32 * per_thread * 2


@pytest.mark.asyncio
async def test_tasks_lose_nothing(mongo_uri) -> None:
    """200 tasks on one asynchronous client: every event is there, with its connection."""
    recorder = EventRecorder(families=["command", "pool"])
    async with AsyncMongoClient(mongo_uri, event_listeners=[recorder], maxPoolSize=20) as client:
        await asyncio.gather(*(client.db.command("ping", comment=number) for number in range(200)))
    pings = recorder.log.commands("ping")
    assert sorted(event.command["comment"] for event in pings) == list(range(200))
    by_server = {(event.connection, event.server_connection_id) for event in pings}
    assert len(by_server) == len({connection for connection, _ in by_server})


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning", "ignore:.*fork.*:UserWarning")
def test_a_forked_process_records_on(mongo_uri) -> None:
    """The lock is made anew after fork, also when another thread held it at that moment."""
    recorder = EventRecorder()
    held = threading.Event()
    let_go = threading.Event()

    def hold() -> None:
        with recorder._rows.lock:
            held.set()
            let_go.wait()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait()
    child = os.fork()
    if child == 0:
        recorder.connection_checked_in(checked_in(1))
        os._exit(0 if len(recorder.log) == 1 else 1)
    let_go.set()
    holder.join()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_recording_goes_on_without_pymongos_private_place(monkeypatch, make_client) -> None:
    """Where PyMongo lacks the place where taps are set, the recorder listens itself; clients are untold."""
    listeners = monitoring._EventListeners
    plain = listeners.__init__.__wrapped__
    monkeypatch.setattr(listeners, "__init__", plain)
    monkeypatch.setattr("mongotape.driver._listeners._has_places", lambda _listeners: False)
    recorder = EventRecorder(families="command")
    make_client(event_listeners=[recorder]).db.command("ping")
    assert [event.client for event in recorder.log.commands("ping")] == [None]
    assert {event.family for event in recorder.log} == {Family.COMMAND}


def test_reprs_are_the_same_at_every_reading(make_client) -> None:
    """A record's repr tells kind, names and client, never documents."""
    recorder = EventRecorder(families="command")
    make_client(event_listeners=[recorder]).db.command("ping", comment="secret")
    first, again = recorder.log[0], recorder.log[0]
    assert repr(first) == repr(again)
    assert "commandStartedEvent" in repr(first)
    assert "secret" not in repr(first)
    assert first == again
    assert hash(first) == hash(again)


def test_a_record_is_frozen_and_knows_its_fields(make_client) -> None:
    """Nothing can be set on a record; an attribute of another kind gets the nearest name."""
    recorder = EventRecorder(families="command")
    make_client(event_listeners=[recorder]).db.command("ping")
    event = recorder.log[0]
    with pytest.raises(AttributeError):
        event.kind = Kind.POOL_CLOSED
    with pytest.raises(AttributeError):
        event.anything = 1
    with pytest.raises(AttributeError, match='did you mean "command_name"'):
        event.comand_name
    assert "duration_micros" in dir(recorder.log[1])


@pytest.mark.skipif(sys.platform == "win32", reason="GC of sockets differs")
def test_a_dropped_client_leaves_no_thread(mongo_uri) -> None:
    """The thread that delivers SDAM events ends with a client that nobody closed."""
    import gc
    import warnings

    recorder = EventRecorder()
    before = {thread for thread in threading.enumerate() if thread.name == "pymongo_events_thread"}
    client = MongoClient(mongo_uri, event_listeners=[recorder])
    client.admin.command("ping")
    ours = [
        thread
        for thread in threading.enumerate()
        if thread.name == "pymongo_events_thread" and thread not in before
    ]
    assert len(ours) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        del client
        gc.collect()
    ours[0].join(5)
    assert not ours[0].is_alive()
