"""What docs/assertions.md shows is what is said."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from mongotape import EventRecorder, assert_events
from mongotape.event_files import check_expectations

TESTS = Path(__file__).resolve().parents[1]
PAGE = (TESTS.parent / "docs" / "assertions.md").read_text()
YAML = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
TEXTS = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
APPROVED = {path.stem: path.read_text() for path in TESTS.glob("*/approved/*.txt")}


def test_the_failure_is_an_approved_one() -> None:
    """The long example is a text of the suite, word for word."""
    assert TEXTS[0] == "AssertionError: " + APPROVED["a_leaf_differs_and_the_client_was_closed"]
    assert TEXTS[1] in APPROVED["an_element_too_many"]


def test_the_near_misses_are_approved_ones() -> None:
    """Each sentence of the list is said in an approved text."""
    sentences = re.findall(r"^- `(the .*)`$", PAGE, re.MULTILINE)
    assert len(sentences) == 4
    for each in sentences:
        assert any(each in text for text in APPROVED.values()), each


def test_the_file_means_what_the_page_says(
    mongo_client: MongoClient[dict[str, Any]],
    event_recorder: EventRecorder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The example file is read without complaint and holds for a find; another filter fails on the line it says."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "tests" / "place_order.events.yml"
    file.parent.mkdir()
    file.write_text(YAML[0])
    assert check_expectations(file) == []
    mongo_client.admin.command("ping")
    event_recorder.clear()
    mongo_client.shop.items.find_one({"sku": "A1"})
    assert_events(event_recorder, file)
    event_recorder.clear()
    mongo_client.shop.items.find_one({"sku": "A2"})
    with pytest.raises(AssertionError) as caught:
        assert_events(event_recorder, "tests/place_order.events.yml")
    assert TEXTS[2].rstrip() in str(caught.value)


def test_the_complaint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The misspelt field is found where the page says."""
    monkeypatch.chdir(tmp_path)
    Path("place_order.events.yml").write_text(
        YAML[0].replace("# tests/place_order.events.yml\n", "").replace("commandName", "comandName")
    )
    (complaint,) = check_expectations("place_order.events.yml")
    assert TEXTS[3].rstrip() == str(complaint).partition(" (")[0]
