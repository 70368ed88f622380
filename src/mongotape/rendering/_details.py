"""What changed inside an array, found by deepdiff: elements added, taken away, moved, or altered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from mongotape.errors import ExpectationError
from mongotape.rendering._secrets import HIDDEN, is_secret, secret_keys
from mongotape.rendering._text import Line, Span, line
from mongotape.rendering._values import show

if TYPE_CHECKING:
    from mongotape.matching import Mismatch

_ELEMENTS: Final = 60  # deepdiff pairs elements by their distance: quadratic, and costly for each pair
_CHANGES: Final = 12
_DEPTH: Final = 32


def array_lines(mismatch: Mismatch, *, indent: str) -> list[Line]:
    """Return a line for each change inside an array that has another length; nothing for other mismatches."""
    expected, actual = mismatch.expected, mismatch.actual
    if not isinstance(expected, list | tuple) or not isinstance(actual, list | tuple):
        return []
    if len(expected) == len(actual) or max(len(expected), len(actual)) > _ELEMENTS:
        return []
    if any(map(is_secret, mismatch.path)):
        return []
    return array_changes(expected, actual, indent)


def array_changes(
    expected: list[Any] | tuple[Any, ...], actual: list[Any] | tuple[Any, ...], indent: str
) -> list[Line]:
    """Return the changes that make the observed array of the expected one."""
    from deepdiff import DeepDiff

    try:
        settled, _unmatched = _settled(expected, actual)
        found = DeepDiff(
            [_plain(each, _DEPTH) for each in settled],
            [_plain(each, _DEPTH) for each in actual],
            ignore_order=True,
            report_repetition=True,
            ignore_numeric_type_changes=True,
            view="tree",
        )
        changes = [change for group in found.values() for change in group]
    except Exception:  # noqa: BLE001  # an explanation that can't be made must not hide the failure
        return []
    changes.sort(key=lambda change: [str(step).zfill(6) for step in change.path(output_format="list")])
    lines = [each for change in changes[:_CHANGES] if (each := _change(change, indent))]
    if len(changes) > _CHANGES:
        lines.append(line(indent, f"and {len(changes) - _CHANGES:,} more changes"))
    return lines


def reordered(expected: Any, actual: Any) -> bool:
    """Whether two arrays hold the same elements in another order."""
    if not isinstance(expected, list | tuple) or not isinstance(actual, list | tuple):
        return False
    if len(expected) != len(actual) or len(expected) > _ELEMENTS:
        return False
    return not _settled(expected, actual)[1]


def _settled(expected: Any, actual: Any) -> tuple[list[Any], int]:
    """Return the expected elements, each that an observed one matches replaced by it, and how many none matches.

    So operators leave the picture before deepdiff sees it.
    """
    from mongotape.matching import match_value

    free = list(range(len(actual)))
    settled: list[Any] = []
    unmatched = 0
    for each in expected:
        try:
            fitting = next((at for at in free if not match_value(each, actual[at], root=False)), None)
        except ExpectationError:  # a capture, or an operator of the test's own
            fitting = None
        if fitting is None:
            unmatched += 1
            settled.append(each)
        else:
            free.remove(fitting)
            settled.append(actual[fitting])
    return settled, unmatched


def _plain(value: Any, depth: int) -> Any:
    """Return what deepdiff compares by value: containers and simple values; others as they are shown."""
    if depth <= 0:
        return show(value)
    if isinstance(value, Mapping):
        hidden = secret_keys(value)
        return {str(key): HIDDEN if key in hidden else _plain(each, depth - 1) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each, depth - 1) for each in value]
    return value if type(value) in (str, int, float, bool, type(None)) else _Shown(show(value))


class _Shown(str):
    """A value that deepdiff sees as the text that people see."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _change(change: Any, indent: str) -> Line | None:
    from mongotape.matching import path_text

    where = path_text(tuple(change.path(output_format="list")))
    kind = change.report_type
    if kind.endswith("_added"):
        return line(indent, Span("+", "extra"), f" {where}: {show(change.t2)}")
    if kind.endswith("_removed"):
        return line(indent, Span("-", "missing"), f" {where}: {show(change.t1)}")
    if kind == "repetition_change":
        times = change.additional["repetition"]
        return line(
            indent,
            Span("!", "differs"),
            f" {where}: {show(change.t1)} expected {times['old_repeat']} times,"
            f" observed {times['new_repeat']} times",
        )
    return line(
        indent, Span("!", "differs"), f" {where}: expected {show(change.t1)}, observed {show(change.t2)}"
    )
