"""How far a replay is, on a terminal as one line that changes, elsewhere as a line now and then."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from typing import TYPE_CHECKING, TextIO

from mongotape.reports import HEADINGS

if TYPE_CHECKING:
    from mongotape.reports import Result

_LINE_SECONDS = 0.1
_LOG_SECONDS = 10.0


class Progress:
    """Tells how far a replay is.

    Args:
        out: where to.
        total: how many tests there are.
        label: what is being replayed on, where that must be told.
    """

    def __init__(self, out: TextIO, total: int, label: str = "") -> None:
        self._out = out
        self._total = total
        self._label = f"{label}: " if label else ""
        self._is_terminal = out.isatty()
        self._counts: Counter[str] = Counter()
        self._done = 0
        self._began = self._told = time.monotonic()
        self._width = 0
        self._specification = ""
        self._of_specification: Counter[str] = Counter()

    def done(self, result: Result) -> None:
        """Count a result."""
        if not self._is_terminal and result.specification != self._specification:
            self._end_specification()
            self._specification = result.specification
        self._done += 1
        self._counts[result.status] += 1
        self._of_specification[result.status] += 1
        now = time.monotonic()
        if self._is_terminal and now - self._told >= _LINE_SECONDS:
            self._told = now
            self._draw(result.specification, now)
        elif not self._is_terminal and now - self._told >= _LOG_SECONDS:
            self._told = now
            self._write(
                f"{self._label}{result.specification}: {self._share()}, {_counted(self._counts)}{self._left(now)}"
            )

    def clear(self) -> None:
        """Take the line off the terminal, for something else to be printed."""
        if self._width:
            self._out.write("\r" + " " * self._width + "\r")
            self._out.flush()
            self._width = 0

    def finish(self) -> None:
        """Nothing follows."""
        self.clear()
        if not self._is_terminal:
            self._end_specification()

    def _end_specification(self) -> None:
        if self._of_specification:
            self._write(
                f"{self._label}{self._specification}: {_counted(self._of_specification)} ({self._share()})"
            )
            self._of_specification.clear()

    def _draw(self, specification: str, now: float) -> None:
        text = f"{self._label}{self._share()} {specification}: {_counted(self._counts)}{self._left(now)}"
        text = text[: shutil.get_terminal_size().columns - 1]
        self._out.write("\r" + text.ljust(self._width))
        self._out.flush()
        self._width = len(text)

    def _write(self, text: str) -> None:
        self._out.write(f"{text}\n")
        self._out.flush()
        self._told = time.monotonic()

    def _share(self) -> str:
        return f"{self._done}/{self._total}"

    def _left(self, now: float) -> str:
        seconds = (now - self._began) / self._done * (self._total - self._done)
        return f", about {seconds / 60:.0f} min left" if seconds >= 90 else f", about {seconds:.0f} s left"


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{counts[status]} {heading}" for status, heading in HEADINGS.items() if counts[status])
