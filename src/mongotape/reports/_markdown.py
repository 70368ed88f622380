"""The report as Markdown, for a CI summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mongotape.reports._comparing import SIDES
from mongotape.reports._table import HEADINGS, reasons, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mongotape.reports._comparing import Change, Comparison, Side
    from mongotape.reports._results import Report, Result

_MOST = 100
"""Lines of one list; a CI summary holds one megabyte."""


def markdown(
    report: Report,
    *,
    comparison: Comparison | None = None,
    against: Mapping[Side, list[Change]] | None = None,
    reference: str = "",
) -> str:
    """The report as GitHub and GitLab show it."""
    facts = (f"PyMongo {report.pymongo}", f"Python {report.python}", f"mongotape {report.mongotape}")
    lines = [
        f"# Conformance of {_text(report.server)}",
        "",
        f"{', '.join(facts)}; {report.started}, {report.seconds:.0f} s.",
        "",
    ]
    lines += [f"> **{_text(remark)}**\n" for remark in report.remarks]
    lines += _table(report)
    if comparison is not None:
        lines += _changes("Passed before and does not now", comparison.regressions)
        lines += _changes("Passes now", comparison.fixed)
        lines += _changes("New and fails", comparison.new_failures)
        lines += _changes("Passed before and is not there now", comparison.gone)
    if against is not None:
        lines += _sides(against, reference)
    lines += _results(
        "Failed", (each for each in report.results if each.status == "failed" and each.is_fault)
    )
    lines += _results("Passed, and listed as failing", (each for each in report.results if each.is_surprise))
    lines += _results("Broken", (each for each in report.results if each.status == "broken"))
    lines += _results("Known failures", (each for each in report.results if each.is_known_failure))
    lines += _results("Flaky", (each for each in report.results if each.is_flaky))
    lines += _reasons("Not supported by the server", reasons(report.results, "unsupported"))
    lines += _reasons("Skipped", reasons(report.results, "skipped"))
    return "\n".join(lines).rstrip() + "\n"


def _table(report: Report) -> Iterator[str]:
    yield f"| specification | {' | '.join(HEADINGS.values())} | known | flaky | share | seconds |"
    yield "|---" + "|--:" * (len(HEADINGS) + 4) + "|"
    for each in table(report):
        cells = [*(each.counts[status] for status in HEADINGS), each.known, each.flaky]
        shown = " | ".join(str(cell or "") for cell in cells)
        yield f"| {_text(each.name)} | {shown} | {each.share} | {each.seconds:.1f} |"
    yield ""


def _sides(against: Mapping[Side, list[Change]], reference: str) -> Iterator[str]:
    yield f"## Against {_text(reference)}"
    yield ""
    yield "| | tests |"
    yield "|---|--:|"
    for side, words in SIDES.items():
        yield f"| {words} | {len(against[side])} |"
    yield ""
    yield from _changes("Fails on the target only", against["target only fails"])
    yield from _changes("Fails on the reference only", against["reference only fails"])


def _changes(title: str, changes: Iterable[Change]) -> Iterator[str]:
    yield from _results(title, (change.result for change in changes))


def _results(title: str, results: Iterable[Result]) -> Iterator[str]:
    kept = list(results)
    if not kept:
        return
    yield f"## {title} ({len(kept)})"
    yield ""
    for each in kept[:_MOST]:
        tries = f" ({each.failures} of {each.tries} runs failed)" if each.is_flaky else ""
        said = f": {_text(each.verdict)}" if each.verdict else ""
        yield f"- `{each.file}:{each.line}` {_text(each.description)} [{each.api}]{tries}{said}"
    if len(kept) > _MOST:
        yield f"- ... and {len(kept) - _MOST} more"
    yield ""


def _reasons(title: str, counted: list[tuple[str, int]]) -> Iterator[str]:
    if not counted:
        return
    yield f"## {title} ({sum(count for _, count in counted)})"
    yield ""
    for sentence, count in counted[:_MOST]:
        yield f"- {count} x {_text(sentence)}"
    if len(counted) > _MOST:
        yield f"- ... and {len(counted) - _MOST} more reasons"
    yield ""


def _text(text: str) -> str:
    """A text whose characters mean nothing to Markdown."""
    escaped = "".join(f"\\{each}" if each in "\\`*_[]|<>#" else each for each in text)
    return " ".join(escaped.split())
