"""Runs every operation against the embedded server, the served mock and a publishing mongomock, and compares."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from typing import Any

import mongomock
from benchmarks.parity.differences import PUBLISHED, REPLIES, STARTED
from benchmarks.parity.operation import OPERATIONS, SEED, Operation
from bson import BSON, Binary, ObjectId, Timestamp
from pymongo import MongoClient, monitoring

from mongotape.matching import match_value
from mongotape.mock import publish_events, serve

for each in ("writes", "reads", "others"):  # each adds its operations, in this order
    import_module(f"benchmarks.parity.{each}")
#: What a driver or a server makes up: compared by type.
MADE_UP = {"lsid": "object", "$clusterTime": "object", "txnNumber": "number"}
#: What mongomock can't know, so publish_events leaves it out.
UNKNOWN = ("lsid", "txnNumber", "$db", "$clusterTime", "$readPreference")
BY_TYPE: dict[type, str] = {datetime: "date", Timestamp: "timestamp"}
REPLY_NOISE = ("$clusterTime", "operationTime", "errmsg", "electionId", "opTime")


@dataclass
class Observed:
    """The commands of one run of one operation."""

    started: list[dict[str, Any]] = field(default_factory=list)
    ended: list[dict[str, Any]] = field(default_factory=list)
    raised: str = ""


class Listener(monitoring.CommandListener):
    """Keeps copies of commands and replies while it is given somewhere to keep them."""

    observed: Observed | None = None

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """A command."""
        if self.observed is not None:
            self.observed.started.append(_copy(event.command))

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Its reply."""
        if self.observed is not None:
            self.observed.ended.append(_copy(event.reply))

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Its error."""
        if self.observed is not None:
            self.observed.ended.append(_copy(event.failure))


def _copy(document: Any) -> dict[str, Any]:
    return BSON.encode(document).decode()


@dataclass
class Row:
    """One operation's comparison; empty texts mean equal."""

    operation: Operation
    started: str
    reply: str
    published: str

    @property
    def key(self) -> str:
        """How the tables of known differences name it."""
        return f"{self.operation.group}: {self.operation.name}"

    def unexplained(self) -> Iterator[str]:
        """Differences without a reason, and reasons without a difference."""
        for what, found, known in (
            ("started events", self.started, STARTED),
            ("reply", self.reply, REPLIES),
            ("publish_events", self.published, PUBLISHED),
        ):
            if found and self.key not in known:
                yield f"{self.key}: {what}: {found}"
            if not found and self.key in known:
                yield f"{self.key}: {what}: equal now, but a difference is listed: {known[self.key]}"


def rows(embedded_uri: str) -> list[Row]:
    """Compare every operation; ``embedded_uri`` is the embedded server's."""
    with serve() as mock, _client(embedded_uri) as one, _client(mock.uri) as other, _mongomock() as third:
        return [_row(operation, one, other, third) for operation in OPERATIONS]


@contextmanager
def _client(uri: str) -> Iterator[tuple[Any, Listener]]:
    listener = Listener()
    with MongoClient(uri, event_listeners=[listener]) as client:
        yield client, listener


@contextmanager
def _mongomock() -> Iterator[tuple[Any, Listener]]:
    listener = Listener()
    client = mongomock.MongoClient()
    with publish_events(client, [listener]), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield client, listener


def _row(operation: Operation, *clients: tuple[Any, Listener]) -> Row:
    embedded, mock, published = (_observe(operation, *client) for client in clients)
    return Row(
        operation,
        _compare(embedded.started, mock.started, _as_sent)
        or _compare(mock.started, embedded.started, _as_sent),
        _compare(embedded.ended, mock.ended, _as_answered),
        _compare_published(mock, published),
    )


def _observe(operation: Operation, client: Any, listener: Listener) -> Observed:
    client.drop_database("parity")
    database = client["parity"]
    database.items.insert_many([dict(each) for each in SEED])
    listener.observed = observed = Observed()
    try:
        operation.run(database)
    except Exception as error:
        observed.raised = f"{type(error).__name__}: {error}"
    listener.observed = None
    return observed


def _compare(
    expected: list[dict[str, Any]], actual: list[dict[str, Any]], shape: Callable[[Any], Any]
) -> str:
    """Return the first difference by the project's own matcher, or nothing."""
    names = [next(iter(each)) for each in expected], [next(iter(each)) for each in actual]
    if len(expected) != len(actual):
        return (
            f"{', '.join(names[0]) or 'nothing'} / {', '.join(names[1]) or 'nothing'}"
            if shape is _as_sent
            else (f"{len(expected)} / {len(actual)} replies")
        )
    for one, other in zip(expected, actual, strict=True):
        found = match_value({"it": shape(one)}, {"it": _plain(other, shape)}, root=False)
        if found:
            return "; ".join(str(each) for each in found[:3]).replace("it.", "")
    return ""


def _plain(document: dict[str, Any], shape: Callable[[Any], Any]) -> Any:
    return _without(document, REPLY_NOISE) if shape is _as_answered else document


def _as_sent(command: dict[str, Any]) -> dict[str, Any]:
    """The command as an expectation: what was made up by its type."""
    name = next(iter(command))
    made = {key: {"$$type": MADE_UP[key]} if key in MADE_UP else value for key, value in command.items()}
    if name == "getMore":
        made["getMore"] = {"$$type": "long"}
    if name == "killCursors":
        made["cursors"] = [{"$$type": "long"}] * len(command["cursors"])
    return _ids_by_type(made)


def _as_answered(reply: dict[str, Any]) -> dict[str, Any]:
    made = _without(reply, REPLY_NOISE)
    if "cursorsKilled" in made:
        made["cursorsKilled"] = [{"$$type": "long"}] * len(reply["cursorsKilled"])
    if isinstance(cursor := made.get("cursor"), dict):
        made["cursor"] = {**cursor, "id": {"$$type": "number"} if cursor["id"] else 0}
    return _ids_by_type(made)


def _without(value: Any, names: tuple[str, ...]) -> Any:
    if isinstance(value, dict):
        return {key: _without(each, names) for key, each in value.items() if key not in names}
    return [_without(each, names) for each in value] if isinstance(value, list) else value


def _ids_by_type(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _ids_by_type(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_ids_by_type(each) for each in value]
    if isinstance(value, ObjectId) and value != ObjectId(b"a" * 12):
        return {"$$type": "objectId"}
    if isinstance(value, Binary) and value.subtype == 4:
        return {"$$type": "binData"}
    return {"$$type": BY_TYPE[type(value)]} if type(value) in BY_TYPE else value


def _compare_published(mock: Observed, published: Observed) -> str:
    """Compare publish_events with what PyMongo itself sends."""
    if not published.started:
        return f"not published: {published.raised or 'mongomock does nothing'}"
    expected = [{key: value for key, value in each.items() if key not in UNKNOWN} for each in mock.started]
    actual = [{key: value for key, value in each.items() if key not in UNKNOWN} for each in published.started]
    found = _compare(expected, actual, _as_sent) or _compare(actual, expected, _as_sent)
    return f"differs: {found}" + (f" ({published.raised})" if published.raised else "") if found else ""
