"""A failed comparison as text: the verdict in the first seven lines, then the whole walk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mongotape.expect import Repeat
from mongotape.rendering._circumstances import NOTHING_KNOWN, Circumstances
from mongotape.rendering._details import array_lines
from mongotape.rendering._events import fields_of, named, named_expectation
from mongotape.rendering._hints import Case, hints
from mongotape.rendering._mismatches import first_of, mismatch_text
from mongotape.rendering._near import near_miss
from mongotape.rendering._text import Line, Rendered, Span, line
from mongotape.rendering._values import show
from mongotape.rendering._walk import walk_lines
from mongotape.rendering._words import counted, joined, listed, ordinal, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mongotape.events import Family
    from mongotape.matching import Difference, Verdict

_HEAD: Final = 7
_DETAILS: Final = 20


def render_failure(verdict: Verdict, known: Circumstances = NOTHING_KNOWN) -> Rendered:
    """Return the text of a comparison that failed.

    Args:
        verdict: what came out of the comparison.
        known: what the caller knows besides; hints are made from it.
    """
    return Rendered(
        [*_head(verdict, known), (), *walk_lines(verdict), *_details(verdict), *_captures(verdict)]
    )


def _head(verdict: Verdict, known: Circumstances) -> list[Line]:
    """Return at most seven lines: counts, first difference, what is extra or missing, near miss, likely cause."""
    lines = [_summary(verdict, known)]
    differences = [line("  ", Span(each, "differs")) for each in _first_difference(verdict, known)]
    counts = [line(f"  {each}") for each in _counts(verdict)]
    near = [line(f"  {each}") for each in _near(verdict)]
    causes = [line("  ", Span(each, "strong")) for each in hints(Case(verdict, known), 2)]
    room = _HEAD - len(lines) - len(counts) - len(near) - len(causes)
    return [*lines, *differences[: max(room, 1)], *counts, *near, *causes][:_HEAD]


def _summary(verdict: Verdict, known: Circumstances) -> Line:
    events = f"{noun(known.families)}event"
    waited = f" after waiting {seconds(known.waited)}" if known.waited is not None else ""
    what = f"{counted(verdict.observed, events)} observed{waited}, {_expected(verdict)} (mode {verdict.mode})"
    return line(f"{what}; {_where(verdict)}")


def noun(families: frozenset[Family] | None) -> str:
    """Return ``command ``, ``command and pool `` or nothing: what stands before "events"."""
    named_families = sorted(families or ())
    return f"{joined(named_families)} " if 0 < len(named_families) <= 2 else ""


def _expected(verdict: Verdict) -> str:
    least = most = 0
    unbounded = False
    for step in verdict.steps:
        if isinstance(step, Repeat):
            least += step.at_least * len(step.body)
            most += (step.at_most or 0) * len(step.body)
            unbounded = unbounded or step.at_most is None
        else:
            least, most = least + 1, most + 1
    if unbounded:
        return f"{least:,} or more expected"
    if least != most:
        return f"{least:,} to {most:,} expected"
    return f"{least:,} expected" if least else "none expected"


def _where(verdict: Verdict) -> str:
    difference = verdict.difference
    if difference is None:
        return "it differs"
    if difference.event is None:
        assert difference.expectation is not None
        return f"the {_which(difference.expectation)} is missing"
    if difference.expectation is None:
        return f"the {ordinal(difference.event + 1)} was not expected"
    if verdict.mode in ("exact", "prefix"):
        return f"the {ordinal(difference.event + 1)} differs"
    return f"nothing matches the {_which(difference.expectation)}"


def _which(expectation: int) -> str:
    return f"{ordinal(expectation + 1)} expectation"


def _first_difference(verdict: Verdict, known: Circumstances) -> Iterator[str]:
    difference = verdict.difference
    if difference is None:
        return
    if difference.expectation is None:
        assert difference.event is not None
        yield f"{named(verdict.events[difference.event])} was observed and not expected"
        return
    expected = verdict.expected[difference.expectation]
    if difference.event is None or not difference.mismatches:
        given = fields_of(expected)
        yield (
            f"{_place(known, difference, ())}{named_expectation(expected)} was expected and not observed"
            f"{f': {given}' if given else ''}"
        )
        return
    yield from _mismatches(verdict, difference, known)


def _mismatches(verdict: Verdict, difference: Difference, known: Circumstances) -> Iterator[str]:
    assert difference.expectation is not None
    assert difference.event is not None
    expected, observed = verdict.expected[difference.expectation], verdict.events[difference.event]
    nearest = "" if verdict.mode in ("exact", "prefix") else f"the {ordinal(difference.event + 1)} event: "
    if expected.kind is not observed.kind:
        place = _place(known, difference, ())
        yield f"{place}{nearest}expected {named_expectation(expected)}, observed {named(observed)}"
        return
    mismatches = first_of(difference.mismatches)
    for each in mismatches[:2]:
        yield f"{_place(known, difference, each.path)}{nearest}{mismatch_text(each)}"
    if len(mismatches) > 2:
        yield f"and {counted(len(mismatches) - 2, 'more difference')} in this event, below"


def _place(known: Circumstances, difference: Difference, path: tuple[str | int, ...]) -> str:
    if known.place is None or difference.expectation is None:
        return ""
    return f"{known.place(difference.expectation, path)}: "


def _counts(verdict: Verdict) -> Iterator[str]:
    """Say what is too much, or too little, where the first difference is not all of it."""
    extra, missing = verdict.extra, verdict.unmatched
    if len(extra) > len(missing):
        over = extra[-(len(extra) - len(missing)) :] if missing else extra
        names = listed(named(verdict.events[at]) for at in over[:2000])
        yield f"{len(over):,} more {_were(len(over))} observed than expected: {names}"
    elif len(missing) > len(extra):
        names = listed(named_expectation(verdict.expected[at]) for at in missing[:2000])
        if len(missing) > 1 or extra:
            yield f"{len(missing):,} expected {_were(len(missing))} not observed: {names}"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


def _near(verdict: Verdict) -> list[str]:
    difference = verdict.difference
    if difference is None or difference.expectation is None:
        return []
    shown = difference.event if difference.mismatches else None
    return list(near_miss(verdict, difference.expectation, but=shown))


def _details(verdict: Verdict) -> Iterator[Line]:
    """Yield every difference of the first event that differs, arrays taken apart."""
    difference = verdict.difference
    if difference is None or difference.event is None or not difference.mismatches:
        return
    if verdict.expected[difference.expectation or 0].kind is not verdict.events[difference.event].kind:
        return
    mismatches = first_of(difference.mismatches)
    changes = [(each, array_lines(each, indent="      ")) for each in mismatches[:_DETAILS]]
    if len(mismatches) <= 2 and not any(lines for _each, lines in changes):
        return
    yield ()
    yield line(f"  the {ordinal(difference.event + 1)} event in full:")
    for each, lines in changes:
        yield line("    ", Span(mismatch_text(each), "differs"))
        yield from lines
    if len(mismatches) > _DETAILS:
        yield line(f"    and {counted(len(mismatches) - _DETAILS, 'more difference')}")


def _captures(verdict: Verdict) -> Iterator[Line]:
    if not verdict.captures:
        return
    yield ()
    for name, value in verdict.captures.items():
        yield line(f"  same({name!r}) stands for {show(value)}")
