"""The official files of the older formats, and contexts that replay them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mongotape.runner.older import PoolContext, TopologyContext


@pytest.fixture(params=["sync", "async"])
def topologies(request: pytest.FixtureRequest) -> Iterator[TopologyContext]:
    """Replays SDAM files on one API."""
    with TopologyContext(api=request.param) as context:
        yield context


@pytest.fixture(params=["sync", "async"])
def pools(request: pytest.FixtureRequest, mongo_uri: str) -> Iterator[PoolContext]:
    """Replays CMAP files on one API, against the server behind the fixtures."""
    with PoolContext(mongo_uri, api=request.param) as context:
        yield context


def official_files(official: Path, *folders: str) -> list[Path]:
    """The older formats' files below these folders, in a fixed order."""
    found: list[Any] = [
        path
        for folder in folders
        for path in (official / folder).rglob("*.json")
        if "unified" not in path.parts
    ]
    return sorted(found)
