"""Specification files as pytest sees them: a file, its tests, and what can't be read."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator
    from pathlib import Path

    from mongotape.errors import SpecError
    from mongotape.replay import Case, Replayer, Settings, Source
    from mongotape.reports import Result


class SpecTestFailed(AssertionError):  # noqa: N818 - pytest shows the name; it is a verdict
    """Something is not as a specification file says."""


class SpecTestBroken(Exception):  # noqa: N818 - see SpecTestFailed
    """Nothing was learnt: the server went away, or the runner itself failed."""


class Replay(Protocol):
    """What replays the files of one session, as files and items know it."""

    @property
    def settings(self) -> Settings:
        """How files are replayed."""

    @property
    def replayer(self) -> Replayer:
        """What runs the tests."""

    def marker(self, name: str) -> str:
        """The marker of a specification or an API."""

    def unused_expectations(self, sources: list[Source], *, whole: bool) -> Iterator[str]:
        """A sentence for each listed failure that no test has."""


class SpecFile(pytest.File):
    """A specification file."""

    def __init__(self, *, replay: Replay, source: Source, **more: Any) -> None:
        super().__init__(**more)
        self.replay = replay
        self.source = source
        self.add_marker(replay.marker(source.specification))

    def collect(self) -> Iterator[pytest.Item]:
        """One item a test and API; one that fails, if the file can't be read; none for a file of another kind."""
        from mongotape.errors import SpecError

        if not self.session.isinitpath(self.path) and not self.source.is_spec_file():
            return
        try:
            cases = list(self.source.cases(self.replay.settings.apis))
        except SpecError as error:
            yield UnreadFile.from_parent(self, name="file can be read", error=error)
            return
        for case in cases:
            # As a text: what stands in brackets is part of the id that pytest reads back from its cache (--lf).
            yield SpecItem.from_parent(self, name=case.id, nodeid=f"{self.nodeid}::{case.id}", case=case)

    def teardown(self) -> None:
        """Let the file's model go: its last test is over."""
        self.source.release()


class UnreadFile(pytest.Item):
    """A file that can't be read fails as one item."""

    parent: SpecFile

    def __init__(self, *, error: SpecError, **more: Any) -> None:
        super().__init__(**more)
        self._error = error

    @cached_property
    def result(self) -> Result:
        """Failed."""
        from mongotape.replay import unread

        return unread(self.parent.source, self._error)

    def runtest(self) -> None:
        """Tell the complaints."""
        raise SpecTestFailed(self.result.text)

    def reportinfo(self) -> tuple[Path, int, str]:
        """The first complaint's line."""
        complaints = self._error.complaints
        return self.path, complaints[0].place.line - 1 if complaints else 0, self.name

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The complaints, without the reader's own lines."""
        if not isinstance(excinfo.value, SpecTestFailed):
            return super().repr_failure(excinfo, style)
        return located(excinfo, self, str(self._error))


class SpecItem(pytest.Item):
    """One test of a specification file, on one API."""

    parent: SpecFile

    def __init__(self, *, case: Case, **more: Any) -> None:
        super().__init__(**more)
        self.case = case
        self.result: Result | None = None
        self.add_marker(self.parent.replay.marker(case.api))

    def setup(self) -> None:
        """Expect the failure that the project lists."""
        from mongotape.errors import MongotapeError

        try:
            known = self.parent.replay.replayer.expectation(self.case)
        except MongotapeError as error:
            raise SpecTestBroken(str(error)) from None
        if known is not None and known.expect == "xfail":
            self.add_marker(pytest.mark.xfail(reason=known.reason, strict=True, raises=SpecTestFailed))

    def runtest(self) -> None:
        """Replay the test."""
        result = self.result = self.parent.replay.replayer.run(self.case)
        if result.status in ("skipped", "unsupported"):
            pytest.skip(result.sentence)
        if result.status == "failed":
            raise SpecTestFailed(result.text)
        if result.status == "broken":
            raise SpecTestBroken(result.text)

    def reportinfo(self) -> tuple[os.PathLike[str], int, str]:
        """The line where the test starts."""
        return self.path, self.case.line - 1, self.name

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What was expected and observed, without the runner's own lines."""
        if not isinstance(excinfo.value, (SpecTestFailed, SpecTestBroken)):
            return super().repr_failure(excinfo, style)
        return located(excinfo, self, self.result.sentence if self.result else str(excinfo.value))


class ExpectationsFile(pytest.File):
    """The file of known failures: one item that fails if an entry matches nothing."""

    def collect(self) -> Iterator[pytest.Item]:
        """Nothing: its item is made when all tests are known."""
        return iter(())


class ExpectationsItem(pytest.Item):
    """Every entry of the file that is meant for this server matches a test."""

    def __init__(self, *, replay: Replay, sources: list[Source], whole: bool, **more: Any) -> None:
        super().__init__(**more)
        self._replay = replay
        self._sources = sources
        self._whole = whole

    def runtest(self) -> None:
        """Look for entries that match nothing."""
        sentences = list(self._replay.unused_expectations(self._sources, whole=self._whole))
        if sentences:
            raise SpecTestFailed("\n".join(sentences))

    def reportinfo(self) -> tuple[Path, int, str]:
        """The file."""
        return self.path, 0, self.name

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The sentences alone."""
        if not isinstance(excinfo.value, SpecTestFailed):
            return super().repr_failure(excinfo, style)
        return located(excinfo, self, str(excinfo.value).splitlines()[0])


def located(excinfo: pytest.ExceptionInfo[BaseException], item: pytest.Item, sentence: str) -> Any:
    """A failure's text as it is, with the sentence for pytest's summary and the specification file's own line."""
    shown: Any = excinfo.getrepr(style="value")
    path, line, _ = item.reportinfo()
    crash = getattr(shown, "reprcrash", None)
    if crash is not None:
        crash.path, crash.lineno, crash.message = str(path), (line or 0) + 1, sentence
    return shown
