"""The typed model of a specification file: what a runner executes.

Every class is frozen. Names are the format's own, in Python's spelling (``runOnRequirements`` is
``run_on_requirements``). A key that the file does not have is ``None``; where the format tells an absent
key from ``null``, an absent one is `UNSET`. BSON values (documents, arguments, expected results) are as
``bson.json_util`` reads them: plain ``dict`` and ``list``, shared between the places of a YAML file that
name the same anchor. They are to be read only: whoever hands one to a driver, which may write into it,
hands a `fresh` copy.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, TypeVar

if TYPE_CHECKING:
    from mongotape.documents import Document, Place

Value: TypeAlias = Any
"""A BSON value."""

BsonDocument: TypeAlias = Mapping[str, Any]
"""A BSON document; never written to."""


class Unset(enum.Enum):
    """The type of `UNSET`."""

    UNSET = "unset"

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "UNSET"


UNSET = Unset.UNSET
"""No such key in the file, where that differs from a key whose value is null."""

T = TypeVar("T")


def fresh(value: T) -> T:
    """A copy of a BSON value in which every dict and list is new; scalars are shared."""
    if isinstance(value, dict):
        return {key: fresh(item) for key, item in value.items()}  # type: ignore[return-value]
    if isinstance(value, list):
        return [fresh(item) for item in value]  # type: ignore[return-value]
    return value


class Version(NamedTuple):
    """A schema or server version, compared number by number; parts that were not written are 0."""

    major: int
    minor: int = 0
    patch: int = 0

    def __str__(self) -> str:
        text = f"{self.major}.{self.minor}"
        return f"{text}.{self.patch}" if self.patch else text


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A part of a specification file that knows where it stands.

    Two nodes are equal when they say the same, wherever they stand.
    """

    place: Place = field(compare=False, repr=False)

    @property
    def line(self) -> int:
        """The line, counted from 1, looked up when it is asked for."""
        return self.place.line


def document_of(node: Node) -> Document:
    """The document that a node stands in."""
    from mongotape.documents import Document

    assert isinstance(node.place.source, Document)
    return node.place.source


# --- Unified Test Format -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOnRequirement(Node):
    """What a deployment must be like for a test to run: every field that is given must hold.

    Source: Unified Test Format, "runOnRequirement".
    """

    min_server_version: Version | None = None  #: inclusive
    max_server_version: Version | None = None  #: inclusive
    topologies: tuple[str, ...] | None = (
        None  #: single, replicaset, sharded, load-balanced, sharded-replicaset
    )
    serverless: str | None = None  #: require, forbid or allow (deprecated)
    server_parameters: BsonDocument | None = None
    auth: bool | None = None
    auth_mechanism: str | None = None
    csfle: bool | None = None  #: True also where only a libmongocrypt version is asked for
    min_libmongocrypt_version: Version | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerApi(Node):
    """The stable API that a client declares."""

    version: str
    strict: bool | None = None
    deprecation_errors: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreEventsAsEntity(Node):
    """The events that a client also stores under an entity's name (deprecated since 1.24)."""

    id: str
    events: tuple[str, ...]  #: spelled with a capital: ``CommandStartedEvent``


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientEntity(Node):
    """A client to create. Source: Unified Test Format, "entity.client"."""

    id: str
    uri_options: BsonDocument = field(default_factory=dict)
    use_multiple_mongoses: bool | None = None
    observe_events: tuple[str, ...] = ()
    ignore_command_monitoring_events: tuple[str, ...] = ()
    observe_sensitive_commands: bool | None = None
    store_events_as_entities: tuple[StoreEventsAsEntity, ...] = ()
    observe_log_messages: Mapping[str, str] | None = None  #: component to the least severe level observed
    observe_tracing_messages: BsonDocument | None = None  #: ``{}`` turns it on; ``enableCommandPayload``
    server_api: ServerApi | None = None
    auto_encrypt_opts: BsonDocument | None = None
    await_min_pool_size_ms: int | None = None  #: milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientEncryptionEntity(Node):
    """An explicit encryption object to create."""

    id: str
    key_vault_client: str  #: a client entity
    key_vault_namespace: str
    kms_providers: BsonDocument
    key_expiration_ms: int | None = None  #: milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseEntity(Node):
    """A database to create on a client."""

    id: str
    client: str
    database_name: str
    database_options: BsonDocument = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionEntity(Node):
    """A collection to create on a database."""

    id: str
    database: str
    collection_name: str
    collection_options: BsonDocument = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEntity(Node):
    """An explicit session to start on a client."""

    id: str
    client: str
    session_options: BsonDocument = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketEntity(Node):
    """A GridFS bucket to create on a database."""

    id: str
    database: str
    bucket_options: BsonDocument = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadEntity(Node):
    """A worker that ``runOnThread`` gives operations to."""

    id: str


Entity: TypeAlias = (
    ClientEntity
    | ClientEncryptionEntity
    | DatabaseEntity
    | CollectionEntity
    | SessionEntity
    | BucketEntity
    | ThreadEntity
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionData(Node):
    """Documents of one collection: those to insert (``initialData``) or those expected (``outcome``)."""

    collection_name: str
    database_name: str
    documents: Sequence[BsonDocument]
    create_options: BsonDocument | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedError(Node):
    """What an operation's error must be like: every field that is given must hold.

    Source: Unified Test Format, "expectedError".
    """

    is_error: bool | None = None  #: only ever True
    is_client_error: bool | None = None  #: False demands that the error came from the server
    is_timeout_error: bool | None = None
    error_contains: str | None = None  #: compared without regard to case
    error_code: int | None = None
    error_code_name: str | None = None  #: compared without regard to case
    error_labels_contain: tuple[str, ...] = ()
    error_labels_omit: tuple[str, ...] = ()
    write_errors: Mapping[int, BsonDocument] | None = None  #: the request's index to a root-level document
    write_concern_errors: Sequence[BsonDocument] | None = None
    error_response: BsonDocument | None = None
    expect_result: Value | Unset = UNSET  #: the partial result


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation(Node):
    """One operation: what to call on which entity, and what must come of it.

    Where an argument is made of the format's own parts it is typed: ``callback`` of ``withTransaction`` and
    ``operations`` of ``loop`` are tuples of `Operation`, ``operation`` of ``runOnThread`` is one, ``entities``
    of ``createEntities`` is a tuple of `Entity`, ``event`` of ``waitForEvent`` and ``assertEventCount`` is an
    `ExpectedEvent`. Every other argument is a BSON value.
    """

    name: str
    object: str  #: an entity's id, or ``testRunner``
    arguments: Mapping[str, Any] = field(default_factory=dict)
    expect_result: Value | Unset = UNSET
    expect_error: ExpectedError | None = None
    save_result_as_entity: str | None = None
    ignore_result_and_error: bool = False
    object_kind: str = field(
        default="", compare=False
    )  #: ``client``, ``collection``, ...; known from the entities


EventType: TypeAlias = Literal["command", "cmap", "sdam"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedEvent(Node):
    """One expected event: its specification name and the fields that must match."""

    kind: str  #: ``commandStartedEvent``
    fields: BsonDocument

    def as_mapping(self) -> dict[str, BsonDocument]:
        """The event as the format and `mongotape.matching` write it: ``{"commandStartedEvent": {...}}``."""
        return {self.kind: self.fields}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedEventsForClient(Node):
    """The events of one family that a client must have published, in order."""

    client: str
    events: tuple[ExpectedEvent, ...]  #: an empty one says that there must be none
    event_type: EventType = "command"
    ignore_extra_events: bool = False  #: further events may follow


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedLogMessage(Node):
    """One expected log message; ``data`` is matched as a root-level document."""

    level: str
    component: str  #: command, topology, serverSelection or connection
    data: BsonDocument
    failure_is_redacted: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedLogMessagesForClient(Node):
    """The log messages that a client must have written, in order."""

    client: str
    messages: tuple[ExpectedLogMessage, ...]  #: an empty one says that there must be none
    ignore_messages: tuple[ExpectedLogMessage, ...] = ()
    ignore_extra_messages: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedSpan(Node):
    """One expected tracing span and those nested in it."""

    name: str
    attributes: BsonDocument
    nested: tuple[ExpectedSpan, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedTracingMessagesForClient(Node):
    """The tracing spans that a client must have made."""

    client: str
    spans: tuple[ExpectedSpan, ...]
    ignore_extra_spans: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Test(Node):
    """One test of a unified file."""

    __test__ = False  # pytest would take the class for a test otherwise

    description: str
    operations: tuple[Operation, ...]
    run_on_requirements: tuple[RunOnRequirement, ...] = ()  #: one of them must hold, where there are any
    skip_reason: str | None = None
    expect_events: tuple[ExpectedEventsForClient, ...] = ()
    expect_log_messages: tuple[ExpectedLogMessagesForClient, ...] = ()
    expect_tracing_messages: tuple[ExpectedTracingMessagesForClient, ...] = ()
    outcome: tuple[CollectionData, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnifiedFile(Node):
    """A file of the Unified Test Format, versions 1.0 to 1.28."""

    description: str
    schema_version: Version
    tests: tuple[Test, ...]
    run_on_requirements: tuple[RunOnRequirement, ...] = ()  #: one of them must hold, where there are any
    create_entities: tuple[Entity, ...] = ()
    initial_data: tuple[CollectionData, ...] = ()

    @property
    def document(self) -> Document:
        """The text and its values as read."""
        return document_of(self)
