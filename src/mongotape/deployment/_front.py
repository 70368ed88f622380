"""What every member of a deployment does with a request: one front for all of them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from mongotape.deployment._address import address_of
from mongotape.deployment._answers import refusal, unscripted
from mongotape.deployment._received import Journal, ReceivedCommand
from mongotape.deployment._script import Script
from mongotape.errors import UsageError
from mongotape.wire import (
    NOT_PRIMARY_CODES,
    CommandFailure,
    answer_hello,
    hello_reply,
    is_hello,
    remind_after,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from mongotape.deployment._address import Address, AddressLike
    from mongotape.deployment._member import Member
    from mongotape.deployment._states import State
    from mongotape.wire import Answer, Connection, Request

#: What overload leaves alone: a driver's own upkeep.
_NEVER_OVERLOADED = frozenset({"endSessions", "killCursors"})


class Front:
    """The state of a deployment and what is scripted, behind one lock.

    The order for a command: fail points, overload, refusal by a member that is not primary, scripted
    replies, the unscripted answer.

    Attributes:
        changed: the lock; notified when held heartbeats may go on.
        state: who is in the deployment, and as what. Read and written with the lock held.
    """

    def __init__(self) -> None:
        self.changed = threading.Condition(threading.RLock())
        self.state: State
        self.script = Script()
        self.overloads = Script()
        self.greetings = Script()
        self.journal = Journal()
        self._held = False

    def known(self, address: AddressLike) -> Address:
        """The address of a member.

        Raises:
            UsageError: no member has it.
        """
        wanted = address_of(address)
        with self.changed:
            if wanted not in self.state.members:
                members = ", ".join(map(str, self.state.members))
                raise UsageError(f"{wanted} is no member of this deployment; its members are {members}")
        return wanted

    def hold(self) -> None:
        """Holds back every hello but a connection's first one."""
        with self.changed:
            self._held = True

    def release(self) -> None:
        """Answers the hellos that are held back."""
        with self.changed:
            self._held = False
            self.changed.notify_all()

    def handle(self, member: Member, request: Request, connection: Connection) -> Answer:
        """A member's answer."""
        if not is_hello(request.name):
            received = ReceivedCommand(
                request.name,
                request.database,
                request.command,
                member.address,
                connection.number,
                connection.app_name,
            )
            self.journal.add(received)

        def proceed(request: Request, connection: Connection) -> Answer:
            if is_hello(request.name):
                return self._greet(member, request, connection)
            return self._run(member, request, connection)

        return member.fail_points.answer(request, connection, proceed)

    def _greet(self, member: Member, request: Request, connection: Connection) -> Answer:
        first = not connection.state.get("greeted")
        connection.state["greeted"] = True
        scripted = self.greetings.answer(request, member.address) if first else None
        if scripted is None:
            scripted = self.script.answer(request, member.address)
        if scripted is not None:
            return scripted

        def describe() -> Mapping[str, Any]:
            with self.changed:
                if self._held and not first:
                    self._wait_for_release(connection)
                role = self.state.role(member.address)
                return hello_reply(request, connection, role, topology_version=member.clock.version)

        return answer_hello(request, connection, member.clock, describe)

    def _wait_for_release(self, connection: Connection) -> None:
        with connection.watched(self._wake):
            self.changed.wait_for(lambda: connection.closed or not self._held)

    def _wake(self) -> None:
        with self.changed:
            self.changed.notify_all()

    def _run(self, member: Member, request: Request, connection: Connection) -> Answer:
        if request.name not in _NEVER_OVERLOADED:
            self.overloads.answer(request, member.address)
        with self.changed:
            failure = refusal(request, self.state.role(member.address))
            if failure is not None:
                failure.fields["topologyVersion"] = member.clock.version
                if self._held:
                    connection.after_reply(self.release)
                raise failure
        try:
            scripted = self.script.answer(request, member.address)
        except CommandFailure as scripted_failure:
            self._settle(scripted_failure, member, connection)
            raise
        return unscripted(request) if scripted is None else scripted

    def _settle(self, failure: CommandFailure, member: Member, connection: Connection) -> None:
        """Lets drivers find back to a member that sent a scripted state change error, as if it had changed.

        An error that marks the member Unknown would otherwise keep it so until the stream of hello replies
        brings its next one, after 10 s.
        """
        remind_after(failure.code, connection, member.clock)
        if failure.code in NOT_PRIMARY_CODES and "topologyVersion" not in failure.fields:
            failure.fields["topologyVersion"] = member.clock.next_version
            connection.after_reply(member.clock.advance)
