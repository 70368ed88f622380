"""Repetitions where every event counts: ``exact`` and ``prefix``, all ways followed at once.

After each event there is a set of states: which expectation was matched last, in the how-manieth round, with
which captures. Ways that can't be told apart from there on are one, so the work is linear in the log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from mongotape.matching._ordered import Found
from mongotape.matching._verdict import Pair

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mongotape.events import RecordedEvent
    from mongotape.matching._captures import Edge
    from mongotape.matching._plan import Plan


class _Place(NamedTuple):
    """The next expectation to match: its group, how many rounds are complete, and its offset in the body."""

    group: int
    rounds: int
    offset: int


class _Way(NamedTuple):
    """One way to have matched the events so far, linked to the way before its last event."""

    before: _Way | None
    pair: Pair | None
    bindings: dict[str, Any]

    def pairs(self) -> tuple[Pair, ...]:
        """Every pair of this way."""
        found: list[Pair] = []
        way: _Way | None = self
        while way is not None and way.pair is not None:
            found.append(way.pair)
            way = way.before
        return tuple(reversed(found))


#: By what tells them apart.
_Ways: TypeAlias = "dict[Any, tuple[_Place, _Way]]"


def follow(plan: Plan, events: Sequence[RecordedEvent], count: int) -> Found:
    """Compare a log with expectations of which some repeat."""
    live = _live(plan)
    start = _Way(None, None, {})
    ways: _Ways = {place: (place, start) for place in _reachable(plan, _Place(0, 0, 0))}
    furthest, accepted = start, _accepted(plan, ways)
    for index, event in enumerate(events):
        if index >= count or (plan.mode == "prefix" and accepted is not None):
            break
        ways = _step(plan, ways, live, index, event)
        accepted = _accepted(plan, ways)
        if not ways:
            break
        furthest = max((way for _place, way in ways.values()), key=_progress)
    if accepted is not None:
        return Found(passed=True, pairs=accepted.pairs(), bindings=accepted.bindings)
    return Found(passed=False, pairs=furthest.pairs(), bindings=furthest.bindings)


def _step(plan: Plan, ways: _Ways, live: Sequence[frozenset[str]], index: int, event: RecordedEvent) -> _Ways:
    """Take every way one event further; ways that can't be told apart from there on become one."""
    following: _Ways = {}
    edges: dict[int, Edge | None] = {}
    for place, way in ways.values():
        if place.group == len(plan.groups):
            continue
        plan.budget.spend()
        expectation = plan.groups[place.group].first + place.offset
        if expectation not in edges:
            edges[expectation] = plan.edge(expectation, event)
        edge = edges[expectation]
        bindings = None if edge is None else plan.relations.bind(way.bindings, edge)
        if bindings is None:
            continue
        longer = _Way(way, Pair(expectation, index), bindings)
        for reached in _reachable(plan, _next(plan, place)):
            matter = frozenset(item for item in bindings.items() if item[0] in live[reached.group])
            following.setdefault((reached, matter), (reached, longer))
    return following


def _progress(way: _Way) -> int:
    return -1 if way.pair is None else way.pair.expectation


def _accepted(plan: Plan, ways: _Ways) -> _Way | None:
    return next((way for place, way in ways.values() if place.group == len(plan.groups)), None)


def _next(plan: Plan, place: _Place) -> _Place:
    """The place after this expectation was matched; rounds are counted as far as they make a difference."""
    group = plan.groups[place.group]
    if place.offset + 1 < group.length:
        return place._replace(offset=place.offset + 1)
    rounds = place.rounds + 1
    return _Place(place.group, min(rounds, group.at_least) if group.at_most is None else rounds, 0)


def _reachable(plan: Plan, place: _Place) -> Iterator[_Place]:
    """The places where the next event may be matched, without an event in between; the end is one."""
    while place.group < len(plan.groups):
        group = plan.groups[place.group]
        if group.at_most is None or place.rounds < group.at_most:
            yield place
        if place.offset or place.rounds < group.at_least:
            return
        place = _Place(place.group + 1, 0, 0)
    yield place


def _live(plan: Plan) -> list[frozenset[str]]:
    """Return for each group, and for the end, the captures that matter from there on."""
    live: list[frozenset[str]] = [frozenset()]
    for group in reversed(plan.groups):
        live.append(live[-1] | plan.live(group.members))
    return live[::-1]
