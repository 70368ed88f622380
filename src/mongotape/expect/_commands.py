"""The builders of the three command events.

A keyword that is not given is not compared. Durations: ``duration_micros`` in microseconds, ``duration`` in
seconds. ``client`` is the client's label, ``connection`` a ``Connection`` or a capture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mongotape.events import Kind
from mongotape.expect._reading import given as _expect
from mongotape.expect._values import UNSET, Expectation, Given

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bson import ObjectId

    from mongotape.events import Connection
    from mongotape.expect._values import Address

__all__ = ["command_failed", "command_started", "command_succeeded"]


def command_started(
    command_name: Given[str] = UNSET,
    *,
    command: Given[Mapping[str, Any]] = UNSET,
    database_name: Given[str] = UNSET,
    request_id: Given[int] = UNSET,
    operation_id: Given[int | None] = UNSET,
    connection_id: Given[Address] = UNSET,
    server_connection_id: Given[int | None] = UNSET,
    has_server_connection_id: Given[bool] = UNSET,
    service_id: Given[ObjectId | None] = UNSET,
    has_service_id: Given[bool] = UNSET,
    client: Given[str | None] = UNSET,
    connection: Given[Connection | None] = UNSET,
) -> Expectation:
    """A command was sent; ``command`` is a root document."""
    return _expect(
        Kind.COMMAND_STARTED,
        command_name=command_name,
        command=command,
        database_name=database_name,
        request_id=request_id,
        operation_id=operation_id,
        connection_id=connection_id,
        server_connection_id=server_connection_id,
        has_server_connection_id=has_server_connection_id,
        service_id=service_id,
        has_service_id=has_service_id,
        client=client,
        connection=connection,
    )


def command_succeeded(
    command_name: Given[str] = UNSET,
    *,
    reply: Given[Mapping[str, Any]] = UNSET,
    duration_micros: Given[int] = UNSET,
    database_name: Given[str] = UNSET,
    request_id: Given[int] = UNSET,
    operation_id: Given[int | None] = UNSET,
    connection_id: Given[Address] = UNSET,
    server_connection_id: Given[int | None] = UNSET,
    has_server_connection_id: Given[bool] = UNSET,
    service_id: Given[ObjectId | None] = UNSET,
    has_service_id: Given[bool] = UNSET,
    client: Given[str | None] = UNSET,
    connection: Given[Connection | None] = UNSET,
) -> Expectation:
    """A command was answered; ``reply`` is a root document."""
    return _expect(
        Kind.COMMAND_SUCCEEDED,
        command_name=command_name,
        reply=reply,
        duration_micros=duration_micros,
        database_name=database_name,
        request_id=request_id,
        operation_id=operation_id,
        connection_id=connection_id,
        server_connection_id=server_connection_id,
        has_server_connection_id=has_server_connection_id,
        service_id=service_id,
        has_service_id=has_service_id,
        client=client,
        connection=connection,
    )


def command_failed(
    command_name: Given[str] = UNSET,
    *,
    failure: Given[Mapping[str, Any]] = UNSET,
    duration_micros: Given[int] = UNSET,
    database_name: Given[str] = UNSET,
    request_id: Given[int] = UNSET,
    operation_id: Given[int | None] = UNSET,
    connection_id: Given[Address] = UNSET,
    server_connection_id: Given[int | None] = UNSET,
    has_server_connection_id: Given[bool] = UNSET,
    service_id: Given[ObjectId | None] = UNSET,
    has_service_id: Given[bool] = UNSET,
    client: Given[str | None] = UNSET,
    connection: Given[Connection | None] = UNSET,
) -> Expectation:
    """A command failed; ``failure`` is a root document."""
    return _expect(
        Kind.COMMAND_FAILED,
        command_name=command_name,
        failure=failure,
        duration_micros=duration_micros,
        database_name=database_name,
        request_id=request_id,
        operation_id=operation_id,
        connection_id=connection_id,
        server_connection_id=server_connection_id,
        has_server_connection_id=has_server_connection_id,
        service_id=service_id,
        has_service_id=has_service_id,
        client=client,
        connection=connection,
    )
