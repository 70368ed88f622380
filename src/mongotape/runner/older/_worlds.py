"""Runs a body on either API without more than it needs: replays that wait for nothing need no time limit."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias, TypeVar

from mongotape.runner._settle import step

if TYPE_CHECKING:
    from collections.abc import Coroutine

Api: TypeAlias = Literal["sync", "async"]

T = TypeVar("T")


class Bodies:
    """Runs bodies one after the other: stepped on the sync API, on one event loop on the async one.

    Args:
        api: "sync" or "async"; on "async" not inside a running event loop.
    """

    def __init__(self, api: Api) -> None:
        self._runner = asyncio.Runner() if api == "async" else None

    def run(self, body: Coroutine[Any, Any, T]) -> T:
        """Run a body to its end."""
        return step(body) if self._runner is None else self._runner.run(body)

    def close(self) -> None:
        """End the event loop."""
        if self._runner is not None:
            self._runner.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
