"""The same events in any order: an exact pairing, and with captures one for the values that they may take."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

from mongotape.events import Kind
from mongotape.matching._ordered import Found
from mongotape.matching._pairing import Pairing
from mongotape.matching._verdict import Pair

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mongotape.matching._captures import Edge
    from mongotape.matching._plan import Observed, Plan

_UNKNOWN = object()  # an edge that was not looked at yet
_NO_VALUE = object()  # the value of a capture that no event gives: equal to no key


class _Bounds(NamedTuple):
    """How many events each expectation takes."""

    at_least: tuple[int, ...]
    at_most: tuple[int, ...]


class AnyOrder:
    """The comparison of a plan with a log in any order."""

    def __init__(self, plan: Plan, observed: Observed) -> None:
        self._plan = plan
        self._observed = observed
        self._edges: dict[int, dict[int, Any]] = {each: {} for each in range(len(plan.expected))}
        self._names = [_name_of(each.fields.get("command_name")) for each in plan.expected]
        self._events_of: dict[tuple[Kind, str | None], list[int]] = {}
        self._kind_of: list[tuple[Kind, str | None]] = []
        for index in range(observed.count):
            event = observed[index]
            named = event.command_name if event.kind in _COMMANDS else None
            self._kind_of.append((event.kind, named))
            self._events_of.setdefault((event.kind, None), []).append(index)
            if named is not None:
                self._events_of.setdefault((event.kind, named), []).append(index)
        self._wanting: dict[tuple[Kind, str | None], list[int]] = {}
        for index, (each, name) in enumerate(zip(plan.expected, self._names, strict=True)):
            self._wanting.setdefault((each.kind, name), []).append(index)
        self._best = Found(passed=False, pairs=(), bindings={})
        self._complete = False  #: whether the last pairing left nothing out
        self._likely: dict[str, Any] = {}  #: what its pairs say about the captures, as far as they agree

    def compare(self) -> Found:
        """Return the pairing; in a failure the largest that was found."""
        for bounds in self._bounds():
            found = self._search(bounds)
            if found is not None:
                return found
        return self._best

    def _near(self, expectation: int) -> Sequence[int]:
        return self._events_of.get((self._plan.expected[expectation].kind, self._names[expectation]), ())

    def _near_event(self, event: int) -> Sequence[int]:
        kind, name = self._kind_of[event]
        anonymous = self._wanting.get((kind, None), [])
        return anonymous if name is None else self._wanting.get((kind, name), []) + anonymous

    def _edge(self, expectation: int, event: int) -> Edge | None:
        edges = self._edges[expectation]
        edge = edges.get(event, _UNKNOWN)
        if edge is _UNKNOWN:
            self._plan.budget.spend()
            edge = edges[event] = self._plan.edge(expectation, self._observed[event])
        return edge  # type: ignore[no-any-return]

    def _bounds(self) -> Iterator[_Bounds]:
        """Every way to say how often the bodies of several events occur; each member occurs as often as the others."""
        groups, count = self._plan.groups, self._observed.count
        needed = sum(group.at_least * group.length for group in groups)
        rounds: list[range] = []
        for group in groups:
            if group.length == 1 or group.at_least == group.at_most:
                rounds.append(range(1))
                continue
            spare = max(count - needed, 0) // group.length
            most = group.at_least + spare
            rounds.append(
                range(group.at_least, (most if group.at_most is None else min(group.at_most, most)) + 1)
            )
        for chosen in product(*rounds):
            self._plan.budget.spend()
            at_least: list[int] = []
            at_most: list[int] = []
            for group, turns in zip(groups, chosen, strict=True):
                fixed = group.length > 1 and group.at_least != group.at_most
                low = turns if fixed else group.at_least
                high = turns if fixed else count if group.at_most is None else group.at_most
                at_least += [low] * group.length
                at_most += [high] * group.length
            yield _Bounds(tuple(at_least), tuple(at_most))

    def _search(self, bounds: _Bounds) -> Found | None:
        """Bind one capture after the other; a choice whose pairing fails with the rest left open is given up."""
        levels: list[Iterator[dict[str, Any]]] = [iter(({},))]
        while levels:
            bindings: dict[str, Any] | None = next(levels[-1], None)
            if bindings is None:
                levels.pop()
                continue
            open_keys = self._open_keys(bounds, bindings)
            found = self._pair(bounds, bindings, open_keys)
            if found is not None:
                return found
            if self._complete and open_keys:
                levels.append(self._choices(bindings, open_keys))
        return None

    def _pair(
        self, bounds: _Bounds, bindings: dict[str, Any], open_keys: Mapping[str, Mapping[Any, None]]
    ) -> Found | None:
        """Pair with these captures bound and the others open; return the pairing if no two open ones contradict."""
        plan = self._plan

        def fits(expectation: int, event: int) -> bool:
            plan.budget.spend()
            edge = self._edge(expectation, event)
            if not edge:
                return edge is not None
            return plan.relations.bind(bindings, edge) is not None and all(
                key in open_keys[name] for name, key in edge if name in open_keys
            )

        pairing = Pairing(
            *bounds, self._observed.count, near=self._near, near_event=self._near_event, fits=fits
        )
        self._complete = pairing.pair()
        pairs = tuple(Pair(*each) for each in pairing.pairs)
        bound = dict(bindings)
        agreeing: list[Pair] = []
        for pair in pairs:
            more = plan.relations.bind(bound, self._edge(*pair) or ())
            if more is not None:
                bound = more
                agreeing.append(pair)
        self._likely = bound
        if self._complete and len(agreeing) == len(pairs):
            return Found(passed=True, pairs=pairs, bindings=bound)
        if len(agreeing) > len(self._best.pairs):
            self._best = Found(passed=False, pairs=tuple(agreeing), bindings=bound, needed=bounds.at_least)
        return None

    def _choices(
        self, bindings: dict[str, Any], open_keys: Mapping[str, Mapping[Any, None]]
    ) -> Iterator[dict[str, Any]]:
        """Bind the capture that has the fewest keys left, to each of them."""
        name = min(open_keys, key=lambda each: len(open_keys[each]))
        likely = self._likely.get(name, _NO_VALUE)
        keys = [likely] if likely in open_keys[name] else []
        for key in (*keys, *(key for key in open_keys[name] if key not in keys)):
            self._plan.budget.spend()
            bound = self._plan.relations.bind(bindings, ((name, key),))
            if bound is not None:
                yield bound

    def _open_keys(self, bounds: _Bounds, bindings: dict[str, Any]) -> dict[str, dict[Any, None]]:
        """Return for each capture that is not bound the keys that every expectation which needs it can have."""
        plan = self._plan
        every: dict[str, dict[Any, None]] = {
            name: {} for name in plan.relations.differs if name not in bindings
        }
        common: dict[str, dict[Any, None]] = {}
        for expectation, needed in enumerate(bounds.at_least):
            names = plan.names(expectation) & every.keys()
            if not names:
                continue
            edges = [self._edge(expectation, event) for event in self._near(expectation)]
            plan.budget.spend(len(edges))
            fitting = [
                dict(edge)
                for edge in edges
                if edge is not None and plan.relations.bind(bindings, edge) is not None
            ]
            for name in names:
                keys = {edge[name]: None for edge in fitting if name in edge}
                every[name] |= keys
                if needed and all(name in edge for edge in fitting):
                    before = common.get(name)
                    common[name] = keys if before is None else {key: None for key in before if key in keys}
        return {name: common.get(name, keys | {_NO_VALUE: None}) for name, keys in every.items()}


_COMMANDS = frozenset({Kind.COMMAND_STARTED, Kind.COMMAND_SUCCEEDED, Kind.COMMAND_FAILED})


def _name_of(value: object) -> str | None:
    """Return a command's name if it is said literally."""
    return value if type(value) is str else None
