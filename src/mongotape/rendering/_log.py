"""A log as a table, one event a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mongotape.rendering._text import Rendered, Span, line
from mongotape.rendering._walk import event_rows
from mongotape.rendering._words import counted

if TYPE_CHECKING:
    from mongotape.log import EventLog


def render_log(log: EventLog, *, limit: int = 60) -> Rendered:
    """Return the events of a log, one a line: number, kind, name, where, milliseconds since the first.

    Args:
        log: what to show.
        limit: the most events to show; of a longer log the last ones, with those left out counted.
    """
    start = max(0, len(log) - limit)
    lines = [line(counted(len(log), "event"))]
    if start:
        lines.append(line(Span(f"       ... {start:,} earlier", "quiet")))
    return Rendered([*lines, *event_rows(list(log[start:]), lambda _at: " ", start + 1)])
