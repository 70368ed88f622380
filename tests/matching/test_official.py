"""The official files agree: what the format's own tests of its operators expect matches here, and everything is readable."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bson import json_util

from mongotape.expect import read_expectations
from mongotape.matching import match_events, match_value, value_matcher
from mongotape.recording import EventRecorder

OPTIONS = json_util.JSONOptions(tz_aware=False)
RUN = {"insertOne", "find"}


def operator_tests(folder: Path) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    for path in sorted(folder.rglob("operator-*.json")):
        if path.parent.name == "valid-pass":
            content = json_util.loads(path.read_text(encoding="utf-8"), json_options=OPTIONS)
            for test in content["tests"]:
                yield f"{path.stem}: {test['description']}", content, test


def test_the_operator_files_pass(official, make_client):
    """Every ``operator-*`` file of ``valid-pass``, its operations run against a server."""
    ran = []
    for name, content, test in operator_tests(official):
        recorder = EventRecorder(families="command")
        client = make_client(event_listeners=[recorder])
        for data in content.get("initialData", ()):
            collection = client[data["databaseName"]][data["collectionName"]]
            collection.drop()
            if data["documents"]:
                collection.insert_many(data["documents"])
        recorder.clear()
        for operation in test["operations"]:
            assert operation["name"] in RUN
            given = operation["arguments"]
            if operation["name"] == "insertOne":
                collection.insert_one(given["document"])
                continue
            found = list(collection.find(given["filter"]).limit(given.get("limit", 0)))
            assert match_value(operation["expectResult"], found, root="elements") == (), name
            assert match_value(operation["expectResult"], [*found, {}], root="elements") != (), name
        for block in test.get("expectEvents", ()):
            log = recorder.log.of("commandStartedEvent")
            verdict = match_events(read_expectations(block["events"], in_format=True), log)
            assert verdict.passed, name
        ran.append(name)
    assert len(ran) == 12


def test_every_official_expectation_can_be_read(official):
    """No operator, field or argument in the official files is refused: events, results, errors, log messages."""

    class Anything:
        def value(self, name: str) -> Any:
            return name

        def session_lsid(self, name: str) -> Any:
            return {"id": name}

    events = values = 0
    for path in official.rglob("*.json"):
        if path.parent.name in ("invalid", "valid-fail"):
            continue
        content = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict) or "schemaVersion" not in content:
            continue
        content = json_util.loads(path.read_text(encoding="utf-8"), json_options=OPTIONS)
        for test in content["tests"]:
            for block in test.get("expectEvents") or ():
                steps = read_expectations(block["events"], in_format=True)
                match_events(steps, [], mode="any_order", entities=Anything())
                events += len(steps)
            for operation in test["operations"]:
                for key in ("expectResult", "expectError"):
                    if key in operation:
                        value_matcher(operation[key], root="elements", entities=Anything())
                        values += 1
            for block in test.get("expectLogMessages") or ():
                for message in block["messages"]:
                    value_matcher(message["data"], entities=Anything())
                    values += 1
    assert events > 4000
    assert values > 2000
