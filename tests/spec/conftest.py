"""The official tests, fetched once into the user's cache."""

from __future__ import annotations

from pathlib import Path

import pytest

from mongotape import corpus
from mongotape.errors import CorpusError

VERSION = "4.20.0"


@pytest.fixture(scope="session")
def official() -> Path:
    """The folder of PyMongo's tests; without a package index and without a cache the test is skipped."""
    try:
        return corpus.fetch(VERSION)
    except CorpusError as error:
        pytest.skip(f"the official tests can't be had: {error}")
