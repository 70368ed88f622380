"""Operations of the test runner itself: fail points, threads, waits, assertions about sessions and collections.

Source: Unified Test Format, "Special Test Operations".
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from mongotape.driver import is_dirty, pinned_address, transaction_state
from mongotape.matching import event_matcher
from mongotape.runner import _results as results
from mongotape.runner._call import operation
from mongotape.runner._create import create_entities
from mongotape.runner._outcome import UnsupportedError
from mongotape.runner._settle import settle

if TYPE_CHECKING:
    from mongotape.events import RecordedEvent
    from mongotape.runner._call import Call
    from mongotape.runner._scene import Watched

_EVENT_SECONDS = 10  # the format's own limit
_THREAD_SECONDS = 10


def _entity(call: Call, kind: str, argument: str | None = None) -> Any:
    return call.scene.entities.get(call.arguments[argument or kind], kind, call.operation.place)


@operation("testRunner", "failPoint")
async def fail_point(call: Call) -> Any:
    client = _entity(call, "client")
    command = call.arguments["failPoint"]
    name = command["configureFailPoint"]
    try:
        await settle(client.admin.command({"configureFailPoint": name, **command}))
    finally:  # also where it was interrupted; only now is it sure that the client knows its servers
        call.scene.armed(_address_of(client, call.scene.facts.topology), command)
    return results.nothing()


def _address_of(client: Any, topology: str) -> tuple[str, int | None] | None:
    """The server that a client's writes go to, where a deployment has several."""
    servers = client.topology_description.server_descriptions()
    if topology == "load-balanced" or (topology != "sharded" and len(servers) < 2):
        return None
    writable = [each.address for each in servers.values() if each.is_writable]
    return writable[0] if writable else None


@operation("testRunner", "targetedFailPoint")
async def targeted_fail_point(call: Call) -> Any:
    session = _entity(call, "session")
    address = pinned_address(session)
    if address is None:
        raise call.failure("targetedFailPoint needs a session that is pinned to a server; this one is not")
    command = call.arguments["failPoint"]
    name = command["configureFailPoint"]
    call.scene.armed(address, command)
    call.scene.deployment.at(address).admin.command({"configureFailPoint": name, **command})
    return results.nothing()


@operation("testRunner", "createEntities")
async def make_entities(call: Call) -> Any:
    await create_entities(call.scene, call.operation.arguments["entities"])
    return results.nothing()


# Threads and time.


@operation("testRunner", "runOnThread")
async def run_on_thread(call: Call) -> Any:
    worker = _entity(call, "thread")
    inner = call.operation.arguments["operation"]
    worker.submit(lambda: call.scene.do_all((inner,), rethrow=False))
    return results.nothing()


@operation("testRunner", "waitForThread")
async def wait_for_thread(call: Call) -> Any:
    worker = _entity(call, "thread")
    name = call.arguments["thread"]
    if not await worker.join(min(_THREAD_SECONDS, call.scene.seconds_left)):
        raise call.failure(f'thread "{name}" was still running after {_THREAD_SECONDS} s')
    if worker.error is not None:
        raise worker.error
    return results.nothing()


@operation("testRunner", "wait")
async def wait(call: Call) -> Any:
    await call.scene.world.sleep(min(call.arguments["ms"] / 1000, call.scene.seconds_left))
    call.scene.check_time()
    return results.nothing()


@operation("testRunner", "loop")
async def loop(call: Call) -> Any:
    given = call.operation.arguments
    entities, place = call.scene.entities, call.operation.place
    errors = given.get("storeErrorsAsEntity") or given.get("storeFailuresAsEntity")
    failures = given.get("storeFailuresAsEntity") or given.get("storeErrorsAsEntity")
    stored: dict[str, list[Any]] = {name: [] for name in (errors, failures) if name}
    for name, found in stored.items():
        entities.add(name, "value", found, place)
    iterations = successes = 0
    while iterations < given.get("numIterations", iterations + 1):
        call.scene.check_time()
        iterations += 1
        try:
            for each in given["operations"]:
                await call.scene.do_all((each,), rethrow=False)
                successes += 1
        except Exception as error:
            stored_as = failures if isinstance(error, AssertionError) else errors
            if not stored_as:
                raise
            stored[stored_as].append({"error": str(error), "time": time.time()})
    for key, count in (("storeIterationsAsEntity", iterations), ("storeSuccessesAsEntity", successes)):
        if key in given:
            entities.add(given[key], "value", count, place)
    return results.nothing()


# Events.


def _watched(call: Call) -> Watched:
    return call.scene.watched(call.arguments["client"], call.operation.place)


def _check_observed(call: Call, watched: Watched) -> None:
    kind = call.operation.arguments["event"].kind
    if kind not in watched.entity.observe_events:
        raise call.failure(
            f'client "{watched.entity.id}" does not observe {kind}; name it in its observeEvents'
        )


def _occurrences(call: Call, watched: Watched) -> list[RecordedEvent]:
    expected = call.operation.arguments["event"]
    matcher = event_matcher(
        expected.as_mapping(), operators=call.scene.operators, entities=call.scene.entities
    )
    log = watched.recorder.log.of(expected.kind)
    return [event for event in log if matcher.matches(event) and not watched.recorder.ignores(event)]


@operation("testRunner", "waitForEvent")
async def wait_for_event(call: Call) -> Any:
    watched = _watched(call)
    _check_observed(call, watched)
    expected, count = call.operation.arguments["event"], call.arguments["count"]
    deadline = time.monotonic() + min(_EVENT_SECONDS, call.scene.seconds_left)
    wanted = count
    while (found := len(_occurrences(call, watched))) < count:
        try:
            seconds = max(0.0, deadline - time.monotonic())
            waited = await call.scene.world.wait_for(watched.recorder, expected.as_mapping(), wanted, seconds)
        except AssertionError as error:
            found = len(_occurrences(call, watched))
            sentence = (
                f"{expected.kind} was published {found} times in {_EVENT_SECONDS} s, expected {count} times"
            )
            raise call.failure(sentence, str(error)) from None
        wanted = len(waited) + 1  # some of those are events that the client ignores
    return results.nothing()


@operation("testRunner", "assertEventCount")
async def assert_event_count(call: Call) -> Any:
    watched = _watched(call)
    _check_observed(call, watched)
    found, count = len(_occurrences(call, watched)), call.arguments["count"]
    if found != count:
        kind = call.operation.arguments["event"].kind
        raise call.failure(f"{kind} was published {found} times, expected {count} times")
    return results.nothing()


@operation("testRunner", "assertNumberConnectionsCheckedOut")
async def assert_connections_checked_out(call: Call) -> Any:
    log = _watched(call).recorder.log
    out = len(log.of("connectionCheckedOutEvent")) - len(log.of("connectionCheckedInEvent"))
    wanted = call.arguments["connections"]
    if out != wanted:
        raise call.failure(f"{out} connections are checked out, expected {wanted}")
    return results.nothing()


def _last_two_lsids(call: Call) -> tuple[Any, Any]:
    watched = _watched(call)
    started = [each for each in watched.recorder.log.commands() if not watched.recorder.ignores(each)][-2:]
    lsids = [each.document("command").get("lsid") for each in started]
    if len(started) < 2:
        raise call.failure(f"{len(started)} commands were started, and two are to be compared")
    if None in lsids:
        which = started[lsids.index(None)].command_name
        raise call.failure(f"the command {which}, one of the last two, has no lsid")
    return lsids[0], lsids[1]


@operation("testRunner", "assertSameLsidOnLastTwoCommands")
async def assert_same_lsid(call: Call) -> Any:
    first, second = _last_two_lsids(call)
    if first != second:
        raise call.failure(f"the last two commands have different lsids: {first} and {second}")
    return results.nothing()


@operation("testRunner", "assertDifferentLsidOnLastTwoCommands")
async def assert_different_lsid(call: Call) -> Any:
    first, second = _last_two_lsids(call)
    if first == second:
        raise call.failure(f"the last two commands have the same lsid: {first}")
    return results.nothing()


# Sessions.


@operation("testRunner", "assertSessionPinned")
async def assert_session_pinned(call: Call) -> Any:
    if pinned_address(_entity(call, "session")) is None:
        raise call.failure("the session is not pinned to a server")
    return results.nothing()


@operation("testRunner", "assertSessionUnpinned")
async def assert_session_unpinned(call: Call) -> Any:
    address = pinned_address(_entity(call, "session"))
    if address is not None:
        host, port = address
        raise call.failure(f"the session is pinned to {host}:{port}")
    return results.nothing()


@operation("testRunner", "assertSessionDirty")
async def assert_session_dirty(call: Call) -> Any:
    _check_dirty(call, wanted=True)
    return results.nothing()


@operation("testRunner", "assertSessionNotDirty")
async def assert_session_not_dirty(call: Call) -> Any:
    _check_dirty(call, wanted=False)
    return results.nothing()


def _check_dirty(call: Call, *, wanted: bool) -> None:
    dirty = is_dirty(_entity(call, "session"))
    if dirty is None:
        raise UnsupportedError("this PyMongo doesn't tell whether a session is dirty")
    if dirty is not wanted:
        raise call.failure(f"the session is {'' if dirty else 'not '}dirty")


@operation("testRunner", "assertSessionTransactionState")
async def assert_transaction_state(call: Call) -> Any:
    state, wanted = transaction_state(_entity(call, "session")), call.arguments["state"]
    if state is None:
        raise UnsupportedError("this PyMongo doesn't tell the state of a transaction")
    if state != wanted:
        raise call.failure(f"the transaction's state is {state}, expected {wanted}")
    return results.nothing()
