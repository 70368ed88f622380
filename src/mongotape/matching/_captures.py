"""Captures: ``same("name")`` is one value wherever the name stands in one assertion."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from mongotape.events import nearest
from mongotape.matching._bson import short
from mongotape.matching._mismatch import Mismatch, Path, malformed, path_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from mongotape.expect import Same


class Captured(NamedTuple):
    """What one place in one event gives a capture."""

    same: Same
    key: Any  #: equal for values that are the same
    value: Any
    path: Path


#: What the captures stand for: by name the key that equal values share.
Bindings: TypeAlias = "Mapping[str, Any]"

#: What one event gives: names and keys, in the order of the names.
Edge: TypeAlias = "tuple[tuple[str, Any], ...]"


def check_captures(
    captures: Sequence[tuple[Same, Path]], again: Collection[Path]
) -> dict[str, frozenset[str]]:
    """Return which captures must differ from which, in both directions.

    Args:
        captures: every capture with its place.
        again: the places that may be matched more than once.

    Raises:
        ExpectationError: a capture relates nothing, or is to differ from one that stands nowhere.
    """
    places = Counter(same.name for same, _path in captures)
    wanted = {other for same, _path in captures for other in same.other_than}
    for same, path in captures:
        for other in same.other_than:
            if other not in places:
                raise malformed(path, f"{same!r}: {other!r} stands nowhere{nearest(other, places)}")
        if places[same.name] == 1 and not same.other_than and same.name not in wanted and path not in again:
            others = [name for name in places if name != same.name]
            why = (
                f"{same!r} stands only here, so that nothing is compared with it{nearest(same.name, others)}"
            )
            raise malformed(path, why)
    differs: dict[str, set[str]] = {name: set() for name in places}
    for same, _path in captures:
        for other in same.other_than:
            differs[same.name].add(other)
            differs[other].add(same.name)
    return {name: frozenset(others) for name, others in differs.items()}


class Relations:
    """Which captures must differ; and binding them one event after the other.

    Args:
        differs: by name, those that it must differ from.
    """

    __slots__ = ("differs",)

    def __init__(self, differs: Mapping[str, frozenset[str]]) -> None:
        self.differs = differs

    def bind(self, bindings: dict[str, Any], edge: Edge) -> dict[str, Any] | None:
        """Return the bindings with what an event gives; None where it contradicts them."""
        bound = bindings
        for name, key in edge:
            if name in bound:
                if bound[name] != key:
                    return None
                continue
            for other in self.differs[name]:
                if other in bound and bound[other] == key:
                    return None
            if bound is bindings:
                bound = dict(bindings)
            bound[name] = key
        return bound


class Known(NamedTuple):
    """What a capture stands for so far."""

    key: Any
    value: Any
    origin: str  #: where it is from, in words: "observed by the 1st event"


def contradictions(
    captured: Sequence[Captured], known: Mapping[str, Known], relations: Relations
) -> Iterator[Mismatch]:
    """Say where an event contradicts what is known of the captures, or itself."""
    known = dict(known)
    for same, key, value, path in captured:
        if same.name in known and known[same.name].key != key:
            bound = known[same.name]
            why = f"expected {same!r} to be {short(bound.value)} ({bound.origin}), observed {short(value)}"
            yield Mismatch(path, bound.value, value, why)
            continue
        for other in sorted(relations.differs.get(same.name, ())):
            if other in known and known[other].key == key:
                why = f"expected another value than that of {other!r} ({known[other].origin}), observed {short(value)}"
                yield Mismatch(path, same, value, why)
        known.setdefault(same.name, Known(key, value, f"at {path_text(path)}"))
