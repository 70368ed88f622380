"""A server and an API to run tests on."""

from __future__ import annotations

import sys
import time
import traceback
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias

from mongotape.driver import break_off, unobserved
from mongotape.runner import _data
from mongotape.runner._capabilities import lacks
from mongotape.runner._errors import told
from mongotape.runner._facts import ServerFacts, look_up
from mongotape.runner._outcome import BrokenError, Outcome, SpecFailure, TimeLimitError, UnsupportedError
from mongotape.runner._run import Run
from mongotape.runner._scene import Scene
from mongotape.runner._unmet import unmet_by_all
from mongotape.runner._worlds import AsyncWorld, SyncWorld

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mongotape.documents import Place
    from mongotape.matching import Operator
    from mongotape.runner._worlds import World
    from mongotape.spec import Test, UnifiedFile

Api: TypeAlias = Literal["sync", "async"]

_SELECTION_MS = 5000
_LEAVING_SECONDS = 10.0
_ANSWER_SECONDS = 2.0  # how long a server may take to answer a ping after a test failed


class RunnerContext:
    """A server and an API to run tests on, one after the other.

    Args:
        uri: the deployment's connection string.
        api: "sync" or "async".
        timeout: how many seconds a test may take.
        keep: leave the tests' data on the server.
        multiple_mongoses_uri: that of ``useMultipleMongoses: true`` behind a load balancer.
        operators: operators of one's own for the files' expectations.

    Raises:
        ServerUnavailableError: nobody answers at the URI.
        UsageError: it is no MongoDB URI.
    """

    def __init__(
        self,
        uri: str,
        *,
        api: Api = "sync",
        timeout: float = 30,
        keep: bool = False,
        multiple_mongoses_uri: str | None = None,
        operators: Iterable[Operator] = (),
    ) -> None:
        from mongotape.servers import database_free

        self.api = api
        self.keep = keep
        self._uri = database_free(uri)
        self._multiple_mongoses_uri = multiple_mongoses_uri
        self._timeout = timeout
        self._operators = tuple(operators)
        self._direct: dict[tuple[str, int | None], Any] = {}
        self._found: dict[str, frozenset[str]] = {}
        self._touched: set[tuple[str, str | None]] = set()
        self._is_gone = False
        self._world: World = SyncWorld() if api == "sync" else AsyncWorld()
        self.admin = self._client(self._uri)
        try:
            self.facts = self._look_up()
            _data.kill_all_sessions(self.admin)
        except BaseException:
            self.admin.close()
            self._world.close()
            raise

    def _client(self, uri: str, **options: Any) -> Any:
        from pymongo import MongoClient

        with unobserved():
            return MongoClient(
                uri, serverSelectionTimeoutMS=_SELECTION_MS, appName="mongotape runner", **options
            )

    def _look_up(self) -> ServerFacts:
        from pymongo.errors import PyMongoError

        from mongotape.errors import ServerUnavailableError
        from mongotape.servers import addresses

        lowered = self._uri.lower()
        try:
            return look_up(
                self.admin,
                addresses(self._uri),
                load_balanced="loadbalanced=true" in lowered,
                signs_in="@" in self._uri,
            )
        except PyMongoError as error:
            raise ServerUnavailableError(
                f"no MongoDB server can be used at {addresses(self._uri)}: {told(error)}"
            ) from error

    # What a test needs of the deployment.

    def at(self, address: tuple[str, int | None]) -> Any:
        """A client of the runner's own for one server of the deployment."""
        if address not in self._direct:
            from mongotape.servers import addresses

            uri = self._uri.replace(addresses(self._uri), "{}:{}".format(*address), 1)
            self._direct[address] = self._client(uri, directConnection=True)
        return self._direct[address]

    def mongoses(self) -> Iterator[Any]:
        """A client of the runner's own for each server that the connection string names."""
        from mongotape.servers import addresses

        for host in addresses(self._uri).split(","):
            name, _, port = host.rpartition(":")
            yield self.at((name, int(port)) if name else (host, 27017))

    def uri(self, *, multiple_mongoses: bool | None, direct: bool) -> str:
        """The connection string of a client entity.

        Source: Unified Test Format, "useMultipleMongoses".
        """
        from mongotape.servers import addresses

        hosts = addresses(self._uri)
        if self.facts.topology == "load-balanced" and multiple_mongoses is not False:
            return self._multiple_mongoses_uri or self._uri
        if direct or (self.facts.topology == "sharded" and multiple_mongoses is False):
            return self._uri.replace(hosts, hosts.split(",")[0], 1)
        return self._uri

    # Tests.

    def unmet(self, file: UnifiedFile, test: Test) -> str | None:
        """Return the sentence why a test can't run here; None where it can."""
        return (
            unmet_by_all(file.run_on_requirements, self.facts)
            or unmet_by_all(test.run_on_requirements, self.facts)
            or test.skip_reason
            or lacks(file, test, self.facts)
        )

    def run(self, file: UnifiedFile, test: Test) -> Outcome:
        """Run a test and undo what it did."""
        if (reason := self.unmet(file, test)) is not None:
            return Outcome("skipped", reason, reason, _where(test.place))
        began = time.monotonic()
        self._touch(file)
        scene = Scene(self, self._world, file, test, operators=self._operators, seconds=self._timeout)
        with Run(scene) as run:
            failed: tuple[str, str, str, Place | None] | None = None
            try:
                self._world.run(run.body(), seconds=self._timeout, break_off=scene.break_off)
            except Exception as error:  # noqa: BLE001  # every end of a test is an outcome
                failed = self._end(scene, error)
            finally:
                interrupted = sys.exc_info()[1] is not None
                if failed is not None and failed[0] != "skipped":
                    self._look_whether_gone()
                complaints = self._undo(run, scene, failed is not None or interrupted)
            if self._is_gone:
                sentence = f"the server at {self.facts.address} stopped answering"
                text = failed[2] if failed is not None else ""
                failed = ("broken", sentence, f"{sentence}\n{text}".rstrip(), scene.place or test.place)
        events = run.events
        seconds = time.monotonic() - began
        if failed is None and complaints:
            failed = ("broken", complaints[0], "\n".join(complaints), test.place)
        assert events is not None
        if failed is None:
            return Outcome("passed", seconds=seconds, events=events)
        status, sentence, text, place = failed
        kept = tuple(f"{each.database_name}.{each.collection_name}" for each in file.initial_data)
        return Outcome(
            status,  # type: ignore[arg-type]
            sentence,
            text,
            _where(place),
            seconds,
            events,
            kept if self.keep else (),
        )

    def _look_whether_gone(self) -> None:
        """See whether the server still answers, so that undoing does not wait for it in vain."""
        import pymongo
        from pymongo.errors import ConnectionFailure, PyMongoError

        try:
            with pymongo.timeout(_ANSWER_SECONDS):
                self.admin.admin.command("ping")
        except ConnectionFailure:
            self._is_gone = True
        except PyMongoError:
            pass  # it refuses, so it is there

    def _undo(self, run: Run, scene: Scene, failed: bool) -> list[str]:  # noqa: FBT001
        complaints = run.undo_on_server(is_gone=self._is_gone)
        if self._is_gone:
            scene.break_off()
        try:
            self._world.run(run.leave(), seconds=_LEAVING_SECONDS, break_off=scene.break_off)
            if not self._is_gone and (failed or scene.used_transactions):
                _data.kill_all_sessions(self.admin)
        except Exception as error:  # noqa: BLE001  # told in the outcome
            complaints.append(f"what the test opened could not be closed: {told(error)}")
        return complaints

    def _end(self, scene: Scene, error: Exception) -> tuple[str, str, str, Place | None]:
        """What an error that ended a test says of it: status, sentence, text, place."""
        from pymongo.errors import PyMongoError

        place = scene.place or scene.test.place
        if isinstance(error, UnsupportedError):
            return "skipped", str(error), str(error), place
        if isinstance(error, SpecFailure):
            place = error.place or place
            sentence = f"{_where(place)}: {error.sentence}"
            return "failed", error.sentence, self._text(sentence, error.details), place
        if isinstance(error, TimeLimitError):
            sentence = f"the test took longer than {self._timeout:g} s; it was waiting for {scene.activity}"
            return "failed", sentence, self._text(f"{_where(place)}: {sentence}", ""), place
        if isinstance(error, BrokenError):
            first, _, rest = str(error).partition("\n")
            return "broken", first, self._text(f"{_where(place)}: {first}", rest), place
        if isinstance(error, PyMongoError):
            sentence = f"the server failed the runner itself, while {scene.activity}: {told(error)}"
            return "broken", sentence, self._text(f"{_where(place)}: {sentence}", ""), place
        sentence = f"the runner failed while {scene.activity}: {told(error)}"
        details = "".join(traceback.format_exception(error))
        return "broken", sentence, self._text(f"{_where(place)}: {sentence}", details), place

    def _text(self, sentence: str, details: str) -> str:
        """A failure in full: the sentence, further lines, and what it was run with."""
        server = f"on {self.facts.title}, with PyMongo's {self.api} API"
        return "\n".join(part for part in (sentence, details.rstrip(), server) if part)

    # Data.

    def _touch(self, file: UnifiedFile) -> None:
        """Note what a file may leave, and what was there before."""
        if self.keep:
            return
        named = _data.collections_of(file)
        for database, _collection in named:
            if database not in self._found:
                self._found[database] = frozenset(self.admin[database].list_collection_names())
        self._touched |= named

    def _drop(self) -> None:
        """Drop the collections that the files name and those that came while they ran."""
        for database in {name for name, _ in self._touched} - _data.KEPT:
            named = {collection for name, collection in self._touched if name == database}
            for collection in self.admin[database].list_collection_names():
                if collection in named or collection not in self._found[database]:
                    self.admin[database].drop_collection(collection)

    def close(self) -> None:
        """Drop the tests' data, unless it is to be kept, and close what was opened."""
        from pymongo.errors import PyMongoError

        try:
            if not (self.keep or self._is_gone):
                self._drop()
        except PyMongoError:
            pass  # the server is gone, and the data with it or not
        finally:
            self._world.close()
            if self._is_gone:
                break_off(self.admin)  # so that closing doesn't wait for it
            for client in (*self._direct.values(), self.admin):
                client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _where(place: Place | None) -> str | None:
    if place is None:
        return None
    name, _, _column = str(place).rpartition(":")
    return name
