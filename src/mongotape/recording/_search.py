"""What a wait is looking for, and what it has found so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mongotape.errors import ExpectationError, UsageError
from mongotape.recording._history import RowHistory, record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mongotape import expect
    from mongotape.events import Connection, Family, RecordedEvent
    from mongotape.log import EventLog
    from mongotape.recording._rows import Row, Rows
    from mongotape.recording._waiting import Arrivals


class Search:
    """Counts the events that match, each once, whether they are there already or arrive.

    Args:
        expected: one builder's value or specification-style mapping.
        count: how many are enough.
        rows: where events are kept.
        families: which families are kept at all.

    Raises:
        ExpectationError: the expectation can't be read, or its family is not recorded.
        UsageError: ``count`` is no positive number.
    """

    def __init__(
        self,
        expected: expect.Expectation | Mapping[str, Any],
        count: int,
        rows: Rows,
        families: frozenset[Family],
    ) -> None:
        from mongotape.expect import Expectation, read_expectation
        from mongotape.matching import event_matcher

        if count < 1:
            raise UsageError(f"wait_for: count is {count}; give a positive number of events")
        step = read_expectation(expected)
        if not isinstance(step, Expectation):
            raise ExpectationError(
                f"wait_for: {step!r} is a repetition; give one event, and how many by count="
            )
        self._expectation = step
        if self._expectation.family not in families:
            raise ExpectationError(
                f"wait_for: {self._expectation.kind} is of the family {self._expectation.family}, which this"
                f" recorder does not observe (it observes {', '.join(sorted(families))})"
            )
        self._matches = event_matcher(step).matches
        self._count = count
        self._rows = rows
        self._found: dict[int, tuple[Row, RecordedEvent]] = {}
        self._began = False

    @property
    def found(self) -> list[RecordedEvent]:
        """What matched, in the order it happened."""
        return [event for row, event in sorted(self._found.values(), key=lambda each: each[0][0])]

    def is_over(self, arrivals: Arrivals) -> bool:
        """Look at what is new; whether enough was found."""
        if not self._began:
            self._began = True
            for row in self._rows.snapshot().rows:
                self._look_at(row)
        for row in arrivals.take():
            self._look_at(row)
        return len(self._found) >= self._count

    def complaint(self, log: EventLog, timeout: float) -> str:
        """Return why the wait failed, for an AssertionError."""
        from mongotape.rendering import render_wait

        return render_wait(self._expectation, self._count, self.found, log, timeout)

    def _look_at(self, row: Row) -> None:
        if id(row) not in self._found:
            event = record(row, lambda: self._connection(row))
            if self._matches(event):
                self._found[id(row)] = (row, event)

    def _connection(self, row: Row) -> Connection | None:
        snapshot = self._rows.snapshot()
        rows = RowHistory(snapshot)
        return next((rows.event(at).connection for at, each in enumerate(snapshot.rows) if each is row), None)
