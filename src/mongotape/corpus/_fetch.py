"""Brings PyMongo's source distribution through pip, checks its hash, unpacks its test files."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from mongotape.corpus._folder import cache_folder, checked_version, corpus_folder, default_version
from mongotape.corpus._unpack import unpack
from mongotape.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PINNED: dict[str, str] = {
    "4.20.0": "f773b0aec28687587cdeda490463a82debc4566a4a3620dcc8dada9d2c0a1acd",
    "4.18.0": "6f33cd2033e8ea216d3069b5ebea79ded74ef2a93f69a93b26cf310082f9b5b9",
    "4.17.0": "70ffa08ba641468cc068cf46c06b34f01a8ce3489f6411309fcb5ceabe6b2fc0",
    "4.16.0": "8ba8405065f6e258a6f872fe62d797a28f383a12178c7153c01ed04e845c600c",
    "4.15.5": "3a8d6bf2610abe0c97c567cf98bf5bba3e90ccc93cc03c9dde75fa11e4267b42",
    "4.13.2": "0f64c6469c2362962e6ce97258ae1391abba1566a953a492562d2924b44815c2",
    "4.10.1": "a9de02be53b6bb98efe0b9eda84ffa1ec027fcb23a2de62c4f941d9a2f2f3330",
    "4.9.2": "3e63535946f5df7848307b9031aa921f82bb0cbe45f9b0c3296f2173f9283eb0",
}
"""The SHA-256 hash of the source distribution of each version that is listed."""

MANIFEST = "mongotape-corpus.json"
_PIP_TIMEOUT = 900.0  # seconds; pip prepares the distribution's metadata, for which it may fetch build tools
_CREDENTIALS = re.compile(r"//[^/@\s]+@")


def _silent(sentence: str) -> None:
    """Drops what is said."""


def locate(version: str | None = None) -> Path:
    """The folder of the fetched tests.

    Args:
        version: PyMongo's; by default the installed one's.

    Raises:
        CorpusError: They were not fetched yet.
        UsageError: The version is none.
    """
    wanted = version or default_version()
    folder = corpus_folder(wanted)
    if not (folder / MANIFEST).is_file():
        raise CorpusError(
            f"the tests of PyMongo {wanted} are not in {folder.parent}; run: mongotape corpus fetch --pymongo {wanted}"
        )
    return folder


def fetch(
    version: str | None = None,
    *,
    sdist: str | os.PathLike[str] | None = None,
    say: Callable[[str], None] = _silent,
) -> Path:
    """Brings the tests of a PyMongo version into the user's cache; at once, if they are there already.

    Args:
        version: PyMongo's; by default the installed one's.
        sdist: The source distribution, where it was downloaded by other means; pip is not used then.
        say: Takes a sentence on what happens.

    Returns:
        The folder that the tests lie in, by specification.

    Raises:
        CorpusError: It can't be downloaded, or is not what its hash says, or can't be unpacked.
        UsageError: The version is none.
    """
    wanted = checked_version(version or default_version())
    if sdist is not None and not Path(sdist).is_file():
        raise CorpusError(f"{os.fspath(sdist)}: there is no such file")
    folder = corpus_folder(wanted)
    if (folder / MANIFEST).is_file():
        say(f"the tests of PyMongo {wanted} are in {folder} already")
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".fetch-", dir=folder.parent) as scratch:
            archive = Path(sdist) if sdist is not None else _download(wanted, Path(scratch), say)
            digest = _verified(archive, wanted, say)
            unpacked = Path(scratch) / "unpacked"
            count = unpack(archive, unpacked, wanted)
            manifest = {"pymongo": wanted, "sha256": digest, "files": count}
            (unpacked / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
            _move(unpacked, folder)
    except OSError as error:
        where = error.filename or folder
        raise CorpusError(
            f"{where}: {error.strerror or error}; is there room, and may you write there?"
        ) from error
    say(f"{count} files of PyMongo {wanted} are in {folder}")
    return folder


def _move(unpacked: Path, folder: Path) -> None:
    """Puts the folder in its place in one step; another process that was faster has put the same there."""
    try:
        unpacked.rename(folder)
    except OSError:
        if not (folder / MANIFEST).is_file():
            shutil.rmtree(
                folder, ignore_errors=True
            )  # half of one, from before the manifest was the last file
            unpacked.rename(folder)


# --- pip ---------------------------------------------------------------------------------------------------


def _download(version: str, scratch: Path, say: Callable[[str], None]) -> Path:
    say(f"downloading the source distribution of PyMongo {version} through pip")
    requirements = scratch / "requirements.txt"
    pinned = PINNED.get(version) or _recorded().get(version)
    line = f"pymongo=={version}"
    requirements.write_text(f"{line} --hash=sha256:{pinned}\n" if pinned else f"{line}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", "pymongo"]
    command += ["--disable-pip-version-check", "--no-input", "--dest", str(scratch), "-r", str(requirements)]
    try:
        done = subprocess.run(  # noqa: S603 - the interpreter that runs, arguments without a shell
            command,
            capture_output=True,
            text=True,
            timeout=_PIP_TIMEOUT,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        raise CorpusError(f"pip did not bring PyMongo {version} within {_PIP_TIMEOUT:.0f} s") from None
    if done.returncode:
        raise CorpusError(_pip_failed(version, done.stderr or done.stdout))
    archives = sorted(scratch.glob("*.tar.gz"))
    if not archives:
        raise CorpusError(f"pip brought no source distribution (.tar.gz) of PyMongo {version}")
    return archives[0]


def _pip_failed(version: str, output: str) -> str:
    if "No module named pip" in output:
        return (
            "pip is not installed for this Python: run python -m ensurepip, or download the source distribution "
            f"of PyMongo {version} by other means and give it with --sdist FILE"
        )
    if "DO NOT MATCH THE HASHES" in output:
        return (
            f"what pip brought is not PyMongo {version}: its hash is not the pinned one; nothing was unpacked"
        )
    if "No matching distribution" in output or "Could not find a version" in output:
        return f"pip finds no source distribution of PyMongo {version}; is the version right, and the index reachable?"
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    last = (errors or lines or ["it gave no reason"])[-1]
    return f"pip can't download PyMongo {version}: {_CREDENTIALS.sub('//', last)}"


# --- hashes ------------------------------------------------------------------------------------------------


def _verified(archive: Path, version: str, say: Callable[[str], None]) -> str:
    """The archive's hash, which is the pinned one, or the recorded one, or recorded now."""
    digest = hashlib.sha256()
    with archive.open("rb") as file:
        for block in _blocks(file.read):
            digest.update(block)
    found = digest.hexdigest()
    recorded = _recorded()
    expected = PINNED.get(version) or recorded.get(version)
    if expected is None:
        _record(recorded | {version: found})
        say(f"PyMongo {version} is not a version whose hash is known here; recorded sha256:{found}")
    elif found != expected:
        raise CorpusError(
            f"{archive.name} is not PyMongo {version}: its hash is sha256:{found}, expected sha256:{expected}; "
            "nothing was unpacked"
        )
    return found


def _blocks(read: Callable[[int], bytes]) -> Iterator[bytes]:
    while block := read(1 << 20):
        yield block


def _hashes_file() -> Path:
    return cache_folder() / "corpus" / "hashes.json"


def _recorded() -> dict[str, str]:
    """The hashes of unlisted versions, as they were when first fetched."""
    try:
        recorded = json.loads(_hashes_file().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:
        recorded = None
    if not isinstance(recorded, dict):
        raise CorpusError(
            f"{_hashes_file()} is damaged: it holds no mapping of versions to hashes; remove it"
        )
    return recorded


def _record(hashes: dict[str, str]) -> None:
    file = _hashes_file()
    with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False, encoding="utf-8") as scratch:
        json.dump(hashes, scratch, indent=2, sort_keys=True)
    Path(scratch.name).replace(file)
