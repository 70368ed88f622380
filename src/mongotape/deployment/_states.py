"""What the members of a deployment are: the state that hello reports, changed by what a test does."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Protocol

from bson.objectid import ObjectId

from mongotape.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mongotape.deployment._address import Address


class State(Protocol):
    """The shape of a deployment: who is in it, and as what."""

    kind: str
    members: list[Address]
    down: set[Address]
    primary: Address | None

    def role(self, me: Address) -> Mapping[str, Any]:
        """The fields of hello that say what the member is."""

    def uri(self) -> str:
        """A connection string that names every member."""


class FixedState:
    """A standalone server or a set of mongos: every member takes writes, and nobody is elected."""

    def __init__(self, kind: str, members: list[Address]) -> None:
        self.kind = kind
        self.members = members
        self.down: set[Address] = set()
        self.primary = members[0] if kind == "standalone" else None

    def role(self, me: Address) -> Mapping[str, Any]:  # noqa: ARG002 - all members are the same
        """The fields of hello that say what the member is."""
        role: dict[str, Any] = {"isWritablePrimary": True}
        return role | {"msg": "isdbgrid"} if self.kind == "sharded" else role

    def uri(self) -> str:
        """A connection string that names every member."""
        return f"mongodb://{','.join(map(str, self.members))}/"


class ReplicaSetState:
    """A replica set: its configuration, its primary and the term of its election.

    Args:
        name: the set's name.
        members: its members; the first one is elected.
    """

    kind = "replica set"

    def __init__(self, name: str, members: list[Address]) -> None:
        self.name = name
        self.members = members
        self.down: set[Address] = set()
        self.primary: Address | None = None
        self.term = 0
        self.version = 1
        self.elect(members[0])

    @property
    def secondaries(self) -> tuple[Address, ...]:
        """The members that are up and not the primary."""
        return tuple(one for one in self.members if one != self.primary and one not in self.down)

    @property
    def has_majority(self) -> bool:
        """Whether enough members are up to elect a primary."""
        return 2 * (len(self.members) - len(self.down)) > len(self.members)

    def elect(self, candidate: Address | None) -> None:
        """Makes a member the primary, in a new term; None elects the first secondary in order.

        Raises:
            UsageError: it can't become primary, or nobody can.
        """
        if not self.has_majority:
            raise UsageError(
                f"replica set {self.name}: {len(self.down)} of {len(self.members)} members are down, and no "
                "primary is elected without a majority; revive one first"
            )
        if candidate is None:
            others = self.secondaries
            if not others:
                raise UsageError(f"replica set {self.name}: there is no secondary to elect")
            # The next in order, so that step-downs in a row go round instead of back and forth.
            start = self.members.index(self.primary) if self.primary in self.members else -1
            order = self.members[start + 1 :] + self.members[: start + 1]
            candidate = next(one for one in order if one in others)
        elif candidate not in self.members or candidate in self.down:
            raise UsageError(
                f"replica set {self.name}: {candidate} is not a member that is up; it can't be primary"
            )
        self.primary = candidate
        self.term += 1

    def role(self, me: Address) -> Mapping[str, Any]:
        """The fields of hello that say what the member is."""
        if me not in self.members:  # what a member says that was removed from its set
            info = "Does not have a valid replica set config"
            return {"isWritablePrimary": False, "secondary": False, "isreplicaset": True, "info": info}
        role: dict[str, Any] = {
            "isWritablePrimary": me == self.primary,
            "secondary": me != self.primary,
            "setName": self.name,
            "setVersion": self.version,
            "hosts": [str(one) for one in self.members],
            "me": str(me),
            "lastWrite": {"lastWriteDate": dt.datetime.now(dt.UTC)},
        }
        if self.primary is not None:
            role["primary"] = str(self.primary)
        if me == self.primary:
            role["electionId"] = ObjectId(f"7fffffff{self.term:016x}")
        return role

    def uri(self) -> str:
        """A connection string that names every member."""
        return f"mongodb://{','.join(map(str, self.members))}/?replicaSet={self.name}"
