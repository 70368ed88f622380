"""Official files that a PyMongo is known to fail, each with the evidence: expected failures, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from mongotape.spec import CmapFile, SdamFile


class KnownFailure(NamedTuple):
    """Why a file fails, and with which versions."""

    before: tuple[int, int] | None  #: the first version of PyMongo that passes; None: no version does yet
    sentence: str


KNOWN: Final[dict[str, KnownFailure]] = {}


def driver_version() -> str:
    """Return PyMongo's version: ``4.20.0``."""
    import pymongo

    return pymongo.version


def name_of(file: CmapFile | SdamFile) -> str:
    """Return a file's name and its folder's, without the ending: ``load-balanced/discover_load_balancer``."""
    parts = file.document.name.replace("\\", "/").rsplit("/", 2)[-2:]
    return "/".join(parts).rpartition(".")[0]


def expected_failure(file: CmapFile | SdamFile) -> str | None:
    """Return why this PyMongo is known to fail an official file, in one sentence; None where it must pass."""
    known = KNOWN.get(name_of(file))
    if known is None:
        return None
    import pymongo

    if known.before is not None and pymongo.version_tuple[:2] >= known.before:
        return None
    return known.sentence
