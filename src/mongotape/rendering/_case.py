"""A failed comparison, looked at once: what is extra, what is missing, what the text speaks of first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from mongotape.events import Family
from mongotape.matching import Difference
from mongotape.rendering._mismatches import of_event
from mongotape.rendering._near import nearest_mismatches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mongotape.events import RecordedEvent
    from mongotape.matching import Mismatch, Verdict
    from mongotape.rendering._circumstances import Circumstances

_LOOKED_AT: Final = 2000  # extra events that hints look at


@dataclass(frozen=True)
class Case:
    """A failed comparison and what is known besides."""

    verdict: Verdict
    known: Circumstances

    @cached_property
    def added(self) -> list[int]:
        """The events that nothing expected, those that differ from an expectation left out."""
        return [row.event for row in self.verdict.walk if row.mark == "+" and row.event is not None]

    @cached_property
    def missing(self) -> list[int]:
        """The expectations that no event came near to."""
        rows = self.verdict.walk
        return [row.expectation for row in rows if row.mark == "-" and row.expectation is not None]

    @cached_property
    def extra_at(self) -> list[int]:
        """What hints look at: the added events, or without any those that differ."""
        return self.added[:_LOOKED_AT] or list(self.verdict.extra[:_LOOKED_AT])

    @cached_property
    def extra(self) -> list[RecordedEvent]:
        """The same as records."""
        return [self.verdict.events[at] for at in self.extra_at]

    @cached_property
    def focus(self) -> Difference | None:
        """What the text speaks of first: in ``any_order`` an expectation that is missing, else the first difference."""
        difference = self.verdict.difference
        if (
            self.verdict.mode == "any_order"
            and self.missing
            and difference
            and difference.expectation is None
        ):
            return Difference(self.missing[0], None, ())
        return difference

    @cached_property
    def instead(self) -> RecordedEvent | None:
        """The event that stands where a missing one was expected."""
        if self.focus is None or self.focus.event is not None or self.verdict.mode not in ("exact", "prefix"):
            return None
        rows = iter(self.verdict.walk)
        after = next((row for row in rows if row.mark != "="), None)
        while after is not None and after.mark == "-":
            after = next(rows, None)
        return (
            self.verdict.events[after.event]
            if after and after.mark == "+" and after.event is not None
            else None
        )

    @cached_property
    def mismatches(self) -> Sequence[Mismatch]:
        """Why the first differing event differs, or the one that comes closest to a missing one."""
        if self.focus is None or self.focus.mismatches or self.focus.expectation is None:
            return self.focus.mismatches if self.focus is not None else ()
        return nearest_mismatches(self.verdict, self.focus.expectation)

    @cached_property
    def told(self) -> list[Mismatch]:
        """Why the event that the text speaks of is not the expected one, the telling mismatches first."""
        focus = self.focus
        if focus is None or focus.expectation is None or focus.event is None:
            return []
        return of_event(self.verdict, focus.expectation, focus.event)

    def mismatches_of(self, expectation: int, event: int) -> list[Mismatch]:
        """The same of any row of the walk."""
        if self.focus is not None and (self.focus.expectation, self.focus.event) == (expectation, event):
            return self.told
        return of_event(self.verdict, expectation, event)

    def extra_commands(self, *names: str) -> list[RecordedEvent]:
        """The extra command events with these names."""
        return [each for each in self.extra if each.family is Family.COMMAND and each.command_name in names]
