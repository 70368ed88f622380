"""The events of the CMAP format as expectations of mongotape's own.

Source: Connection Monitoring and Pooling tests, "Spec Test Match Function".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mongotape.events import Kind
from mongotape.expect import Expectation
from mongotape.matching import match_events
from mongotape.rendering import Circumstances, render_failure
from mongotape.runner._outcome import SpecFailure
from mongotape.runner.older._report import where

if TYPE_CHECKING:
    from mongotape.log import EventLog
    from mongotape.matching import Mode
    from mongotape.spec import CmapEvent, CmapFile

KINDS: Final = {
    "ConnectionPoolCreated": Kind.POOL_CREATED,
    "ConnectionPoolReady": Kind.POOL_READY,
    "ConnectionPoolCleared": Kind.POOL_CLEARED,
    "ConnectionPoolClosed": Kind.POOL_CLOSED,
    "ConnectionCreated": Kind.CONNECTION_CREATED,
    "ConnectionReady": Kind.CONNECTION_READY,
    "ConnectionClosed": Kind.CONNECTION_CLOSED,
    "ConnectionCheckOutStarted": Kind.CONNECTION_CHECK_OUT_STARTED,
    "ConnectionCheckOutFailed": Kind.CONNECTION_CHECK_OUT_FAILED,
    "ConnectionCheckedOut": Kind.CONNECTION_CHECKED_OUT,
    "ConnectionCheckedIn": Kind.CONNECTION_CHECKED_IN,
}

_FIELDS: Final = {
    "address": "address",
    "connectionId": "connection_id",
    "duration": "duration",
    "options": "options",
    "reason": "reason",
    "interruptInUseConnections": "interrupt_connections",
}
_WORDS: Final = {ours: word for word, ours in _FIELDS.items()}


class Anything:
    """Equal to any value but null: the format's 42."""

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return other is not None

    def __repr__(self) -> str:
        return "any value but null"


class Exactly:
    """Equal to one document and no other; a root document would allow further keys."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document

    def __eq__(self, other: object) -> bool:
        return other == self._document

    def __repr__(self) -> str:
        return f"exactly {self._document!r}"


def expectation(event: CmapEvent) -> Expectation:
    """Return an event of the format as one of mongotape's expectations."""
    return Expectation(
        KINDS[event.type], {_FIELDS[name]: _value(name, event.fields[name]) for name in event.fields}
    )


def _value(name: str, written: Any) -> Any:
    if written in (42, "42"):
        return Anything()
    if name == "address":
        host, _, port = str(written).rpartition(":")
        return (host.strip("[]"), int(port)) if port.isdigit() else (str(written), None)
    if name == "options":
        return Exactly(dict(written))
    if name == "duration":
        return written / 1000  # the format's durations are in milliseconds, PyMongo's in seconds
    return written


def compare(file: CmapFile, log: EventLog, *, trailing_events: bool) -> SpecFailure | None:
    """Return what is wrong with a test's events; None where they are those that the file expects.

    Events whose type the file ignores are left out.

    Args:
        file: the test.
        log: what was observed.
        trailing_events: more events may follow; a file that expects none is then not compared at all.
    """
    ignored = {KINDS[name] for name in file.ignore}
    observed = [event for event in log if event.kind not in ignored]
    mode: Mode = "prefix" if trailing_events else "exact"
    verdict = match_events([expectation(each) for each in file.events], observed, mode=mode)
    if verdict.passed:
        return None

    def place(index: int, path: tuple[str | int, ...]) -> str:
        known = [_WORDS.get(str(path[0]), str(path[0])), *path[1:]] if path else []
        return where(file.events[index].place.below(*known))

    difference = verdict.difference
    at = file.place.below("events")
    if difference is not None and difference.expectation is not None:
        at = file.events[difference.expectation].place
    text = str(render_failure(verdict, Circumstances(log=log, place=place)))
    sentence, _, details = text.partition("\n")
    return SpecFailure(at, sentence, details)
