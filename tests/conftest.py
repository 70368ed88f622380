"""What several rooms' tests share: clients of the server behind the fixtures, and the official tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from mongotape import corpus
from mongotape.errors import CorpusError

OFFICIAL = "4.20.0"  #: the PyMongo whose source distribution the official tests are taken from
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


@pytest.fixture(scope="session")
def official() -> Path:
    """The folder of PyMongo's tests; without a package index and without a cache the test is skipped."""
    try:
        return corpus.fetch(OFFICIAL)
    except CorpusError as error:
        pytest.skip(f"the official tests can't be had: {error}")
