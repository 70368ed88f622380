"""What is known about an assertion besides its verdict; hints are made from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from mongotape.events import Family
    from mongotape.log import EventLog
    from mongotape.matching import Mode


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a caller knows; every part may be left out."""

    families: frozenset[Family] | None = None  #: those that were compared
    families_given: bool = False  #: the caller named them, instead of the expectation
    log: EventLog | None = None  #: everything of that stretch, other families included
    #: "file:line" of part of an expectation, given its index and the path as specification files spell it:
    #: ``(0, ("commandStartedEvent", "command", "filter"))``; an empty path is the expectation itself
    place: Callable[[int, tuple[str | int, ...]], str] | None = None
    waited: float | None = None  #: seconds that were waited before giving up
    late: float | None = None  #: the expectation held this many seconds after it failed
    in_loop: bool = False  #: an event loop is running, so that tasks had no turn since
    frozen: bool = False  #: there was a time-out, but a frozen log can't change
    passes: Callable[[Mode], bool] | None = None  #: whether it would have passed in another mode


NOTHING_KNOWN = Circumstances()
