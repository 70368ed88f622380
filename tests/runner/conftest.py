"""A runner on each API, on the embedded server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mongotape.runner import RunnerContext


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


@pytest.fixture
def embedded(context: RunnerContext) -> RunnerContext:
    """A runner on the embedded server."""
    if "secantusVersion" not in context.admin.admin.command("buildInfo"):
        pytest.skip("what passes and what fails is known of the embedded server")
    return context
