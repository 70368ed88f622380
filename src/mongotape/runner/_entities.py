"""The entities of one test by their ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mongotape.runner._outcome import SpecFailure
from mongotape.runner._settle import settle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mongotape.documents import Place

#: What ``saveResultAsEntity`` may hold is any BSON value; these kinds hold the driver's objects.
KINDS = (
    "client",
    "database",
    "collection",
    "session",
    "bucket",
    "clientEncryption",
    "thread",
    "changeStream",
    "findCursor",
    "commandCursor",
    "topologyDescription",
    "value",
)


class Computed:
    """A value that is made when it is asked for: events that are still being published.

    Args:
        make: makes it.
    """

    def __init__(self, make: Callable[[], Any]) -> None:
        self.make = make


class Held(NamedTuple):
    """An entity."""

    kind: str
    value: Any


class Entities:
    """Ids and what they stand for; also what ``$$matchesEntity`` and ``$$sessionLsid`` look up."""

    def __init__(self) -> None:
        self._held: dict[str, Held] = {}
        self._lsids: dict[str, Mapping[str, Any]] = {}

    def add(self, name: str, kind: str, value: Any, place: Place | None = None) -> None:
        """Store an entity under an id that is free.

        Raises:
            SpecFailure: it is taken.
        """
        if name in self._held:
            raise SpecFailure(place, f'there is an entity "{name}" already')
        self._held[name] = Held(kind, value)

    def get(self, name: str, kind: str, place: Place | None = None) -> Any:
        """Return the entity with this id.

        Raises:
            SpecFailure: there is none, or it is of another kind.
        """
        held = self.held(name, place)
        if held.kind != kind:
            raise SpecFailure(place, f'entity "{name}" is a {held.kind}, not a {kind}')
        return held.value

    def held(self, name: str, place: Place | None = None) -> Held:
        """Return the entity with this id and its kind.

        Raises:
            SpecFailure: there is none.
        """
        found = self._held.get(name)
        if found is None:
            raise SpecFailure(place, f'there is no entity "{name}"')
        return found

    def of(self, kind: str) -> Iterator[tuple[str, Any]]:
        """Return the entities of one kind, in the order they were made."""
        return ((name, held.value) for name, held in list(self._held.items()) if held.kind == kind)

    def value(self, name: str) -> Any:
        """Return the BSON value stored under this name."""
        held = self._held.get(name)
        if held is None or held.kind != "value":
            raise LookupError(f'there is no entity "{name}" that holds a value')
        return held.value.make() if isinstance(held.value, Computed) else held.value

    def session_lsid(self, name: str) -> Mapping[str, Any]:
        """Return the logical session id of a session, also after it ended."""
        if name in self._lsids:
            return self._lsids[name]
        held = self._held.get(name)
        if held is None or held.kind != "session":
            raise LookupError(f'there is no session "{name}"')
        lsid: Mapping[str, Any] = held.value.session_id
        return lsid

    async def end_session(self, name: str) -> None:
        """End a session; its id can still be asked for."""
        session = self.get(name, "session")
        if not session.has_ended:
            self._lsids[name] = dict(session.session_id)
        await settle(session.end_session())
