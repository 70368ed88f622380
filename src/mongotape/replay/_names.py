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
    if root is None:
        above = [parent.name for parent in path.absolute().parents]
        name = next((each for each in above if each and each not in _WITHIN), ".")
        parts = above
    else:
        below = path.relative_to(root).parts[:-1]
        own = [root.absolute().name] if root.absolute().name not in _WITHIN else []
        name = next((each for each in (*below, *own) if each not in _WITHIN), ".")
        parts = list(below)
    name = name.replace("_", "-")
    kind = next((each for each in parts if each in _KINDS), None)
    return f"{name}/{kind}" if kind and kind != name else name


def shown_file(path: Path, root: Path | None) -> str:
    """A file as reports and expectations name it: ``crud/unified/find.yml``.

    It is the path below the folder that was replayed, from its specification's own folder on at least, so that a
    test has one name whether its file, its specification or all of them are replayed.
    """
    if root is not None:
        is_inside = all(part in _WITHIN for part in path.relative_to(root).parts[:-1])
        base = (
            root.absolute().parent if is_inside and root.absolute().name not in _WITHIN else root.absolute()
        )
        return path.absolute().relative_to(base).as_posix()
    absolute = path.absolute()
    parts = absolute.parts
    first = next(
        (at for at in range(len(parts) - 2, 0, -1) if parts[at] not in _WITHIN),
        len(parts) - 1,
    )
    return "/".join(parts[first:])


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
