"""One file being read: the complaints so far, and what is known of its entities."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mongotape.documents import Complaint, Place
from mongotape.spec._model import Version
from mongotape.spec._words import BROKEN, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mongotape.documents import Document, Path

LATEST = Version(1, 28)
"""The newest version of the Unified Test Format that is understood."""

KIND_NOUNS = {
    "client": "a client",
    "clientEncryption": "a clientEncryption",
    "database": "a database",
    "collection": "a collection",
    "session": "a session",
    "bucket": "a bucket",
    "thread": "a thread",
    "changeStream": "a change stream",
    "findCursor": "a find cursor",
    "commandCursor": "a command cursor",
    "topologyDescription": "a topology description",
    "value": "a saved result",
}


class Reading:
    """Collects what is wrong in one document while its shapes read it.

    Attributes:
        complaints: What is wrong.
        advice: What is not wrong and could be better; for lint.
        version: The file's own schema version.
        malformed: Those complaints that are of something malformed, not of a name that means nothing.
        needed: The newest schema version that something in the file asks for, and where.
        entities: The kind of each entity that exists at the point reached.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.complaints: list[Complaint] = []
        self.advice: list[Complaint] = []
        self.version = LATEST
        self.needed: tuple[Version, Path, str] = (Version(1), (), "")
        self.malformed: list[Complaint] = []
        self._tolerant = False
        self.entities: dict[str, str] = {}

    def place(self, path: Path) -> Place:
        """A place in this document."""
        return Place(self.document, path)

    def complain(self, path: Path, message: str, suggestion: str | None = None, *, name: bool = False) -> Any:
        """Keeps a complaint; returns `BROKEN` for the shape to return.

        Args:
            path: Where the fault is.
            message: What is wrong.
            suggestion: What to do.
            name: The fault is a name that means nothing here or not yet: what is malformed is told first.
        """
        complaint = Complaint(Place(self.document, path), message, suggestion)
        self.complaints.append(complaint)
        if not name:
            self.malformed.append(complaint)
        return BROKEN

    def advise(self, path: Path, message: str, suggestion: str | None = None) -> None:
        """Keeps a piece of advice."""
        self.advice.append(Complaint(Place(self.document, path), message, suggestion))

    def uses(self, since: Version, path: Path, what: str) -> None:
        """Says that ``what``, which version ``since`` brought, stands at ``path``."""
        if since > self.needed[0]:
            self.needed = (since, path, what)
        if since > self.version:
            message = f"{what} came with schemaVersion {since}, and this file says {self.version}"
            suggestion = f'write schemaVersion: "{since}"'
            if self._tolerant:
                self.advise(path, message, suggestion)
            else:
                self.complain(path, message, suggestion, name=True)

    @contextmanager
    def tolerant_of_versions(self) -> Iterator[None]:
        """What is used inside although the file's version does not have it is advice, not a complaint.

        The official schemas leave the arguments of operations open, and official files make use of it.
        """
        before, self._tolerant = self._tolerant, True
        try:
            yield
        finally:
            self._tolerant = before

    def create(self, id_: Any, kind: str, path: Path) -> None:
        """Says that an entity exists from here on; two of one name are a complaint."""
        if not isinstance(id_, str):
            return  # the shape of the id complained
        if id_ in self.entities:
            self.complain(
                path,
                f'an entity "{id_}" exists already ({self.entities[id_]})',
                "an id names one entity only",
                name=True,
            )
        else:
            self.entities[id_] = kind

    def refer(self, id_: str, kinds: tuple[str, ...], path: Path) -> Any:
        """An entity's id; that there is none of that name here, or of another kind, is a complaint."""
        kind = self.entities.get(id_)
        if kind is None:
            fitting = [name for name, known in self.entities.items() if not kinds or known in kinds]
            noun = kinds[0] if len(kinds) == 1 else "entity"
            return self.complain(
                path, f'no {noun} "{id_}" exists at this point', did_you_mean(id_, fitting), name=True
            )
        if kinds and kind not in kinds:
            wanted = " or ".join(KIND_NOUNS.get(name, name) for name in kinds)
            fitting = [name for name, known in self.entities.items() if known in kinds]
            return self.complain(
                path,
                f'"{id_}" is {KIND_NOUNS.get(kind, kind)}, not {wanted}',
                did_you_mean(id_, fitting),
                name=True,
            )
        return id_
