"""The command line: what it prints, and its exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mongotape.cli import COMMANDS, main
from tests.spec.made import text_of

GOOD = text_of("operations: []", "1.0")
BAD = text_of("operations: [{name: nope, object: collection0}]", "1.0")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_good_file(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "good.yml").write_text(GOOD)
    assert main(["check", "good.yml"]) == 0
    assert capsys.readouterr() == ("", "1 file checked, nothing to complain of\n")


def test_each_complaint_is_a_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "good.yml").write_text(GOOD)
    (here / "bad.yml").write_text(BAD)
    assert main(["check", "good.yml", "bad.yml"]) == 1
    out, err = capsys.readouterr()
    assert out.startswith(
        'bad.yml:10:19: tests[0].operations[0].name: operation "nope" is not known for collection'
    )
    assert out.count("\n") == 1
    assert err == "1 of 2 files has 1 complaint\n"


def test_a_file_that_cant_be_read_is_a_complaint(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "a.yml").write_text("a: [")
    (here / "b.txt").write_text("")
    assert main(["check", "a.yml", "b.txt"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("a.yml:1:5: not YAML")
    assert "b.txt: a file that ends in .yml, .yaml or .json is needed" in out


def test_a_folder_is_searched(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Other YAML and JSON in it is no one's business; a twin is checked once; expected events too."""
    (here / "sub").mkdir()
    (here / "sub" / "bad.yml").write_text(BAD)
    (here / "sub" / "bad.json").write_text("{}")
    (here / "other.yml").write_text("a: 1")
    (here / "sub" / "x.events.yml").write_text("- commandStartedEvents: {}\n")
    assert main(["check", "."]) == 1
    out, err = capsys.readouterr()
    assert [line.split(":")[0] for line in out.splitlines()] == ["sub/x.events.yml", "sub/bad.yml"]
    assert err == "2 of 2 files have 2 complaints\n"


def test_an_event_file_is_checked_as_one(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "good.events.yml").write_text("- commandStartedEvent: {commandName: find}\n")
    assert main(["check", "good.events.yml"]) == 0
    (here / "bad.events.yml").write_text("- commandStartedEvent: {comandName: find}\n")
    assert main(["check", "bad.events.yml"]) == 1
    assert capsys.readouterr().out.startswith("bad.events.yml:1:")


def test_lint_is_asked_for(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "high.yml").write_text(text_of("operations: []", "1.28"))
    assert main(["check", "high.yml"]) == 0
    assert main(["check", "--lint", "high.yml"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("high.yml:2:1: schemaVersion: schemaVersion 1.28 is higher than the file needs")
    assert out.endswith("(advice)\n")


def test_the_schema_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--schema"]) == 0
    assert json.loads(capsys.readouterr().out)["$schema"].endswith("2020-12/schema")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "mongotape needs a command: " + ", ".join(command.name for command in COMMANDS)),
        (["chek"], "invalid choice: 'chek'"),
        (["check"], "mongotape check: name the files to check, or ask for --schema"),
        (["check", "none.yml"], "mongotape check: none.yml: there is no such file or folder"),
        (["check", "."], "mongotape check: no specification file in ."),
        (["check", "--lnt", "a"], "unrecognized arguments: --lnt"),
        (["corpus"], "the following arguments are required: ACTION"),
        (["corpus", "list", "--pymongo", "4.99.0"], "run: mongotape corpus fetch --pymongo 4.99.0"),
        (["corpus", "fetch", "--pymongo", "newest"], '"newest" is not a version of PyMongo'),
        (["corpus", "list", "--path", "none"], "mongotape corpus: none: there is no such folder"),
        (["corpus", "list", "--path", "."], "mongotape corpus: no specification file below ."),
    ],
)
def test_what_cant_be_done_is_a_sentence_and_exit_code_2(
    here: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(here))
    assert main(arguments) == 2
    assert sentence in capsys.readouterr().err


def test_corpus_list(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "crud").mkdir()
    (here / "crud" / "a.yml").write_text(GOOD)
    assert main(["corpus", "list", "--path", "."]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "specification  files  tests  formats",
        "crud               1      1  unified",
        "all                1      1",
    ]
    (here / "crud" / "b.yml").write_text("a: [")
    assert main(["corpus", "list", "--path", "."]) == 1
    assert "crud/b.yml:1:5: not YAML" in capsys.readouterr().out


def test_a_terminal_that_cant_show_a_name_is_no_fault(here: Path) -> None:
    (here / "x.json").write_text('{"description": "d", "schemaVersion": "1.0", "tests": [], "\\ud800é": 1}')
    done = subprocess.run(
        [sys.executable, "-m", "mongotape.cli", "check", "x.json"],
        capture_output=True, text=True, env={"PYTHONIOENCODING": "ascii", "PATH": ""}, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "\\ud800\\xe9" in done.stdout


def test_a_reader_that_has_seen_enough_is_no_fault() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "mongotape.cli", "check", "--schema"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.read(10)
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
        assert process.wait() == 0


def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    for command in COMMANDS:
        assert main([command.name, "--help"]) == 0
        assert command.summary.capitalize() in " ".join(capsys.readouterr().out.split())


def test_the_command_starts_light() -> None:
    """--help loads neither the driver nor YAML."""
    script = (
        "import sys; from mongotape.cli import main; main(['--help']); "
        "print([name for name in ('pymongo', 'yaml', 'bson', 'deepdiff') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("[]\n")
