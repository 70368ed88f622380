"""Which files a replay is of."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from mongotape.errors import SpecError, UsageError
from mongotape.replay._cases import gather

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mongotape.replay._cases import Api, Case, Source

LEFT_OUT = {
    "unified-test-format/invalid": "to be refused by readers of specification files",
    "unified-test-format/valid-fail": "to fail in runners of specification files",
    "data-lake": "for MongoDB's Atlas Data Lake and the data in it",
}
"""Official tests that say nothing about a server; they are replayed where they are named."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The tests of one file, or why it can't be read."""

    source: Source
    cases: tuple[Case, ...]
    error: SpecError | None = None


def select(
    paths: Sequence[str], *, corpus: Path | None = None, only: Iterable[str] = ()
) -> tuple[list[Source], bool]:
    """The files to replay, and whether nothing of what was named is left out.

    Args:
        paths: files and folders.
        corpus: the folder of the fetched official tests, if they are to be replayed.
        only: specifications; ``unified-test-format`` also means what lies below it.

    Raises:
        UsageError: a path or a specification is not there, or nothing was named.
    """
    named = [Path(each) for each in paths] + ([corpus] if corpus is not None else [])
    if not named:
        raise UsageError("name the files or folders to replay, or ask for --corpus")
    for each in named:
        if not each.exists():
            raise UsageError(f"{each}: there is no such file or folder")
    sources = list(gather(named))
    wanted = [each.strip().replace("_", "-") for each in only if each.strip()]
    if not wanted:
        if corpus is not None:
            sources = [
                each for each in sources if each.specification not in LEFT_OUT or not each.is_below(corpus)
            ]
        if not sources:
            raise UsageError(f"no specification file below {', '.join(map(str, named))}")
        return sources, all(each.is_dir() for each in named)
    known = sorted({each.specification for each in sources})
    for name in wanted:
        if not any(_is_of(one, name) for one in known):
            near = get_close_matches(name, known, n=1)
            hint = f'did you mean "{near[0]}"?' if near else f"there are {', '.join(known)}"
            raise UsageError(f'--only: there is no specification "{name}"; {hint}')
    return [each for each in sources if any(_is_of(each.specification, one) for one in wanted)], False


def _is_of(specification: str, wanted: str) -> bool:
    return fnmatchcase(specification, wanted) or specification.startswith(f"{wanted}/")


def plan(sources: Iterable[Source], apis: Sequence[Api]) -> Iterator[Plan]:
    """The tests of each file on each API."""
    for source in sources:
        try:
            yield Plan(source, tuple(source.cases(apis)))
        except SpecError as error:
            yield Plan(source, (), error)
