"""Unpacks the test files of a source distribution, and nothing else of it."""

from __future__ import annotations

import tarfile
import zlib
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from mongotape.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_FILE = 32 * 1024 * 1024  # bytes; the largest file of 4.20.0 has 1.2 MB
MAX_FILES = 20_000
MAX_TOTAL = 512 * 1024 * 1024  # bytes


def unpack(archive: Path, folder: Path, version: str) -> int:
    """Writes the archive's ``test/**/*.json`` and its license below ``folder``; returns how many files.

    Raises:
        CorpusError: It is no source distribution of that version, or a path in it leaves the folder, or it
            is larger than such an archive can be.
    """
    count = total = 0
    try:
        with tarfile.open(archive, "r:gz") as tar:
            for member, path in _wanted(tar, archive.name, version):
                count += 1
                total += member.size
                if member.size > MAX_FILE or total > MAX_TOTAL or count > MAX_FILES:
                    raise CorpusError(f"{archive.name}: too large to be PyMongo's tests (at {member.name})")
                source = tar.extractfile(member)
                assert source is not None  # it is a regular file
                target = folder.joinpath(*path.parts)
                target.parent.mkdir(parents=True, exist_ok=True)
                with source:
                    target.write_bytes(source.read())
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise CorpusError(f"{archive.name}: not a readable .tar.gz archive: {error}") from None
    if not count:
        raise CorpusError(f"{archive.name}: holds no tests of PyMongo {version}")
    return count


def _wanted(tar: tarfile.TarFile, name: str, version: str) -> Iterator[tuple[tarfile.TarInfo, PurePosixPath]]:
    """The test files, each with its path below the corpus folder."""
    root = f"pymongo-{version}"
    for member in tar:
        path = PurePosixPath(member.name)
        if path.is_absolute() or ".." in path.parts or "\\" in member.name or ":" in member.name:
            raise CorpusError(
                f'{name}: the path "{member.name}" leaves the archive\'s folder; nothing was kept'
            )
        if path.parts[:1] != (root,):
            continue
        below = PurePosixPath(*path.parts[1:])
        wanted = below.parts[:1] == ("test",) and below.suffix == ".json"
        if not wanted and str(below) != "LICENSE":
            continue
        if not member.isfile():  # a link could point anywhere
            raise CorpusError(f'{name}: "{member.name}" is not a regular file; nothing was kept')
        yield member, PurePosixPath(*below.parts[1:]) if wanted else below
