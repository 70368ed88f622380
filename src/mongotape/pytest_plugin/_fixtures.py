"""The fixtures that tests ask for."""

from __future__ import annotations

import os
from contextlib import ExitStack, nullcontext
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import pytest

from mongotape.pytest_plugin._session import RECORDER, SESSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pymongo import MongoClient
    from pymongo.synchronous.database import Database

    from mongotape.deployment import FakeDeployments
    from mongotape.mock import ServedMock
    from mongotape.recording import EventRecorder
    from mongotape.servers import FailPoints, Running

#: What the fixtures' clients are made with besides the recorder.
CLIENT_OPTIONS: Final[Mapping[str, Any]] = {
    # Fail points on a server that was given hit these clients and nobody else's.
    "appName": f"mongotape-{os.getpid()}",
    # After an error that marks the server unknown a client waits for the next heartbeat: 10 s by default.
    "heartbeatFrequencyMS": 500,
}


@pytest.fixture
def event_recorder(request: pytest.FixtureRequest) -> Iterator[EventRecorder]:
    """An ``EventRecorder`` of this test's own.

    ``mongo_client`` and ``async_mongo_client`` carry it; with ``tape_capture`` or the marker ``mongo_capture``
    it also sees the clients that the application makes itself. What went wrong inside it is raised at teardown.
    """
    from mongotape.recording import EventRecorder, process_capture

    recorder = request.node.stash[RECORDER] = EventRecorder()
    captures = request.config.stash[SESSION].captures or "mongo_capture" in request.keywords
    with process_capture.feeding(recorder) if captures else nullcontext():
        yield recorder
    recorder.raise_errors()


@pytest.fixture(scope="session")
def _mongotape_server(request: pytest.FixtureRequest) -> Running:
    """The server of this session, started by the first test that needs it."""
    return request.config.stash[SESSION].server()


@pytest.fixture(scope="session")
def mongo_uri(_mongotape_server: Running) -> str:
    """The URI of the server to test against, with no database in its path."""
    return _mongotape_server.uri


@pytest.fixture
def mongo_client(mongo_uri: str, event_recorder: EventRecorder) -> Iterator[MongoClient[dict[str, Any]]]:
    """A ``MongoClient`` that carries this test's ``event_recorder``; closed afterwards."""
    from pymongo import MongoClient

    client: MongoClient[dict[str, Any]] = MongoClient(
        mongo_uri, event_listeners=[event_recorder], **CLIENT_OPTIONS
    )
    with client:
        yield client


@pytest.fixture
def _mongo_database_name(_mongotape_server: Running) -> Iterator[str]:
    """A database name that nobody else has; the database is dropped after the test's clients are closed."""
    name = f"test_{uuid4().hex[:12]}"
    yield name
    _mongotape_server.drop([name])


@pytest.fixture
def mongo_database(
    _mongo_database_name: str, mongo_client: MongoClient[dict[str, Any]]
) -> Database[dict[str, Any]]:
    """A database of ``mongo_client`` with a fresh name; dropped afterwards."""
    return mongo_client[_mongo_database_name]


@pytest.fixture
def failpoint(_mongotape_server: Running) -> Iterator[Callable[..., Any]]:
    """Lets commands fail inside a block.

    ``with failpoint("insert", code=91, times=1, labels=["RetryableWriteError"]): ...``

    See ``mongotape.servers.FailPoints`` for every argument. It is disarmed at the block's end and again after
    the test, whatever happened; a server without fail points skips the test.
    """
    from mongotape.errors import ServerUnavailableError
    from mongotape.servers import FailPoints

    points = FailPoints(
        _mongotape_server.admin, None if _mongotape_server.is_own else CLIENT_OPTIONS["appName"]
    )
    try:
        yield _skipping(points, ServerUnavailableError)
    finally:
        points.disarm()


def _skipping(points: FailPoints, lacking: type[Exception]) -> Callable[..., Any]:
    from contextlib import contextmanager

    @contextmanager
    def failpoint(*commands: str, **how: Any) -> Iterator[None]:
        with ExitStack() as stack:
            try:
                stack.enter_context(points(*commands, **how))
            except lacking as error:
                pytest.skip(str(error))
            yield

    return failpoint


@pytest.fixture
def _served_mock() -> Iterator[ServedMock]:
    """A mock server of this test's own."""
    from mongotape.mock import serve

    with serve() as served:
        yield served


@pytest.fixture
def mock_store(_served_mock: ServedMock) -> Any:
    """The mongomock client that sees the same data as ``mock_mongo_client`` and its asynchronous twin."""
    return _served_mock.store


@pytest.fixture
def mock_mongo_client(
    _served_mock: ServedMock, event_recorder: EventRecorder
) -> Iterator[MongoClient[dict[str, Any]]]:
    """A ``MongoClient`` of a mock server (mongomock) that carries this test's ``event_recorder``."""
    from pymongo import MongoClient

    client: MongoClient[dict[str, Any]] = MongoClient(
        _served_mock.uri, event_listeners=[event_recorder], **CLIENT_OPTIONS
    )
    with client:
        yield client


@pytest.fixture
def fake_deployment(event_recorder: EventRecorder) -> Iterator[FakeDeployments]:
    """Makes scripted deployments whose clients carry this test's ``event_recorder``.

    ``deployment = fake_deployment.replica_set(3)``; also ``standalone()`` and ``sharded(2)``. Everything that was
    started is stopped after the test.
    """
    from mongotape.deployment import FakeDeployments

    with FakeDeployments(event_listeners=[event_recorder]) as deployments:
        yield deployments


@pytest.fixture(autouse=True)
def _mongotape_around_test(request: pytest.FixtureRequest) -> Iterator[None]:
    """Starts the capture before the test's own fixtures, and leaves no database on a server of our own."""
    session = request.config.stash[SESSION]
    names = request.fixturenames
    if "mongo_capture" in request.keywords or (session.captures and "event_recorder" in names):
        request.getfixturevalue("event_recorder")
    if session.choice.kind == "given" or "_mongotape_server" not in names:
        yield
        return
    server = session.server()
    before = server.databases()
    yield
    server.drop(server.databases() - before)
