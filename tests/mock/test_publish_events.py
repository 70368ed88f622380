"""``publish_events``: PyMongo's real events for the mongomock objects that a test holds."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import mongomock
import mongomock_motor
import pytest
from pymongo import DeleteOne, InsertOne, UpdateOne, WriteConcern, monitoring
from pymongo.errors import BulkWriteError, CollectionInvalid, DuplicateKeyError, OperationFailure
from pymongo.read_concern import ReadConcern

from mongotape import assert_events, expect
from mongotape.errors import UsageError
from mongotape.mock import publish_events
from mongotape.recording import EventRecorder


@pytest.fixture
def held():
    """A client of mongomock with three documents."""
    client = mongomock.MongoClient()
    client.shop.items.insert_many([{"_id": each, "n": each, "sku": f"S{each}"} for each in range(3)])
    return client


@pytest.fixture
def published(held, recorder):
    """The same client, publishing."""
    with publish_events(held, [recorder]):
        yield held


def _started(recorder):
    return [each.command for each in recorder.log.of("commandStartedEvent")]


def _names(recorder):
    return [each.command_name for each in recorder.log.of("commandStartedEvent")]


def test_a_command_is_published_with_its_connection_and_its_reply(published, recorder):
    published.shop.items.find_one({"n": 1}, {"sku": 1})
    assert_events(
        recorder,
        [
            expect.connection_check_out_started(),
            expect.connection_created(),
            expect.connection_ready(),
            expect.connection_checked_out(),
            expect.command_started(
                "find",
                database_name="shop",
                command={
                    "find": "items",
                    "filter": {"n": 1},
                    "projection": {"sku": 1},
                    "limit": 1,
                    "singleBatch": True,
                },
            ),
            expect.command_succeeded(
                "find",
                reply={"cursor": {"firstBatch": [{"_id": 1, "sku": "S1"}], "id": 0, "ns": "shop.items"}},
            ),
            expect.connection_checked_in(),
        ],
        mode="in_order",
    )


def test_the_topology_and_the_pool_are_there_at_once_and_closed_by_the_undo(held, recorder):
    publish_events(held, [recorder])()
    assert [each.kind for each in recorder.log] == [
        "topologyOpeningEvent",
        "topologyDescriptionChangedEvent",
        "serverOpeningEvent",
        "serverDescriptionChangedEvent",
        "topologyDescriptionChangedEvent",
        "poolCreatedEvent",
        "poolReadyEvent",
        "poolClosedEvent",
        "serverClosedEvent",
        "topologyDescriptionChangedEvent",
        "topologyClosedEvent",
    ]
    assert all(type(each.event).__module__ == "pymongo.monitoring" for each in recorder.log)


def test_the_second_command_uses_the_first_ones_connection(published, recorder):
    published.shop.items.find_one()
    published.shop.items.find_one()
    assert len(recorder.log.of("connectionCreatedEvent")) == 1
    assert {each.connection_id for each in recorder.log.of("connectionCheckedOutEvent")} == {1}


def test_closing_the_client_closes_the_pool_and_using_it_again_opens_another(published, recorder):
    published.shop.items.find_one()
    published.close()
    assert [each.reason for each in recorder.log.of("connectionClosedEvent")] == ["poolClosed"]
    published.shop.items.find_one()
    assert len(recorder.log.of("poolCreatedEvent")) == 2
    assert len(recorder.log.of("poolClosedEvent")) == 1


def test_what_mongomock_calls_inside_publishes_nothing(published, recorder):
    items = published.shop.items
    items.find_one_and_update({"_id": 1}, {"$set": {"a": 1}})
    items.find_one_and_delete({"_id": 1})
    items.estimated_document_count()
    list(items.aggregate([{"$lookup": {"from": "items", "localField": "n", "foreignField": "n", "as": "x"}}]))
    assert _names(recorder) == ["findAndModify", "findAndModify", "count", "aggregate"]


def test_a_not_implemented_error_is_raised_again_and_published_as_failed(published, recorder):
    with pytest.raises(NotImplementedError):
        published.shop.items.update_one({}, {"$set": {"a.$[x]": 1}}, array_filters=[{"x": 1}])
    with pytest.raises(NotImplementedError):
        published.shop.items.find_raw_batches({"n": 1})
    failed = recorder.log.of("commandFailedEvent")
    assert [(each.command_name, each.failure["code"]) for each in failed] == [("update", 238), ("find", 238)]
    assert "Array filters are not implemented" in failed[0].failure["errmsg"]


def test_a_servers_error_is_published_as_failed_and_a_drivers_not_at_all(published, recorder):
    with pytest.raises(OperationFailure):
        list(published.shop.items.find({"n": {"$nonsense": 1}}))
    with pytest.raises(TypeError):
        published.shop.items.insert_one("no document")
    with pytest.raises(ValueError, match="only works with"):
        published.shop.items.update_one({}, {"a": 1})
    with pytest.raises(TypeError):
        published.shop.items.insert_one()
    assert [each.failure["code"] for each in recorder.log.of("commandFailedEvent")] == [2]
    assert _names(recorder) == ["find"]


def test_a_duplicate_key_is_a_succeeded_command_with_a_write_error(published, recorder):
    with pytest.raises(DuplicateKeyError):
        published.shop.items.insert_one({"_id": 1})
    with pytest.raises(BulkWriteError):
        published.shop.items.insert_many([{"_id": 8}, {"_id": 1}, {"_id": 9}])
    first, second = recorder.log.of("commandSucceededEvent")
    assert (first.reply["n"], first.reply["writeErrors"][0]["code"]) == (0, 11000)
    assert (second.reply["n"], second.reply["writeErrors"][0]["index"]) == (1, 1)


def test_a_find_is_published_when_it_is_first_read_and_only_then(published, recorder):
    cursor = published.shop.items.find({"n": {"$gte": 0}}).sort("n", -1).skip(1).limit(5).batch_size(2)
    assert not _started(recorder)
    assert cursor.alive
    assert not _started(recorder)
    assert [each["_id"] for each in cursor] == [1, 0]
    (command,) = _started(recorder)
    assert {key: value for key, value in command.items() if key != "$db"} == {
        "find": "items",
        "filter": {"n": {"$gte": 0}},
        "sort": {"n": -1},
        "skip": 1,
        "limit": 5,
        "batchSize": 2,
    }


def test_a_cursor_that_is_read_again_or_cloned_is_published_again(published, recorder):
    cursor = published.shop.items.find({"n": 1}, ["sku"])
    first = list(cursor)
    cursor.rewind()
    assert list(cursor) == first
    assert list(cursor.clone()) == first
    assert [each["projection"] for each in _started(recorder)] == [{"sku": 1}] * 3


def test_values_of_a_cursor_are_a_distinct_command(published, recorder):
    assert published.shop.items.find({"n": 1}).distinct("sku") == ["S1"]
    (command,) = _started(recorder)
    assert (command["distinct"], command["key"], command["query"]) == ("items", "sku", {"n": 1})


def test_a_bulk_write_is_one_command_for_each_run(published, recorder):
    with pytest.raises(BulkWriteError):
        published.shop.items.bulk_write(
            [
                InsertOne({"_id": 10}),
                InsertOne({"_id": 11}),
                DeleteOne({"_id": 1}),
                InsertOne({"_id": 10}),
                DeleteOne({"_id": 2}),
            ]
        )
    assert _names(recorder) == ["insert", "delete", "insert"]
    replies = [each.reply for each in recorder.log.of("commandSucceededEvent")]
    assert [each["n"] for each in replies] == [2, 1, 0]
    assert replies[2]["writeErrors"][0]["index"] == 0
    assert len({each.operation_id for each in recorder.log.of("commandStartedEvent")}) == 1


def test_an_unordered_bulk_write_is_one_command_for_each_kind(published, recorder):
    requests = iter(
        [DeleteOne({"_id": 1}), InsertOne({"_id": 10}), DeleteOne({"_id": 2}), InsertOne({"_id": 11})]
    )
    result = published.shop.items.bulk_write(requests, ordered=False)
    assert (result.inserted_count, result.deleted_count) == (2, 2)
    commands = _started(recorder)
    assert [next(iter(each)) for each in commands] == ["insert", "delete"]
    assert [each["ordered"] for each in commands] == [False, False]


def test_a_bulk_write_that_mongomock_can_not_do_publishes_nothing_that_was_not_done(published, recorder):
    """Its version 4.3 does not know the arguments that newer PyMongo hands over."""
    try:
        published.shop.items.bulk_write([UpdateOne({"_id": 1}, {"$set": {"a": 1}})])
    except TypeError:
        assert _names(recorder) == []
    else:
        assert _names(recorder) == ["update"]


def test_create_collection_looks_first_as_pymongo_does(published, recorder):
    published.shop.create_collection("fresh")
    with pytest.raises(CollectionInvalid):
        published.shop.create_collection("fresh")
    assert _names(recorder) == ["listCollections", "create", "listCollections"]
    last = recorder.log.of("commandSucceededEvent")[-1]
    assert [each["name"] for each in last.reply["cursor"]["firstBatch"]] == ["fresh"]


def test_concerns_are_sent_only_where_they_are_not_the_servers(published, recorder):
    items = published.shop.get_collection(
        "others", write_concern=WriteConcern(w="majority"), read_concern=ReadConcern("local")
    )
    items.insert_one({"_id": 1})
    items.find_one()
    published.shop.items.insert_one({"_id": 50})
    first, second, third = _started(recorder)
    assert first["writeConcern"] == {"w": "majority"}
    assert second["readConcern"] == {"level": "local"}
    assert "writeConcern" not in third


def test_iterators_that_are_handed_in_or_out_stay_whole(published):
    published.shop.items.insert_many({"_id": each} for each in (20, 21))
    assert published.shop.items.count_documents({}) == 5
    assert [each["_id"] for each in published.shop.items.aggregate([{"$match": {"_id": 20}}])] == [20]
    listed = published.shop.items.list_indexes()
    assert next(listed)["name"] == "_id_"
    assert list(listed) == []


def test_a_listener_that_raises_does_not_reach_the_application(held, capsys):
    class Broken(monitoring.CommandListener):
        def started(self, event):
            raise ZeroDivisionError

        succeeded = failed = started

    with publish_events(held, [Broken()]):
        assert held.shop.items.find_one({"_id": 1})
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_listeners_that_are_registered_globally_hear_it_too(held, monkeypatch):
    heard = []

    class Registered(monitoring.CommandListener):
        def started(self, event):
            heard.append(event.command_name)

        def succeeded(self, event):
            pass

        failed = succeeded

    lists = type(monitoring._LISTENERS)([Registered()], [], [], [], [])
    monkeypatch.setattr(monitoring, "_LISTENERS", lists)
    with publish_events(held):
        held.shop.items.find_one()
    assert heard == ["find"]


def test_threads_take_turns_with_the_one_connection(published, recorder):
    def work(number):
        for each in range(50):
            published.shop.items.insert_one({"_id": (number, each).__repr__()})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    kinds = [each.kind for each in recorder.log.of("connectionCheckedOutEvent", "connectionCheckedInEvent")]
    assert kinds == ["connectionCheckedOutEvent", "connectionCheckedInEvent"] * 400


def test_a_listener_may_use_the_client_itself(held):
    seen = []

    class Nosy(monitoring.CommandListener):
        def started(self, event):
            if event.command_name == "insert":
                seen.append(held.shop.items.count_documents({}))

        def succeeded(self, event):
            pass

        failed = succeeded

    with publish_events(held, [Nosy()]):
        held.shop.items.insert_one({"_id": 100})
    assert seen == [4]


@pytest.mark.asyncio
async def test_the_clients_of_mongomock_motor_publish(recorder):
    client = mongomock_motor.AsyncMongoMockClient()
    with publish_events(client, [recorder]):
        items = client["shop"]["items"]
        await items.insert_one({"_id": 1})
        assert await items.find({}).to_list(None) == [{"_id": 1}]
        assert await items.find_one({"_id": 1})
        await items.update_one({"_id": 1}, {"$set": {"a": 1}})
        assert [each async for each in items.aggregate([])] == [{"_id": 1, "a": 1}]
        await client["shop"].list_collection_names()
        await client["shop"].command({"buildInfo": 1})
        await client.drop_database("shop")
    assert _names(recorder) == [
        "insert",
        "find",
        "find",
        "update",
        "aggregate",
        "listCollections",
        "buildInfo",
        "dropDatabase",
    ]
    assert len(recorder.log.of("commandFailedEvent")) == 0


def test_what_is_no_client_or_no_listener_is_refused(held):
    with pytest.raises(UsageError, match="no mongomock client"):
        publish_events("mongodb://localhost", [EventRecorder()])
    with pytest.raises(UsageError, match="is no event listener"):
        publish_events(held, [print])


def test_a_client_that_publishes_already_is_refused_until_it_is_undone(held, recorder):
    undo = publish_events(held, [recorder])
    with pytest.raises(UsageError, match="publishes events already"):
        publish_events(held, [recorder])
    undo()
    publish_events(held, [recorder])()


def test_no_thread_is_left(held, recorder):
    before = threading.active_count()
    with publish_events(held, [recorder]):
        held.shop.items.find_one()
    assert threading.active_count() == before
