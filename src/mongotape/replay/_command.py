"""The command ``mongotape replay``: arguments, one or two runs, reports, exit code.

No ini file and no ``conftest.py`` has a say here: pytest is not involved.
"""

from __future__ import annotations

import dataclasses
import os
import signal
import sys
import time
from contextlib import ExitStack, contextmanager, redirect_stderr
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mongotape import reports
from mongotape.errors import ServerUnavailableError, UsageError
from mongotape.replay._expectations import Expectations, read_expectations
from mongotape.replay._making import made_report
from mongotape.replay._progress import Progress
from mongotape.replay._replayer import Replayer, needs_server
from mongotape.replay._run import STOPPED, Run, total_of
from mongotape.replay._selection import plan, select
from mongotape.replay._settings import DEFAULT_TIMEOUT, Settings, apis_of
from mongotape.replay._telling import (
    note,
    tell_against,
    tell_comparison,
    tell_fault,
    tell_report,
    tell_start,
)

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping, Sequence

    from mongotape.replay._selection import Plan
    from mongotape.reports import Change, Comparison, Report, Side
    from mongotape.servers import Choice

FINE, FOUND, INTERRUPTED = 0, 1, 130


def replay_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    what = parser.add_argument_group("what to replay")
    what.add_argument(
        "paths", nargs="*", metavar="PATH", help="YAML or JSON files, or folders to look for them in"
    )
    what.add_argument(
        "--corpus", action="store_true", help="the official tests that `mongotape corpus fetch` brought"
    )
    what.add_argument(
        "--pymongo", metavar="VERSION", help="whose official tests; by default the installed PyMongo's"
    )
    what.add_argument(
        "--only", action="append", default=[], metavar="NAME,...", help="only these specifications"
    )
    where = parser.add_argument_group("on which server")
    where.add_argument("--uri", help="a MongoDB deployment (else --server, MONGODB_URI, the embedded server)")
    where.add_argument(
        "--server", choices=("embedded", "mock"), help="a server to start: SecantusDB or mongomock"
    )
    where.add_argument(
        "--against", metavar="URI", help="a reference server: run there too, and tell what differs"
    )
    where.add_argument(
        "--multiple-mongoses-uri", metavar="URI", help="a load balancer in front of several mongos"
    )
    how = parser.add_argument_group("how")
    how.add_argument(
        "--api", default="sync", metavar="{sync,async,both}", help="PyMongo's APIs (default: sync)"
    )
    how.add_argument(
        "--timeout", type=float, default=DEFAULT_TIMEOUT, metavar="SECONDS", help="for one test (default: 30)"
    )
    how.add_argument("--keep", action="store_true", help="leave the tests' data on the server")
    how.add_argument(
        "--runs", type=int, default=1, metavar="N", help="run each test N times; finds the flaky ones"
    )
    how.add_argument("--expectations", metavar="FILE", help="the known failures of the server")
    how.add_argument("--flaky", action="store_true", help="try again what the expectations list as flaky")
    told = parser.add_argument_group("what is told")
    told.add_argument(
        "--report", action="append", default=[], metavar="FILE", help="the table as .html, .json or .md"
    )
    told.add_argument("--compare", metavar="FILE", help="an earlier report (.json): fail on regressions only")
    told.add_argument(
        "-v", "--verbose", action="store_true", help="print every failure in full when it happens"
    )


def replay_command(arguments: argparse.Namespace) -> int:
    """Replay and tell; the exit code is 0 if all is well, 1 if something failed, 130 if it was stopped.

    Raises:
        MongotapeError: it could not be begun.
    """
    from mongotape.servers import choose

    paths = [reports.checked_path(each) for each in arguments.report]
    earlier = reports.read(arguments.compare) if arguments.compare else None
    settings = _settings(arguments)
    sources, whole = select(
        arguments.paths,
        corpus=_corpus(arguments),
        only=[one for each in arguments.only for one in each.split(",")],
    )
    choice = _said_here(choose(arguments.uri, arguments.server, os.environ))
    reference = _reference(arguments.against, choice)
    plans = list(plan(sources, settings.apis))
    verbose = arguments.verbose
    reference_report, against = None, None
    with _terminable():
        report = _replay(
            plans, choice, settings, label="target" if reference else "", verbose=verbose, whole=whole
        )
        tell_report(report, verbose=verbose)
        if reference is not None and report.complete:
            on_server = [_on_server(each) for each in plans if each.error is None]
            reference_report = _replay(
                on_server, reference, settings, label="reference", verbose=verbose, whole=False
            )
            against = reports.sort_against(report, reference_report)
            tell_against(against, report, reference_report)
    comparison = reports.compare(earlier, report) if earlier is not None else None
    if comparison is not None:
        tell_comparison(comparison)
    for path in paths:
        of_reference = reference_report.server if reference_report else ""
        reports.write(report, path, comparison=comparison, against=against, reference=of_reference)
        note(f"report: {path}")
    return _exit_code(report, reference_report, comparison, against)


def _settings(arguments: argparse.Namespace) -> Settings:
    return Settings(
        apis=apis_of(arguments.api),
        timeout=arguments.timeout,
        keep=arguments.keep,
        runs=arguments.runs,
        try_flaky=arguments.flaky,
        multiple_mongoses_uri=arguments.multiple_mongoses_uri,
        expectations=read_expectations(arguments.expectations) if arguments.expectations else Expectations(),
    )


def _corpus(arguments: argparse.Namespace) -> Path | None:
    if not arguments.corpus:
        if arguments.pymongo:
            raise UsageError("--pymongo names the official tests to replay: give --corpus, too")
        return None
    from mongotape.corpus import locate

    return locate(arguments.pymongo)


def _said_here(choice: Choice) -> Choice:
    """A choice in the words of this command, whose options are pytest's without ``tape-``."""
    return dataclasses.replace(choice, said_by=choice.said_by.replace("--tape-", "--"))


def _reference(uri: str | None, target: Choice) -> Choice | None:
    if uri is None:
        return None
    from mongotape.servers import addresses, choose

    reference = dataclasses.replace(choose(uri, None, {}), said_by="--against")
    if target.uri is not None and addresses(target.uri) == addresses(uri):
        raise UsageError(f"--against: {addresses(uri)} is the target itself; give another server")
    return reference


def _on_server(one: Plan) -> Plan:
    return type(one)(one.source, tuple(case for case in one.cases if needs_server(case)))


# --- a run -------------------------------------------------------------------------------------------------


def _replay(plans: Sequence[Plan], choice: Choice, settings: Settings, **how: Any) -> Report:
    """Replay on one server; whatever ends it, what was opened is closed, and a report is made.

    Args:
        plans: what.
        choice: where.
        settings: how.
        how: `label`, of the server where there are two; `verbose`; `whole`: everything is replayed.

    Raises:
        MongotapeError: the server does not answer from the start.
    """
    from mongotape.servers import start

    began = time.monotonic()
    with ExitStack() as stack:
        try:
            running = start(choice)
        except ServerUnavailableError as error:
            raise ServerUnavailableError(str(error).replace("--tape-", "--")) from None
        stack.callback(running.stop)
        replayer = stack.enter_context(Replayer(lambda: running, settings))
        server = str(replayer.identity)
        tell_start(plans, choice, server, settings, how["label"])
        progress = Progress(sys.stderr, total_of(plans), how["label"])
        if not how["verbose"]:
            stack.enter_context(_silence())
        run = Run(replayer, plans, progress, lambda result: tell_fault(result, verbose=how["verbose"]))
        try:
            run.all()
        except KeyboardInterrupt:
            pass  # the report says that it is not complete
        finally:
            progress.finish()
        remarks = run.remarks(settings, whole=how["whole"])
    return made_report(
        run.results,
        server=server,
        address=str(choice),
        seconds=time.monotonic() - began,
        complete=run.is_complete,
        remarks=remarks,
    )


@contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM end a run as Ctrl-C does: a CI job that is cancelled leaves no fail point armed."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _silence() -> Iterator[None]:
    """Keep what the driver's threads and an embedded server print away: tests make them fail on purpose."""
    import logging

    nobody = logging.NullHandler()
    logging.getLogger().addHandler(nobody)
    try:
        with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stderr(nowhere):
            yield
    finally:
        logging.getLogger().removeHandler(nobody)


def _exit_code(
    report: Report,
    reference: Report | None,
    comparison: Comparison | None,
    against: Mapping[Side, Sequence[Change]] | None,
) -> int:
    if any(STOPPED in remark for each in (report, reference) if each for remark in each.remarks):
        return INTERRUPTED
    if report.remarks or (reference is not None and not reference.complete):
        return FOUND  # nobody looked at everything, or an expectation is stale
    if comparison is not None:
        return FOUND if comparison.regressions else FINE
    if against is not None:
        return FOUND if against["target only fails"] else FINE
    return FOUND if any(result.is_fault for result in report.results) else FINE
