"""A log is a frozen sequence; its filters and slices are logs too."""

from __future__ import annotations

import pytest

from mongotape.errors import ExpectationError
from mongotape.events import Family, Kind
from mongotape.log import EventLog
from mongotape.recording import EventRecorder
from tests.made import checked_in, command_started, topology_opened


@pytest.fixture
def log() -> EventLog:
    recorder = EventRecorder()
    for number in range(3):
        recorder.keep(command_started({"find": "items", "n": number}))
        recorder.keep(checked_in(number))
    recorder.keep(topology_opened())
    return recorder.log


def test_it_is_a_sequence(log: EventLog) -> None:
    """Length, index, slice, iteration and membership are a sequence's."""
    assert len(log) == 7
    assert log[-1].kind is Kind.TOPOLOGY_OPENING
    assert log[1] in log
    assert (
        [event.kind for event in log[:2]]
        == log[:2].kinds
        == [Kind.COMMAND_STARTED, Kind.CONNECTION_CHECKED_IN]
    )
    assert log[1:] != log
    assert log[:] == log
    with pytest.raises(IndexError):
        log[7]
    with pytest.raises(TypeError):
        hash(log)


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (["command"], 3),
        (["commandStartedEvent"], 3),
        (["cmap"], 3),
        (["sdam"], 1),
        (["command", "topologyOpeningEvent"], 4),
        ([Kind.CONNECTION_CHECKED_IN], 3),
        (["heartbeat"], 0),
    ],
)
def test_it_is_filtered_by_kinds_and_families(log: EventLog, words, count) -> None:
    """Kinds and families may be mixed, in either vocabulary."""
    assert len(log.of(*words)) == count


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["comand"], 'did you mean "command"'),
        (["poolClearEvent"], 'did you mean "poolClearedEvent"'),
        ([], "name one"),
    ],
)
def test_an_unknown_word_is_refused(log: EventLog, words, sentence) -> None:
    """A filter that could find nothing is an error."""
    with pytest.raises(ExpectationError, match=sentence):
        log.of(*words)


def test_commands_are_the_started_ones(log: EventLog) -> None:
    """By name, or all of them."""
    assert len(log.commands()) == len(log.commands("find", "insert")) == 3
    assert len(log.commands("insert")) == 0


def test_a_client_is_known_by_its_label(log: EventLog) -> None:
    """A label that no client was given is an error: nothing could ever be found under it."""
    assert len(log.client(None)) == 7
    with pytest.raises(ExpectationError, match=r"client\('client-1'\): .* known are none"):
        log.client("client-1")
    assert len(EventLog([log[0]]).client("client-1")) == 0, "of given records nobody knows the clients"
    recorder = EventRecorder()
    recorder.tap().started(command_started({"find": "items"}))
    recorder.tap()
    assert [len(recorder.log.client(f"client-{number}")) for number in (1, 2)] == [1, 0]
    for label in ("client-3", None):
        with pytest.raises(ExpectationError, match="known are client-1, client-2"):
            recorder.log[:0].of("command").client(label)


def test_a_filtered_log_knows_what_is_left(log: EventLog) -> None:
    """Filters on kinds and families narrow it, one after the other; slices and clients don't."""
    assert log.narrowed_to == log[:1].client(None).narrowed_to == {*Kind}
    assert log.of("pool").narrowed_to == {*Family.POOL.kinds}
    assert log.of("command", "pool").commands()[:1].narrowed_to == {Kind.COMMAND_STARTED}
    assert log.of("pool").of("command").narrowed_to == set()


def test_records_can_be_given_directly(log: EventLog) -> None:
    """A log is made of records from anywhere, with what is known about them."""
    made = EventLog([log[0], log[1]], observed=["command", "pool"], dropped=1, silence="because")
    assert made.kinds == log[:2].kinds
    assert (len(made.of("pool")), made.dropped, made.silence) == (1, 1, "because")
    assert made[:1].observed == made.observed == {"command", "pool"}


def test_its_repr_is_short(log: EventLog) -> None:
    """The first kinds, and how many more."""
    assert repr(log[:2]) == "<EventLog of 2 events: commandStarted, connectionCheckedIn>"
    assert repr(log[:0]) == "<EventLog of no events>"
    longer = EventLog([log[0]] * 10)
    assert repr(longer).endswith("and 2 more>")
