"""What people type: builders of all 23 events, and the reading of spec-style mappings."""

from __future__ import annotations

import inspect
import re
from copy import deepcopy
from typing import Any

import pytest

from mongotape import expect
from mongotape.errors import ExpectationError
from mongotape.events import Family, Kind
from mongotape.expect import Expectation, Repeat, read_expectation, read_expectations

BEYOND_THE_KIND = {"client", "connection", "has_service_id", "has_server_connection_id"}


def builder(kind: Kind) -> Any:
    return getattr(expect, kind.name.lower())


@pytest.mark.parametrize("kind", list(Kind))
def test_every_event_has_a_builder_with_every_attribute(kind):
    """No attribute of the vocabulary is missing, none is invented, and each is typed."""
    parameters = inspect.signature(builder(kind)).parameters
    names = set(parameters)
    assert kind.fields.keys() <= names
    assert names - kind.fields.keys() <= BEYOND_THE_KIND
    assert "client" in names
    assert ("has_service_id" in names) is ("service_id" in kind.fields)
    assert all(each.default is expect.UNSET for each in parameters.values())
    assert all(each.annotation.startswith("Given[") for each in parameters.values())
    positional = [
        each.name for each in parameters.values() if each.kind is not inspect.Parameter.KEYWORD_ONLY
    ]
    assert positional == (["command_name"] if kind.family is Family.COMMAND else [])


@pytest.mark.parametrize("kind", list(Kind))
def test_a_builder_means_its_mapping(kind):
    """Each field by itself, and all of them at once, read from a mapping is what the builder makes."""
    written: dict[str, Any] = {}
    given: dict[str, Any] = {}
    for spelled, name in expect.fields_of(kind).items():
        field = kind.fields.get(name)
        document = (field is not None and field.document) or name.endswith("_description")
        value: Any = {"type": "x"} if document else True if name.startswith("has_") else None
        written[spelled] = given[name] = value
        assert read_expectation({kind.value: {spelled: value}}) == builder(kind)(**{name: value})
    assert read_expectation({kind.value: written}) == builder(kind)(**given)
    assert read_expectation({kind.value: {}}) == builder(kind)() == Expectation(kind, {})
    assert builder(kind)(**given).family is kind.family


def test_none_is_a_value_and_unset_is_not():
    """A keyword that is not given is not compared."""
    assert dict(expect.command_started().fields) == {}
    assert dict(expect.command_started(operation_id=None).fields) == {"operation_id": None}


def test_the_first_argument_of_a_command_is_its_name():
    """And a command is a root document like the mapping's."""
    built = expect.command_started("find", command={"filter": {}}, database_name="shop", client="client-1")
    assert built == read_expectation(
        {
            "commandStartedEvent": {
                "commandName": "find",
                "command": {"filter": {}},
                "databaseName": "shop",
                "client": "client-1",
            }
        }
    )


def test_an_expectation_is_frozen_and_reads_as_it_was_typed():
    """Its repr can be pasted into a test."""
    fields = {"command_name": "find", "request_id": expect.same("r", other_than="q")}
    expected = Expectation(Kind.COMMAND_STARTED, fields)
    fields["command_name"] = "insert"
    assert repr(expected) == "expect.command_started('find', request_id=same('r', other_than='q'))"
    with pytest.raises(TypeError):
        expected.fields["command_name"] = "insert"  # type: ignore[index]
    with pytest.raises(AttributeError):
        expected.kind = Kind.POOL_READY  # type: ignore[misc]
    ready = expect.pool_ready()
    assert repr(expect.one_or_more(ready)) == "expect.one_or_more(expect.pool_ready())"
    assert repr(expect.optional(ready, ready)) == "expect.optional(expect.pool_ready(), expect.pool_ready())"
    assert repr(expect.between(0, 3, ready)) == "expect.between(0, 3, expect.pool_ready())"
    assert repr([expect.text("^a"), expect.same("a"), expect.UNSET]) == "[text('^a'), same('a'), UNSET]"


def test_repetitions_are_read_from_mappings_too():
    """``oneOrMore``, ``optional`` and ``between`` hold one event or a list."""
    ready, closed = expect.pool_ready(), expect.pool_closed()
    for written, built in (
        ({"oneOrMore": {"poolReadyEvent": {}}}, expect.one_or_more(ready)),
        ({"oneOrMore": [{"poolReadyEvent": {}}, {"poolClosedEvent": {}}]}, expect.one_or_more(ready, closed)),
        ({"optional": [{"poolReadyEvent": {}}]}, expect.optional(ready)),
        (
            {"between": {"atLeast": 0, "atMost": 3, "events": [{"poolReadyEvent": {}}]}},
            expect.between(0, 3, {"poolReadyEvent": {}}),
        ),
        ({"between": {"atLeast": 2, "events": {"poolReadyEvent": {}}}}, expect.between(2, None, ready)),
    ):
        assert read_expectation(written) == built
        assert isinstance(built, Repeat)
    assert read_expectations([ready, {"poolReadyEvent": {}}, expect.optional(ready)])[0] is ready


def test_reading_changes_nothing():
    """A mapping is read, not kept and not written to."""
    written = {"commandStartedEvent": {"command": {"filter": {"$$type": "object"}}}}
    before = deepcopy(written)
    expected = read_expectation(written)
    assert written == before
    written["commandStartedEvent"]["commandName"] = "find"  # type: ignore[assignment]
    assert "command_name" not in expected.fields  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("written", "complaint", "path"),
    [
        (
            {"comandStartedEvent": {}},
            "expected[0]: 'comandStartedEvent' is no event; did you mean \"commandStartedEvent\"?",
            (0, "comandStartedEvent"),
        ),
        (
            {"commandStartedEvent": {"comand": {}}},
            "expected[0].commandStartedEvent: 'comand' is no field of commandStartedEvent; did you mean \"command\"?",
            (0, "commandStartedEvent", "comand"),
        ),
        (
            {"poolReadyEvent": {"connectionId": 1}},
            "expected[0].poolReadyEvent: 'connectionId' is no field of poolReadyEvent (it has address, client)",
            (0, "poolReadyEvent", "connectionId"),
        ),
        (
            {"commandStartedEvent": {"command": "find"}},
            "expected[0].commandStartedEvent.command: expected a document, not str 'find'",
            (0, "commandStartedEvent", "command"),
        ),
        (
            {"commandStartedEvent": {"hasServiceId": 1}},
            "expected[0].commandStartedEvent.hasServiceId: expected true or false, not 1",
            (0, "commandStartedEvent", "hasServiceId"),
        ),
        (
            {"serverDescriptionChangedEvent": {"newDescription": "RSPrimary"}},
            "expected[0].serverDescriptionChangedEvent.newDescription: expected a document, not str 'RSPrimary'",
            (0, "serverDescriptionChangedEvent", "newDescription"),
        ),
        (
            {"poolReadyEvent": None},
            "expected[0].poolReadyEvent: the fields of an event are a mapping (empty: any such event), not null",
            (0, "poolReadyEvent"),
        ),
        (
            "poolReadyEvent",
            "expected[0]: an expectation is a builder's value or a mapping with one key",
            (0,),
        ),
        ({}, "expected[0]: an expectation is a builder's value or a mapping with one key", (0,)),
        (
            {"poolReadyEvent": {}, "poolClosedEvent": {}},
            "not a mapping with the keys poolReadyEvent, poolClosedEvent",
            (0,),
        ),
        ({"oneOrMore": []}, "expected[0].oneOrMore: oneOrMore: give one or more events", (0, "oneOrMore")),
        (
            {"optional": 3},
            "expected[0].optional: expected a list of expectations, not int 3",
            (0, "optional"),
        ),
        (
            {"oneOrMore": [{"optional": [{"poolReadyEvent": {}}]}]},
            "expected[0].oneOrMore: oneOrMore: a repetition can't stand inside a repetition",
            (0, "oneOrMore"),
        ),
        (
            {"oneOrMore": [{"poolReadyEvent": {}}, {"poolReady": {}}]},
            "expected[0].oneOrMore[1]: 'poolReady' is no event; did you mean \"poolReadyEvent\"?",
            (0, "oneOrMore", 1, "poolReady"),
        ),
        (
            {"between": {"atLeast": 1}},
            "expected[0].between: expected a mapping with atLeast, atMost",
            (0, "between"),
        ),
        (
            {"between": {"atLeast": 3, "atMost": 2, "events": {"poolReadyEvent": {}}}},
            "between: at most 2 is less than at least 3",
            (0, "between", "events"),
        ),
        (
            {"between": {"atLeast": True, "events": {"poolReadyEvent": {}}}},
            "between: a bound is a whole number from 0, not True",
            (0, "between", "events"),
        ),
    ],
)
def test_what_cant_be_read_is_told_with_its_place(written, complaint, path):
    """One sentence that names the nearest word, and a path that leads to the line of a file."""
    with pytest.raises(ExpectationError, match=re.escape(complaint)) as caught:
        read_expectations([written])
    assert caught.value.path == path
    assert not isinstance(caught.value, AssertionError)


@pytest.mark.parametrize("source", [None, "x", {"poolReadyEvent": {}}, expect.pool_ready(), 3])
def test_a_list_is_a_list(source):
    """A single expectation, or something else, is not taken for one."""
    with pytest.raises(ExpectationError, match="expected a list of expectations, not"):
        read_expectations(source)


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ({"commandStartedEvent": {"requestId": 1}}, "'requestId' is beyond the Unified Test Format"),
        ({"commandStartedEvent": {"client": "client-1"}}, "'client' is beyond the Unified Test Format"),
        ({"connectionReadyEvent": {"connection": {}}}, "'connection' is beyond the Unified Test Format"),
        ({"commandFailedEvent": {"failure": {}}}, "'failure' is beyond the Unified Test Format"),
        ({"oneOrMore": [{"poolReadyEvent": {}}]}, "'oneOrMore' is no event"),
        ({"commandStartedEvent": {"commandName": 1}}, "expected a text, not 1"),
        ({"commandStartedEvent": {"command": None}}, "expected a document, not null"),
        ({"serverHeartbeatStartedEvent": {"awaited": "yes"}}, "expected true or false, not 'yes'"),
        ({"poolClearedEvent": {"interruptInUseConnections": 1}}, "expected true or false, not 1"),
        (
            {"serverDescriptionChangedEvent": {"newDescription": {"setName": "rs"}}},
            "the Unified Test Format compares only the type of a description",
        ),
        ({"serverDescriptionChangedEvent": {"newDescription": {"type": 1}}}, "type: expected a text, not 1"),
    ],
)
def test_a_specification_file_says_only_what_the_format_defines(written, complaint):
    """What mongotape adds is refused there."""
    with pytest.raises(ExpectationError, match=re.escape(complaint)):
        read_expectations([written], in_format=True)


def test_a_specification_file_may_say_all_that_the_format_defines():
    """Every field that a test may assert."""
    for kind in Kind:
        for spelled, name in expect.fields_of(kind, in_format=True).items():
            value: Any = "x" if name in ("command_name", "database_name", "reason") else True
            value = {} if name in ("command", "reply") else value
            value = {"type": "Unknown"} if name.endswith("_description") else value
            read_expectations([{kind.value: {spelled: value}}], in_format=True)
    assert set(expect.fields_of(Kind.COMMAND_FAILED, in_format=True)) == {
        "commandName",
        "databaseName",
        "hasServiceId",
        "hasServerConnectionId",
    }
    assert dict(expect.fields_of(Kind.POOL_READY, in_format=True)) == {}


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda: expect.text("("), "text('('): no regular expression"),
        (lambda: expect.text(1), "text(1): no regular expression"),  # type: ignore[arg-type]
        (lambda: expect.same(""), "a capture's name is a text"),
        (lambda: expect.same(1), "a capture's name is a text, not 1"),  # type: ignore[arg-type]
        (lambda: expect.same("a", other_than="a"), "a value can't be another one than itself"),
        (expect.one_or_more, "give one or more events to repeat"),
        (lambda: expect.one_or_more(expect.optional(expect.pool_ready())), "can't stand inside a repetition"),
        (lambda: expect.between(-1, 2, expect.pool_ready()), "a bound is a whole number from 0, not -1"),
        (lambda: expect.between(0, 0, expect.pool_ready()), "at most 0 is less than at least 1"),
        (lambda: expect.command_started(command="find"), "command_started.command: expected a document"),  # type: ignore[arg-type]
    ],
)
def test_a_senseless_argument_is_told_where_it_is_typed(call, complaint):
    """Not when the assertion runs."""
    with pytest.raises(ExpectationError, match=re.escape(complaint)):
        call()
