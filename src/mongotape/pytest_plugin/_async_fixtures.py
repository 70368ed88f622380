"""The fixtures for tests on the asynchronous client, under pytest-asyncio (strict or auto) and anyio."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mongotape.pytest_plugin._fixtures import CLIENT_OPTIONS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Generator

    from pymongo import AsyncMongoClient
    from pymongo.asynchronous.database import AsyncDatabase

    from mongotape.mock import ServedMock
    from mongotape.recording import EventRecorder

_ON_THE_LOOP: dict[Any, Callable[..., Any]] = {}


def _async_fixture(function: Callable[..., Any]) -> Any:
    """A fixture on the event loop of the test that asks for it, whichever plugin runs that loop.

    A client belongs to one event loop. pytest-asyncio in strict mode runs only fixtures that carry its mark,
    and would run a marked one for anyio's tests as well; so the mark is set for each test anew, in
    ``pytest_fixture_setup`` below.
    """
    _ON_THE_LOOP[function.__name__] = function
    _mark(function, None)
    return pytest.fixture(function)


def _mark(function: Any, loop_scope: str | None) -> None:
    """Set pytest-asyncio's mark (the same attributes from 0.23 to 1.5)."""
    function._force_asyncio_fixture = True
    function._loop_scope = loop_scope


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """Hand our asynchronous fixtures to the plugin that runs the test, on the test's own loop."""
    if _ON_THE_LOOP.get(fixturedef.argname) is not fixturedef.func:
        return (yield)
    original: Any = fixturedef.func
    asyncio_marker = request.node.get_closest_marker("asyncio")
    if refusal := _refusal(fixturedef.argname, request):
        # from inside the fixture: pytest keeps the finalizers of one that fails before it is called
        fixturedef.func = refusal  # type: ignore[misc]
    elif asyncio_marker is None:
        del original._force_asyncio_fixture
    else:
        default = (
            request.config.getini("asyncio_default_test_loop_scope") if _has_test_scope(request) else None
        )
        _mark(original, asyncio_marker.kwargs.get("loop_scope") or default)
    try:
        return (yield)
    finally:
        fixturedef.func = original  # type: ignore[misc]
        _mark(original, None)


def _has_test_scope(request: pytest.FixtureRequest) -> bool:
    try:
        request.config.getini("asyncio_default_test_loop_scope")
    except (KeyError, ValueError):
        return False
    return True


def _refusal(name: str, request: pytest.FixtureRequest) -> Callable[..., None] | None:
    """Return a fixture that says why this test can't have an asynchronous client; None if it can."""
    if request.node.get_closest_marker("asyncio") is not None:
        return None
    if "anyio_backend" in request.fixturenames:
        backend = request.getfixturevalue("anyio_backend")
        loop = backend if isinstance(backend, str) else backend[0]
        why = f"PyMongo's asynchronous client runs on asyncio only, and this test runs on {loop}"
        return None if loop == "asyncio" else lambda **_fixtures: pytest.skip(why)
    known = [each for each in ("asyncio", "anyio") if request.config.pluginmanager.has_plugin(each)]
    what_to_do = (
        f"mark the test with @pytest.mark.{known[0]}"
        if known
        else "install pytest-asyncio, or anyio, and mark the test"
    )
    why = f"{name} belongs to an event loop and this test runs on none: {what_to_do}"
    return lambda **_fixtures: pytest.fail(why, pytrace=False)


@_async_fixture
async def async_mongo_client(
    mongo_uri: str, event_recorder: EventRecorder
) -> AsyncIterator[AsyncMongoClient[dict[str, Any]]]:
    """An ``AsyncMongoClient`` on the test's own event loop that carries its ``event_recorder``."""
    from pymongo import AsyncMongoClient

    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(
        mongo_uri, event_listeners=[event_recorder], **CLIENT_OPTIONS
    )
    async with client:
        yield client


@pytest.fixture
def async_mongo_database(
    _mongo_database_name: str, async_mongo_client: AsyncMongoClient[dict[str, Any]]
) -> AsyncDatabase[dict[str, Any]]:
    """A database of ``async_mongo_client`` with a fresh name; dropped afterwards."""
    return async_mongo_client[_mongo_database_name]


@_async_fixture
async def async_mock_mongo_client(
    _served_mock: ServedMock, event_recorder: EventRecorder
) -> AsyncIterator[AsyncMongoClient[dict[str, Any]]]:
    """An ``AsyncMongoClient`` of a mock server (mongomock) that carries this test's ``event_recorder``."""
    from pymongo import AsyncMongoClient

    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(
        _served_mock.uri, event_listeners=[event_recorder], **CLIENT_OPTIONS
    )
    async with client:
        yield client
