"""One member: a wire server, its topology version and its fail points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mongotape.deployment._address import Address
from mongotape.wire import FailPoints, TopologyClock, WireServer

if TYPE_CHECKING:
    from collections.abc import Callable

    from mongotape.wire import Answer, Connection, Request


class Member:
    """A server of the deployment; its port is its own from the beginning, also while it is down.

    Args:
        handle: called as ``handle(member, request, connection)``.
        name: what its threads are called.
    """

    def __init__(self, handle: Callable[[Member, Request, Connection], Answer], *, name: str) -> None:
        self._handle = handle
        self._server = WireServer(self._answer, name=name).reserve()
        self.address = Address(*self._server.address)
        self._begin()

    @property
    def connections(self) -> tuple[Connection, ...]:
        """The connections open now."""
        return self._server.connections

    @property
    def errors(self) -> tuple[BaseException, ...]:
        """What scripted callables raised."""
        return self._server.errors

    def start(self) -> None:
        """Answers from now on, as a process that has just started: a new topology version, no fail points."""
        self._begin()
        self._server.start()

    def kill(self) -> None:
        """Closes every connection and refuses new ones; the port stays taken."""
        self._server.stop()
        self._server.reserve()

    def close(self) -> None:
        """Ends the member and gives its port back."""
        self._server.stop()

    def _begin(self) -> None:
        self.clock = TopologyClock()
        self.fail_points = FailPoints(clock=self.clock)

    def _answer(self, request: Request, connection: Connection) -> Answer:
        return self._handle(self, request, connection)
