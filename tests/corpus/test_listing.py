"""Files and tests are counted by specification."""

from __future__ import annotations

from pathlib import Path

import pytest

from mongotape import corpus
from mongotape.errors import CorpusError


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_counts(tmp_path: Path) -> None:
    write(tmp_path / "retryable_reads" / "unified" / "a.json", '{"schemaVersion": "1.0", "tests": [{}, {}]}')
    write(tmp_path / "retryable_reads" / "unified" / "b.yml", "schemaVersion: '1.0'\ntests: [{}]")
    write(tmp_path / "retryable_reads" / "unified" / "b.json", '{"schemaVersion": "1.0", "tests": [{}]}')
    write(tmp_path / "connection_monitoring" / "c.json", '{"version": 1, "style": "unit"}')
    write(tmp_path / "discovery" / "rs" / "d.json", '{"phases": []}')
    write(tmp_path / "discovery" / "broken.json", '{"phases": [}')
    write(tmp_path / "bson_corpus" / "e.json", '{"description": "other", "tests": [{"uri": 1}]}')
    write(tmp_path / "unified-test-format" / "valid-pass" / "f.json", '{"schemaVersion": "1.0", "tests": 3}')
    write(tmp_path / "top.yml", "schemaVersion: '1.0'\ntests: [{}]")
    found = corpus.listing(tmp_path)
    assert [(item.name, item.files, item.tests, sorted(item.formats)) for item in found] == [
        (".", 1, 1, ["unified"]),
        ("connection-monitoring", 1, 1, ["cmap"]),
        ("discovery", 1, 1, ["sdam"]),
        ("retryable-reads", 2, 3, ["unified"]),
        ("unified-test-format/valid-pass", 1, 0, ["unified"]),
    ]
    (fault,) = found[2].faults
    assert fault.startswith(f"{tmp_path / 'discovery' / 'broken.json'}:1:13: not JSON")


def test_a_folder_that_is_not_there() -> None:
    with pytest.raises(CorpusError, match="there is no such folder"):
        corpus.listing("/no/such/folder")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("crud/unified/find.json", "crud"),
        ("sdam_monitoring/a.json", "sdam-monitoring"),
        ("unified-test-format/invalid/a.json", "unified-test-format/invalid"),
        ("a.json", "."),
    ],
)
def test_the_first_folder_names_the_specification(path: str, name: str) -> None:
    assert corpus.specification_of(Path(path)) == name


@pytest.mark.parametrize(
    ("platform", "variables", "folder"),
    [
        ("linux", {"XDG_CACHE_HOME": "/cache"}, "/cache/mongotape"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, "{home}/.cache/mongotape"),
        ("linux", {}, "{home}/.cache/mongotape"),
        ("darwin", {}, "{home}/Library/Caches/mongotape"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/mongotape"),
    ],
)
def test_the_cache_is_where_the_system_keeps_caches(
    monkeypatch: pytest.MonkeyPatch, platform: str, variables: dict[str, str], folder: str
) -> None:
    """Source: XDG Base Directory Specification (a relative path is ignored)."""
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("mongotape.corpus._folder.sys.platform", platform)
    assert str(corpus.cache_folder()) == folder.format(home=Path.home())
