"""PyMongo's own event objects, made by hand."""

from __future__ import annotations

from typing import Any

from bson import ObjectId
from pymongo import monitoring

ADDRESS = ("localhost", 27017)


def command_started(command: dict[str, Any] | None = None, **fields: Any) -> monitoring.CommandStartedEvent:
    """PyMongo's own started event of a command."""
    document = {"ping": 1} if command is None else command
    given: dict[str, Any] = {"request_id": 1, "operation_id": 1, "server_connection_id": 7} | fields
    return monitoring.CommandStartedEvent(
        document, given.pop("database_name", "db"), given.pop("request_id"), ADDRESS, **given
    )


def checked_in(number: int = 1) -> monitoring.ConnectionCheckedInEvent:
    """PyMongo's own event of a connection given back."""
    return monitoring.ConnectionCheckedInEvent(ADDRESS, number)


def topology_opened() -> monitoring.TopologyOpenedEvent:
    """PyMongo's own event of a topology."""
    return monitoring.TopologyOpenedEvent(ObjectId())
