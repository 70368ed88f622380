"""Mismatches as lines: the path, what was expected, what was observed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mongotape.matching import path_text
from mongotape.rendering._secrets import holds_secret, is_secret, scrubbed
from mongotape.rendering._text import Rendered, line
from mongotape.rendering._values import show, strings_part
from mongotape.rendering._words import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mongotape.matching import Mismatch

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
    if any(map(is_secret, mismatch.path)):
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


def render_mismatches(heading: str, mismatches: Sequence[Mismatch], *, limit: int = 20) -> Rendered:
    """Return a heading and a line for each mismatch, those of arrays taken apart.

    Args:
        heading: the first line: where and what, ``find.yml:41: the result differs``.
        mismatches: in the order in which they are shown.
        limit: how many are shown before the rest is counted.
    """
    from mongotape.rendering._details import array_lines

    lines = [line(heading)]
    for each in mismatches[:limit]:
        lines.append(line("  ", mismatch_text(each)))
        lines.extend(array_lines(each, indent="      "))
    if len(mismatches) > limit:
        lines.append(line(f"  and {counted(len(mismatches) - limit, 'more difference')}"))
    return Rendered(lines)


def first_of(mismatches: Iterable[Mismatch]) -> list[Mismatch]:
    """Return mismatches with the telling ones first: a wrong name or database explains what follows from it."""
    return sorted(mismatches, key=lambda each: each.path[:1] != ("command_name",))
