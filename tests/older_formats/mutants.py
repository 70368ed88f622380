"""Broken expectations: every way in which somebody could get a file of the older formats wrong, one at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from mongotape.documents import parse_document
from mongotape.spec import SpecFile, read

OTHER_OID = {"$oid": "0123456789abcdef01234567"}
_REASONS = {
    "ConnectionClosed": ("stale", "idle", "error", "poolClosed"),
    "ConnectionCheckOutFailed": ("timeout", "poolClosed", "connectionError"),
}


class Mutant(NamedTuple):
    """One file with one thing wrong."""

    what: str
    file: SpecFile


def parsed(value: Any, name: str = "mutant.json") -> SpecFile:
    """A file made of a value."""
    return read(parse_document(json.dumps(value, indent=1), name=name, syntax="json"))


def mutants(path: Path, *, every: int = 1, start: int = 0) -> Iterator[Mutant]:
    """Broken variants of a file.

    Args:
        path: of the file.
        every: one of so many; 1 for all.
        start: which of them, counted round.
    """
    value = json.loads(path.read_text())
    made = _of_cmap(value) if "style" in value else _of_sdam(value)
    for what, change in islice(made, start % every, None, every):
        broken = deepcopy(value)
        change(broken)
        if broken != value:
            yield Mutant(what, parsed(broken, f"{path.parent.name}/{path.stem} ({what})"))


Change = Callable[[Any], None]


def _at(value: Any, steps: tuple[Any, ...]) -> Any:
    for step in steps:
        value = value[step]
    return value


def _set(*path: Any, to: Any) -> Change:
    *steps, last = path
    return lambda value: _at(value, tuple(steps)).__setitem__(last, to)


def _drop(*path: Any) -> Change:
    *steps, last = path
    return lambda value: _at(value, tuple(steps)).__delitem__(last)


def _swap(*path: Any) -> Change:
    *steps, first = path

    def change(value: Any) -> None:
        events = _at(value, tuple(steps))
        events[first], events[first + 1] = events[first + 1], events[first]

    return change


def _twice(*path: Any) -> Change:
    *steps, at = path
    return lambda value: _at(value, tuple(steps)).insert(at, deepcopy(_at(value, tuple(path))))


# --- CMAP --------------------------------------------------------------------------------------------------


def _of_cmap(value: dict[str, Any]) -> Iterator[tuple[str, Change]]:
    events = value["events"]
    for at, event in enumerate(events):
        kind = event["type"]
        yield f"event {at} dropped", _drop("events", at)
        yield f"event {at} twice", _twice("events", at)
        if at + 1 < len(events) and kind != events[at + 1]["type"]:
            yield f"events {at} and {at + 1} swapped", _swap("events", at)
        other = "ConnectionPoolCleared" if kind != "ConnectionPoolCleared" else "ConnectionPoolClosed"
        yield f"event {at} of another type", _set("events", at, to={"type": other})
        yield f"event {at} of another address", _set("events", at, "address", to="nowhere:1")
        for reason in _REASONS.get(kind, ()):
            if event.get("reason", reason) not in (reason, 42):
                yield f"event {at} with the reason {reason}", _set("events", at, "reason", to=reason)
        if "connectionId" in event:
            yield f"event {at} of another connection", _set("events", at, "connectionId", to=987)
        if "interruptInUseConnections" in event:
            flipped = not event["interruptInUseConnections"]
            yield f"event {at} flipped", _set("events", at, "interruptInUseConnections", to=flipped)
        if isinstance(event.get("options"), dict):
            yield f"event {at} with other options", _set("events", at, "options", "maxPoolSize", to=3)
            yield f"event {at} with fewer options", _drop("events", at, "options", "maxPoolSize")
    for name in value.get("ignore") or ():
        rest = [each for each in value["ignore"] if each != name]
        yield f"ignore without {name}", _set("ignore", to=rest)
    if value.get("ignore"):
        yield "ignore emptied", _set("ignore", to=[])


def is_equivalent(what: str, path: Path, observed: set[str]) -> bool:
    """Whether a mutant of ``ignore`` says the same, since no event of the types that it doesn't ignore came."""
    ignored = set(json.loads(path.read_text()).get("ignore") or ())
    if what == "ignore emptied":
        return not ignored & observed
    return what.startswith("ignore without ") and what.removeprefix("ignore without ") not in observed


# --- SDAM --------------------------------------------------------------------------------------------------


def _of_sdam(value: dict[str, Any]) -> Iterator[tuple[str, Change]]:
    for number, phase in enumerate(value["phases"]):
        where = ("phases", number, "outcome")
        words = f"phase {number}"
        if "events" in phase["outcome"]:
            yield from _of_events(phase["outcome"]["events"], (*where, "events"), words)
        else:
            yield from _of_outcome(phase["outcome"], where, words)


def _of_outcome(outcome: dict[str, Any], where: tuple[Any, ...], words: str) -> Iterator[tuple[str, Change]]:
    kind = "Sharded" if outcome["topologyType"] != "Sharded" else "Single"
    yield f"{words}: another topologyType", _set(*where, "topologyType", to=kind)
    yield f"{words}: another setName", _set(*where, "setName", to="another")
    yield f"{words}: another timeout", _set(*where, "logicalSessionTimeoutMinutes", to=987)
    yield f"{words}: another maxSetVersion", _set(*where, "maxSetVersion", to=987)
    yield f"{words}: another maxElectionId", _set(*where, "maxElectionId", to=OTHER_OID)
    yield f"{words}: compatible flipped", _set(*where, "compatible", to=outcome.get("compatible") is False)
    yield f"{words}: one server more", _set(*where, "servers", "nowhere:1", to={"type": "Unknown"})
    for address, server in outcome["servers"].items():
        at = (*where, "servers", address)
        name = f"{words}: {address}"
        yield f"{name} dropped", _drop(*at)
        kind = "Mongos" if server["type"] != "Mongos" else "Standalone"
        yield f"{name}: another type", _set(*at, "type", to=kind)
        yield f"{name}: another setName", _set(*at, "setName", to="another")
        yield f"{name}: another setVersion", _set(*at, "setVersion", to=987)
        yield f"{name}: another electionId", _set(*at, "electionId", to=OTHER_OID)
        yield f"{name}: another error", _set(*at, "error", to="no such error")
        yield f"{name}: another minWireVersion", _set(*at, "minWireVersion", to=987)
        yield f"{name}: another maxWireVersion", _set(*at, "maxWireVersion", to=987)
        yield f"{name}: another timeout", _set(*at, "logicalSessionTimeoutMinutes", to=987)
        version = {"processId": OTHER_OID, "counter": {"$numberLong": "987"}}
        yield f"{name}: another topologyVersion", _set(*at, "topologyVersion", to=version)
        if server.get("topologyVersion"):
            yield f"{name}: no topologyVersion", _set(*at, "topologyVersion", to=None)
            counter = {"$numberLong": "987"}
            yield f"{name}: another counter", _set(*at, "topologyVersion", "counter", to=counter)
        yield f"{name}: another generation", _set(*at, "pool", to={"generation": 987})
        for key in ("setName", "setVersion", "electionId"):
            if server.get(key) is not None:
                yield f"{name}: no {key}", _set(*at, key, to=None)


def _of_events(
    events: list[dict[str, Any]], where: tuple[Any, ...], words: str
) -> Iterator[tuple[str, Change]]:
    for at, event in enumerate(events):
        ((kind, fields),) = event.items()
        name = f"{words}, event {at}"
        yield f"{name} dropped", _drop(*where, at)
        yield f"{name} twice", _twice(*where, at)
        if at + 1 < len(events) and kind not in events[at + 1]:
            yield f"{name} swapped with the next", _swap(*where, at)
        here = (*where, at, kind)
        yield f"{name}: another topologyId", _set(*here, "topologyId", to=OTHER_OID)
        if "address" in fields:
            yield f"{name}: another address", _set(*here, "address", to="nowhere:1")
        for described in ("previousDescription", "newDescription"):
            if described in fields:
                yield from _of_description(fields[described], (*here, described), f"{name}: {described}")


def _of_description(
    described: dict[str, Any], where: tuple[Any, ...], words: str
) -> Iterator[tuple[str, Change]]:
    if "topologyType" in described:
        kind = "Sharded" if described["topologyType"] != "Sharded" else "Single"
        yield f"{words}: another topologyType", _set(*where, "topologyType", to=kind)
        yield f"{words}: another setName", _set(*where, "setName", to="another")
        for at, server in enumerate(described["servers"]):
            yield f"{words}: server {at} dropped", _drop(*where, "servers", at)
            yield from _of_description(server, (*where, "servers", at), f"{words}: server {at}")
        return
    kind = "Mongos" if described["type"] != "Mongos" else "Standalone"
    yield f"{words}: another type", _set(*where, "type", to=kind)
    yield f"{words}: another setName", _set(*where, "setName", to="another")
    yield f"{words}: another primary", _set(*where, "primary", to="nowhere:1")
    yield f"{words}: another address", _set(*where, "address", to="nowhere:1")
    for key in ("hosts", "passives", "arbiters"):
        more = [*described[key], "nowhere:1"]
        yield f"{words}: one of {key} more", _set(*where, key, to=more)
    for key in ("setName", "primary"):
        if described.get(key) is not None:
            yield f"{words}: no {key}", _drop(*where, key)
    if described["hosts"]:
        yield f"{words}: fewer hosts", _set(*where, "hosts", to=described["hosts"][1:])
