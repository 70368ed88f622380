"""Counts, comparisons and the files that reports are written to."""

from __future__ import annotations

import dataclasses
from html.parser import HTMLParser
from pathlib import Path

import pytest

from mongotape import reports
from mongotape.errors import UsageError
from mongotape.reports import Report, Result


def result(description: str = "a test", status: str = "passed", **more) -> Result:
    known = {"specification": "crud", "file": "crud/find.json", "line": 7, "api": "sync", "seconds": 0.25}
    return Result(description=description, status=status, **{**known, **more})


HOSTILE = "</script><img src=x onerror=alert(1)> `code` | *bold* &amp;"

REPORT = Report(
    server="FerretDB 2.0.0 (MongoDB 7.0.77, single)",
    pymongo="4.20.0",
    started="2026-11-24T03:00:00+00:00",
    results=(
        result(),
        result(
            "fails", "failed", sentence="expected 1, observed 2", text="a: expected 1, observed 2", failures=1
        ),
        result("known", "failed", sentence="no", text="no", failures=1, known="xfail", reason="since ever"),
        result("fixed", known="xfail", reason="was broken"),
        result("lacks", "unsupported", sentence="needs MongoDB 9.0 or newer"),
        result("skips", "skipped", sentence="not yet", tries=0),
        result("breaks", "broken", sentence="the server is gone", text="the server is gone"),
        result("wobbles", tries=3, failures=1, known="flaky", reason="clocks"),
        result(
            HOSTILE,
            "failed",
            specification=HOSTILE,
            sentence=HOSTILE,
            text=HOSTILE,
            failures=1,
            file="a b.yml",
        ),
    ),
)


def test_the_counts() -> None:
    """Every test is in one column; the share is of those that ran, and only all of them are 100%."""
    (crud,) = (row for row in reports.table(REPORT) if row.name == "crud")
    assert crud.counts == {"passed": 3, "failed": 2, "unsupported": 1, "skipped": 1, "broken": 1}
    assert (crud.known, crud.flaky, crud.share, crud.seconds) == (1, 1, "60%", 2.0)
    assert reports.row("x", [result("a"), *[result("b")] * 2998, result("c", "failed")]).share == "99.9%"
    assert reports.row("x", [result("a", "skipped")]).share == "-"


def test_what_makes_a_run_fail() -> None:
    """New failures, surprises and what broke; neither known failures nor skips."""
    faults = {each.description for each in REPORT.results if each.is_fault}
    assert faults == {"fails", "fixed", "breaks", HOSTILE}


def test_json_is_read_back_whole(tmp_path: Path) -> None:
    """Every field of every result."""
    reports.write(REPORT, tmp_path / "out.json")
    assert reports.read(tmp_path / "out.json") == REPORT


class _Tags(HTMLParser):
    """What a browser would see: balanced tags, and where they lead."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag, attributes) -> None:
        if tag not in ("meta", "input", "link", "img", "br"):
            self.open.append(tag)
        assert tag not in ("img", "link", "iframe"), "something is loaded"
        for name, value in attributes:
            assert not name.startswith("on"), "a script in an attribute"
            assert name != "src"
            if name == "href":
                self.links.append(value)
            if name == "id":
                self.ids.add(value)

    def handle_endtag(self, tag) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data) -> None:
        self.text += data


def test_the_page_opens_offline_whatever_the_tests_are_called() -> None:
    """One file, balanced, with nothing to load, and no text of a test becomes markup."""
    from mongotape.reports._html import html

    comparison = reports.compare(dataclasses.replace(REPORT, results=REPORT.results[::2]), REPORT)
    against = reports.sort_against(REPORT, REPORT)
    page = html(REPORT, comparison=comparison, against=against, reference=HOSTILE)
    seen = _Tags()
    seen.feed(page)
    assert seen.open == []
    assert {link.removeprefix("#") for link in seen.links} <= seen.ids
    assert HOSTILE in seen.text
    assert "url(" not in page
    assert "passed, and is listed as failing (was broken)" in seen.text


def test_markdown_has_no_markup_of_the_tests_own() -> None:
    """A pipe would end a cell, a star make text bold."""
    from mongotape.reports._markdown import markdown

    text = markdown(REPORT)
    assert "\\</script\\>\\<img src=x onerror=alert(1)\\> \\`code\\` \\| \\*bold\\*" in text
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert {line.replace("\\|", "").count("|") for line in rows} == {11}
    assert "## Known failures (1)" in text
    assert "(1 of 3 runs failed)" in text


def test_a_comparison() -> None:
    """A file's suffix is no part of a test's name; what is not run any more is a regression."""
    before = Report(server="s", results=tuple(result(name, status) for name, status in (
        ("stays", "passed"), ("breaks", "passed"), ("is skipped", "passed"), ("is fixed", "failed"),
        ("stays bad", "failed"), ("goes", "passed"), ("goes bad", "failed"),
    )))  # fmt: skip
    after = Report(server="s", results=tuple(result(name, status, file="crud/find.yml") for name, status in (
        ("stays", "passed"), ("breaks", "broken"), ("is skipped", "unsupported"), ("is fixed", "passed"),
        ("stays bad", "broken"), ("is new", "passed"), ("is new and bad", "failed"),
    )))  # fmt: skip
    found = reports.compare(before, after)
    assert [change.result.description for change in found.regressions] == ["breaks", "is skipped"]
    assert [change.result.description for change in found.fixed] == ["is fixed"]
    assert [change.result.description for change in found.new_failures] == ["is new and bad"]
    assert [change.result.description for change in found.gone] == ["goes"]


def test_a_part_of_a_run_has_nothing_gone() -> None:
    """Tests of specifications that this run does not have are not missed."""
    other = Report(server="s", results=(result(specification="sessions"),))
    assert reports.compare(REPORT, other).gone == ()


@pytest.mark.parametrize(
    ("target", "reference", "side"),
    [
        ("passed", "passed", "both pass"),
        ("failed", "passed", "target only fails"),
        ("passed", "failed", "reference only fails"),
        ("failed", "failed", "both fail"),
        ("skipped", "passed", "not compared"),
        ("passed", "unsupported", "not compared"),
        ("broken", "passed", "not compared"),
        ("passed", None, "not compared"),
    ],
)
def test_sides(target: str, reference: str | None, side: str) -> None:
    """Every test is on one side."""
    theirs = Report(server="r", results=() if reference is None else (result(status=reference),))
    found = reports.sort_against(Report(server="t", results=(result(status=target),)), theirs)
    assert [name for name, changes in found.items() if changes] == [side]


@pytest.mark.parametrize("name", ["out.txt", "out", "out.HTML.zip", "nowhere/out.html"])
def test_a_report_that_cannot_be_written(name: str, tmp_path: Path) -> None:
    """Told before anything is run."""
    with pytest.raises(UsageError):
        reports.checked_path(tmp_path / name)
