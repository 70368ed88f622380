"""Waits for events: the same wait for a thread and for a task."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mongotape.recording._rows import Row, Rows


class Arrivals:
    """The rows that are kept while somebody waits, and the thread or loop that is woken by them.

    Args:
        rows: where they are kept.
        wake: called after each one, from the thread that published it.
    """

    def __init__(self, rows: Rows, wake: Callable[[], None]) -> None:
        self._rows = rows
        self._wake = wake
        self._arrived: deque[Row] = deque()

    def __enter__(self) -> Self:
        self._end = self._rows.on_row(self._arrive)
        return self

    def __exit__(self, *error: object) -> None:
        self._end()

    def _arrive(self, row: Row) -> None:
        self._arrived.append(row)
        self._wake()

    def take(self) -> Iterator[Row]:
        """Yield what arrived since the last call."""
        while self._arrived:
            yield self._arrived.popleft()


def until(rows: Rows, is_enough: Callable[[Arrivals], bool], timeout: float) -> bool:
    """Block this thread until ``is_enough`` of what arrives; False when ``timeout`` seconds are over."""
    woken = threading.Event()
    deadline = monotonic() + timeout
    with Arrivals(rows, woken.set) as arrivals:
        while not is_enough(arrivals):
            if not woken.wait(max(0.0, deadline - monotonic())):
                return is_enough(arrivals)
            woken.clear()
    return True


async def until_async(rows: Rows, is_enough: Callable[[Arrivals], bool], timeout: float) -> bool:  # noqa: ASYNC109
    """Suspend this task until ``is_enough`` of what arrives; False when ``timeout`` seconds are over."""
    loop = asyncio.get_running_loop()
    woken = asyncio.Event()

    def wake() -> None:
        if asyncio._get_running_loop() is loop:
            woken.set()
        else:
            with suppress(RuntimeError):  # the loop was closed: nobody waits any more
                loop.call_soon_threadsafe(woken.set)

    deadline = monotonic() + timeout
    with Arrivals(rows, wake) as arrivals:
        while not is_enough(arrivals):
            try:
                await asyncio.wait_for(woken.wait(), max(0.0, deadline - monotonic()))
            except TimeoutError:
                return is_enough(arrivals)
            woken.clear()
    return True
