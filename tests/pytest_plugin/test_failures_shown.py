"""How pytest shows a failed assertion of ours."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TEST = """
from pymongo import monitoring
from mongotape import EventRecorder, assert_events, expect

def test_it():
    recorder = EventRecorder()
    recorder.started(monitoring.CommandStartedEvent({"ping": 1}, "db", 1, ("h", 1), 1))
    assert_events(recorder, [expect.command_started("find")])
"""
INI = "[pytest]\nasyncio_default_fixture_loop_scope = function\n"
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def tests(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makepyfile(TEST)
    pytester.makefile(".ini", pytest=INI)
    return pytester


def test_the_traceback_ends_at_the_test(tests: pytest.Pytester) -> None:
    """The line of the assertion and the text are shown, not what lies between."""
    result = tests.runpytest("--color=no")
    result.stdout.fnmatch_lines(
        [
            ">*assert_events(recorder,*",
            "E   *1 command event observed, 1 expected*nothing matches the 1st expectation",
            "E   *started(find) was expected and not observed*",
            "E   *- started*find*",
            "E   *1 + started*ping*",
        ]
    )
    text = result.stdout.str()
    assert "assertions.py" not in text
    assert "\x1b" not in text


def test_colours_follow_the_option(tests: pytest.Pytester) -> None:
    """With --color=yes marks are coloured; the text is the same."""
    coloured = tests.runpytest("--color=yes").stdout.str()
    plain = tests.runpytest("--color=no").stdout.str()
    # On a CI machine pytest's short summary shows the text a second time.
    line = next(each for each in coloured.splitlines() if "1 \x1b[33m+" in each)
    assert COLOUR.sub("", line) in plain


def test_colours_in_workers(tests: pytest.Pytester) -> None:
    """The same under xdist."""
    assert "1 \x1b[33m+" in tests.runpytest("--color=yes", "-n1").stdout.str()
    assert "\x1b" not in tests.runpytest("--color=no", "-n1").stdout.str()


def test_no_colours_in_junit_files(tests: pytest.Pytester) -> None:
    """XML can't hold escape characters."""
    tests.runpytest("--color=yes", "--junitxml=out.xml")
    text = (tests.path / Path("out.xml")).read_text()
    assert "nothing matches the 1st expectation" in text
    assert "#x1B[33m" not in text


@pytest.mark.parametrize(
    "call",
    [
        "assert_events(recorder, [{'commandStartdEvent': {}}])",
        "assert_events(recorder, [expect.command_started('ping')], mode='inorder')",
        "assert_no_events(recorder, [{'commandStartdEvent': {}}])",
        "asyncio.run(assert_events_eventually(recorder, [{'commandStartdEvent': {}}]))",
        "recorder.wait_for({'commandStartdEvent': {}})",
        "asyncio.run(recorder.await_for({'commandStartdEvent': {}}))",
        "recorder.wait_for(expect.command_started('find'), timeout=0)",
        "assert_events(recorder, [expect.command_started('ping', command={'ping': Odd()})])",
    ],
)
def test_a_mistake_ends_at_the_test_too(pytester: pytest.Pytester, call: str) -> None:
    """What was misspelt, and the line that did it; no frame of ours between."""
    source = TEST.replace(
        "import EventRecorder,", "import EventRecorder, assert_events_eventually, assert_no_events,"
    )
    lines = source.strip().splitlines()[:-1]
    odd = (
        "class Odd:\n    def __eq__(self, other):\n        raise RuntimeError('boom')\n    __hash__ = None\n"
    )
    pytester.makepyfile("\n".join(["import asyncio", odd, *lines, f"    {call}"]))
    pytester.makefile(".ini", pytest=INI)
    text = pytester.runpytest("--color=no").stdout.str()
    assert re.search(rf"^>? +{re.escape(call)}$", text, re.MULTILINE)
    assert re.search(r"^E +(mongotape\.errors\.ExpectationError|AssertionError): ", text, re.MULTILINE)
    shown = text.rpartition("The above exception was the direct cause")[2]
    assert not re.search(r"^\S*mongotape/[\w/]+\.py:\d+: ", shown, re.MULTILINE)
    assert ("raise RuntimeError('boom')" in text) is ("Odd" in call)
