"""Logs made of PyMongo's own event objects, half a millisecond apart: texts made of them are the same in every run."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any, Self

from bson import ObjectId
from pymongo import monitoring

from mongotape.events import Connection, Kind, RecordedEvent
from mongotape.frozen import freeze
from mongotape.log import EventLog

A = ("a.example", 27017)


class Scene:
    """A log in the making."""

    def __init__(self) -> None:
        self.events: list[RecordedEvent] = []

    @property
    def log(self) -> EventLog:
        return EventLog(self.events)

    def add(self, kind: Kind, event: Any, *, client: str | None = "client-1", **documents: Any) -> Self:
        number = getattr(event, "connection_id", None)
        self.events.append(
            RecordedEvent(
                kind,
                event,
                client=client,
                at=100 + len(self.events) / 2000,
                thread="MainThread",
                task=None,
                frozen={name: freeze(document) for name, document in documents.items()},
                connection=Connection(str(client), A, 1, number) if isinstance(number, int) else None,
            )
        )
        return self

    def started(
        self,
        name: str,
        target: Any = "items",
        *,
        database: str = "shop",
        address: Any = A,
        client: str = "client-1",
        **command: Any,
    ) -> Self:
        document = {name: target, **command, "$db": database}
        event = monitoring.CommandStartedEvent(document, database, len(self.events), address, 1)
        return self.add(Kind.COMMAND_STARTED, event, command=document, client=client)

    def succeeded(self, name: str, *, address: Any = A, client: str = "client-1", **reply: Any) -> Self:
        document = {"ok": 1.0, **reply}
        event = monitoring.CommandSucceededEvent(
            timedelta(microseconds=400), document, name, len(self.events), address, 1, database_name="shop"
        )
        return self.add(Kind.COMMAND_SUCCEEDED, event, reply=document, client=client)

    def failed(self, name: str, **failure: Any) -> Self:
        document = {"ok": 0.0, **failure}
        event = monitoring.CommandFailedEvent(
            timedelta(microseconds=400), document, name, len(self.events), A, 1, database_name="shop"
        )
        return self.add(Kind.COMMAND_FAILED, event, failure=document)

    def ran(self, name: str, target: Any = "items", *, client: str = "client-1", **command: Any) -> Self:
        return self.started(name, target, client=client, **command).succeeded(name, client=client)

    def checked_out(self, number: int = 1, *, address: Any = A) -> Self:
        started = monitoring.ConnectionCheckOutStartedEvent(address)
        self.add(Kind.CONNECTION_CHECK_OUT_STARTED, started)
        return self.add(
            Kind.CONNECTION_CHECKED_OUT, monitoring.ConnectionCheckedOutEvent(address, number, 0.1)
        )

    def checked_in(self, number: int = 1, *, address: Any = A) -> Self:
        return self.add(Kind.CONNECTION_CHECKED_IN, monitoring.ConnectionCheckedInEvent(address, number))

    def made_connection(self, number: int) -> Self:
        self.add(Kind.CONNECTION_CREATED, monitoring.ConnectionCreatedEvent(A, number))
        return self.add(Kind.CONNECTION_READY, monitoring.ConnectionReadyEvent(A, number, 0.1))

    def closed_connection(self, number: int, reason: str) -> Self:
        return self.add(Kind.CONNECTION_CLOSED, monitoring.ConnectionClosedEvent(A, number, reason))

    def closed_pool(self) -> Self:
        return self.add(Kind.POOL_CLOSED, monitoring.PoolClosedEvent(A))

    def heartbeat(self, *, awaited: bool = True) -> Self:
        return self.add(Kind.SERVER_HEARTBEAT_STARTED, monitoring.ServerHeartbeatStartedEvent(A, awaited))

    def server_changed(self, before: str, after: str) -> Self:
        described = [SimpleNamespace(server_type_name=each, server_type=each) for each in (before, after)]
        event = monitoring.ServerDescriptionChangedEvent(*described, A, ObjectId(b"\1" * 12))  # type: ignore[arg-type]
        return self.add(Kind.SERVER_DESCRIPTION_CHANGED, event)
