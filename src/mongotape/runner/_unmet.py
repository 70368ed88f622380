"""Why a test can't run on a deployment, in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mongotape.matching import match_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mongotape.runner._facts import ServerFacts
    from mongotape.spec import RunOnRequirement

_CSFLE_SERVER = (4, 2, 0)


def unmet(requirement: RunOnRequirement, facts: ServerFacts) -> str | None:
    """Return what a deployment lacks for one requirement, or None.

    Source: Unified Test Format, "runOnRequirement".
    """
    return next(_lacks(requirement, facts), None)


def unmet_by_all(requirements: Sequence[RunOnRequirement], facts: ServerFacts) -> str | None:
    """Return why none of the requirements holds; None where one does, or where there are none."""
    reasons = [unmet(requirement, facts) for requirement in requirements]
    if not reasons or None in reasons:
        return None
    return "; or ".join(dict.fromkeys(reason for reason in reasons if reason is not None))


def _lacks(wanted: RunOnRequirement, facts: ServerFacts) -> Iterator[str]:
    if wanted.min_server_version is not None and facts.version < wanted.min_server_version:
        yield f"needs MongoDB {wanted.min_server_version} or newer; this server is {facts.version}"
    if wanted.max_server_version is not None and facts.version > wanted.max_server_version:
        yield f"needs MongoDB {wanted.max_server_version} or older; this server is {facts.version}"
    if wanted.topologies is not None and not any(_is_one(facts, name) for name in wanted.topologies):
        yield f"needs topology {' or '.join(wanted.topologies)}; this deployment is {facts.topology}"
    if wanted.serverless == "require":
        yield "needs a serverless deployment, and there are none any more"
    for name, value in (wanted.server_parameters or {}).items():
        if name not in facts.parameters:
            yield f"needs the server parameter {name}, which this server doesn't report"
        elif match_value(value, facts.parameters[name], root=False):
            yield f"needs the server parameter {name}={value!r}; here it is {facts.parameters[name]!r}"
    yield from _lacks_auth(wanted, facts)
    yield from _lacks_encryption(wanted, facts)


def _is_one(facts: ServerFacts, topology: str) -> bool:
    if topology == "sharded-replicaset":
        return facts.topology == "sharded" and facts.is_sharded_on_replica_sets
    return topology == facts.topology


def _lacks_auth(wanted: RunOnRequirement, facts: ServerFacts) -> Iterator[str]:
    if wanted.auth is True and not facts.auth:
        yield "needs a server that clients sign in to; the URI has no credentials"
    if wanted.auth is False and facts.auth:
        yield "needs a server without authentication; the URI has credentials"
    if wanted.auth_mechanism is not None:
        mechanisms = {each.lower() for each in facts.auth_mechanisms}
        if wanted.auth_mechanism.lower() not in mechanisms:
            yield f"needs the authentication mechanism {wanted.auth_mechanism}, which this server doesn't offer"


def _lacks_encryption(wanted: RunOnRequirement, facts: ServerFacts) -> Iterator[str]:
    if wanted.csfle is False and facts.libmongocrypt is not None and facts.has_query_analysis:
        yield "must not run where client-side encryption is possible; pymongocrypt is installed"
    if wanted.csfle is not True:
        return
    if facts.version < _CSFLE_SERVER:
        yield f"client-side encryption needs MongoDB 4.2 or newer; this server is {facts.version}"
    if facts.libmongocrypt is None:
        yield "needs client-side encryption: install mongotape[spec] (pymongocrypt)"
    elif (least := wanted.min_libmongocrypt_version) is not None and facts.libmongocrypt < least:
        yield f"needs libmongocrypt {least} or newer; pymongocrypt has {facts.libmongocrypt}"
