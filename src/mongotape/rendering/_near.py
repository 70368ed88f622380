"""Near misses: the event that almost was the expected one, and what stood in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mongotape.rendering._events import named
from mongotape.rendering._mismatches import mismatch_text
from mongotape.rendering._values import show
from mongotape.rendering._words import counted, ordinal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mongotape.matching import Mismatch, Near, Verdict

_LOOKED_AT: Final = 500_000  # events of a log that is looked through


def near_miss(verdict: Verdict, expectation: int, *, but: int | None = None) -> Iterator[str]:
    """Yield one sentence on the event that comes closest to an expectation that none matches.

    Args:
        verdict: the comparison that failed.
        expectation: which expectation.
        but: an event that the text shows anyhow.
    """
    if verdict.observed > _LOOKED_AT:
        return
    kind = verdict.expected[expectation].kind
    for near in verdict.nearest(expectation, 2):
        event = verdict.events[near.event]
        other = any(each.path == ("command_name",) for each in near.mismatches)
        if near.event == but or event.kind is not kind or other:
            continue
        yield f"{_which(near.event)} ({named(event)}) {_how(verdict, expectation, near)}"
        return


def nearest_mismatches(verdict: Verdict, expectation: int) -> Sequence[Mismatch]:
    """Return why the event that comes closest to an expectation is not it."""
    if verdict.observed > _LOOKED_AT:
        return ()
    return next((near.mismatches for near in verdict.nearest(expectation, 1)), ())


def _which(event: int) -> str:
    return f"the {ordinal(event + 1)} event"


def _how(verdict: Verdict, expectation: int, near: Near) -> str:
    if near.mismatches:
        if elsewhere := _elsewhere(near.mismatches):
            return f"matches, but {elsewhere}"
        more = len(near.mismatches) - 1
        rest = f", and {counted(more, 'more difference')}" if more else ""
        return f"comes closest: {mismatch_text(near.mismatches[0])}{rest}"
    if near.taken_by is not None:
        return f"matches, but the {ordinal(near.taken_by + 1)} expectation already has it"
    before = [pair for pair in verdict.pairs if pair.expectation < expectation and pair.event > near.event]
    if before:
        return (
            f"matches, but comes before {_which(before[-1].event)},"
            f" which the {ordinal(before[-1].expectation + 1)} expectation has"
        )
    return "matches, but not at this place"


def _elsewhere(mismatches: Sequence[Mismatch]) -> str | None:
    """Say that the event is right but for where it happened."""
    by_path: dict[Any, Mismatch] = {each.path: each for each in mismatches}
    databases = by_path.keys() & {("database_name",), ("command", "$db")}
    if databases == by_path.keys():
        database = next(iter(by_path.values()))
        if isinstance(database.expected, str):
            return f"on database {database.actual}, not {database.expected}"
        return f"on database {database.actual}"
    if len(by_path) == 1:
        (path, only), *_ = by_path.items()
        if path == ("client",):
            return f"by {only.actual}, not {only.expected}"
        if path[0] in ("address", "connection_id", "server_address"):
            return f"at {show(only.actual)}, not {show(only.expected)}"
    return None
