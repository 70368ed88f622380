"""All tests of a plan on one server, one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mongotape.replay._replayer import unread

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mongotape.replay._progress import Progress
    from mongotape.replay._replayer import Replayer
    from mongotape.replay._selection import Plan
    from mongotape.replay._settings import Settings
    from mongotape.reports import Result

STOPPED = "stopped by a signal"


class Run:
    """All tests of a plan on one server.

    Args:
        replayer: runs one.
        plans: the files and their tests.
        progress: is told each result.
        say: is told each result that makes a run fail.
    """

    def __init__(
        self, replayer: Replayer, plans: Sequence[Plan], progress: Progress, say: Callable[[Result], None]
    ) -> None:
        self._replayer = replayer
        self._plans = plans
        self._progress = progress
        self._say = say
        self.results: list[Result] = []
        self.is_complete = False

    def all(self) -> None:
        """Run every test; it ends early where the server stops answering, or is interrupted."""
        for each in self._plans:
            if each.error is not None:
                self._keep(unread(each.source, each.error))
            for case in each.cases:
                self._keep(self._replayer.run(case))
                if self._replayer.gone:
                    return
            each.source.release()
        self.is_complete = True

    def _keep(self, result: Result) -> None:
        self.results.append(result)
        self._progress.done(result)
        if result.is_fault:
            self._progress.clear()
            self._say(result)

    def remarks(self, settings: Settings, *, whole: bool) -> list[str]:
        """What a reader of the results must know.

        Args:
            settings: how it was run.
            whole: the run is of everything, so that an expectation that matches no file is told.
        """
        total = total_of(self._plans)
        if self._replayer.gone:
            return [f"the server stopped answering: {len(self.results)} of {total} tests were run"]
        if not self.is_complete:
            return [f"{STOPPED}: {len(self.results)} of {total} tests were run"]
        cases = [case for each in self._plans for case in each.cases]
        server = self._replayer
        return list(settings.expectations.unused(cases, lambda: server.identity, whole=whole))


def total_of(plans: Sequence[Plan]) -> int:
    """How many results a plan gives: one a test, and one a file that can't be read."""
    return sum(len(each.cases) + (each.error is not None) for each in plans)
