"""The usual causes of a failed assertion, each a small generator in a table."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from mongotape.events import Family, Kind
from mongotape.matching import MISSING
from mongotape.rendering._secrets import scrubbed_prose
from mongotape.rendering._words import counted, joined, milliseconds, ordinal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mongotape.events import RecordedEvent
    from mongotape.rendering._case import Case

_LOOKED_AT: Final = 2000  # matched events that hints look at
_SAYS: Final = 160  # characters of a server's error message
_REMATCHED: Final = 100  # events of a log that is matched again in another mode
_CLOSING: Final = frozenset({Kind.POOL_CLOSED, Kind.TOPOLOGY_CLOSED, Kind.SERVER_CLOSED})
_HANDSHAKE: Final = frozenset({"saslStart", "saslContinue", "authenticate", "hello", "isMaster", "ismaster"})


def came_late(case: Case) -> Iterator[str]:
    """Events of other threads arrive when they arrive."""
    if case.known.late is not None:
        yield (
            f"it holds now, {milliseconds(case.known.late)} after the assertion: events arrived late;"
            " give timeout=1 (seconds) to wait for them"
        )


def other_tasks(case: Case) -> Iterator[str]:
    """A task that was not awaited has not run."""
    if case.known.in_loop and case.missing and not case.extra:
        yield "other tasks had no turn since: `await assert_events_eventually(...)` lets them run and waits"


def frozen_log(case: Case) -> Iterator[str]:
    """Waiting for what can't change."""
    if case.known.frozen:
        yield "timeout= had nothing to wait for: the log that was given is frozen; give the recorder itself"


def other_family_only(case: Case) -> Iterator[str]:
    """Nothing of the family was seen, but much of another one."""
    log, families = case.known.log, case.known.families
    if case.verdict.observed or log is None or not families:
        return
    seen = Counter(kind.family for kind in log.kinds)
    if seen:
        counts = joined([f"{number:,} {family}" for family, number in seen.most_common()])
        yield (
            f"the log holds {counts} events, but none of the family {joined(sorted(families), 'or')}:"
            " was the client made before the recorder, or does nothing here cause such events?"
        )
    else:
        yield "nothing at all was recorded: does the client that did the work carry the recorder?"


def client_closed(case: Case) -> Iterator[str]:
    """Closing publishes endSessions and closes pools."""
    first = case.extra[0] if case.extra else None
    if first is None:
        return
    if first in case.extra_commands("endSessions"):
        yield "the client was closed before the assertion: endSessions is part of closing"
    elif first.kind in _CLOSING or (first.kind is Kind.CONNECTION_CLOSED and first.reason == "poolClosed"):
        yield "the client was closed before the assertion: closing it closes its pools and connections"


def of_families_named(case: Case) -> Iterator[str]:
    """families= lets in what the expectation says nothing of."""
    if not case.known.families_given or not case.extra:
        return
    expected = {each.family for each in case.verdict.expected}
    others = {each.family for each in case.extra} - expected
    if expected and others and {each.family for each in case.extra} == others:
        yield (
            f"every extra event is of the family {joined(sorted(others))}, which families= names but the"
            " expectation does not: leave families= out"
        )


def heartbeat_noise(case: Case) -> Iterator[str]:
    """Monitors work whenever they like."""
    noise = [each for each in case.extra if each.family is Family.HEARTBEAT]
    if noise and len(noise) * 2 >= len(case.extra):
        yield (
            f"{counted(len(noise), 'extra event')} came from monitors, which check whenever they like:"
            " mode='in_order' passes over them"
        )


def batches(case: Case) -> Iterator[str]:
    """A result of several batches."""
    if case.extra_commands("getMore"):
        yield "the result came in several batches: one_or_more(...) or mode='in_order' lets getMore repeat"


def abandoned_cursor(case: Case) -> Iterator[str]:
    """A cursor that was not read to its end is killed later."""
    if case.extra_commands("killCursors"):
        yield "killCursors ends a cursor that was not read to its end, up to 1 s later: close cursors where they are used"


def command_failed(case: Case) -> Iterator[str]:
    """The server said no, and why."""
    for event in case.extra:
        if event.kind is Kind.COMMAND_FAILED:
            yield f"{event.command_name} failed: {_server_says(event.document('failure'))}"
            return
        if event.kind is Kind.COMMAND_SUCCEEDED and (errors := event.document("reply").get("writeErrors")):
            yield f"{event.command_name} was answered with write errors: {_server_says(errors[0])}"
            return


def _server_says(error: Mapping[str, Any]) -> str:
    words = [str(error[key]) for key in ("code", "codeName") if key in error]
    says = scrubbed_prose(str(error.get("errmsg", "")))
    cut = f"{says[:_SAYS]}..." if len(says) > _SAYS else says
    return ": ".join(filter(None, (" ".join(words), cut))) or "without a word"


def handshake(case: Case) -> Iterator[str]:
    """A new connection introduces itself."""
    if found := case.extra_commands(*_HANDSHAKE):
        yield f"a new connection was made: {found[0].command_name} is part of its handshake"


def new_connection(case: Case) -> Iterator[str]:
    """The pool had no free connection."""
    if case.extra and all(
        each.kind in (Kind.CONNECTION_CREATED, Kind.CONNECTION_READY) for each in case.extra
    ):
        yield (
            "the pool had no free connection and made one:"
            " optional(expect.connection_created(), expect.connection_ready()) allows for it"
        )


def retried(case: Case) -> Iterator[str]:
    """The driver tried again after a failure."""
    for at, event in zip(case.extra_at, case.extra, strict=True):
        if event.kind is not Kind.COMMAND_STARTED:
            continue
        mine = _attempt(event)
        for before in range(at - 1, max(-1, at - 50), -1):
            other = case.verdict.events[before]
            if other.kind is Kind.COMMAND_STARTED and mine is not None and _attempt(other) == mine:
                yield (
                    f"the {ordinal(at + 1)} event repeats the {ordinal(before + 1)} (same lsid and txnNumber):"
                    " the driver retried the write"
                )
                return


def _attempt(event: RecordedEvent) -> tuple[object, ...] | None:
    command = event.document("command")
    if "txnNumber" not in command or "lsid" not in command or "autocommit" in command:
        return None
    return (event.command_name, str(command["lsid"]), command["txnNumber"])


def other_client(case: Case) -> Iterator[str]:
    """Two clients carry one recorder."""
    clients = {each.client for each in case.extra if each.client is not None}
    pairs = islice(case.verdict.pairs, _LOOKED_AT)
    matched = {case.verdict.events[pair.event].client for pair in pairs} - {None}
    if len(clients) == 1 and len(matched) == 1 and not clients & matched:
        yield (
            f"every extra event is of {clients.pop()}, every matched one of {matched.pop()}:"
            " log.client(...) keeps those of one client"
        )


def pattern_for_text(case: Case) -> Iterator[str]:
    """A compiled pattern is the BSON value."""
    for each in case.mismatches:
        if _is_pattern(each.expected) and isinstance(each.actual, str):
            yield "a compiled pattern is the BSON value and matches no string: text(r'...') matches strings"
            return


def _is_pattern(value: object) -> bool:
    return isinstance(value, re.Pattern) or type(value).__name__ == "Regex"


def nested_is_closed(case: Case) -> Iterator[str]:
    """Extra keys are allowed at the root only."""
    if case.mismatches and all(each.expected is MISSING for each in case.mismatches):
        yield "only a root document may have more keys than expected: like({...}) opens a nested one"


def other_mode(case: Case) -> Iterator[str]:
    """The expectation would hold in another mode."""
    passes, mode = case.known.passes, case.verdict.mode
    if (
        passes is None
        or not case.verdict.expected
        or case.verdict.observed > _REMATCHED
        or len(case.verdict.expected) > _REMATCHED
    ):
        return
    if mode in ("exact", "prefix") and case.added and passes("in_order"):
        yield "everything expected was observed in this order, with others between: mode='in_order' passes"
    elif mode in ("exact", "in_order") and case.missing and passes("any_order"):
        yield "the same events were observed in another order: mode='any_order' passes"


#: In the order in which they are believed: the first ones explain the later ones away.
HINTS: Final = (
    came_late,
    frozen_log,
    other_family_only,
    client_closed,
    of_families_named,
    heartbeat_noise,
    batches,
    command_failed,
    retried,
    abandoned_cursor,
    handshake,
    new_connection,
    other_client,
    pattern_for_text,
    nested_is_closed,
    other_tasks,
)


def hints(case: Case, limit: int) -> list[str]:
    """Return the likely causes, the likeliest first; a hint that can't be made is left out."""
    found: list[str] = []
    for hint in HINTS:
        with suppress(Exception):  # an event fed by hand may lack anything; the failure is what counts
            found.extend(hint(case))
        if len(found) >= limit:
            break
    if not found:  # another mode is advice only where no cause is known
        with suppress(Exception):
            found.extend(other_mode(case))
    return found[:limit]
