"""A YAML or JSON file as plain values, with the position of each."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from mongotape.documents._faults import Fault
from mongotape.documents._places import Complaint, Place
from mongotape.errors import SpecError

if TYPE_CHECKING:
    from mongotape.documents._places import Path as ValuePath
    from mongotape.documents._places import Position
    from mongotape.documents._positions import Positions

Syntax = Literal["yaml", "json"]

_SUFFIXES: dict[str, Syntax] = {".json": "json", ".yml": "yaml", ".yaml": "yaml"}


class Document:
    """A text that was read: its value, and where each part of it stands.

    Attributes:
        name: What complaints call it: the path as it was given.
        path: The file, or None for a text.
        text: The text, without a byte order mark.
        syntax: ``yaml`` or ``json``.
        value: Plain dicts (with string keys), lists and scalars; Extended JSON is decoded. Values that an
            alias names are shared: to be read only.
    """

    __slots__ = ("_positions", "name", "path", "syntax", "text", "value")

    def __init__(self, name: str, text: str, syntax: Syntax, value: Any, path: Path | None = None) -> None:
        self.name = name
        self.path = path
        self.text = text
        self.syntax = syntax
        self.value = value
        self._positions: Positions | None = None

    def locate(self, path: ValuePath) -> Position:
        """The line and column of what ``path`` leads to.

        It is the position of the key in a mapping and of the item in a list. Where the path leads to nothing
        (a key that is missing) it is the position of the last step that exists. The text is scanned at the
        first question, not when it is read.
        """
        if self._positions is None:
            self._positions = self._scan()
        return self._positions.locate(path)

    def place(self, *path: str | int) -> Place:
        """The place that ``path`` leads to; what prints as ``file:line:column``."""
        return Place(self, path)

    def _scan(self) -> Positions:
        if self.syntax == "json":
            from mongotape.documents._json import index
        else:
            from mongotape.documents._yaml import index
        return index(self.text)

    def __repr__(self) -> str:
        return f"Document({self.name!r})"


class _Unread:
    """A document that could not be read, with the one position that is known."""

    __slots__ = ("_position", "name")

    def __init__(self, name: str, position: Position) -> None:
        self.name = name
        self._position = position

    def locate(self, path: ValuePath) -> Position:  # noqa: ARG002 - any question has the same answer
        return self._position


def parse_document(
    text: str, *, name: str = "<text>", syntax: Syntax = "yaml", path: Path | None = None
) -> Document:
    """Reads a YAML or JSON text safely, Extended JSON decoded.

    Args:
        text: The text; for ``syntax="yaml"`` JSON is read, too.
        name: What complaints call it.
        syntax: ``yaml`` or ``json``.
        path: The file that the text came from.

    Raises:
        SpecError: It can't be read; the sentence starts with ``name:line:column``.
    """
    text = text.removeprefix("\ufeff")
    if syntax == "json":
        from mongotape.documents._json import load
    else:
        from mongotape.documents._yaml import load
    try:
        value = load(text)
    except Fault as fault:
        place = Place(_Unread(name, fault.position), ())
        raise SpecError.of([Complaint(place, fault.message, fault.suggestion)]) from None
    return Document(name, text, syntax, value, path)


def read_document(path: str | os.PathLike[str]) -> Document:
    """Reads a ``.json``, ``.yml`` or ``.yaml`` file safely, Extended JSON decoded.

    Raises:
        SpecError: There is no such file, it is no UTF-8 text, or it can't be read; the sentence starts with
            ``file:line:column`` where a position is known.
    """
    name = os.fspath(path)
    file = Path(name)
    syntax = _SUFFIXES.get(file.suffix.lower())
    if syntax is None:
        raise SpecError(f"{name}: a file that ends in .yml, .yaml or .json is needed")
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        raise SpecError(f"{name}: there is no such file") from None
    except IsADirectoryError:
        raise SpecError(f"{name}: this is a folder; name a file in it") from None
    except OSError as error:
        raise SpecError(f"{name}: can't be read: {error.strerror}") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        raise SpecError(f"{name}:{line}:{column}: not UTF-8 text; save the file as UTF-8") from None
    return parse_document(text, name=name, syntax=syntax, path=file)
