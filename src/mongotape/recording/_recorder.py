"""The recorder: one object that keeps every event of the clients that carry it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any

from mongotape import driver
from mongotape.errors import RecorderError, TellsWhere, UsageError
from mongotape.events import Family, families_of
from mongotape.log import EventLog, LiveLog, Mark
from mongotape.recording._history import RowHistory
from mongotape.recording._listener import HandFed
from mongotape.recording._rows import Rows
from mongotape.recording._search import Search
from mongotape.recording._tap import ClientTap, Keepers, kind_of_event, tap_class
from mongotape.recording._waiting import until, until_async

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from mongotape.events import RecordedEvent
    from mongotape.expect import Expectation
    from mongotape.recording._rows import Snapshot
    from mongotape.recording._waiting import Arrivals


class EventRecorder(HandFed, driver.TapSource):
    """Keeps every event that the driver publishes, frozen, in the order things happened.

    Hand it to any number of clients (``MongoClient(event_listeners=[recorder])``, ``AsyncMongoClient``
    likewise) or to ``pymongo.monitoring.register``. It may be used from any thread and event loop.

    Args:
        families: which families to keep (see ``mongotape.events.families_of``); all without it.
        maxlen: the most events to keep; older ones are dropped and counted, and an assertion over a stretch
            that lost events says so. Without it everything is kept.

    Raises:
        ExpectationError: a family is unknown.
        UsageError: ``maxlen`` is not a positive number.
    """

    def __init__(self, *, families: str | Iterable[str] | None = None, maxlen: int | None = None) -> None:
        if maxlen is not None and maxlen < 1:
            raise UsageError(f"EventRecorder: maxlen is {maxlen}; give a positive number of events, or None")
        self._families = families_of(families)
        self._rows = Rows(maxlen)
        self._untold = Keepers(self._rows, None)
        self._taps = 0
        self._is_captured = False
        self._paused_since = 0.0
        self._history: tuple[Snapshot, RowHistory] | None = None
        driver.install()

    @property
    def families(self) -> frozenset[Family]:
        """The families that are kept."""
        return self._families

    @property
    def errors(self) -> tuple[BaseException, ...]:
        """What went wrong inside the recorder; it never reached the application."""
        return tuple(self._rows.errors)

    def raise_errors(self) -> None:
        """Raise what went wrong inside the recorder, if anything did.

        Raises:
            RecorderError: with the errors as its cause.
        """
        if self._rows.errors:
            errors = list(self._rows.errors)
            self._rows.errors.clear()
            raise RecorderError(
                f"the recorder failed to keep {len(errors)} events, the first with"
                f" {type(errors[0]).__name__}: {errors[0]}"
            ) from (errors[0] if len(errors) == 1 else BaseExceptionGroup("while recording", errors))

    # What a client asks of it (mongotape.driver).

    def tap(self, carried_by: Sequence[driver.TapSource] = ()) -> ClientTap:  # noqa: ARG002
        """Return a new listener for one client."""
        with self._rows.lock:  # clients may be made in several threads at once
            self._taps += 1
            label = _label(self._taps)
        return tap_class(self._families)(self, self._rows, label, self._families)

    def keep(self, event: Any) -> None:
        """Keep one of PyMongo's event objects, as if a client of unknown name had published it."""
        try:
            is_wanted = kind_of_event(event).family in self._families
        except BaseException as error:  # noqa: BLE001  # an observer does no harm; the fixture raises it
            self._rows.errors.append(error)
            return
        if is_wanted:
            self._untold.keep(event)

    def expect_captured(self) -> None:
        """Note that the process-wide capture feeds it: silence then means that no client did anything."""
        self._is_captured = True

    def label_of(self, client: Any) -> str | None:
        """Return the label that this client's events carry, None if it doesn't carry this recorder."""
        taps = driver.taps_of(client.options.event_listeners)
        return next(
            (each.label for each in taps if isinstance(each, ClientTap) and each.source is self), None
        )

    # Reading.

    @property
    def log(self) -> EventLog:
        """Everything since the start or the last ``clear()``, frozen as it is now."""
        return self._stretch(None, None, 0)

    def mark(self) -> Mark:
        """Return this moment, for ``log.since(mark)``."""
        return Mark(monotonic())

    @contextmanager
    def scope(self) -> Iterator[EventLog]:
        """See only what happens inside: the log is live inside the block and frozen after it."""
        began, kept_before = self.mark(), self._rows.kept
        ended: EventLog | None = None
        live = LiveLog(lambda: self._stretch(began, None, kept_before) if ended is None else ended, self)
        try:
            yield live
        finally:
            ended = self._stretch(began, self.mark(), kept_before)
            live.recorder = None

    def clear(self) -> None:
        """Forget everything that happened so far."""
        driver.drain()
        self._rows.clear()

    @contextmanager
    def pause(self) -> Iterator[None]:
        """Keep nothing of what happens inside; pauses may be nested."""
        driver.drain()
        with self._rows.lock:
            if not self._rows.paused:
                self._paused_since = monotonic()
            self._rows.paused += 1
        try:
            yield
        finally:
            driver.drain()
            self._rows.add_gap()
            with self._rows.lock:
                self._rows.paused -= 1

    def _stretch(self, began: Mark | None, ended: Mark | None, kept_before: int) -> EventLog:
        driver.drain()
        snapshot = self._rows.snapshot()
        if self._history is None or self._history[0] is not snapshot:
            self._history = (snapshot, RowHistory(snapshot))
        history = self._history[1]
        rows = range(len(history))
        if began is not None:
            rows = rows[bisect_left(rows, began.at, key=history.at) :]
        if ended is not None:
            rows = rows[: bisect_right(rows, ended.at, key=history.at)]
        lost = snapshot.forgotten if began is None else max(0, self._rows.lost_until - kept_before)
        return EventLog(
            history,
            observed=self._families,
            dropped=lost,
            silence=self._silence(began),
            rows=rows,
            clients=map(_label, range(1, self._taps + 1)),
        )

    def _silence(self, began: Mark | None) -> str | None:
        if self._rows.paused and began is None:
            return "recording is paused: leave the pause() block before asserting"
        if self._rows.paused and began is not None and self._paused_since <= began.at:
            return "recording was paused throughout this scope: nothing could be seen in it"
        if not (self._taps or self._rows.kept or self._is_captured or driver.is_registered(self)):
            return (
                "nothing carries this recorder: give it to a client (event_listeners=[recorder]),"
                " or use the mongo_client fixture or tape_capture"
            )
        return None

    # Waiting.

    def until(self, holds: Callable[[], bool], timeout: float) -> bool:
        """Wait until ``holds`` is true, asking again after each event; False when ``timeout`` seconds are over."""
        return until(self._rows, lambda arrivals: _asked(arrivals, holds), timeout)

    async def until_async(self, holds: Callable[[], bool], timeout: float) -> bool:  # noqa: ASYNC109
        """The same as ``until`` without blocking the event loop."""
        return await until_async(self._rows, lambda arrivals: _asked(arrivals, holds), timeout)

    def wait_for(
        self, expected: Expectation | Mapping[str, Any], *, count: int = 1, timeout: float = 10
    ) -> list[RecordedEvent]:
        """Wait until ``count`` events match, what already happened included, and return them.

        Args:
            expected: one builder (``expect.pool_cleared()``) or specification-style mapping.
            count: how many, since the start or the last ``clear()``.
            timeout: seconds.

        Raises:
            AssertionError: the time is over; the sentence says what was seen instead.
            ExpectationError: the expectation can't be read, or nothing it names can be seen.
        """
        __tracebackhide__ = True
        with TellsWhere():
            search = Search(expected, count, self._rows, self._families)
        driver.drain()
        if until(self._rows, search.is_over, timeout):
            return search.found
        raise AssertionError(search.complaint(self.log, timeout))

    async def await_for(
        self,
        expected: Expectation | Mapping[str, Any],
        *,
        count: int = 1,
        timeout: float = 10,  # noqa: ASYNC109
    ) -> list[RecordedEvent]:
        """The same as ``wait_for`` without blocking the event loop."""
        __tracebackhide__ = True
        with TellsWhere():
            search = Search(expected, count, self._rows, self._families)
        driver.drain()
        if await until_async(self._rows, search.is_over, timeout):
            return search.found
        raise AssertionError(search.complaint(self.log, timeout))


def _label(number: int) -> str:
    """Return the label of the client that was the first, second, ... to carry the recorder."""
    return f"client-{number}"


def _asked(arrivals: Arrivals, holds: Callable[[], bool]) -> bool:
    """Ask anew; what arrived before the question needs no further one."""
    for _row in arrivals.take():
        pass
    return holds()
