"""A served mock for each test, and clients of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio
from pymongo import AsyncMongoClient, MongoClient

from mongotape.mock import ServedMock, serve
from mongotape.recording import EventRecorder


@pytest.fixture
def served() -> Iterator[ServedMock]:
    """A running mock; whatever went wrong inside it fails the test."""
    with serve() as running:
        yield running
        assert running.errors == ()


@pytest.fixture
def recorder() -> EventRecorder:
    """Records what the clients of this folder's fixtures publish."""
    return EventRecorder()


@pytest.fixture
def client(served: ServedMock, recorder: EventRecorder) -> Iterator[MongoClient[dict[str, Any]]]:
    """PyMongo's client."""
    with MongoClient(served.uri, event_listeners=[recorder], serverSelectionTimeoutMS=5000) as made:
        yield made


@pytest_asyncio.fixture
async def async_client(
    served: ServedMock, recorder: EventRecorder
) -> AsyncIterator[AsyncMongoClient[dict[str, Any]]]:
    """PyMongo's asynchronous client."""
    async with AsyncMongoClient(
        served.uri, event_listeners=[recorder], serverSelectionTimeoutMS=5000
    ) as made:
        yield made


@pytest.fixture
def items(client: MongoClient[dict[str, Any]]) -> Any:
    """A collection with ten documents."""
    client.shop.items.insert_many([{"_id": each, "n": each, "even": each % 2 == 0} for each in range(10)])
    return client.shop.items
