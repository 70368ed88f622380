"""The listener that a recorder makes for each client, and what it keeps of each event."""

from __future__ import annotations

from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from pymongo import monitoring

from mongotape.driver import Tap, stamped_publication
from mongotape.events import Family, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mongotape.recording._rows import Rows

LISTENERS: Final[Mapping[Family, type]] = {
    Family.COMMAND: monitoring.CommandListener,
    Family.POOL: monitoring.ConnectionPoolListener,
    Family.SERVER: monitoring.ServerListener,
    Family.HEARTBEAT: monitoring.ServerHeartbeatListener,
    Family.TOPOLOGY: monitoring.TopologyListener,
}

KIND_OF_CLASS: Final[Mapping[type, Kind]] = {getattr(monitoring, kind.event_class): kind for kind in Kind}

_QUEUED: Final = frozenset({Family.SERVER, Family.TOPOLOGY})


def kind_of_event(event: object) -> Kind:
    """Return the kind of one of PyMongo's event objects.

    Raises:
        TypeError: it is none.
    """
    for cls in type(event).__mro__:
        kind = KIND_OF_CLASS.get(cls)
        if kind is not None:
            return kind
    raise TypeError(f"a recorder takes the events of pymongo.monitoring, not {type(event).__name__}")


#: What is frozen of each kind at the moment of publication: the name it is read by, and where it is.
FROZEN_FIELDS: Final[Mapping[Kind, tuple[str, Callable[[Any], Any]]]] = {
    Kind.COMMAND_STARTED: ("command", attrgetter("command")),
    Kind.COMMAND_SUCCEEDED: ("reply", attrgetter("reply")),
    Kind.COMMAND_FAILED: ("failure", attrgetter("failure")),
    Kind.POOL_CREATED: ("options", attrgetter("options")),
    Kind.SERVER_HEARTBEAT_SUCCEEDED: ("reply", attrgetter("reply.document")),
}


class Keepers:
    """What keeps each kind of event of one client.

    Args:
        rows: where events are kept.
        tap: the client's; None for events of unknown clients.
    """

    def __init__(self, rows: Rows, tap: ClientTap | None) -> None:
        self._rows = rows
        self._tap = tap
        self._plain = plain = rows.keeper(tap)
        self.by_kind: Final[Mapping[Kind, Callable[[Any], None]]] = {
            kind: rows.freezing_keeper(tap, FROZEN_FIELDS[kind][1])
            if kind in FROZEN_FIELDS
            else self._keep_queued
            if kind.family in _QUEUED
            else plain
            for kind in Kind
        }
        self._by_class = {cls: self.by_kind[kind] for cls, kind in KIND_OF_CLASS.items()}

    def keep(self, event: Any) -> None:
        """Keep any event; what goes wrong is kept too and never reaches the caller."""
        try:
            keep = self._by_class.get(type(event)) or self.by_kind[kind_of_event(event)]
            keep(event)
        except BaseException as error:  # noqa: BLE001  # an observer does no harm; the fixture raises it
            self._rows.errors.append(error)

    def of(self, kinds: list[Kind]) -> Callable[[Any], None]:
        """Return what keeps the events of one listener method; the first kind is the one in a hurry."""
        if len(kinds) == 1:
            return self.by_kind[kinds[0]]
        hurried, keep_hurried = getattr(monitoring, kinds[0].event_class), self.by_kind[kinds[0]]

        def keep(event: Any) -> None:
            if type(event) is hurried:
                keep_hurried(event)
            else:
                self.keep(event)

        return keep

    def _keep_queued(self, event: Any) -> None:
        queued_at = stamped_publication()
        if queued_at is None:
            self._plain(event)
        else:
            self._rows.keep_queued(self._tap, event, *queued_at)


class ClientTap(Tap):
    """Keeps the events of one client; made by ``tap_class`` with the listener classes it needs."""

    def __init__(self, recorder: Any, rows: Rows, label: str, families: frozenset[Family]) -> None:
        self.source = recorder
        self.label = label
        keepers = Keepers(rows, self)
        # Set on the object, so that PyMongo's call is the only one between it and the row.
        for method, kinds in _methods(families).items():
            setattr(self, method, keepers.of(kinds))


def _methods(families: frozenset[Family]) -> dict[str, list[Kind]]:
    """Return the kinds that each listener method receives; shared methods tell them by the event's class."""
    methods: dict[str, list[Kind]] = {}
    for kind in Kind:
        if kind.family in families:
            methods.setdefault(kind.method, []).append(kind)
    return methods


@cache
def tap_class(families: frozenset[Family]) -> type[ClientTap]:
    """Return the class of taps that listen to exactly these families.

    PyMongo starts threads and publishes by the listener classes that it finds, so a family that nobody
    observes costs nothing.
    """
    bases = (ClientTap, *(LISTENERS[family] for family in Family if family in families))
    return type("ClientTap", bases, {})
