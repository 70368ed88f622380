"""Modes in which the order counts, without repetitions: straight walks, and the search among captured values."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any, NamedTuple

from mongotape.matching._verdict import Pair

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mongotape.events import RecordedEvent
    from mongotape.matching._captures import Edge
    from mongotape.matching._plan import Plan


class Found(NamedTuple):
    """How far a comparison came."""

    passed: bool
    pairs: tuple[Pair, ...]
    bindings: Mapping[str, Any]  #: by capture's name its key
    needed: Sequence[int] = ()  #: in a failed pairing, how many events each expectation was to have


def one_by_one(plan: Plan, events: Sequence[RecordedEvent], count: int) -> Found:
    """Compare the n-th event with the n-th expectation: ``exact`` and ``prefix``."""
    bindings: dict[str, Any] = {}
    pairs: list[Pair] = []
    for index, (compiled, event) in enumerate(zip(plan.compiled, events, strict=False)):
        if index >= count:
            break
        if not plan.capturing:
            if not compiled.holds(event):
                break
        else:
            edge = compiled.edge(event, plan.relations)
            bound = None if edge is None else plan.relations.bind(bindings, edge)
            if bound is None:
                break
            bindings = bound
        pairs.append(Pair(index, index))
    whole = len(pairs) == len(plan.compiled)
    return Found(whole and (plan.mode == "prefix" or count == len(pairs)), tuple(pairs), bindings)


def leftmost(plan: Plan, wanted: Sequence[int], events: Sequence[RecordedEvent], count: int) -> Found:
    """Take the first event for each expectation in turn: ``in_order`` without captures, in one walk."""
    pairs: list[Pair] = []
    if not wanted:
        return Found(passed=True, pairs=(), bindings={})
    remaining = iter(wanted)
    expectation = next(remaining)
    holds = plan.compiled[expectation].holds
    for index, event in enumerate(events):
        if index >= count:
            break
        if holds(event):
            pairs.append(Pair(expectation, index))
            if len(pairs) == len(wanted):
                return Found(passed=True, pairs=tuple(pairs), bindings={})
            expectation = next(remaining)
            holds = plan.compiled[expectation].holds
    return Found(passed=False, pairs=tuple(pairs), bindings={})


class _Candidates:
    """The events that one expectation could take, by what they give the captures."""

    __slots__ = ("by_edge", "names", "partial")

    def __init__(self) -> None:
        self.by_edge: dict[Edge, list[int]] = {}
        self.names: tuple[str, ...] = ()
        self.partial = False  #: not every event gives all the captures

    def add(self, edge: Edge, index: int) -> None:
        self.by_edge.setdefault(edge, []).append(index)

    def settle(self) -> None:
        every = {tuple(name for name, _key in edge) for edge in self.by_edge}
        self.names = next(iter(every), ())
        self.partial = len(every) > 1

    def after(self, position: int, bindings: Mapping[str, Any], plan: Plan) -> Iterator[tuple[int, Edge]]:
        """Return the first event at or after a position for each value that the captures may take."""
        edges: Sequence[Edge] | Mapping[Edge, list[int]] = self.by_edge
        if not self.partial and all(name in bindings for name in self.names):
            edges = (tuple((name, bindings[name]) for name in self.names),)
        plan.budget.spend(len(edges))
        for edge in edges:
            indexes = self.by_edge.get(edge)
            if indexes is None or indexes[-1] < position:
                continue
            yield indexes[bisect_left(indexes, position)], edge


class _Frame(NamedTuple):
    """One expectation of the walk with the choices that are left for it."""

    position: int
    bindings: dict[str, Any]
    choices: Iterator[tuple[int, Edge]]
    live: frozenset[tuple[str, Any]]


def search(plan: Plan, wanted: Sequence[int], events: Sequence[RecordedEvent], count: int) -> Found:
    """Try one leftmost walk for each value that the captures may take: ``in_order`` with captures, exact.

    For one choice of values the leftmost walk finds a way if there is one, so only the first event of each value
    is ever tried. A dead end is remembered with the captures that still matter behind it.
    """
    candidates = _candidates(plan, wanted, events, count)
    live = _live_names(plan, wanted)
    dead: dict[tuple[int, frozenset[tuple[str, Any]]], int] = {}
    best: tuple[list[Pair], dict[str, Any]] = ([], {})
    pairs: list[Pair] = []

    def frame(depth: int, position: int, bindings: dict[str, Any]) -> _Frame:
        choices = sorted(candidates[wanted[depth]].after(position, bindings, plan), key=_index)
        matter = frozenset(item for item in bindings.items() if item[0] in live[depth])
        return _Frame(position, bindings, iter(choices), matter)

    if not wanted:
        return Found(passed=True, pairs=(), bindings={})
    frames = [frame(0, 0, {})]
    while frames:
        depth, current = len(frames) - 1, frames[-1]
        choice = next(current.choices, None)
        if choice is None:
            frames.pop()
            key = (depth, current.live)
            dead[key] = min(current.position, dead.get(key, current.position))
            if pairs:
                pairs.pop()
            continue
        index, edge = choice
        bindings = plan.relations.bind(current.bindings, edge)
        if bindings is None:
            continue
        pairs.append(Pair(wanted[depth], index))
        if len(pairs) > len(best[0]):
            best = (list(pairs), bindings)
        if len(pairs) == len(wanted):
            return Found(passed=True, pairs=tuple(pairs), bindings=bindings)
        following = frame(depth + 1, index + 1, bindings)
        if dead.get((depth + 1, following.live), index + 2) <= index + 1:
            pairs.pop()
        else:
            frames.append(following)
    return Found(passed=False, pairs=tuple(best[0]), bindings=best[1])


def _index(choice: tuple[int, Edge]) -> int:
    return choice[0]


def _candidates(
    plan: Plan, wanted: Sequence[int], events: Sequence[RecordedEvent], count: int
) -> dict[int, _Candidates]:
    found = {each: _Candidates() for each in wanted}
    by_kind: dict[Any, list[int]] = {}
    for each in found:
        by_kind.setdefault(plan.expected[each].kind, []).append(each)
    for index, event in enumerate(events):
        if index >= count:
            break
        for each in by_kind.get(event.kind, ()):
            plan.budget.spend()
            edge = plan.edge(each, event)
            if edge is not None:
                found[each].add(edge, index)
    for candidates in found.values():
        candidates.settle()
    return found


def _live_names(plan: Plan, wanted: Sequence[int]) -> list[frozenset[str]]:
    """Return for each step of the walk the captures that matter from there on."""
    live: list[frozenset[str]] = []
    later: frozenset[str] = frozenset()
    for each in reversed(wanted):
        later |= plan.live((each,))
        live.append(later)
    return live[::-1]
