"""The typed model of the older formats: connection pools (CMAP), server discovery and monitoring (SDAM)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from mongotape.spec._model import (
    UNSET,
    BsonDocument,
    Node,
    RunOnRequirement,
    UnifiedFile,
    Unset,
    Value,
    document_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mongotape.documents import Document

# --- CMAP --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CmapOperation(Node):
    """One step of a pool's test.

    Source: Connection Monitoring and Pooling tests, "Valid Unit Test Operations".
    """

    name: str  #: start, wait, waitForThread, waitForEvent, checkOut, checkIn, clear, close or ready
    thread: str | None = None  #: the thread that does it; None is the main thread
    target: str | None = None  #: start, waitForThread: the thread's name
    ms: int | None = None  #: wait: milliseconds
    event: str | None = None  #: waitForEvent: ``ConnectionCreated``
    count: int | None = None  #: waitForEvent: how many since the test's start
    timeout: int | None = None  #: waitForEvent: milliseconds
    label: str | None = None  #: checkOut: the connection's name in this test
    connection: str | None = None  #: checkIn: the name that checkOut gave
    interrupt_in_use_connections: bool | None = None  #: clear


@dataclass(frozen=True, slots=True, kw_only=True)
class CmapError(Node):
    """The error that the main thread must raise."""

    type: str | None = None  #: ``PoolClosedError``, ``WaitQueueTimeoutError``
    message: str | None = None
    address: Value | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CmapEvent(Node):
    """One expected pool event; a field of ``42`` or ``"42"`` stands for any value but null."""

    type: str  #: ``ConnectionCheckedOut``
    fields: BsonDocument = field(
        default_factory=dict
    )  #: address, connectionId, duration, options, reason, ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CmapFile(Node):
    """A file of the CMAP format: one test."""

    description: str
    version: int
    style: Literal["unit", "integration"]
    operations: tuple[CmapOperation, ...]
    pool_options: Mapping[str, Value] = field(default_factory=dict)
    error: CmapError | None = None
    events: tuple[CmapEvent, ...] = ()  #: where empty, events are not compared
    ignore: tuple[str, ...] = ()
    run_on: tuple[RunOnRequirement, ...] = ()
    fail_point: BsonDocument | None = None

    @property
    def document(self) -> Document:
        """The text and its values as read."""
        return document_of(self)


# --- SDAM --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SdamResponse(Node):
    """A hello reply that a member sends; an empty one is a network error."""

    address: str
    reply: BsonDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationError(Node):
    """An error that an application's command met."""

    address: str
    when: str  #: beforeHandshakeCompletes or afterHandshakeCompletes
    type: str  #: command, network or timeout
    generation: int | None = None
    max_wire_version: int | None = None
    response: BsonDocument | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerOutcome(Node):
    """What the client must know of one server; a field that is `UNSET` is not compared."""

    type: str
    set_name: str | Unset | None = UNSET
    set_version: int | Unset | None = UNSET
    election_id: Value | Unset = UNSET
    logical_session_timeout_minutes: int | Unset | None = UNSET
    min_wire_version: int | Unset | None = UNSET
    max_wire_version: int | Unset | None = UNSET
    topology_version: BsonDocument | Unset | None = UNSET
    error: str | Unset | None = UNSET  #: a part of the error's message
    pool_generation: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SdamEvent(Node):
    """One expected monitoring event of the older format; ``"42"`` as ``topologyId`` stands for any."""

    kind: str  #: ``server_description_changed_event``
    fields: BsonDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class SdamOutcome(Node):
    """What must hold at the end of a phase: the topology's description, or the events published."""

    servers: Mapping[str, ServerOutcome] | None = None
    topology_type: str | None = None
    set_name: str | Unset | None = UNSET
    logical_session_timeout_minutes: int | Unset | None = UNSET
    max_set_version: int | Unset | None = UNSET
    max_election_id: Value | Unset = UNSET
    compatible: bool | None = None
    events: tuple[SdamEvent, ...] | None = None  #: None where the file compares descriptions instead


@dataclass(frozen=True, slots=True, kw_only=True)
class SdamPhase(Node):
    """What reaches the client, and what it must make of it."""

    outcome: SdamOutcome
    description: str | None = None
    responses: tuple[SdamResponse, ...] = ()
    application_errors: tuple[ApplicationError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SdamFile(Node):
    """A file of the SDAM format, or of its monitoring variant: one test."""

    description: str
    uri: str
    phases: tuple[SdamPhase, ...]

    @property
    def document(self) -> Document:
        """The text and its values as read."""
        return document_of(self)


SpecFile: TypeAlias = UnifiedFile | CmapFile | SdamFile
