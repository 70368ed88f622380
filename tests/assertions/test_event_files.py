"""Expectations in YAML files: the same meaning, and every complaint with its line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from mongotape import EventRecorder, assert_events, assert_no_events
from mongotape.errors import ExpectationError, SpecError
from mongotape.event_files import check_expectations
from tests.approval import approve

Client = MongoClient[dict[str, Any]]

GOOD = """\
# a find that borrows one connection
- connectionCheckOutStartedEvent: {}
- connectionCheckedOutEvent:
    connection: {$$same: conn}
- optional:
    - connectionCreatedEvent: {}
    - connectionReadyEvent: {}
- commandStartedEvent:
    commandName: find
    databaseName: shop
    command:
      filter:
        sku: A1
    connection: {$$same: conn}
- between: {atLeast: 1, atMost: 2, events: [commandSucceededEvent: {}]}
- connectionCheckedInEvent: {connection: {$$same: conn}}
"""


@pytest.fixture
def found(mongo_client: Client, event_recorder: EventRecorder) -> EventRecorder:
    """A recorder that saw a find."""
    mongo_client.admin.command("ping")
    event_recorder.clear()
    mongo_client.shop.items.find_one({"sku": "A1"})
    return event_recorder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_file_means_what_the_builders_mean(found: EventRecorder, folder: Path) -> None:
    """By name or by path, YAML or JSON, for presence and absence."""
    (folder / "expected.events.yml").write_text(GOOD)
    assert_events(found, "expected.events.yml")
    assert_events(found, folder / "expected.events.yml")
    (folder / "none.events.json").write_text('[{"commandFailedEvent": {}}]')
    assert_no_events(found, "none.events.json")


def test_a_file_beside_the_calling_test(found: EventRecorder, folder: Path) -> None:
    """A relative path is looked for beside the file that calls, wherever pytest was started."""
    code = "from mongotape import assert_events\ndef check(recorder):\n    assert_events(recorder, 'near.events.yml')\n"
    (folder / "elsewhere").mkdir()
    file = folder / "elsewhere" / "caller.py"
    file.write_text(code)
    (folder / "elsewhere" / "near.events.yml").write_text(GOOD)
    names: dict[str, Any] = {}
    exec(compile(code, str(file), "exec"), names)
    names["check"](found)
    (folder / "elsewhere" / "near.events.yml").unlink()
    with pytest.raises(ExpectationError, match=r"near\.events\.yml: there is no such file in .*elsewhere or"):
        names["check"](found)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("sku: A1", "sku: A2", 13),
        ("databaseName: shop", "databaseName: shap", 10),
        ("commandName: find", "commandName: update", 8),
        ("- connectionCheckOutStartedEvent: {}\n", "- connectionCheckOutFailedEvent: {}\n", 2),
        ("events: [commandSucceededEvent: {}]", "events: [commandFailedEvent: {}]", 15),
    ],
)
def test_a_failure_points_at_the_line(
    found: EventRecorder, folder: Path, old: str, new: str, line: int
) -> None:
    """The first difference starts with file:line of the very field."""
    assert GOOD.count(old) == 1
    (folder / "x.events.yml").write_text(GOOD.replace(old, new))
    with pytest.raises(AssertionError) as caught:
        assert_events(found, "x.events.yml")
    assert f"  x.events.yml:{line}: " in str(caught.value)


def test_a_failure_from_a_file(found: EventRecorder, folder: Path) -> None:
    """The whole text."""
    (folder / "x.events.yml").write_text(GOOD.replace("sku: A1", "sku: A2"))
    with pytest.raises(AssertionError) as caught:
        assert_events(found, "x.events.yml")
    approve(str(caught.value), "assertions", "from_a_file")


BROKEN = """\
- commandStartedEvent:
    comandName: find
- commandStartedEvnt: {}
- oneOrMore: []
- commandStartedEvent: {}
  commandSucceededEvent: {}
"""
OPERATORS = """\
- commandStartedEvent:
    command:
      filter: {a: {$$exsts: true}}
      limit: {$$lte: many}
    databaseName: {$$type: strng}
- connectionCheckedInEvent: {connection: {$$same: con}}
"""


def test_every_complaint_has_its_line(folder: Path) -> None:
    """All of them, in the file's order; the first one is the error of an assertion."""
    (folder / "broken.events.yml").write_text(BROKEN)
    complaints = check_expectations("broken.events.yml")
    assert [complaint.place.line for complaint in complaints] == [2, 3, 4, 5]
    approve("\n".join(map(str, complaints)), "assertions", "broken_file", exact=True)
    with pytest.raises(ExpectationError) as caught:
        assert_events(EventRecorder(), "broken.events.yml")
    assert str(caught.value) == f"{complaints[0]} (and 3 more in this file)"


def test_operators_are_checked_too(folder: Path) -> None:
    """An operator that is none, and an argument that makes no sense."""
    (folder / "operators.events.yml").write_text(OPERATORS)
    complaints = check_expectations(Path("operators.events.yml"))
    assert [complaint.place.line for complaint in complaints] == [3, 4, 5]
    approve("\n".join(map(str, complaints)), "assertions", "broken_operators", exact=True)


def test_a_capture_that_relates_nothing(folder: Path) -> None:
    """It is judged over the whole list."""
    (folder / "x.events.yml").write_text(GOOD)
    assert check_expectations("x.events.yml") == []
    (folder / "x.events.yml").write_text("- connectionCheckedInEvent: {connection: {$$same: con}}\n")
    (complaint,) = check_expectations("x.events.yml")
    assert str(complaint).startswith("x.events.yml:1:")
    assert "stands only here" in str(complaint)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "commandStartedEvent: {}",
            "holds a list of events, not a mapping with the keys commandStartedEvent",
        ),
        ("", "the file is empty"),
        ("null", "not nothing"),
        ("just text", "not the value 'just text'"),
        ("- a: 1\n- a: [", "expected"),
        ("- commandStartedEvent: {}\n- commandStartedEvent: {command: {a: 1, a: 2}}", "a"),
    ],
)
def test_what_is_no_list_of_events(folder: Path, text: str, why: str) -> None:
    """One sentence with file:line:column, never a traceback of YAML's."""
    (folder / "x.events.yml").write_text(text)
    (complaint,) = check_expectations("x.events.yml")
    assert str(complaint).startswith("x.events.yml:")
    assert why in str(complaint)
    with pytest.raises(ExpectationError, match=r"x\.events\.yml:\d+:\d+: "):
        assert_events(EventRecorder(), "x.events.yml")


def test_an_empty_file_expects_nothing(found: EventRecorder, folder: Path) -> None:
    """An empty list needs families, as in Python."""
    (folder / "x.events.yml").write_text("[]")
    with pytest.raises(ExpectationError, match="no family is named"):
        assert_events(found, "x.events.yml")
    assert_events(found, "x.events.yml", families="topology")


def test_a_file_that_is_not_there(folder: Path) -> None:
    """It is named."""
    with pytest.raises(SpecError, match="there is no such file"):
        check_expectations("nowhere.events.yml")
    with pytest.raises(ExpectationError, match="there is no such file"):
        assert_events(EventRecorder(), folder / "nowhere.events.yml")
