"""What is wrong in a file is told where it is, in the format's words, with what was probably meant."""

from __future__ import annotations

import pytest

from mongotape.errors import SpecError
from mongotape.spec import LATEST, OPERATIONS
from tests.spec.made import HEAD, complaints, complaints_of, read_test, read_text, text_of


def one(test: str, version: str = "1.28") -> str:
    found = complaints_of(test, version)
    assert len(found) == 1, found
    return found[0]


OPERATION_FAULTS = [
    (
        "{name: findd, object: collection0, arguments: {filter: {}}}",
        'name: operation "findd" is not known for collection "collection0"; did you mean "find"?',
    ),
    (
        "{name: find, object: database0}",
        'name: operation "find" is not known for database "database0"; it is an operation of collection and bucket',
    ),
    (
        "{name: waitForEvents, object: testRunner}",
        'name: operation "waitForEvents" is not known for testRunner; did you mean "waitForEvent"?',
    ),
    (
        "{name: find, object: colection0, arguments: {filter: {}}}",
        'object: no entity "colection0" exists at this point; did you mean "collection0"?',
    ),
    (
        "{name: find, object: collection0, arguments: {filter: {}, limt: 1}}",
        'arguments.limt: operation "find" of collection takes no argument "limt"; did you mean "limit"?',
    ),
    (
        "{name: find, object: collection0}",
        'operation "find" of collection needs the argument "filter"',
    ),
    (
        "{name: find, object: collection0, arguments: {limit: 1}}",
        'arguments: operation "find" of collection needs the argument "filter"',
    ),
    (
        "{name: find, object: collection0, arguments: {filter: {}, limit: many}}",
        'arguments.limit: must be a whole number, not the string "many"',
    ),
    (
        "{name: find, object: collection0, arguments: {filter: {}, limit: true}}",
        "arguments.limit: must be a whole number, not true",
    ),
    (
        "{name: find, object: collection0, arguments: {filter: {}, limit: 1.5}}",
        "arguments.limit: must be a whole number, not the number 1.5",
    ),
    (
        "{name: find, object: collection0, arguments: {filter: [], session: session0}}",
        "arguments.filter: must be a mapping, not a list",
    ),
    (
        "{name: find, object: collection0, arguments: {filter: {}, session: sesion0}}",
        'arguments.session: no session "sesion0" exists at this point; did you mean "session0"?',
    ),
    (
        "{name: find, object: collection0, arguments: {filter: {}, session: client0}}",
        'arguments.session: "client0" is a client, not a session; known: session0',
    ),
    (
        "{name: find, object: collection0, arguments: {filter: {a: {$$exists: true}}}}",
        "arguments.filter.a.$$exists: $$exists can't stand here: arguments are sent as they stand",
    ),
    (
        "{name: find, object: collection0, arguments: {filter: {}, cursorType: tailableawait}}",
        (
            'arguments.cursorType: "tailableawait" is not one of tailable, tailableAwait or nonTailable; '
            'did you mean "tailableAwait"?'
        ),
    ),
    (
        "{name: find, object: collection0, arguments: {filter: {}}, expectResults: []}",
        'an operation has no key "expectResults"; did you mean "expectResult"?',
    ),
    (
        "{name: find, objekt: collection0, arguments: {filter: {}}}",
        'objekt: an operation has no key "objekt"; did you mean "object"?',
    ),
    (
        "{name: drop, object: collection0, expectError: {isError: true}, expectResult: 1}",
        "expectResult can't stand beside expectError; keep one of them",
    ),
    (
        "{name: drop, object: collection0, expectError: {isError: false}}",
        "expectError.isError: must be true, not false; leave the key out instead",
    ),
    (
        "{name: drop, object: collection0, expectError: {}}",
        "expectError: expectError must not be empty",
    ),
    (
        "{name: drop, object: collection0, expectError: {errorLabelsContain: []}}",
        "expectError.errorLabelsContain: must have at least one item",
    ),
    (
        "{name: drop, object: collection0, expectError: {writeErrors: {first: {}}}}",
        'expectError.writeErrors.first: a key of writeErrors is the index of a request, not "first"',
    ),
    (
        "{name: drop, object: collection0, saveResultAsEntity: session0}",
        'saveResultAsEntity: an entity "session0" exists already (session); an id names one entity only',
    ),
    (
        "{name: watch, object: collection0}",
        'operation "watch" is not known for collection "collection0"; write "createChangeStream"',
    ),
    (
        "{name: bulkWrite, object: collection0, arguments: {requests: [{insertOnes: {document: {}}}]}}",
        'arguments.requests[0].insertOnes: no write is called "insertOnes"; did you mean "insertOne"?',
    ),
    (
        "{name: bulkWrite, object: collection0, arguments: {requests: [{updateOne: {filter: {}, updates: {}}}]}}",
        'requests[0].updateOne.updates: the write updateOne has no key "updates"; did you mean "update"?',
    ),
    (
        "{name: bulkWrite, object: collection0, arguments: {requests: [{deleteMany: {filter: {}}, insertOne: {}}]}}",
        "requests[0]: a write has exactly one key, what it does; found deleteMany, insertOne",
    ),
    (
        "{name: clientBulkWrite, object: client0, arguments: {models: [{deleteOne: {filter: {}}}]}}",
        'arguments.models[0].deleteOne: the write deleteOne needs the key "namespace"',
    ),
    (
        "{name: failPoint, object: testRunner, arguments: {client: client0, failPoint: {configureFailpoint: x, mode: off}}}",
        'arguments.failPoint.configureFailpoint: a fail point has no key "configureFailpoint"; did you mean "configureFailPoint"?',
    ),
    (
        "{name: wait, object: testRunner, arguments: {ms: soon}}",
        'arguments.ms: must be a whole number, not the string "soon"',
    ),
    (
        "{name: waitForEvent, object: testRunner, arguments: {client: client0, count: 1, event: {poolCleard: {}}}}",
        'arguments.event.poolCleard: no event is called "poolCleard"; did you mean "poolClearedEvent"?',
    ),
    (
        "{name: createEntities, object: testRunner, arguments: {entities: [{client: {id: client0}}]}}",
        'arguments.entities[0].client.id: an entity "client0" exists already (client); an id names one entity only',
    ),
    (
        "{name: runOnThread, object: testRunner, arguments: {thread: t, operation: {name: drop, object: collection0}}}",
        'arguments.thread: no thread "t" exists at this point',
    ),
]


@pytest.mark.parametrize(("operation", "sentence"), OPERATION_FAULTS)
def test_faults_of_an_operation(operation: str, sentence: str) -> None:
    found = one(f"operations:\n  - {operation}\n")
    assert sentence in found
    assert found.startswith("operations[0]")


@pytest.mark.parametrize(
    ("operation", "sentence"),
    [
        ("{name: find, object: 3}", "object: must be a string, not the number 3; put it in quotes"),
        (
            "{name: find, object: collection0, arguments: {filter: {}, limit: '5'}}",
            'limit: must be a whole number, not the string "5"; write it without quotes: 5',
        ),
        (
            "{name: drop, object: collection0, ignoreResultAndError: 'true'}",
            'must be true or false, not the string "true"; write it without quotes: true',
        ),
        (
            "{name: insertMany, object: collection0, arguments: {documents: {_id: 1}}}",
            "documents: must be a list, not a mapping; put it in a list: start it with a dash",
        ),
    ],
)
def test_a_value_of_a_wrong_type_is_told_with_what_was_meant(operation: str, sentence: str) -> None:
    assert sentence in one(f"operations:\n  - {operation}\n")


def test_an_operator_argument_is_refused_wherever_it_is_nested() -> None:
    assert one(
        """
        operations:
          - name: withTransaction
            object: session0
            arguments:
              callback: [{name: insertMany, object: collection0, arguments: {documents: [{a: {$$type: int}}]}}]
        """
    ).startswith(
        "operations[0].arguments.callback[0].arguments.documents[0].a.$$type: $$type can't stand here"
    )


EXPECTED_FAULTS = [
    ("{$$exist: true}", '"$$exist" is not an operator of expectations; did you mean "$$exists"?'),
    ("{$$exists: 1}", "$$exists takes true or false, not the number 1"),
    ("{$$exists: true, b: 1}", "$$exists stands alone in its mapping, not beside 1 other key(s)"),
    ("{$$type: integer}", '$$type knows no type "integer"'),
    ("{$$type: []}", "$$type takes at least one type"),
    ("{$$type: [int, 5]}", "$$type takes a type's name, not the number 5"),
    ("{$$lte: x}", '$$lte takes a number, not the string "x"'),
    ("{$$matchesHexBytes: abc}", '$$matchesHexBytes takes pairs of hexadecimal digits, not the string "abc"'),
    ("{$$sessionLsid: client0}", '"client0" is a client, not a session; known: session0'),
    ("{$$matchesEntity: nothing}", 'no entity "nothing" exists at this point'),
    ("{$$matchAsDocument: 1}", "$$matchAsDocument takes a mapping, not the number 1"),
    ("{$$matchAsDocument: {a: {$$exists: no}}}", '$$exists takes true or false, not the string "no"'),
    ("{$$unsetOrMatches: {$$exists: 3}}", "$$exists takes true or false, not the number 3"),
    ("[{$$unsetOrMatches: 1}]", "$$unsetOrMatches can't stand for an item of a list"),
    ("{$$placeholder: 1}", '"$$placeholder" is not an operator of expectations'),
    (
        "{$$hexBytes: aa}",
        '"$$hexBytes" is not an operator of expectations; did you mean "$$matchesHexBytes"?',
    ),
]


@pytest.mark.parametrize(("value", "sentence"), EXPECTED_FAULTS)
@pytest.mark.parametrize("where", ["result", "event", "error", "log", "span"])
def test_malformed_operators_are_found_wherever_something_is_expected(
    value: str, sentence: str, where: str
) -> None:
    nested = f"{{a: {value}}}"
    tests = {
        "result": f"operations: [{{name: drop, object: collection0, expectResult: {nested}}}]",
        "error": f"operations: [{{name: drop, object: collection0, expectError: {{errorResponse: {nested}}}}}]",
        "event": f"operations: []\nexpectEvents: [{{client: client0, events: [{{commandStartedEvent: {{command: {nested}}}}}]}}]",
        "log": "operations: []\nexpectLogMessages:\n"
        f"  [{{client: client0, messages: [{{level: debug, component: command, data: {nested}}}]}}]",
        "span": f"operations: []\nexpectTracingMessages: [{{client: client0, spans: [{{name: s, attributes: {nested}}}]}}]",
    }
    assert sentence in one(tests[where])


EXPECTATION_FAULTS = [
    (
        "[{client: client1, events: []}]",
        'expectEvents[0].client: no client "client1" exists at this point; did you mean "client0"?',
    ),
    (
        "[{client: client0, events: [{commandStartedEvents: {}}]}]",
        'no event is called "commandStartedEvents"; did you mean "commandStartedEvent"?',
    ),
    (
        "[{client: client0, events: [{poolClearedEvent: {}}]}]",
        "poolClearedEvent is an event of eventType cmap, not command; say eventType: cmap in a block of its own",
    ),
    (
        "[{client: client0, eventType: sdam, events: [{commandStartedEvent: {}}]}]",
        "commandStartedEvent is an event of eventType command, not sdam",
    ),
    (
        "[{client: client0, eventType: pool, events: []}]",
        'eventType: "pool" is not one of command, cmap or sdam',
    ),
    (
        "[{client: client0, events: [{commandStartedEvent: {requestId: 1}}]}]",
        'a commandStartedEvent has no key "requestId"; known: command, commandName',
    ),
    (
        "[{client: client0, events: [{commandFailedEvent: {failure: x}}]}]",
        'a commandFailedEvent has no key "failure"',
    ),
    (
        "[{client: client0, events: [{commandStartedEvent: {}, commandFailedEvent: {}}]}]",
        "an expected event has exactly one key, its name; found commandStartedEvent, commandFailedEvent",
    ),
    (
        "[{client: client0, eventType: cmap, events: [{connectionClosedEvent: {reason: stalled}}]}]",
        'reason: "stalled" is not one of stale, idle, error or poolClosed; did you mean "stale"?',
    ),
    (
        "[{client: client0, eventType: sdam, events: [{serverDescriptionChangedEvent: {newDescription: {type: RsPrimary}}}]}]",
        'did you mean "RSPrimary"?',
    ),
]


@pytest.mark.parametrize(("events", "sentence"), EXPECTATION_FAULTS)
def test_faults_of_expected_events(events: str, sentence: str) -> None:
    assert sentence in one(f"operations: []\nexpectEvents: {events}\n")


def test_an_outcome_is_exact_so_operators_are_refused() -> None:
    found = one(
        "operations: []\noutcome: [{databaseName: d, collectionName: c, documents: [{a: {$$exists: true}}]}]"
    )
    assert found.endswith("$$exists can't stand here: documents are stored and compared exactly")


def test_entities_of_one_test_end_with_it() -> None:
    text = text_of(
        "operations: [{name: createFindCursor, object: collection0, arguments: {filter: {}}, saveResultAsEntity: c}]"
    )
    text += "\n  - description: another\n    operations: [{name: close, object: c}]\n"
    (found,) = complaints(text)
    assert 'tests[1].operations[0].object: no entity "c" exists at this point' in found


def test_entities_are_defined_before_they_are_used() -> None:
    found = complaints(
        "description: d\nschemaVersion: '1.0'\ncreateEntities:\n"
        "  - database: {id: d, client: c, databaseName: x}\n  - client: {id: c}\n  - client: {id: c}\n"
        "  - collection: {id: e, database: c, collectionName: x}\ntests: [{description: t, operations: []}]\n"
    )
    assert [line.split(": ", 1)[1] for line in found] == [
        'createEntities[0].database.client: no client "c" exists at this point',
        'createEntities[2].client.id: an entity "c" exists already (client); an id names one entity only',
        'createEntities[3].collection.database: "c" is a client, not a database; known: d',
    ]


def test_every_complaint_of_a_file_is_told() -> None:
    """In the file's order; read() speaks of a malformed part first and counts the others."""
    text = text_of(
        """
        operations:
          - {name: nope, object: collection0}
          - {name: drop, object: collection0, arguments: 3}
        expectEvents: {}
        """
    )
    found = complaints(text)
    assert [line.split(": ")[1] for line in found] == [
        "tests[0].operations[0].name",
        "tests[0].operations[1].arguments",
        "tests[0].expectEvents",
    ]
    with pytest.raises(SpecError) as caught:
        read_text(text)
    assert str(caught.value) == (
        "f.yml:13:43: tests[0].operations[1].arguments: must be a mapping, not the number 3 (and 2 more in this file)"
    )
    assert len(caught.value.complaints) == 3


# --- versions ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "sentence"),
    [
        (
            '"1.29"',
            "schemaVersion 1.29 is newer than 1.28, the newest that is understood; install a newer mongotape",
        ),
        ('"2.0"', "schemaVersion 2.0 is not understood: versions 1.0 to 1.28 are"),
        ('"0.1"', "schemaVersion 0.1 is not understood: versions 1.0 to 1.28 are"),
        ("1.10", "must be a string, not the number 1.1; put it in quotes, as it stands"),
        ('"1"', '"1" is not a version; write numbers such as "4.2" or "4.2.1"'),
        ('"1.x"', '"1.x" is not a version'),
        ("[1]", "must be a string, not a list"),
    ],
)
def test_schema_versions_that_are_refused(version: str, sentence: str) -> None:
    (found,) = complaints(
        f"description: d\nschemaVersion: {version}\ntests: [{{description: t, operations: []}}]\n"
    )
    assert found.startswith(f"f.yml:2:1: schemaVersion: {sentence}")


@pytest.mark.parametrize("version", ["1.0", "1.0.7", "1.9", "1.28", "1.28.9"])
def test_schema_versions_that_are_read(version: str) -> None:
    assert read_test("operations: []", version).schema_version[:2] <= LATEST[:2]


@pytest.mark.parametrize(
    ("test", "since"),
    [
        ("operations: [{name: drop, object: collection0, ignoreResultAndError: true}]", "1.3"),
        ("operations: []\nexpectLogMessages: [{client: client0, messages: []}]", "1.13"),
        ("operations: []\nexpectEvents: [{client: client0, events: [], ignoreExtraEvents: true}]", "1.7"),
        ("operations: [{name: drop, object: collection0, expectError: {errorResponse: {}}}]", "1.12"),
        ("operations: [{name: drop, object: collection0, expectResult: {a: {$$lte: 1}}}]", "1.9"),
    ],
)
def test_what_a_later_version_brought_needs_that_version(test: str, since: str) -> None:
    """Each file is read by its own schemaVersion."""
    read_test(test, since)
    before = f"1.{int(since.split('.')[1]) - 1}"
    found = one(test, before)
    assert f"came with schemaVersion {since}, and this file says {before}" in found
    assert found.endswith(f'write schemaVersion: "{since}"')


def test_arguments_may_use_what_a_later_version_brought() -> None:
    """Official files do; the official schemas leave arguments open."""
    read_test(
        "operations: [{name: createEntities, object: testRunner, arguments: {entities: [{thread: {id: t}}]}}]",
        "1.9",
    )


# --- the table of operations -----------------------------------------------------------------------------------


def test_the_table_of_operations_says_what_a_runner_needs() -> None:
    find = OPERATIONS["collection"]["find"]
    assert find.required == ("filter",)
    assert {"filter", "session", "timeoutMS", "rawData"} <= find.arguments
    assert find.result == "items"
    assert OPERATIONS["collection"]["distinct"].result == "whole"
    assert OPERATIONS["collection"]["createFindCursor"].saves == "findCursor"
    assert OPERATIONS["database"]["createCollection"].saves == "collection"
    for operations in OPERATIONS.values():
        for name, rule in operations.items():
            assert rule.name == name
            assert not set(rule.required) & set(rule.optional)
            assert len(rule.arguments) == len(rule.required) + len(rule.optional), name


def test_the_head_of_made_files_is_right() -> None:
    assert complaints(HEAD.format(version="1.0") + "    operations: []\n") == []


# --- CMAP and SDAM -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("version: 1", "version: 2"), "f.yml:1:1: version: version 2 is not understood: version 1 is"),
        (("style: unit", "style: units"), 'f.yml:2:1: style: "units" is not one of unit or integration; did you mean "unit"?'),
        (("name: ready", "name: redy"), 'operations[0].name: "redy" is not one of start, wait, '),
        (("name: ready", "name: ready, label: x"), 'operations[0].label: the operation ready has no key "label"; known: name, thread'),
        (("target: t1", "label: t1"), 'operations[1]: the operation start needs the key "target"'),
        (("thread: t1", "thread: t2"), 'operations[2].thread: no thread "t2" is started before; known: t1'),
        (("connection: c", "connection: d"), 'operations[3].connection: no checkOut before has the label "d"; known: c'),
        (("ConnectionCreated,", "ConnectionMade,"), 'operations[4].event: "ConnectionMade" is not one of '),
        (("maxPoolSize: 1", "maxPoolSize: one"), 'poolOptions.maxPoolSize: must be a whole number, not the string "one"'),
        (("maxPoolSize: 1", "backgroundThreadIntervalMS: 0"), "backgroundThreadIntervalMS can't be 0; negative: the thread never runs"),
        (("maxPoolSize: 1", "poolSize: 1"), 'poolOptions has no key "poolSize"; did you mean "minPoolSize"?'),
        (("address: 42", "adress: 42"), 'events[0].adress: ConnectionCheckedOut has no field "adress"; did you mean "address"?'),
        (("reason: stale", "reason: old"), 'events[1].reason: "old" is not one of stale, idle'),
        (("[ConnectionReady]", "[Ready]"), 'ignore[0]: "Ready" is not one of'),
        (("ignore:", "failPoint: {}\nignore:"), "failPoint: failPoint is for tests that need a deployment; write style: integration"),
        (("events:", "event:"), 'a file of the CMAP format has no key "event"; did you mean "events"?'),
    ],
)  # fmt: skip
def test_faults_of_a_cmap_file(change: tuple[str, str], sentence: str) -> None:
    text = (
        "version: 1\nstyle: unit\ndescription: d\npoolOptions: {maxPoolSize: 1}\noperations:\n  - {name: ready}\n"
        "  - {name: start, target: t1}\n  - {name: checkOut, thread: t1, label: c}\n  - {name: checkIn, connection: c}\n"
        "  - {name: waitForEvent, event: ConnectionCreated, count: 1}\n"
        "events:\n  - {type: ConnectionCheckedOut, address: 42}\n  - {type: ConnectionClosed, reason: stale}\n"
        "ignore: [ConnectionReady]\n"
    )
    assert complaints(text) == []
    assert any(sentence in found for found in complaints(text.replace(*change))), complaints(
        text.replace(*change)
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("uri: ", "url: "), 'f.yml:2:1: url: a file of the SDAM format has no key "url"; did you mean "uri"?'),
        (("[a:27017, {ok: 1}]", "{ok: 1}"), "phases[0].responses[0]: a response is a list of two: an address and a hello reply"),
        (("[a:27017, {ok: 1}]", "[a:27017, 1]"), "phases[0].responses[0][1]: must be a mapping, not the number 1"),
        (("RSPrimary", "Primary"), 'servers.a:27017.type: "Primary" is not one of'),
        (("afterHandshakeCompletes", "after"), 'applicationErrors[0].when: "after" is not one of'),
        (("type: network", "type: command"), 'an application error of type command needs the key "response"'),
        (("generation: 2", "generations: 2"), 'pool has no key "generations"; did you mean "generation"?'),
        (("      topologyType: Single\n", ""), 'phases[0].outcome: an outcome needs the key "topologyType" (or "events")'),
        (("Single", "Singel"), 'topologyType: "Singel" is not one of'),
        (("server_opening_event", "server_opened_event"), 'no event is called "server_opened_event"; did you mean "server_opening_event"?'),
        (("address: a}}", "adress: a}}"), 'a server_opening_event has no key "adress"; did you mean "address"?'),
        (("events: [", "compatible: true\n      events: ["), "compatible can't stand beside events"),
    ],
)  # fmt: skip
def test_faults_of_an_sdam_file(change: tuple[str, str], sentence: str) -> None:
    text = (
        "description: d\nuri: mongodb://a\nphases:\n  - responses: [[a:27017, {ok: 1}]]\n"
        "    applicationErrors: [{address: a, when: afterHandshakeCompletes, type: network}]\n    outcome:\n"
        "      servers: {a:27017: {type: RSPrimary, pool: {generation: 2}}}\n      topologyType: Single\n"
        "  - outcome:\n      events: [{server_opening_event: {topologyId: '42', address: a}}]\n"
    ).replace("{a:27017:", '{"a:27017":')
    assert complaints(text) == []
    assert any(sentence in found for found in complaints(text.replace(*change))), complaints(
        text.replace(*change)
    )


def test_a_list_is_no_specification_file() -> None:
    assert complaints("- a\n") == ["f.yml:1:1: a specification file is a mapping, not a list"]
