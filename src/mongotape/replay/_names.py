"""What specification a file belongs to, and what its tests are called."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_KINDS = ("invalid", "valid-fail", "valid-pass")
"""Folders of the Unified Test Format's own tests: they mean different things, so each is counted alone."""

_WITHIN = frozenset(
    (
        *("tests", "test", "spec", "specs", "unified", "legacy", "unit", "integration", "prose"),
        *("rs", "single", "sharded", "errors", "monitoring", "load-balanced", "load_balanced"),
        *_KINDS,
    )
)
"""Folders inside a specification's own folder, there and in the drivers' copies."""


def specification_of(path: Path, root: Path | None = None) -> str:
    """The specification that a file belongs to, from the folders above it, with hyphens.

    Args:
        path: the file.
        root: the folder that was named to be replayed; a file that was named itself has none.

    ``crud/tests/unified/find.yml`` is of ``crud``; for the format's own tests the kind is added:
    ``unified-test-format/valid-pass``.
    """
    folder = _own_folder(path, root)
    name = (folder.name if folder is not None else ".").replace("_", "-")
    kind = next((each for each in path.absolute().parts if each in _KINDS), None)
    return f"{name}/{kind}" if kind and kind != name else name


def shown_file(path: Path, root: Path | None = None) -> str:
    """A file as reports and expectations name it: ``crud/unified/find.json``.

    It is the path below the folder that was replayed, from its specification's own folder on at least, so that a
    test has one name whether its file, its specification or all of them are replayed.
    """
    absolute = path.absolute()
    folder = _own_folder(path, root)
    if folder is None:
        return absolute.relative_to(root.absolute()).as_posix() if root is not None else path.name
    if root is not None and folder != root.absolute() and folder.is_relative_to(root.absolute()):
        return absolute.relative_to(root.absolute()).as_posix()
    return absolute.relative_to(folder.parent).as_posix()


def _own_folder(path: Path, root: Path | None) -> Path | None:
    """The folder of a file's specification: the highest one below the root, else the nearest one above."""
    above = [folder for folder in path.absolute().parents if folder.name and folder.name not in _WITHIN]
    if root is not None and (below := [each for each in above if root.absolute() in each.parents]):
        return below[-1]
    return above[0] if above else None


def marker_of(name: str) -> str:
    """The pytest marker of a specification or an API: ``mongo_retryable_reads``."""
    return "mongo_" + re.sub(r"\W", "_", name)


def unique(descriptions: Iterable[str]) -> Iterator[str]:
    """Descriptions as names of tests: on one line, without ``::``, and no two alike."""
    taken: dict[str, int] = {}
    for description in descriptions:
        name = " ".join(description.replace("::", ":").split()) or "unnamed"
        taken[name] = taken.get(name, 0) + 1
        yield name if taken[name] == 1 else f"{name} ({taken[name]})"
