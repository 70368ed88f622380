"""The JSON Schema made of the shapes takes every official file and none of the invalid ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from mongotape.documents import read_document
from mongotape.spec import json_schema, recognise, spec_files
from tests.spec.test_model import EVERYTHING

jsonschema = pytest.importorskip("jsonschema")


@pytest.fixture(scope="module")
def validator() -> Any:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_a_sample_of_official_files_validates(official: Path, validator: Any) -> None:
    """Every file of the older formats and every fourth unified one (all of them take 11 s)."""
    refused, count = [], 0
    for number, path in enumerate(spec_files(official)):
        format_ = recognise(read_document(path))
        if (
            format_ is None
            or {"invalid", "valid-fail"} & set(path.parts)
            or (format_ == "unified" and number % 4)
        ):
            continue
        count += 1
        error = next(validator.iter_errors(json.loads(path.read_text())), None)
        if error is not None:
            refused.append(f"{path}: {list(error.absolute_path)}: {error.message[:200]}")
    assert refused == []
    assert count > 300


def test_no_invalid_file_validates(official: Path, validator: Any) -> None:
    """An editor shows each of the mistakes of form."""
    files = sorted((official / "unified-test-format" / "invalid").glob("*.json"))
    accepted = [path.stem for path in files if validator.is_valid(json.loads(path.read_text()))]
    assert accepted == []


def test_the_schema_knows_all_that_the_model_knows(validator: Any) -> None:
    value = yaml.safe_load(EVERYTHING)
    error_of = value["tests"][0]["operations"][1]["expectError"]
    error_of["writeErrors"] = {str(key): item for key, item in error_of["writeErrors"].items()}
    assert [error.message for error in validator.iter_errors(value)] == []


@pytest.mark.parametrize(
    ("operation", "valid"),
    [
        ({"name": "find", "object": "c", "arguments": {"filter": {}, "limit": 1}}, True),
        ({"name": "find", "object": "c", "arguments": {"limit": 1}}, False),
        ({"name": "find", "object": "c", "arguments": {"filter": {}, "limt": 1}}, False),
        (
            {"name": "find", "object": "c", "arguments": {"filter": {}}, "expectResult": [{"$$type": "int"}]},
            True,
        ),
        (
            {
                "name": "find",
                "object": "c",
                "arguments": {"filter": {}},
                "expectResult": [{"$$type": "integer"}],
            },
            False,
        ),
        ({"name": "find", "object": "c", "arguments": {"filter": {}}, "expectResult": {"$$nope": 1}}, False),
        ({"name": "find", "object": "c", "arguments": {"filter": {}}, "expectResult": {"$set": 1}}, True),
    ],
)
def test_arguments_and_operators_are_part_of_the_schema(validator: Any, operation: Any, valid: bool) -> None:
    file = {
        "description": "d",
        "schemaVersion": "1.0",
        "tests": [{"description": "t", "operations": [operation]}],
    }
    assert validator.is_valid(file) is valid
