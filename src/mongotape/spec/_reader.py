"""Reads a specification file: recognises its format, checks it whole, makes the model of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from mongotape.documents import Document, read_document
from mongotape.errors import SpecError
from mongotape.spec._model import Version
from mongotape.spec._older_cmap import CMAP_FILE
from mongotape.spec._older_sdam import SDAM_FILE
from mongotape.spec._reading import LATEST, Reading
from mongotape.spec._shapes import (
    Object,
    VersionText,
)
from mongotape.spec._unified import UNIFIED_FILE
from mongotape.spec._words import BROKEN, describe

if TYPE_CHECKING:
    import os

    from mongotape.documents import Complaint
    from mongotape.spec._older_model import SpecFile

Format: TypeAlias = Literal["unified", "cmap", "sdam"]

SHAPES: dict[Format, Object] = {"unified": UNIFIED_FILE, "cmap": CMAP_FILE, "sdam": SDAM_FILE}


def recognise(document: Document) -> Format | None:
    """The format that a document's keys show, or None for a file of another kind."""
    value = document.value
    if not isinstance(value, dict):
        return None
    if "schemaVersion" in value or "createEntities" in value or _has_operations(value):
        return "unified"
    if "style" in value and ("operations" in value or "version" in value):
        return "cmap"
    return "sdam" if "phases" in value else None


def _has_operations(value: dict[str, Any]) -> bool:
    """Whether a mapping describes tests of operations: other specifications have tests of other kinds."""
    tests = value.get("tests") if "description" in value else None
    return isinstance(tests, list) and any(isinstance(test, dict) and "operations" in test for test in tests)


def read(source: str | os.PathLike[str] | Document) -> SpecFile:
    """A specification file as typed, frozen values.

    Args:
        source: The path of a ``.yml``, ``.yaml`` or ``.json`` file, or a document that was read already.

    Raises:
        SpecError: It can't be read or something in it is wrong; the sentence starts with ``file:line:column``
            and ``complaints`` holds all that was found.
    """
    reading, spec = read_whole(source)
    if reading.complaints:
        raise SpecError.of(told(reading))
    assert spec is not BROKEN
    return spec  # type: ignore[no-any-return]


def check(source: str | os.PathLike[str] | Document) -> list[Complaint]:
    """Everything that is wrong in a file, in the file's order; an empty list is a good file.

    Raises:
        SpecError: There is no such file, or it is no UTF-8 text.
    """
    try:
        document = source if isinstance(source, Document) else read_document(source)
    except SpecError as error:
        if not error.complaints:
            raise
        return list(error.complaints)
    return sorted(_read(document)[0].complaints, key=lambda complaint: complaint.place.position)


def read_whole(source: str | os.PathLike[str] | Document) -> tuple[Reading, Any]:
    """What was found while a file was read, and its model (or `BROKEN`)."""
    return _read(source if isinstance(source, Document) else read_document(source))


def told(reading: Reading) -> list[Complaint]:
    """The complaints in the order in which an error tells them: the first that is malformed, then the file's."""
    ordered = sorted(reading.complaints, key=lambda complaint: complaint.place.position)
    malformed = {id(complaint) for complaint in reading.malformed}
    first = next((each for each in ordered if id(each) in malformed), ordered[0])
    return [first, *(each for each in ordered if each is not first)]


def _read(document: Document) -> tuple[Reading, Any]:
    reading = Reading(document)
    value = document.value
    if not isinstance(value, dict):
        reading.complain((), f"a specification file is a mapping, not {describe(value)}")
        return reading, BROKEN
    format_ = recognise(document)
    if format_ is None:
        reading.complain(
            (),
            "this is no specification file that is understood: it has no schemaVersion (Unified Test Format), "
            "no style (CMAP) and no phases (SDAM)",
        )
        return reading, BROKEN
    if format_ == "unified" and not _version_is_understood(value, reading):
        return reading, BROKEN
    return reading, SHAPES[format_].read(value, (), reading)


def _version_is_understood(value: dict[str, Any], reading: Reading) -> bool:
    """Takes the file's own schema version; False, after a complaint, where it is another's."""
    text = value.get("schemaVersion")
    version = VersionText().read(text, (), Reading(reading.document)) if isinstance(text, str) else BROKEN
    if version is BROKEN:
        return True  # the shape complains
    if version.major != LATEST.major:
        message = f"schemaVersion {text} is not understood: versions 1.0 to {LATEST} are"
        reading.complain(("schemaVersion",), message)
        return False
    if version[:2] > LATEST[:2]:
        message = f"schemaVersion {text} is newer than {LATEST}, the newest that is understood"
        reading.complain(("schemaVersion",), message, "install a newer mongotape")
        return False
    reading.version = Version(*version)
    return True
