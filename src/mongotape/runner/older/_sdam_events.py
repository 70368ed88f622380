"""The events of the SDAM monitoring format: observed ones in the format's own words, compared with a phase's.

Compared more strictly than the drivers' own runners do: descriptions whole (primary, set name, hosts), and the
topology's id.

Source: SDAM Monitoring tests, "Format".
"""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mongotape.events import Kind
from mongotape.matching import MISSING, Mismatch, match_value
from mongotape.rendering import mismatch_text
from mongotape.runner.older._descriptions import address_text, same_address, server_type
from mongotape.runner.older._report import Finding, failure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bson import ObjectId
    from pymongo.server_description import ServerDescription
    from pymongo.topology_description import TopologyDescription

    from mongotape.documents import Place
    from mongotape.events import RecordedEvent
    from mongotape.runner._outcome import SpecFailure
    from mongotape.spec import SdamEvent

_NAMES: Final = {
    Kind.TOPOLOGY_OPENING: "topology_opening_event",
    Kind.TOPOLOGY_CLOSED: "topology_closed_event",
    Kind.TOPOLOGY_DESCRIPTION_CHANGED: "topology_description_changed_event",
    Kind.SERVER_OPENING: "server_opening_event",
    Kind.SERVER_CLOSED: "server_closed_event",
    Kind.SERVER_DESCRIPTION_CHANGED: "server_description_changed_event",
}
#: Consecutive events of one of these may come in any order: a client's seeds have none.
_ANY_ORDER: Final = ("server_opening_event", "server_closed_event")
_ANY: Final = "42"


class Words(NamedTuple):
    """An event in the format's words, descriptions in a form in which two of them can be compared."""

    name: str
    fields: Mapping[str, Any]

    @property
    def title(self) -> str:
        """``server_opening_event a:27017``."""
        address = self.fields.get("address")
        return f"{self.name} {address}" if address is not None else self.name


def compare(
    expected: Sequence[SdamEvent], observed: Sequence[RecordedEvent], topology_id: ObjectId, place: Place
) -> SpecFailure | None:
    """Return what is wrong with a phase's events; None where they are exactly those expected.

    Args:
        expected: the phase's.
        observed: those of servers and topologies that were published in it.
        topology_id: the one that every event must carry.
        place: of the list of expected events.
    """
    wanted = [_expected_words(each, topology_id) for each in expected]
    seen = [_observed_words(each) for each in observed]
    order = _in_observed_order(wanted, seen)
    wanted = [wanted[at] for at in order]
    places = [expected[at].place for at in order]
    for at, (one, other) in enumerate(zip(wanted, seen, strict=False)):
        found = list(_findings(places[at], one, other))
        if found:
            scene = f"the {_ordinal(at + 1)} of {len(seen)} events differs ({len(wanted)} expected)"
            return failure(found, scene, _walk(wanted, seen))
    if len(wanted) == len(seen):
        return None
    if len(seen) > len(wanted):
        extra = seen[len(wanted)]
        why = f"{extra.title} was observed, and no further event was expected"
        finding = Finding(place, "", Mismatch((), MISSING, extra.fields, why))
    else:
        missing = wanted[len(seen)]
        why = f"{missing.title} was expected and not observed"
        finding = Finding(places[len(seen)], "", Mismatch((), missing.fields, MISSING, why))
    return failure([finding], f"{len(seen)} events observed, {len(wanted)} expected", _walk(wanted, seen))


def _in_observed_order(wanted: Sequence[Words], seen: Sequence[Words]) -> list[int]:
    """Return the indexes of the expected events, runs of openings and closings in the order observed."""
    order: list[int] = []
    for name, run in groupby(range(len(wanted)), key=lambda at: wanted[at].name):
        left = list(run)
        if name in _ANY_ORDER:
            for each in seen[left[0] : left[-1] + 1]:
                same = next((at for at in left if wanted[at] == each), None)
                if same is None:
                    break
                left.remove(same)
                order.append(same)
        order += left
    return order


def _findings(place: Place, wanted: Words, seen: Words) -> Iterator[Finding]:
    if wanted.name != seen.name:
        why = f"expected {wanted.title}, observed {seen.title}"
        yield Finding(place, "", Mismatch((), wanted.name, seen.name, why))
        return
    for each in _mismatches(wanted, seen):
        yield Finding(_place_of(place, wanted, each.path), seen.title, each)


def _mismatches(wanted: Words, seen: Words) -> tuple[Mismatch, ...]:
    # Fields that the format doesn't compare are left out of the expectation; descriptions are compared whole.
    return tuple(
        Mismatch((name, *each.path), each.expected, each.actual, each.why)
        for name, value in wanted.fields.items()
        for each in match_value(value, seen.fields.get(name, MISSING), root=False)
    )


def _place_of(place: Place, wanted: Words, path: tuple[str | int, ...]) -> Place:
    """Return where in the file a path leads; servers stand there in a list."""
    steps: list[str | int] = [wanted.name]
    for at, step in enumerate(path):
        if at >= 1 and path[at - 1] == "servers":
            steps.append(
                list(wanted.fields[str(path[0])]["servers"]).index(step) if _has(wanted, path, step) else 0
            )
        else:
            steps.append(step)
    return place.below(*steps)


def _has(wanted: Words, path: tuple[str | int, ...], address: str | int) -> bool:
    return address in wanted.fields[str(path[0])]["servers"]


# --- Both sides in one form --------------------------------------------------------------------------------


def _expected_words(event: SdamEvent, topology_id: ObjectId) -> Words:
    fields = dict(event.fields)
    if fields.get("topologyId") == _ANY:
        fields["topologyId"] = topology_id
    if "address" in fields:
        fields["address"] = same_address(fields["address"])
    for name in ("previousDescription", "newDescription"):
        if name in fields:
            fields[name] = _expected_description(fields[name])
    return Words(event.kind, fields)


def _expected_description(written: Mapping[str, Any]) -> dict[str, Any]:
    if "topologyType" in written:
        return {
            "topologyType": written["topologyType"],
            "setName": written.get("setName"),
            "servers": {
                same_address(each["address"]): _expected_server(each) for each in written.get("servers", ())
            },
        }
    return _expected_server(written)


def _expected_server(written: Mapping[str, Any]) -> dict[str, Any]:
    primary = written.get("primary")
    hosts = {
        same_address(host) for key in ("hosts", "passives", "arbiters") for host in written.get(key) or ()
    }
    return {
        "address": same_address(written["address"]),
        "type": server_type(written["type"]),
        "setName": written.get("setName"),
        "primary": None if primary is None else same_address(primary),
        "hosts": sorted(hosts),
    }


def _observed_words(event: RecordedEvent) -> Words:
    fields: dict[str, Any] = {"topologyId": event.topology_id}
    if "server_address" in event.kind.fields:
        fields["address"] = address_text(event.server_address)
    if "new_description" in event.kind.fields:
        described: Any = _observed_server if "server_address" in event.kind.fields else _observed_topology
        fields["previousDescription"] = described(event.previous_description)
        fields["newDescription"] = described(event.new_description)
    return Words(_NAMES[event.kind], fields)


def _observed_topology(description: TopologyDescription) -> dict[str, Any]:
    servers = description.server_descriptions().items()
    return {
        "topologyType": description.topology_type_name,
        "setName": description.replica_set_name,
        "servers": {address_text(address): _observed_server(each) for address, each in servers},
    }


def _observed_server(description: ServerDescription) -> dict[str, Any]:
    # PyMongo keeps hosts, passives and arbiters as one set.
    primary = description.primary
    return {
        "address": address_text(description.address),
        "type": description.server_type_name,
        "setName": description.replica_set_name,
        "primary": None if primary is None else address_text(primary),
        "hosts": sorted(map(address_text, description.all_hosts)),
    }


# --- The walk ----------------------------------------------------------------------------------------------


def _walk(wanted: Sequence[Words], seen: Sequence[Words]) -> Iterator[str]:
    """Yield a line for every event: ``=`` as expected, ``!`` differs, ``+`` observed only, ``-`` expected only."""
    yield ""
    titles = SequenceMatcher(
        None, [each.title for each in wanted], [each.title for each in seen], autojunk=False
    )
    number = 0
    for tag, a, b, c, d in titles.get_opcodes():
        if tag == "equal":
            for one, other in zip(wanted[a:b], seen[c:d], strict=True):
                number += 1
                differs = _mismatches(one, other)
                yield f"  {number:>3} {'!' if differs else '='} {other.title}"
                yield from (f"        {mismatch_text(each)}" for each in differs)
            continue
        for one in wanted[a:b]:
            yield f"      - {one.title}"
        for other in seen[c:d]:
            number += 1
            yield f"  {number:>3} + {other.title}"


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
