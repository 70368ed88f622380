"""Specifications, files and tests by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from mongotape.replay import gather, marker_of, specification_of, unique
from mongotape.replay._names import shown_file
from tests.replay.files import PASSES, spec_file


@pytest.mark.parametrize(
    ("path", "root", "specification", "file"),
    [
        ("/c/crud/unified/find.json", "/c", "crud", "crud/unified/find.json"),
        ("/c/crud/unified/find.json", "/c/crud", "crud", "crud/unified/find.json"),
        ("/c/crud/unified/find.json", "/c/crud/unified", "crud", "crud/unified/find.json"),
        ("/c/crud/unified/find.json", None, "crud", "crud/unified/find.json"),
        ("/s/source/crud/tests/unified/find.yml", "/s/source", "crud", "crud/tests/unified/find.yml"),
        ("/c/retryable_reads/unified/x.json", "/c", "retryable-reads", "retryable_reads/unified/x.json"),
        (
            "/c/discovery_and_monitoring/rs/x.json",
            "/c",
            "discovery-and-monitoring",
            "discovery_and_monitoring/rs/x.json",
        ),
        (
            "/c/discovery_and_monitoring/rs/x.json",
            None,
            "discovery-and-monitoring",
            "discovery_and_monitoring/rs/x.json",
        ),
        (
            "/c/unified-test-format/valid-pass/x.json",
            "/c",
            "unified-test-format/valid-pass",
            "unified-test-format/valid-pass/x.json",
        ),
        ("/c/x.json", "/c", "c", "c/x.json"),
        ("/specs/x.json", "/specs", ".", "x.json"),
    ],
)
def test_a_file_has_one_name(path: str, root: str | None, specification: str, file: str) -> None:
    """Whether it, its specification or all of them are replayed."""
    folder = Path(root) if root else None
    assert specification_of(Path(path), folder) == specification
    assert shown_file(Path(path), folder) == file


def test_markers_are_python_names() -> None:
    """What ``-m`` can say."""
    assert marker_of("unified-test-format/valid-pass") == "mongo_unified_test_format_valid_pass"
    assert marker_of("async") == "mongo_async"


def test_descriptions_are_made_unique() -> None:
    """On one line, without what separates the parts of a pytest id."""
    assert list(unique(["a::b", "a", "a", " a\n b ", ""])) == ["a:b", "a", "a (2)", "a b", "unnamed"]


def test_gathering(tmp_path: Path) -> None:
    """Each file once, twins once, other files not at all; a file that is named is taken whatever it is."""
    for name in ("a/x.yml", "a/x.json", "a/y.json", "a/x.events.yml", "a/__events__/z.yml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(spec_file(PASSES))
    (tmp_path / "a" / "y.json").write_text('{"not": "ours"}')
    (tmp_path / "a" / "broken.json").write_text("{")
    found = [
        each.path.name for each in gather([tmp_path, tmp_path / "a" / "x.yml", tmp_path / "a" / "y.json"])
    ]
    assert found == ["broken.json", "x.yml", "y.json"]
