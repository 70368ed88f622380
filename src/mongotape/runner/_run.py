"""Runs one test from its initial data to its outcome, and undoes what it did.

Source: Unified Test Format, "Executing a Test".
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Self

from mongotape.runner import _data
from mongotape.runner._create import create_entities
from mongotape.runner._expected import check_events, check_outcome
from mongotape.runner._log_messages import check_logs
from mongotape.runner._logs import LogCapture
from mongotape.runner._outcome import TimeLimitError
from mongotape.runner._perform import Performer
from mongotape.runner._scene import all_operations
from mongotape.runner._tracing import SpanCapture, check_spans
from mongotape.spec import ClientEntity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mongotape.log import EventLog
    from mongotape.runner._scene import Scene
    from mongotape.spec import Test, UnifiedFile


def observes_logs(file: UnifiedFile, test: Test) -> bool:
    """Whether a client of the test observes log messages."""
    return any(client.observe_log_messages is not None for client in clients_of(file, test))


def clients_of(file: UnifiedFile, test: Test) -> Iterator[ClientEntity]:
    """The clients that a test makes, those of its own operations included."""
    made = [
        entity for each in all_operations(test.operations) for entity in each.arguments.get("entities", ())
    ]
    return (entity for entity in (*file.create_entities, *made) if isinstance(entity, ClientEntity))


class Run:
    """One test being run on one API.

    Args:
        scene: what it works on.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        scene.do_all = Performer(scene)
        self._logs: Any = nullcontext()
        if observes_logs(scene.file, scene.test):
            self._logs = scene.logs = LogCapture()
        if any(client.observe_tracing_messages is not None for client in clients_of(scene.file, scene.test)):
            scene.spans = SpanCapture()
        self.events: EventLog | None = None

    def __enter__(self) -> Self:
        self._logs.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._logs.__exit__(*error)

    async def body(self) -> None:
        """Do the test.

        Raises:
            SpecFailure: something is not as the file says.
            UnsupportedError: PyMongo or the server has no such thing.
        """
        scene = self._scene
        scene.activity = "inserting the initial data"
        scene.cluster_time = _data.insert(scene.deployment.admin, scene.file.initial_data)
        if scene.facts.topology == "sharded" and any(
            each.name == "distinct" for each in all_operations(scene.test.operations)
        ):
            _data.distinct_everywhere(scene.deployment.mongoses(), scene.file.initial_data)
        await create_entities(scene, scene.file.create_entities)
        await scene.do_all(scene.test.operations, rethrow=False)
        await self._join_threads()
        scene.place = None
        scene.activity = "turning fail points off"
        for complaint in scene.disarm():
            raise scene.failure(scene.test.place, complaint)
        self._check()

    async def _join_threads(self) -> None:
        """What a thread failed with fails the test, also where no operation waits for it."""
        scene = self._scene
        for name, worker in scene.entities.of("thread"):
            scene.activity = f'waiting for the thread "{name}"'
            if not await worker.join(scene.seconds_left):
                raise TimeLimitError
            if worker.error is not None:
                raise worker.error

    def _check(self) -> None:
        scene, test = self._scene, self._scene.test
        for events in test.expect_events:
            check_events(scene, events)
        for messages in test.expect_log_messages:
            check_logs(scene, messages)
        for spans in test.expect_tracing_messages:
            assert scene.spans is not None
            check_spans(scene.spans.of(spans.client), spans, scene.entities)
        for data in test.outcome:
            check_outcome(scene, data)

    def undo_on_server(self, *, is_gone: bool) -> list[str]:
        """Turn fail points off and keep the events, whatever happened; what could not be undone, in words."""
        complaints = [] if is_gone else list(self._scene.disarm())
        self.events = self._scene.events()
        return complaints

    async def leave(self) -> None:
        """End what the test opened."""
        await self._scene.leave()
