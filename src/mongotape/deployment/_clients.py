"""The clients a deployment made, closed with it, sync and async."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mongotape.driver import abandon

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from pymongo import AsyncMongoClient, MongoClient

_CLOSING_SECONDS = 5.0


@dataclass(slots=True, eq=False)
class _Async:
    """An async client and the loop it was made in (None: outside of any)."""

    client: AsyncMongoClient[dict[str, Any]]
    loop: asyncio.AbstractEventLoop | None
    closed: bool = False
    guard: AsyncGenerator[None] | None = None  #: closes the client when its loop ends

    async def close(self) -> None:
        """Closes it within its loop, once."""
        await self._close()
        if self.guard is not None:
            await self.guard.aclose()

    async def _close(self) -> None:
        if not self.closed:
            self.closed = True
            await self.client.close()

    def guard_by_loop(self) -> None:
        """From now on the running loop closes the client when it ends.

        A loop finalizes, as the last thing it does, the async generators that were begun in it; one step
        makes this one known to it.
        """
        self.guard = self._until_the_loop_ends()
        with contextlib.suppress(StopIteration):
            self.guard.__anext__().__await__().send(None)

    async def _until_the_loop_ends(self) -> AsyncGenerator[None]:
        try:
            yield
        finally:
            await self._close()


class Clients:
    """Clients to be closed at the end.

    An async client that was made inside a running event loop is also closed when that loop ends, since
    afterwards nobody could.
    """

    def __init__(self) -> None:
        self._sync: list[MongoClient[dict[str, Any]]] = []
        self._async: list[_Async] = []
        self._closing: set[asyncio.Task[None]] = set()

    def add(self, client: MongoClient[dict[str, Any]]) -> None:
        """Takes charge of a sync client."""
        self._sync.append(client)

    def add_async(self, client: AsyncMongoClient[dict[str, Any]]) -> None:
        """Takes charge of an async client."""
        entry = _Async(client, _running_loop())
        if entry.loop is not None:
            entry.guard_by_loop()
        self._async.append(entry)

    def close(self) -> None:
        """Closes every client; never fails because an event loop is gone."""
        clients, self._sync = self._sync, []
        for client in clients:
            client.close()
        entries, self._async = self._async, []
        for entry in entries:
            if not entry.closed:
                self._close_from_outside(entry)

    async def aclose(self) -> None:
        """Closes every client from within an event loop."""
        here = asyncio.get_running_loop()
        for entry in self._async:
            if entry.loop in {here, None}:
                await entry.close()
        await asyncio.to_thread(self.close)

    def _close_from_outside(self, entry: _Async) -> None:
        loop, running = entry.loop, _running_loop()
        if loop is None or loop.is_closed():
            abandon(entry.client)
        elif loop is running:  # called by a coroutine, which can't wait here
            task = loop.create_task(entry.close())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)
        elif loop.is_running():
            asyncio.run_coroutine_threadsafe(entry.close(), loop).result(_CLOSING_SECONDS)
        elif running is None:
            loop.run_until_complete(entry.close())
        # Else its loop can't run while another does in this thread; it closes the client when it ends.


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
