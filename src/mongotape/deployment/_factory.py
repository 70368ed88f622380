"""What the fixture ``fake_deployment`` gives: it makes deployments and closes them all."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from mongotape.deployment._deployment import FakeDeployment
from mongotape.deployment._states import FixedState, ReplicaSetState
from mongotape.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType
    from typing import Self


class FakeDeployments:
    """Makes fake deployments; closing it closes them, their clients and their members.

    Args:
        event_listeners: what every client that a deployment makes listens with, unless it is given others.
    """

    def __init__(self, *, event_listeners: Sequence[Any] = ()) -> None:
        self._listeners = tuple(event_listeners)
        self._made: list[FakeDeployment] = []

    def replica_set(self, members: int = 3, *, name: str = "rs0") -> FakeDeployment:
        """A replica set whose first member is primary.

        Args:
            members: how many, 1 to 50.
            name: the set's name.

        Raises:
            UsageError: the number is out of range.
        """
        _check_count("members", members, least=1)
        return self._keep(FakeDeployment(members, partial(ReplicaSetState, name), listeners=self._listeners))

    def standalone(self) -> FakeDeployment:
        """A single server that belongs to no set."""
        return self._keep(FakeDeployment(1, partial(FixedState, "standalone"), listeners=self._listeners))

    def sharded(self, mongoses: int = 2, *, absent: int = 0) -> FakeDeployment:
        """A sharded cluster, seen through its mongos.

        Args:
            mongoses: how many answer, 1 to 50.
            absent: how many more the URI names that don't answer before ``add()`` or ``revive()``.

        Raises:
            UsageError: a number is out of range.
        """
        _check_count("mongoses", mongoses, least=1)
        _check_count("absent", absent, least=0)
        return self._keep(
            FakeDeployment(mongoses, partial(FixedState, "sharded"), absent=absent, listeners=self._listeners)
        )

    def close(self) -> None:
        """Closes every deployment it made.

        Raises:
            MongotapeError: a scripted callable had raised, or still runs; everything else is closed.
        """
        made, self._made = self._made, []
        errors: list[Exception] = []
        for deployment in made:
            try:
                deployment.close()
            except Exception as error:  # noqa: BLE001 - the others must be closed too
                errors.append(error)
        if errors:
            raise errors[0]

    async def aclose(self) -> None:
        """As :meth:`close`, from within the event loop of the async clients."""
        for deployment in self._made:
            await deployment.aclose()
        self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def _keep(self, deployment: FakeDeployment) -> FakeDeployment:
        self._made.append(deployment)
        return deployment


def _check_count(what: str, count: int, *, least: int) -> None:
    if isinstance(count, bool) or not isinstance(count, int) or not least <= count <= 50:
        raise UsageError(f"{what}={count!r}: give a number from {least} to 50")
