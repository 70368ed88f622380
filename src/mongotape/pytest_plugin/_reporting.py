"""What was recorded, in the report of a test that failed, or of every test with ``--tape-show``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mongotape.pytest_plugin._session import RECORDER

if TYPE_CHECKING:
    from collections.abc import Generator

_SECTION = "mongotape: recorded events"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Colour our own failures and add the events to the report; it travels from xdist's workers as any section does."""
    _colour(item.config, call)
    report = yield
    recorder = item.stash.get(RECORDER, None)
    if report.when != "call" or recorder is None or not len(recorder.log):
        return report
    if item.config.getoption("tape_show") or (report.failed and not _is_ours(call)):
        from mongotape.rendering import render_log

        report.sections.append((_SECTION, str(render_log(recorder.log))))
    return report


def _colour(config: pytest.Config, call: pytest.CallInfo[None]) -> None:
    """Give the text of a failed assertion its colours where the terminal shows them (``--color``)."""
    raised: Any = call.excinfo
    text = raised.value.args[0] if raised is not None and raised.value.args else None
    coloured = getattr(text, "coloured", None)
    if not isinstance(coloured, str) or getattr(config.option, "xmlpath", None):
        return
    terminal: Any = config.pluginmanager.get_plugin("terminalreporter")  # None in xdist's workers
    has_colours = terminal.hasmarkup if terminal is not None else config.getoption("color", "no") == "yes"
    if has_colours:
        raised.value.args = (coloured, *raised.value.args[1:])


def _is_ours(call: pytest.CallInfo[None]) -> bool:
    """Whether the failure is an assertion of ours, which shows the events itself."""
    raised: Any = call.excinfo
    return raised is not None and raised.traceback[-1].path.parent.name in ("mongotape", "recording")


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """With ``--tape-show`` print the events of the tests that passed; pytest prints those of failed ones."""
    if not terminalreporter.config.getoption("tape_show"):
        return
    for report in terminalreporter.getreports("passed"):
        for title, text in report.sections:
            if title == _SECTION:
                terminalreporter.section(report.nodeid, "-")
                terminalreporter.line(text)
