"""What a failed comparison can say about itself; computed only when it is asked for."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from mongotape.events import Kind
from mongotape.log import EventLog
from mongotape.matching._aligning import align
from mongotape.matching._captures import Known
from mongotape.matching._verdict import Difference, Near, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from mongotape.matching._mismatch import Mismatch
    from mongotape.matching._ordered import Found
    from mongotape.matching._plan import Observed, Plan

_LOOKED_AT = 300  # events that the nearest one is chosen from
_BEHIND = 100  # events behind the last expectation that ``prefix`` still compares to explain a failure
_COMMANDS = frozenset({Kind.COMMAND_STARTED, Kind.COMMAND_SUCCEEDED, Kind.COMMAND_FAILED})

#: Of another command, how far away in differences, how far away in the log.
_Rank: TypeAlias = "tuple[bool, int, int]"


class Explainer:
    """The explanation of one comparison."""

    def __init__(self, plan: Callable[[], Plan], observed: Observed, found: Found) -> None:
        self._make_plan = plan
        self._observed = observed
        self._found = found

        #: What the captures stand for, with the event that said so first.
        self._known: dict[str, tuple[Known, int]] = {}
        for pair in found.pairs if found.bindings else ():
            self._learn(*pair)

    @cached_property
    def _plan(self) -> Plan:
        return self._make_plan()

    def _learn(self, expectation: int, event: int) -> None:
        """Take what an event gives the captures for what they stand for."""
        for same, key, value, _path in self._plan.compiled[expectation].captured(self._observed[event]):
            if self._found.bindings.get(same.name, key) == key:
                origin = f"observed by the {ordinal(event + 1)} event"
                self._known.setdefault(same.name, (Known(key, value, origin), event))

    @property
    def captures(self) -> Mapping[str, Any]:
        """What the captures stand for, as far as it is known."""
        return {name: known.value for name, (known, _event) in self._known.items()}

    def explain(self, expectation: int, event: int) -> tuple[Mismatch, ...]:
        """Why this event is not this expectation, given what the others say about its captures."""
        if not self._found.passed and self._plan.capturing:
            self.walk()  # it learns what the captures stand for behind the first difference
        return self._explain(expectation, event)

    def _explain(self, expectation: int, event: int) -> tuple[Mismatch, ...]:
        known = {name: each for name, (each, by) in self._known.items() if by != event}
        return self._plan.compiled[expectation].explain(self._observed[event], known, self._plan.relations)

    def difference(self) -> Difference | None:
        """The first row of the walk that is not matched."""
        for mark, expectation, event in self.walk():
            if mark == "!" and expectation is not None and event is not None:
                return Difference(expectation, event, self._explain(expectation, event))
            if mark == "-" and expectation is not None:
                return Difference(expectation, None, (), next(iter(self.nearest(expectation, 1)), None))
            if mark == "+":
                return Difference(None, event, ())
        return None

    def walk(self) -> tuple[Row, ...]:
        """Every expectation and event, aligned."""
        return self._rows

    @cached_property
    def _rows(self) -> tuple[Row, ...]:
        mode, count = self._plan.mode, self._observed.count
        matched = [Row("=", *pair) for pair in self._found.pairs]
        if mode == "any_order":
            return tuple(self._unordered(matched))
        if self._found.passed:
            return tuple(_filled(matched, count))
        if mode == "in_order":
            return tuple(_filled([*matched, *self._rest_in_order()], count))
        done = len(matched)
        wanted = self._still_wanted
        end = count if mode == "exact" else min(count, done + len(wanted) + _BEHIND)
        rows = align(wanted, range(done, end), self._agree, self._expected_name, self._observed_name)
        if mode == "prefix":
            rows = _overlooking_the_end(rows)
        rows = [*matched, *self._related(rows)]
        optional = self._optional(row.expectation for row in rows if row.event is not None)
        return tuple(
            _filled([row for row in rows if row.mark != "-" or row.expectation not in optional], count)
        )

    def _related(self, rows: Iterable[Row]) -> Iterator[Row]:
        """What matches by itself but contradicts a capture differs."""
        for row in rows:
            if row.mark == "=" and row.expectation is not None and row.event is not None:
                if self._plan.capturing and self._explain(row.expectation, row.event):
                    yield row._replace(mark="!")
                    continue
                self._learn(row.expectation, row.event)
            yield row

    @cached_property
    def _still_wanted(self) -> list[int]:
        """The expectations behind the last one that was matched, an optional one as if it had to occur."""
        pairs, groups = self._found.pairs, self._plan.groups
        if self._plan.mode == "in_order":
            return self._plan.least[len(pairs) :]
        last = pairs[-1].expectation if pairs else -1
        current = next((index for index, group in enumerate(groups) if last in group.members), -1)
        wanted: list[int] = []
        if current >= 0:
            group = groups[current]
            matched = sum(pair.expectation in group.members for pair in pairs)
            rounds = max(group.at_least, -(-matched // group.length))
            wanted = [*group.members] * rounds
            del wanted[:matched]
        for group in groups[current + 1 :]:
            wanted += [*group.members] * max(group.at_least, 1)
        return wanted

    def _optional(self, observed: Iterable[int | None]) -> frozenset[int]:
        """The expectations that need not occur, and of whose group nothing was observed."""
        begun = set(observed)
        free = [group for group in self._plan.groups if not group.at_least and not begun & {*group.members}]
        return frozenset(each for group in free for each in group.members)

    def _agree(self, expectation: int, event: int) -> bool:
        """Whether they match, given the captures that are bound."""
        if self._kinds[event] is not self._plan.expected[expectation].kind:
            return False
        edge = self._plan.edge(expectation, self._observed[event])
        if not edge:
            return edge is not None
        return self._plan.relations.bind(dict(self._found.bindings), edge) is not None

    def _expected_name(self, expectation: int) -> tuple[Kind, object]:
        expected = self._plan.expected[expectation]
        name = expected.fields.get("command_name")
        return expected.kind, name if isinstance(name, str) else None

    def _observed_name(self, event: int) -> tuple[Kind, object]:
        observed = self._observed[event]
        return observed.kind, observed.command_name if observed.kind in _COMMANDS else None

    def _rest_in_order(self) -> Iterator[Row]:
        """The first expectation that fails is missing; those behind it are taken where they are found."""
        pairs = self._found.pairs
        position = pairs[-1].event + 1 if pairs else 0
        wanted = self._still_wanted
        yield Row("-", wanted[0], None)
        for expectation in wanted[1:]:
            for event in range(position, self._observed.count):
                if self._kinds[event] is self._plan.expected[expectation].kind and self._agree(
                    expectation, event
                ):
                    yield Row("=", expectation, event)
                    position = event + 1
                    break
            else:
                yield Row("-", expectation, None)

    def _unordered(self, matched: list[Row]) -> Iterator[Row]:
        taken = {pair.event for pair in self._found.pairs}
        extra = [event for event in range(self._observed.count) if event not in taken]
        had = Counter(pair.expectation for pair in self._found.pairs)
        missing: list[Row] = []
        differing: list[Row] = []
        needed = self._found.needed or Counter(self._plan.least)
        for expectation in range(len(self._plan.expected)):
            for _each in range(needed[expectation] - had[expectation]):
                event = self._closest(expectation, extra)
                if event is None:
                    missing.append(Row("-", expectation, None))
                else:
                    extra.remove(event)
                    differing.append(Row("!", expectation, event))
        rows = [*matched, *differing, *(Row("+", None, event) for event in extra)]
        yield from sorted(rows, key=_by_event)
        yield from missing

    def _closest(self, expectation: int, events: Sequence[int]) -> int | None:
        """The extra event that comes closest, of those that are about the same."""
        name = self._expected_name(expectation)
        alike = [event for event in events if self._observed_name(event) == name][:_LOOKED_AT]
        return min(alike, key=lambda event: len(self._explain(expectation, event)), default=None)

    @cached_property
    def _kinds(self) -> Sequence[Kind]:
        events = self._observed.events
        return events.kinds if isinstance(events, EventLog) else [event.kind for event in events]

    def nearest(self, expectation: int, limit: int) -> tuple[Near, ...]:
        """The events of the same kind that come closest, those of the same command first."""
        owners = {event: owner for owner, event in self._found.pairs}
        kind, name = self._expected_name(expectation)
        found: list[tuple[_Rank, Near]] = []
        position = self._position(expectation)
        for event in self._around(kind, position):
            mismatches = self._explain(expectation, event)
            owner = owners.get(event)
            near = Near(event, mismatches, owner if owner != expectation else None)
            other = name is not None and self._observed_name(event)[1] != name
            # An event with one difference says more than one that another expectation rightly has.
            far = 2 * len(mismatches) + 3 * (owner is not None)
            found.append(((other, far, abs(event - position)), near))
        found.sort(key=_by_rank)
        return tuple(near for _far, near in found[:limit])

    def _position(self, expectation: int) -> int:
        """Where in the log the expectation should have been: behind the one before it."""
        before = [event for owner, event in self._found.pairs if owner < expectation]
        return before[-1] + 1 if before else 0

    def _around(self, kind: Kind, position: int) -> Sequence[int]:
        indexes = self._indexes.get(kind, [])
        middle = bisect_left(indexes, position)
        first = max(0, min(middle - _LOOKED_AT // 2, len(indexes) - _LOOKED_AT))
        return indexes[first : first + _LOOKED_AT]

    @cached_property
    def _indexes(self) -> Mapping[Kind, list[int]]:
        indexes: dict[Kind, list[int]] = {}
        for index in range(self._observed.count):
            indexes.setdefault(self._kinds[index], []).append(index)
        return indexes


def _filled(rows: Sequence[Row], count: int) -> Iterator[Row]:
    """Yield the rows and, in between, the events that none of them names as passed over."""
    position = 0
    for row in rows:
        if row.event is not None:
            yield from (Row(" ", None, event) for event in range(position, row.event))
            position = row.event + 1
        yield row
    yield from (Row(" ", None, event) for event in range(position, count))


def _overlooking_the_end(rows: list[Row]) -> list[Row]:
    """Drop the extra events behind the last expectation: ``prefix`` passes over them."""
    last = max((index for index, row in enumerate(rows) if row.expectation is not None), default=-1)
    return rows[: last + 1]


def _by_event(row: Row) -> int:
    return -1 if row.event is None else row.event


def _by_rank(ranked: tuple[_Rank, Near]) -> _Rank:
    return ranked[0]


def ordinal(number: int) -> str:
    """Return "1st", "2nd", "11th"."""
    suffix = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"
