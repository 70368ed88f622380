"""The tests of specification files, one `Case` a test and API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from mongotape.errors import SpecError
from mongotape.replay._names import shown_file, specification_of, unique

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from mongotape.documents import Document
    from mongotape.spec import SpecFile, Test

Api: TypeAlias = Literal["sync", "async"]
APIS: tuple[Api, ...] = ("sync", "async")


class Source:
    """One specification file of a replay; its model is read when needed and can be let go.

    Args:
        path: the file.
        root: the folder that was named to be replayed, None for a file that was named itself.
    """

    __slots__ = ("_error", "_model", "_shown", "file", "path", "specification")

    def __init__(self, path: Path, root: Path | None = None) -> None:
        self.path = path.absolute()
        self.file = shown_file(path, root)  #: as reports and expectations name it
        self._shown = _from_here(self.path) or self.file  #: as complaints and failures name it
        self.specification = specification_of(path, root)
        self._model: SpecFile | None = None
        self._error: SpecError | None = None

    @property
    def model(self) -> SpecFile:
        """The file as it was read.

        Raises:
            SpecError: it can't be read, or something in it is wrong.
        """
        if self._error is not None:
            raise self._error
        if self._model is None:
            from mongotape.spec import read

            self._model = read(self._document())
        return self._model

    def _document(self) -> Document:
        from mongotape.documents import read_document

        shown = type(self.path)(self._shown)
        document = read_document(shown if shown.absolute() == self.path else self.path)
        document.name = self._shown
        return document

    def is_spec_file(self) -> bool:
        """Whether it is of a format that is replayed; what can't be read may be, so it is told."""
        if self._model is not None or self._error is not None:
            return True
        from mongotape.spec import read, recognise

        try:
            document = self._document()
            if recognise(document) is None:
                return False
            self._model = read(document)
        except SpecError as error:
            self._error = error  # raised where the model is asked for
        return True

    def is_below(self, folder: Path) -> bool:
        """Whether the file lies below a folder."""
        return folder.resolve() in self.path.resolve().parents

    def release(self) -> None:
        """Let the model go; it is read again if it is asked for again."""
        self._model = None

    def databases(self) -> tuple[str, ...]:
        """The databases on the server that replaying the file writes to."""
        from mongotape.runner import databases_of
        from mongotape.spec import CmapFile, SdamFile

        model = self.model
        return () if isinstance(model, (CmapFile, SdamFile)) else databases_of(model)

    def cases(self, apis: Iterable[Api]) -> Iterator[Case]:
        """Every test on every API, all of one API together.

        Raises:
            SpecError: the file can't be read.
        """
        from mongotape.spec import UnifiedFile

        model = self.model
        tests: Sequence[str] = (
            [test.description for test in model.tests]
            if isinstance(model, UnifiedFile)
            else [model.description]
        )
        names = list(unique(tests))
        for api in apis:
            for index, name in enumerate(names):
                yield Case(self, index, name, api)


def _from_here(path: Path) -> str | None:
    """A path as a person in the working directory writes it; None for one that is not below it."""
    try:
        return str(path.relative_to(path.cwd()))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One test of a file, on one API."""

    source: Source
    index: int
    name: str  #: its description, on one line and unique in its file
    api: Api

    @property
    def id(self) -> str:
        """The description and the API: ``Find with projection[sync]``."""
        return f"{self.name}[{self.api}]"

    @property
    def test(self) -> Test | None:
        """The test of a unified file; None for a file of the older formats, which is one test."""
        from mongotape.spec import UnifiedFile

        model = self.source.model
        return model.tests[self.index] if isinstance(model, UnifiedFile) else None

    @property
    def line(self) -> int:
        """Where the test starts in its file, counted from 1; looked up when it is asked for."""
        test = self.test
        return (self.source.model if test is None else test).line


def gather(paths: Iterable[Path]) -> Iterator[Source]:
    """The specification files among files and below folders, each once.

    Below a folder, files of other kinds are passed over, ``*.events.yml`` and ``__events__/`` too, and of
    ``x.yml`` and ``x.json`` side by side only the first is taken. A file that is named is taken whatever it is.
    """
    from mongotape.spec import spec_files

    seen: set[Path] = set()
    for named in paths:
        is_folder = named.is_dir()
        for path in spec_files(named) if is_folder else [named]:
            resolved = path.resolve()
            source = Source(path, named if is_folder else None)
            if resolved not in seen and (not is_folder or source.is_spec_file()):
                seen.add(resolved)
                yield source
