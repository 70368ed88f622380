"""The official tests come through pip, are what their hash says, and stay in their folder."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import tarfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from mongotape import corpus
from mongotape.corpus import _fetch
from mongotape.errors import CorpusError, UsageError

VERSION = "4.99.0"  # no such version is listed


def sdist(path: Path, members: dict[str, bytes | None] | None = None, version: str = VERSION) -> Path:
    """A source distribution; a member of value None is a link."""
    if members is None:
        members = {
            "test/crud/unified/find.json": b'{"schemaVersion": "1.0"}',
            "LICENSE": b"Apache",
            "setup.py": b"",
        }
        members |= {"test/test_crud.py": b"", "pymongo/x.json": b"{}"}
    with tarfile.open(path, "w:gz") as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(
                name if name.startswith(("/", "..", "other")) else f"pymongo-{version}/{name}"
            )
            if data is None:
                info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
                tar.addfile(info)
            else:
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
    return path


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "mongotape" / "corpus"


def kept(cache: Path) -> list[str]:
    """Every file in the cache but the record of hashes."""
    return sorted(
        str(path.relative_to(cache)) for path in cache.rglob("*") if path.is_file() and path.parent != cache
    )


def test_only_test_files_and_the_license_are_unpacked(tmp_path: Path, cache: Path) -> None:
    said: list[str] = []
    folder = corpus.fetch(VERSION, sdist=sdist(tmp_path / "a.tar.gz"), say=said.append)
    assert folder == cache / f"pymongo-{VERSION}"
    names = ["LICENSE", "crud/unified/find.json", "mongotape-corpus.json"]
    assert kept(cache) == [f"pymongo-{VERSION}/{name}" for name in names]
    assert corpus.locate(VERSION) == folder
    assert said[-1] == f"2 files of PyMongo {VERSION} are in {folder}"


def test_a_second_fetch_does_nothing(tmp_path: Path) -> None:
    corpus.fetch(VERSION, sdist=sdist(tmp_path / "a.tar.gz"))
    said: list[str] = []
    corpus.fetch(VERSION, say=said.append)
    assert said == [f"the tests of PyMongo {VERSION} are in {corpus.locate(VERSION)} already"]


def test_the_hash_of_an_unlisted_version_is_recorded_and_held(tmp_path: Path, cache: Path) -> None:
    """The first one is told and kept; another archive under the same version is refused."""
    said: list[str] = []
    archive = sdist(tmp_path / "a.tar.gz")
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    folder = corpus.fetch(VERSION, sdist=archive, say=said.append)
    assert f"PyMongo {VERSION} is not a version whose hash is known here; recorded sha256:{digest}" in said
    assert json.loads((cache / "hashes.json").read_text()) == {VERSION: digest}
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    folder.rmdir()
    other = sdist(tmp_path / "b.tar.gz", {"test/a.json": b"{}"})
    with pytest.raises(
        CorpusError, match=rf"b.tar.gz is not PyMongo {VERSION}: its hash is .* expected sha256:{digest}"
    ):
        corpus.fetch(VERSION, sdist=other)
    assert kept(cache) == []


def test_a_listed_version_must_have_its_hash(tmp_path: Path, cache: Path) -> None:
    with pytest.raises(
        CorpusError, match=r"its hash is sha256:.*, expected sha256:f773b0ae.*; nothing was unpacked"
    ):
        corpus.fetch("4.20.0", sdist=sdist(tmp_path / "a.tar.gz", version="4.20.0"))
    assert kept(cache) == []


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({"../../evil.json": b"{}"}, "leaves the archive's folder"),
        ({"test/../../../evil.json": b"{}"}, "leaves the archive's folder"),
        ({"/tmp/evil.json": b"{}"}, "leaves the archive's folder"),
        ({"test\\..\\evil.json": b"{}"}, "leaves the archive's folder"),
        ({"test/c:evil.json": b"{}"}, "leaves the archive's folder"),
        ({"test/link.json": None}, "is not a regular file"),
        ({"setup.py": b""}, f"holds no tests of PyMongo {VERSION}"),
        ({"other-1.0/test/a.json": b"{}"}, f"holds no tests of PyMongo {VERSION}"),
    ],
)
def test_no_path_leaves_the_folder(tmp_path: Path, cache: Path, members: Any, sentence: str) -> None:
    """A hostile archive leaves nothing behind, inside or outside."""
    archive = sdist(
        tmp_path / "evil.tar.gz", {"test/good.json": b"{}", **members} if "leaves" in sentence else members
    )
    with pytest.raises(CorpusError, match=sentence):
        corpus.fetch(VERSION, sdist=archive)
    assert kept(cache) == []
    assert not list(tmp_path.rglob("evil.json"))
    assert not list(cache.glob(".fetch-*"))


def test_an_archive_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mongotape.corpus._unpack.MAX_TOTAL", 100)
    members: dict[str, bytes | None] = {f"test/{number}.json": b" " * 60 for number in range(2)}
    with pytest.raises(
        CorpusError, match=r"too large to be PyMongo's tests \(at pymongo-4.99.0/test/1.json\)"
    ):
        corpus.fetch(VERSION, sdist=sdist(tmp_path / "a.tar.gz", members))


@pytest.mark.parametrize("damage", ["truncated", "garbage", "empty", "missing"])
def test_a_damaged_archive_is_a_sentence(tmp_path: Path, cache: Path, damage: str) -> None:
    archive = sdist(tmp_path / "a.tar.gz")
    data = archive.read_bytes()
    if damage == "missing":
        archive.unlink()
    else:
        archive.write_bytes(
            {"truncated": data[: len(data) // 2], "garbage": b"x" * 500, "empty": b""}[damage]
        )
    with pytest.raises(
        CorpusError, match=r"a.tar.gz: (not a readable .tar.gz archive|there is no such file)"
    ):
        corpus.fetch(VERSION, sdist=archive)
    assert kept(cache) == []


def test_two_at_once_agree(tmp_path: Path, cache: Path) -> None:
    """Xdist workers fetch at the same moment: each gets the whole folder."""
    archive = sdist(tmp_path / "a.tar.gz")
    with ThreadPoolExecutor(8) as pool:
        folders = list(pool.map(lambda _: corpus.fetch(VERSION, sdist=archive), range(8)))
    assert set(folders) == {corpus.locate(VERSION)}
    assert (folders[0] / "crud" / "unified" / "find.json").is_file()
    assert not list(cache.glob(".fetch-*"))


def test_half_a_folder_is_replaced(tmp_path: Path) -> None:
    """One without its manifest was not unpacked to its end, whoever made it."""
    folder = corpus.fetch(VERSION, sdist=sdist(tmp_path / "a.tar.gz"))
    (folder / "mongotape-corpus.json").unlink()
    (folder / "crud" / "unified" / "find.json").write_text("half")
    assert corpus.fetch(VERSION, sdist=tmp_path / "a.tar.gz") == folder
    assert (folder / "crud" / "unified" / "find.json").read_text() == '{"schemaVersion": "1.0"}'


def test_one_that_was_faster_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process that put the folder there meanwhile has put the same there."""
    archive = sdist(tmp_path / "a.tar.gz")
    unpack = _fetch.unpack

    def slower(*arguments: Any) -> int:
        count = unpack(*arguments)
        monkeypatch.setattr(_fetch, "unpack", unpack)
        corpus.fetch(VERSION, sdist=archive)
        return count

    monkeypatch.setattr(_fetch, "unpack", slower)
    assert corpus.fetch(VERSION, sdist=archive) == corpus.locate(VERSION)


def test_what_was_not_fetched_names_the_command() -> None:
    with pytest.raises(CorpusError, match=r"are not in .*; run: mongotape corpus fetch --pymongo 4.99.0"):
        corpus.locate(VERSION)


@pytest.mark.parametrize("version", ["../4.20", "latest", "4.20; rm", "--index-url=x", ""])
def test_a_version_is_no_path_and_no_option(version: str) -> None:
    if not version:
        assert corpus.default_version()
        return
    with pytest.raises(UsageError, match="is not a version of PyMongo"):
        corpus.fetch(version)


def test_a_cache_that_may_not_be_written_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(CorpusError, match="is there room, and may you write there"):
        corpus.fetch(VERSION, sdist=sdist(tmp_path / "a.tar.gz"))


def test_a_damaged_record_of_hashes_says_so(tmp_path: Path, cache: Path) -> None:
    cache.mkdir(parents=True)
    (cache / "hashes.json").write_text("[1")
    with pytest.raises(CorpusError, match=r"hashes.json is damaged: .*; remove it"):
        corpus.fetch(VERSION, sdist=sdist(tmp_path / "a.tar.gz"))


# --- pip -----------------------------------------------------------------------------------------------------


def answering(output: str, code: int) -> Any:
    """What stands for pip: writes its words and leaves with its code."""
    return lambda command, **_options: subprocess.CompletedProcess(command, code, stdout="", stderr=output)


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        (
            "/usr/bin/python: No module named pip",
            "pip is not installed for this Python: run python -m ensurepip",
        ),
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM",
            "its hash is not the pinned one; nothing was unpacked",
        ),
        (
            "ERROR: No matching distribution found for pymongo==4.99.0",
            "pip finds no source distribution of PyMongo",
        ),
        (
            "x\nERROR: could not reach https://me:secret@index/simple\n",
            "could not reach https://index/simple",
        ),
        ("", "can't download PyMongo 4.99.0: it gave no reason"),
    ],
)
def test_pips_faults_are_sentences(
    monkeypatch: pytest.MonkeyPatch, cache: Path, output: str, sentence: str
) -> None:
    monkeypatch.setattr(_fetch.subprocess, "run", answering(output, 1))
    with pytest.raises(CorpusError) as caught:
        corpus.fetch(VERSION)
    assert sentence in str(caught.value)
    assert "secret" not in str(caught.value)
    assert kept(cache) == []


def test_pip_is_asked_for_the_pinned_hash(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The hash is checked before anything of the archive runs."""
    asked: list[str] = []

    def run(command: list[str], **_options: Any) -> Any:
        asked.append(Path(command[command.index("-r") + 1]).read_text())
        assert command[:4] == [sys.executable, "-m", "pip", "download"]
        sdist(Path(command[command.index("--dest") + 1]) / "pymongo-4.20.0.tar.gz", version="4.20.0")
        return subprocess.CompletedProcess(command, 0, stdout="", stderr="")

    monkeypatch.setattr(_fetch.subprocess, "run", run)
    with pytest.raises(CorpusError, match="its hash is"):
        corpus.fetch("4.20.0")
    assert asked == [f"pymongo==4.20.0 --hash=sha256:{corpus.PINNED['4.20.0']}\n"]


def test_a_pip_that_hangs_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command: list[str], **options: Any) -> Any:
        raise subprocess.TimeoutExpired(command, options["timeout"])

    monkeypatch.setattr(_fetch.subprocess, "run", run)
    with pytest.raises(CorpusError, match=r"pip did not bring PyMongo 4\.99\.0 within 900 s"):
        corpus.fetch(VERSION)


def test_every_pinned_hash_is_one() -> None:
    assert "4.20.0" in corpus.PINNED
    assert "4.9.2" in corpus.PINNED
    for digest in corpus.PINNED.values():
        assert len(bytes.fromhex(digest)) == 32
