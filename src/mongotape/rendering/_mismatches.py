"""Mismatches as lines: the path, what was expected, what was observed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mongotape.matching import Mismatch, path_text
from mongotape.rendering._details import array_lines, reordered
from mongotape.rendering._secrets import holds_secret, is_secret, scrubbed
from mongotape.rendering._text import Rendered, Span, line
from mongotape.rendering._values import show, strings_part
from mongotape.rendering._words import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mongotape.matching import Verdict

_LONG: Final = 60  # two strings longer than this are cut around where they part
_SENTENCE: Final = 400


def mismatch_text(mismatch: Mismatch) -> str:
    """Return ``command.updates[0].u.$inc.stock: expected -1, observed 1``."""
    why = _why(mismatch)
    if len(why) > _SENTENCE:
        why = f"{why[:_SENTENCE]}... ({len(why):,} characters)"
    return f"{path_text(mismatch.path)}: {why}" if mismatch.path else why


def _why(mismatch: Mismatch) -> str:
    expected, actual = mismatch.expected, mismatch.actual
    payload = "payload" in mismatch.path and (_is_binary(expected) or _is_binary(actual))  # saslStart's
    if payload or any(map(is_secret, mismatch.path)):
        return "what was observed is not what was expected (the values are not shown)"
    if holds_secret(expected) or holds_secret(actual):
        shown = (show(expected), show(actual))
        if shown[0] == shown[1]:
            return f"{shown[0]}: what differs is not shown"
        return f"expected {shown[0]}, observed {shown[1]}"
    for kind in (str, bytes):
        if type(expected) is kind and type(actual) is kind and min(len(expected), len(actual)) > _LONG:
            return strings_part(expected, actual)
    return scrubbed(mismatch.why)


def _is_binary(value: object) -> bool:
    return isinstance(value, bytes | bytearray)


def render_mismatches(heading: str, mismatches: Sequence[Mismatch], *, limit: int = 20) -> Rendered:
    """Return a heading and a line for each mismatch, those of arrays taken apart.

    Args:
        heading: the first line: where and what, ``find.yml:41: the result differs``.
        mismatches: in the order in which they are shown.
        limit: how many are shown before the rest is counted.
    """
    lines = [line(heading)]
    told = first_of(mismatches)
    for each in told[:limit]:
        lines.append(line("  ", Span(mismatch_text(each), "differs")))
        lines.extend(array_lines(each, indent="      "))
    if len(told) > limit:
        lines.append(line(f"  and {counted(len(told) - limit, 'more difference')}"))
    return Rendered(lines)


def first_of(mismatches: Iterable[Mismatch]) -> list[Mismatch]:
    """Return mismatches with the telling ones first, and without those that only follow from another.

    A wrong name or database explains the rest; an array of another length says more than its shifted elements.
    """
    found = list(mismatches)
    arrays = [each.path for each in found if is_array_length(each)]
    kept = [
        each
        for each in found
        if not any(len(each.path) > len(above) and each.path[: len(above)] == above for above in arrays)
    ]
    return sorted(kept, key=lambda each: each.path[:1] != ("command_name",))


def of_event(verdict: Verdict, expectation: int, event: int) -> list[Mismatch]:
    """Return why an event is not the expected one, the telling mismatches first.

    Arrays with the same elements in another order are one mismatch, not one for every element.
    """
    found = first_of(verdict.explain(expectation, event))
    expected, observed = verdict.expected[expectation], verdict.events[event]
    for path in dict.fromkeys(path for each in found for path in _arrays_above(each.path)):
        inside = [each for each in found if each.path[: len(path)] == path]
        if len({each.path[len(path)] for each in inside if len(each.path) > len(path)}) < 2:
            continue
        try:
            mine = _at(expected.fields[str(path[0])], path[1:])
            theirs = _at(observed.document(str(path[0])), path[1:])
        except (LookupError, TypeError, AttributeError):  # an operator stands between
            continue
        if reordered(mine, theirs):
            at = found.index(inside[0])
            found = [each for each in found if each not in inside]
            found.insert(at, Mismatch(path, mine, theirs, "the same elements, in another order"))
    return found


def _arrays_above(path: tuple[str | int, ...]) -> list[tuple[str | int, ...]]:
    """Return the paths of the arrays that a path leads through."""
    return [path[:at] for at, step in enumerate(path) if isinstance(step, int)]


def _at(value: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def is_array_length(mismatch: Mismatch) -> bool:
    """Whether two arrays differ in their length."""
    expected, actual = mismatch.expected, mismatch.actual
    arrays = isinstance(expected, list | tuple) and isinstance(actual, list | tuple)
    return arrays and len(expected) != len(actual)  # type: ignore[arg-type]  # both are arrays
