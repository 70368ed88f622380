"""Runs cases on one server: as often as the settings and the expectations say, never more."""

from __future__ import annotations

import dataclasses
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from mongotape.errors import MongotapeError, SpecError
from mongotape.replay._contexts import Contexts
from mongotape.replay._findings import finding_of
from mongotape.replay._lock import alone_on
from mongotape.replay._server import ServerIdentity, identify
from mongotape.reports import Result

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mongotape.replay._cases import Case, Source
    from mongotape.replay._expectations import Expectation
    from mongotape.replay._settings import Settings
    from mongotape.reports import Known, Status
    from mongotape.runner import Outcome, ServerFacts
    from mongotape.servers import Running

_LONGEST = 300
"""Characters of a sentence in a table."""


class Replayer:
    """Runs cases on one server, one after the other.

    Args:
        server: gives the running server; called when a case first needs it.
        settings: how.
    """

    def __init__(self, server: Callable[[], Running], settings: Settings) -> None:
        self._server = server
        self._settings = settings
        self._contexts = Contexts(server, settings)
        self.gone: str | None = None  #: the sentence on the server that stopped answering

    # The server.

    @cached_property
    def identity(self) -> ServerIdentity:
        """What the server calls itself.

        Raises:
            MongotapeError: it can't be started or does not answer.
        """
        admin = self._server().admin.admin
        hello = admin.command("hello")
        topology = (
            "sharded" if hello.get("msg") == "isdbgrid" else "replicaset" if "setName" in hello else "single"
        )
        return identify(admin.command("buildInfo"), "load-balanced" if "serviceId" in hello else topology)

    @cached_property
    def _addresses(self) -> str | None:
        """Whom others may be replaying on, too; None for a server that was started here."""
        from mongotape.servers import addresses

        running = self._server()
        return None if running.is_own else addresses(running.uri)

    def close(self) -> None:
        """Drop the tests' data, unless it is to be kept, and close what was opened."""
        used = self.__dict__.get("_addresses")  # not there, where no test needed the server
        with alone_on(used if self._contexts else None):
            self._contexts.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    # Cases.

    def expectation(self, case: Case) -> Expectation | None:
        """What the project's expectations say of a case on this server, else what is known of the driver.

        Raises:
            MongotapeError: the server is needed to know, and does not answer.
        """
        return self._settings.expectations.of(case, lambda: self.identity) or finding_of(case)

    def run(self, case: Case) -> Result:
        """Run a case as often as the settings and the expectations say.

        Nothing is run again in silence: `Result.tries` counts every run. A test that is listed as flaky is run
        again after a failure, with ``try_flaky`` only, and passes with the first run that passes. With ``runs``
        every run must pass.
        """
        try:
            known = self.expectation(case)
            if known is not None and known.expect == "skip":
                return self._result(case, "skipped", sentence=known.reason, tries=0, known=known)
            tries = 1
            if known is not None and known.expect == "flaky" and self._settings.try_flaky:
                tries = known.tries
            with alone_on(self._addresses if needs_server(case) else None):
                result = (
                    self._repeat(case, known) if self._settings.runs > 1 else self._try(case, known, tries)
                )
        except SpecError as error:
            text = "\n".join(map(str, error.complaints)) or str(error)
            return self._result(case, "failed", sentence=str(error), text=text, failures=1)
        except MongotapeError as error:
            return self._result(case, "broken", sentence=str(error), text=str(error))
        return self._after(case, result)

    def _try(self, case: Case, known: Expectation | None, tries: int) -> Result:
        seconds = 0.0
        failures = 0
        while True:
            outcome = self._run_once(case)
            seconds += outcome.seconds
            failures += outcome.status == "failed"
            if outcome.status != "failed" or failures == tries:
                ran = failures + (outcome.status != "failed")
                return self._of(case, outcome, seconds, tries=ran, failures=failures, known=known)

    def _repeat(self, case: Case, known: Expectation | None) -> Result:
        runs = self._settings.runs
        seconds = 0.0
        failed: list[tuple[int, Outcome]] = []
        for number in range(1, runs + 1):
            outcome = self._run_once(case)
            seconds += outcome.seconds
            if outcome.status == "failed":
                failed.append((number, outcome))
            elif outcome.status != "passed":
                return self._of(case, outcome, seconds, tries=number, failures=len(failed), known=known)
        if not failed:
            return self._of(case, outcome, seconds, tries=runs, failures=0, known=known)
        number, first = failed[0]
        result = self._of(case, first, seconds, tries=runs, failures=len(failed), known=known)
        if len(failed) == runs:
            return result
        sentence = f"flaky: {len(failed)} of {runs} runs failed, first run {number}: {first.sentence}"
        return dataclasses.replace(result, sentence=sentence, text=f"{sentence}\n{result.text}")

    def _run_once(self, case: Case) -> Outcome:
        """Run a case once; one that needs a server that is gone is not run.

        Raises:
            MongotapeError: the server does not answer, or the file can't be read.
        """
        if self.gone is not None and needs_server(case):
            from mongotape.runner import Outcome

            return Outcome("broken", self.gone, self.gone)
        return self._contexts.run(case)

    def _after(self, case: Case, result: Result) -> Result:
        """After a case that was broken: see whether the server still answers, so that the others need not wait."""
        if result.status != "broken" or self.gone is not None or not needs_server(case):
            return result
        try:
            self._server().ping()
        except MongotapeError as error:
            first = f"{result.file}:{result.line} {case.id}"
            self.gone = f"not run: the server stopped answering during {first}"
            return dataclasses.replace(result, text=f"{result.text}\n{error}")
        return result

    # Results.

    def _of(self, case: Case, outcome: Outcome, seconds: float, **more: Any) -> Result:
        status: Status = outcome.status
        if status == "skipped":
            facts = self._contexts.facts(case)
            if facts is not None and lacks_on_server(case, facts):
                status = "unsupported"
        text = ""
        if status in ("failed", "broken"):
            from mongotape.rendering import render_log

            events = f"\nrecorded: {render_log(outcome.events)}" if len(outcome.events) else ""
            kept = f"\nkept on the server: {', '.join(outcome.kept)}" if outcome.kept else ""
            text = f"{outcome.text}{events}{kept}"
        return self._result(case, status, sentence=outcome.sentence, text=text, seconds=seconds, **more)

    def _result(
        self,
        case: Case,
        status: Status,
        *,
        sentence: str,
        text: str = "",
        seconds: float = 0.0,
        tries: int = 1,
        failures: int = 0,
        known: Expectation | None = None,
    ) -> Result:
        said: Known = "" if known is None else known.expect
        return Result(
            specification=case.source.specification,
            file=case.source.file,
            line=case.line if _is_readable(case) else 1,
            description=case.name,
            api=case.api,
            status=status,
            sentence=brief(sentence),
            text=text,
            seconds=round(seconds, 6),
            tries=tries,
            failures=failures,
            known=said,
            reason="" if known is None else known.reason,
        )


def brief(sentence: str) -> str:
    """A sentence as tables show it: without the server's whole reply, which stands in the full text."""
    shown = sentence.partition(", full error: ")[0]
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 3]}..."


def unread(source: Source, error: SpecError) -> Result:
    """A file that can't be read: one result, which failed."""
    return Result(
        specification=source.specification,
        file=source.file,
        line=error.complaints[0].place.line if error.complaints else 1,
        description="file can be read",
        api="",
        status="failed",
        sentence=str(error),
        text="\n".join(map(str, error.complaints)) or str(error),
        failures=1,
    )


def not_run(case: Case, sentence: str) -> Result:
    """A test that could not be begun: its server can't be started, or does not answer."""
    return Result(
        specification=case.source.specification,
        file=case.source.file,
        line=case.line if _is_readable(case) else 1,
        description=case.name,
        api=case.api,
        status="broken",
        sentence=sentence,
        text=sentence,
        tries=0,
    )


def _is_readable(case: Case) -> bool:
    try:
        _ = case.source.model
    except SpecError:
        return False
    return True


def needs_server(case: Case) -> bool:
    """Whether a case is run on a server: the older SDAM format brings its own replies."""
    from mongotape.spec import SdamFile

    return not isinstance(case.source.model, SdamFile)


def lacks_on_server(case: Case, facts: ServerFacts) -> bool:
    """Whether a test is not run for what the server lacks: a version, topology, parameter, fail points.

    A test for servers older than this one is not for it, which is no lack; nor is what the requirements say of
    the connection string's credentials and of the encryption libraries that are installed here.
    """
    from mongotape.runner import unmet
    from mongotape.spec import CmapFile, UnifiedFile

    model = case.source.model
    if isinstance(model, CmapFile):
        lists = [model.run_on]
    elif isinstance(model, UnifiedFile):
        test = model.tests[case.index]
        lists = [model.run_on_requirements, test.run_on_requirements]
        if not facts.has_fail_points and any("ailPoint" in operation.name for operation in test.operations):
            return True
    else:
        return False
    without: Mapping[str, Any] = dict.fromkeys(
        ("max_server_version", "auth", "csfle", "min_libmongocrypt_version")
    )
    bare = [[dataclasses.replace(each, **without) for each in requirements] for requirements in lists]
    return any(each and all(unmet(one, facts) is not None for one in each) for each in bare)
