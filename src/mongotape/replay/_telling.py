# ruff: noqa: T201 - what a command prints
"""What a replay prints: results to the standard output, all else to the standard error."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import TYPE_CHECKING

from mongotape.reports import SIDES, text_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mongotape.replay._selection import Plan
    from mongotape.replay._settings import Settings
    from mongotape.reports import Change, Comparison, Report, Result, Side
    from mongotape.servers import Choice

_MOST_IN_FULL = 10
"""So many failures are told in full at the end, after their lines; with more, --verbose or a report is better."""

_MOST_LINES = 200


def tell_start(plans: Sequence[Plan], choice: Choice, server: str, settings: Settings, label: str) -> None:
    """Say what is run on which server; on a given one, which databases it will write to."""
    from mongotape.replay._run import total_of

    what = f"{label} " if label else ""
    note(
        f"mongotape: {what}server {server}, {choice}; PyMongo {version('pymongo')}, "
        f"{' and '.join(settings.apis)}; {len(plans)} files, {total_of(plans)} tests"
    )
    if choice.kind == "given":
        names = {name for each in plans if each.error is None for name in each.source.databases()}
        if names:
            note(databases_line(names, str(choice), keep=settings.keep))


def databases_line(names: Iterable[str], server: str, *, keep: bool) -> str:
    """What replaying does to a server that was given, in one line, told before the first test."""
    after = "what they write stays" if keep else "what they write is dropped at the end"
    return (
        f"mongotape: the specification files use these databases on {server}: {', '.join(sorted(names))}; "
        f"collections that they name are emptied, and {after}; admin, local and config are never dropped"
    )


def tell_fault(result: Result, *, verbose: bool) -> None:
    """Say that a test failed, when it happens."""
    print(line_of(result))
    if verbose and result.text:
        print(_indented(result.text))
    sys.stdout.flush()


def tell_report(report: Report, *, verbose: bool) -> None:
    """Print the failures in full, if they are few, and the table."""
    faults = [result for result in report.results if result.is_fault]
    if not verbose and len(faults) <= _MOST_IN_FULL:
        for result in faults:
            if result.text:
                print(f"\n{line_of(result)}\n{_indented(result.text)}")
    for result in report.results:
        if result.failures and result.tries > 1:
            what = "FLAKY" if result.is_flaky else "FAILED EVERY TIME"
            print(f"{what} {result.failures} of {result.tries} runs failed: {_place(result)}")
    print(f"\n{text_table(report)}")
    for remark in report.remarks:
        print(remark)
    sys.stdout.flush()


def tell_against(sides: Mapping[Side, Sequence[Change]], target: Report, reference: Report) -> None:
    """Print how many tests pass where, and name those that fail on one side only."""
    print(f"\ntarget {target.server}, reference {reference.server}")
    for side, words in SIDES.items():
        print(f"{len(sides[side]):6} {words}")
    for side in ("target only fails", "reference only fails"):
        _tell_changes(SIDES[side], sides[side])
    sys.stdout.flush()


def tell_comparison(comparison: Comparison) -> None:
    """Print what differs from an earlier run."""
    print(
        f"\n{len(comparison.regressions)} regressions, {len(comparison.fixed)} fixed, "
        f"{len(comparison.new_failures)} new failures, {len(comparison.gone)} no longer there"
    )
    _tell_changes("passed before and does not now", comparison.regressions)
    _tell_changes("new and fails", comparison.new_failures)
    _tell_changes("passed before and is not there now", comparison.gone)
    sys.stdout.flush()


def _tell_changes(title: str, changes: Sequence[Change]) -> None:
    if not changes:
        return
    print(f"{title}:")
    for change in changes[:_MOST_LINES]:
        print(f"  {line_of(change.result)}")
    if len(changes) > _MOST_LINES:
        print(f"  ... and {len(changes) - _MOST_LINES} more")


def line_of(result: Result) -> str:
    """A result in one line."""
    what = "PASSED UNEXPECTEDLY" if result.is_surprise else result.status.upper()
    said = f": {result.verdict}" if result.verdict else ""
    return f"{what} {_place(result)}{said}"


def _place(result: Result) -> str:
    api = f"[{result.api}]" if result.api else ""
    return f"{result.file}:{result.line} {result.description}{api}"


def _indented(text: str) -> str:
    return "\n".join(f"    {each}".rstrip() for each in text.splitlines())


def note(text: str) -> None:
    """Say something that is no result."""
    print(text, file=sys.stderr, flush=True)
