"""What is expected, compiled once: single events, how often each group of them occurs, and their captures."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mongotape.errors import ExpectationError
from mongotape.expect import Expectation, Repeat, Step
from mongotape.matching._captures import Edge, Relations, check_captures
from mongotape.matching._events import Compiled
from mongotape.matching._mismatch import malformed
from mongotape.matching._values import Compiler

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mongotape.events import RecordedEvent
    from mongotape.matching._operators import Entities, Operator
    from mongotape.matching._verdict import Mode

#: Comparisons and steps of a search; a Python process does about a million a second.
_ENOUGH = 20_000_000


class Group(NamedTuple):
    """Consecutive expectations and how often they occur; a single expectation is a group of one."""

    first: int
    length: int
    at_least: int
    at_most: int | None

    @property
    def members(self) -> range:
        """The indexes of its expectations."""
        return range(self.first, self.first + self.length)

    @property
    def once(self) -> bool:
        """Whether it is a plain expectation."""
        return self.at_least == 1 == self.at_most


class Budget:
    """A bound on the work of one comparison: past it an error says so, never a verdict."""

    __slots__ = ("_left", "_mode")

    def __init__(self, mode: Mode, enough: int = _ENOUGH) -> None:
        self._mode = mode
        self._left = enough

    def spend(self, steps: int = 1) -> None:
        """Count steps.

        Raises:
            ExpectationError: there were too many.
        """
        self._left -= steps
        if self._left < 0:
            raise ExpectationError(
                f"mode {self._mode}: more than {_ENOUGH:,} steps and still undecided; say more in the expectations,"
                " use fewer captures or repetitions, or compare a shorter log"
            )


class Plan:
    """What is expected, compiled.

    Raises:
        ExpectationError: an expectation can't be read, or a bound or a capture can't be checked in this mode.
    """

    def __init__(
        self,
        steps: tuple[Step, ...],
        mode: Mode,
        operators: Iterable[Operator],
        entities: Entities | None,
    ) -> None:
        self.mode = mode
        self.steps = steps
        compiler = Compiler(operators, entities)
        compiled: list[Compiled] = []
        groups: list[Group] = []
        again: list[tuple[str | int, ...]] = []
        self._names: list[frozenset[str]] = []
        for index, step in enumerate(self.steps):
            before = len(compiler.captures)
            body = step.body if isinstance(step, Repeat) else (step,)
            bounds = (step.at_least, step.at_most) if isinstance(step, Repeat) else (1, 1)
            groups.append(Group(len(compiled), len(body), *bounds))
            for offset, each in enumerate(body):
                mine = len(compiler.captures)
                compiled.append(Compiled(each, compiler, _path(step, index, offset)))
                self._names.append(frozenset(same.name for same, _where in compiler.captures[mine:]))
            if bounds[1] is None or bounds[1] > 1:
                again += [path for _capture, path in compiler.captures[before:]]
        self.compiled = tuple(compiled)
        self.groups = tuple(groups)
        self.expected = single_events(steps)
        self.relations = Relations(check_captures(compiler.captures, again))
        self.capturing = bool(compiler.captures)
        self.repeating = not all(group.once for group in groups)
        self.budget = Budget(mode)
        self._check_mode()

    def _check_mode(self) -> None:
        """What the mode lets pass anyway can't be asserted in it."""
        if self.mode not in ("prefix", "in_order") or not self.steps:
            return
        if not any(group.at_least for group in self.groups):
            raise ExpectationError(f"mode {self.mode}: everything is optional, so that any log would pass")
        for index, (step, group) in enumerate(zip(self.steps, self.groups, strict=True)):
            bounded = isinstance(step, Repeat) and group.at_most is not None and group.at_most > 1
            if bounded and self.mode == "in_order":
                why = (
                    f"at most {group.at_most} can't fail in mode in_order, which passes over any other event;"
                    " use exact or prefix, or between(..., None, ...)"
                )
                raise malformed((index,), why)

    @property
    def least(self) -> list[int]:
        """The expectations with each repetition as often as it must occur."""
        return [each for group in self.groups for _round in range(group.at_least) for each in group.members]

    def names(self, expectation: int) -> frozenset[str]:
        """Return the captures that stand in this expectation."""
        return self._names[expectation]

    def live(self, expectations: Iterable[int]) -> frozenset[str]:
        """Return the captures that matter as long as these expectations are still to come."""
        names = frozenset[str]().union(*(self._names[each] for each in expectations))
        return names.union(*(self.relations.differs[name] for name in names))

    def holds(self, expectation: int, event: RecordedEvent) -> bool:
        """Whether an event is the expected one, captures aside."""
        return self.compiled[expectation].holds(event)

    def edge(self, expectation: int, event: RecordedEvent) -> Edge | None:
        """Return what an event gives the captures; None where it is not the expected one."""
        return self.compiled[expectation].edge(event, self.relations)


def single_events(steps: Iterable[Step]) -> tuple[Expectation, ...]:
    """Return the expectations one by one, the body of a repetition once."""
    single: list[Expectation] = []
    for step in steps:
        if isinstance(step, Repeat):
            single += step.body
        else:
            single.append(step)
    return tuple(single)


class Observed:
    """The events of a log by index, each made once however often it is looked at.

    Args:
        events: the log.
        count: how many of them are compared.
    """

    __slots__ = ("_made", "count", "events")

    def __init__(self, events: Sequence[RecordedEvent], count: int) -> None:
        self.events = events
        self.count = count
        self._made: dict[int, RecordedEvent] = {}

    def __getitem__(self, index: int) -> RecordedEvent:
        if index not in self._made:
            self._made[index] = self.events[index]
        return self._made[index]


def _path(step: Step, index: int, offset: int) -> tuple[str | int, ...]:
    if isinstance(step, Expectation):
        return (index,)
    if (step.at_least, step.at_most) == (1, None):
        return (index, "oneOrMore", offset)
    if (step.at_least, step.at_most) == (0, 1):
        return (index, "optional", offset)
    return (index, "between", "events", offset)
