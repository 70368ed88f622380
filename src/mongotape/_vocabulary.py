"""The 23 events as a table: specification name, family, PyMongo's class and listener method, and the fields.

The names are those of the specifications (Unified Test Format; Command Logging and Monitoring; Connection
Monitoring and Pooling; Server Discovery and Monitoring), the attributes those of ``pymongo.monitoring``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Field:
    """One attribute of an event, as PyMongo names it and as specification files name it."""

    name: str  #: PyMongo's attribute: "request_id"
    spec_name: str  #: its name in mappings and YAML: "requestId"
    type: str  #: what an observed value is, in words
    unit: str | None = None  #: "microseconds" or "seconds", where the value is a duration
    document: bool = False  #: a BSON document, frozen when the event was published
    in_format: bool = False  #: the Unified Test Format lets a test assert it


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the vocabulary."""

    family: str
    event_class: str  #: the class in pymongo.monitoring
    method: str  #: the method of its listener class
    fields: tuple[Field, ...]


def _camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


def _field(
    name: str,
    type_: str,
    *,
    unit: str | None = None,
    document: bool = False,
    in_format: bool = False,
    spec_name: str | None = None,
) -> Field:
    return Field(name, spec_name or _camel(name), type_, unit, document, in_format)


_ADDRESS: Final = "(host, port) of the server"
_COMMAND: Final = (
    _field("command_name", "str", in_format=True),
    _field("database_name", "str", in_format=True),
    _field("request_id", "int, unique to each attempt"),
    _field("operation_id", "int shared by the parts of a bulk write, may be negative"),
    _field("connection_id", _ADDRESS),
    _field("server_connection_id", "int, the server's own number of the connection, or None"),
    _field("service_id", "ObjectId behind a load balancer, or None"),
)
_DURATION_MICROS: Final = _field("duration_micros", "int", unit="microseconds")
_TOPOLOGY_ID: Final = _field("topology_id", "ObjectId")
_POOL_ADDRESS: Final = _field("address", _ADDRESS)
_NUMBER: Final = _field("connection_id", "int, the pool's number of the connection, from 1")
_SECONDS: Final = _field("duration", "float or None", unit="seconds")
_AWAITED: Final = _field("awaited", "bool: the server was asked to wait for a change", in_format=True)
_SERVER: Final = (_field("server_address", _ADDRESS), _TOPOLOGY_ID)
_HEARTBEAT: Final = (_field("connection_id", _ADDRESS), _AWAITED)


def _changed(what: str, *, in_format: bool) -> tuple[Field, Field]:
    return (
        _field("previous_description", what, in_format=in_format),
        _field("new_description", what, in_format=in_format),
    )


VOCABULARY: Final[dict[str, Entry]] = {
    "commandStartedEvent": Entry(
        "command",
        "CommandStartedEvent",
        "started",
        (_field("command", "document", document=True, in_format=True), *_COMMAND),
    ),
    "commandSucceededEvent": Entry(
        "command",
        "CommandSucceededEvent",
        "succeeded",
        (_field("reply", "document", document=True, in_format=True), _DURATION_MICROS, *_COMMAND),
    ),
    "commandFailedEvent": Entry(
        "command",
        "CommandFailedEvent",
        "failed",
        (_field("failure", "document", document=True), _DURATION_MICROS, *_COMMAND),
    ),
    "poolCreatedEvent": Entry(
        "pool",
        "PoolCreatedEvent",
        "pool_created",
        (_POOL_ADDRESS, _field("options", "document of the options that are not the default", document=True)),
    ),
    "poolReadyEvent": Entry("pool", "PoolReadyEvent", "pool_ready", (_POOL_ADDRESS,)),
    "poolClearedEvent": Entry(
        "pool",
        "PoolClearedEvent",
        "pool_cleared",
        (
            _POOL_ADDRESS,
            _field("service_id", "ObjectId behind a load balancer, or None"),
            _field(
                "interrupt_connections",
                "bool: connections in use were interrupted too",
                in_format=True,
                spec_name="interruptInUseConnections",
            ),
        ),
    ),
    "poolClosedEvent": Entry("pool", "PoolClosedEvent", "pool_closed", (_POOL_ADDRESS,)),
    "connectionCreatedEvent": Entry(
        "pool", "ConnectionCreatedEvent", "connection_created", (_POOL_ADDRESS, _NUMBER)
    ),
    "connectionReadyEvent": Entry(
        "pool", "ConnectionReadyEvent", "connection_ready", (_POOL_ADDRESS, _NUMBER, _SECONDS)
    ),
    "connectionClosedEvent": Entry(
        "pool",
        "ConnectionClosedEvent",
        "connection_closed",
        (
            _POOL_ADDRESS,
            _NUMBER,
            _field("reason", "one of stale, idle, error, poolClosed", in_format=True),
        ),
    ),
    "connectionCheckOutStartedEvent": Entry(
        "pool", "ConnectionCheckOutStartedEvent", "connection_check_out_started", (_POOL_ADDRESS,)
    ),
    "connectionCheckOutFailedEvent": Entry(
        "pool",
        "ConnectionCheckOutFailedEvent",
        "connection_check_out_failed",
        (
            _POOL_ADDRESS,
            _field("connection_id", "int, always 0: there is no connection"),
            _field("reason", "one of timeout, poolClosed, connectionError", in_format=True),
            _SECONDS,
        ),
    ),
    "connectionCheckedOutEvent": Entry(
        "pool", "ConnectionCheckedOutEvent", "connection_checked_out", (_POOL_ADDRESS, _NUMBER, _SECONDS)
    ),
    "connectionCheckedInEvent": Entry(
        "pool", "ConnectionCheckedInEvent", "connection_checked_in", (_POOL_ADDRESS, _NUMBER)
    ),
    "serverOpeningEvent": Entry("server", "ServerOpeningEvent", "opened", _SERVER),
    "serverClosedEvent": Entry("server", "ServerClosedEvent", "closed", _SERVER),
    "serverDescriptionChangedEvent": Entry(
        "server",
        "ServerDescriptionChangedEvent",
        "description_changed",
        (*_changed("pymongo.server_description.ServerDescription", in_format=True), *_SERVER),
    ),
    "serverHeartbeatStartedEvent": Entry("heartbeat", "ServerHeartbeatStartedEvent", "started", _HEARTBEAT),
    "serverHeartbeatSucceededEvent": Entry(
        "heartbeat",
        "ServerHeartbeatSucceededEvent",
        "succeeded",
        (*_HEARTBEAT, _field("duration", "float", unit="seconds"), _field("reply", "pymongo.hello.Hello")),
    ),
    "serverHeartbeatFailedEvent": Entry(
        "heartbeat",
        "ServerHeartbeatFailedEvent",
        "failed",
        (*_HEARTBEAT, _field("duration", "float", unit="seconds"), _field("reply", "the exception")),
    ),
    "topologyOpeningEvent": Entry("topology", "TopologyOpenedEvent", "opened", (_TOPOLOGY_ID,)),
    "topologyClosedEvent": Entry("topology", "TopologyClosedEvent", "closed", (_TOPOLOGY_ID,)),
    "topologyDescriptionChangedEvent": Entry(
        "topology",
        "TopologyDescriptionChangedEvent",
        "description_changed",
        (*_changed("pymongo.topology_description.TopologyDescription", in_format=True), _TOPOLOGY_ID),
    ),
}
