"""SDAM files of one's own: what fails says where, what was expected and what reached the client."""

from __future__ import annotations

import threading
from textwrap import dedent
from typing import Any

import pymongo
import pytest

from mongotape.documents import parse_document
from mongotape.runner import Outcome
from mongotape.runner.older import TopologyContext
from mongotape.spec import SdamFile, read
from tests.approval import approve


def sdam(text: str, uri: str = "mongodb://a/?replicaSet=rs") -> SdamFile:
    """A file of the SDAM format; its first two lines are written here."""
    head = f"description: of one's own\nuri: {uri}\n"
    file = read(parse_document(head + dedent(text).lstrip("\n"), name="own.yml"))
    assert isinstance(file, SdamFile)
    return file


FOUND = """
    phases:
      - responses:
          - - a:27017
            - {ok: 1, isWritablePrimary: true, setName: rs, hosts: ["a:27017", "b:27017"], maxWireVersion: 21}
        outcome:
          servers:
            a:27017: {type: %(type)s, setName: rs, pool: {generation: %(generation)s}}
            b:27017: {type: Unknown}
          topologyType: ReplicaSetWithPrimary
          setName: %(set)s
          logicalSessionTimeoutMinutes: null
"""
RIGHT = {"type": "RSPrimary", "generation": 0, "set": "rs"}


def found(**wrong: Any) -> SdamFile:
    return sdam(FOUND % (RIGHT | wrong))


def tail(outcome: Outcome) -> str:
    """A failure's text without the line that names the driver."""
    return outcome.text.rpartition("\nwith the ")[0]


def test_a_topology_becomes_what_the_file_says(topologies: TopologyContext) -> None:
    """The outcome holds what it published."""
    outcome = topologies.run(found())
    assert outcome.passed, outcome.text
    assert outcome.events.kinds[0] == "topologyOpeningEvent"
    assert outcome.events[-1].kind == "topologyClosedEvent"


def test_every_difference_is_told_with_its_line(topologies: TopologyContext) -> None:
    """The first in the sentence, the others below it; then what the client was told."""
    outcome = topologies.run(found(type="RSSecondary", generation=3, set="other"))
    assert outcome.status == "failed"
    assert outcome.where == "own.yml:12"
    assert (
        outcome.sentence
        == "phase 1: the outcome differs: setName: expected 'other', observed 'rs' (and 2 more)"
    )
    approve(tail(outcome), "older_formats", "outcome_differs", exact=True)


def test_servers_are_exactly_those_expected(topologies: TopologyContext) -> None:
    """One that is not there and one that nobody expects are both told."""
    file = sdam((FOUND % RIGHT).replace("b:27017: {type", "c:27017: {type"))
    outcome = topologies.run(file)
    assert "server c:27017: the topology has no such server; it has a:27017, b:27017" in outcome.text
    assert "server b:27017: observed, of type Unknown, but not expected" in outcome.text


def test_a_possible_primary_is_unknown(topologies: TopologyContext) -> None:
    """PyMongo is multi-threaded: the format's PossiblePrimary is no type of its own there."""
    assert topologies.run(sdam((FOUND % RIGHT).replace("{type: Unknown}", "{type: PossiblePrimary}"))).passed


NETWORK = """
    phases:
      - responses:
          - - a:27017
            - {ok: 1, isWritablePrimary: true, setName: rs, hosts: ["a:27017"], maxWireVersion: 21}
          - - a:27017
            - {}
        outcome:
          servers: {"a:27017": {type: Unknown, error: %s, pool: {generation: %d}}}
          topologyType: ReplicaSetNoPrimary
          setName: rs
"""


def test_an_empty_reply_is_a_network_error(topologies: TopologyContext) -> None:
    """As a monitor handles one: the server is Unknown with an error, its pool is cleared."""
    assert topologies.run(sdam(NETWORK % ("connection closed", 1))).passed
    assert topologies.run(sdam(NETWORK % ("connection closed", 0))).status == "failed"
    outcome = topologies.run(sdam(NETWORK % ("null", 1)))
    assert (
        "server a:27017: error: expected None (null), observed 'a:27017: connection closed"
        in outcome.sentence
    )


APPLICATION = """
    phases:
      - responses:
          - - a:27017
            - {ok: 1, isWritablePrimary: true, setName: rs, hosts: ["a:27017"], maxWireVersion: 21}
        applicationErrors:
          - {address: %s, when: afterHandshakeCompletes, maxWireVersion: 21, type: command, response: %s}
        outcome:
          servers: {"a:27017": {type: Unknown, pool: {generation: 0}}}
          topologyType: ReplicaSetNoPrimary
          setName: rs
"""
NOT_PRIMARY = "{ok: 0, errmsg: not primary, code: 10107}"


def test_an_application_error_reaches_the_topology(topologies: TopologyContext) -> None:
    """And one that is none, or of a server that is not there, is a failure at its line."""
    assert topologies.run(sdam(APPLICATION % ("a:27017", NOT_PRIMARY))).passed
    elsewhere = topologies.run(sdam(APPLICATION % ("z:27017", NOT_PRIMARY)))
    assert elsewhere.where == "own.yml:8"
    assert elsewhere.sentence == "an application error of z:27017, which the topology doesn't have"
    none = topologies.run(sdam(APPLICATION % ("a:27017", "{ok: 1}")))
    assert (none.where, none.sentence) == ("own.yml:8", "the response of a:27017 is no error: {'ok': 1}")


EVENTS = """
    phases:
      - responses: %s
        outcome:
          events:
            - topology_opening_event: {topologyId: "42"}
            - topology_description_changed_event:
                topologyId: "42"
                previousDescription: {topologyType: Unknown, servers: []}
                newDescription:
                  topologyType: Unknown
                  servers:
                    - {address: "a:27017", type: Unknown, hosts: [], passives: [], arbiters: []}
                    - {address: "b:27017", type: Unknown, hosts: [], passives: [], arbiters: []}
            - server_opening_event: {topologyId: "42", address: "%s"}
            - server_opening_event: {topologyId: "42", address: "%s"}
"""


@pytest.mark.parametrize("order", [("a:27017", "b:27017"), ("b:27017", "a:27017")])
def test_openings_have_no_order(topologies: TopologyContext, order: tuple[str, str]) -> None:
    """Consecutive ones: a client's seeds are a set."""
    assert topologies.run(sdam(EVENTS % ("[]", *order), "mongodb://a,b/")).passed


def test_a_wrong_event_is_told_with_its_line_and_the_walk(topologies: TopologyContext) -> None:
    """Every event is one line: as expected, different, observed only, expected only."""
    response = "[[a:27017, {ok: 1, isWritablePrimary: true, setName: rs, hosts: [a:27017, b:27017], maxWireVersion: 21}]]"
    more = """\
            - server_description_changed_event:
                topologyId: "42"
                address: a:27017
                previousDescription: {address: "a:27017", type: Unknown, hosts: [], passives: [], arbiters: []}
                newDescription: {address: "a:27017", type: RSSecondary, hosts: [], passives: [], arbiters: []}
            - topology_closed_event: {topologyId: "42"}
    """
    *lines, _second_opening = (line for line in EVENTS.splitlines(keepends=True) if "b:27017" not in line)
    one_seed = "".join(lines)
    outcome = topologies.run(
        sdam(one_seed % (response, "a:27017") + more, "mongodb://a/?directConnection=false")
    )
    assert outcome.status == "failed", outcome.text
    assert outcome.where == "own.yml:20"
    approve(tail(outcome), "older_formats", "event_differs", exact=True)


def test_each_phase_has_its_own_events(topologies: TopologyContext) -> None:
    """What an earlier phase published is not looked at again."""
    twice = EVENTS % ("[]", "a:27017", "b:27017") + "      - {responses: [], outcome: {events: []}}\n"
    assert topologies.run(sdam(twice, "mongodb://a,b/")).passed
    one_more = "      - outcome: {events: [{topology_closed_event: {topologyId: '42'}}]}\n"
    outcome = topologies.run(sdam(EVENTS % ("[]", "a:27017", "b:27017") + one_more, "mongodb://a,b/"))
    assert outcome.sentence == (
        "phase 2: 0 events observed, 1 expected: topology_closed_event was expected and not observed"
    )
    assert outcome.where == "own.yml:18"


@pytest.mark.parametrize("name", ["on_change", "open", "handle_error"])
def test_an_unknown_driver_is_a_sentence(
    topologies: TopologyContext, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """It names what is missing, and what to do."""
    topology: Any = __import__(f"pymongo.{topologies.api}hronous.topology", fromlist=["Topology"]).Topology
    monkeypatch.delattr(topology, name)
    outcome = topologies.run(sdam(APPLICATION % ("a:27017", NOT_PRIMARY)))
    assert outcome.status == "broken"
    assert outcome.sentence == (
        f"PyMongo {pymongo.version} lacks Topology.{name}: replies can be handed to a topology with PyMongo 4.9 to"
        " 4.20 only; install one of these versions"
    )


def test_nothing_is_left_running(topologies: TopologyContext) -> None:
    """No thread more than before, whether a file passes or fails."""
    topologies.run(found())
    before = {thread.name for thread in threading.enumerate()}
    topologies.run(found())
    topologies.run(found(type="Mongos"))
    for thread in threading.enumerate():
        if thread.name not in before:
            thread.join(2)
            assert not thread.is_alive()
