"""The whole walk as a list with marks, cut around what differs; what was left out is counted."""

from __future__ import annotations

from collections import Counter
from itertools import zip_longest
from typing import TYPE_CHECKING, Final, NamedTuple

from mongotape.matching import path_text
from mongotape.rendering._events import columns, fields_of, label, named_expectation, origins
from mongotape.rendering._text import Line, Span, Style, line
from mongotape.rendering._words import milliseconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mongotape.events import RecordedEvent
    from mongotape.expect import Expectation
    from mongotape.matching import Mark, Row
    from mongotape.rendering._case import Case

    Origin = Callable[[RecordedEvent], tuple[str, ...]]

_ROWS: Final = 40  # rows that are shown of a long walk
_AROUND: Final = 3  # rows on each side of one that counts
_RUN: Final = 8  # rows of a run of extra or missing ones
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
    time: str
    note: str


def walk_lines(case: Case) -> Iterator[Line]:
    """Yield the walk, a line a row."""
    verdict = case.verdict
    rows = verdict.walk
    shown = _shown(rows)
    started = verdict.events[0].at if verdict.observed else 0.0
    told = origins(verdict.events[row.event] for row in map(rows.__getitem__, shown) if row.event is not None)
    table = table_lines([_cells(case, rows[at], started, told) for at in shown])
    position = 0
    for at, cells in zip(shown, table, strict=True):
        if position < at:
            yield _left_out(rows[position:at])
        yield cells
        position = at + 1
    if position < len(rows):
        yield _left_out(rows[position:])


def _shown(rows: Sequence[Row]) -> list[int]:
    """Return which rows are shown: all of a short walk, else those around what differs, the first ones first."""
    if len(rows) <= _ROWS:
        return list(range(len(rows)))
    chosen = {0, 1, len(rows) - 1}
    run = 0
    for at, row in enumerate(rows):
        run = run + 1 if at and row.mark == rows[at - 1].mark else 1
        if row.mark in "= " or run > _RUN:
            continue
        around = set(range(max(0, at - _AROUND), at + 1))
        if at + 1 < len(rows) and rows[at + 1].mark != row.mark:
            around |= set(range(at + 1, min(len(rows), at + 1 + _AROUND)))
        if len(chosen | around) > _ROWS:
            break
        chosen |= around
    return sorted(chosen)


def _left_out(rows: Sequence[Row]) -> Line:
    counts = Counter(row.mark for row in rows)
    words = ", ".join(f"{counts[mark]:,} {_MEANING[mark]}" for mark in _MEANING if counts[mark])
    return line(Span(f"       ... {words}", "quiet"))


def _cells(case: Case, row: Row, started: float, told: Origin) -> Cells:
    mark, expectation, event = row
    verdict = case.verdict
    if event is None:
        assert expectation is not None
        return _missing(verdict.expected[expectation])
    observed = verdict.events[event]
    note = _difference(case, expectation, event) if mark == "!" and expectation is not None else ""
    time = milliseconds(observed.at - started)
    return Cells(mark, f"{event + 1:,}", (*columns(observed), *told(observed)), time, note)


def _missing(expected: Expectation) -> Cells:
    word = label(expected.kind)
    name = named_expectation(expected).removeprefix(word).strip("()")
    return Cells("-", "", (word, name), "", fields_of(expected))


def _difference(case: Case, expectation: int, event: int) -> str:
    expected = case.verdict.expected[expectation]
    observed = case.verdict.events[event]
    mismatches = case.mismatches_of(expectation, event)
    other = any(each.path[:1] in (("kind",), ("command_name",)) for each in mismatches)
    if expected.kind is not observed.kind or other:
        return f"expected {named_expectation(expected)}"
    paths = [path_text(each.path) for each in mismatches]
    more = f" and {len(paths) - 1:,} more" if len(paths) > 1 else ""
    return f"{paths[0]}{more}" if paths else ""


def table_lines(table: Sequence[Cells]) -> list[Line]:
    """Return the rows with their columns aligned."""
    columns_of = zip_longest(*(row.cells for row in table), fillvalue="")
    widths = [max(map(len, column)) for column in columns_of]
    numbers = max([3, *(len(row.number) for row in table)])
    times = max([0, *(len(row.time) for row in table)])
    lines = []
    for row in table:
        cells = [*row.cells, *[""] * (len(widths) - len(row.cells))]
        padded = [cell.ljust(width) for cell, width in zip(cells, widths, strict=True) if width]
        text = "  ".join([*padded, *([row.time.rjust(times)] if times else [])])
        style: Style | None = None if row.mark in "= " else _STYLES[row.mark]
        lines.append(
            line(
                f"  {row.number.rjust(numbers)} ",
                Span(row.mark, _STYLES[row.mark]),
                " ",
                Span(text, style),
                f"  {row.note}" if row.note else "",
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
    started, told = events[0].at if events else 0.0, origins(events)
    return table_lines(
        [
            Cells(
                mark(at),
                f"{first + at:,}",
                (*columns(event), *told(event)),
                milliseconds(event.at - started),
                "",
            )
            for at, event in enumerate(events)
        ]
    )
