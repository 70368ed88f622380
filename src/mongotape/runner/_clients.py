"""Client entities: what they observe, where they connect to, and the quick monitoring that a runner may ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mongotape.driver import hasten, open_client, quick_options
from mongotape.recording import EventRecorder
from mongotape.runner._options import driver_version
from mongotape.runner._outcome import SpecFailure, UnsupportedError
from mongotape.runner._settle import settle
from mongotape.spec import fresh

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mongotape.driver import TapSource
    from mongotape.events import RecordedEvent
    from mongotape.runner._facts import ServerFacts
    from mongotape.spec import ClientEntity

#: How long a client looks for a server where the test doesn't say. Among several members one may have to be
#: elected first; a single one is there or it isn't.
_SELECTION_MS = 10_000
_SINGLE_SELECTION_MS = 2_000
_LEAST_HEARTBEAT_MS = 500  # PyMongo takes no less; the format lets a runner lower what a test doesn't set
_SENSITIVE = frozenset(
    [
        "authenticate",
        "saslstart",
        "saslcontinue",
        "getnonce",
        "createuser",
        "updateuser",
        "copydbgetnonce",
        "copydbsaslstart",
        "copydb",
    ]
)
_HELLO = frozenset(("hello", "ismaster"))

#: URI options of the specifications that PyMongo doesn't have.
_NOT_IN_PYMONGO = frozenset(("waitQueueSize", "waitQueueMultiple"))

_FAMILIES = (
    ("command", ("command",)),
    ("heartbeat", ("serverHeartbeat",)),
    ("server", ("server",)),
    ("topology", ("topology",)),
    ("pool", ("pool", "connection")),
)


def family_of(kind: str) -> str:
    """Return the family of an event's specification name."""
    return next(family for family, starts in _FAMILIES if kind.startswith(starts))


class ClientRecorder(EventRecorder):
    """Records one client entity; its events carry the entity's id.

    Args:
        entity: the client.
        needed: families that the runner itself needs besides those that the client observes.
    """

    def __init__(self, entity: ClientEntity, needed: frozenset[str]) -> None:
        observed = frozenset(map(family_of, entity.observe_events))
        stored = frozenset(
            family_of(kind[0].lower() + kind[1:])
            for each in entity.store_events_as_entities
            for kind in each.events
        )
        super().__init__(families=(observed | stored | needed) or {"command"})
        self._entity = entity
        self._ignored = frozenset(name.lower() for name in entity.ignore_command_monitoring_events)

    def tap(self, carried_by: Sequence[TapSource] = ()) -> Any:
        """Return the client's listener, labelled with the entity's id."""
        tap = super().tap(carried_by)
        tap.label = self._entity.id
        return tap

    def discard(self) -> None:
        """Forget what happened while the client's pool was filled."""
        self.clear()

    def observed(self, family: str) -> list[RecordedEvent]:
        """Return the events of one ``eventType`` that the entity observes, in order."""
        kinds = frozenset(self._entity.observe_events)
        return [event for event in self.log.of(family) if event.kind in kinds and not self.ignores(event)]

    def stored(self, kinds: frozenset[str]) -> list[dict[str, Any]]:
        """Return events as the documents that ``storeEventsAsEntities`` keeps.

        Args:
            kinds: their names, spelled with a capital.
        """
        events = [event for event in self.log if _capital(event.kind) in kinds and not self.ignores(event)]
        return [_document(event) for event in events]

    def ignores(self, event: RecordedEvent) -> bool:
        """Whether the format leaves a command event out.

        Source: Unified Test Format, "ignoreCommandMonitoringEvents" and "observeSensitiveCommands".
        """
        if event.family != "command":
            return False
        name = event.command_name.lower()
        if name in self._ignored or name == "configurefailpoint":
            return True
        if self._entity.observe_sensitive_commands:
            return False
        return name in _SENSITIVE or (name in _HELLO and self._is_redacted(event))

    @staticmethod
    def _is_redacted(event: RecordedEvent) -> bool:
        """A hello that speaks of credentials is published empty; one that failed has nothing but its code."""
        field = {"commandStartedEvent": "command", "commandSucceededEvent": "reply"}.get(event.kind)
        return field is None or not event.document(field)


def _capital(kind: str) -> str:
    return kind[0].upper() + kind[1:]


def _document(event: RecordedEvent) -> dict[str, Any]:
    """An event as a BSON document: its name, the moment, and what the format lets a test assert of it."""
    told: dict[str, Any] = {"name": _capital(event.kind), "observedAt": event.at}
    for field in event.kind.fields.values():
        value = getattr(event, field.name)
        if field.document or value is None or isinstance(value, str | int | float):
            told[field.spec_name] = value
    return told


def is_unsupported(entity: ClientEntity) -> str | None:
    """Return why PyMongo can't make this client, in one sentence; None where it can."""
    for name in entity.uri_options:
        if name in _NOT_IN_PYMONGO:
            return f"PyMongo {driver_version()} has no URI option {name}"
    if entity.observe_tracing_messages is not None:
        from mongotape.runner._tracing import lacks_tracing

        return lacks_tracing()
    return None


def client_options(
    entity: ClientEntity, facts: ServerFacts, api: str, recorder: ClientRecorder, base_uri: str
) -> dict[str, Any]:
    """Return the keyword arguments of a client entity.

    Raises:
        UnsupportedError: PyMongo can't make it.
    """
    if (reason := is_unsupported(entity)) is not None:
        raise UnsupportedError(reason)
    given = fresh(dict(entity.uri_options))
    lowered = {name.lower() for name in given}
    in_uri = base_uri.lower()
    watches_heartbeats = any(kind.startswith("serverHeartbeat") for kind in entity.observe_events)
    sets_rhythm = bool(lowered & {"servermonitoringmode", "heartbeatfrequencyms"})
    options: dict[str, Any] = {
        "event_listeners": [recorder],
        **quick_options(api, polling=not (watches_heartbeats or sets_rhythm)),
    }
    if watches_heartbeats and "heartbeatfrequencyms" not in lowered:
        options["heartbeatFrequencyMS"] = _LEAST_HEARTBEAT_MS
    if "serverselectiontimeoutms" not in lowered and "serverselectiontimeoutms" not in in_uri:
        may_elect = facts.topology != "single" and facts.members > 1
        options["serverSelectionTimeoutMS"] = _SELECTION_MS if may_elect else _SINGLE_SELECTION_MS
    if facts.set_name is not None and not given.get("directConnection") and "replicaset=" not in in_uri:
        options["replicaSet"] = facts.set_name
    options |= given
    if entity.server_api is not None:
        from pymongo.server_api import ServerApi

        options["server_api"] = ServerApi(
            entity.server_api.version,
            strict=entity.server_api.strict,
            deprecation_errors=entity.server_api.deprecation_errors,
        )
    if entity.auto_encrypt_opts is not None:
        from mongotape.runner._kms import auto_encryption_options

        options["auto_encryption_opts"] = auto_encryption_options(entity.auto_encrypt_opts)
    return options


def client_class(api: str) -> Any:
    """PyMongo's client class."""
    import pymongo

    return pymongo.MongoClient if api == "sync" else pymongo.AsyncMongoClient


async def make_client(uri: str, options: dict[str, Any], api: str) -> Any:
    """Make a client and start its monitoring."""
    client = client_class(api)(uri, connect=False, **options)
    hasten(client)
    await settle(open_client(client))
    return client


async def await_min_pool_size(
    client: Any, entity: ClientEntity, recorder: ClientRecorder, wait_for: Any
) -> None:
    """Wait until a client's pools have their least number of connections, and forget how they got them.

    Raises:
        SpecFailure: that took longer than ``awaitMinPoolSizeMS``.
    """
    assert entity.await_min_pool_size_ms is not None
    least = client.options.pool_options.min_pool_size
    if least:
        try:
            await wait_for(
                recorder, {"connectionReadyEvent": {}}, least, entity.await_min_pool_size_ms / 1000
            )
        except AssertionError as error:
            raise SpecFailure(
                entity.place,
                f'client "{entity.id}" had not {least} connections after {entity.await_min_pool_size_ms} ms',
                str(error),
            ) from None
    recorder.discard()
