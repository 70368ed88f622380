"""What one test works on while it runs: its entities, what they observe, and what must be undone afterwards."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from mongotape.driver import break_off, is_closed
from mongotape.log import EventLog
from mongotape.runner._entities import Entities
from mongotape.runner._outcome import SpecFailure, TimeLimitError
from mongotape.runner._settle import settle

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mongotape.documents import Place
    from mongotape.matching import Operator
    from mongotape.runner._clients import ClientRecorder
    from mongotape.runner._facts import ServerFacts
    from mongotape.runner._logs import LogCapture
    from mongotape.runner._tracing import SpanCapture
    from mongotape.runner._worlds import World
    from mongotape.spec import ClientEntity, Operation, Test, UnifiedFile


#: Commands that change data, which fail points hold back.
_WRITES = frozenset(
    ("aggregate", "bulkWrite", "commitTransaction", "create", "createIndexes", "delete", "drop")
)
_WRITES |= frozenset(("dropIndexes", "findAndModify", "insert", "update"))
_CONNECTING_SECONDS = 0.3
_LOOK_SECONDS = 0.002


class Deployment(Protocol):
    """What a test needs of the server that it runs on."""

    facts: ServerFacts

    @property
    def admin(self) -> Any:
        """A sync client of the runner's own, which nothing records."""

    def at(self, address: tuple[str, int | None]) -> Any:
        """A sync client of the runner's own for one server of the deployment."""

    def mongoses(self) -> Iterator[Any]:
        """A sync client of the runner's own for each server that the connection string names."""

    def uri(self, *, multiple_mongoses: bool | None, direct: bool) -> str:
        """The connection string of a client entity."""


class Watched(NamedTuple):
    """A client entity, its client and what it published."""

    entity: ClientEntity
    client: Any
    recorder: ClientRecorder


class DoAll(Protocol):
    """Does operations in their order."""

    async def __call__(self, operations: Sequence[Operation], *, rethrow: bool) -> None:
        """Do them.

        Args:
            operations: what to do.
            rethrow: errors that an operation expects are raised all the same, after they were judged.
        """


class Scene:
    """One test while it runs.

    Args:
        deployment: the server.
        world: the API.
        file: the file that the test is of.
        test: the test.
        operators: operators of the user's own.
        seconds: how long it may take.
    """

    do_all: DoAll  # the verb is handed in: what does an operation stands above what an operation works on

    def __init__(
        self,
        deployment: Deployment,
        world: World,
        file: UnifiedFile,
        test: Test,
        *,
        operators: Sequence[Operator] = (),
        seconds: float,
    ) -> None:
        self.deployment = deployment
        self.facts = deployment.facts
        self.world = world
        self.file = file
        self.test = test
        self.operators = tuple(operators)
        self.entities = Entities()
        self.activity = "starting"  #: what is being done, in words
        self.place: Place | None = None  #: where the operation stands that is being done
        self.cluster_time: Mapping[str, Any] | None = None
        self.logs: LogCapture | None = None
        self.spans: SpanCapture | None = None
        self.is_over = False  #: the time limit was reached
        self.used_transactions = False
        self._deadline = time.monotonic() + seconds
        self._clients: dict[str, Watched] = {}
        self._cursors: list[Any] = []
        self._fail_points: list[tuple[tuple[str, int | None] | None, str]] = []
        self._blocked_seconds = 0.0
        self._writes_until = 0.0
        self._needs = dict(_needs(test.operations))

    # Clients.

    def families_needed(self, entity: ClientEntity) -> frozenset[str]:
        """Families that operations of the test ask about, whether the client observes them or not."""
        needed = {family for (client, family) in self._needs if client == entity.id}
        return frozenset(needed | ({"pool"} if entity.await_min_pool_size_ms is not None else set()))

    def uri_of(self, entity: ClientEntity) -> str:
        """The connection string of a client entity."""
        direct = bool(entity.uri_options.get("directConnection"))
        return self.deployment.uri(multiple_mongoses=entity.use_multiple_mongoses, direct=direct)

    def keep_client(self, entity: ClientEntity, client: Any, recorder: ClientRecorder) -> None:
        """Remember a client, to be closed."""
        self._clients[entity.id] = Watched(entity, client, recorder)

    def watched(self, name: str, place: Place | None = None) -> Watched:
        """Return a client entity with its recorder.

        Raises:
            SpecFailure: there is no such client.
        """
        self.entities.get(name, "client", place)
        return self._clients[name]

    @property
    def clients(self) -> Iterator[Watched]:
        """Every client entity."""
        return iter(list(self._clients.values()))

    def events(self) -> EventLog:
        """Everything that the clients published so far, in the order it happened."""
        found = [event for each in self.clients for event in each.recorder.log]
        return EventLog(sorted(found, key=lambda event: event.at))

    def discard_logs(self, client: str) -> None:
        """Forget what a client logged so far."""
        if self.logs is not None:
            self.logs.discard(self._clients[client].client)

    # Time.

    def check_time(self) -> None:
        """See that there is time left.

        Raises:
            TimeLimitError: there isn't.
        """
        if self.is_over or time.monotonic() > self._deadline:
            raise TimeLimitError

    @property
    def seconds_left(self) -> float:
        """How long the test may still take."""
        return max(0.0, self._deadline - time.monotonic())

    def break_off(self) -> None:
        """Let whatever waits fail; called from another thread."""
        self.is_over = True
        for each in self.clients:
            break_off(each.client)

    # What must be undone.

    def keep_cursor(self, cursor: Any) -> None:
        """Remember a cursor or change stream, to be closed."""
        self._cursors.append(cursor)

    def armed(self, address: tuple[str, int | None] | None, fail_point: Mapping[str, Any]) -> None:
        """Remember a fail point, to be disarmed.

        Args:
            address: the server that has it; None where the deployment is one server.
            fail_point: the ``configureFailPoint`` command.
        """
        name = fail_point["configureFailPoint"]
        if (address, name) not in self._fail_points:
            self._fail_points.append((address, name))
        data = fail_point.get("data", {})
        if data.get("blockConnection") and _WRITES & set(data.get("failCommands", ())):
            self._blocked_seconds = max(self._blocked_seconds, data.get("blockTimeMS", 0) / 1000)

    def timed_out(self) -> None:
        """Note that the client gave a command up; a write that the server holds back is still to come."""
        self._writes_until = time.monotonic() + self._blocked_seconds

    def disarm(self) -> Iterator[str]:
        """Turn every fail point off; a sentence for each that could not be."""
        from pymongo.errors import PyMongoError

        while self._fail_points:
            address, name = self._fail_points.pop()
            client = self.deployment.admin if address is None else self.deployment.at(address)
            try:
                client.admin.command({"configureFailPoint": name, "mode": "off"})
            except PyMongoError as error:
                yield f"fail point {name} could not be turned off: {error}"

    async def leave(self) -> None:
        """End workers, cursors, sessions and clients, each also where another one fails."""
        for _name, worker in self.entities.of("thread"):
            await worker.join(0 if self.is_over else 1)
        for cursor in self._cursors:
            if getattr(cursor, "alive", False):
                with suppress(Exception):
                    await settle(cursor.close())
        for _name, session in self.entities.of("session"):
            if not session.has_ended:
                with suppress(Exception):
                    await settle(session.end_session())
        for _name, encryption in self.entities.of("clientEncryption"):
            with suppress(Exception):
                await settle(encryption.close())
        if (late := self._writes_until - time.monotonic()) > 0 and not self.is_over:
            await self.world.sleep(late)  # or it would change the next test's data
        for each in self.clients:
            with suppress(Exception):
                await self._connected(each.client)
            try:
                await settle(each.client.close())
            except Exception:  # noqa: BLE001  # a client that was broken off can't kill its cursors, and stops there
                with suppress(Exception):
                    await settle(each.client.close())

    async def _connected(self, client: Any) -> None:
        """Wait until an async client that did nothing yet, or lost its server, has connected.

        PyMongo's async client leaves a socket open when it is closed while its monitor connects.
        """
        if self.world.api == "sync" or is_closed(client):
            return
        patience = time.monotonic() + _CONNECTING_SECONDS
        while time.monotonic() < patience:
            servers = client.topology_description.server_descriptions().values()
            if not any(each.server_type_name == "Unknown" for each in servers):
                return
            await self.world.sleep(_LOOK_SECONDS)

    def failure(self, place: Place | None, sentence: str, details: str = "") -> SpecFailure:
        """Return the failure of something that stands at a place of the file."""
        return SpecFailure(place or self.place, sentence, details)


_ASK = {
    "assertNumberConnectionsCheckedOut": "pool",
    "assertSameLsidOnLastTwoCommands": "command",
    "assertDifferentLsidOnLastTwoCommands": "command",
}


def _needs(operations: Sequence[Operation]) -> Iterator[tuple[tuple[str, str], None]]:
    for each in all_operations(operations):
        if each.name in _ASK:
            yield (each.arguments["client"], _ASK[each.name]), None


def all_operations(operations: Sequence[Operation]) -> Iterator[Operation]:
    """Every operation, those inside callbacks, loops and threads included."""
    for each in operations:
        yield each
        yield from all_operations(each.arguments.get("callback") or ())
        if each.name == "loop":
            yield from all_operations(each.arguments["operations"])
        if each.name == "runOnThread":
            yield from all_operations((each.arguments["operation"],))
