"""Replays files of the SDAM format and of its monitoring variant: offline, on PyMongo's real topology.

Source: Server Discovery And Monitoring tests; SDAM Monitoring tests.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Self

from mongotape.driver import DrivenTopology, unobserved
from mongotape.errors import UnsupportedDriverError
from mongotape.recording import EventRecorder
from mongotape.runner._outcome import Outcome, SpecFailure
from mongotape.runner.older._descriptions import findings
from mongotape.runner.older._known import driver_version
from mongotape.runner.older._report import failed, failure, where
from mongotape.runner.older._sdam_events import compare
from mongotape.runner.older._worlds import Bodies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mongotape.log import EventLog
    from mongotape.runner.older._worlds import Api
    from mongotape.spec import ApplicationError, SdamFile, SdamPhase


class TopologyContext:
    """Replays SDAM files on one API; needs no server.

    Args:
        api: "sync" or "async"; "async" not inside a running event loop.
    """

    def __init__(self, *, api: Api) -> None:
        self.api = api
        self._bodies = Bodies(api)

    def unmet(self, file: SdamFile) -> str | None:
        """Return why a file can't run with this PyMongo, in one sentence; None where it can."""
        from pymongo import common

        least = common.MIN_SUPPORTED_WIRE_VERSION
        newest = max(
            (each.reply.get("maxWireVersion", 0) for phase in file.phases for each in phase.responses),
            default=least,
        )
        if newest >= least:
            return None
        return (
            f"every server of this file is older than wire version {least}, the oldest that PyMongo"
            f" {driver_version()} supports (the newest here has {newest})"
        )

    def run(self, file: SdamFile) -> Outcome:
        """Replay a file; raises only what is no ``Exception``."""
        if (reason := self.unmet(file)) is not None:
            return Outcome("skipped", reason, reason, where(file.place))
        started = time.perf_counter()
        recorder = EventRecorder(families=("server", "topology"))
        try:
            self._bodies.run(_replay(file, self.api, recorder))
        except SpecFailure as error:
            taken = time.perf_counter() - started
            return failed(
                error, taken, recorder.log, f"with the {self.api} API of PyMongo {driver_version()}"
            )
        except UnsupportedDriverError as error:
            return Outcome("broken", str(error), str(error), where(file.place))
        except Exception as error:  # noqa: BLE001  # what PyMongo or this runner may raise is not known
            sentence = f"the replay broke with {type(error).__name__}: {error}"
            return Outcome("broken", sentence, f"{where(file.place)}: {sentence}", where(file.place))
        return Outcome("passed", seconds=time.perf_counter() - started, events=recorder.log)

    def close(self) -> None:
        """Leave nothing running."""
        self._bodies.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


async def _replay(file: SdamFile, api: Api, recorder: EventRecorder) -> None:
    with unobserved():
        topology = DrivenTopology(api, file.uri, recorder)
    try:
        await topology.open()
        published = 0
        for number, phase in enumerate(file.phases, 1):
            await _hand_over(phase, topology)
            topology.drain()
            log = recorder.log
            if (error := _judged(phase, topology, log[published:])) is not None:
                raise SpecFailure(
                    error.place,
                    f"{_title(number, phase)}: {error.sentence}",
                    "\n".join(filter(None, (error.details, *_handed_over(phase)))),
                )
            published = len(log)
    finally:
        await topology.close()
    recorder.raise_errors()


def _title(number: int, phase: SdamPhase) -> str:
    return f"phase {number} ({phase.description})" if phase.description else f"phase {number}"


async def _hand_over(phase: SdamPhase, topology: DrivenTopology) -> None:
    for response in phase.responses:
        await topology.hello(response.address, response.reply)
    for error in phase.application_errors:
        try:
            is_error = await topology.application_error(
                error.address,
                kind=error.type,
                handshake_completed=error.when == "afterHandshakeCompletes",
                max_wire_version=error.max_wire_version or 0,
                generation=error.generation,
                response=error.response,
            )
        except LookupError:
            raise SpecFailure(
                error.place, f"an application error of {error.address}, which the topology doesn't have"
            ) from None
        if not is_error:
            raise SpecFailure(error.place, f"the response of {error.address} is no error: {error.response}")


def _judged(phase: SdamPhase, topology: DrivenTopology, events: EventLog) -> SpecFailure | None:
    outcome = phase.outcome
    if outcome.events is not None:
        return compare(outcome.events, events, topology.id, outcome.place.below("events"))
    found = list(findings(outcome, topology))
    return failure(found, "the outcome differs") if found else None


def _handed_over(phase: SdamPhase) -> Iterator[str]:
    """Yield what the client was told in this phase."""
    if phase.responses or phase.application_errors:
        yield ""
        yield "  what reached the client in this phase:"
    for response in phase.responses:
        said = f"hello {dict(response.reply)}" if response.reply else "a network error"
        yield f"    {where(response.place)}: {response.address}: {_cut(said)}"
    for error in phase.application_errors:
        yield f"    {where(error.place)}: {error.address}: {_cut(_told(error))}"


def _told(error: ApplicationError) -> str:
    said = f"{error.type} error, {error.when}"
    return f"{said}: {dict(error.response)}" if error.response is not None else said


def _cut(text: str) -> str:
    return text if len(text) <= 240 else f"{text[:240]}... ({len(text):,} characters)"
