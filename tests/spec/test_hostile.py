"""Whatever a file holds, the answer is complaints: no traceback, no hang."""

from __future__ import annotations

import copy
import json
import random
import time
from pathlib import Path
from typing import Any

import pytest

from mongotape.documents import parse_document
from mongotape.errors import SpecError
from mongotape.spec import UnifiedFile, check, lint, read
from tests.spec.test_model import EVERYTHING

STRANGE: list[Any] = [
    None, True, 0, -1, 1.5, "", "x", "client0", [], {}, [[]], [{}], {"": None}, {"$$exists": True}, {"$oid": "x"},
    {"a": {"b": {"c": []}}}, "1.0", "testRunner", {"$$unsetOrMatches": {"$$type": 5}}, ["a", 1, None], 10**18,
    {"id": "client0"}, {"client": {"id": "client0"}}, {"name": "find", "object": "collection0"}, "\ud800",
]  # fmt: skip


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container of a value with each of its keys."""
    found: list[tuple[Any, Any]] = []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found.append((value, key))
        found += places(item)
    return found


def mutated(value: Any, chance: random.Random) -> Any:
    """A copy in which a few values are replaced, removed, renamed or doubled."""
    changed = copy.deepcopy(value)
    for _ in range(chance.randint(1, 3)):
        container, key = chance.choice(places(changed))
        match chance.randrange(4):
            case 0:
                container[key] = copy.deepcopy(chance.choice(STRANGE))
            case 1:
                del container[key]
            case 2 if isinstance(container, dict):
                container[chance.choice([f"{key}s", "object", "client", "$$lte", "name", ""])] = (
                    container.pop(key)
                )
            case _:
                container[key] = [container[key], copy.deepcopy(container[key])]
        if not places(changed):
            return changed
    return changed


def sources(official: Path) -> list[Any]:
    """Values of all formats to start from."""
    own = parse_document(EVERYTHING).value
    files = [
        *sorted((official / "unified-test-format" / "valid-pass").glob("poc-*.json")),
        official / "connection_monitoring" / "pool-checkout-error-closed.json",
        official / "sdam_monitoring" / "replica_set_with_removal.json",
        official / "discovery_and_monitoring" / "errors" / "stale-topologyVersion-missing.json",
        official / "crud" / "unified" / "client-bulkWrite-partialResults.json",
    ]
    return [
        json.loads(json.dumps(own, default=str)),
        *(json.loads(path.read_text()) for path in files if path.exists()),
    ]


@pytest.mark.parametrize("seed", range(4))
def test_mutated_files_are_complained_of_or_read(official: Path, seed: int) -> None:
    """1,500 files with a few values replaced, removed, renamed or doubled."""
    chance = random.Random(seed)
    values = sources(official)
    assert len(values) > 10
    told = 0
    for number in range(375):
        text = json.dumps(mutated(chance.choice(values), chance), indent=1)
        try:
            document = parse_document(text, name=f"mutant-{seed}-{number}.json", syntax="json")
        except SpecError:
            continue  # broken Extended JSON: test_json.py has its sentences
        complaints = check(document)
        for complaint in complaints:
            told += 1
            assert str(complaint).startswith(f"{document.name}:{complaint.place.line}:")
        if complaints:
            with pytest.raises(SpecError):
                read(document)
        else:
            read(document)
            lint(document)
    assert told > 100


def test_a_file_with_thousands_of_faults_is_told_quickly() -> None:
    """Positions are looked up once, not once a complaint."""
    operations = "\n".join("      - {name: nope, object: nobody}" for _ in range(5000))
    text = (
        f"description: d\nschemaVersion: '1.0'\ntests:\n  - description: t\n    operations:\n{operations}\n"
    )
    assert len(check(parse_document(text))) == 5000


@pytest.mark.parametrize("kind", ["keys", "entities"])
def test_many_unknown_names_are_told_quickly(kind: str) -> None:
    """Looking for what was meant stays bounded."""
    test: dict[str, Any] = {"description": "t", "operations": []}
    entities = [{"client": {"id": f"client{number}"}} for number in range(5000)]
    if kind == "keys":
        test |= {f"operations{number}": 1 for number in range(5000)}
    else:
        test["operations"] = [{"name": "close", "object": f"klient{number}"} for number in range(500)]
    value = {"description": "d", "schemaVersion": "1.0", "createEntities": entities, "tests": [test]}
    started = time.perf_counter()
    assert len(check(parse_document(json.dumps(value), syntax="json"))) == (5000 if kind == "keys" else 500)
    assert time.perf_counter() - started < 20


def test_a_name_with_half_a_surrogate_pair_is_told() -> None:
    value = {
        "description": "d",
        "schemaVersion": "1.0",
        "tests": [{"description": "\ud800", "operations": 1}],
    }
    (complaint,) = check(parse_document(json.dumps(value), syntax="json"))
    assert "must be a list" in str(complaint)


def test_shared_parts_are_read_in_each_place() -> None:
    """An anchor may hold a whole operation; each use is a node of its own place."""
    text = (
        "description: d\nschemaVersion: '1.0'\ncreateEntities:\n  - client: {id: client0}\ntests:\n"
        "  - description: a\n    operations: &ops\n      - {name: listDatabases, object: client0}\n"
        "  - description: b\n    operations: *ops\n"
    )
    spec = read(parse_document(text))
    assert isinstance(spec, UnifiedFile)
    first, second = spec.tests
    assert first.operations == second.operations
    assert second.operations[0].place.path == ("tests", 1, "operations", 0)
    assert second.operations[0].line == 8
    assert second.line == 9
