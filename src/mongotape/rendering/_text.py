"""A text that knows its colours: plain by itself, coloured where somebody asks for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, Self, TypeAlias

from mongotape.rendering._secrets import scrubbed

if TYPE_CHECKING:
    from collections.abc import Iterable

#: What a piece of text is; the colours follow from it.
Style: TypeAlias = Literal["matched", "differs", "extra", "missing", "quiet", "strong"]

_CODES: Final[dict[Style, str]] = {
    "matched": "\x1b[32m",
    "differs": "\x1b[1;31m",
    "extra": "\x1b[33m",
    "missing": "\x1b[31m",
    "quiet": "\x1b[2m",
    "strong": "\x1b[1m",
}
_RESET: Final = "\x1b[0m"


class Span(NamedTuple):
    """A piece of a line in one colour."""

    text: str
    style: Style | None = None


Line: TypeAlias = "tuple[Span, ...]"


def line(*parts: str | Span) -> Line:
    """Return a line of plain and coloured pieces; none breaks it, brings colours of its own, or credentials."""
    spans = (part if isinstance(part, Span) else Span(part) for part in parts)
    return tuple(Span(scrubbed(one_line(span.text)), span.style) for span in spans if span.text)


class Rendered(str):
    """A failure's text, plain; ``coloured`` is the same for a terminal."""

    __slots__ = ("lines",)

    lines: tuple[Line, ...]

    def __new__(cls, lines: Iterable[Line]) -> Self:
        """The lines joined, without trailing blanks."""
        kept = tuple(lines)
        self = super().__new__(cls, "\n".join("".join(span.text for span in each).rstrip() for each in kept))
        self.lines = kept
        return self

    def __getnewargs__(self) -> tuple[tuple[Line, ...]]:  # type: ignore[override]  # what __new__ takes
        return (self.lines,)

    @property
    def coloured(self) -> str:
        """The text with ANSI colours.

        Every line but the first starts without the colour that surrounds it: pytest shows a failure in red.
        """
        first, *others = [_coloured(each) for each in self.lines] or [""]
        return "\n".join([first, *(_RESET + each for each in others)])


def _coloured(spans: Line) -> str:
    return "".join(
        f"{_CODES[span.style]}{span.text}{_RESET}" if span.style else span.text for span in spans
    ).rstrip()


_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def one_line(text: str) -> str:
    """Return the text with control characters spelled out, so that it is one line of a terminal."""
    return _CONTROL.sub(lambda found: ascii(found.group())[1:-1], text)
