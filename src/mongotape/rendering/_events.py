"""How one event, and one expectation, reads in a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from mongotape.events import Family, Kind
from mongotape.rendering._secrets import scrubbed_prose
from mongotape.rendering._values import show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mongotape.events import RecordedEvent
    from mongotape.expect import Expectation

_WIDEST = 60  # characters of a column
_STARTED = Kind.COMMAND_STARTED
_SPELLED = {"has_service_id": "hasServiceId", "has_server_connection_id": "hasServerConnectionId"}
_WITH_COLLECTION = frozenset({"getmore", "killcursors"})


class Columns(NamedTuple):
    """One event in a table."""

    label: str  #: "started", "connection_checked_out"
    name: str  #: the command's name, the connection's number, the change
    where: str  #: namespace, reason, failure


def label(kind: Kind) -> str:
    """Return the short name of a kind: the builder's, for commands without ``command_``."""
    return kind.name.lower().removeprefix("command_")


def columns(event: RecordedEvent) -> Columns:
    """Return what a walk shows of an event; nothing here may fail, whatever was recorded."""
    try:
        name, where = _told(event)
    except Exception:  # noqa: BLE001  # an event fed by hand may lack anything
        name, where = "", ""
    return Columns(label(event.kind), _clipped(name), _clipped(where))


def _clipped(cell: str) -> str:
    return cell if len(cell) <= _WIDEST else f"{cell[:_WIDEST]}..."


def _told(event: RecordedEvent) -> tuple[str, str]:
    kind = event.kind
    if kind.family is Family.COMMAND:
        where = namespace(event) if kind is _STARTED else ""
        if kind is Kind.COMMAND_FAILED:
            where = _failure(event.document("failure"))
        return str(event.command_name), where
    if kind.family is Family.POOL:
        number = f"#{event.connection_id}" if "connection_id" in kind.fields else ""
        reason = str(event.reason) if "reason" in kind.fields else ""
        return number or reason, reason if number else ""
    if kind.family is Family.HEARTBEAT:
        return "awaited" if event.awaited else "", ""
    if "new_description" in kind.fields:
        types = (description_type(event.previous_description), description_type(event.new_description))
        return " -> ".join(types), ""
    return "", ""


def description_type(description: Any) -> str:
    """Return the type of a server's or topology's description, "RSPrimary"."""
    for name in ("server_type_name", "topology_type_name"):
        if (found := getattr(description, name, None)) is not None:
            return str(found)
    return str(description.get("type", "?")) if isinstance(description, Mapping) else "?"


def namespace(event: RecordedEvent) -> str:
    """Return database and collection of a started command: "shop.items", or the database alone."""
    command = event.document("command")
    named = command.get(event.command_name)
    if event.command_name.lower() in _WITH_COLLECTION:
        named = command.get("collection", named)
    database = str(event.database_name)
    return f"{database}.{named}" if isinstance(named, str) else database


def _failure(failure: Mapping[str, Any]) -> str:
    words = [str(failure[key]) for key in ("code", "codeName") if key in failure]
    return f"code {' '.join(words)}" if words else scrubbed_prose(str(failure.get("errmsg", "")))[:40]


def origins(events: Iterable[RecordedEvent]) -> Callable[[RecordedEvent], tuple[str, ...]]:
    """Return what tells the clients and servers of these events apart; nothing where there is one of each."""
    shown = list(events)
    tellers = [teller for teller in (_address, _client) if len({teller(each) for each in shown} - {""}) > 1]
    return lambda event: tuple(teller(event) for teller in tellers)


def _client(event: RecordedEvent) -> str:
    return event.client or ""


def _address(event: RecordedEvent) -> str:
    """The server's address; command events carry it as their connection id."""
    names = ("address", "server_address", "connection_id")
    found = next((getattr(event.event, name, None) for name in names if name in event.kind.fields), None)
    if not isinstance(found, tuple) or len(found) != 2:
        return ""
    host, port = found
    return f"{host}:{port}" if port is not None else str(host)


def named(event: RecordedEvent) -> str:
    """Return an event in a word: ``started(find)``, ``connection_checked_out(#1)``."""
    label_, name, _where = columns(event)
    return f"{label_}({name})"


def named_expectation(expected: Expectation) -> str:
    """Return an expectation in a word: ``started(find)``."""
    name = expected.fields.get("command_name")
    if name is None:
        name = expected.fields.get("reason", "")
    return f"{label(expected.kind)}({name if isinstance(name, str) else show(name, 40)})"


def fields_of(expected: Expectation, width: int = 100) -> str:
    """Return the other fields of an expectation: ``command={'filter': {'sku': 'A1'}}``."""
    words: list[str] = []
    for name, value in expected.fields.items():
        if name == "command_name" and isinstance(value, str):
            continue
        if width <= 0:
            words.append("...")
            break
        words.append(f"{name}={show(value, width)}")
        width -= len(words[-1])
    return ", ".join(words)


def spelled(expected: Expectation, path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Return the path of a mismatch as specification files spell it, from the expectation on."""
    if not path or path[0] not in expected.fields:
        return ()
    name = str(path[0])
    field = expected.kind.fields.get(name)
    spec_name = field.spec_name if field is not None else _SPELLED.get(name, name)
    return (expected.kind.value, spec_name, *path[1:])
