"""Where the fetched tests are kept."""

from __future__ import annotations

import os
import re
import sys
from importlib import metadata
from pathlib import Path

from mongotape.errors import UsageError

_VERSION = re.compile(r"[0-9]+(\.[0-9]+)*((a|b|rc|\.post|\.dev)[0-9]+)*")


def cache_folder() -> Path:
    """The folder of mongotape below the user's cache.

    ``XDG_CACHE_HOME`` where it is set, else what the system uses: ``~/.cache``, ``~/Library/Caches`` or
    ``%LOCALAPPDATA%``.
    """
    if (given := os.environ.get("XDG_CACHE_HOME")) and Path(given).is_absolute():
        return Path(given) / "mongotape"
    if sys.platform == "win32" and (local := os.environ.get("LOCALAPPDATA")):
        return Path(local) / "mongotape"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "mongotape"
    return Path.home() / ".cache" / "mongotape"


def corpus_folder(version: str) -> Path:
    """The folder of one version's tests, whether it exists or not."""
    return cache_folder() / "corpus" / f"pymongo-{checked_version(version)}"


def checked_version(version: str) -> str:
    """The version, if it is one.

    Raises:
        UsageError: It is none; so it can be neither a path nor an option of pip's.
    """
    if not _VERSION.fullmatch(version):
        raise UsageError(f'"{version}" is not a version of PyMongo; write one such as 4.20.0')
    return version


def default_version() -> str:
    """The version of the installed PyMongo: its own tests are those that it is meant to pass."""
    return metadata.version("pymongo")
