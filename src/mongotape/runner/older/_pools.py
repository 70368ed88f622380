"""Replays files of the CMAP format on PyMongo's real pool, against a server.

Source: Connection Monitoring and Pooling tests, "Unit Test Runner" and "Integration Test Runner".
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, Self

from mongotape.driver import DrivenPool, unobserved
from mongotape.errors import ServerUnavailableError, UnsupportedDriverError
from mongotape.recording import EventRecorder
from mongotape.runner._facts import look_up
from mongotape.runner._outcome import Outcome, SpecFailure, TimeLimitError
from mongotape.runner._settle import step
from mongotape.runner._unmet import unmet_by_all
from mongotape.runner._worlds import AsyncWorld, SyncWorld
from mongotape.runner.older._known import driver_version
from mongotape.runner.older._pool_events import compare
from mongotape.runner.older._pool_test import PoolTest
from mongotape.runner.older._report import failed, where
from mongotape.runner.older._uris import uri_of
from mongotape.servers import redacted
from mongotape.spec import fresh

if TYPE_CHECKING:
    from collections.abc import Callable

    from pymongo.errors import PyMongoError

    from mongotape.log import EventLog
    from mongotape.runner._facts import ServerFacts
    from mongotape.runner._worlds import World
    from mongotape.runner.older._worlds import Api
    from mongotape.spec import CmapError, CmapFile, CmapOperation

_PATIENCE: Final = "serverSelectionTimeoutMS"
_BACKGROUND_MS: Final = 50  # the background thread's interval where the file doesn't say
_ENDING_SECONDS: Final = 5.0  # how long the threads of a test may take to end after it
_PAUSED_ERRORS: Final = {"PoolClearedError": "AutoReconnect"}  # PyMongo's name for it


class PoolContext:
    """Replays CMAP files against one server on one API; used by one thread.

    Args:
        uri: a deployment; its primary is used (a mongos of a sharded one).
        api: "sync" or "async"; "async" not inside a running event loop.
        timeout: seconds that a test may take.
        trailing_events: more events may follow those that a file expects. The format allows it; no official
            file needs it, so that by default they fail.

    Raises:
        ServerUnavailableError: nobody answers at the URI.
        UsageError: it is no MongoDB URI.
    """

    def __init__(self, uri: str, *, api: Api, timeout: float = 60, trailing_events: bool = False) -> None:
        import pymongo
        from pymongo.errors import PyMongoError

        self.api = api
        self._timeout = timeout
        self._trailing_events = trailing_events
        shown = redacted(uri)
        patience: dict[str, Any] = {} if _PATIENCE.lower() in uri.lower() else {_PATIENCE: 5000}
        with unobserved():
            self._admin: Any = pymongo.MongoClient(uri, appname="mongotape runner", **patience)
        try:
            address = self._look_up(uri)
        except BaseException as error:
            self._admin.close()
            if isinstance(error, PyMongoError):
                raise ServerUnavailableError(f"no MongoDB server answers at {shown}: {error}") from None
            raise
        self._uri = uri_of(uri, address)
        self._world: World = SyncWorld() if api == "sync" else AsyncWorld()
        self._unended: list[PoolTest] = []

    def _look_up(self, uri: str) -> tuple[str, int | None]:
        """Ask the server what it is; return its address."""
        self.facts: ServerFacts = look_up(
            self._admin,
            load_balanced=bool(self._admin.options.load_balanced),
            signs_in="@" in uri.partition("?")[0],
        )
        address = _address_of(self._admin)
        self._server = self._admin.topology_description.server_descriptions()[address]
        return address

    def unmet(self, file: CmapFile) -> str | None:
        """Return why a file can't run here, in one sentence; None where it can."""
        if self.facts.topology == "load-balanced":
            return "needs one server with one pool; behind a load balancer pools are never paused"
        if file.fail_point is not None and not self.facts.has_fail_points:
            return f"needs fail points, and this server ({self.facts.title}) has none"
        return unmet_by_all(file.run_on, self.facts)

    def run(self, file: CmapFile) -> Outcome:
        """Replay a file; raises only what is no ``Exception``."""
        from pymongo.errors import PyMongoError

        if (reason := self.unmet(file)) is not None:
            return Outcome("skipped", reason, reason, where(file.place))
        started = time.perf_counter()
        recorder = EventRecorder(families="pool")
        replay = _Replay(file, self._make(file, recorder), self._world, recorder)
        replay.trailing_events = self._trailing_events
        try:
            self._arm(file)
            try:
                self._world.run(replay.run(), seconds=self._timeout, break_off=replay.break_off)
            finally:
                self._unended += replay.unended
                self._disarm(file)
        except (SpecFailure, TimeLimitError) as error:
            if isinstance(error, TimeLimitError):
                error = SpecFailure(file.place, f"the test was not over after {self._timeout:g} s")
            known = f"on {self.facts.title}, with the {self.api} API of PyMongo {driver_version()}"
            return failed(error, time.perf_counter() - started, replay.log, known)
        except UnsupportedDriverError as error:
            return self._broken(file, str(error))
        except PyMongoError as error:
            return self._broken(file, f"the server could not be used: {error}")
        except Exception as error:  # noqa: BLE001  # what PyMongo or this runner may raise is not known
            return self._broken(file, f"the replay broke with {type(error).__name__}: {error}")
        return Outcome("passed", seconds=time.perf_counter() - started, events=replay.log)

    def _make(self, file: CmapFile, recorder: EventRecorder) -> Callable[[], DrivenPool]:
        options = dict(file.pool_options)
        interval = options.pop("backgroundThreadIntervalMS", _BACKGROUND_MS)

        def make() -> DrivenPool:
            with unobserved():
                return DrivenPool(
                    self.api,
                    self._uri,
                    recorder,
                    options=options,
                    server=self._server,
                    interval=None if interval < 0 else interval / 1000,
                )

        return make

    def _broken(self, file: CmapFile, sentence: str) -> Outcome:
        return Outcome("broken", sentence, f"{where(file.place)}: {sentence}", where(file.place))

    def _arm(self, file: CmapFile) -> None:
        if file.fail_point is not None:
            self._admin.admin.command(fresh(dict(file.fail_point)))

    def _disarm(self, file: CmapFile) -> None:
        if file.fail_point is not None:
            name = file.fail_point["configureFailPoint"]
            self._admin.admin.command({"configureFailPoint": name, "mode": "off"})

    def close(self) -> None:
        """Leave nothing running."""
        for test in self._unended:
            step(test.end(_ENDING_SECONDS))
        self._world.close()
        self._admin.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _address_of(client: Any) -> tuple[str, int | None]:
    """Return the primary's address; one mongos's where there are several."""
    from pymongo.errors import InvalidOperation

    try:
        address: tuple[str, int | None] = client.address
    except InvalidOperation:
        address = min(client.nodes)
    return address


class _Replay:
    """One file, replayed once."""

    def __init__(
        self, file: CmapFile, make: Callable[[], DrivenPool], world: World, recorder: EventRecorder
    ) -> None:
        self._file = file
        self._make = make
        self._world = world
        self._recorder = recorder
        self._pool: DrivenPool | None = None
        self._judged: EventLog | None = None
        self.trailing_events = False
        self.unended: list[PoolTest] = []  #: has threads that wait for the server: half a second at most

    def break_off(self) -> None:
        """Let what waits in the pool fail."""
        if self._pool is not None:
            self._pool.break_off()

    @property
    def log(self) -> EventLog:
        """What the pool published until it was judged, or until now."""
        return self._recorder.log if self._judged is None else self._judged

    async def run(self) -> None:
        """Do the operations, then judge the error and the events.

        Raises:
            SpecFailure: something is not as the file says.
        """
        # A client of the async API is made in its event loop.
        self._pool = pool = self._make()
        test = PoolTest(pool, self._world, self._recorder)
        try:
            await pool.open()
            await self._operate(test)
            test.check_threads()
            self._judged = log = self._recorder.log
            if (error := compare(self._file, log, trailing_events=self.trailing_events)) is not None:
                raise error
            self._recorder.raise_errors()
        finally:
            await pool.close()
            if not await test.end(0):
                pool.interrupt()
                if self._world.api == "sync":
                    self.unended.append(test)
                else:
                    await test.end(_ENDING_SECONDS)

    async def _operate(self, test: PoolTest) -> None:
        from pymongo.errors import PyMongoError

        expected = self._file.error
        for number, operation in enumerate(self._file.operations):
            try:
                await test.do(operation)
            except PyMongoError as error:
                if expected is None:
                    title = f"operations[{number}] ({operation.name}) raised {type(error).__name__}: {error}"
                    raise SpecFailure(operation.place, title, self._seen()) from error
                self._judge(expected, error, operation)
                return
        if expected is not None:
            wanted = expected.type or "an error"
            raise SpecFailure(expected.place, f"expected {wanted}, and no operation raised one", self._seen())

    def _judge(self, expected: CmapError, error: PyMongoError, operation: CmapOperation) -> None:
        raised = f"{operation.name} (line {operation.line}) raised {type(error).__name__}: {error}"
        if expected.type is not None:
            names = {each.__name__.lstrip("_") for each in type(error).__mro__}
            if _PAUSED_ERRORS.get(expected.type, expected.type) not in names:
                at = expected.place.below("type")
                raise SpecFailure(at, f"expected {expected.type}; {raised}", self._seen())
        if expected.message is not None and expected.message not in str(error):
            at = expected.place.below("message")
            raise SpecFailure(at, f"expected the message {expected.message!r}; {raised}", self._seen())

        if expected.address is not None:
            address = getattr(error, "address", None)
            found = None if address is None else "{}:{}".format(*address)
            if found is None or expected.address not in (42, "42", found):
                at = expected.place.below("address")
                wanted = "any address" if expected.address in (42, "42") else repr(expected.address)
                raise SpecFailure(at, f"expected {wanted}, the error has {found}; {raised}", self._seen())

    def _seen(self) -> str:
        """Return the events so far, a line each."""
        return "\n".join(["  the pool's events so far:", *(f"    {event!r}" for event in self._recorder.log)])
