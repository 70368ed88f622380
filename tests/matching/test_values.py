"""Single values: every rule of the format by a fact of its own, and what the sentences say."""

# ruff: noqa: DTZ901, FURB157  # the first of all dates; a decimal as a document would have it

from __future__ import annotations

import re
import sys
import uuid
from collections import OrderedDict
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any
from unittest.mock import ANY

import bson
import pytest
from bson import SON, Binary, Code, DBRef, Decimal128, Int64, MaxKey, MinKey, ObjectId, Regex, Timestamp
from bson.datetime_ms import DatetimeMS
from bson.raw_bson import RawBSONDocument
from dirty_equals import IsDatetime, IsInt, IsPartialDict, IsStr

from mongotape.errors import ExpectationError
from mongotape.expect import like, literal, same, text
from mongotape.matching import MISSING, match_exactly, match_value, operator, value_matcher

NAIVE = datetime(2024, 2, 29, 12, 30, 15, 123000)  # noqa: DTZ001
OID = ObjectId("65e07a1f0000000000000001")

MATCHING = [
    # Numbers compare by value, whatever their width.
    (1, 1.0),
    (1.0, Int64(1)),
    (Int64(1), 1),
    (2**40, Int64(2**40)),
    (-0.0, 0),
    (float("nan"), float("nan")),
    (float("inf"), float("inf")),
    (Decimal128("1.10"), Decimal128("1.10")),
    (Decimal128("NaN"), Decimal128("NaN")),
    # Documents: any key order, any mapping.
    ({"a": {"b": 1, "c": 2}}, {"a": SON([("c", 2), ("b", 1)])}),
    (OrderedDict([("a", 1), ("b", 2)]), {"b": 2, "a": 1}),
    ({"a": {"b": 1}}, RawBSONDocument(bson.encode({"a": {"b": 1.0}, "more": 1}))),
    (RawBSONDocument(bson.encode({"a": 1})), {"a": 1, "b": 2}),
    ({"a": (1, 2)}, {"a": [1, 2]}),
    ([1, [2]], (1, [2.0])),
    ({}, {"any": "thing"}),
    (DBRef("c", 1), {"$ref": "c", "$id": 1}),
    ({"$ref": "c", "$id": 1, "$db": "d"}, DBRef("c", 1, "d")),
    # A key with one dollar is data.
    ({"u": {"$set": {"a.b": 1}}}, {"u": {"$set": {"a.b": 1}}}),
    # Bytes, dates, expressions by their BSON value.
    (uuid.UUID(int=5), Binary(uuid.UUID(int=5).bytes, 4)),
    (Binary(b"x", 0), b"x"),
    (b"x", Binary(b"x")),
    (bytearray(b"x"), b"x"),
    (Binary(b"x", 128), Binary(b"x", 128)),
    (NAIVE.replace(tzinfo=UTC), NAIVE),
    (NAIVE, NAIVE.replace(tzinfo=UTC)),
    (NAIVE.replace(tzinfo=UTC).astimezone(timezone(timedelta(hours=-5))), NAIVE),
    (NAIVE.replace(microsecond=123999), NAIVE),
    (DatetimeMS(1), datetime(1970, 1, 1, microsecond=1000)),  # noqa: DTZ001
    (datetime.min, datetime.min.replace(tzinfo=UTC)),
    (
        datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
        DatetimeMS(-62135596800000 - 14 * 3600 * 1000),
    ),
    (re.compile("^a", re.IGNORECASE), Regex("^a", "iu")),
    (re.compile(b"^a"), Regex("^a")),
    (Code("f", {"a": 1}), Code("f", {"a": 1.0})),
    (None, None),
    ({"n": {"a": [1, float("nan")], "b": Int64(2)}}, {"n": {"b": 2.0, "a": [1.0, float("nan")]}}),
    # Operators.
    ({"a": {"$$exists": True}}, {"a": None}),
    ({"a": {"$$exists": False}}, {}),
    ({"n": {"a": {"$$exists": False}, "b": 1}}, {"n": {"b": 1}}),
    ({"a": {"$$unsetOrMatches": 1}}, {}),
    ({"n": {"a": {"$$unsetOrMatches": 1}}}, {"n": {}}),
    ({"a": {"$$unsetOrMatches": {"$$type": "string"}}}, {"a": "x"}),
    ({"$$unsetOrMatches": {"a": 1}}, {"a": 1, "more": 1}),
    ({"$$unsetOrMatches": {"a": 1}}, MISSING),
    ({"a": {"$$type": ["int", "long"]}}, {"a": Int64(1)}),
    ({"a": {"$$type": "array"}}, {"a": [1]}),
    ({"$$type": "number"}, Decimal128("1")),
    ({"$$type": "long"}, 2**31),
    ({"$$type": "int"}, 2**31 - 1),
    ({"$$type": "javascriptWithScope"}, Code("f", {})),
    ({"$$type": "javascript"}, Code("f")),
    ({"$$type": "dbPointer"}, DBRef("c", 1)),
    ({"$$type": "undefined"}, None),
    ({"$$type": "symbol"}, "x"),
    ({"$$lte": 5}, 5.0),
    ({"$$lte": Int64(5)}, -1),
    ({"$$matchesHexBytes": "DeadBEEF"}, b"\xde\xad\xbe\xef"),
    ({"$$matchesHexBytes": ""}, b""),
    (
        {"$$matchAsDocument": {"a": {"$$type": "objectId"}, "n": 1}},
        '{"n": 1.0, "a": {"$oid": "65e07a1f0000000000000001"}}',
    ),
    ({"$$matchAsDocument": {"$$matchAsRoot": {"a": 1}}}, '{"a": 1, "b": 2}'),
    ({"n": {"$$matchAsRoot": {"a": {"b": 1}}}}, {"n": {"a": {"b": 1}, "c": 1}}),
    ({"n": like({"a": 1})}, {"n": {"a": 1, "b": 1}}),
    ({"n": literal({"$$type": "x"})}, {"n": {"$$type": "x"}}),
    ([{"$$type": "int"}, {"$$matchAsRoot": {"a": 1}}], [5, {"a": 1, "b": 2}]),
    # Text, and objects with an equality of their own, wherever they stand.
    ({"a": [text("^ab"), {"b": text("z$")}]}, {"a": ["abc", {"b": "xyz"}]}),
    ({"$$text": "b"}, "abc"),
    (text("A", re.IGNORECASE), "xax"),
    ({"a": ANY, "n": {"b": ANY}}, {"a": None, "n": {"b": [1]}}),
    ({"a": [IsInt(gt=3), IsStr]}, {"a": [4, "x"]}),
    ({"a": IsPartialDict(b=1)}, {"a": {"b": 1, "c": 2}}),
    (IsDatetime(), NAIVE),
]

DIFFERENT = [
    # A bool is no number, and neither is a decimal or a text.
    (1, True, "expected 1 (int), observed True (bool)"),
    (True, 1, "expected True (bool), observed 1 (int)"),
    (0, False, "expected 0 (int), observed False (bool)"),
    (1, Decimal128("1"), "expected 1 (int), observed Decimal128('1') (decimal)"),
    (Decimal128("1"), 1, "expected Decimal128('1') (decimal), observed 1 (int)"),
    (Decimal128("1.0"), Decimal128("1.00"), "expected Decimal128('1.0'), observed Decimal128('1.00')"),
    (1, "1", "expected 1 (int), observed '1' (string)"),
    (str(OID), OID, f"expected '{OID}' (string), observed ObjectId('{OID}') (objectId)"),
    (OID, str(OID), f"expected ObjectId('{OID}') (objectId), observed '{OID}' (string)"),
    (2**53 + 1, float(2**53), "expected 9007199254740993, observed 9007199254740992.0"),
    (1.5, float("nan"), "expected 1.5, observed nan"),
    (-1, 1, "expected -1, observed 1"),
    ({"n": {"a": 1}}, {"n": {"a": True}}, "expected 1 (int), observed True (bool)"),
    ({"n": {"a": True}}, {"n": {"a": 1.0}}, "expected True (bool), observed 1.0 (double)"),
    ({"n": [0]}, {"n": [False]}, "expected 0 (int), observed False (bool)"),
    ({"n": [[False], 1]}, {"n": [[0], 1]}, "expected False (bool), observed 0 (int)"),
    (
        {"n": {"a": "x"}},
        {"n": {"a": Code("x")}},
        "expected 'x' (string), observed Code('x', None) (javascript)",
    ),
    ({"n": {"a": b"x"}}, {"n": {"a": Binary(b"x", 2)}}, "expected b'x', observed Binary(b'x', 2)"),
    (None, 0, "expected None (null), observed 0 (int)"),
    (None, MISSING, "expected None, observed nothing"),
    ("a", Code("a"), "expected 'a' (string), observed Code('a', None) (javascript)"),
    (Code("a"), "a", "expected Code('a', None) (javascript), observed 'a' (string)"),
    (
        Code("a"),
        Code("a", {}),
        "expected Code('a', None) (javascript), observed Code('a', {}) (javascriptWithScope)",
    ),
    (b"x", Binary(b"x", 5), "expected b'x', observed Binary(b'x', 5)"),
    (uuid.UUID(int=5), Binary(uuid.UUID(int=5).bytes, 3), None),
    (NAIVE, NAIVE.replace(microsecond=124000), None),
    (Timestamp(1, 1), Timestamp(1, 2), None),
    (MinKey(), MaxKey(), None),
    (re.compile("a"), "a", None),
    (Regex("a", "i"), Regex("a"), None),
    (text("a"), Regex("a"), "expected text('a'), observed Regex('a', 0) (regex)"),
    (text("a"), Code("a"), "expected text('a'), observed Code('a', None) (javascript)"),
    (text("a"), MISSING, "expected text('a'), observed nothing"),
    # Arrays have one length; their documents are nested.
    ([1], [1, 2], "expected 1 elements, observed 2"),
    ([1, 2], [1], "expected 2 elements, observed 1"),
    ([], [1], "expected 0 elements, observed 1"),
    ([], {}, "expected [] (array), observed {} (object)"),
    ({}, [], "expected {} (object), observed [] (array)"),
    ({"a": 1}, MISSING, "expected {'a': 1}, observed nothing"),
    # Operators.
    ({"$$exists": True}, MISSING, "expected to exist, observed nothing"),
    ({"$$exists": False}, None, "expected not to exist, observed None"),
    ({"$$type": "int"}, True, "expected type int, observed True (bool)"),
    ({"$$type": "int"}, Int64(1), "expected type int, observed 1 (long)"),
    ({"$$type": "int"}, 2**31, "expected type int, observed 2147483648 (long)"),
    ({"$$type": ["string", "bool"]}, 1, "expected type string or bool, observed 1 (int)"),
    ({"$$type": "number"}, True, "expected type number, observed True (bool)"),
    ({"$$type": "string"}, MISSING, "expected type string, observed nothing"),
    ({"$$type": "int"}, [1], "expected type int, observed [1] (array)"),
    ({"$$type": "javascript"}, "x", "expected type javascript, observed 'x' (string)"),
    ({"$$unsetOrMatches": 1}, None, "expected 1 (int), observed None (null)"),
    ({"$$unsetOrMatches": {"a": 1}}, {}, "expected 1, observed nothing"),
    ({"$$lte": 1}, 2, "expected at most 1, observed 2"),
    ({"$$lte": 1}, True, "expected a number of at most 1, observed True (bool)"),
    ({"$$lte": 1}, Decimal128("0"), "expected a number of at most 1, observed Decimal128('0') (decimal)"),
    ({"$$lte": 1}, float("nan"), "expected at most 1, observed nan"),
    ({"$$lte": 1}, MISSING, "expected a number of at most 1, observed nothing"),
    ({"$$matchesHexBytes": "00"}, b"", "expected the bytes '00', observed ''"),
    ({"$$matchesHexBytes": "61"}, "a", "expected the bytes '61', observed 'a' (string)"),
    ({"$$matchAsDocument": {"a": 1}}, '{"a": 1, "b": 2}', None),
    ({"$$matchAsDocument": {"a": 1}}, "{", None),
    ({"$$matchAsDocument": {"a": 1}}, "[]", "expected a document as Extended JSON, observed '[]'"),
    ({"$$matchAsDocument": {"a": 1}}, {"a": 1}, "expected a text of Extended JSON, observed {'a': 1}"),
    ({"$$matchAsRoot": {"a": 1}}, "x", "expected {'a': 1} (object), observed 'x' (string)"),
    (ANY, MISSING, "expected <ANY>, observed nothing"),
    (IsInt(gt=3), 3, "expected IsInt(gt=3) (IsInt), observed 3 (int)"),
]


@pytest.mark.parametrize(("expected", "actual"), MATCHING, ids=range(len(MATCHING)))
def test_matches(expected, actual):
    """It matches, to the deciding and to the explaining side."""
    assert match_value(expected, actual) == ()
    assert value_matcher(expected).holds(actual)


@pytest.mark.parametrize(("expected", "actual", "why"), DIFFERENT, ids=range(len(DIFFERENT)))
def test_differs(expected, actual, why):
    """It differs, and the first sentence says how."""
    found = match_value(expected, actual)
    assert found
    assert not value_matcher(expected).holds(actual)
    if why is not None:
        assert found[0].why == why


def test_only_a_root_may_have_more_keys():
    """The rootness of a value is the caller's to say; nested documents and elements are closed."""
    assert match_value({"a": 1}, {"a": 1, "b": 2}) == ()
    assert [each.where for each in match_value({"a": 1}, {"a": 1, "b": 2}, root=False)] == ["b"]
    assert [each.where for each in match_value({"n": {"a": 1}}, {"n": {"a": 1, "b": 2}})] == ["n.b"]
    documents = [{"a": 1}], [{"a": 1, "b": 2}]
    assert [each.where for each in match_value(*documents)] == ["[0].b"]
    assert match_value(*documents, root="elements") == ()
    assert match_value({"$$unsetOrMatches": documents[0]}, documents[1], root="elements") == ()
    assert match_value([[{"a": 1}]], [[{"a": 1, "b": 2}]], root="elements") != ()


def test_every_difference_is_told_with_its_path():
    """Not only the first one; a key with a dot or a dollar reads as what it is."""
    found = match_value(
        {"u": [{"$inc": {"a.b": 1, "": 2}}], "gone": {"$$type": "int"}},
        {"u": [{"$inc": {"a.b": 2, "": 3, "x": 1}}]},
    )
    assert [str(each) for each in found] == [
        "u[0].$inc['a.b']: expected 1, observed 2",
        "u[0].$inc['']: expected 2, observed 3",
        "u[0].$inc.x: observed 1, and a nested document may have no key that is not expected",
        "gone: expected type int, observed nothing",
    ]
    assert [each.path for each in found][:2] == [("u", 0, "$inc", "a.b"), ("u", 0, "$inc", "")]


@pytest.mark.parametrize(
    ("expected", "complaint"),
    [
        ({"a": {"$$exist": True}}, "a: unknown operator '$$exist'; did you mean \"$$exists\"?"),
        ({"a": {"$$placeholder": 1}}, "a: unknown operator '$$placeholder'"),
        ({"a": {"$$exists": 1}}, "a: $$exists takes true or false, not 1"),
        ({"a": {"$$type": "integer"}}, "a: $$type 'integer' is no alias of a BSON type"),
        ({"a": {"$$type": "Int"}}, "a: $$type 'Int' is no alias of a BSON type; did you mean \"int\"?"),
        ({"a": {"$$type": []}}, "a: $$type takes the alias of a BSON type or a list of them, not []"),
        ({"a": {"$$type": 16}}, "a: $$type takes the alias of a BSON type or a list of them, not 16"),
        ({"a": {"$$lte": "1"}}, "a: $$lte takes a number, not '1'"),
        ({"a": {"$$lte": True}}, "a: $$lte takes a number, not True"),
        ({"a": {"$$lte": float("nan")}}, "a: $$lte takes a number, not nan"),
        (
            {"$$matchesHexBytes": "abc"},
            "$$matchesHexBytes takes an even number of hexadecimal digits, not 'abc'",
        ),
        (
            {"$$matchesHexBytes": "a b "},
            "$$matchesHexBytes takes an even number of hexadecimal digits, not 'a b '",
        ),
        (
            {"$$matchesHexBytes": b"ab"},
            "$$matchesHexBytes takes an even number of hexadecimal digits, not b'ab'",
        ),
        ({"a": {"$$matchAsRoot": 1}}, "a: $$matchAsRoot takes a document, not 1"),
        ({"a": {"$$matchAsDocument": "{}"}}, "a: $$matchAsDocument takes a document, not '{}'"),
        ({"a": {"$$matchAsDocument": {"b": {"$$x": 1}}}}, "a.$$matchAsDocument.b: unknown operator '$$x'"),
        (
            {"a": [{"$$unsetOrMatches": 1}]},
            "a[0]: $$unsetOrMatches stands in an array, whose elements can't be unset",
        ),
        (
            {"a": {"$$exists": True, "b": 1}},
            "a: $$exists among 2 keys: an operator stands alone in its document",
        ),
        ({"a": {"$$matchesEntity": 1}}, "a: $$matchesEntity takes the name of an entity, not 1"),
        (
            {"a": {"$$sessionLsid": "s"}},
            "a: $$sessionLsid looks up an entity, and only a specification test has entities",
        ),
        ({"a": {"$$text": "("}}, "a: text('('): no regular expression"),
        ({"a": {"$$text": 1}}, "a: $$text takes a regular expression, not 1"),
        ({"a": {"$$same": {"nam": "x"}}}, "a: $$same takes a name, or a mapping with name and otherThan"),
        ({"a": Decimal("1")}, "a: Decimal('1') (Decimal) is no number of BSON's"),
        ({"a": [Fraction(1, 2)]}, "a[0]: Fraction(1, 2) (Fraction) is no number of BSON's"),
        ([{"a": {"$$x": 1}}], "expected[0].a: unknown operator '$$x'"),
        (same("x"), "a capture relates events of one assertion"),
    ],
)
def test_what_cant_be_read_is_an_error_with_its_place(expected, complaint):
    """Never a literal, whether the place is reached or not, and also behind a difference."""
    for actual in ({}, {"a": 1}, MISSING, "text"):
        with pytest.raises(ExpectationError, match=re.escape(complaint)) as caught:
            match_value(expected, actual)
        assert not isinstance(caught.value, AssertionError)


class Entities:
    """What a specification test stores."""

    def value(self, name: str) -> Any:
        return {"doc": {"_id": 1, "x": {"$$type": "int"}}, "number": 5}[name]

    def session_lsid(self, name: str) -> Any:
        return {"s": {"id": Binary(b"a" * 16, 4)}}[name]


def test_entities_are_looked_up_and_literal():
    """What a test stored is a value: no key of it is an operator, and an unknown name is an error."""
    entities = Entities()
    assert match_value({"a": {"$$matchesEntity": "number"}}, {"a": 5.0}, entities=entities) == ()
    assert match_value({"a": {"$$matchesEntity": "number"}}, {"a": 6}, entities=entities) != ()
    stored = {"_id": 1, "x": {"$$type": "int"}}
    assert match_value({"$$matchesEntity": "doc"}, stored, entities=entities) == ()
    assert match_value({"$$matchesEntity": "doc"}, {"_id": 1, "x": 7}, entities=entities) != ()
    lsid = {"id": uuid.UUID(bytes=b"a" * 16)}
    assert match_value({"lsid": {"$$sessionLsid": "s"}}, {"lsid": lsid}, entities=entities) == ()
    assert match_value({"lsid": {"$$sessionLsid": "s"}}, {}, entities=entities) != ()
    with pytest.raises(ExpectationError, match=re.escape("lsid: $$sessionLsid 't': no entity 't'")):
        match_value({"lsid": {"$$sessionLsid": "t"}}, {}, entities=entities)


def test_outcome_is_compared_exactly():
    """Types too, and nothing in a stored document is an operator."""
    assert match_exactly([{"_id": 1, "a": {"x": 1, "y": 2}}], [{"a": {"y": 2, "x": 1}, "_id": 1}]) == ()
    assert match_exactly({"a": {"$$exists": True}}, {"a": {"$$exists": True}}) == ()
    for expected, actual, same_number in (
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ({"a": 1}, {"a": 1.0}, True),
        ({"a": 1}, {"a": Int64(1)}, True),
        ({"a": True}, {"a": 1}, False),
        ({"a": {"$$exists": True}}, {"a": 1}, False),
        ([{"a": 1}], [{"a": 1}, {"a": 2}], False),
    ):
        assert match_exactly(expected, actual)
        assert (match_exactly(expected, actual, flexible_numbers=True) == ()) is same_number


def test_an_operator_of_ones_own_is_one_function():
    """It complains, it sees the context and a missing value, it refuses a senseless argument."""

    @operator("$$startsWith")
    def starts_with(prefix, actual, context):
        if not isinstance(prefix, str):
            raise ValueError(f"takes a text, not {prefix!r}")
        if not isinstance(actual, str) or not actual.startswith(prefix):
            yield f"expected a text that starts with {prefix!r}, observed {actual!r}"

    mine = [starts_with]
    assert match_value({"a": {"$$startsWith": "x"}}, {"a": "xy"}, operators=mine) == ()
    (found,) = match_value({"n": {"a": {"$$startsWith": "x"}}}, {"n": {}}, operators=mine)
    assert str(found) == "n.a: expected a text that starts with 'x', observed nothing"
    assert match_value({"n": {"a": {"$$startsWith": "x"}}}, {"n": {"a": "x", "b": 1}}, operators=mine) != ()
    with pytest.raises(ExpectationError, match=re.escape("a: $$startsWith takes a text, not 1")):
        match_value({"a": {"$$startsWith": 1}}, {"a": "x"}, operators=mine)
    with pytest.raises(ExpectationError, match="exists already"):
        match_value({}, {}, operators=[*mine, *mine])
    with pytest.raises(ExpectationError, match="exists already"):
        match_value({}, {}, operators=[operator("$$exists")(starts_with.complain)])
    with pytest.raises(ExpectationError, match="starts with two dollars"):
        operator("$startsWith")
    with pytest.raises(ExpectationError, match="make one with @operator"):
        match_value({}, {}, operators=[lambda: None])


@pytest.mark.parametrize("answer", [None, True, False, "", "it is odd"])
def test_an_operator_that_answers_instead_of_yielding_is_an_error(answer):
    """It would pass, or complain of single letters."""
    odd = operator("$$odd")(lambda _argument, _actual, _context: answer)
    sentence = f"a: $$odd returned {answer!r}; its function yields a sentence for each complaint"
    with pytest.raises(ExpectationError, match=re.escape(sentence)):
        match_value({"a": {"$$odd": 1}}, {"a": 1}, operators=[odd])
    listing = operator("$$odd")(lambda _argument, _actual, _context: [])
    assert match_value({"a": {"$$odd": 1}}, {"a": 1}, operators=[listing]) == ()


class Refusing:
    """Its comparison raises."""

    def __eq__(self, other: object) -> bool:
        raise ZeroDivisionError("not comparable")

    __hash__ = None  # type: ignore[assignment]


class Vague:
    """Its comparison returns something that is neither true nor false."""

    def __eq__(self, other: object) -> Any:
        return Refusing.__new__(Vague)

    def __bool__(self) -> bool:
        raise TypeError("ambiguous")

    __hash__ = None  # type: ignore[assignment]


def test_an_equality_that_raises_is_an_error_that_says_where():
    """Neither a pass nor a failed comparison."""
    with pytest.raises(
        ExpectationError, match=r"a\.b: comparing .* with 1 raised ZeroDivisionError: not comparable"
    ):
        match_value({"a": {"b": Refusing()}}, {"a": {"b": 1}})
    with pytest.raises(ExpectationError, match="raised TypeError: ambiguous"):
        match_value({"a": Vague()}, {"a": 1})
    assert match_value({"a": 1}, {"a": Refusing()}) != ()


class AnyText(str):
    """A text that equals every text."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str)

    __hash__ = str.__hash__


def test_a_subclass_with_its_own_equality_is_asked():
    """As ``unittest.mock.ANY`` is; subclasses without one are what they extend."""
    assert match_value({"a": AnyText()}, {"a": "whatever"}) == ()
    assert match_value({"a": AnyText()}, {"a": 1}) != ()
    assert match_value({"a": type("Name", (str,), {})("x")}, {"a": "x"}) == ()
    assert match_value({"a": {1, 2}}, {"a": {2, 1}}) == ()


def nested(depth: int, leaf: Any = 1) -> Any:
    value = leaf
    for _ in range(depth):
        value = {"a": [value]}
    return value


def test_documents_of_a_hundred_levels_are_compared():
    """A server takes 100 levels; more than 128 are an error, and no crash."""
    assert match_value(nested(50), nested(50)) == ()
    assert match_value(nested(50), nested(50, 2))[0].path == ("a", 0) * 50
    assert match_value(nested(50, {"$$type": "int"}), nested(50, 2)) == ()
    with pytest.raises(ExpectationError, match="is deeper than 128 levels"):
        match_value(nested(sys.getrecursionlimit()), {})


def test_a_document_inside_itself_is_an_error():
    """Cyclic expectations are told; cyclic observations end where the expectation does."""
    cyclic: dict[str, Any] = {"x": 1}
    cyclic["me"] = [cyclic]
    with pytest.raises(ExpectationError, match=re.escape("me[0]: the expected dict stands inside itself")):
        match_value(cyclic, {})
    assert match_value({"me": [like({"x": 1})]}, cyclic) == ()
    assert match_value({"me": [like({"x": 2})]}, cyclic)[0].where == "me[0].x"
    assert match_value({"me": 1}, cyclic)[0].why.startswith("expected 1 (int), observed [{'x': 1, 'me': ")


def test_a_document_that_shares_its_parts_a_million_times_is_no_trap():
    """What is shared is looked at once, or refused, but never forever."""
    shared: dict[str, Any] = {"leaf": 1}
    for _ in range(90):
        shared = {"a": shared, "b": shared}
    assert match_value({"top": shared}, {"top": 1})[0].where == "top"
    assert match_value({"top": shared}, {}) != ()


def test_a_huge_string_is_cut_in_the_sentence():
    """A sentence stays a sentence."""
    huge = "x" * 10_000_000
    (found,) = match_value({"a": huge}, {"a": huge + "y"})
    assert found.expected == huge
    assert len(found.why) < 300
    (found,) = match_value({"a": 1}, {"a": {str(n): huge for n in range(1000)}})
    assert len(found.why) < 1000
    assert "and 996 more" in found.why


class Unspeakable:
    """Its repr raises."""

    def __repr__(self) -> str:
        raise RuntimeError("no words")


def test_a_value_whose_repr_raises_is_named_by_its_type():
    """The sentence is made all the same."""
    (found,) = match_value({"a": 1}, {"a": Unspeakable()})
    assert found.why == "expected 1 (int), observed <Unspeakable> (Unspeakable)"
