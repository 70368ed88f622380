"""Shapes of what a deployment must be like for a test to run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mongotape.spec import _model as model
from mongotape.spec._model import Version
from mongotape.spec._shapes import (
    Boolean,
    BsonDoc,
    Either,
    Field,
    ListOf,
    Object,
    String,
    VersionText,
    Word,
    plain_mapping,
)

if TYPE_CHECKING:
    from mongotape.documents import Path
    from mongotape.spec._reading import Reading

_CSFLE = Object(
    "csfle",
    (Field("minLibmongocryptVersion", VersionText()),),
    plain_mapping,
    at_least=1,
    placed=False,
)


class _Csfle(Either):
    """A boolean, or since 1.25 a mapping that asks for a version of libmongocrypt."""

    def read(self, value: Any, path: Path, reading: Reading) -> Any:
        if isinstance(value, dict):
            reading.uses(Version(1, 25), path, "csfle as a mapping")
        return super().read(value, path, reading)


def _run_on_requirement(**made: Any) -> model.RunOnRequirement:
    if isinstance(made.get("csfle"), dict):
        made["min_libmongocrypt_version"] = made["csfle"]["min_libmongocrypt_version"]
        made["csfle"] = True
    return model.RunOnRequirement(**made)


TOPOLOGIES: dict[str, Version | None] = {
    "single": None,
    "replicaset": None,
    "sharded": None,
    "sharded-replicaset": None,
    "load-balanced": Version(1, 3),
}


class _Topologies(ListOf):
    """The topologies that a test runs on."""

    def read(self, value: Any, path: Path, reading: Reading) -> Any:
        if isinstance(value, list) and "sharded-replicaset" in value:
            where = (*path, value.index("sharded-replicaset"))
            reading.advise(where, "the topology sharded-replicaset is deprecated", "write sharded")
        return super().read(value, path, reading)


RUN_ON_REQUIREMENT = Object(
    "a runOnRequirement",
    (
        Field("maxServerVersion", VersionText()),
        Field("minServerVersion", VersionText()),
        Field("topologies", _Topologies(Word(TOPOLOGIES), at_least=1)),
        Field(
            "serverless",
            Word(("require", "forbid", "allow")),
            since=Version(1, 4),
            deprecated="there are no serverless deployments any more; leave it out",
        ),
        Field("serverParameters", BsonDoc(), since=Version(1, 1)),
        Field("auth", Boolean(), since=Version(1, 3)),
        Field("authMechanism", String(), since=Version(1, 19)),
        Field(
            "csfle",
            _Csfle((((bool,), Boolean()), ((dict,), _CSFLE)), "true, false or a mapping"),
            since=Version(1, 8),
        ),
    ),
    _run_on_requirement,
    at_least=1,
    name="runOnRequirement",
)

RUN_ON_REQUIREMENTS = ListOf(RUN_ON_REQUIREMENT, at_least=1)
