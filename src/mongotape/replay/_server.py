"""What a server calls itself: expectations and reports name servers by it."""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mongotape.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from packaging.version import Version


@dataclass(frozen=True, slots=True)
class ServerIdentity:
    """A server's own name and version."""

    name: str  #: MongoDB, SecantusDB, FerretDB, mongomock, ...
    version: str
    compatible: str  #: the version of MongoDB that it says it is
    topology: str = ""

    def __str__(self) -> str:
        """``FerretDB 2.0.0 (MongoDB 7.0.77, single)``."""
        if self.name == "MongoDB":
            return f"MongoDB {self.version}, {self.topology}".rstrip(", ")
        return f"{self.name} {self.version} (MongoDB {self.compatible}, {self.topology})".replace(", )", ")")


def identify(build_info: Mapping[str, Any], topology: str = "") -> ServerIdentity:
    """Tell a server by its ``buildInfo``.

    Args:
        build_info: the command's reply; servers that are not MongoDB's put their own name into it.
        topology: of the deployment: single, replicaset, sharded or load-balanced.
    """
    compatible = str(build_info.get("version", "?"))
    if "secantusVersion" in build_info:
        return ServerIdentity("SecantusDB", str(build_info["secantusVersion"]), compatible, topology)
    ferret = build_info.get("ferretdb")
    if isinstance(ferret, dict) or "ferretdbVersion" in build_info:
        version = str(build_info.get("ferretdbVersion") or (ferret or {}).get("version", "?"))
        return ServerIdentity("FerretDB", version.removeprefix("v"), compatible, topology)
    for engine in build_info.get("storageEngines") or ():
        name, _, version = str(engine).partition(" ")
        if name.startswith("mongomock"):
            return ServerIdentity(name, version, compatible, topology)
    return ServerIdentity("MongoDB", compatible, compatible, topology)


_PART = re.compile(r"(<=|>=|==|!=|<|>)\s*(\S+)")
_COMPARED = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def checked_range(text: str) -> str:
    """A range of versions, if it is one: ``">=0.7, <0.9"``, ``"==8.0.*"``.

    Raises:
        UsageError: it can't be read.
    """
    try:
        _parts(text)
    except ValueError:
        raise UsageError(
            f'"{text}" is no range of versions; write one such as ">=0.7, <0.9" or "==8.0.*"'
        ) from None
    return text


def is_within(version: str, range_: str) -> bool:
    """Whether a version is in a range; a preview comes before what it precedes: 0.7.0b3 < 0.7.0."""
    found = _version(version)
    return found is not None and all(
        (compare(found.release[: len(bound.release)], bound.release) if is_prefix else compare(found, bound))
        for compare, bound, is_prefix in _parts(range_)
    )


def _parts(range_: str) -> list[tuple[Callable[[Any, Any], bool], Version, bool]]:
    """Each part of a range: how to compare, with what, and whether that is a prefix only."""
    parts = []
    for part in range_.split(","):
        match = _PART.fullmatch(part.strip())
        if match is None:
            raise ValueError(part)
        sign, text = match.groups()
        is_prefix = text.endswith(".*") and sign in ("==", "!=")
        bound = _version(text.removesuffix(".*") if is_prefix else text)
        if bound is None or (text.endswith(".*") and not is_prefix):
            raise ValueError(part)
        parts.append((_COMPARED[sign], bound, is_prefix))
    return parts


def _version(text: str) -> Version | None:
    """A version as servers write it; of one that is written otherwise the numbers that it starts with."""
    from packaging.version import InvalidVersion, Version

    try:
        return Version(text)
    except InvalidVersion:
        numbers = re.match(r"\d+(\.\d+)*", text)
        return Version(numbers[0]) if numbers else None
