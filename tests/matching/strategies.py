"""Generated BSON values, and expectations that are nearly made for them."""

# ruff: noqa: DTZ001  # a time without a zone is a BSON date, too

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from bson import Binary, Code, DBRef, Decimal128, Int64, MaxKey, MinKey, ObjectId, Regex, Timestamp
from hypothesis import strategies as st

KEYS = st.sampled_from(["a", "b", "c", "x.y", "$in", "$", "", "_id"])
TEXTS = st.sampled_from(
    ["", "a", "b", "abc", "ü", "1", "{}", '{"a": 1}', '{"a": {"$oid": "' + "5" * 24 + '"}}']
)
SCALARS: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, 1, -1, 2, 2**31, 2**53 + 1, -(2**63)]),
    st.sampled_from([0.0, 1.0, -0.0, 1.5, float("nan"), float("inf"), 2.0**53]),
    st.sampled_from([Int64(0), Int64(1), Int64(2**40)]),
    st.sampled_from([Decimal128("1"), Decimal128("1.0"), Decimal128("NaN")]),
    TEXTS,
    st.sampled_from(
        [b"", b"a", Binary(b"a", 0), Binary(b"a", 5), Binary(b"a" * 16, 4), Binary(b"a" * 16, 3)]
    ),
    st.sampled_from([uuid.UUID(bytes=b"a" * 16), uuid.UUID(int=0)]),
    st.sampled_from([ObjectId("5" * 24), ObjectId("6" * 24)]),
    st.sampled_from(
        [
            datetime(2024, 1, 1),
            datetime(2024, 1, 1, microsecond=1000),
            datetime(2024, 1, 1, microsecond=1999),
            datetime(2024, 1, 1, tzinfo=UTC),
            datetime(2024, 1, 1, 2, tzinfo=timezone(timedelta(hours=2))),
            datetime(1, 1, 1),
        ]
    ),
    st.sampled_from(
        [Regex("a"), Regex("a", "i"), re.compile("a"), re.compile("a", re.IGNORECASE), re.compile(b"a")]
    ),
    st.sampled_from([Code("a"), Code("a", {}), Code("a", {"b": 1}), Code("a", {"b": 1.0}), Code("b")]),
    st.sampled_from([Timestamp(1, 1), Timestamp(1, 2), MinKey(), MaxKey()]),
    st.sampled_from([DBRef("a", 1), DBRef("a", 1, "d"), DBRef("b", 1)]),
)


def _containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3)


VALUES: st.SearchStrategy[Any] = st.recursive(SCALARS, _containers, max_leaves=8)
DOCUMENTS: st.SearchStrategy[dict[str, Any]] = st.dictionaries(KEYS, VALUES, max_size=4)

ALIASES = st.sampled_from(
    [
        "double",
        "string",
        "object",
        "array",
        "binData",
        "objectId",
        "bool",
        "date",
        "null",
        "regex",
        "javascript",
        "javascriptWithScope",
        "int",
        "timestamp",
        "long",
        "decimal",
        "minKey",
        "maxKey",
        "number",
        "undefined",
    ]
)


@st.composite
def near(draw: Any, value: Any, *, element: bool = False) -> Any:  # noqa: PLR0912  # one branch a change
    """An expectation that often matches the value: the value, a change of it, or an operator over it."""
    turn = draw(st.integers(0, 15))
    if turn == 0:
        return draw(VALUES)
    if turn == 1:
        return {"$$exists": draw(st.booleans())}
    if turn == 2:
        return {"$$type": draw(ALIASES | st.lists(ALIASES, min_size=1, max_size=2))}
    if turn == 3 and not element:
        return {"$$unsetOrMatches": draw(near(value))}
    if turn == 4:
        return {"$$lte": draw(st.sampled_from([0, 1, 1.5, Int64(1), float("inf")]))}
    if turn == 5 and isinstance(value, dict | DBRef):
        document = value if isinstance(value, dict) else dict(value.as_doc())
        return {"$$matchAsRoot": draw(near_document(document))}
    if turn == 6 and isinstance(value, bytes):
        return {
            "$$matchesHexBytes": draw(st.sampled_from([bytes(value).hex(), bytes(value).hex().upper(), ""]))
        }
    if turn == 6 and isinstance(value, str):
        return {"$$matchAsDocument": {"a": draw(st.sampled_from([1, 1.0, {"$$type": "objectId"}, {}]))}}
    if turn == 7:
        return {"$$text": draw(st.sampled_from(["a", "^$", "b+"]))}
    if turn == 8 and type(value) in (bool, int, float) and value in (0, 1):
        return draw(st.sampled_from([bool(value), int(value), float(value), Int64(value)]))
    if turn == 8 and isinstance(value, bytes | str) and value:
        kinds: list[Any] = (
            [Code(value), value] if isinstance(value, str) else [Binary(value, 0), Binary(value, 5), value]
        )
        return draw(st.sampled_from(kinds))
    if isinstance(value, dict):
        return draw(near_document(value))
    if isinstance(value, list):
        elements = [draw(near(each, element=True)) for each in value]
        return elements[:-1] if turn == 11 else elements
    if type(value) is int and turn == 8:
        return float(value)
    return value


@st.composite
def near_document(draw: Any, value: dict[str, Any]) -> Any:
    """The same for a document: keys may go, come, change their order."""
    keys = draw(st.permutations(list(value)))
    document = {key: draw(near(value[key])) for key in keys if draw(st.integers(0, 7))}
    if not draw(st.integers(0, 5)):
        document[draw(KEYS)] = draw(near(draw(VALUES)))
    return document
