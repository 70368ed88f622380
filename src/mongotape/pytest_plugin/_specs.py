"""The replay of specification files in a pytest session: what is collected, what was found, what is told."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mongotape.pytest_plugin._session import SESSION
from mongotape.pytest_plugin._spec_options import (
    MARKERS,
    expectations_file,
    replay_settings,
    report_files,
    spec_folders,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    from mongotape.pytest_plugin._spec_items import SpecFile
    from mongotape.replay import Case, Replayer, Settings, Source
    from mongotape.reports import Result

_SUFFIXES = frozenset((".yml", ".yaml", ".json"))


class SpecReplay:
    """Collects and replays specification files.

    Args:
        config: the session's.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._folders = spec_folders(config)
        self._reports = report_files(config)
        self._markers: set[str] = set()
        self._results: list[Result] = []
        self._server = ""
        self._listed = False
        for each in MARKERS:
            config.addinivalue_line("markers", each)
            self._markers.add(each.partition(":")[0])
        if self._folders or self._reports or expectations_file(config) or config.option.tape_api:
            _ = self.settings  # what can't be used ends the session before anything is collected

    @cached_property
    def settings(self) -> Settings:
        """How files are replayed; read when it is needed, since most sessions replay none."""
        return replay_settings(self._config)

    @cached_property
    def replayer(self) -> Replayer:
        """Runs the tests on the session's server."""
        from mongotape.replay import Replayer

        return Replayer(self._config.stash[SESSION].server, self.settings)

    def marker(self, name: str) -> str:
        """The marker of a specification or an API, declared so that ``--strict-markers`` knows it."""
        from mongotape.replay import marker_of

        marker = marker_of(name)
        if marker not in self._markers:
            self._markers.add(marker)
            self._config.addinivalue_line("markers", f"{marker}: a test of the specification {name}")
        return marker

    # Collecting.

    @pytest.hookimpl(wrapper=True)
    def pytest_collect_file(
        self, file_path: Path, parent: pytest.Collector
    ) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
        """Take a specification file that was named, or that lies below one of the folders named."""
        others = yield
        if file_path.suffix.lower() not in _SUFFIXES:
            return others
        taken = self._take(file_path, parent, is_taken=bool(others))
        return others if taken is None else [*others, taken]

    def _take(self, path: Path, parent: pytest.Collector, *, is_taken: bool) -> SpecFile | None:
        is_named = parent.session.isinitpath(path)
        real = path.resolve() if self._folders else path
        root = next((folder for folder in self._folders if folder in real.parents), None)
        if not is_named and root is None:
            return None
        from mongotape.pytest_plugin._spec_items import SpecFile
        from mongotape.replay import Source
        from mongotape.spec import may_be_spec_file

        below = path if root is None else real.relative_to(root)
        if not may_be_spec_file(below.with_name(below.name.lstrip(".")) if is_named else below):
            return None
        has_yaml = any(path.with_suffix(suffix).is_file() for suffix in (".yml", ".yaml"))
        if not is_named and path.suffix.lower() == ".json" and has_yaml:
            return None
        source = Source(path if root is None else real, root)
        if is_taken and not source.is_spec_file():
            return None  # another plugin's, and it has taken it
        file: SpecFile = SpecFile.from_parent(parent, path=path, replay=self, source=source)
        return file

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        """Add the item that looks for expectations that match nothing."""
        path = expectations_file(self._config)
        sources = _sources(items)
        if path is None or not sources:
            return
        from mongotape.pytest_plugin._spec_items import ExpectationsFile, ExpectationsItem

        file = ExpectationsFile.from_parent(session, path=path)
        items.append(
            ExpectationsItem.from_parent(
                file, name="every entry matches a test", replay=self, sources=sources, whole=self._is_whole()
            )
        )

    def _is_whole(self) -> bool:
        """Whether this run has everything that lies below the folders named."""
        option = self._config.option
        if not self._folders or any(
            getattr(option, each, None) for each in ("lf", "ignore", "ignore_glob", "stepwise")
        ):
            return False
        named = [
            (self._config.invocation_params.dir / arg.partition("::")[0]).resolve()
            for arg in self._config.args
        ]
        return all(
            any(path == folder or path in folder.parents for path in named) for folder in self._folders
        )

    def unused_expectations(self, sources: Iterable[Source], *, whole: bool) -> Iterator[str]:
        """A sentence for every entry of the expectations that matches nothing."""
        from mongotape.errors import SpecError

        cases: list[Case] = []
        for source in sources:
            try:
                cases += source.cases(self.settings.apis)
            except SpecError:
                continue  # fails as an item of its own
            source.release()
        yield from self.settings.expectations.unused(cases, lambda: self.replayer.identity, whole=whole)

    # Telling.

    def pytest_report_collectionfinish(self, items: list[pytest.Item]) -> list[str]:
        """List the databases that will be written to, before the first test on a given server."""
        return self._databases(_sources(items))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """The same where workers have collected."""
        if self._listed or not self._is_given:
            return
        from mongotape.replay import Source

        files = {file for file in (each.partition("::")[0] for each in ids) if Path(file).suffix in _SUFFIXES}
        reporter: Any = self._config.pluginmanager.get_plugin("terminalreporter")
        for line in self._databases([Source(self._config.rootpath / file) for file in sorted(files)]):
            reporter.ensure_newline()
            reporter.write_line(line)

    @property
    def _is_given(self) -> bool:
        return bool(self._config.stash[SESSION].choice.kind == "given")

    def _databases(self, sources: Iterable[Source]) -> list[str]:
        if self._listed or not self._is_given:
            return []
        from mongotape.errors import SpecError

        names: set[str] = set()
        for source in sources:
            try:
                names.update(source.databases())
            except SpecError:
                continue
        if not names:
            return []
        from mongotape.replay import databases_line

        self._listed = True
        return [databases_line(names, str(self._config.stash[SESSION].choice), keep=self.settings.keep)]

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Give the report what the table needs, as plain data that xdist carries, and a skip the file's line."""
        report = yield
        from mongotape.pytest_plugin._spec_items import SpecItem, UnreadFile

        if not isinstance(item, (SpecItem, UnreadFile)):
            return report
        if report.failed and item.result is None:
            from mongotape.replay import not_run

            assert isinstance(item, SpecItem)
            item.result = not_run(item.case, str(report.longrepr).strip().rpartition("\n")[2])
        elif report.when != "call" or item.result is None:
            return report
        if report.skipped and not hasattr(report, "wasxfail"):
            path, line, _ = item.reportinfo()
            report.longrepr = (str(path), line + 1, f"Skipped: {item.result.sentence}")
        report.__dict__["tape"] = {**item.result.as_data(), "server": self.server_name()}
        item.user_properties += _properties(item.result)
        report.user_properties = list(item.user_properties)
        return report

    def server_name(self) -> str:
        """What the server calls itself; empty where none was needed."""
        from contextlib import suppress

        if not self._server and "identity" in self.replayer.__dict__:
            self._server = str(self.replayer.identity)
        elif not self._server and self._config.stash[SESSION].running is not None:
            with suppress(Exception):  # it is gone; the results say so
                self._server = str(self.replayer.identity)
        return self._server

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what was found, in this process or in a worker."""
        data = getattr(report, "tape", None)
        if data is not None:
            from mongotape.reports import Result

            self._results.append(Result.from_data(data))
            self._server = self._server or data["server"]

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Count what was replayed; name what was run more than once and did not always pass."""
        if not self._results:
            return
        from mongotape.reports import HEADINGS, row

        counted = row("all", self._results)
        told = [
            f"{counted.counts[status]} {heading}"
            for status, heading in HEADINGS.items()
            if counted.counts[status]
        ]
        terminalreporter.section("mongotape", sep="-")
        terminalreporter.write_line(f"replayed on {self._server or 'no server'}: {', '.join(told)}")
        again = [result for result in self._results if result.failures and result.tries > 1]
        for result in again:
            end = "failed" if result.failures == result.tries else "flaky"
            terminalreporter.write_line(
                f"{end}: {result.failures} of {result.tries} runs failed: "
                f"{result.file}:{result.line} {result.description}[{result.api}]"
            )
        for path in self._reports:
            terminalreporter.write_line(f"report: {path}")

    # The end.

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Close the runner's clients, drop its data, write the report."""
        if "replayer" in self.__dict__:
            self.replayer.close()
        if self._reports and not hasattr(self._config, "workerinput") and not self._config.option.collectonly:
            from mongotape.replay import made_report
            from mongotape.reports import write

            interrupted = exitstatus in (pytest.ExitCode.INTERRUPTED, pytest.ExitCode.INTERNAL_ERROR)
            report = made_report(
                self._results,
                server=self._server,
                address=str(self._config.stash[SESSION].choice),
                complete=not (interrupted or session.shouldfail),
            )
            for path in self._reports:
                write(report, path)


def _sources(items: Iterable[pytest.Item]) -> list[Source]:
    """The specification files of items, each once."""
    from mongotape.pytest_plugin._spec_items import SpecItem

    return list(
        {id(item.parent): item.parent.source for item in items if isinstance(item, SpecItem)}.values()
    )


def _properties(result: Result) -> list[tuple[str, object]]:
    """What a JUnit file says of a replayed test besides its outcome."""
    found: list[tuple[str, object]] = [
        ("mongo_specification", result.specification),
        ("mongo_api", result.api),
    ]
    if result.status in ("unsupported", "broken"):
        found.append(("mongo_status", result.status))
    if result.tries > 1:
        found.append(("mongo_runs_failed", f"{result.failures} of {result.tries}"))
    return found
