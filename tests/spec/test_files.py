"""Which files of a folder are specification files."""

from __future__ import annotations

from pathlib import Path

import pytest

from mongotape.documents import parse_document
from mongotape.spec import may_be_spec_file, recognise, spec_files


def test_a_folder_gives_yaml_before_its_json_twin(tmp_path: Path) -> None:
    names = ["b.yml", "b.json", "a.json", "sub/c.yaml", "sub/c.json", "x.events.yml", "__events__/y.yml"]
    names += [".hidden.yml", "notes.txt", "sub/__events__/z.json", "sub/d.yml.bak"]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    assert [str(path.relative_to(tmp_path)) for path in spec_files(tmp_path)] == [
        "a.json",
        "b.yml",
        "sub/c.yaml",
    ]


def test_the_folder_itself_may_have_any_name(tmp_path: Path) -> None:
    folder = tmp_path / "__events__"
    folder.mkdir()
    (folder / "a.yml").write_text("")
    assert list(spec_files(folder)) == [folder / "a.yml"]


@pytest.mark.parametrize(
    ("name", "may_be"),
    [
        ("a.yml", True),
        ("A.YAML", True),
        ("a.json", True),
        ("a.events.yml", False),
        ("a.py", False),
        (".a.yml", False),
    ],
)
def test_names(name: str, may_be: bool) -> None:
    assert may_be_spec_file(name) is may_be


@pytest.mark.parametrize(
    ("text", "format_"),
    [
        ("schemaVersion: '1.0'", "unified"),
        ("description: d\ntests: [{operations: []}]", "unified"),
        ("tests: [{operations: []}]", None),
        ("description: d\ntests: [{uri: x}]", None),
        ("style: unit\nversion: 1", "cmap"),
        ("phases: []", "sdam"),
        ("a: 1", None),
        ("- a", None),
    ],
)
def test_formats_are_recognised_by_their_keys(text: str, format_: str | None) -> None:
    assert recognise(parse_document(text)) == format_
