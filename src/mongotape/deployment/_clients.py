"""The clients a deployment made, closed with it, sync and async."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mongotape.driver import abandon

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pymongo import AsyncMongoClient, MongoClient
    from pymongo.monitoring import CommandListener

_CLOSING_SECONDS = 5.0


@dataclass(slots=True, eq=False)
class _Async:
    """An async client and the loop it belongs to, once that is known."""

    client: AsyncMongoClient[dict[str, Any]]
    reachable: Callable[[], bool]
    loop: asyncio.AbstractEventLoop | None = None
    closed: bool = False
    guard: asyncio.Task[None] | None = None

    def belong_to(self, loop: asyncio.AbstractEventLoop) -> None:
        """The running loop closes the client when it ends: it then cancels its tasks, this guard among them.

        The client is closed while the loop waits for its tasks, since a task of PyMongo may miss being
        cancelled and would keep the loop for 10 s.
        """
        self.loop = loop
        self.guard = loop.create_task(
            self._guard(), name="mongotape-closes-its-client", context=contextvars.Context()
        )

    async def _guard(self) -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            if not self.closed:
                with _brief(self.reachable()):
                    await self.client.close()
                self.closed = True

    async def close(self) -> None:
        """Closes it within its loop, once."""
        if self.guard is not None:
            self.guard.cancel()
            await asyncio.wait([self.guard])
        if not self.closed:  # no guard, or one that had not begun
            self.closed = True
            await self.client.close()


class Clients:
    """Clients to be closed at the end.

    An async client is also closed when its event loop ends, since afterwards nobody could.

    Args:
        reachable: whether any member answers.
    """

    def __init__(self, reachable: Callable[[], bool]) -> None:
        self._reachable = reachable
        self._sync: list[MongoClient[dict[str, Any]]] = []
        self._async: list[_Async] = []
        self._closing: set[asyncio.Task[None]] = set()

    def make(self, uri: str, options: Mapping[str, Any]) -> MongoClient[dict[str, Any]]:
        """A sync client."""
        import pymongo

        client: MongoClient[dict[str, Any]] = pymongo.MongoClient(uri, **options)
        self._sync.append(client)
        return client

    def make_async(self, uri: str, options: Mapping[str, Any]) -> AsyncMongoClient[dict[str, Any]]:
        """An async client."""
        import pymongo

        loop = _running_loop()
        found: list[_Async] = []
        if loop is None:  # its loop is the one in which it sends its first command
            listeners = [*(options.get("event_listeners") or ()), _loop_finder(found)]
            options = {**options, "event_listeners": listeners}
        client: AsyncMongoClient[dict[str, Any]] = pymongo.AsyncMongoClient(uri, **options)
        entry = _Async(client, self._reachable)
        found.append(entry)
        if loop is not None:
            entry.belong_to(loop)
        self._async.append(entry)
        return client

    def close(self) -> None:
        """Closes every client; never fails because an event loop is gone."""
        clients, self._sync = self._sync, []
        for client in clients:
            with _brief(self._reachable()):
                client.close()
        entries, self._async = self._async, []
        for entry in entries:
            if not entry.closed:
                self._close_from_outside(entry)

    async def aclose(self) -> None:
        """Closes every client from within an event loop."""
        here = asyncio.get_running_loop()
        for entry in self._async:
            if entry.loop is here or entry.loop is None:
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


def _loop_finder(found: list[_Async]) -> CommandListener:
    """A listener that takes the loop of a client's first command for the client's own."""
    from pymongo.monitoring import CommandListener

    class LoopFinder(CommandListener):
        def started(self, event: object) -> None:  # noqa: ARG002 - that there is one is enough
            if found and (loop := _running_loop()) is not None:
                found.pop().belong_to(loop)

        def succeeded(self, event: object) -> None:
            """Nothing more is to be found."""

        def failed(self, event: object) -> None:
            """Nothing more is to be found."""

    return LoopFinder()


def _brief(reachable: bool) -> contextlib.AbstractContextManager[object]:  # noqa: FBT001 - its only point
    """Bounds what is done inside when no member is up.

    A client that closes looks for a server to end its sessions at, for 30 s unless told otherwise.
    """
    import pymongo

    return contextlib.nullcontext() if reachable else pymongo.timeout(0.01)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
