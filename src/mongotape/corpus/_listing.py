"""What a folder of specification files holds, counted by specification."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from mongotape.errors import CorpusError, SpecError

if TYPE_CHECKING:
    import os

_SELF_TESTS = ("invalid", "valid-fail", "valid-pass")
"""Folders of the Unified Test Format's own tests: they mean different things, so each is counted alone."""


@dataclass(slots=True)
class Specification:
    """How many files and tests of one specification there are."""

    name: str
    files: int = 0
    tests: int = 0
    formats: set[str] = field(default_factory=set)  #: unified, cmap, sdam
    faults: list[str] = field(default_factory=list)  #: sentences on files that can't be read


def specification_of(path: Path) -> str:
    """The specification that a file belongs to, from its path below the corpus folder.

    The name is the first folder's, with hyphens (``retryable_reads`` is ``retryable-reads``); for the
    format's own tests the kind is added: ``unified-test-format/valid-pass``.
    """
    name = path.parts[0].replace("_", "-") if len(path.parts) > 1 else "."
    kind = next((part for part in path.parts[1:-1] if part in _SELF_TESTS), None)
    return f"{name}/{kind}" if kind else name


def listing(folder: str | os.PathLike[str]) -> list[Specification]:
    """The specifications whose tests lie below a folder, by name; files of other kinds are not counted.

    Raises:
        CorpusError: There is no such folder.
    """
    from mongotape.documents import read_document
    from mongotape.spec import recognise, spec_files

    root = Path(folder)
    if not root.is_dir():
        raise CorpusError(f"{root}: there is no such folder")
    found: dict[str, Specification] = {}
    for path in spec_files(root):
        name = specification_of(path.relative_to(root))
        try:
            document = read_document(path)
        except SpecError as error:
            found.setdefault(name, Specification(name)).faults.append(str(error))
            continue
        format_ = recognise(document)
        if format_ is None:
            continue
        specification = found.setdefault(name, Specification(name))
        specification.files += 1
        specification.formats.add(format_)
        tests = document.value.get("tests") if format_ == "unified" else None
        specification.tests += (len(tests) if isinstance(tests, list) else 0) if format_ == "unified" else 1
    return sorted(found.values(), key=lambda specification: specification.name)
