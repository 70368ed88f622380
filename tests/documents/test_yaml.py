"""YAML is read safely, by the rules of the official files."""

from __future__ import annotations

import math
import time
from typing import Any

import pytest
from bson import Int64, ObjectId

from mongotape.documents import Document, parse_document
from mongotape.documents._yaml import _tolerant_parser
from mongotape.errors import SpecError


@pytest.fixture(params=["libyaml", "pure"])
def read(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Reads a text with libyaml where it is built in, and with PyYAML's own parser."""
    if request.param == "pure":
        monkeypatch.setattr("mongotape.documents._yaml._libyaml_parser", lambda: None)
    return lambda text: parse_document(text, name="f.yml").value


def refused(text: str) -> str:
    """The sentence that a text is refused with."""
    with pytest.raises(SpecError) as caught:
        parse_document(text, name="f.yml")
    assert len(caught.value.complaints) == 1
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("on", "on"),
        ("010", 10),
        ("0o10", 8),
        ("000000000000000000000008", "000000000000000000000008"),
        ("0000000000000000008", "0000000000000000008"),
        ("00000000000008", 8),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("2001-01-01", "2001-01-01"),
        ("=", "="),
        ("~", None),
        ("", None),
        ("Null", None),
        ("TRUE", True),
        ("true", True),
        ("tRue", "tRue"),
        ("-1", -1),
        ("+12", 12),
        ("1.", 1.0),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("1.5E-3", 0.0015),
        ("-.inf", -math.inf),
        (".INF", math.inf),
        ('"1"', "1"),
        ("'true'", "true"),
        ("1.0.0", "1.0.0"),
        ("-", [None]),
        ("!!str 1", "1"),
        ("! 1", "1"),
        ("!!float 1", 1.0),
        ("!!int 7", 7),
        ("!!bool true", True),
        ("!!null ~", None),
    ],
)
def test_scalars_resolve_as_in_yaml_1_2(read: Any, text: str, value: object) -> None:
    """What js-yaml, which made the JSON twins, reads."""
    found = read(text) if text == "-" else read(f"a: {text}")["a"]
    assert found == value
    assert type(found) is type(value)


def test_nan_is_a_float(read: Any) -> None:
    assert math.isnan(read("a: .nan")["a"])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{0: a, 1.5: b, true: c, null: d}", {"0": "a", "1.5": "b", "true": "c", "null": "d"}),
        ("a: {b:c}", {"a": {"b:c": None}}),
        ("a: {$oid:x, y: 1}", {"a": {"$oid:x": None, "y": 1}}),
        ("a: &x 1\nb: &x 2\nc: *x", {"a": 1, "b": 2, "c": 2}),
        ("a: &aws:name1_key_id 1\nb: *aws:name1_key_id", {"a": 1, "b": 1}),
        ("a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}", {"a": {"p": 1, "q": 2}, "b": {"p": 1, "q": 3}}),
        ("a: &x {p: 1}\nb: {p: 0, <<: *x}", {"a": {"p": 1}, "b": {"p": 0}}),
        ("- &x {p: 1}\n- &y {p: 2, q: 2}\n- {<<: [*x, *y]}", [{"p": 1}, {"p": 2, "q": 2}, {"p": 1, "q": 2}]),
        ('"<<": 1', {"<<": 1}),
        ('a: "\\ud800\\udc00"', {"a": "\U00010000"}),
        ("&k key: 1\nother: *k", {"key": 1, "other": "key"}),
    ],
)
def test_what_official_files_use_is_read(read: Any, text: str, value: object) -> None:
    """Integer keys, one-key flow mappings, anchors named again or with a colon, merge keys."""
    assert read(text) == value


def test_a_merged_key_keeps_its_place(read: Any) -> None:
    """The order of keys matters in commands and sort documents."""
    assert list(read("a: &x {p: 1, q: 2}\nb: {r: 0, <<: *x, s: 3, p: 9}")["b"]) == ["r", "p", "q", "s"]


def test_extended_json_is_decoded(read: Any) -> None:
    value = read("""
        a: {$numberLong: "5"}
        b: {$oid: "000000000000000000000001"}
        c: {$date: {$numberLong: "0"}}
        d: {$$type: int}
        e: {$set: {x: 1}}
    """)
    assert value["a"] == 5
    assert isinstance(value["a"], Int64)
    assert value["b"] == ObjectId("000000000000000000000001")
    assert value["c"].year == 1970
    assert value["d"] == {"$$type": "int"}
    assert value["e"] == {"$set": {"x": 1}}


def test_values_of_an_alias_are_shared() -> None:
    """A file with many aliases costs no more than its text."""
    value = parse_document("a: &x {p: [1]}\nb: *x").value
    assert value["a"] is value["b"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "a: !!python/object/apply:os.system [ls]",
            "f.yml:1:4: the tag !!python/object/apply:os.system is refused",
        ),
        ("a: !own {b: 1}", "f.yml:1:4: the tag !own is refused"),
        ("a: !!timestamp 2001-01-01", "f.yml:1:4: the tag !!timestamp is refused"),
        (
            "a: !!binary aGk=",
            "f.yml:1:4: the tag !!binary is refused: a file holds plain values; use Extended JSON",
        ),
        ("a: !!int x", 'f.yml:1:4: "x" is not a value of the tag !!int'),
        ("a: !!bool 1", 'f.yml:1:4: "1" is not a value of the tag !!bool'),
        ("a: !!null 1", 'f.yml:1:4: "1" is not a value of the tag !!null'),
        ("a: !!float true", 'f.yml:1:4: "true" is not a value of the tag !!float'),
        ("a: 0x" + "F" * 5000, "f.yml:1:4: the number does not fit in 64 bits"),
        ("a: !!int " + "9" * 30, "f.yml:1:4: the number does not fit in 64 bits"),
        ("a: 1\nb: 2\na: 3", 'f.yml:3:1: the key "a" is given twice; first on line 1'),
        ("{1: a, '1': b}", 'f.yml:1:8: the key "1" is given twice; first on line 1'),
        ("a: *nowhere", "f.yml:1:4: no anchor &nowhere stands before the alias *nowhere"),
        ("a: &x [1, *x]", "f.yml:1:11: the alias *x stands inside the value that it names"),
        ("? [1, 2]\n: 3", "f.yml:1:3: a key is a string, not a list or a mapping"),
        ("a: &x [1]\n*x : 2", "f.yml:2:1: the alias *x is no key: a key is a string"),
        ("a: {<<: 1}", "f.yml:1:9: << merges a mapping or a list of mappings, nothing else"),
        ('a: "\\ud800x"', "f.yml:1:4: half a surrogate pair is no character"),
        ("a: 1\n---\nb: 2", "f.yml:2:1: a second YAML document starts here; keep one document a file"),
        ("", "f.yml:1:1: the file is empty"),
        ("# only a comment\n", "f.yml:1:1: the file is empty"),
        (
            "a: [1, 2",
            "f.yml:1:9: not YAML: expected ',' or ']', but got '<stream end>' while parsing a flow sequence",
        ),
        ("a: 1\n  b: 2", "f.yml:2:4: not YAML: mapping values are not allowed here"),
        ("\ta: 1", "f.yml:1:1: not YAML: found character '\\t' that cannot start any token while scanning"),
        ("a: @x", "f.yml:1:4: not YAML: found character '@' that cannot start any token"),
        ("a: & b", "f.yml:1:5: not YAML: expected a name, but found ' '"),
        ('a: "x', "f.yml:1:6: not YAML: found unexpected end of stream while scanning a quoted scalar"),
        ("a: \x01", "f.yml:1:1: not YAML: unacceptable character #x0001: special characters are not allowed"),
        ('x:\n  a: {$oid: "12"}', "f.yml:2:6: $oid is not valid Extended JSON: '12' is not a valid ObjectId"),
        ('a: {$numberLong: "x"}', "f.yml:1:4: $numberLong is not valid Extended JSON: invalid literal"),
    ],
)
def test_what_is_refused_says_where_and_why(text: str, sentence: str) -> None:
    assert refused(text).startswith(sentence)


def test_an_alias_bomb_is_refused_at_once() -> None:
    """Nine levels of ten would be a billion values."""
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10))
    started = time.perf_counter()
    assert "with its aliases written out the file holds more than 1,000,000 values" in refused(bomb)
    assert time.perf_counter() - started < 1


def test_a_bomb_of_merge_keys_is_refused() -> None:
    bomb = "- &m0 {k: [x, x, x, x, x, x, x, x, x, x]}\n"
    bomb += "".join(
        f"- &m{n} {{a: *m{n - 1}, b: *m{n - 1}, c: *m{n - 1}, <<: *m{n - 1}}}\n" for n in range(1, 15)
    )
    assert "with its aliases written out" in refused(bomb)


@pytest.mark.parametrize(
    "text", ["[" * 5000, "{a: " * 5000, "- " * 5000 + "1", "a: " + "[" * 200 + "]" * 200]
)
def test_deep_nesting_is_a_sentence(text: str) -> None:
    sentence = refused(text)
    assert "nested more than 150 levels deep" in sentence or "not YAML" in sentence


@pytest.mark.parametrize("digits", ["9" * 100_000, "9223372036854775808", "-9223372036854775809", "1" * 25])
@pytest.mark.parametrize("syntax", ["yaml", "json"])
def test_a_number_that_bson_cant_hold_is_refused(digits: str, syntax: Any) -> None:
    """At the line that it stands on, without converting a hundred thousand digits."""
    with pytest.raises(
        SpecError, match=r"^f:2:\d+: the number does not fit in 64 bits; write it with a point"
    ):
        parse_document(f'{{"a": 1,\n "b": [{digits}]}}', name="f", syntax=syntax)


@pytest.mark.parametrize("syntax", ["yaml", "json"])
def test_the_largest_numbers_are_read(syntax: Any) -> None:
    text = f"[{2**63 - 1}, {-(2**63)}]"
    assert parse_document(text, syntax=syntax).value == [2**63 - 1, -(2**63)]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_positions_count_characters(end: str) -> None:
    """Lines and columns are those of an editor: characters, not bytes."""
    document = parse_document(
        end.join(["é: 1", '"𝄞𝄞": {b: [1, "ü", {c: d}]}', "last:", "  - x: 1", "  - y: 2"])
    )
    assert document.locate(("é",)) == (1, 1)
    assert document.locate(("𝄞𝄞",)) == (2, 1)
    assert document.locate(("𝄞𝄞", "b", 2, "c")) == (2, 21)
    assert document.locate(("last", 1)) == (5, 5)
    assert document.locate(("last", 1, "y")) == (5, 5)


def test_positions_of_the_tolerant_parser_are_the_same() -> None:
    """A file that libyaml refuses has its positions from the other parser."""
    assert _tolerant_parser() is not None
    document = parse_document("a: &x:y 1\nb:\n  - {c:d}\n  - e: *x:y\n")
    assert document.locate(("b", 1, "e")) == (4, 5)
    assert document.locate(("b", 0, "c:d")) == (3, 6)


def test_positions_lead_into_anchors_and_merges() -> None:
    """What an alias names stands where its anchor is."""
    text = (
        "base: &base\n  p: {q: 1}\nuse: *base\nmerged:\n  <<: *base\n  r: 2\nmany:\n  <<: [*base, {z: 1}]\n"
    )
    document = parse_document(text)
    assert document.locate(("use",)) == (3, 1)
    assert document.locate(("use", "p", "q")) == (2, 7)
    assert document.locate(("merged", "p")) == (2, 3)
    assert document.locate(("merged", "r")) == (6, 3)
    assert document.locate(("many", "z")) == (8, 16)


def test_a_path_that_leads_nowhere_ends_at_what_exists() -> None:
    document = parse_document("a:\n  b: 1\n")
    assert document.locate(("a", "missing", 3)) == (1, 1)
    assert document.locate(()) == (1, 1)
    assert isinstance(document, Document)
