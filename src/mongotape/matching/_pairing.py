"""An exact pairing: every expectation gets as many events as it needs, every event has one expectation.

Found with augmenting paths, so that a loose expectation never keeps the only event that a strict one fits.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Pairing:
    """A pairing of expectations and events, both by index.

    Args:
        at_least: for each expectation the number of events that it needs.
        at_most: for each the number that it may take.
        count: how many events there are.
        near: for an expectation the events that it might fit, likely ones first.
        near_event: for an event the expectations that it might fit.
        fits: whether an event fits an expectation.
    """

    def __init__(
        self,
        at_least: Sequence[int],
        at_most: Sequence[int],
        count: int,
        *,
        near: Callable[[int], Sequence[int]],
        near_event: Callable[[int], Sequence[int]],
        fits: Callable[[int, int], bool],
    ) -> None:
        self._at_least = at_least
        self._at_most = at_most
        self._count = count
        self._near = near
        self._near_event = near_event
        self._fits = fits
        self._owner: dict[int, int] = {}
        self._owned: list[dict[int, None]] = [{} for _each in at_least]
        self._hopeless: set[int] = set()  # events from which no free one can be reached, now and later

    def pair(self) -> bool:
        """Pair as many as possible; return whether every expectation has enough, and every event an owner."""
        self._take_free()
        complete = True
        for expectation, needed in enumerate(self._at_least):
            while len(self._owned[expectation]) < needed:
                if not self._augment(expectation):
                    complete = False
                    break
        for event in range(self._count):
            if event not in self._owner and not self._place(event):
                complete = False
        return complete

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Expectation and event, in the order of the events."""
        return [(self._owner[event], event) for event in sorted(self._owner)]

    def _take_free(self) -> None:
        """Give every expectation the first free events that fit; for most logs nothing is left to do after it."""
        start: dict[int, int] = {}
        for expectation, needed in enumerate(self._at_least):
            near = self._near(expectation)
            if not needed or not near:
                continue
            # The place where the last search in the same list ended: likely ones come next.
            begin = start.get(id(near), 0)
            for step in range(len(near)):
                if len(self._owned[expectation]) == needed:
                    break
                index = (begin + step) % len(near)
                event = near[index]
                if event not in self._owner and self._fits(expectation, event):
                    self._own(expectation, event)
                    start[id(near)] = index + 1

    def _own(self, expectation: int, event: int) -> None:
        if event in self._owner:
            del self._owned[self._owner[event]][event]
        self._owner[event] = expectation
        self._owned[expectation][event] = None

    def _augment(self, expectation: int) -> bool:
        """Find one more event for an expectation; others may have to change theirs."""
        wanted_by: dict[int, int] = {}  # by event the expectation that wants it
        asked_for: dict[int, int | None] = {
            expectation: None
        }  # by expectation the event that it would give up
        queue = deque([expectation])
        while queue:
            wanting = queue.popleft()
            for event in self._near(wanting):
                if event in wanted_by or event in self._hopeless or self._owner.get(event) == wanting:
                    continue
                if not self._fits(wanting, event):
                    continue
                wanted_by[event] = wanting
                owner = self._owner.get(event)
                if owner is None:
                    free: int | None = event
                    while free is not None:
                        taker = wanted_by[free]
                        self._own(taker, free)
                        free = asked_for[taker]
                    return True
                if owner not in asked_for:
                    asked_for[owner] = event
                    queue.append(owner)
        self._hopeless.update(wanted_by)
        return False

    def _place(self, event: int) -> bool:
        """Find an owner for an event beyond what is needed; other events may have to change theirs."""
        came_from: dict[int, int] = {}  # expectation: the event that asks for it
        queue = deque([event])
        while queue:
            asking = queue.popleft()
            for expectation in self._near_event(asking):
                if expectation in came_from:
                    continue
                if not self._fits(expectation, asking):
                    continue
                came_from[expectation] = asking
                if len(self._owned[expectation]) < self._at_most[expectation]:
                    self._move(expectation, event, came_from)
                    return True
                queue.extend(self._owned[expectation])
        return False

    def _move(self, expectation: int, first: int, came_from: dict[int, int]) -> None:
        while True:
            event = came_from[expectation]
            before = self._owner.get(event)
            self._own(expectation, event)
            if event == first or before is None:
                return
            expectation = before
