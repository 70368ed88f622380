"""The report as one HTML page that needs nothing else: no network, no other file, readable without scripts."""

from __future__ import annotations

from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

from mongotape.reports._comparing import SIDES
from mongotape.reports._page import SCRIPT, STYLE
from mongotape.reports._table import EXPLANATIONS, HEADINGS, Row, reasons, row, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mongotape.reports._comparing import Change, Comparison, Side
    from mongotape.reports._results import Report, Result


_FEW = 20
"""A specification with so many failures is shown open, since only failures are shown at first."""


def html(
    report: Report,
    *,
    comparison: Comparison | None = None,
    against: Mapping[Side, list[Change]] | None = None,
    reference: str = "",
) -> str:
    """The report as a page."""
    title = f"Conformance of {escape(report.server)}"
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title><style>{STYLE}</style></head><body>",
        f"<header><h1>{title}</h1>{_facts(report)}</header><main>",
        *(f'<p class="remark">{escape(remark)}</p>' for remark in report.remarks),
        *_summary(report),
        *_table(report),
        *(_compared(comparison) if comparison is not None else ()),
        *(_sides(against, reference) if against is not None else ()),
        *_reasons(report),
        *_tests(report),
        f"</main><script>{SCRIPT}</script></body></html>",
    ]
    return "\n".join(parts) + "\n"


def _facts(report: Report) -> str:
    facts = [
        report.address,
        f"PyMongo {report.pymongo}",
        f"Python {report.python}",
        f"mongotape {report.mongotape}",
        report.started.replace("T", " "),
        f"{report.seconds:.1f} s",
    ]
    return f"<p>{' · '.join(escape(each) for each in facts if each)}</p>"


def _summary(report: Report) -> Iterator[str]:
    counted = row("all", report.results)
    yield '<section class="summary">'
    yield (
        f'<div class="share"><strong>{counted.share}</strong>'
        f"<span>of the {counted.judged:,} tests that ran passed</span></div>"
    )
    yield _bar(counted)
    yield "<ul>"
    for status, heading in HEADINGS.items():
        yield (
            f'<li class="{status}" title="{escape(EXPLANATIONS[status])}">'
            f"<b>{counted.counts[status]:,}</b> {heading}</li>"
        )
    for number, words in ((counted.known, "known failures"), (counted.flaky, "flaky")):
        if number:
            yield f'<li class="known"><b>{number:,}</b> {words}</li>'
    yield "</ul></section>"


def _bar(counted: Row) -> str:
    total = counted.tests or 1
    pieces = [
        f'<i class="{status}" style="width:{100 * count / total:.3f}%"></i>'
        for status, count in counted.counts.items()
        if count
    ]
    return f'<div class="bar" aria-hidden="true">{"".join(pieces)}</div>'


def _table(report: Report) -> Iterator[str]:
    rows = table(report)
    has_known = any(each.known for each in rows)
    has_flaky = any(each.flaky for each in rows)
    yield '<section><h2>Specifications</h2><div class="wide"><table><thead><tr><th>specification</th><th></th>'
    for status, heading in HEADINGS.items():
        yield f'<th class="number" title="{escape(EXPLANATIONS[status])}">{heading}</th>'
    yield (
        '<th class="number" title="of the failed ones, those that the expectations list">known</th>'
        * has_known
    )
    yield '<th class="number" title="failed in some of their runs">flaky</th>' * has_flaky
    yield '<th class="number" title="passed, of those that passed or failed">share</th>'
    yield '<th class="number">seconds</th></tr></thead><tbody>'
    for at, each in enumerate(rows):
        is_sum = at == len(rows) - 1
        if is_sum:
            yield "</tbody><tfoot>"
        name = escape(each.name)
        link = name if is_sum else f'<a href="#{_anchor(each.name)}">{name}</a>'
        yield f"<tr><th>{link}</th><td>{_bar(each)}</td>"
        for status in HEADINGS:
            count = each.counts[status]
            yield f'<td class="number {status if count else "none"}">{count or "·"}</td>'
        for number, is_there in ((each.known, has_known), (each.flaky, has_flaky)):
            if is_there:
                yield f'<td class="number {"known" if number else "none"}">{number or "·"}</td>'
        yield f'<td class="number">{each.share}</td><td class="number">{each.seconds:.1f}</td></tr>'
    yield "</tfoot></table></div></section>"


def _compared(comparison: Comparison) -> Iterator[str]:
    groups = (
        ("passed before and do not now", comparison.regressions),
        ("did not pass before and do now", comparison.fixed),
        ("are new and fail", comparison.new_failures),
        ("passed before and are not there now", comparison.gone),
    )
    yield "<section><h2>Since the earlier run</h2>"
    yield from _groups(groups)
    yield "</section>"


def _sides(against: Mapping[Side, list[Change]], reference: str) -> Iterator[str]:
    yield f"<section><h2>Against {escape(reference)}</h2>"
    yield from _groups([(words, against[side]) for side, words in SIDES.items()])
    yield "</section>"


def _groups(groups: Iterable[tuple[str, Sequence[Change]]]) -> Iterator[str]:
    for words, changes in groups:
        if not changes:
            yield f"<p class=none><b>0</b> {words}</p>"
            continue
        yield f"<details><summary><b>{len(changes):,}</b> {words}</summary><ul class=changes>"
        for change in changes:
            before = change.before.status if change.before else "not there"
            after = change.after.status if change.after else "not there"
            shown = change.result
            yield (
                f"<li><code>{escape(shown.file)}:{shown.line}</code> {escape(shown.description)} "
                f"<em>{escape(shown.api)}</em> <span class=verdict>{escape(shown.verdict)}</span> "
                f"<small>{before} &rarr; {after}</small></li>"
            )
        yield "</ul></details>"


def _reasons(report: Report) -> Iterator[str]:
    for status, title in (
        ("unsupported", "Why not supported"),
        ("skipped", "Why skipped"),
        ("broken", "What broke"),
    ):
        counted = reasons(report.results, status)  # type: ignore[arg-type]
        if counted:
            yield f"<section><h2>{title}</h2><table class=reasons><tbody>"
            yield from (
                f'<tr><td class="number {status}">{count}</td><td>{escape(sentence)}</td></tr>'
                for sentence, count in counted
            )
            yield "</tbody></table></section>"


def _tests(report: Report) -> Iterator[str]:
    yield "<section><h2>Tests</h2>"
    yield (
        '<form class="filter"><input type="search" placeholder="file, description or reason"'
        ' aria-label="filter by text">'
    )
    for status, heading in HEADINGS.items():
        if any(result.status == status for result in report.results):
            on = " checked" if status in ("failed", "broken") else ""
            yield f'<label class="{status}"><input type="checkbox" value="{status}"{on}> {heading}</label>'
    yield '<span class="shown" role="status"></span></form>'
    for name, results in report.by_specification():
        is_short = 0 < sum(result.status in ("failed", "broken") for result in results) <= _FEW
        is_open = " open" if is_short else ""
        yield f'<details class="specification" id="{_anchor(name)}"{is_open}><summary>{escape(name)}'
        yield f"{_bar(row(name, results))}</summary>"
        for file, of_file in groupby(results, key=lambda result: result.file):
            yield f'<div class="file"><h3>{escape(file)}</h3>'
            yield from map(_test, of_file)
            yield "</div>"
        yield "</details>"
    yield "</section>"


def _test(result: Result) -> str:
    status = "known" if result.is_known_failure else result.status
    tries = f" <em>{result.failures} of {result.tries} runs failed</em>" if result.is_flaky else ""
    head = (
        f"<b>{status if status != 'unsupported' else 'not supported'}</b> {escape(result.description)} "
        f"<em>{escape(result.api)}</em>{tries} <small>line {result.line}, {1000 * result.seconds:.0f} ms</small>"
    )
    verdict = f'<div class="verdict">{escape(result.verdict)}</div>' if result.verdict else ""
    attributes = f'class="test {result.status} {status}" data-status="{result.status}"'
    if not result.text:
        return f"<div {attributes}>{head}{verdict}</div>"
    return (
        f"<details {attributes}><summary>{head}{verdict}</summary><pre>{escape(result.text)}</pre></details>"
    )


def _anchor(name: str) -> str:
    return "spec-" + "".join(each if each.isalnum() else "-" for each in name)
