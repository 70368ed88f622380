"""The conformance table: a row a specification, a column a status."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mongotape.reports._results import STATUSES, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mongotape.reports._results import Report, Result

HEADINGS: Mapping[Status, str] = {
    "passed": "passed",
    "failed": "failed",
    "unsupported": "not supported",
    "skipped": "skipped",
    "broken": "broken",
}
"""The columns, in order."""

EXPLANATIONS: Mapping[Status, str] = {
    "passed": "everything that the test expects was looked at and holds",
    "failed": "the server or the driver does not behave as the specification says",
    "unsupported": "the server lacks what the test needs: a version, a topology, a parameter, a command",
    "skipped": "not run for a reason that is not the server's: the driver, the test's own skipReason, the expectations",
    "broken": "nothing was learnt: the server went away, or the runner itself failed",
}


@dataclass(frozen=True, slots=True)
class Row:
    """The counts of one specification, or of all of them."""

    name: str
    counts: Mapping[Status, int]
    known: int  #: of the failed ones, those that the expectations list
    flaky: int  #: those that failed in some of their runs
    seconds: float

    @property
    def tests(self) -> int:
        """How many tests there were."""
        return sum(self.counts.values())

    @property
    def judged(self) -> int:
        """How many tests said something about the server."""
        return self.counts["passed"] + self.counts["failed"]

    @property
    def share(self) -> str:
        """How many of the tests that ran passed, in percent, never rounded up to 100; a dash for none."""
        if not self.judged:
            return "-"
        return f"{int(1000 * self.counts['passed'] / self.judged) / 10:g}%"


def row(name: str, results: Iterable[Result]) -> Row:
    """Count results."""
    kept = list(results)
    counted = Counter(result.status for result in kept)
    return Row(
        name,
        {status: counted[status] for status in STATUSES},
        known=sum(result.is_known_failure for result in kept),
        flaky=sum(result.is_flaky for result in kept),
        seconds=sum(result.seconds for result in kept),
    )


def table(report: Report) -> list[Row]:
    """A row a specification; the last one counts all of them."""
    rows = [row(name, results) for name, results in report.by_specification()]
    return [*rows, row("all", report.results)]


def reasons(results: Iterable[Result], *statuses: Status) -> list[tuple[str, int]]:
    """The reasons of results with these statuses and how often each was given, the most frequent first."""
    counted = Counter(result.sentence for result in results if result.status in statuses)
    return sorted(counted.items(), key=lambda each: (-each[1], each[0]))


def text_table(report: Report) -> str:
    """The table for a terminal."""
    rows = table(report)
    extra = [
        heading
        for heading, wanted in (
            ("known", any(each.known for each in rows)),
            ("flaky", any(each.flaky for each in rows)),
        )
        if wanted
    ]
    head = ["specification", *HEADINGS.values(), *extra, "share", "seconds"]
    lines = [head]
    for each in rows:
        more = {"known": each.known, "flaky": each.flaky}
        cells = [str(each.counts[status] or ".") for status in HEADINGS]
        cells += [str(more[heading] or ".") for heading in extra]
        lines.append([each.name, *cells, each.share, f"{each.seconds:.1f}"])
    widths = [max(len(cells[column]) for cells in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join([cells[0].ljust(widths[0]), *map(str.rjust, cells[1:], widths[1:])]).rstrip()
        for cells in lines
    )
