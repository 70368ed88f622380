"""Two runs side by side: an earlier one and this one, or a reference server and the target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mongotape.reports._results import Identity, Report, Result

_NOT_RUN = ("unsupported", "skipped")


@dataclass(frozen=True, slots=True)
class Change:
    """One test in two runs; a run that does not have it has None."""

    before: Result | None
    after: Result | None

    @property
    def result(self) -> Result:
        """The later result, or the earlier where there is no later."""
        found = self.after or self.before
        assert found is not None
        return found


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between an earlier run and this one."""

    regressions: tuple[Change, ...]  #: passed and does not any more: it fails, or is not run
    fixed: tuple[Change, ...]  #: did not pass and does now
    new_failures: tuple[Change, ...]  #: fails, and was not in the earlier run
    gone: tuple[Change, ...]  #: passed, and is not in this run although its specification is


def compare(before: Report, after: Report) -> Comparison:
    """Compare an earlier run with this one, test by test.

    A test that passed and is skipped now is a regression, too: nobody looked. One that is not in this run at
    all is none (the run may be of a part), and is told where this run has its specification.
    """
    earlier, later = _by_identity(before), _by_identity(after)
    specifications = {result.specification for result in after.results}
    changes = {
        identity: Change(earlier.get(identity), later.get(identity)) for identity in {**earlier, **later}
    }
    regressions, fixed, new, gone = [], [], [], []
    for change in changes.values():
        was, now = change.before, change.after
        if was is None:
            assert now is not None
            if now.status in ("failed", "broken"):
                new.append(change)
        elif now is None:
            if was.status == "passed" and was.specification in specifications:
                gone.append(change)
        elif was.status == "passed" and now.status != "passed":
            regressions.append(change)
        elif was.status != "passed" and now.status == "passed":
            fixed.append(change)
    return Comparison(tuple(regressions), tuple(fixed), tuple(new), tuple(gone))


def _by_identity(report: Report) -> dict[Identity, Result]:
    return {result.identity: result for result in report.results}


Side: TypeAlias = Literal[
    "both pass", "target only fails", "reference only fails", "both fail", "not compared"
]

SIDES: Mapping[Side, str] = {
    "both pass": "passes on both",
    "target only fails": "fails on the target only",
    "reference only fails": "fails on the reference only",
    "both fail": "fails on both",
    "not compared": "not run on one of them",
}


def sort_against(target: Report, reference: Report) -> dict[Side, list[Change]]:
    """Sort the tests by where they pass; `Change.before` is the reference's result, ``after`` the target's."""
    theirs = _by_identity(reference)
    sorted_: dict[Side, list[Change]] = {side: [] for side in SIDES}
    for identity, result in _by_identity(target).items():
        other = theirs.get(identity)
        sorted_[_side(result, other)].append(Change(other, result))
    return sorted_


def _side(target: Result, reference: Result | None) -> Side:
    if reference is None or {target.status, reference.status} & {*_NOT_RUN, "broken"}:
        return "not compared"
    if target.status == "passed":
        return "both pass" if reference.status == "passed" else "reference only fails"
    return "target only fails" if reference.status == "passed" else "both fail"
