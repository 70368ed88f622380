"""Writes through PyMongo: results, bulk writes, write errors by index, write concerns, GridFS."""

from __future__ import annotations

import gridfs
import pytest
from bson import ObjectId
from pymongo import (
    DeleteMany,
    DeleteOne,
    InsertOne,
    ReplaceOne,
    ReturnDocument,
    UpdateMany,
    UpdateOne,
    WriteConcern,
)
from pymongo.errors import BulkWriteError, ClientBulkWriteException, WriteConcernError


def test_an_inserted_document_has_its_id_first(client):
    client.shop.items.database.command("insert", "items", documents=[{"a": 1, "_id": 5}])
    assert list(client.shop.items.find_one()) == ["_id", "a"]


def test_a_document_without_an_id_gets_one(client):
    client.shop.items.database.command("insert", "items", documents=[{"a": 1}])
    assert isinstance(client.shop.items.find_one()["_id"], ObjectId)


def test_results_of_updates_count_matched_modified_and_upserted(items):
    assert items.update_many({"even": True}, {"$set": {"even": True}}).raw_result["nModified"] == 0
    result = items.update_one({"_id": 1}, {"$inc": {"n": 5}})
    assert (result.matched_count, result.modified_count, result.upserted_id) == (1, 1, None)
    result = items.update_one({"_id": 77}, {"$set": {"n": 1}, "$setOnInsert": {"new": True}}, upsert=True)
    assert (result.matched_count, result.upserted_id) == (0, 77)
    assert items.find_one({"_id": 77}) == {"_id": 77, "n": 1, "new": True}


def test_a_replacement_keeps_the_id_whatever_the_filter_is(items):
    items.replace_one({"_id": {"$in": [4, 5]}}, {"x": 1})
    assert items.find_one({"_id": 4}) == {"_id": 4, "x": 1}
    result = items.replace_one({"_id": {"$gt": 100}, "n": 3}, {"x": 2}, upsert=True)
    assert isinstance(result.upserted_id, ObjectId)


@pytest.mark.parametrize("value", [True, 5.0, 5])
def test_a_value_that_python_holds_for_equal_is_stored_all_the_same(items, value):
    items.update_one({"_id": 5}, {"$set": {"n": int(value)}})
    items.update_one({"_id": 5}, {"$set": {"n": value}})
    assert type(items.find_one({"_id": 5})["n"]) is type(value)


def test_an_update_of_a_document_whose_id_is_one_replaces_it(items):
    items.insert_one({"_id": {"a": 1, "b": [2]}, "n": 1})
    assert items.update_one({"n": 1, "_id.a": 1}, {"$inc": {"n": 1}}).modified_count == 1
    assert items.find_one({"_id": {"a": 1, "b": [2]}})["n"] == 2


def test_a_pipeline_that_leaves_the_id_out_keeps_it(items):
    items.update_one({"_id": 1}, [{"$set": {"inner": {"x": 1}}}])
    items.update_one({"_id": 1}, [{"$replaceRoot": {"newRoot": "$inner"}}])
    assert items.find_one({"_id": 1}) == {"_id": 1, "x": 1}


def test_an_update_can_take_the_first_of_a_sort(items):
    statement = {"q": {"even": True}, "u": {"$set": {"first": True}}, "sort": {"n": -1}}
    assert items.database.command("update", "items", updates=[statement])["nModified"] == 1
    assert items.find_one({"first": True})["_id"] == 8


def test_find_one_and_modify_returns_before_after_or_nothing(items):
    assert items.find_one_and_update({"_id": 1}, {"$inc": {"n": 1}})["n"] == 1
    after = items.find_one_and_update(
        {"_id": 1}, {"$inc": {"n": 1}}, {"n": 1}, return_document=ReturnDocument.AFTER
    )
    assert after == {"_id": 1, "n": 3}
    assert items.find_one_and_update({"_id": 77}, {"$set": {"a": 1}}) is None
    assert items.find_one_and_delete({}, sort=[("n", -1)])["_id"] == 9
    made = items.find_one_and_replace(
        {"_id": 78}, {"x": 1}, upsert=True, return_document=ReturnDocument.AFTER
    )
    assert made == {"_id": 78, "x": 1}


def test_a_bulk_write_of_every_kind_counts_each(items):
    result = items.bulk_write(
        [
            InsertOne({"_id": 20}),
            UpdateOne({"_id": 1}, {"$set": {"a": 1}}),
            UpdateMany({"even": True}, {"$set": {"a": 2}}),
            ReplaceOne({"_id": 90}, {"b": 1}, upsert=True),
            DeleteOne({"_id": 2}),
            DeleteMany({"even": False}),
        ]
    )
    assert (result.inserted_count, result.matched_count, result.modified_count) == (1, 6, 6)
    assert (result.deleted_count, result.upserted_ids) == (6, {3: 90})


def test_an_ordered_bulk_write_stops_at_the_first_error(items):
    with pytest.raises(BulkWriteError) as caught:
        items.bulk_write([InsertOne({"_id": 20}), InsertOne({"_id": 1}), InsertOne({"_id": 21})])
    (error,) = caught.value.details["writeErrors"]
    assert (error["index"], error["code"], error["keyValue"]) == (1, 11000, {"_id": 1})
    assert caught.value.details["nInserted"] == 1
    assert items.find_one({"_id": 21}) is None


def test_an_unordered_bulk_write_goes_on_and_names_each_error(items):
    with pytest.raises(BulkWriteError) as caught:
        items.bulk_write(
            [
                InsertOne({"_id": 1}),
                UpdateOne({}, {"$nonsense": {}}),
                InsertOne({"_id": 20}),
                DeleteOne({"_id": 2}),
            ],
            ordered=False,
        )
    assert [(each["index"], each["code"]) for each in caught.value.details["writeErrors"]] == [
        (0, 11000),
        (1, 9),
    ]
    assert items.find_one({"_id": 20})
    assert not items.find_one({"_id": 2})


def test_more_documents_than_a_batch_holds_arrive_in_several_commands(client, recorder):
    client.shop.items.insert_many([{"_id": each} for each in range(100_001)])
    assert [len(each.command["documents"]) for each in recorder.log.commands("insert")] == [100_000, 1]
    assert client.shop.items.estimated_document_count() == 100_001


def test_a_clients_bulk_write_reaches_several_collections(client):
    result = client.bulk_write(
        [
            InsertOne({"_id": 1}, namespace="shop.items"),
            UpdateOne({"_id": 2}, {"$set": {"a": 1}}, upsert=True, namespace="shop.others"),
            UpdateMany({}, {"$set": {"b": 1}}, namespace="shop.items"),
            DeleteMany({}, namespace="store.items"),
        ],
        verbose_results=True,
    )
    assert (result.inserted_count, result.upserted_count, result.modified_count) == (1, 1, 1)
    assert result.update_results[1].upserted_id == 2
    assert client.shop.items.find_one() == {"_id": 1, "b": 1}


def test_a_clients_bulk_write_names_its_errors_by_index(client):
    client.shop.items.insert_one({"_id": 1})
    models = [InsertOne({"_id": each}, namespace="shop.items") for each in (1, 2, 1)]
    with pytest.raises(ClientBulkWriteException) as caught:
        client.bulk_write(models, ordered=False)
    assert [(each["idx"], each["code"]) for each in caught.value.write_errors] == [(0, 11000), (2, 11000)]
    with pytest.raises(ClientBulkWriteException) as caught:
        client.bulk_write(models, ordered=True)
    assert [each["idx"] for each in caught.value.write_errors] == [0]


def test_an_unacknowledged_write_is_done_without_a_reply(client):
    client.shop.items.with_options(write_concern=WriteConcern(w=0)).insert_one({"_id": 1})
    assert client.shop.items.find_one() == {"_id": 1}


def test_a_write_concern_of_two_members_can_not_be_satisfied(client):
    with pytest.raises(WriteConcernError) as caught:
        client.shop.items.with_options(write_concern=WriteConcern(w=2)).insert_one({"_id": 1})
    assert caught.value.code == 100
    assert client.shop.items.count_documents({}) == 1


def test_a_collection_lives_on_when_its_last_document_goes(items):
    items.delete_many({})
    assert items.database.list_collection_names() == ["items"]


def test_a_file_goes_up_and_comes_back_whole(client):
    bucket = gridfs.GridFSBucket(client.shop)
    content = bytes(range(256)) * 4000
    number = bucket.upload_from_stream("a.bin", content)
    assert bucket.open_download_stream(number).read() == content
    bucket.rename(number, "b.bin")
    assert [each.filename for each in bucket.find({})] == ["b.bin"]
    bucket.delete(number)
    assert client.shop["fs.chunks"].count_documents({}) == 0


@pytest.mark.asyncio
async def test_a_file_goes_up_and_comes_back_whole_asynchronously(async_client):
    bucket = gridfs.AsyncGridFSBucket(async_client.shop)
    number = await bucket.upload_from_stream("a.bin", b"x" * 600_000)
    stream = await bucket.open_download_stream(number)
    assert await stream.read() == b"x" * 600_000
