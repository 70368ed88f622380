"""Delivers server and topology events when they happen, stamped with the moment they were queued.

PyMongo queues them and delivers them from ``pymongo_events_thread``, which sleeps for half a second and is not
woken by new events; closing a client waits for that sleep. Here the executor that the topology modules make
for that thread is replaced, for clients that carry a tap, by one that waits for the queue.

Tried with PyMongo 4.9, 4.17, 4.18 and 4.20. A version that lacks these names is left as it is: events come late
there (up to a second) and closing takes half a second.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
import weakref
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from mongotape.actors import Actor, current_actor
from mongotape.driver._taps import taps_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_EVENTS_THREAD: Final = "pymongo_events_thread"
_IN_FLIGHT_SECONDS: Final = 1.0  # how long a reader waits for an event that another thread is delivering


class _Publication(threading.local):
    """The moment and the actor of the queued event that this thread is delivering."""

    origin: tuple[float, Actor] | None = None


_publication = _Publication()


def stamped_publication() -> tuple[float, Actor] | None:
    """Return (seconds, actor) of when the event being delivered was queued; None outside a delivery."""
    return _publication.origin


class _Delivery:
    """Calls a queued publication as if at the moment it was queued."""

    __slots__ = ("_publish", "_queue", "origin")

    def __init__(self, publish: Callable[..., None], events: StampedQueue) -> None:
        self._publish = publish
        self._queue = weakref.ref(events)
        self.origin = (time.monotonic(), current_actor())

    def __call__(self, *args: Any) -> None:
        outer, _publication.origin = _publication.origin, self.origin
        try:
            self._publish(*args)
        finally:
            _publication.origin = outer
            events = self._queue()
            if events is not None:
                events.delivered()


class StampedQueue(queue.Queue[Any]):
    """A topology's queue of events; a plain ``queue.Queue`` becomes one by ``adopt``."""

    _wake: Callable[[], None]
    _in_flight: set[int]
    _landed: threading.Condition

    @classmethod
    def adopt(cls, events: queue.Queue[Any], wake: Callable[[], None]) -> None:
        """Turn PyMongo's own queue into this class, keeping what is queued."""
        with events.mutex:
            if not isinstance(events, cls):
                events.__class__ = cls
                adopted: Any = events
                adopted._in_flight = set()
                adopted._landed = threading.Condition()
                waiting = [adopted._stamped(item) for item in events.queue]
                events.queue.clear()
                events.queue.extend(waiting)
                _adopted.add(adopted)
        adopted = events
        adopted._wake = wake
        wake()

    def _stamped(self, item: Any) -> Any:
        publish, args = item
        return (_Delivery(publish, self), args)

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:  # noqa: FBT001, FBT002
        """Queue an event with the present moment and wake the one who delivers it."""
        super().put(self._stamped(item), block, timeout)
        self._wake()

    def get_nowait(self) -> Any:
        """Take an event; readers wait until it is delivered."""
        with self._landed:
            item = super().get_nowait()
            self._in_flight.add(threading.get_ident())
        return item

    def delivered(self) -> None:
        """Tell readers that this thread has delivered what it took."""
        with self._landed:
            self._in_flight.discard(threading.get_ident())
            self._landed.notify_all()

    def drain(self) -> None:
        """Deliver what is queued and wait for what another thread is delivering."""
        if threading.get_ident() in self._in_flight:
            return  # a listener reads the log while it is being called
        while True:
            try:
                publish, args = self.get_nowait()
            except queue.Empty:
                break
            publish(*args)
        with self._landed:
            self._landed.wait_for(lambda: not self._in_flight, _IN_FLIGHT_SECONDS)


_adopted: weakref.WeakSet[StampedQueue] = weakref.WeakSet()


def drain() -> None:
    """Deliver what is queued in every live topology that carries a tap."""
    for events in _live():
        events.drain()


def _live() -> list[StampedQueue]:
    while True:
        try:
            return list(_adopted)
        except RuntimeError:  # another thread adopted one meanwhile
            continue


def install() -> None:
    """Let the topology modules see executors that wait for the queue; no effect when called again."""
    import pymongo.asynchronous.topology as asynchronous
    import pymongo.synchronous.topology as synchronous

    places: tuple[tuple[Any, str, Callable[[Any], Any]], ...] = (
        (synchronous, "PeriodicExecutor", _thread_executor),
        (asynchronous, "AsyncPeriodicExecutor", _task_executor),
        (asynchronous, "PeriodicExecutor", _looping_thread_executor),
    )
    for module, name, substitute in places:
        executors = getattr(module, "periodic_executor", None)
        if executors is None or isinstance(executors, _Executors) or name not in vars(executors):
            continue
        module.periodic_executor = _Executors(executors, name, substitute(getattr(executors, name)))


class _Executors:
    """PyMongo's module of executors, with one class of it made by us for the events thread."""

    def __init__(self, module: Any, name: str, substitute: Any) -> None:
        self._module = module
        original = getattr(module, name)

        def make(*args: Any, **kwargs: Any) -> Any:
            is_events = kwargs.get("name") == _EVENTS_THREAD and _queue_of(kwargs.get("target")) is not None
            return (substitute if is_events else original)(*args, **kwargs)

        self._made = {name: make}

    def __getattr__(self, name: str) -> Any:
        return self._made.get(name) or getattr(self._module, name)


def _queue_of(target: Any) -> Callable[[], queue.Queue[Any] | None] | None:
    """Return how to reach the queue that ``target`` delivers from, or None where it can't be told."""
    code = getattr(target, "__code__", None)
    names = getattr(code, "co_freevars", ())
    if "weak" not in names:
        return None
    cell = target.__closure__[names.index("weak")]

    def reach() -> queue.Queue[Any] | None:
        try:
            events = cell.cell_contents()
        except ValueError:  # the cell is filled after the executor is made
            return None
        return events if isinstance(events, queue.Queue) else None

    return reach


def _carries_tap(items: Iterable[Any]) -> bool:
    return any(taps_of(getattr(publish, "__self__", ())) for publish, _args in items)


def _adopt(executor: Any, wake: Callable[[], None]) -> bool:
    """Adopt the queue of ``executor`` if its client carries a tap."""
    reach = _queue_of(executor._target)
    events = reach() if reach is not None else None
    if events is None:
        return False
    if not isinstance(events, StampedQueue):
        with events.mutex:
            items = list(events.queue)
        if not _carries_tap(items):
            return False
    StampedQueue.adopt(events, wake)
    return True


def _signalled(original: Any) -> Any:
    class Signalled(original):  # type: ignore[misc]
        """An executor on a thread of its own that is woken by the queue, and by its closing."""

        def open(self) -> None:
            if not hasattr(self, "_signals"):
                # SimpleQueue.put may be called from a weakref callback at any moment; a condition may not.
                self._signals: queue.SimpleQueue[None] = queue.SimpleQueue()
                self._adopted = _adopt(self, _putter(self._signals))
            super().open()

        def close(self, dummy: Any = None) -> None:
            super().close(dummy)
            if hasattr(self, "_signals"):
                self._signals.put(None)

    return Signalled


def _thread_executor(original: Any) -> Any:
    class EventsExecutor(_signalled(original)):  # type: ignore[misc]
        """Waits for the queue instead of sleeping; holds nothing that keeps a dropped client alive."""

        def _run(self) -> None:
            if not self._adopted:
                super()._run()
                return
            while not self._should_stop():
                try:
                    if not self._target():
                        self._stopped = True
                        break
                except BaseException:
                    with self._lock:
                        self._stopped = True
                        self._thread_will_exit = True
                    raise
                self._signals.get()

    return EventsExecutor


def _looping_thread_executor(original: Any) -> Any:
    class EventsExecutor(_signalled(original)):  # type: ignore[misc]
        """The same for PyMongo 4.9 and 4.10, where it has an event loop on its thread that serves nothing else."""

        async def _run(self) -> None:
            if not self._adopted:
                await super()._run()
                return
            while not await self._should_stop():
                try:
                    if not await self._target():
                        self._stopped = True
                        break
                except BaseException:
                    async with self._lock:
                        self._stopped = True
                        self._thread_will_exit = True
                    raise
                self._signals.get()

    return EventsExecutor


def _putter(signals: queue.SimpleQueue[None]) -> Callable[[], None]:
    return lambda: signals.put(None)


def _task_executor(original: Any) -> Any:
    class EventsExecutor(original):  # type: ignore[misc]
        """Waits for the queue on the client's event loop instead of sleeping."""

        _stopped: bool

        def open(self) -> None:
            if not hasattr(self, "_signal"):
                self._signal = asyncio.Event()
                loop = asyncio.get_running_loop()
                self._adopted = _adopt(self, _setter(self._signal, loop))
            super().open()

        async def _run(self) -> None:
            if not self._adopted:
                await super()._run()
                return
            while not self._stopped:
                self._signal.clear()
                if not await self._target():
                    self._stopped = True
                    break
                await self._signal.wait()

    return EventsExecutor


def _setter(signal: asyncio.Event, loop: asyncio.AbstractEventLoop) -> Callable[[], None]:
    def wake() -> None:
        if asyncio._get_running_loop() is loop:
            signal.set()
        else:
            with suppress(RuntimeError):  # the loop was closed: nobody listens any more
                loop.call_soon_threadsafe(signal.set)

    return wake
