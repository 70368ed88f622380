"""Which files of a folder are specification files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

SUFFIXES = (".yml", ".yaml", ".json")
"""How a specification file's name ends."""


def may_be_spec_file(path: str | os.PathLike[str]) -> bool:
    """Whether a file's name is one that a specification file may have.

    Files of expected events (``*.events.yml``, anything below ``__events__/``) and hidden files are none.
    """
    file = Path(path)
    return file.suffix.lower() in SUFFIXES and not file.name.startswith(".") and not is_event_file(file)


def is_event_file(path: str | os.PathLike[str]) -> bool:
    """Whether a file's name is one of expected events: ``*.events.yml``, or anything below ``__events__/``."""
    file = Path(path)
    if file.suffix.lower() not in SUFFIXES or file.name.startswith("."):
        return False
    return file.stem.endswith(".events") or "__events__" in file.parts


def spec_files(folder: str | os.PathLike[str]) -> Iterator[Path]:
    """The files below a folder that may be specification files, in the order of their names.

    Where ``x.yml`` and ``x.json`` lie side by side they say the same: only ``x.yml`` is given.
    """
    root = Path(folder)
    files = sorted(
        path for path in root.rglob("*") if may_be_spec_file(path.relative_to(root)) and path.is_file()
    )
    yaml = {path.with_suffix("") for path in files if path.suffix.lower() != ".json"}
    for path in files:
        if path.suffix.lower() != ".json" or path.with_suffix("") not in yaml:
            yield path
