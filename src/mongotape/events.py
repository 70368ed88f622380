"""The vocabulary: five families, 23 kinds of events, and one frozen record of an event.

Source: the specifications "Command Logging and Monitoring", "Connection Monitoring and Pooling" and "Server
Discovery and Monitoring Logging and Monitoring"; the attribute names are those of ``pymongo.monitoring``.
"""

from __future__ import annotations

from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mongotape._vocabulary import VOCABULARY, Field
from mongotape.errors import ExpectationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mongotape.frozen import Frozen

__all__ = ["Connection", "Family", "Field", "Kind", "RecordedEvent", "families_of", "kind_of"]


class Family(StrEnum):
    """The five families in which a driver publishes events."""

    COMMAND = "command"
    POOL = "pool"
    SERVER = "server"
    HEARTBEAT = "heartbeat"
    TOPOLOGY = "topology"

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of events in this family."""
        return tuple(kind for kind in Kind if kind.family is self)


class Kind(StrEnum):
    """The 23 kinds of events, each by its specification name."""

    COMMAND_STARTED = "commandStartedEvent"
    COMMAND_SUCCEEDED = "commandSucceededEvent"
    COMMAND_FAILED = "commandFailedEvent"
    POOL_CREATED = "poolCreatedEvent"
    POOL_READY = "poolReadyEvent"
    POOL_CLEARED = "poolClearedEvent"
    POOL_CLOSED = "poolClosedEvent"
    CONNECTION_CREATED = "connectionCreatedEvent"
    CONNECTION_READY = "connectionReadyEvent"
    CONNECTION_CLOSED = "connectionClosedEvent"
    CONNECTION_CHECK_OUT_STARTED = "connectionCheckOutStartedEvent"
    CONNECTION_CHECK_OUT_FAILED = "connectionCheckOutFailedEvent"
    CONNECTION_CHECKED_OUT = "connectionCheckedOutEvent"
    CONNECTION_CHECKED_IN = "connectionCheckedInEvent"
    SERVER_OPENING = "serverOpeningEvent"
    SERVER_CLOSED = "serverClosedEvent"
    SERVER_DESCRIPTION_CHANGED = "serverDescriptionChangedEvent"
    SERVER_HEARTBEAT_STARTED = "serverHeartbeatStartedEvent"
    SERVER_HEARTBEAT_SUCCEEDED = "serverHeartbeatSucceededEvent"
    SERVER_HEARTBEAT_FAILED = "serverHeartbeatFailedEvent"
    TOPOLOGY_OPENING = "topologyOpeningEvent"
    TOPOLOGY_CLOSED = "topologyClosedEvent"
    TOPOLOGY_DESCRIPTION_CHANGED = "topologyDescriptionChangedEvent"

    family: Family
    event_class: str
    method: str
    fields: Mapping[str, Field]

    def __init__(self, _value: str) -> None:
        entry = VOCABULARY[self.value]
        #: The family that publishes it.
        self.family = Family(entry.family)
        #: The name of its class in ``pymongo.monitoring``.
        self.event_class = entry.event_class
        #: The listener's method that receives it.
        self.method = entry.method
        #: Its fields by PyMongo's attribute name.
        self.fields = {field.name: field for field in entry.fields}


BY_CLASS: Final[Mapping[str, Kind]] = {kind.event_class: kind for kind in Kind}

_WORDS: Final[Mapping[str, frozenset[Family]]] = {
    **{family.value: frozenset({family}) for family in Family},
    "cmap": frozenset({Family.POOL}),
    "sdam": frozenset({Family.SERVER, Family.HEARTBEAT, Family.TOPOLOGY}),
}


def families_of(words: str | Iterable[str] | None) -> frozenset[Family]:
    """Return the families that ``words`` name; None means all five.

    Args:
        words: one or several of ``command``, ``pool``, ``server``, ``heartbeat``, ``topology``, or the
            Unified Test Format's ``cmap`` (the pool's) and ``sdam`` (server, heartbeat and topology).

    Raises:
        ExpectationError: a word names no family, or there is no word at all.
    """
    if words is None:
        return frozenset(Family)
    named = (words,) if isinstance(words, str) else tuple(words)
    if not named:
        raise ExpectationError(f"families: none is named; give one or more of {', '.join(_WORDS)}")
    families: frozenset[Family] = frozenset()
    for word in named:
        if word not in _WORDS:
            raise ExpectationError(
                f"families: {word!r} is no event family{nearest(word, _WORDS)}; known are {', '.join(_WORDS)}"
            )
        families |= _WORDS[word]
    return families


def kind_of(name: str) -> Kind:
    """Return the kind with this specification name.

    Raises:
        ExpectationError: no event has this name; the sentence offers the nearest one.
    """
    try:
        return Kind(name)
    except ValueError:
        raise ExpectationError(f"{name!r} is no event{nearest(name, list(Kind))}") from None


def nearest(word: object, known: Iterable[str]) -> str:
    """Return ``; did you mean "x"?`` for the known word nearest to ``word``, or nothing."""
    by_folded = {each.lower(): each for each in known}
    close = get_close_matches(str(word).lower(), by_folded, n=1, cutoff=0.6)
    return f'; did you mean "{by_folded[close[0]]}"?' if close else ""


class Connection(NamedTuple):
    """One connection of one pool, told apart from every other one of the recording.

    ``connection_id`` in pool events starts at 1 in each pool, so it names a connection only together with
    the client, the address and the pool's life from created to closed.
    """

    client: str | None  #: the client's label
    address: tuple[str, int | None]
    pool: int  #: the how-manieth pool of that client at that address, from 1
    number: int  #: the pool's number of the connection


class RecordedEvent:
    """One event as it was when it was published; nothing about it ever changes.

    Besides the attributes below it has those of PyMongo's event class under PyMongo's names (see
    ``kind.fields`` for the names, types and units). Documents are decoded anew for every reader.
    """

    __slots__ = (
        "_at",
        "_client",
        "_connection",
        "_documents",
        "_event",
        "_frozen",
        "_kind",
        "_task",
        "_thread",
    )

    # PyMongo's attributes, each on the kinds that have it (``kind.fields``).
    if TYPE_CHECKING:
        command: dict[str, Any]
        reply: Any
        failure: dict[str, Any]
        options: dict[str, Any]
        command_name: str
        database_name: str
        request_id: int
        operation_id: int | None
        connection_id: Any
        server_connection_id: int | None
        service_id: Any
        duration_micros: int  #: microseconds
        duration: float | None  #: seconds
        address: tuple[str, int | None]
        reason: str
        interrupt_connections: bool
        awaited: bool
        server_address: tuple[str, int | None]
        topology_id: Any
        previous_description: Any
        new_description: Any

    def __init__(
        self,
        kind: Kind,
        event: Any,
        *,
        client: str | None,
        at: float,
        thread: str,
        task: str | None,
        frozen: Mapping[str, Frozen],
        connection: Connection | Callable[[], Connection | None] | None = None,
    ) -> None:
        self._kind = kind
        self._event = event
        self._client = client
        self._at = at
        self._thread = thread
        self._task = task
        self._frozen = frozen
        self._connection = connection
        self._documents: dict[str, dict[str, Any]] | None = None

    @property
    def kind(self) -> Kind:
        """The specification name, "commandStartedEvent"."""
        return self._kind

    @property
    def family(self) -> Family:
        """The family of its kind."""
        return self._kind.family

    @property
    def client(self) -> str | None:
        """A small label of the client that published it; None where it is unknown."""
        return self._client

    @property
    def at(self) -> float:
        """Seconds on the monotonic clock; for server and topology events those when they were queued."""
        return self._at

    @property
    def thread(self) -> str:
        """The name of the thread that published it."""
        return self._thread

    @property
    def task(self) -> str | None:
        """The name of the asyncio task that published it; None where no task did."""
        return self._task

    @property
    def event(self) -> Any:
        """PyMongo's own event object; the application may have changed its documents since."""
        return self._event

    @property
    def connection(self) -> Connection | None:
        """The connection it happened on; None where that can't be decided or there is none."""
        return self._connection() if callable(self._connection) else self._connection

    def document(self, name: str) -> dict[str, Any]:
        """Return the document field ``name``, decoded once and shared: for readers that never change it."""
        if self._documents is None:
            self._documents = {}
        if name not in self._documents:
            self._documents[name] = getattr(self, name)
        return self._documents[name]

    def __getattr__(self, name: str) -> Any:
        """PyMongo's attributes; a document is a fresh copy each time."""
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self.kind.fields:
            raise AttributeError(
                f"{self.kind} has no attribute {name!r}{nearest(name, self.kind.fields)};"
                f" it has {', '.join(self.kind.fields)}"
            )
        frozen = self._frozen.get(name)
        if frozen is None:
            return getattr(self.event, name)
        from mongotape.frozen import thaw

        document = thaw(frozen)
        if self.kind is Kind.SERVER_HEARTBEAT_SUCCEEDED:
            from pymongo.hello import Hello

            return Hello(document, self.event.reply.awaitable)
        return document

    def __eq__(self, other: object) -> bool:
        """Two records are equal when they are of the same publication."""
        if not isinstance(other, RecordedEvent):
            return NotImplemented
        return self.event is other.event and self.at == other.at and self.client == other.client

    def __hash__(self) -> int:
        return hash((id(self.event), self.at))

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.kind.fields]

    def __repr__(self) -> str:
        told = {name: getattr(self, name) for name in _TOLD if name in self.kind.fields}
        words = [f"{name}={value!r}" for name, value in told.items()]
        where = [f"client={self.client!r}"] if self.client is not None else []
        return f"<{self.kind} {' '.join([*words, *where])}>"


_TOLD: Final = (
    "command_name",
    "database_name",
    "request_id",
    "address",
    "connection_id",
    "reason",
    "awaited",
)
