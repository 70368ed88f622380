"""The two worlds that a test's one body runs in: threads and the sync API, or tasks and the async one.

Their methods are ``async def`` in both; those of the sync world never suspend.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from typing import TYPE_CHECKING, Any, Protocol

from mongotape.runner._outcome import TimeLimitError
from mongotape.runner._settle import step

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from mongotape.events import RecordedEvent
    from mongotape.recording import EventRecorder

Body = Any  # a coroutine made by the common code


class Worker(Protocol):
    """A thread entity: runs the bodies that it is given, one after the other."""

    def submit(self, body: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run a body as soon as those before it are done."""

    async def join(self, seconds: float) -> bool:
        """Take no further bodies and wait for those that were given; False when the time is over."""

    @property
    def error(self) -> BaseException | None:
        """The first error that a body raised."""


class World(Protocol):
    """What differs between the APIs besides PyMongo's own classes."""

    api: str

    def run(self, body: Coroutine[Any, Any, Any], *, seconds: float, break_off: Callable[[], None]) -> Any:
        """Run a body to its end.

        Args:
            body: the common code.
            seconds: how long it may take.
            break_off: lets what the body waits for fail; called from another thread when the time is over.

        Raises:
            TimeLimitError: the time was over before the body's end.
        """

    async def sleep(self, seconds: float) -> None:
        """Do nothing for this long."""

    async def wait_for(
        self, recorder: EventRecorder, expected: Any, count: int, seconds: float
    ) -> list[RecordedEvent]:
        """Wait for events as ``EventRecorder.wait_for`` does."""

    def callback(self, body: Callable[[], Coroutine[Any, Any, Any]]) -> Callable[[Any], Any]:
        """Return what ``with_transaction`` may call."""

    def worker(self, name: str) -> Worker:
        """Return a worker that is running already."""

    def close(self) -> None:
        """Leave nothing running."""


class _Watchdog:
    """One thread that interrupts whatever runs too long."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._watched: tuple[float, Callable[[], None]] | None = None
        self._closed = False
        self._thread: threading.Thread | None = None
        self.expired = False

    def watch(self, seconds: float, break_off: Callable[[], None]) -> None:
        with self._changed:
            self.expired = False
            self._watched = (time.monotonic() + seconds, break_off)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="mongotape_watchdog", daemon=True)
                self._thread.start()
                return
            # The thread wakes when the earliest deadline that it knows of is over, so no notification is due.

    def done(self) -> bool:
        """Watch no longer; whether the time was over."""
        with self._changed:
            self._watched = None
            return self.expired

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._closed:
                    return
                watched = self._watched
                left = 0.25 if watched is None else watched[0] - time.monotonic()
                if left > 0:
                    self._changed.wait(min(left, 0.25))
                    continue
                self._watched, self.expired = None, True
            assert watched is not None
            watched[1]()


class _ThreadWorker:
    def __init__(self, name: str) -> None:
        self.error: BaseException | None = None
        self._bodies: queue.SimpleQueue[Callable[[], Coroutine[Any, Any, None]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, body: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._bodies.put(body)

    async def join(self, seconds: float) -> bool:
        self._bodies.put(None)
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (body := self._bodies.get()) is not None:
            try:
                step(body())
            except BaseException as error:  # noqa: BLE001  # raised where the test waits for the thread
                self.error = self.error or error


class SyncWorld:
    """Threads, and coroutines that are stepped once."""

    api = "sync"

    def __init__(self) -> None:
        self._watchdog = _Watchdog()

    def run(self, body: Coroutine[Any, Any, Any], *, seconds: float, break_off: Callable[[], None]) -> Any:
        self._watchdog.watch(seconds, break_off)
        try:
            result = step(body)
        except Exception as error:
            if self._watchdog.done():
                raise TimeLimitError from error
            raise
        finally:
            expired = self._watchdog.done()
        if expired:
            raise TimeLimitError
        return result

    async def sleep(self, seconds: float) -> None:
        time.sleep(seconds)  # noqa: ASYNC251  # the sync world has no event loop

    async def wait_for(
        self, recorder: EventRecorder, expected: Any, count: int, seconds: float
    ) -> list[RecordedEvent]:
        return recorder.wait_for(expected, count=count, timeout=seconds)

    def callback(self, body: Callable[[], Coroutine[Any, Any, Any]]) -> Callable[[Any], Any]:
        return lambda _session: step(body())

    def worker(self, name: str) -> Worker:
        return _ThreadWorker(name)

    def close(self) -> None:
        self._watchdog.close()


class _TaskWorker:
    def __init__(self, name: str) -> None:
        self.error: BaseException | None = None
        self._bodies: asyncio.Queue[Callable[[], Coroutine[Any, Any, None]] | None] = asyncio.Queue()
        self._task = asyncio.get_running_loop().create_task(self._run(), name=name)

    def submit(self, body: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._bodies.put_nowait(body)

    async def join(self, seconds: float) -> bool:
        self._bodies.put_nowait(None)
        done, _ = await asyncio.wait({self._task}, timeout=seconds)
        if not done:
            self._task.cancel()
        return bool(done)

    async def _run(self) -> None:
        while (body := await self._bodies.get()) is not None:
            try:
                await body()
            except asyncio.CancelledError:
                raise
            except BaseException as error:  # noqa: BLE001
                self.error = self.error or error


class AsyncWorld:
    """Tasks on an event loop of its own."""

    api = "async"

    def __init__(self) -> None:
        self._runner = asyncio.Runner()

    def run(self, body: Coroutine[Any, Any, Any], *, seconds: float, break_off: Callable[[], None]) -> Any:  # noqa: ARG002  # a task is cancelled instead
        async def limited() -> Any:
            task = asyncio.ensure_future(body)
            try:
                done, _ = await asyncio.wait({task}, timeout=seconds)
            except BaseException:
                await end(task)
                raise
            if done:
                return task.result()
            await end(task)
            raise TimeLimitError

        async def end(task: asyncio.Future[Any]) -> None:
            task.cancel()
            await asyncio.wait({task}, timeout=1)
            if task.done() and not task.cancelled():
                task.exception()  # looked at, so that nobody is told that it never was

        return self._runner.run(limited())

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def wait_for(
        self, recorder: EventRecorder, expected: Any, count: int, seconds: float
    ) -> list[RecordedEvent]:
        return await recorder.await_for(expected, count=count, timeout=seconds)

    def callback(self, body: Callable[[], Coroutine[Any, Any, Any]]) -> Callable[[Any], Any]:
        async def call(_session: Any) -> Any:
            return await body()

        return call

    def worker(self, name: str) -> Worker:
        return _TaskWorker(name)

    def close(self) -> None:
        self._runner.close()
