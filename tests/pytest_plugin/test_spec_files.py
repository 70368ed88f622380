"""Specification files as pytest items, each test in a pytest session of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

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


def run(pytester: pytest.Pytester, *options: object) -> pytest.RunResult:
    """Run in a fresh pytest process that knows nothing of this suite's settings."""
    return pytester.runpytest_subprocess(
        "-pno:cacheprovider", "-pno:asyncio", "--strict-markers", *map(str, options)
    )


def collected(pytester: pytest.Pytester, *options: object) -> list[str]:
    """The ids of what is collected."""
    result = run(pytester, "--collect-only", "-q", *options)
    return [line for line in result.outlines if "::" in line]


def put(pytester: pytest.Pytester, **files: str) -> Path:
    """Write files below ``specs/``; a name's ``__`` is a ``/``, its last ``_`` is a dot."""
    root = pytester.path / "specs"
    for name, text in files.items():
        stem, _, suffix = name.rpartition("_")
        path = root / f"{stem.replace('__', '/')}.{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


ALL = spec_file(PASSES, FAILS, SKIPPED, UNSUPPORTED, OF_YESTERDAY)


@pytest.fixture
def server(mongo_uri: str) -> str:
    """The option that names this suite's own server, so that no session starts one."""
    return f"--tape-uri={mongo_uri}"


def test_a_file_that_is_named_is_replayed(pytester: pytest.Pytester, server: str) -> None:
    """Every outcome, with its sentence, and the line of the operation that failed."""
    put(pytester, crud__find_yml=ALL)
    result = run(pytester, server, "-rA", "specs/crud/find.yml")
    result.assert_outcomes(passed=1, failed=1, skipped=3)
    result.stdout.fnmatch_lines(
        [
            "specs/crud/find.yml:19: the result of find on collection0 differs: *expected 12, observed 11",
            "*on MongoDB*sync API*",
            "*recorded: 4 events*",
            "*started*find*tape-made*",
        ]
    )
    result.stdout.fnmatch_lines(["*SKIPPED*specs/crud/find.yml:20: DRIVERS-1: not yet"])
    result.stdout.fnmatch_lines(
        ["*SKIPPED*specs/crud/find.yml:23: needs MongoDB 99.0 or newer; this server is *"]
    )
    result.stdout.fnmatch_lines(["*FAILED specs/crud/find.yml::finds another?sync?*"])
    result.stdout.fnmatch_lines(["replayed on *: 1 passed, 1 failed, 1 not supported, 2 skipped"])
    result.stdout.no_fnmatch_line("*_spec_items.py*")


def test_both_apis_are_two_items(pytester: pytest.Pytester, server: str) -> None:
    """The id tells the API, ``-k`` and ``-m`` choose one."""
    put(pytester, crud__find_yml=spec_file(PASSES))
    both = ["specs/crud/find.yml::finds two[sync]", "specs/crud/find.yml::finds two[async]"]
    assert collected(pytester, "specs/crud/find.yml", "--tape-api=both") == both
    assert collected(pytester, "specs/crud/find.yml", "--tape-api=async") == both[1:]
    assert collected(pytester, "specs/crud/find.yml", "--tape-api=both", "-kasync") == both[1:]
    assert (
        collected(pytester, "specs/crud/find.yml", "--tape-api=both", "-m", "mongo_crud and mongo_sync")
        == both[:1]
    )
    assert collected(pytester, "--tape-api=both", both[1]) == both[1:]
    assert collected(pytester, "--tape-api=both", "specs/crud/find.yml::finds two") == both
    run(pytester, server, "specs/crud/find.yml", "--tape-api=both").assert_outcomes(passed=2)


def test_folders_are_left_alone_unless_they_are_named(pytester: pytest.Pytester) -> None:
    """By ``--tape-specs``, relative to where pytest is called, or by ``tape_specs``, relative to the ini file."""
    put(pytester, crud__find_yml=spec_file(PASSES), other_yml="a: 1", deep__data_json="[1, 2]")
    (pytester.path / "elsewhere.yml").write_text(spec_file(PASSES))
    assert collected(pytester) == []
    assert collected(pytester, "specs") == []
    one = ["specs/crud/find.yml::finds two[sync]"]
    assert collected(pytester, "--tape-specs=specs") == one
    assert collected(pytester, "--tape-specs=specs", "specs/crud") == one
    pytester.makeini("[pytest]\ntape_specs = specs")
    assert collected(pytester) == one
    assert collected(pytester, "specs/crud") == one
    assert collected(pytester, "elsewhere.yml") == ["elsewhere.yml::finds two[sync]"]


def test_of_twins_a_folder_run_takes_the_yaml(pytester: pytest.Pytester) -> None:
    """Either can be named; a file of expected events is never a specification file."""
    put(pytester, crud__find_yml=spec_file(PASSES))
    folder = pytester.path / "specs" / "crud"
    (folder / "find.json").write_text('{"description": "j", "schemaVersion": "1.0", "tests": []}')
    (folder / "find.events.yml").write_text("- commandStartedEvent: {}")
    (folder / "__events__").mkdir()
    (folder / "__events__" / "test.yml").write_text(spec_file(PASSES))
    assert collected(pytester, "--tape-specs=specs") == ["specs/crud/find.yml::finds two[sync]"]
    assert collected(pytester, "specs/crud/find.json") == ["specs/crud/find.json::file can be read"]
    assert collected(pytester, "specs/crud/find.events.yml") == []
    assert collected(pytester, "specs/crud/__events__/test.yml") == []


def test_a_file_that_cannot_be_read_is_one_failing_item(pytester: pytest.Pytester, server: str) -> None:
    """With the located sentence, and the other files go on."""
    put(
        pytester,
        a_yml="tests: [",
        b_yml=spec_file(PASSES).replace("name: find", "name: findd"),
        c_yml=spec_file(PASSES),
    )
    result = run(pytester, server, "--tape-specs=specs", "specs", "--tape-report=out.json")
    result.assert_outcomes(passed=1, failed=2)
    found = json.loads((pytester.path / "out.json").read_text())["results"]
    assert [each["status"] for each in found] == ["failed", "failed", "passed"]
    result.stdout.fnmatch_lines(["*specs/a.yml:1:9: not YAML*"])
    result.stdout.fnmatch_lines(['*specs/b.yml:12:10: *operation "findd" is not known*did you mean "find"?*'])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_named_file_of_another_kind_says_so(pytester: pytest.Pytester) -> None:
    """Unless another plugin has taken it."""
    put(pytester, other_yml="a: 1")
    result = run(pytester, "specs/other.yml")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*this is no specification file that is understood*"])
    pytester.makeconftest(
        """
        import pytest
        class Item(pytest.Item):
            def runtest(self): pass
        class File(pytest.File):
            def collect(self): yield Item.from_parent(self, name="theirs")
        def pytest_collect_file(file_path, parent):
            if file_path.suffix == ".yml":
                return File.from_parent(parent, path=file_path)
        """
    )
    assert collected(pytester, "specs/other.yml") == ["specs/other.yml::theirs"]


def test_last_failed(pytester: pytest.Pytester, server: str) -> None:
    """``--lf`` runs what failed, and nothing else."""
    put(pytester, crud__find_yml=ALL, crud__more_yml=spec_file(PASSES))
    options = ("-pno:asyncio", server, "--tape-specs=specs", "--tape-api=both")
    pytester.runpytest_subprocess(*options).assert_outcomes(passed=4, failed=2, skipped=6)
    pytester.runpytest_subprocess(*options, "--lf").assert_outcomes(failed=2)


def test_xdist(pytester: pytest.Pytester) -> None:
    """Each worker has a server of its own; the controller counts and writes the report."""
    put(pytester, crud__find_yml=ALL, sessions__more_yml=spec_file(PASSES))
    result = run(pytester, "-n2", "--tape-specs=specs", "--tape-api=both", "--tape-report=out.json")
    result.assert_outcomes(passed=4, failed=2, skipped=6)
    result.stdout.fnmatch_lines(["replayed on SecantusDB *: 4 passed, 2 failed, 2 not supported, 4 skipped"])
    report = json.loads((pytester.path / "out.json").read_text())
    assert len(report["results"]) == 12
    assert report["server"].startswith("SecantusDB")


def test_xdist_on_a_given_server(pytester: pytest.Pytester, server: str) -> None:
    """Workers on one server wait for each other, since the files use the same collections; the header lists them."""
    text = spec_file(*(PASSES.replace("finds two", f"finds two {at}") for at in range(20)))
    put(pytester, crud__a_yml=text, crud__b_yml=text)
    result = run(pytester, server, "-n2", "--tape-specs=specs", "--tape-api=both")
    result.assert_outcomes(passed=80)
    result.stdout.fnmatch_lines(
        ["*use these databases on mongodb://*: tape-made; *admin, local and config are never*"]
    )


def test_the_databases_are_listed_before_the_first_test(pytester: pytest.Pytester, server: str) -> None:
    """On a server that was given; on one's own there is nothing to lose."""
    put(pytester, crud__find_yml=spec_file(PASSES))
    result = run(pytester, server, "specs/crud/find.yml", "-v")
    result.stdout.fnmatch_lines(
        ["*use these databases on mongodb://127*: tape-made; *", "*finds two*PASSED*"]
    )
    own = run(pytester, "specs/crud/find.yml")
    own.stdout.no_fnmatch_line("*use these databases*")


def test_the_data_goes_unless_it_is_to_be_kept(pytester: pytest.Pytester, server: str, make_client) -> None:
    """Only the collections that the file names; ``--tape-keep`` leaves them, and says which after a failure."""
    client = make_client()
    client["tape-made"].somebodys.insert_one({})
    put(pytester, crud__find_yml=spec_file(FAILS))
    run(pytester, server, "specs/crud/find.yml").assert_outcomes(failed=1)
    assert client["tape-made"].list_collection_names() == ["somebodys"]
    result = run(pytester, server, "specs/crud/find.yml", "--tape-keep")
    result.stdout.fnmatch_lines(["*kept on the server: tape-made.coll"])
    assert client["tape-made"].coll.count_documents({}) == 2
    client.drop_database("tape-made")


def test_junit(pytester: pytest.Pytester, server: str) -> None:
    """The file and line of each test, its specification and API, and what the server lacks."""
    put(pytester, crud__find_yml=ALL)
    run(pytester, server, "specs/crud/find.yml", "--junitxml=junit.xml", "-ojunit_family=xunit1")
    cases = {case.get("name"): case for case in ET.parse(pytester.path / "junit.xml").iter("testcase")}
    failed = cases["finds another[sync]"]
    assert (failed.get("file"), failed.get("line")) == ("specs/crud/find.yml", "12")
    assert {each.get("name"): each.get("value") for each in failed.iter("property")} == {
        "mongo_specification": "crud",
        "mongo_api": "sync",
    }
    assert "expected 12, observed 11" in "".join(failed.itertext())
    lacking = cases["is of tomorrow[sync]"]
    assert {"mongo_status"} < {each.get("name") for each in lacking.iter("property")}


def test_a_hanging_test_says_what_it_waited_for(pytester: pytest.Pytester, server: str) -> None:
    """``--tape-timeout`` ends it, and the tests after it run."""
    hangs = """\
  - description: waits
    operations:
      - name: createChangeStream
        object: collection0
        arguments: {pipeline: []}
        saveResultAsEntity: stream
      - {name: iterateUntilDocumentOrError, object: stream}
"""
    put(pytester, crud__find_yml=spec_file(hangs, PASSES))
    result = run(pytester, server, "specs/crud/find.yml", "--tape-timeout=0.5", "--tape-api=both")
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(["*took longer than 0.5 s; it was waiting for*"])


def test_runs_find_the_flaky_ones(pytester: pytest.Pytester, server: str, make_client) -> None:
    """Each of the runs must pass; one that failed and one that passed make a flaky test."""
    put(pytester, crud__find_yml=flaky_file())
    make_client().drop_database("tape-made")
    result = run(pytester, server, "specs/crud/find.yml", "--tape-runs=2")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*flaky: 1 of 2 runs failed, first run 1: *expected 2, observed 1*"])
    result.stdout.fnmatch_lines(["flaky: 1 of 2 runs failed: *find.yml:11 fails every other time?sync?"])


def test_only_what_is_listed_is_tried_again(pytester: pytest.Pytester, server: str, make_client) -> None:
    """And only with ``--tape-flaky``; it is counted."""
    put(pytester, crud__find_yml=flaky_file())
    entry = "- {file: crud/find, test: fails *, expect: flaky, tries: 3, reason: counts itself}\n"
    (pytester.path / "known.yml").write_text(entry)
    pytester.makeini("[pytest]\ntape_expectations = known.yml")
    client = make_client()
    client.drop_database("tape-made")
    run(pytester, server, "specs/crud/find.yml").assert_outcomes(failed=1, passed=1)
    client.drop_database("tape-made")
    result = run(pytester, server, "specs/crud/find.yml", "--tape-flaky")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["flaky: 1 of 2 runs failed: crud/find.yml:11 fails every other time?sync?"])


EXPECTATIONS = """\
- server: SecantusDB
  versions: ">=0.7.0b1"
  file: crud/*
  test: finds another
  expect: xfail
  reason: eleven is twelve here
- {server: mongod, file: crud/find.yml, expect: skip, reason: another server}
- {server: secantusdb, versions: "<0.1", file: crud/find.yml, expect: skip, reason: another version}
"""


def test_known_failures(pytester: pytest.Pytester, server: str) -> None:
    """Strict: an expected failure fails as such, one that passes fails; a skip has its reason."""
    put(pytester, crud__find_yml=ALL)
    known = pytester.path / "known.yml"
    known.write_text(EXPECTATIONS)
    pytester.makeini("[pytest]\ntape_expectations = known.yml")
    result = run(pytester, server, "specs/crud/find.yml", "-rxs", "--tape-report=out.json")
    result.assert_outcomes(passed=2, xfailed=1, skipped=3)
    result.stdout.fnmatch_lines(["XFAIL *eleven is twelve here"])
    (found,) = (
        each for each in json.loads((pytester.path / "out.json").read_text())["results"] if each["known"]
    )
    assert (found["status"], found["known"], found["reason"]) == ("failed", "xfail", "eleven is twelve here")

    known.write_text("- {file: crud/find, test: finds two, expect: xfail, reason: was broken once}")
    result = run(pytester, server, "specs/crud/find.yml")
    result.assert_outcomes(passed=1, failed=2, skipped=3)
    result.stdout.fnmatch_lines(["*XPASS(strict)* was broken once*"])

    known.write_text("- {file: find.yml, test: finds *, api: sync, expect: skip, reason: hangs}")
    result = run(pytester, server, "specs/crud/find.yml", "--tape-api=both", "-rs")
    result.assert_outcomes(passed=2, failed=1, skipped=8)
    result.stdout.fnmatch_lines(["SKIPPED*hangs*"])


def test_an_entry_that_matches_nothing_fails(pytester: pytest.Pytester, server: str) -> None:
    """A stale test pattern always, a file pattern where everything is run."""
    put(pytester, crud__find_yml=spec_file(PASSES), sessions__more_yml=spec_file(PASSES))
    (pytester.path / "known.yml").write_text(
        "- {file: crud/find.yml, test: finds three, expect: skip, reason: r}\n"
        "- {file: gridfs/*, expect: skip, reason: r}\n"
        "- {file: sessions/*, test: no such, expect: skip, reason: r}\n"
        "- {server: MongoDB, file: nowhere/*, expect: skip, reason: for another server}\n"
    )
    pytester.makeini("[pytest]\ntape_specs = specs\ntape_expectations = known.yml")
    whole = run(pytester, server)
    whole.assert_outcomes(passed=2, failed=1)
    whole.stdout.fnmatch_lines(
        [
            '*known.yml:1:3: no test matches "finds three" in crud/find.yml; correct the entry or take it out',
            "*known.yml:2:3: no file matches gridfs/*; correct the entry or take it out",
            '*known.yml:3:3: no test matches "no such" in sessions/*',
        ]
    )
    whole.stdout.no_fnmatch_line("*nowhere*")
    part = run(pytester, server, "specs/crud", "-v")
    part.assert_outcomes(passed=1, failed=1)
    part.stdout.fnmatch_lines(['*known.yml:1:3: no test matches "finds three"*'])
    part.stdout.no_fnmatch_line("*no file matches*")
    part.stdout.no_fnmatch_line("*no such*")


def test_a_server_that_nobody_runs(pytester: pytest.Pytester) -> None:
    """Every test that needs it says so in one sentence, and the report counts them as broken."""
    put(pytester, crud__find_yml=spec_file(PASSES, FAILS))
    uri = "--tape-uri=mongodb://me:s3cret@127.0.0.1:1/?serverSelectionTimeoutMS=50"
    result = run(pytester, uri, "specs/crud/find.yml", "--tape-report=out.json")
    result.assert_outcomes(failed=2)
    result.stdout.no_fnmatch_line("*s3cret*")
    (first, _) = json.loads((pytester.path / "out.json").read_text())["results"]
    assert first["status"] == "broken"
    assert first["sentence"].startswith("no MongoDB server answers at 127.0.0.1:1 within 0.05 s")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--tape-api=asynch"], '"asynch" is no API; known are sync, async and both'),
        (["--tape-api=sync", "--tape-timeout=0"], "the time limit of a test is 0 s"),
        (["--tape-api=sync", "--tape-runs=0"], "is to be run 0 times"),
        (["--tape-expectations=bad.yml"], 'bad.yml:1:3: [[]0[]]: an entry needs the key "reason"'),
        (["--tape-expectations=none.yml"], "none.yml: there is no such file"),
        (["--tape-specs=nowhere"], "tape_specs: there is no folder *nowhere"),
        (["--tape-report=out.pdf"], "a report ends in .html, .json or .md"),
        (["--tape-report=no/out.md"], "there is no folder"),
    ],
)
def test_a_setting_that_cannot_be_used(pytester: pytest.Pytester, options: list[str], sentence: str) -> None:
    """One sentence, before anything is collected."""
    (pytester.path / "bad.yml").write_text("- {file: x, expect: skip}")
    result = run(pytester, *options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{sentence}*"])


def test_the_older_formats_are_replayed_too(pytester: pytest.Pytester) -> None:
    """SDAM needs no server at all."""
    put(pytester, discovery__single_yml=SDAM)
    result = run(
        pytester, "--tape-uri=mongodb://127.0.0.1:1", "specs/discovery/single.yml", "--tape-api=both"
    )
    result.assert_outcomes(passed=2)


def test_a_server_that_dies_is_told_once_in_full(pytester: pytest.Pytester) -> None:
    """The tests after it end at once, each with the sentence where it happened."""
    put(pytester, crud__find_yml=spec_file(PASSES, *(PASSES.replace("two", f"two {at}") for at in range(30))))
    pytester.makeconftest(
        """
        import pytest

        @pytest.hookimpl(trylast=True)
        def pytest_runtest_setup(item):
            from mongotape.pytest_plugin._session import SESSION
            if item.name == "finds two 3[sync]":
                running = item.config.stash[SESSION].running
                running._stop()
                running._stop = lambda: None
        """
    )
    result = run(pytester, "specs/crud/find.yml", "--durations=1")
    result.assert_outcomes(passed=4, failed=27)
    result.stdout.fnmatch_lines(
        ["*not run: the server stopped answering during *find.yml:*finds two 3?sync?*"]
    )


def test_control_c_leaves_nothing(pytester: pytest.Pytester, mongo_uri: str, make_client) -> None:
    """Clients closed, fail points disarmed, data dropped, a clear end."""
    put(pytester, crud__find_yml=spec_file(PASSES, WAITS, PASSES.replace("two", "more")))
    client = make_client()
    with subprocess.Popen(
        [
            *(sys.executable, "-u", "-mpytest", "-pno:cacheprovider", "-pno:asyncio", "-v"),
            *(f"--tape-uri={mongo_uri}", "specs/crud/find.yml", "--tape-report=out.json"),
        ],
        cwd=pytester.path,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        wait_until_armed(client["tape-made"])
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
    assert process.returncode == pytest.ExitCode.INTERRUPTED
    assert "KeyboardInterrupt" in rest
    assert client["tape-made"].list_collection_names() == []
    client["tape-made"].command("count", "coll")  # the fail point is off
    assert json.loads((pytester.path / "out.json").read_text())["complete"] is False
