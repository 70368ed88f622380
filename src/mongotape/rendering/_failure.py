"""A failed comparison as text: the verdict in the first seven lines, then the whole walk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mongotape.expect import Repeat
from mongotape.rendering._case import Case
from mongotape.rendering._circumstances import NOTHING_KNOWN, Circumstances
from mongotape.rendering._details import array_lines
from mongotape.rendering._events import fields_of, named, named_expectation, spelled
from mongotape.rendering._hints import hints
from mongotape.rendering._mismatches import mismatch_text
from mongotape.rendering._near import near_miss
from mongotape.rendering._text import Line, Rendered, Span, line
from mongotape.rendering._values import show
from mongotape.rendering._walk import walk_lines
from mongotape.rendering._words import counted, joined, listed, ordinal, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mongotape.events import Family
    from mongotape.matching import Verdict

_HEAD: Final = 7
_DETAILS: Final = 20


def render_failure(verdict: Verdict, known: Circumstances = NOTHING_KNOWN) -> Rendered:
    """Return the text of a comparison that failed.

    Args:
        verdict: what came out of the comparison.
        known: what the caller knows besides; hints are made from it.
    """
    case = Case(verdict, known)
    return Rendered([*_head(case), (), *walk_lines(case), *_details(case), *_captures(verdict)])


def _head(case: Case) -> list[Line]:
    """Return at most seven lines: counts, first difference, what is extra or missing, near miss, likely cause."""
    counts = [line(f"  {each}") for each in _counts(case)]
    near = [line(f"  {each}") for each in _near(case)]
    causes = [line("  ", Span(each, "strong")) for each in hints(case, 2)]
    differences = list(_first_difference(case)) if not _counts_say_it(case) else []
    lines = [_summary(case), *differences]
    room = _HEAD - len(counts) - len(near) - len(causes)
    return [*lines[: max(room, 2)], *counts, *near, *causes][:_HEAD]


def _summary(case: Case) -> Line:
    verdict, known = case.verdict, case.known
    events = f"{noun(known.families)}event"
    waited = f" after waiting {seconds(known.waited)}" if known.waited is not None else ""
    what = f"{counted(verdict.observed, events)} observed{waited}, {_expected(verdict)} (mode {verdict.mode})"
    return line(f"{what}; {_where(case)}")


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


def _where(case: Case) -> str:
    focus = case.focus
    if focus is None:
        return "it differs"
    if focus.expectation is None:
        assert focus.event is not None
        return f"the {ordinal(focus.event + 1)} was not expected"
    if focus.event is not None and case.verdict.mode in ("exact", "prefix"):
        return f"the {ordinal(focus.event + 1)} differs"
    return f"nothing matches the {ordinal(focus.expectation + 1)} expectation"


def _first_difference(case: Case) -> Iterator[Line]:
    focus, verdict = case.focus, case.verdict
    if focus is None:
        return
    if focus.expectation is None:
        assert focus.event is not None
        yield _differs(f"{named(verdict.events[focus.event])} was observed and not expected")
        return
    expected = verdict.expected[focus.expectation]
    if focus.event is not None and focus.mismatches:
        yield from _mismatches(case, focus.expectation, focus.event)
        return
    given = fields_of(expected)
    instead = f", but {named(case.instead)}" if case.instead is not None else ""
    yield _differs(
        f"{_place(case, ())}{named_expectation(expected)} was expected and not observed{instead}"
        f"{f': {given}' if given else ''}"
    )


def _differs(text: str) -> Line:
    return line("  ", Span(text, "differs"))


def _mismatches(case: Case, expectation: int, event: int) -> Iterator[Line]:
    verdict = case.verdict
    assert case.focus is not None
    expected, observed = verdict.expected[expectation], verdict.events[event]
    nearest = "" if verdict.mode in ("exact", "prefix") else f"the {ordinal(event + 1)} event: "
    if expected.kind is not observed.kind:
        yield _differs(
            f"{_place(case, ())}{nearest}expected {named_expectation(expected)}, observed {named(observed)}"
        )
        return
    mismatches = case.told
    for each in mismatches[:2]:
        yield _differs(f"{_place(case, each.path)}{nearest}{mismatch_text(each)}")
        yield from array_lines(each, indent="    ")[:2]
    if len(mismatches) > 2:
        yield line(f"  and {counted(len(mismatches) - 2, 'more difference')} in this event, below")


def _place(case: Case, path: tuple[str | int, ...]) -> str:
    place, focus = case.known.place, case.focus
    if place is None or focus is None or focus.expectation is None:
        return ""
    return f"{place(focus.expectation, spelled(case.verdict.expected[focus.expectation], path))}: "


def _counts(case: Case) -> Iterator[str]:
    """Say what is too much and what is missing, where the first difference is not all of it."""
    added, missing, verdict, focus = case.added, case.missing, case.verdict, case.focus
    one = focus is not None and not focus.mismatches
    names_added = one and focus is not None and focus.expectation is None
    names_missing = one and not names_added
    if len(added) > names_added and not (len(added) == 1 and case.instead is not None):
        names = listed((named(verdict.events[at]) for at in added), len(added))
        if missing:
            yield f"{len(added):,} {_were(len(added))} observed and not expected: {names}"
        else:
            yield f"{len(added):,} more {_were(len(added))} observed than expected: {names}"
    if len(missing) > names_missing:
        names = listed((named_expectation(verdict.expected[at]) for at in missing), len(missing))
        yield f"{len(missing):,} expected {_were(len(missing))} not observed: {names}"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


def _counts_say_it(case: Case) -> bool:
    """Whether the first difference is only the first name of a list that follows."""
    focus, alone = case.focus, bool(case.added) != bool(case.missing)
    if focus is None or focus.mismatches or not alone or len(case.added) + len(case.missing) < 2:
        return False
    if focus.expectation is None:
        return True
    return case.known.place is None and not fields_of(case.verdict.expected[focus.expectation])


def _near(case: Case) -> list[str]:
    focus = case.focus
    if focus is None or focus.expectation is None:
        return []
    return list(near_miss(case.verdict, focus.expectation, but=focus.event if focus.mismatches else None))


def _details(case: Case) -> Iterator[Line]:
    """Yield every difference of the first event that differs, arrays taken apart."""
    difference, verdict = case.focus, case.verdict
    if difference is None or difference.event is None or not difference.mismatches:
        return
    if verdict.expected[difference.expectation or 0].kind is not verdict.events[difference.event].kind:
        return
    mismatches = case.told
    changes = [(each, array_lines(each, indent="      ")) for each in mismatches[:_DETAILS]]
    if len(mismatches) <= 2 and all(len(lines) <= 2 for _each, lines in changes):
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
