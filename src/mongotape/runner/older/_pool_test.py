"""One CMAP test while it runs: its pool, its threads, its connections, and each operation of the format.

Source: Connection Monitoring and Pooling tests, "Valid Unit Test Operations".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mongotape.expect import Expectation
from mongotape.runner._outcome import SpecFailure
from mongotape.runner.older._pool_events import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from mongotape.driver import DrivenPool
    from mongotape.recording import EventRecorder
    from mongotape.runner._worlds import Worker, World
    from mongotape.spec import CmapOperation

#: How long waitForEvent waits where the file doesn't say: less than the 10 s for which an official file blocks
#: the server, so that no wait is over because the block is.
EVENT_SECONDS: Final = 9.0
THREAD_SECONDS: Final = 10.0  # how long waitForThread waits


class _Thread:
    """A thread of the test: it does its operations in order and ends with the first error."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self.doing: CmapOperation | None = None
        self.error: Exception | None = None

    def do(self, operation: CmapOperation, body: Callable[[], Coroutine[Any, Any, None]]) -> None:
        async def guarded() -> None:
            if self.error is not None:
                return
            self.doing = operation
            try:
                await body()
            except Exception as error:  # noqa: BLE001  # raised where the test waits for the thread
                self.error = error
            self.doing = None

        self._worker.submit(guarded)

    async def join(self, seconds: float) -> bool:
        return await self._worker.join(seconds)


class PoolTest:
    """What the operations of one test work on.

    Args:
        pool: the pool.
        world: makes threads and waits.
        recorder: hears the pool.
    """

    def __init__(self, pool: DrivenPool, world: World, recorder: EventRecorder) -> None:
        self._pool = pool
        self._world = world
        self._recorder = recorder
        self._threads: dict[str, _Thread] = {}
        self._connections: dict[str, Any] = {}

    async def do(self, operation: CmapOperation) -> None:
        """Do an operation, or have its thread do it."""
        act = _OPERATIONS[operation.name]
        if operation.thread is None:
            await act(self, operation)
        else:
            self._threads[operation.thread].do(operation, lambda: act(self, operation))

    def check_threads(self) -> None:
        """Raise what went wrong in a thread that nobody waited for, unless it is an error of the driver's."""
        from pymongo.errors import PyMongoError

        for thread in self._threads.values():
            if thread.error is not None and not isinstance(thread.error, PyMongoError):
                raise thread.error

    async def end(self, seconds: float) -> bool:
        """Wait for every thread; False where one is still running when the time is over."""
        ended = [await thread.join(seconds) for thread in self._threads.values()]
        return all(ended)

    async def start(self, operation: CmapOperation) -> None:
        """Start a thread."""
        assert operation.target is not None
        self._threads[operation.target] = _Thread(self._world.worker(operation.target))

    async def wait(self, operation: CmapOperation) -> None:
        """Sleep: the only sleep of a replay, since the format prescribes it."""
        await self._world.sleep((operation.ms or 0) / 1000)

    async def wait_for_thread(self, operation: CmapOperation) -> None:
        """Wait for a thread's operations and raise the error that ended it."""
        assert operation.target is not None
        thread = self._threads[operation.target]
        if not await thread.join(THREAD_SECONDS):
            doing = thread.doing
            at = f" ({doing.name}, line {doing.line})" if doing is not None else ""
            raise SpecFailure(
                operation.place,
                f"waitForThread: {operation.target} is still at work{at} after {THREAD_SECONDS:g} s",
            )
        if thread.error is not None:
            raise thread.error

    async def wait_for_event(self, operation: CmapOperation) -> None:
        """Wait until an event was published so often since the test's start, ignored ones counted."""
        assert operation.event is not None
        seconds = EVENT_SECONDS if operation.timeout is None else operation.timeout / 1000
        expected = Expectation(KINDS[operation.event], {})
        if not operation.count:
            return
        try:
            await self._world.wait_for(self._recorder, expected, operation.count, seconds)
        except AssertionError as error:
            sentence, _, details = str(error).partition("\n")
            raise SpecFailure(operation.place, f"waitForEvent: {sentence}", details) from None

    async def check_out(self, operation: CmapOperation) -> None:
        """Borrow a connection and keep it."""
        connection = await self._pool.check_out()
        if operation.label is not None:
            self._connections[operation.label] = connection

    async def check_in(self, operation: CmapOperation) -> None:
        """Give a connection back."""
        assert operation.connection is not None
        connection = self._connections.get(operation.connection)
        if connection is None:
            raise SpecFailure(
                operation.place, f'checkIn: no connection "{operation.connection}" was checked out yet'
            )
        await self._pool.check_in(connection)

    async def clear(self, operation: CmapOperation) -> None:
        """Clear the pool."""
        await self._pool.clear(interrupt_in_use_connections=operation.interrupt_in_use_connections)

    async def close(self, _operation: CmapOperation) -> None:
        """Close the pool."""
        await self._pool.close_pool()

    async def ready(self, _operation: CmapOperation) -> None:
        """Make the pool ready."""
        await self._pool.ready()


_OPERATIONS: Final[Mapping[str, Callable[[PoolTest, CmapOperation], Coroutine[Any, Any, None]]]] = {
    "start": PoolTest.start,
    "wait": PoolTest.wait,
    "waitForThread": PoolTest.wait_for_thread,
    "waitForEvent": PoolTest.wait_for_event,
    "checkOut": PoolTest.check_out,
    "checkIn": PoolTest.check_in,
    "clear": PoolTest.clear,
    "close": PoolTest.close,
    "ready": PoolTest.ready,
}
