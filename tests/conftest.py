"""What several rooms' tests share: clients of the server behind the fixtures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pymongo import MongoClient

ClientMaker = Callable[..., MongoClient[dict[str, Any]]]


@pytest.fixture
def make_client(mongo_uri: str) -> Iterator[ClientMaker]:
    """Makes clients of the embedded server, closed after the test."""
    clients: list[MongoClient[dict[str, Any]]] = []

    def make(uri: str = mongo_uri, **options: Any) -> MongoClient[dict[str, Any]]:
        clients.append(MongoClient(uri, **options))
        return clients[-1]

    yield make
    for client in clients:
        client.close()
