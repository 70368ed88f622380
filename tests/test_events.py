"""The vocabulary knows every event and attribute of the installed PyMongo."""

from __future__ import annotations

import inspect
import runpy
from pathlib import Path

import pytest
from pymongo import monitoring

from mongotape.errors import ExpectationError
from mongotape.events import BY_CLASS, Family, Kind, families_of, kind_of

EVENT_CLASSES = {
    name: cls
    for name, cls in vars(monitoring).items()
    if inspect.isclass(cls) and name.endswith("Event") and not name.startswith("_")
}
#: A public base class that is never published.
BASES = {"TopologyEvent"}


def test_every_event_class_of_pymongo_is_known() -> None:
    """A PyMongo release that adds an event class fails here."""
    assert set(BY_CLASS) == set(EVENT_CLASSES) - BASES
    assert len(Kind) == 23


@pytest.mark.parametrize("kind", Kind)
def test_every_attribute_of_pymongo_is_known(kind: Kind) -> None:
    """A PyMongo release that adds an attribute to an event class fails here."""
    cls = EVENT_CLASSES[kind.event_class]
    public = {name for name in dir(cls) if not name.startswith("_")}
    assert set(kind.fields) == public


@pytest.mark.parametrize("kind", Kind)
def test_the_listener_method_is_pymongos(kind: Kind) -> None:
    """The method that receives an event exists on the family's listener class."""
    listener = {
        Family.COMMAND: monitoring.CommandListener,
        Family.POOL: monitoring.ConnectionPoolListener,
        Family.SERVER: monitoring.ServerListener,
        Family.HEARTBEAT: monitoring.ServerHeartbeatListener,
        Family.TOPOLOGY: monitoring.TopologyListener,
    }[kind.family]
    assert callable(getattr(listener, kind.method))


def test_durations_state_their_unit() -> None:
    """Whoever reads a duration can learn its unit from the vocabulary."""
    units = {
        (field.name, field.unit)
        for kind in Kind
        for field in kind.fields.values()
        if "duration" in field.name
    }
    assert units == {("duration_micros", "microseconds"), ("duration", "seconds")}


def test_the_reasons_that_are_told_are_pymongos() -> None:
    """The values of a reason are named where the field is described."""
    for kind, cls in (
        (Kind.CONNECTION_CLOSED, monitoring.ConnectionClosedReason),
        (Kind.CONNECTION_CHECK_OUT_FAILED, monitoring.ConnectionCheckOutFailedReason),
    ):
        values = [value for name, value in vars(cls).items() if name.isupper()]
        assert values
        assert all(value in kind.fields["reason"].type for value in values)


@pytest.mark.parametrize(
    ("words", "families"),
    [
        (None, set(Family)),
        ("command", {Family.COMMAND}),
        ("cmap", {Family.POOL}),
        ("sdam", {Family.SERVER, Family.HEARTBEAT, Family.TOPOLOGY}),
        (["command", "cmap"], {Family.COMMAND, Family.POOL}),
    ],
)
def test_families_are_named_in_either_vocabulary(words: object, families: set[Family]) -> None:
    """The format's own words are accepted everywhere."""
    assert families_of(words) == families


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: families_of("comand"), 'did you mean "command"?'),
        (lambda: families_of(()), "none is named"),
        (lambda: kind_of("commandStartEvent"), 'did you mean "commandStartedEvent"?'),
    ],
)
def test_an_unknown_name_gets_the_nearest_one(call, sentence: str) -> None:
    """Bad input gets one clear sentence."""
    with pytest.raises(ExpectationError) as caught:
        call()
    assert sentence in str(caught.value)


def test_the_page_of_events_is_made_from_the_vocabulary() -> None:
    """docs/events.md can't fall behind: ``python docs/events_page.py > docs/events.md``."""
    docs = Path(__file__).resolve().parents[1] / "docs"
    page = runpy.run_path(str(docs / "events_page.py"))["page"]()
    assert page == (docs / "events.md").read_text()
