"""Errors: the server's codes where a server refuses, 238 where mongomock can't, a sentence in any case."""

from __future__ import annotations

import datetime as dt

import mongomock
import pytest
from bson import DatetimeMS, Regex
from pymongo import MongoClient
from pymongo.errors import DuplicateKeyError, OperationFailure, PyMongoError, WriteError
from pymongo.read_concern import ReadConcern

from mongotape.mock import serve


def _failure(work):
    with pytest.raises(PyMongoError) as caught:
        work()
    return caught.value


def test_a_duplicate_id_says_key_pattern_and_key_value(items):
    error = _failure(lambda: items.insert_one({"_id": 3}))
    assert isinstance(error, DuplicateKeyError)
    assert error.details["keyPattern"] == {"_id": 1}
    assert error.details["keyValue"] == {"_id": 3}
    assert error.details["errmsg"] == (
        "E11000 duplicate key error collection: shop.items index: _id_ dup key: { _id: 3 }"
    )


def test_a_unique_index_says_its_name_pattern_and_value(items):
    items.create_index([("a", 1), ("b", -1)], unique=True, name="ab", sparse=True)
    items.insert_one({"_id": 20, "a": "x", "b": 1})
    for work in (
        lambda: items.insert_one({"_id": 21, "a": "x", "b": 1}),
        lambda: items.update_one({"_id": 1}, {"$set": {"a": "x", "b": 1}}),
        lambda: items.replace_one({"_id": 1}, {"a": "x", "b": 1}),
        lambda: items.find_one_and_update({"_id": 1}, {"$set": {"a": "x", "b": 1}}),
    ):
        error = _failure(work)
        assert error.details["keyPattern"] == {"a": 1, "b": -1}
        assert error.details["keyValue"] == {"a": "x", "b": 1}
        assert 'index: ab dup key: { a: "x", b: 1 }' in str(error)
    assert items.find_one({"_id": 1}) == {"_id": 1, "n": 1, "even": False}


def test_a_unique_index_sees_each_element_of_an_array(items):
    items.create_index("tags", unique=True, sparse=True)
    items.insert_one({"_id": 20, "tags": ["a", "b"]})
    assert _failure(lambda: items.insert_one({"_id": 21, "tags": ["c", "b"]})).details["keyValue"] == {
        "tags": "b"
    }
    items.insert_one({"_id": 22, "tags": ["c"]})


def test_a_unique_index_over_duplicates_is_not_built(items):
    error = _failure(lambda: items.create_index("even", unique=True))
    assert error.code == 11000
    assert "Index build failed" in str(error)
    assert list(items.index_information()) == ["_id_"]


REFUSED = [
    (9, lambda c: c.update_one({}, {"$nonsense": {"a": 1}}), r"Unknown modifier: \$nonsense"),
    (9, lambda c: c.update_one({}, {"$set": 3}), "Modifiers operate on fields"),
    (14, lambda c: c.update_one({}, {"$inc": {"n": "a"}}), "non-numeric argument"),
    (14, lambda c: c.update_one({"_id": 1}, {"$inc": {"even": 1}}), "of non-numeric type bool"),
    (2, lambda c: c.update_one({"_id": 1}, {"$push": {"n": 1}}), "must be an array but is of type int"),
    (2, lambda c: c.update_one({"_id": 1}, {"$addToSet": {"n": 1}}), "non-array type int"),
    (
        40,
        lambda c: c.update_one({}, {"$set": {"a.b": 1}, "$unset": {"a": 1}}),
        "would create a conflict at 'a.b'",
    ),
    (66, lambda c: c.update_one({"_id": 1}, {"$set": {"_id": 2}}), "immutable"),
    (2, lambda c: list(c.find({"n": {"$nonsense": 1}})), r"unknown operator: \$nonsense"),
    (2, lambda c: list(c.find({"$nonsense": 1})), r"unknown top level operator: \$nonsense"),
    (2, lambda c: list(c.find({"$or": []})), "nonempty array"),
    (31254, lambda c: list(c.find({}, {"a": 1, "b": 0})), "exclusion on field b in inclusion projection"),
    (31253, lambda c: list(c.find({}, {"a": 0, "b": 1})), "inclusion on field b in exclusion projection"),
    (2, lambda c: list(c.find(hint="nothing_1")), "does not correspond to an existing index"),
    (40324, lambda c: list(c.aggregate([{"$nonsense": 1}])), "Unrecognized pipeline stage name"),
    (40323, lambda c: list(c.aggregate([{"$match": {}, "$limit": 1}])), "exactly one field"),
    (40415, lambda c: c.database.command("find", "items", nonsense=1), "'find.nonsense' is an unknown field"),
    (40414, lambda c: c.database.command("insert", "items"), "'insert.documents' is missing"),
    (
        14,
        lambda c: c.database.command("find", "items", filter="x"),
        "wrong type 'string', expected type 'object'",
    ),
    (51024, lambda c: c.database.command("find", "items", skip=-1), "'skip' value must be >= 0"),
    (51024, lambda c: c.database.command("find", "items", batchSize=-1), "'batchSize' value must be >= 0"),
    (
        14,
        lambda c: c.database.command("find", "items", limit="x"),
        "wrong type 'string', expected type 'int'",
    ),
    (
        72,
        lambda c: c.with_options(read_concern=ReadConcern("linearizable")).aggregate([{"$out": "x"}]),
        "linearizable",
    ),
    (16, lambda c: c.database.command("insert", "items", documents=[]), "between 1 and 100000"),
    (53, lambda c: c.insert_one({"_id": [1]}), "cannot be of type array"),
    (53, lambda c: c.insert_one({"_id": Regex("a")}), "cannot be of type regex"),
    (52, lambda c: c.insert_one({"_id": {"$a": 1}}), r"\$a is not valid for storage"),
    (59, lambda c: c.database.command("nonsense"), "no such command: 'nonsense'"),
    (26, lambda c: c.database.nothing.rename("other"), "does not exist"),
    (20, lambda c: c.rename("items"), "to itself"),
    (27, lambda c: c.drop_index("nothing"), "index not found with name"),
    (72, lambda c: c.drop_index("_id_"), "cannot drop _id index"),
    (73, lambda c: c.database.command("create", "a$b"), "Invalid collection name"),
    (73, lambda c: c.database.command("find", 1), "collection name has invalid type int"),
    (13, lambda c: c.database.command("listDatabases"), "against the admin database"),
    (13, lambda c: c.database.command("renameCollection", "a.b", to="a.c"), "against the admin database"),
    (18, lambda c: c.database.command("saslStart", mechanism="PLAIN"), "has no users"),
    (72, lambda c: c.database.command("getParameter", nonsense=1), "no option found to get"),
]


@pytest.mark.parametrize(
    ("code", "work", "sentence"), REFUSED, ids=[f"{code}-{n}" for n, (code, *_) in enumerate(REFUSED)]
)
def test_what_a_server_refuses_is_refused_with_its_code(items, code, work, sentence):
    with pytest.raises(OperationFailure, match=sentence) as caught:
        work(items)
    assert caught.value.code == code


MALFORMED = [
    (14, {"insert": "items", "documents": [3]}, "wrong type 'int', expected type 'object'"),
    (40414, {"update": "items", "updates": [{"q": {}}]}, "updates.u' is missing"),
    (9, {"update": "items", "updates": [{"q": {}, "u": 3}]}, "an object or an array"),
    (40414, {"delete": "items", "deletes": [{"q": {}}]}, "deletes.limit' is missing"),
    (14, {"delete": "items", "deletes": [3]}, "an array of objects"),
]


@pytest.mark.parametrize(("code", "command", "sentence"), MALFORMED)
def test_statements_that_no_driver_would_send_are_refused_too(served, code, command, sentence):
    reply = served._service.run(command, next(iter(command)), "shop")
    (error,) = reply["writeErrors"]
    assert error["code"] == code
    assert sentence in error["errmsg"]


LACKING = [
    ("the update operator $mul", lambda c: c.update_one({}, {"$mul": {"n": 2}})),
    ("the positional operator of 'a.$[].b'", lambda c: c.update_one({"_id": 1}, {"$set": {"a.$[].b": 1}})),
    ("Array filters", lambda c: c.update_one({}, {"$set": {"a.$[x]": 1}}, array_filters=[{"x": 1}])),
    ("the query operator $mod", lambda c: list(c.find({"n": {"$mod": [2, 0]}}))),
    ("$where", lambda c: list(c.find({"$where": "x"}))),
    ("collations (locale 'en')", lambda c: list(c.find(collation={"locale": "en"}))),
    ("collations (locale 'en')", lambda c: c.delete_one({}, collation={"locale": "en"})),
    ("the field 'let' of find", lambda c: list(c.find(let={"a": 1}))),
    ("the field 'showRecordId' of find", lambda c: list(c.find(show_record_id=True))),
    ("compute a value ('x')", lambda c: list(c.find({}, {"x": "$n"}))),
    ("sorting by $meta", lambda c: list(c.find(sort={"x": {"$meta": "textScore"}}))),
    ("the aggregation stage $merge", lambda c: list(c.aggregate([{"$merge": "x"}]))),
    ("the aggregation stage $unionWith", lambda c: list(c.aggregate([{"$unionWith": "x"}]))),
    (
        "the aggregation expression $setField",
        lambda c: list(c.aggregate([{"$set": {"a": {"$setField": {}}}}])),
    ),
    ("change streams", lambda c: c.watch().next()),
    ("the command mapReduce", lambda c: c.database.command("mapReduce", "items")),
    ("the collection option 'capped'", lambda c: c.database.create_collection("x", capped=True, size=9)),
    ("indexes of the kind 'text'", lambda c: c.create_index([("a", "text")])),
    ("the index option 'hidden'", lambda c: c.create_index("a", hidden=True)),
    ("start with '$'", lambda c: c.insert_one({"$a": 1})),
    (
        "upserts of a document whose _id is null",
        lambda c: c.update_one({"_id": None}, {"$set": {"a": 1}}, upsert=True),
    ),
]


@pytest.mark.parametrize(("what", "work"), LACKING, ids=[what for what, _ in LACKING])
def test_what_mongomock_lacks_is_named_with_code_238(items, what, work):
    with pytest.raises(OperationFailure) as caught:
        work(items)
    assert caught.value.code == 238
    assert what in str(caught.value)
    assert "mongomock" in str(caught.value)


def test_a_failed_update_changes_nothing_of_the_document(items):
    for change in ({"$set": {"n": 99}, "$mul": {"m": 2}}, {"$set": {"n": 99}, "$inc": {"even": 1}}):
        with pytest.raises(WriteError):
            items.update_one({"_id": 1}, change)
    assert items.find_one({"_id": 1}) == {"_id": 1, "n": 1, "even": False}


def test_a_bug_inside_mongomock_is_an_error_reply_with_its_text(served, client, monkeypatch):
    def broken(*_args, **_kwargs):
        raise ZeroDivisionError("so it goes")

    monkeypatch.setattr(mongomock.collection.Collection, "_get_dataset", broken)
    with pytest.raises(
        OperationFailure, match="mongomock failed with ZeroDivisionError: so it goes"
    ) as caught:
        client.shop.items.find_one()
    assert caught.value.code == 1
    assert client.admin.command("ping")["ok"]


def test_what_a_test_stored_and_bson_cannot_hold_is_an_error_reply():
    store = mongomock.MongoClient()
    store._store["shop"]["items"]["a"] = {"_id": "a", "x": object()}
    with serve(store) as running, MongoClient(running.uri) as client:
        with pytest.raises(OperationFailure, match="cannot encode object"):
            client.shop.items.find_one()
        assert client.admin.command("ping")["ok"]


def test_dates_that_python_cannot_hold_are_kept(client):
    client.shop.items.insert_one({"_id": 1, "at": DatetimeMS(2**60)})
    with pytest.raises(Exception, match=r"too large|range"):
        client.shop.items.find_one()
    assert client.shop.items.count_documents({}) == 1


def test_a_clock_that_warns_is_no_error_of_the_server(client):
    """The utcnow of mongomock is deprecated; warnings are errors in this suite."""
    client.shop.items.create_index("at", expireAfterSeconds=60)
    client.shop.items.insert_one({"_id": 1, "at": dt.datetime(2000, 1, 1, tzinfo=dt.UTC)})
    client.shop.items.update_one({"_id": 2}, {"$currentDate": {"at": True}}, upsert=True)
    assert [each["_id"] for each in client.shop.items.find()] == [2]
