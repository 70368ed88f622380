"""One body for both APIs: ``async def`` that awaits on the async one and never suspends on the sync one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from mongotape.driver import settle

if TYPE_CHECKING:
    from collections.abc import Coroutine

__all__ = ["EXHAUSTED", "next_of", "settle", "step"]

T = TypeVar("T")


def step(body: Coroutine[Any, Any, T]) -> T:
    """Run a body that never suspends, as every body of the sync API is."""
    try:
        body.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    body.close()
    raise RuntimeError(f"{body!r} waited for an event loop on the sync API")


#: What an exhausted cursor raises: on the sync API and on the async one.
EXHAUSTED = (StopIteration, StopAsyncIteration)


async def next_of(cursor: Any) -> tuple[Any, ...]:
    """Return the next document in a tuple of one, an empty tuple where a cursor has none now.

    StopIteration must not leave a coroutine: Python would turn it into a RuntimeError.
    """
    try:
        return (await settle(cursor.next()),)
    except EXHAUSTED:
        return ()
