"""A runner on each API, on the embedded server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mongotape import corpus
from mongotape.errors import CorpusError
from mongotape.runner import RunnerContext

VERSION = "4.20.0"


@pytest.fixture(params=["sync", "async"])
def context(request: pytest.FixtureRequest, mongo_uri: str) -> Iterator[RunnerContext]:
    """A runner, once for each API."""
    with RunnerContext(mongo_uri, api=request.param, timeout=20) as made:
        yield made


@pytest.fixture
def sync_context(mongo_uri: str) -> Iterator[RunnerContext]:
    """A runner on the sync API, for what doesn't differ."""
    with RunnerContext(mongo_uri, timeout=20) as made:
        yield made


@pytest.fixture(scope="session")
def official() -> Path:
    """The folder of PyMongo's tests; without a package index and without a cache the test is skipped."""
    try:
        return corpus.fetch(VERSION)
    except CorpusError as error:
        pytest.skip(f"the official tests can't be had: {error}")


@pytest.fixture
def embedded(context: RunnerContext) -> RunnerContext:
    """A runner on the embedded server."""
    if "secantusVersion" not in context.admin.admin.command("buildInfo"):
        pytest.skip("what passes and what fails is known of the embedded server")
    return context
