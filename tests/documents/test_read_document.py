"""A file that can't be read is one sentence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mongotape.documents import Complaint, parse_document, read_document, shown_path
from mongotape.errors import SpecError


def refused(path: Path) -> str:
    with pytest.raises(SpecError) as caught:
        read_document(path)
    return str(caught.value).replace(str(path), path.name)


def test_the_suffix_says_how_to_read(tmp_path: Path) -> None:
    for name, text in {"a.json": '{"a": 1}', "a.yml": "a: 1", "a.YAML": "a: 1"}.items():
        (tmp_path / name).write_text(text)
        document = read_document(tmp_path / name)
        assert document.value == {"a": 1}
        assert document.path == tmp_path / name
        assert str(document.place("a")).endswith(":1:2" if name == "a.json" else ":1:1")


def test_faults_of_the_file_are_sentences(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.yml") == "none.yml: there is no such file"
    assert refused(tmp_path / "none.txt") == "none.txt: a file that ends in .yml, .yaml or .json is needed"
    folder = tmp_path / "folder.yml"
    folder.mkdir()
    assert refused(folder) == "folder.yml: this is a folder; name a file in it"
    latin = tmp_path / "latin.yml"
    latin.write_bytes("a: 1\nb: ä".encode("latin-1"))
    assert refused(latin) == "latin.yml:2:4: not UTF-8 text; save the file as UTF-8"
    wide = tmp_path / "wide.json"
    wide.write_bytes("{}".encode("utf-16"))
    assert "not UTF-8 text" in refused(wide)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    file = tmp_path / "secret.yml"
    file.write_text("a: 1")
    file.chmod(0)
    assert refused(file) == "secret.yml: can't be read: Permission denied"


def test_a_complaint_reads_as_a_sentence() -> None:
    document = parse_document("a:\n  - b: 1\n", name="x.yml")
    complaint = Complaint(document.place("a", 0, "b"), "must be a string", "put it in quotes")
    assert str(complaint) == "x.yml:2:5: a[0].b: must be a string; put it in quotes"
    assert complaint.path == ("a", 0, "b")
    assert shown_path((0, "a", 1)) == "[0].a[1]"


def test_a_complaint_is_one_printable_line() -> None:
    """A hostile key moves no cursor and fills no screen."""
    key = "\x1b[2J\nforged.yml:1:1: all is well" + "x" * 5000
    document = parse_document("{}", name="x.yml")
    text = str(Complaint(document.place(key), f'no key "{key}"', "did you mean it?"))
    assert text.startswith("x.yml:1:1: \\x1b[2J\\nforged.yml:1:1: all is well")
    assert text.isprintable()
    assert len(text) < 1100
    assert text.endswith("did you mean it?")
