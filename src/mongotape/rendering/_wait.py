"""A wait that ran out, and an event that must not occur, as text."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from mongotape.rendering._circumstances import NOTHING_KNOWN, Circumstances
from mongotape.rendering._events import fields_of, label, named, named_expectation
from mongotape.rendering._failure import noun
from mongotape.rendering._mismatches import mismatch_text
from mongotape.rendering._text import Line, Rendered, Span, line
from mongotape.rendering._walk import event_rows
from mongotape.rendering._words import counted, joined, listed, ordinal, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mongotape.events import RecordedEvent
    from mongotape.expect import Expectation
    from mongotape.log import EventLog
    from mongotape.matching import Mark

_LAST: Final = 12  # events that are shown of the end of a log
_LOOKED_AT: Final = 2000


def render_wait(
    expected: Expectation, count: int, found: Sequence[RecordedEvent], log: EventLog, timeout: float
) -> Rendered:
    """Return the text of a wait that ran out.

    Args:
        expected: what was waited for.
        count: how many.
        found: those that came.
        log: what was recorded, all families.
        timeout: seconds that were waited.
    """
    wanted = named_expectation(expected)
    times = f"{count:,} times" if count > 1 else ""
    head = f"waited {seconds(timeout)} for {wanted} {times}".rstrip()
    lines = [line(f"{head}: {f'{len(found):,} came' if found else 'none came'}")]
    if given := fields_of(expected):
        lines.append(line(f"  expected: {given}"))
    lines.extend(line(f"  {each}") for each in _seen(expected, found, log))
    family = log.of(expected.family)
    return Rendered([*lines, *_tail(family, found)])


def _seen(expected: Expectation, found: Sequence[RecordedEvent], log: EventLog) -> Iterator[str]:
    if log.silence:
        yield log.silence
    family, kind = log.of(expected.family), log.of(expected.kind)
    if not len(log):
        yield "nothing at all was recorded"
    elif not len(family):
        counts = Counter(each.family for each in log.kinds)
        seen = joined([f"{number:,} {name}" for name, number in counts.most_common()])
        yield f"no {expected.family} event was recorded at all, but {seen} events"
    elif not len(kind):
        kinds = Counter(map(label, family.kinds))
        yield f"no {label(expected.kind)} was recorded, but {listed(_times(kinds), len(kinds), 6)}"
    else:
        yield from _nearest(expected, found, family)


def _times(kinds: Counter[str]) -> list[str]:
    return [f"{name} ({number:,} times)" if number > 1 else name for name, number in kinds.most_common()]


def _nearest(expected: Expectation, found: Sequence[RecordedEvent], family: EventLog) -> Iterator[str]:
    """Name the event of the same kind with the fewest differences."""
    from mongotape.matching import event_matcher

    explain = event_matcher(expected).explain
    start = max(0, len(family) - _LOOKED_AT)
    of_kind = [at for at in range(start, len(family)) if family[at].kind is expected.kind]
    others = [(at, explain(family[at])) for at in of_kind if family[at] not in found]
    missed = [(at, why) for at, why in others if why]
    close = [(at, why) for at, why in missed if not any(each.path == ("command_name",) for each in why)]
    if close:
        at, why = min(close, key=lambda each: len(each[1]))
        more = f", and {counted(len(why) - 1, 'more difference')}" if len(why) > 1 else ""
        yield f"the {ordinal(at + 1)} event ({named(family[at])}) comes closest: {mismatch_text(why[0])}{more}"
    elif missed:
        names = Counter(named(family[at]) for at, _why in missed)
        yield f"{'otherwise' if found else 'instead'} there were {listed(_times(names), len(names), 6)}"


def _tail(events: EventLog, found: Sequence[RecordedEvent]) -> Iterator[Line]:
    if not len(events):
        return
    yield ()
    start = max(0, len(events) - _LAST)
    if start:
        yield line(Span(f"       ... {start:,} earlier", "quiet"))
    shown = list(events[start:])

    def mark(at: int) -> Mark:
        return "=" if shown[at] in found else " "

    yield from event_rows(shown, mark, start + 1)


def render_unwanted(
    found: Sequence[tuple[Expectation, int]], log: EventLog, known: Circumstances = NOTHING_KNOWN
) -> Rendered:
    """Return the text of events that must not occur and do.

    Args:
        found: what must not occur, and the index in the log of an event that is it.
        log: what was compared.
        known: what the caller knows besides.
    """
    events = f"unwanted {noun(known.families)}event"
    names = listed((named(log[at]) for _expected, at in found), len(found))
    first, at = found[0]
    given = fields_of(first)
    lines = [
        line(f"{counted(len(found), events)} observed, none expected: {names}"),
        line(
            "  ",
            Span(f"the {ordinal(at + 1)} event matches {named_expectation(first)}", "differs"),
            f": {given}" if given else "",
        ),
        (),
    ]
    at_all = [at for _expected, at in found]
    around = sorted({near for at in at_all[:10] for near in range(max(0, at - 3), min(len(log), at + 4))})
    unwanted = set(at_all)
    run: list[int] = []
    for index in [*around, None]:
        if index is not None and (not run or index == run[-1] + 1):
            run.append(index)
            continue
        lines.extend(_run(log, run, unwanted))
        run = [index] if index is not None else []
    if len(at_all) > 10:
        lines.append(line(f"       ... {len(at_all) - 10:,} more of them"))
    return Rendered(lines)


def _run(log: EventLog, run: Sequence[int], unwanted: set[int]) -> Iterator[Line]:
    def mark(at: int) -> Mark:
        return "+" if run[at] in unwanted else " "

    if run[0]:
        yield line(Span("       ...", "quiet"))
    yield from event_rows([log[at] for at in run], mark, run[0] + 1)
