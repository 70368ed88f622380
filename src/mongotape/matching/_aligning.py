"""Two sequences aligned after a comparison failed: what belongs together, what is missing, what is extra."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from mongotape.matching._verdict import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mongotape.events import Kind

#: A kind of event, and the command's name; of an expectation that names no command None.
Name: TypeAlias = "tuple[Kind, object]"

_CELLS = 250_000  # of the table of an alignment; for more a look at the neighbours has to do
_NEIGHBOURS = 50


def align(
    expectations: Sequence[int],
    events: Sequence[int],
    matches: Callable[[int, int], bool],
    expected_name: Callable[[int], Name],
    observed_name: Callable[[int], Name],
) -> list[Row]:
    """Return the rows of an alignment with as many matches as there are.

    Between two matches, what has the same name (kind and command) differs; the rest is missing or extra.

    Args:
        expectations: those that are left, in order.
        events: those that are left, in order.
        matches: whether an expectation and an event match.
        expected_name: what an expectation is about.
        observed_name: what an event is.
    """
    tail: list[Row] = []
    left, right = len(expectations), len(events)
    while left and right and matches(expectations[left - 1], events[right - 1]):
        left, right = left - 1, right - 1
        tail.append(Row("=", expectations[left], events[right]))
    expectations, events = expectations[:left], events[:right]
    rows: list[Row] = []
    done_left = done_right = 0
    for at_left, at_right in [*_common(expectations, events, matches), (left, right)]:
        gap_left, gap_right = expectations[done_left:at_left], events[done_right:at_right]
        rows += _gap(gap_left, gap_right, expected_name, observed_name)
        if at_left < left:
            rows.append(Row("=", expectations[at_left], events[at_right]))
        done_left, done_right = at_left + 1, at_right + 1
    return rows + tail[::-1]


def _gap(
    expectations: Sequence[int],
    events: Sequence[int],
    expected_name: Callable[[int], Name],
    observed_name: Callable[[int], Name],
) -> Iterator[Row]:
    def same_name(expectation: int, event: int) -> bool:
        kind, name = expected_name(expectation)
        other_kind, other_name = observed_name(event)
        return kind is other_kind and (name is None or name == other_name)

    done_left = done_right = 0
    pairs = _common(expectations, events, same_name)
    for at_left, at_right in [*pairs, (len(expectations), len(events))]:
        yield from (Row("-", each, None) for each in expectations[done_left:at_left])
        yield from (Row("+", None, each) for each in events[done_right:at_right])
        if at_left < len(expectations):
            yield Row("!", expectations[at_left], events[at_right])
        done_left, done_right = at_left + 1, at_right + 1


def _common(
    left: Sequence[int], right: Sequence[int], same: Callable[[int, int], bool]
) -> list[tuple[int, int]]:
    """Return the positions of a longest common subsequence; of a good one where the table would be too large."""
    if not left or not right:
        return []
    if len(left) * len(right) > _CELLS:
        return list(_nearby(left, right, same))
    lengths = [[0] * (len(right) + 1)]
    equal = [[same(each, other) for other in right] for each in left]
    for row in reversed(equal):
        below = lengths[-1]
        mine = [0] * (len(right) + 1)
        for column in range(len(right) - 1, -1, -1):
            if row[column]:
                mine[column] = below[column + 1] + 1
            else:
                mine[column] = max(below[column], mine[column + 1])
        lengths.append(mine)
    lengths.reverse()
    pairs: list[tuple[int, int]] = []
    i = j = 0
    while i < len(left) and j < len(right):
        if equal[i][j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif lengths[i + 1][j] >= lengths[i][j + 1]:
            i += 1
        else:
            j += 1
    return pairs


def _nearby(
    left: Sequence[int], right: Sequence[int], same: Callable[[int, int], bool]
) -> Iterator[tuple[int, int]]:
    position = 0
    for index, each in enumerate(left):
        for other in range(position, min(position + _NEIGHBOURS, len(right))):
            if same(each, right[other]):
                yield index, other
                position = other + 1
                break
