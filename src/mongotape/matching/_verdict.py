"""What came out of comparing expectations with a log: a value that a failure's text is made from."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mongotape.events import RecordedEvent
    from mongotape.expect import Expectation, Step
    from mongotape.matching._mismatch import Mismatch

#: ``exact``: these events and no others, in this order. ``prefix``: the log begins with them. ``in_order``: they
#: are in the log in this order, others between them. ``any_order``: these and no others, in any order.
Mode: TypeAlias = Literal["exact", "prefix", "in_order", "any_order"]

#: How a row of the walk reads: matched, differs, observed but not expected, expected but not observed, passed over.
Mark: TypeAlias = Literal["=", "!", "+", "-", " "]


class Pair(NamedTuple):
    """An expectation and the event that it was matched with, each by its index."""

    expectation: int
    event: int


class Row(NamedTuple):
    """One line of the whole walk."""

    mark: Mark
    expectation: int | None
    event: int | None


@dataclass(frozen=True, slots=True)
class Near:
    """An event that comes close to an expectation that none matches."""

    event: int
    mismatches: tuple[Mismatch, ...]  #: empty: it matches, but another expectation has it
    taken_by: int | None  #: the expectation that has it


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place where the log left the expectations."""

    expectation: int | None  #: None: an event was observed that is not expected
    event: int | None  #: None: nothing was observed for the expectation
    mismatches: tuple[Mismatch, ...]  #: empty where one of the two is None
    near: Near | None = None  #: where nothing was observed, the event that comes closest


class Explanation(Protocol):
    """What can be asked of a comparison after it failed."""

    def walk(self) -> tuple[Row, ...]:
        """Every expectation and event, aligned."""

    def difference(self) -> Difference | None:
        """The first difference."""

    def explain(self, expectation: int, event: int) -> tuple[Mismatch, ...]:
        """Why this event is not this expectation."""

    def nearest(self, expectation: int, limit: int) -> tuple[Near, ...]:
        """The events that come closest."""


@dataclass(frozen=True)
class Verdict:
    """Whether the expectations hold for a log, and how far they do.

    Indexes of expectations count single events: the body of a repetition is counted once. What only a failure's
    text needs is computed when it is asked for.
    """

    passed: bool
    mode: Mode
    steps: tuple[Step, ...]  #: what was expected, as it was given
    expected: tuple[Expectation, ...]  #: the same as single events
    events: Sequence[RecordedEvent]  #: the log, or the records that were given
    observed: int  #: how many of them were compared; a live log may have grown since
    pairs: tuple[Pair, ...]  #: what was matched, in the order of the events; in a failure as far as it goes
    captures: Mapping[str, Any]  #: what ``same("name")`` stood for, as far as it is known
    explanation: Explanation = field(repr=False, compare=False)

    def __bool__(self) -> bool:
        """Whether it passed."""
        return self.passed

    @cached_property
    def unmatched(self) -> tuple[int, ...]:
        """The expectations that had to be matched and were not."""
        if self.passed:
            return ()
        return tuple(row.expectation for row in self.walk if row.expectation is not None and row.mark in "!-")

    @cached_property
    def extra(self) -> tuple[int, ...]:
        """The events that must not be there; in ``prefix`` and ``in_order`` only those that stand in the way."""
        if self.passed:
            return ()
        return tuple(row.event for row in self.walk if row.event is not None and row.mark in "!+")

    @cached_property
    def walk(self) -> tuple[Row, ...]:
        """Every expectation and every event, aligned: ``=`` matched, ``!`` differs, ``+`` extra, ``-`` missing.

        Rows marked with a space are events that the mode passes over.
        """
        return self.explanation.walk()

    @cached_property
    def difference(self) -> Difference | None:
        """The first difference; None where it passed."""
        return None if self.passed else self.explanation.difference()

    def explain(self, expectation: int, event: int) -> tuple[Mismatch, ...]:
        """Return why this event is not this expectation; nothing where it is."""
        return self.explanation.explain(expectation, event)

    def nearest(self, expectation: int, limit: int = 3) -> tuple[Near, ...]:
        """Return the events that come closest to this expectation, the closest first.

        One that matches but belongs to another expectation (``taken_by``) comes after those with one difference.
        """
        return self.explanation.nearest(expectation, limit)
