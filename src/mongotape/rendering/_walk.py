"""The whole walk as a list with marks, cut around what differs; what was left out is counted."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from mongotape.matching import path_text
from mongotape.rendering._events import columns, fields_of, label, named_expectation
from mongotape.rendering._text import Line, Span, Style, line
from mongotape.rendering._words import milliseconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mongotape.events import RecordedEvent
    from mongotape.expect import Expectation
    from mongotape.matching import Mark, Row, Verdict

_ROWS: Final = 40  # rows that are shown of a long walk
_AROUND: Final = 4  # rows on each side of one that counts
_STYLES: Final[dict[Mark, Style]] = {
    "=": "matched",
    "!": "differs",
    "+": "extra",
    "-": "missing",
    " ": "quiet",
}
_MEANING: Final[dict[Mark, str]] = {
    "=": "matched",
    "!": "different",
    "+": "extra",
    "-": "missing",
    " ": "passed over",
}


class Cells(NamedTuple):
    """One row, before its columns are aligned."""

    mark: Mark
    number: str
    cells: tuple[str, ...]
    note: str


def walk_lines(verdict: Verdict) -> Iterator[Line]:
    """Yield the walk, a line a row."""
    rows = verdict.walk
    shown = _shown(rows)
    started = verdict.events[0].at if verdict.observed else 0.0
    table = [_cells(verdict, rows[at], started) for at in shown]
    notes = _notes(table)
    gap: list[Row] = []
    position = 0
    for at, cells in zip(shown, notes, strict=True):
        if gap := list(rows[position:at]):
            yield _left_out(gap)
        yield cells
        position = at + 1
    if gap := list(rows[position:]):
        yield _left_out(gap)


def _shown(rows: Sequence[Row]) -> list[int]:
    """Return which rows are shown: all of a short walk, else those around what differs, the first ones first."""
    if len(rows) <= _ROWS:
        return list(range(len(rows)))
    chosen: set[int] = set()
    for at, row in enumerate(rows):
        if row.mark in "= ":
            continue
        around = set(range(max(0, at - _AROUND), min(len(rows), at + _AROUND + 1)))
        if len(chosen | around) > _ROWS:
            break
        chosen |= around
    chosen |= set(range(min(2, len(rows)))) | {len(rows) - 1}
    return sorted(chosen)


def _left_out(rows: Sequence[Row]) -> Line:
    counts = Counter(row.mark for row in rows)
    words = ", ".join(f"{counts[mark]:,} {_MEANING[mark]}" for mark in _MEANING if counts[mark])
    return line(Span(f"       ... {words}", "quiet"))


def _cells(verdict: Verdict, row: Row, started: float) -> Cells:
    mark, expectation, event = row
    if event is None:
        assert expectation is not None
        return _missing(verdict.expected[expectation])
    note = ""
    observed = verdict.events[event]
    if mark == "!" and expectation is not None:
        note = _difference(verdict, expectation, event)
    return Cells(mark, f"{event + 1:,}", (*columns(observed), milliseconds(observed.at - started)), note)


def _missing(expected: Expectation) -> Cells:
    word = label(expected.kind)
    name = named_expectation(expected).removeprefix(f"{word}(").removesuffix(")")
    return Cells("-", "", (word, name, "", ""), fields_of(expected))


def _difference(verdict: Verdict, expectation: int, event: int) -> str:
    expected = verdict.expected[expectation]
    observed = verdict.events[event]
    mismatches = verdict.explain(expectation, event)
    other = any(each.path[:1] in (("kind",), ("command_name",)) for each in mismatches)
    if expected.kind is not observed.kind or other:
        return f"expected {named_expectation(expected)}"
    paths = [path_text(each.path) for each in mismatches]
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    return f"{paths[0]}{more}" if paths else ""


def _notes(table: Sequence[Cells]) -> list[Line]:
    return table_lines([(each.mark, each.number, each.cells, each.note) for each in table])


def table_lines(table: Sequence[tuple[Mark, str, tuple[str, ...], str]]) -> list[Line]:
    """Return the rows with their columns aligned."""
    widths = [
        max(map(len, column)) for column in zip(*(cells for _m, _n, cells, _note in table), strict=True)
    ]
    numbers = max((len(number) for _m, number, _c, _note in table), default=0)
    lines = []
    for mark, number, cells, note in table:
        *words, time = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        time = time.strip().rjust(widths[-1])
        text = "  ".join([word for word in words if word] + [time] * bool(widths[-1]))
        style: Style | None = None if mark in "= " else _STYLES[mark]
        lines.append(
            line(
                f"  {number.rjust(max(numbers, 3))} ",
                Span(mark, _STYLES[mark]),
                " ",
                Span(text, style),
                f"  {note}" if note else "",
            )
        )
    return lines


def event_rows(events: Sequence[RecordedEvent], mark: Callable[[int], Mark], first: int) -> list[Line]:
    """Return a table of events, none of them compared one by one.

    Args:
        events: those that are shown.
        mark: by index among these.
        first: the number of the first one.
    """
    started = events[0].at if events else 0.0
    return table_lines(
        [
            (mark(at), f"{first + at:,}", (*columns(event), milliseconds(event.at - started)), "")
            for at, event in enumerate(events)
        ]
    )
