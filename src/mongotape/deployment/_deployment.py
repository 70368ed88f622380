"""A fake deployment: members on real sockets, changed and scripted by a test."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from mongotape.deployment._address import Address, AddressLike, address_of
from mongotape.deployment._clients import Clients
from mongotape.deployment._front import Front
from mongotape.deployment._member import Member
from mongotape.deployment._scripting import Scripting
from mongotape.deployment._states import ReplicaSetState
from mongotape.errors import MongotapeError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pymongo import AsyncMongoClient, MongoClient

    from mongotape.deployment._states import State


class FakeDeployment(Scripting):
    """Members in this process, on loopback, that answer as servers do where drivers depend on it.

    Unscripted writes succeed, reads are empty, ``ping`` succeeds, and anything else fails with
    CommandNotFound (59). hello is streamed; every change of the deployment wakes the hellos that wait. A
    member that is not primary refuses writes with NotWritablePrimary (10107), ``RetryableWriteError`` and its
    newer ``topologyVersion``. ``configureFailPoint`` works on every member.

    Made by :class:`FakeDeployments`.
    """

    def __init__(
        self,
        count: int,
        make_state: Callable[[list[Address]], State],
        *,
        absent: int = 0,
        listeners: Sequence[Any] = (),
    ) -> None:
        self._listeners = listeners
        self._front = Front()
        self._clients = Clients(self._is_reachable)
        self._members: dict[Address, Member] = {}
        self._made = 0
        addresses = [self._make_member() for _ in range(count + absent)]
        self._front.state = make_state(addresses)
        self._front.state.down.update(addresses[count:])
        for address in addresses[:count]:
            self._members[address].start()

    def __repr__(self) -> str:
        return f"<FakeDeployment {self._front.state.kind} {self.uri}>"

    # Who is in it.

    @property
    def uri(self) -> str:
        """A connection string that names every member, also those that are down; no database in its path."""
        with self._front.changed:
            return self._front.state.uri()

    @property
    def members(self) -> tuple[Address, ...]:
        """Every member, in the order in which they were made, also those that are down."""
        with self._front.changed:
            return tuple(self._front.state.members)

    @property
    def primary(self) -> Address | None:
        """The primary of a replica set, or the standalone server; None if there is none."""
        with self._front.changed:
            return self._front.state.primary

    @property
    def secondaries(self) -> tuple[Address, ...]:
        """The members of a replica set that are up and not the primary."""
        with self._front.changed:
            return self._front.state.secondaries if isinstance(self._front.state, ReplicaSetState) else ()

    # Clients.

    def client(self, **options: Any) -> MongoClient[dict[str, Any]]:
        """A ``MongoClient`` of this deployment, closed with it.

        Args:
            options: keyword arguments of ``MongoClient``.
        """
        return self._clients.make(self.uri, self._with_listeners(options))

    def async_client(self, **options: Any) -> AsyncMongoClient[dict[str, Any]]:
        """An ``AsyncMongoClient`` of this deployment, closed with it, or with the event loop that it belongs to.

        Args:
            options: keyword arguments of ``AsyncMongoClient``.
        """
        return self._clients.make_async(self.uri, self._with_listeners(options))

    # What happens to it.

    def step_down(
        self, to: AddressLike | None = None, *, elect: bool = True, hold_heartbeats: bool = False
    ) -> Address | None:
        """The primary becomes a secondary and another member is elected.

        Args:
            to: who becomes primary; by default the next secondary in order.
            elect: False leaves the set without a primary until :meth:`elect`.
            hold_heartbeats: no hello tells of it before a member has refused a command, so that the next
                write surely reaches the old primary (see :meth:`hold_heartbeats`).

        Returns:
            The new primary, None if there is none.

        Raises:
            UsageError: there is no primary, or ``to`` can't become it.
        """
        candidate = None if to is None else address_of(to)
        with self._front.changed:
            state = self._replica_set("step_down()")
            if state.primary is None:
                raise UsageError("step_down(): there is no primary; elect() one first")
            if candidate == state.primary:
                raise UsageError(
                    f"step_down(to={str(candidate)!r}): that is the primary already; name a secondary"
                )
            if elect and (candidate is not None or state.secondaries):
                state.elect(candidate)
            else:
                state.primary = None
            if hold_heartbeats:
                self._front.hold()
            self._tell()
            return state.primary

    def elect(self, address: AddressLike | None = None) -> Address:
        """A member becomes primary: the given one, or the next in order.

        Raises:
            UsageError: it can't become primary, or no majority of the members is up.
        """
        with self._front.changed:
            state = self._replica_set("elect()")
            state.elect(None if address is None else address_of(address))
            self._tell()
            assert state.primary is not None
            return state.primary

    def kill(self, address: AddressLike, *, elect: bool = True) -> None:
        """A member goes away: its connections break and new ones are refused.

        If it was the primary of a replica set, the next secondary is elected; a set that loses its majority
        loses its primary.

        Args:
            address: the member.
            elect: False leaves the set without a primary until :meth:`elect`.

        Raises:
            UsageError: it is no member, or down already.
        """
        member = self._member(address, down=False)
        with self._front.changed:
            self._front.state.down.add(member.address)
        member.kill()
        with self._front.changed:
            state = self._front.state
            if isinstance(state, ReplicaSetState) and not (
                state.primary != member.address and state.has_majority
            ):
                lost = state.primary == member.address
                if lost and elect and state.has_majority:
                    state.elect(None)
                elif lost or not state.has_majority:
                    state.primary = None
            self._tell()

    def revive(self, address: AddressLike) -> None:
        """A member that was killed, or a mongos that was absent, answers again at its address.

        It starts anew: with a new ``topologyVersion`` and no fail points; in a replica set as a secondary,
        or as the primary if there is none and a majority is up again.

        Raises:
            UsageError: it is no member, or it is up.
        """
        member = self._member(address, down=True)
        with self._front.changed:
            self._front.state.down.discard(member.address)
            state = self._front.state
            if isinstance(state, ReplicaSetState) and state.primary is None and state.has_majority:
                state.elect(member.address)
            member.start()
            self._tell()

    def add(self) -> Address:
        """A new member: a secondary of the replica set, or a mongos.

        Clients find a secondary through hello. They find a mongos only if their seed list names it: one of
        ``sharded(..., absent=1)`` starts answering first; any further one is in :attr:`uri` from now on.

        Returns:
            Its address.

        Raises:
            UsageError: the deployment is a standalone server.
        """
        with self._front.changed:
            state = self._front.state
            if state.kind == "standalone":
                raise UsageError("add(): a standalone server has no further members; make a replica_set()")
            absent = [one for one in state.members if one in state.down] if state.kind == "sharded" else []
            if absent:
                self.revive(absent[0])
                return absent[0]
            address = self._make_member()
            state.members.append(address)
            if isinstance(state, ReplicaSetState):
                state.version += 1
            self._members[address].start()
            self._tell()
            return address

    def remove(self, address: AddressLike) -> None:
        """A member leaves the replica set, or a mongos the cluster.

        A removed member of a replica set goes on running and says that it belongs to none, as a server does;
        the primary steps down first. A removed mongos goes away.

        Raises:
            UsageError: it is no member, or the last one.
        """
        with self._front.changed:
            member = self._member(address)
            state = self._front.state
            if len(state.members) == 1:
                raise UsageError(
                    f"remove(): {member.address} is the only member; close the deployment instead"
                )
            if isinstance(state, ReplicaSetState) and state.primary == member.address:
                self.step_down()
            state.members.remove(member.address)
            state.down.discard(member.address)
            if isinstance(state, ReplicaSetState):
                state.version += 1
                if not state.has_majority:
                    state.primary = None
            self._tell()
        if state.kind == "sharded":
            member.close()

    def disconnect(self, address: AddressLike | None = None) -> None:
        """Breaks every open connection of a member, or of all; new ones are accepted."""
        members = list(self._members.values()) if address is None else [self._member(address)]
        for member in members:
            for connection in member.connections:
                connection.close()

    def hold_heartbeats(self) -> None:
        """From now on no monitor is told of changes, until a member refuses a command.

        Held back is every hello but a connection's first one. They are answered after the reply of the first
        command that a member refuses because it is not primary, or by :meth:`release_heartbeats`.
        """
        self._front.hold()

    def release_heartbeats(self) -> None:
        """Answers the hellos that :meth:`hold_heartbeats` holds back."""
        self._front.release()

    # Its end.

    def close(self) -> None:
        """Closes its clients and members; nothing is left running. Twice is as good as once.

        Raises:
            MongotapeError: a scripted callable had raised, or still runs.
        """
        self.release_heartbeats()
        self._clients.close()
        self._close_members()

    async def aclose(self) -> None:
        """As :meth:`close`, from within the event loop of its async clients."""
        self.release_heartbeats()
        await self._clients.aclose()
        await asyncio.to_thread(self._close_members)

    def _close_members(self) -> None:
        members, self._members = self._members, {}
        stuck: MongotapeError | None = None
        for member in members.values():
            try:
                member.close()
            except MongotapeError as error:
                stuck = error
        if stuck is not None:
            raise stuck
        for member in members.values():
            for cause in member.errors:
                raise MongotapeError(
                    f"{member.address}: a scripted reply raised {type(cause).__name__}: {cause}; the command "
                    "was answered with that text as an error"
                ) from cause

    # Inside.

    def _is_reachable(self) -> bool:
        with self._front.changed:
            return any(one not in self._front.state.down for one in self._front.state.members)

    def _with_listeners(self, options: dict[str, Any]) -> dict[str, Any]:
        return {"event_listeners": list(self._listeners), **options} if self._listeners else options

    def _make_member(self) -> Address:
        self._made += 1
        member = Member(self._front.handle, name=f"mongotape-member-{self._made}")
        self._members[member.address] = member
        return member.address

    def _member(self, address: AddressLike, *, down: bool | None = None) -> Member:
        """The member at an address.

        Raises:
            UsageError: there is none, or it is not as ``down`` says.
        """
        with self._front.changed:
            wanted = self._front.known(address)
            if down is not None and (wanted in self._front.state.down) is not down:
                raise UsageError(f"{wanted} is {'up; kill() it first' if down else 'down already'}")
            return self._members[wanted]

    def _replica_set(self, act: str) -> ReplicaSetState:
        if not isinstance(self._front.state, ReplicaSetState):
            raise UsageError(
                f"{act}: a {self._front.state.kind} deployment has no elections; make a replica_set()"
            )
        return self._front.state

    def _tell(self) -> None:
        """Every member's hello has changed: those that wait are answered; called with the lock held."""
        for member in self._members.values():
            member.clock.advance()
