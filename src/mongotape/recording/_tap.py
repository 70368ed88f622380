"""The listener that a recorder makes for each client, and what it keeps of each event."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from pymongo import monitoring

from mongotape.driver import Tap, stamped_publication
from mongotape.events import Family, Kind
from mongotape.frozen import freeze

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mongotape.frozen import Frozen
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


def _hello_document(event: Any) -> Frozen:
    return freeze(event.reply.document)


#: What is frozen of each kind at the moment of publication, and under which name it is read.
FROZEN_FIELDS: Final[Mapping[Kind, tuple[str, Callable[[Any], Frozen]]]] = {
    Kind.COMMAND_STARTED: ("command", lambda event: freeze(event.command)),
    Kind.COMMAND_SUCCEEDED: ("reply", lambda event: freeze(event.reply)),
    Kind.COMMAND_FAILED: ("failure", lambda event: freeze(event.failure)),
    Kind.POOL_CREATED: ("options", lambda event: freeze(event.options)),
    Kind.SERVER_HEARTBEAT_SUCCEEDED: ("reply", _hello_document),
}
_FREEZERS: Final = {
    getattr(monitoring, kind.event_class): freezer for kind, (_name, freezer) in FROZEN_FIELDS.items()
}


def keep(rows: Rows, tap: ClientTap | None, event: Any) -> None:
    """Keep any event; what goes wrong is kept too and never reaches the caller."""
    try:
        kind = kind_of_event(event)
        queued_at = stamped_publication() if kind.family in _QUEUED else None
        frozen = [FROZEN_FIELDS[kind][1](event)] if kind in FROZEN_FIELDS else []
    except BaseException as error:  # noqa: BLE001  # an observer does no harm; the fixture raises it
        rows.errors.append(error)
        return
    if queued_at is not None:
        rows.keep_queued(tap, event, *queued_at)
    else:
        rows.keep(tap, event, *frozen)


class ClientTap(Tap):
    """Keeps the events of one client; made by ``tap_class`` with the listener classes it needs."""

    def __init__(self, recorder: Any, rows: Rows, label: str, families: frozenset[Family]) -> None:
        self.source = recorder
        self.label = label
        # Set on the object, so that PyMongo's call is the only one between it and the row.
        for method, family in _methods(families).items():
            setattr(self, method, self._keeper(rows, method, family))

    def _keeper(self, rows: Rows, method: str, family: Family) -> Callable[[Any], None]:
        if family is Family.COMMAND or method == Kind.POOL_CREATED.method:
            return self._freezing_keeper(rows)
        if family is Family.POOL:
            return lambda event: rows.keep(self, event)
        return lambda event: keep(rows, self, event)

    def _freezing_keeper(self, rows: Rows) -> Callable[[Any], None]:
        def keep_frozen(event: Any) -> None:
            try:
                freezer = _FREEZERS.get(type(event))
                if freezer is None or rows.paused:
                    keep(rows, self, event)
                else:
                    rows.keep(self, event, freezer(event))
            except BaseException as error:  # noqa: BLE001
                rows.errors.append(error)

        return keep_frozen


def _methods(families: frozenset[Family]) -> dict[str, Family]:
    """Return each listener method and a family it serves; shared ones are told apart by the event's class."""
    methods: dict[str, Family] = {}
    for kind in Kind:
        if kind.family in families:
            methods.setdefault(kind.method, kind.family)
    return methods


@cache
def tap_class(families: frozenset[Family]) -> type[ClientTap]:
    """Return the class of taps that listen to exactly these families.

    PyMongo starts threads and publishes by the listener classes that it finds, so a family that nobody
    observes costs nothing.
    """
    bases = (ClientTap, *(LISTENERS[family] for family in Family if family in families))
    return type("ClientTap", bases, {})
