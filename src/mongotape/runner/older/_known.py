"""Official files that a version of PyMongo is known to fail, with the evidence: named, never loosened.

Found by replaying the files of PyMongo 4.20's source distribution with 4.9.2, 4.10.1, 4.11, 4.11.3, 4.12.0,
4.12.1, 4.13.2, 4.14.1, 4.15.5, 4.16.0, 4.17.0, 4.18.0 and 4.20.0, on both APIs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from mongotape.spec import CmapFile, SdamFile


class KnownFailure(NamedTuple):
    """Why a file fails, and with which versions."""

    sentence: str
    before: tuple[int, int] | None = None  #: the first version of PyMongo that passes; None: none does yet
    apis: tuple[str, ...] = ("sync", "async")


_STALE_PRIMARY: Final = KnownFailure(
    "PyMongo before 4.12 gives a primary that it marks as stale no error", before=(4, 12)
)
_BLOCKED_LOOP: Final = KnownFailure(
    "PyMongo before 4.11 waits for a socket of the async API with select(), up to half a second at a time, which"
    " blocks the event loop: connections are not made at the same time",
    before=(4, 11),
    apis=("async",),
)

KNOWN: Final[dict[str, KnownFailure]] = {
    "load-balanced/discover_load_balancer": KnownFailure(
        "the file expects no wire versions of a load balancer; PyMongo describes it with the hello"
        " {ok: 1, serviceId: ..., maxWireVersion: 13} that it makes itself when the topology is opened, so that"
        " they are 0 and 13 (its own runner doesn't compare them)"
    ),
    "errors/error_handling_handshake": KnownFailure(
        "PyMongo before 4.17, without client back-pressure, marks a server Unknown and clears its pool when the"
        " network fails before the handshake is over",
        before=(4, 17),
    ),
    **dict.fromkeys(
        (
            "rs/new_primary",
            "rs/new_primary_new_electionid",
            "rs/new_primary_new_setversion",
            "rs/primary_disconnect_electionid",
            "rs/primary_disconnect_setversion",
            "rs/setversion_greaterthan_max_without_electionid",
            "rs/setversion_without_electionid-pre-6.0",
            "rs/use_setversion_without_electionid",
            "rs/use_setversion_without_electionid-pre-6.0",
        ),
        _STALE_PRIMARY,
    ),
    **dict.fromkeys(
        (
            "connection_monitoring/pool-checkout-maxConnecting-is-enforced",
            "connection_monitoring/pool-checkout-maxConnecting-timeout",
            "connection_monitoring/pool-checkout-returned-connection-maxConnecting",
        ),
        _BLOCKED_LOOP,
    ),
    "connection_monitoring/pool-clear-interrupting-pending-connections": KnownFailure(
        "PyMongo before 4.11 doesn't interrupt connections that are being made when a pool is cleared",
        before=(4, 11),
        apis=("sync",),
    ),
}


def driver_version() -> str:
    """Return PyMongo's version: ``4.20.0``."""
    import pymongo

    return pymongo.version


def expected_failure(file: CmapFile | SdamFile, api: str) -> str | None:
    """Return why this PyMongo is known to fail an official file, in one sentence; None where it must pass.

    Args:
        file: is recognised by its name and its folder's.
        api: "sync" or "async".
    """
    known = KNOWN.get(_name_of(file))
    if known is None or api not in known.apis:
        return None
    import pymongo

    passes = known.before is not None and pymongo.version_tuple[:2] >= known.before
    return None if passes else known.sentence


def _name_of(file: CmapFile | SdamFile) -> str:
    """Return a file's folder and name without its ending: ``load-balanced/discover_load_balancer``."""
    parts = file.document.name.replace("\\", "/").rsplit("/", 2)[-2:]
    return "/".join(parts).rpartition(".")[0]
