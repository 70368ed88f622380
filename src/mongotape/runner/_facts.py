"""What is known of a deployment: looked up once, asked by every test's requirements."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from mongotape.spec import Version

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class ServerFacts:
    """A deployment as the format's requirements see it.

    Source: Unified Test Format, "runOnRequirement".
    """

    version: Version
    topology: str  #: single, replicaset, sharded or load-balanced
    address: str = ""  #: ``host:port``, or several, as the connection string names them
    set_name: str | None = None  #: the replica set's name
    members: int = 1  #: how many data-bearing members a replica set has
    auth: bool = False  #: clients sign in
    auth_mechanisms: frozenset[str] = frozenset()
    parameters: Mapping[str, Any] = field(default_factory=dict)  #: getParameter: "*"
    has_fail_points: bool = True
    is_sharded_on_replica_sets: bool = False
    libmongocrypt: Version | None = None  #: None where pymongocrypt is not installed
    has_query_analysis: bool = False  #: crypt_shared or mongocryptd is there

    @cached_property
    def title(self) -> str:
        """The server in a few words: ``MongoDB 8.0.0, replicaset``."""
        return f"MongoDB {self.version}, {self.topology}"


def look_up(client: Any, address: str = "", *, load_balanced: bool, signs_in: bool) -> ServerFacts:
    """Ask a deployment what it is.

    Args:
        client: one that nothing records.
        address: what the connection string names.
        load_balanced: the connection string says so.
        signs_in: the connection string has credentials.
    """
    hello = client.admin.command("hello")
    parameters = _parameters(client)
    if load_balanced:
        topology = "load-balanced"
    elif hello.get("msg") == "isdbgrid":
        topology = "sharded"
    else:
        topology = "replicaset" if "setName" in hello else "single"
    array = client.admin.command("buildInfo").get("versionArray") or [0]
    return ServerFacts(
        version=Version(*[int(part) for part in array[:3]]),
        topology=topology,
        address=address,
        set_name=hello.get("setName"),
        members=len(hello.get("hosts", ())) or 1,
        auth=signs_in,
        auth_mechanisms=frozenset(parameters.get("authenticationMechanisms") or ()),
        parameters=parameters,
        has_fail_points=_has_fail_points(client),
        is_sharded_on_replica_sets=topology == "sharded" and _is_sharded_on_replica_sets(client),
        libmongocrypt=libmongocrypt_version(),
        has_query_analysis=has_query_analysis(),
    )


def _parameters(client: Any) -> dict[str, Any]:
    from pymongo.errors import PyMongoError

    try:
        found = dict(client.admin.command("getParameter", "*"))
    except PyMongoError:
        return {}
    return {
        name: value for name, value in found.items() if name not in ("ok", "$clusterTime", "operationTime")
    }


def _has_fail_points(client: Any) -> bool:
    """Turning off what is not on does nothing, and is refused where there are none."""
    from pymongo.errors import OperationFailure

    try:
        client.admin.command({"configureFailPoint": "failCommand", "mode": "off"})
    except OperationFailure:
        return False
    return True


def _is_sharded_on_replica_sets(client: Any) -> bool:
    return all("/" in shard["host"] for shard in client.config.shards.find())


@cache
def libmongocrypt_version() -> Version | None:
    """The version of libmongocrypt that PyMongo would use; None where there is none."""
    try:
        from pymongocrypt import libmongocrypt_version as text
    except ImportError:
        return None
    numbers = str(text()).split("-")[0].split("+")[0].split(".")
    return Version(*[int(part) for part in numbers[:3]])


def has_query_analysis() -> bool:
    """Whether automatic encryption can be done: crypt_shared is named, or mongocryptd can be started."""
    return bool(os.environ.get("CRYPT_SHARED_LIB_PATH")) or shutil.which("mongocryptd") is not None
