"""Indexes, collections, databases and the commands about the server."""

from __future__ import annotations

import pytest
from pymongo import IndexModel
from pymongo.errors import CollectionInvalid, OperationFailure


def test_indexes_are_created_listed_and_dropped(items):
    assert items.create_index([("n", -1)], unique=True) == "n_-1"
    assert items.create_indexes([IndexModel("even"), IndexModel("at", expireAfterSeconds=0)]) == [
        "even_1",
        "at_1",
    ]
    found = items.index_information()
    assert found["n_-1"] == {"v": 2, "key": [("n", -1)], "unique": True}
    assert found["at_1"]["expireAfterSeconds"] == 0
    items.drop_index([("n", -1)])
    items.drop_index("even_1")
    assert list(items.index_information()) == ["_id_", "at_1"]
    items.drop_indexes()
    assert list(items.index_information()) == ["_id_"]


def test_a_dropped_unique_index_holds_no_longer(items):
    items.create_index("even", unique=True, partialFilterExpression={"n": {"$lt": 2}})
    items.drop_indexes()
    items.insert_one({"_id": 50, "even": True, "n": 0})


@pytest.mark.parametrize(
    ("code", "again"),
    [
        (85, {"keys": "n", "name": "other"}),
        (86, {"keys": "even", "name": "n_1"}),
        (86, {"keys": "n", "name": "n_1", "unique": True}),
        (67, {"keys": [("n", 0)]}),
    ],
)
def test_an_index_that_contradicts_another_is_refused(items, code, again):
    items.create_index("n")
    with pytest.raises(OperationFailure) as caught:
        items.create_index(**again)
    assert caught.value.code == code


def test_creating_an_index_twice_is_no_error(items):
    items.create_index("n")
    reply = items.database.command("createIndexes", "items", indexes=[{"key": {"n": 1}, "name": "n_1"}])
    assert reply["note"] == "all indexes already exist"
    assert (reply["numIndexesBefore"], reply["numIndexesAfter"]) == (2, 2)


def test_a_hint_at_an_index_is_taken_by_name_and_by_keys(items):
    items.create_index("n", name="by_n")
    for hint in ("by_n", [("n", 1)], "_id_", [("$natural", 1)]):
        assert items.find_one({"n": 3}, hint=hint)["_id"] == 3
    assert items.update_one({"n": 3}, {"$set": {"a": 1}}, hint="by_n").matched_count == 1
    assert items.delete_one({"n": 3}, hint=[("n", 1)]).deleted_count == 1


def test_collections_are_created_renamed_listed_and_dropped(client):
    client.shop.create_collection("a")
    with pytest.raises(CollectionInvalid):
        client.shop.create_collection("a")
    client.shop.a.insert_one({"_id": 1})
    client.shop.a.rename("b")
    assert client.shop.list_collection_names() == ["b"]
    assert client.shop.b.find_one() == {"_id": 1}
    (listed,) = client.shop.list_collections(filter={"name": {"$regex": "^b"}})
    assert (listed["type"], listed["idIndex"]["name"]) == ("collection", "_id_")
    client.shop.b.drop()
    client.shop.b.drop()
    assert client.shop.list_collection_names() == []


def test_a_rename_goes_into_another_database_and_over_another_collection(client):
    client.shop.a.insert_one({"_id": 1})
    client.store.b.insert_one({"_id": 2})
    with pytest.raises(OperationFailure) as caught:
        client.admin.command("renameCollection", "shop.a", to="store.b")
    assert caught.value.code == 48
    client.admin.command("renameCollection", "shop.a", to="store.b", dropTarget=True)
    assert client.store.b.find_one() == {"_id": 1}
    assert client.shop.list_collection_names() == []


def test_databases_are_listed_with_their_sizes_and_dropped(client):
    client.shop.a.insert_one({"_id": 1})
    (listed,) = client.list_databases()
    assert (listed["name"], listed["empty"], listed["sizeOnDisk"] > 0) == ("shop", False, True)
    client.drop_database("shop")
    assert client.list_database_names() == []


def test_statistics_count_what_is_there(items):
    found = items.database.command("collStats", "items")
    assert (found["count"], found["nindexes"]) == (10, 1)
    found = items.database.command("dbStats")
    assert (found["collections"], found["objects"], found["indexes"]) == (1, 10, 1)
    assert items.database.validate_collection("items")["valid"]


def test_explain_says_how_many_documents_it_looked_at(items):
    found = items.find({"n": {"$gt": 6}}).explain()
    assert found["queryPlanner"]["winningPlan"]["stage"] == "COLLSCAN"
    statistics = found["executionStats"]
    assert (statistics["nReturned"], statistics["totalDocsExamined"]) == (3, 10)


def test_an_aggregate_writes_into_a_collection_and_returns_nothing(items):
    assert list(items.aggregate([{"$match": {"n": {"$lt": 3}}}, {"$out": "few"}])) == []
    assert items.database.few.count_documents({}) == 3


def test_distinct_values_come_in_the_order_in_which_they_are_met(items):
    items.insert_many(
        [{"_id": 20, "n": [3, "x", {"a": 1}]}, {"_id": 21, "n": {"a": 1}}, {"_id": 22, "n": 3.0}]
    )
    assert items.distinct("n") == [*range(10), "x", {"a": 1}]


def test_the_server_says_which_it_is(client, served):
    assert client.server_info()["versionArray"][:2] == [8, 0]
    assert client.admin.command("serverStatus")["storageEngine"]["name"] == "mongomock"
    assert client.admin.command("getParameter", "*")["featureCompatibilityVersion"]["version"] == "8.0"
    for name in ("hostInfo", "connectionStatus", "whatsmyuri", "getCmdLineOpts", "currentOp", "logout"):
        assert client.admin.command(name)["ok"] == 1.0
