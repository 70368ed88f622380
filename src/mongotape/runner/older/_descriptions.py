"""What a client knows of a deployment, in the words of the SDAM format, and whether that is what a file says.

Source: Server Discovery And Monitoring tests, "Test Format" (outcome).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mongotape.matching import MISSING, Mismatch, match_value
from mongotape.runner.older._report import Finding
from mongotape.spec import UNSET

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pymongo.server_description import ServerDescription
    from pymongo.topology_description import TopologyDescription

    from mongotape.documents import Place
    from mongotape.driver import DrivenTopology
    from mongotape.spec import SdamOutcome, ServerOutcome

#: The format's word, the model's attribute, PyMongo's. An absent one must be null, except where noted.
_OF_SERVER: Final = (
    ("setName", "set_name", "replica_set_name"),
    ("setVersion", "set_version", "set_version"),
    ("electionId", "election_id", "election_id"),
    ("topologyVersion", "topology_version", "topology_version"),
)
#: These say nothing where they are absent: most files leave them out for servers that have them.
_OF_SERVER_IF_GIVEN: Final = (
    ("logicalSessionTimeoutMinutes", "logical_session_timeout_minutes", "logical_session_timeout_minutes"),
    ("minWireVersion", "min_wire_version", "min_wire_version"),
    ("maxWireVersion", "max_wire_version", "max_wire_version"),
)
_OF_TOPOLOGY: Final = (
    ("setName", "set_name", "replica_set_name"),
    ("logicalSessionTimeoutMinutes", "logical_session_timeout_minutes", "logical_session_timeout_minutes"),
    ("maxSetVersion", "max_set_version", "max_set_version"),
    ("maxElectionId", "max_election_id", "max_election_id"),
)


def address_text(address: tuple[str, int | None]) -> str:
    """Return ``host:port``, with brackets around a numeric IPv6 host."""
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def server_type(written: str) -> str:
    """Return what a multi-threaded client makes of a type: it keeps no possible primary apart.

    Source: Server Discovery And Monitoring, "PossiblePrimary" (for single-threaded clients).
    """
    return "Unknown" if written == "PossiblePrimary" else written


def same_address(text: str) -> str:
    """Return an address as `address_text` writes it: lower case, with its port."""
    if ":" not in text.rpartition("]")[2]:
        text = f"{text}:27017"
    return text.lower()


def findings(outcome: SdamOutcome, topology: DrivenTopology) -> Iterator[Finding]:
    """Yield everything in which a topology is not what an outcome says."""
    observed = topology.description
    place = outcome.place
    yield from _compared(place, "", "topologyType", outcome.topology_type, observed.topology_type_name)
    for word, ours, theirs in _OF_TOPOLOGY:
        expected = getattr(outcome, ours)
        yield from _compared(place, "", word, _or_null(expected), getattr(observed, theirs))
    yield from _compatible(outcome, observed)
    known = {address_text(address): each for address, each in observed.server_descriptions().items()}
    wanted = {same_address(address): (address, each) for address, each in (outcome.servers or {}).items()}
    for name, (written, expected) in wanted.items():
        at = place.below("servers", written)
        if name not in known:
            why = f"the topology has no such server; it has {', '.join(sorted(known)) or 'none'}"
            yield Finding(at, f"server {name}", Mismatch((), expected.type, MISSING, why))
            continue
        yield from _of_server(at, name, expected, known[name], topology)
    for name in sorted(known.keys() - wanted.keys()):
        why = f"observed, of type {known[name].server_type_name}, but not expected"
        yield Finding(place.below("servers"), f"server {name}", Mismatch((), MISSING, known[name], why))


def _of_server(
    place: Place, name: str, expected: ServerOutcome, observed: ServerDescription, topology: DrivenTopology
) -> Iterator[Finding]:
    subject = f"server {name}"
    yield from _compared(place, subject, "type", server_type(expected.type), observed.server_type_name)
    for word, ours, theirs in _OF_SERVER:
        yield from _compared(
            place, subject, word, _or_null(getattr(expected, ours)), getattr(observed, theirs)
        )
    for word, ours, theirs in _OF_SERVER_IF_GIVEN:
        if (value := getattr(expected, ours)) is not UNSET:
            yield from _compared(place, subject, word, value, getattr(observed, theirs))
    yield from _error(place, subject, expected, observed)
    if expected.pool_generation is not None:
        found = topology.generation(name)
        for each in match_value(expected.pool_generation, found, root=False):
            why = f"expected {expected.pool_generation}, observed {found}"
            below = Mismatch(("pool", "generation"), each.expected, each.actual, why)
            yield Finding(place.below("pool", "generation"), subject, below)


def _error(
    place: Place, subject: str, expected: ServerOutcome, observed: ServerDescription
) -> Iterator[Finding]:
    """A text must be part of the error's; null means that there is none."""
    if expected.error is UNSET:
        return
    found = None if observed.error is None else str(observed.error)
    if expected.error is None:
        yield from _compared(place, subject, "error", None, found)
    elif found is None or expected.error not in found:
        why = f"expected an error with the text {expected.error!r}, observed {found!r}"
        yield Finding(place.below("error"), subject, Mismatch(("error",), expected.error, found, why))


def _compatible(outcome: SdamOutcome, observed: TopologyDescription) -> Iterator[Finding]:
    """A deployment is compatible unless the file says that it is not."""
    from pymongo.errors import ConfigurationError

    complaint = None
    try:
        observed.check_compatible()
    except ConfigurationError as error:
        complaint = str(error)
    if (complaint is None) is not (outcome.compatible is not False):
        seen = "PyMongo calls the deployment compatible" if complaint is None else complaint
        expected = outcome.compatible is not False
        why = f"expected {str(expected).lower()}, observed {str(not expected).lower()} ({seen})"
        yield Finding(
            outcome.place.below("compatible"), "", Mismatch(("compatible",), expected, not expected, why)
        )


def _or_null(value: Any) -> Any:
    return None if value is UNSET else value


def _compared(place: Place, subject: str, word: str, expected: Any, observed: Any) -> Iterator[Finding]:
    for each in match_value(expected, _plain(observed), root=False):
        path = (word, *each.path)
        below = Mismatch(path, each.expected, each.actual, each.why)
        yield Finding(place.below(*path), subject, below)


def _plain(value: Any) -> Mapping[str, Any] | Any:
    return dict(value) if hasattr(value, "keys") else value
