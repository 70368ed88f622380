"""Events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mongotape.events import RecordedEvent
    from mongotape.matching._mismatch import Mismatch
    from mongotape.matching._operators import Entities, Operator


class EventMatcher:
    """One expectation, compiled."""

    def matches(self, event: RecordedEvent) -> bool:
        """Whether this event is the expected one."""
        raise NotImplementedError

    def explain(self, event: RecordedEvent) -> tuple[Mismatch, ...]:
        """Return why it is not; nothing where it is."""
        raise NotImplementedError


def event_matcher(
    expected: Any,
    *,
    operators: Iterable[Operator] = (),
    entities: Entities | None = None,
) -> EventMatcher:
    """Return the compiled matcher of one expectation, a builder's value or a spec-style mapping.

    Raises:
        ExpectationError: it can't be read, or it is a repetition.
    """
    raise NotImplementedError
