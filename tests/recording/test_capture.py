"""Clients that the application makes itself are recorded, once, for as long as somebody wants it."""

from __future__ import annotations

from pymongo import MongoClient

from mongotape.driver import unobserved
from mongotape.events import Family
from mongotape.recording import EventRecorder, ProcessCapture


def test_clients_made_inside_are_recorded(make_client) -> None:
    """No listener is passed, and the events are there with a client's label."""
    capture, recorder = ProcessCapture(), EventRecorder()
    with capture.feeding(recorder):
        client = make_client()
        client.db.command("ping")
    client.db.command("ping")
    assert [event.client for event in recorder.log.commands("ping")] == ["client-1"]
    assert {event.family for event in recorder.log} == set(Family)


def test_clients_made_before_are_recorded_once_the_capture_was_installed(make_client) -> None:
    """A session-wide client made long before a test is seen by that test's recorder."""
    capture = ProcessCapture()
    capture.install()
    try:
        client = make_client()
        client.db.command("ping")
        for _ in range(2):
            recorder = EventRecorder(families="command")
            with capture.feeding(recorder):
                client.db.command("ping")
            assert len(recorder.log.commands("ping")) == 1
            assert {event.family for event in recorder.log} == {Family.COMMAND}
    finally:
        capture.uninstall()


def test_a_client_that_carries_the_recorder_is_recorded_once(make_client) -> None:
    """Capture and listener together give one record an event; another recorder still sees the client."""
    capture, carried, other = ProcessCapture(), EventRecorder(), EventRecorder()
    with capture.feeding(carried), capture.feeding(other):
        make_client(event_listeners=[carried]).db.command("ping")
    assert len(carried.log.commands("ping")) == 1
    assert len(other.log.commands("ping")) == 1


def test_mongotapes_own_clients_are_left_out(mongo_uri) -> None:
    """What the fixtures themselves do is never in a log."""
    capture, recorder = ProcessCapture(), EventRecorder()
    with capture.feeding(recorder), unobserved(), MongoClient(mongo_uri) as client:
        client.admin.command("ping")
    assert len(recorder.log) == 0
    assert recorder.log.silence is None


def test_nothing_is_captured_after_the_end(make_client) -> None:
    """A client made afterwards carries nothing of ours."""
    with ProcessCapture().feeding(EventRecorder()):
        pass
    assert make_client().options.event_listeners == []
