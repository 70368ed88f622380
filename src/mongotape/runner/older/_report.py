"""What a run found wrong, and the outcome that is made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mongotape.rendering import mismatch_text
from mongotape.runner._outcome import Outcome, SpecFailure

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mongotape.documents import Place
    from mongotape.log import EventLog
    from mongotape.matching import Mismatch


class Finding(NamedTuple):
    """One place of a file where what was observed is not what is expected."""

    place: Place
    subject: str  #: what it is about, before the path: ``server a:27017``
    mismatch: Mismatch

    @property
    def sentence(self) -> str:
        """``server a:27017: setName: expected 'rs', observed None``."""
        return (
            f"{self.subject}: {mismatch_text(self.mismatch)}"
            if self.subject
            else mismatch_text(self.mismatch)
        )

    @property
    def where(self) -> str:
        """``file.json:41``."""
        return where(self.place)


def where(place: Place) -> str:
    """Return ``file.json:41``."""
    return f"{place.source.name}:{place.line}"


def failure(findings: Sequence[Finding], scene: str, details: Iterable[str] = ()) -> SpecFailure:
    """Return the failure that speaks of the first finding and lists the others.

    Args:
        findings: one or more.
        scene: the part of the test: ``phase 2``.
        details: further lines.
    """
    first, *others = findings
    more = f" (and {len(others)} more)" if others else ""
    lines = [f"  {each.where}: {each.sentence}" for each in others]
    return SpecFailure(first.place, f"{scene}: {first.sentence}{more}", "\n".join([*lines, *details]))


def failed(error: SpecFailure, seconds: float, events: EventLog, circumstances: str) -> Outcome:
    """Return the outcome of a test in which something is not as the file says."""
    at = where(error.place) if error.place is not None else None
    head = f"{at}: {error.sentence}" if at else error.sentence
    text = "\n".join(filter(None, (head, error.details, circumstances)))
    return Outcome("failed", error.sentence, text, at, seconds, events)
