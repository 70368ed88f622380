"""What was published stays as it was, whatever BSON can or can't hold."""

from __future__ import annotations

import uuid
from datetime import time

import pytest
from bson import SON, Binary, Int64, ObjectId, encode
from bson.datetime_ms import DatetimeMS
from bson.raw_bson import RawBSONDocument
from hypothesis import given
from hypothesis import strategies as st

from mongotape.frozen import Copied, freeze, thaw

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.text()
)
DOCUMENTS = st.recursive(
    st.dictionaries(st.text().filter(lambda key: "\0" not in key), SCALARS),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner | SCALARS | st.lists(inner | SCALARS)),
    max_leaves=20,
)


@given(DOCUMENTS)
def test_what_bson_holds_comes_back(document: dict) -> None:
    """Freezing and thawing loses nothing and shares nothing."""
    frozen = freeze(document)
    assert isinstance(frozen, bytes)
    assert thaw(frozen) == document
    assert thaw(frozen) is not thaw(frozen)


def test_bson_types_come_back() -> None:
    """A UUID is read as a Binary, a date out of Python's range as its milliseconds."""
    key = uuid.uuid4()
    document = SON(
        [
            ("i", Int64(1)),
            ("u", key),
            ("o", ObjectId()),
            ("d", DatetimeMS(2**60)),
            ("raw", RawBSONDocument(encode({"a": 1}))),
        ]
    )
    thawed = thaw(freeze(document))
    assert thawed["u"] == Binary(key.bytes, 4)
    assert thawed["d"] == DatetimeMS(2**60)
    assert thawed["raw"] == {"a": 1}
    assert type(thawed["i"]) is Int64


@pytest.mark.parametrize(
    "odd", [{1, 2}, 2**70, object(), "\ud800", {"a\0b": 1}, time(1, 2)], ids=lambda odd: type(odd).__name__
)
def test_what_bson_cannot_hold_is_copied(odd: object) -> None:
    """An unencodable value is kept, in a structure of its own."""
    inner = [odd, {"x": 1}]
    frozen = freeze({"odd": inner})
    inner[1]["x"] = 2
    inner.append("later")
    assert isinstance(frozen, Copied)
    assert thaw(frozen)["odd"][1:] == [{"x": 1}]
    assert type(thaw(frozen)["odd"][0]) is type(odd)


def test_cycles_and_depth_end() -> None:
    """A document inside itself, or thousands deep, is cut with a word instead of an endless copy."""
    cyclic: dict = {"name": "me"}
    cyclic["self"] = cyclic
    assert thaw(freeze(cyclic)) == {"name": "me", "self": "<dict inside itself>"}
    deep: dict = {}
    for _ in range(5000):
        deep = {"d": deep}
    assert "d" in thaw(freeze(deep))
