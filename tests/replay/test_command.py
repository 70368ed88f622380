"""The command ``mongotape replay``: what it replays, prints and writes, and its exit codes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mongotape.cli import main
from mongotape.servers import choose, start
from tests.replay.files import (
    FAILS,
    OF_YESTERDAY,
    PASSES,
    SDAM,
    SKIPPED,
    UNSUPPORTED,
    WAITS,
    flaky_file,
    spec_file,
    wait_until_armed,
)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with one specification in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MONGODB_URI", raising=False)
    (tmp_path / "specs" / "crud").mkdir(parents=True)
    put("crud/find.yml", PASSES, SKIPPED, UNSUPPORTED, OF_YESTERDAY)
    return tmp_path


def put(name: str, *tests: str) -> None:
    path = Path("specs", name)
    path.parent.mkdir(exist_ok=True)
    path.write_text(spec_file(*tests))


@pytest.fixture
def replay(here, mongo_uri, capsys):
    """Runs the command on this suite's own server; its exit code, output and error output."""

    def run(*arguments: str, uri: str = mongo_uri) -> tuple[int, str, str]:
        code = main(["replay", *arguments, "--uri", uri])
        return code, *capsys.readouterr()

    return run


def test_a_table_of_what_was_found(replay) -> None:
    """A row a specification; the lack of a server is not a skip, and a test for older servers is no lack."""
    code, out, err = replay("specs")
    assert code == 0
    assert [line.split() for line in out.splitlines() if line] == [
        ["specification", "passed", "failed", "not", "supported", "skipped", "broken", "share", "seconds"],
        ["crud", "1", ".", "1", "2", ".", "100%", out.split()[-9]],
        ["all", "1", ".", "1", "2", ".", "100%", out.split()[-1]],
    ]
    assert "use these databases on mongodb://127.0.0.1" in err
    assert err.index("use these databases") < err.index("crud: 1 passed, 1 not supported, 2 skipped (4/4)")


def test_a_failure_is_told_when_it_happens_and_in_full(replay) -> None:
    """One line at once, the whole text at the end; exit code 1."""
    put("crud/bad.yml", FAILS)
    code, out, _ = replay("specs")
    line = (
        "FAILED crud/bad.yml:10 finds another[sync]: "
        "the result of find on collection0 differs: [0].x: expected 12, observed 11\n"
    )
    assert code == 1
    assert out.startswith(line)
    assert out.count(line) == 2
    assert "    specs/crud/bad.yml:16: the result of find" in out
    assert "recorded: 4 events" in out


def test_no_ini_file_and_no_conftest_has_a_say(replay) -> None:
    """What lies beside the files is not imported, and its settings are not read."""
    for folder in (Path(), Path("specs"), Path("specs/crud")):
        (folder / "conftest.py").write_text("raise SystemExit('imported')")
        (folder / "pytest.ini").write_text("[pytest]\naddopts = --nonsense\ntape_api = nonsense")
        (folder / "pyproject.toml").write_text("[tool.pytest")
    assert replay("specs")[0] == 0


def test_only_some_specifications(replay) -> None:
    """By name; one that is not there is an error that names the nearest."""
    put("sessions/more.yml", FAILS)
    assert replay("specs", "--only", "crud")[0] == 0
    assert replay("specs", "--only", "crud,sessions")[0] == 1
    code, _, err = replay("specs", "--only", "crudd")
    assert code == 2
    assert '--only: there is no specification "crudd"; did you mean "crud"?' in err


def test_a_servers_whole_reply_is_in_the_full_text_only(replay) -> None:
    """A table is read line by line."""
    put("crud/bad.yml", FAILS.replace("name: find\n", "name: runCommand\n").replace(
        "object: collection0\n", "object: database0\n").replace("{filter: {_id: 1}}", "{commandName: nope, command: {nope: 1}}"))  # fmt: skip
    code, _, err = replay("specs", "--report", "out.json")
    assert code == 1
    (bad,) = (
        each for each in json.loads(Path("out.json").read_text())["results"] if each["status"] == "failed"
    )
    assert "full error" not in bad["sentence"]
    assert "full error" in bad["text"]
    assert "(--uri)" in err


def test_both_apis_and_the_older_formats(replay) -> None:
    """A file of the SDAM format needs no server, and is replayed with the others."""
    Path("specs/discovery").mkdir()
    Path("specs/discovery/one.yml").write_text(SDAM)
    code, out, _ = replay("specs", "--api", "both", "--report", "out.json")
    assert code == 0
    assert "discovery" in out
    results = json.loads(Path("out.json").read_text())["results"]
    assert [each["api"] for each in results if each["specification"] == "discovery"] == ["sync", "async"]


def test_reports(replay) -> None:
    """HTML that needs no network, JSON that is read back, Markdown for a CI summary."""
    put("crud/bad.yml", FAILS)
    replay("specs", *(f"--report=out.{suffix}" for suffix in ("html", "json", "md")))
    html = Path("out.html").read_text()
    assert "finds another" in html
    assert "expected 12, observed 11" in html
    assert not [each for each in ("http:", "https:", "src=", "<link") if each in html]
    data = json.loads(Path("out.json").read_text())
    assert data["server"].startswith("SecantusDB ")
    assert len(data["results"]) == 5
    assert "| crud | 1 | 1 | 1 | 2 |" in Path("out.md").read_text()


def test_compare_fails_on_regressions_only(replay) -> None:
    """A test that failed before may fail; one that passed may neither fail nor be left out."""
    put("crud/bad.yml", FAILS)
    assert replay("specs", "--report", "last.json")[0] == 1
    code, out, _ = replay("specs", "--compare", "last.json")
    assert code == 0
    assert "0 regressions, 0 fixed, 0 new failures, 0 no longer there" in out
    put("crud/find.yml", PASSES.replace("x: 22", "x: 23"))
    put("crud/bad.yml", FAILS.replace("x: 12", "x: 11"))
    put("crud/new.yml", FAILS)
    code, out, _ = replay("specs", "--compare", "last.json")
    assert code == 1
    assert "1 regressions, 1 fixed, 1 new failures, 0 no longer there" in out
    put("crud/find.yml", PASSES.replace("operations:", "skipReason: too slow\n    operations:"))
    code, out, _ = replay("specs", "--compare", "last.json")
    assert "passed before and does not now:\n  SKIPPED crud/find.yml:10 finds two[sync]: too slow" in out
    assert code == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "last.json: there is no such report"),
        ("{", "this is no JSON"),
        ("{}", "it has no results"),
        ('{"results": [], "format": 99}', "a report of format 99"),
        ('{"results": [{}], "format": 1, "server": ""}', "no report that --report wrote"),
    ],
)
def test_a_report_to_compare_with_that_is_none(replay, text: str | None, sentence: str) -> None:
    """One sentence, before anything is run."""
    if text is not None:
        Path("last.json").write_text(text)
    code, out, err = replay("specs", "--compare", "last.json")
    assert (code, out) == (2, "")
    assert sentence in err


def test_against_a_reference(replay) -> None:
    """The same tests on both servers, sorted by where they pass."""
    broken = PASSES.replace("finds two", "counts").replace(
        "{name: find, object: collection0, arguments: {filter: {}}, expectResult: [{_id: 1, x: 11}, {_id: 2, x: 22}]}",
        "{name: runCommand, object: database0, arguments: {commandName: buildInfo, command: {buildInfo: 1}},"
        " expectResult: {secantusVersion: {$$exists: true}}}",
    )
    put("crud/bad.yml", FAILS, broken)
    mock = start(choose(None, "mock", {}))
    try:
        code, out, err = replay("specs", "--against", mock.uri, "--report", "out.json", "--report", "out.md")
        assert code == 0
        assert "     1 passes on both\n" in out
        assert "     0 fails on the target only\n" in out
        assert "     1 fails on the reference only\n" in out
        assert "     1 fails on both\n" in out
        assert "     3 not run on one of them\n" in out
        assert "mongotape: reference server mongomock" in err
        against = json.loads(Path("out.json").read_text())["against"]
        assert against["reference only fails"] == [["crud", "crud/bad", "counts", "sync"]]
        assert "## Against mongomock" in Path("out.md").read_text()
        code = main(["replay", "specs", "--uri", mock.uri, "--against", mock.uri])
        assert code == 2
    finally:
        mock.stop()


def test_against_tells_what_only_the_target_fails(replay, mongo_uri) -> None:
    """That, and nothing else, makes the command fail."""
    put("crud/find.yml", PASSES)
    put("crud/bad.yml", FAILS)
    put(
        "crud/name.yml",
        """\
  - description: is itself
    operations:
      - name: runCommand
        object: database0
        arguments: {commandName: buildInfo, command: {buildInfo: 1}}
        expectResult: {secantusVersion: {$$exists: true}}
""",
    )
    mock = start(choose(None, "mock", {}))
    try:
        code, out, _ = replay("specs", "--against", mongo_uri, uri=mock.uri)
    finally:
        mock.stop()
    assert code == 1
    assert "fails on the target only:\n  FAILED crud/name.yml:10 is itself[sync]" in out


def test_expectations(replay) -> None:
    """Known failures are no failures, surprises are; entries that match nothing are told."""
    put("crud/bad.yml", FAILS)
    known = Path("known.yml")
    known.write_text("- {server: SecantusDB, file: crud/bad, expect: xfail, reason: eleven}\n")
    code, out, _ = replay("specs", "--expectations", "known.yml", "--report", "out.html")
    assert code == 0
    assert "known  share" in out
    assert "known: eleven" in Path("out.html").read_text()
    put("crud/bad.yml", FAILS.replace("x: 12", "x: 11"))
    code, out, _ = replay("specs", "--expectations", "known.yml")
    assert code == 1
    assert (
        "PASSED UNEXPECTEDLY crud/bad.yml:10 finds another[sync]: passed, and is listed as failing (eleven)"
        in out
    )
    known.write_text("- {file: crud/gone, expect: xfail, reason: eleven}\n")
    code, out, _ = replay("specs", "--expectations", "known.yml")
    assert code == 1
    assert "known.yml:1:3: no file matches crud/gone; correct the entry or take it out" in out
    assert replay("specs", "--expectations", "known.yml", "--only", "crud")[0] == 0


def test_what_pymongo_itself_fails_is_expected_and_strict(replay) -> None:
    """An official test that PyMongo is known to fail; a file of another name with the same description is none."""
    description = "partialResult is unset when first operation fails during an ordered bulk write (verbose)"
    failing = FAILS.replace("finds another", description)
    put("crud/mine.yml", failing)
    assert replay("specs")[0] == 1
    put("crud/mine.yml", PASSES)
    Path("specs/crud/unified").mkdir()
    put("crud/unified/client-bulkWrite-partialResults.yml", failing)
    code, out, _ = replay("specs")
    assert code == 0
    assert "known  share" in out
    put("crud/unified/client-bulkWrite-partialResults.yml", failing.replace("x: 12", "x: 11"))
    code, out, _ = replay("specs")
    assert code == 1
    assert "take it off the list" in out


def test_flaky_tests(replay, make_client) -> None:
    """``--runs`` finds them; ``--flaky`` tries again what is listed, and counts it."""
    Path("specs/crud/find.yml").write_text(flaky_file())
    client = make_client()
    client.drop_database("tape-made")
    code, out, _ = replay("specs", "--runs", "2")
    assert code == 1
    assert "FLAKY 1 of 2 runs failed: crud/find.yml:" in out
    Path("known.yml").write_text("- {file: crud/find, expect: flaky, tries: 3, reason: counts itself}\n")
    client.drop_database("tape-made")
    assert replay("specs", "--expectations", "known.yml")[0] == 1
    client.drop_database("tape-made")
    code, out, _ = replay("specs", "--expectations", "known.yml", "--flaky")
    assert code == 0
    assert "FLAKY 1 of 2 runs failed: crud/find.yml:" in out


def test_a_file_that_cannot_be_read_is_one_failure(replay) -> None:
    """The others are replayed."""
    Path("specs/crud/bad.yml").write_text("tests: [")
    code, out, err = replay("specs")
    assert code == 1
    assert "FAILED crud/bad.yml:1 file can be read: specs/crud/bad.yml:1:9: not YAML" in out
    assert "crud: 1 passed, 1 failed" in err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "name the files or folders to replay, or ask for --corpus"),
        (["nowhere"], "nowhere: there is no such file or folder"),
        (["specs", "--pymongo", "4.20.0"], "give --corpus, too"),
        (["specs", "--api", "neither"], '"neither" is no API'),
        (["specs", "--timeout", "-1"], "the time limit of a test is -1 s"),
        (["specs", "--report", "out.txt"], "a report ends in .html, .json or .md"),
        (["specs", "--expectations", "none.yml"], "none.yml: there is no such file"),
        (["specs/empty"], "no specification file below specs/empty"),
    ],
)
def test_what_cannot_be_run(replay, arguments: list[str], sentence: str) -> None:
    """Exit code 2 and one sentence."""
    Path("specs/empty").mkdir()
    code, out, err = replay(*arguments)
    assert (code, out) == (2, "")
    assert sentence in err
    assert "Traceback" not in err


def test_a_server_that_nobody_runs(replay) -> None:
    """Told at once, without credentials."""
    code, out, err = replay("specs", uri="mongodb://me:s3cret@127.0.0.1:1/?serverSelectionTimeoutMS=50")
    assert (code, out) == (2, "")
    assert "no MongoDB server answers at 127.0.0.1:1" in err
    assert "--tape-" not in err
    assert "s3cret" not in err


def test_a_server_that_dies_ends_the_run(replay) -> None:
    """What was not run is told, and the exit code is not 0, whatever is compared."""
    put("crud/find.yml", PASSES, *(PASSES.replace("two", f"two {at}") for at in range(5)))
    served = start(choose(None, "mock", {}))
    shutdown = """\
  - description: ends the server
    operations:
      - name: failPoint
        object: testRunner
        arguments:
          client: client0
          failPoint:
            configureFailPoint: failCommand
            mode: alwaysOn
            data: {failCommands: [find, count, aggregate, ping, insert, drop, hello, isMaster, configureFailPoint],
                   closeConnection: true}
      - {name: find, object: collection0, arguments: {filter: {}}}
"""
    put("crud/a.yml", shutdown)
    try:
        code, out, _ = replay(
            "specs", "--report", "out.json", uri=f"{served.uri}&serverSelectionTimeoutMS=300"
        )
    finally:
        served.stop()
    assert code == 1
    assert "BROKEN crud/a.yml:10 ends the server[sync]" in out
    assert "the server stopped answering: 1 of 7 tests were run" in out
    assert json.loads(Path("out.json").read_text())["complete"] is False


@pytest.mark.skipif(os.name == "nt", reason="signals of another kind")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_run_clearly(here: Path, mongo_uri: str, make_client, number: int) -> None:
    """The table of what was run, the data dropped, the fail point off, exit code 130."""
    put("crud/find.yml", PASSES, WAITS, PASSES.replace("two", "more"))
    database = make_client()["tape-made"]
    with subprocess.Popen(
        [
            sys.executable,
            "-m",
            "mongotape.cli",
            "replay",
            "specs",
            "--uri",
            mongo_uri,
            "--report",
            "out.json",
        ],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        wait_until_armed(database)
        process.send_signal(number)
        out, _ = process.communicate()
    assert process.returncode == 130
    assert "stopped by a signal: 1 of 3 tests were run" in out
    assert database.list_collection_names() == []
    database.command("count", "coll")  # the fail point is off
    data = json.loads(Path("out.json").read_text())
    assert (len(data["results"]), data["complete"]) == (1, False)
