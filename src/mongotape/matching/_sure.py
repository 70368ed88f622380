"""The straight way of a comparison that passes: nothing is compiled that certainly matches.

Most assertions pass, and each expectation is compared with one event once. Here is only ever said that a log
matches; where there is a doubt, everything is compiled and compared by the rules.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from mongotape.expect import Expectation
from mongotape.matching._events import Compiled
from mongotape.matching._fields import DOCUMENTS, PUBLISHED
from mongotape.matching._ordered import Found
from mongotape.matching._plain import SIMPLE, surely_matches
from mongotape.matching._values import Compiler
from mongotape.matching._verdict import Pair

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mongotape.events import RecordedEvent
    from mongotape.expect import Step
    from mongotape.matching._operators import Entities
    from mongotape.matching._plan import Observed
    from mongotape.matching._verdict import Mode


def surely_passes(
    steps: Sequence[Step], observed: Observed, mode: Mode, entities: Entities | None
) -> Found | None:
    """Return the pairs of a log that certainly matches one by one; None where that is not certain.

    Raises:
        ExpectationError: an expectation that had to be compiled can't be read.
    """
    if len(steps) != observed.count if mode == "exact" else not 0 < len(steps) <= observed.count:
        return None
    compiler: Compiler | None = None
    for index, (step, event) in enumerate(zip(steps, observed.events, strict=False)):
        if type(step) is not Expectation:
            return None
        if not _is_surely(step, event):
            compiler = compiler or Compiler(entities=entities)
            compiled = Compiled(step, compiler, (index,))
            if compiled.capturing or not compiled.holds(event):
                return None
    return Found(passed=True, pairs=_one_to_one(len(steps)), bindings={})


@lru_cache(maxsize=16)
def _one_to_one(count: int) -> tuple[Pair, ...]:
    """The pairs of a log that matches one by one."""
    each = range(count)
    return tuple(map(Pair, each, each))


def _is_surely(step: Expectation, event: RecordedEvent) -> bool:
    kind = step.kind
    if event.kind is not kind:
        return False
    readers, documents, published = PUBLISHED[kind._value_], DOCUMENTS[kind._value_], event.event
    for name, value in step.fields.items():
        if name in readers:
            cls, actual = type(value), readers[name](published)
            if cls not in SIMPLE or cls is not type(actual) or value != actual:
                return False
        elif name not in documents or not surely_matches(value, event.document(name)):
            return False
    return True
