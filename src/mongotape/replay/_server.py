"""What a server calls itself: expectations and reports name servers by it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mongotape.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping


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


def checked_range(text: str) -> str:
    """A range of versions, if it is one: ``">=0.7, <0.9"``, ``"==8.0.*"``.

    Raises:
        UsageError: it can't be read.
    """
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        SpecifierSet(text)
    except InvalidSpecifier:
        raise UsageError(
            f'"{text}" is no range of versions; write one such as ">=0.7, <0.9" or "==8.0.*"'
        ) from None
    return text


def is_within(version: str, range_: str) -> bool:
    """Whether a version is in a range; previews count as what they precede is counted (0.7.0b3 < 0.7.0)."""
    from packaging.specifiers import SpecifierSet
    from packaging.version import InvalidVersion, Version

    try:
        parsed = Version(version)
    except InvalidVersion:
        numbers = re.match(r"\d+(\.\d+)*", version)
        if numbers is None:
            return False
        parsed = Version(numbers[0])
    return SpecifierSet(range_).contains(parsed, prereleases=True)
