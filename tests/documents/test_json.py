"""JSON is read with the standard library; positions are found by scanning again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bson import Int64
from hypothesis import given
from hypothesis import strategies as st

from mongotape.documents import Path, parse_document
from mongotape.errors import SpecError


def refused(text: str) -> str:
    with pytest.raises(SpecError) as caught:
        parse_document(text, name="f.json", syntax="json")
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "f.json:1:1: not JSON: expecting value"),
        ('{"a": 1,\n "a": 2}', 'f.json:2:2: the key "a" is given twice; first on line 1'),
        ('{"x": [{"b": 1, "b": 2}]}', 'f.json:1:17: the key "b" is given twice; first on line 1'),
        ('{"a": NaN}', 'f.json:1:2: NaN is not JSON; write {"$numberDouble": "NaN"}'),
        ("[1,\n -Infinity]", 'f.json:2:2: -Infinity is not JSON; write {"$numberDouble": "-Infinity"}'),
        ('{"a":\n {"$oid": 1}}', "f.json:1:2: $oid is not valid Extended JSON"),
        ("{'a': 1}", "f.json:1:2: not JSON: expecting property name enclosed in double quotes"),
        ('{"a": 1} x', "f.json:1:10: not JSON: extra data"),
        ("[" * 151 + "]" * 151, "f.json:1:151: values are nested more than 150 levels deep"),
        ("[" * 900 + "]" * 900, "f.json:1:151: values are nested more than 150 levels deep"),
        ("[" * 100_000, "f.json:1:1: values are nested more than 150 levels deep"),
    ],
)
def test_what_is_refused_says_where_and_why(text: str, sentence: str) -> None:
    assert refused(text).startswith(sentence)


def test_extended_json_is_decoded() -> None:
    value = parse_document('{"a": {"$numberLong": "5"}, "b": {"$$exists": true}}', syntax="json").value
    assert value == {"a": 5, "b": {"$$exists": True}}
    assert isinstance(value["a"], Int64)


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert parse_document("\ufeff{}", syntax="json").value == {}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


def paths(value: Any, path: Path = ()) -> list[tuple[Path, Any]]:
    """Every path into a value, with what it leads to."""
    found = [(path, value)]
    for key, item in (
        value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else ())
    ):
        found += paths(item, (*path, key))
    return found


@given(JSON, st.sampled_from([None, 1]), st.sampled_from(["json", "yaml"]))
def test_each_position_is_where_its_value_is(value: Any, indent: int | None, syntax: Any) -> None:
    """The text at a position is the value's own (after its key, in a mapping), in JSON read as JSON or YAML."""
    text = json.dumps(value, indent=indent)
    try:
        document = parse_document(text, syntax=syntax)
    except SpecError:
        return  # Extended JSON by chance
    lines = text.split("\n")
    decoder = json.JSONDecoder()
    for path, expected in paths(value):
        line, column = document.locate(path)
        rest = "\n".join(lines[line - 1 :])[column - 1 :]
        if path and isinstance(path[-1], str):
            key, end = decoder.raw_decode(rest)
            assert key == path[-1]
            rest = rest[end:].lstrip(" :")
        assert decoder.raw_decode(rest)[0] == expected
