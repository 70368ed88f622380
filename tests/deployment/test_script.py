"""What members answer: what a test scripted, in the order it asked for, and otherwise as DESIGN says."""

from __future__ import annotations

import bson
import pymongo
import pytest
from bson import Binary, ObjectId
from pymongo import monitoring
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    CursorNotFound,
    DuplicateKeyError,
    OperationFailure,
)

from mongotape.deployment import FakeDeployments
from mongotape.errors import MongotapeError, UsageError

needs_backpressure = pytest.mark.skipif(
    pymongo.version_tuple < (4, 17), reason="client back-pressure came with PyMongo 4.17"
)


@pytest.fixture
def deployment(deployments):
    return deployments.standalone()


@pytest.fixture
def client(deployment):
    return deployment.client()


@pytest.fixture
def items(client):
    return client.shop.items


def names(deployment):
    return [command.name for command in deployment.commands]


def test_unscripted_writes_succeed(replica_set):
    """Every kind that PyMongo has, bulk writes of both sorts included."""
    client = replica_set.client()
    items = client.shop.items
    assert len(items.insert_many([{}, {}]).inserted_ids) == 2
    assert items.update_one({}, {"$set": {"a": 1}}).modified_count == 1
    assert items.delete_one({}).deleted_count == 1
    assert items.find_one_and_update({}, {"$set": {"a": 1}}) is None
    result = items.bulk_write(
        [pymongo.InsertOne({}), pymongo.DeleteOne({}), pymongo.UpdateOne({}, {"$set": {"a": 1}})]
    )
    assert (result.inserted_count, result.deleted_count, result.modified_count) == (1, 1, 1)
    assert items.create_index("a") == "a_1"
    items.drop_index("a_1")
    items.rename("others")
    items.drop()
    client.shop.create_collection("more")
    client.drop_database("shop")
    models = [
        pymongo.InsertOne({}, namespace="shop.items"),
        pymongo.UpdateOne({}, {"$set": {"a": 1}}, namespace="shop.items"),
        pymongo.DeleteOne({}, namespace="shop.items"),
    ]
    whole = client.bulk_write(models, verbose_results=True)
    assert (whole.inserted_count, whole.modified_count, whole.deleted_count) == (1, 1, 1)
    assert set(whole.update_results) == {1}
    assert client.bulk_write(models).inserted_count == 1
    list(items.aggregate([{"$out": "copy"}]))
    with client.start_session() as session, session.start_transaction():
        items.insert_one({}, session=session)
    assert names(replica_set)[-1] == "commitTransaction"


def test_unscripted_reads_are_empty(client, deployment):
    items = client.shop.items
    assert list(items.find()) == []
    assert items.find_one() is None
    assert list(items.aggregate([{"$match": {}}])) == []
    assert items.distinct("a") == []
    assert items.estimated_document_count() == 0
    assert items.count_documents({}) == 0
    assert client.list_database_names() == []
    assert client.shop.list_collection_names() == []
    assert items.index_information() == {}
    assert client.admin.command("ping")["ok"] == 1


@pytest.mark.parametrize("command", ["buildInfo", "serverStatus", "replSetStepDown", "nonsense"])
def test_anything_else_is_not_found(client, command):
    with pytest.raises(OperationFailure, match=f"no such command: '{command}'.*deployment.on") as caught:
        client.admin.command(command)
    assert caught.value.code == 59
    assert caught.value.details["codeName"] == "CommandNotFound"


def test_a_mapping_is_sent_as_it_is(deployment, items):
    """With ok 1 added, since a reply without it is a failure to drivers."""
    document = {"_id": ObjectId(), "bytes": Binary(b"\1" * 16, 4), "n": 2**40}
    deployment.on("find", reply={"cursor": {"id": 0, "ns": "shop.items", "firstBatch": [document]}})
    assert items.find_one() == document
    assert items.find_one() is None


def test_an_own_command_can_be_scripted(deployment, client):
    deployment.on("buildInfo", reply={"version": "8.0.0", "versionArray": [8, 0, 0, 0]}, times=None)
    assert client.server_info()["version"] == "8.0.0"
    assert client.server_info()["version"] == "8.0.0"


def test_an_error_has_code_name_labels_and_fields(deployment, items):
    deployment.on(
        "insert",
        reply=deployment.error(
            code=11000, message="E11000 twice", labels=["MyLabel"], fields={"keyPattern": {"a": 1}}
        ),
    )
    with pytest.raises(OperationFailure, match="E11000 twice") as caught:
        items.insert_one({})
    assert isinstance(caught.value, DuplicateKeyError)
    assert caught.value.has_error_label("MyLabel")
    assert caught.value.details["codeName"] == "DuplicateKey"
    assert caught.value.details["keyPattern"] == {"a": 1}
    assert items.insert_one({}).acknowledged


def test_write_errors_are_a_mapping_like_any_other(deployment, items):
    error = {"index": 1, "code": 11000, "errmsg": "twice"}
    deployment.on("insert", reply={"n": 1, "writeErrors": [error]})
    with pytest.raises(BulkWriteError) as caught:
        items.insert_many([{}, {}])
    assert caught.value.details["writeErrors"][0]["index"] == 1
    assert caught.value.details["nInserted"] == 1


def test_labels_are_a_servers_own_unless_they_are_given(replica_set):
    """A retryable code on a retryable write is retried; an empty list takes the label away."""
    items = replica_set.client().shop.items
    replica_set.on("insert", reply=replica_set.error(code=10107))
    assert items.insert_one({}).acknowledged
    assert len(replica_set.received("insert")) == 2
    replica_set.on("insert", reply=replica_set.error(code=10107, labels=[]))
    with pytest.raises(AutoReconnect) as caught:
        items.insert_one({})
    assert not caught.value.has_error_label("RetryableWriteError")
    replica_set.on("insert", reply=replica_set.error(code=8000, labels=["RetryableWriteError"]))
    assert items.insert_one({}).acknowledged


def test_a_network_error_closes_the_connection(replica_set):
    client = replica_set.client()
    replica_set.on("insert", reply=replica_set.network_error())
    assert client.shop.items.insert_one({}).acknowledged
    assert len(replica_set.received("insert")) == 2
    replica_set.on("insert", reply=replica_set.network_error())
    with pytest.raises(AutoReconnect):
        replica_set.client(retryWrites=False).shop.items.insert_one({})


def test_a_callable_sees_the_command_and_answers(deployment, items):
    """It gets a copy: what it does to it is not recorded."""

    def reply(command):
        if command["filter"].get("sku") == "gone":
            return deployment.error(code=43)
        if "sku" not in command["filter"]:
            return None
        sku = command["filter"].pop("sku")
        return deployment.documents([{"sku": sku}])

    deployment.on("find", reply=reply, times=None)
    assert items.find_one({"sku": "A1"}) == {"sku": "A1"}
    with pytest.raises(CursorNotFound):
        items.find_one({"sku": "gone"})
    assert items.find_one() is None
    assert deployment.received("find")[0].command["filter"] == {"sku": "A1"}


def test_a_callable_may_change_the_deployment(replica_set):
    """A step-down or a death in the middle of a command."""
    client = replica_set.client()
    client.shop.items.insert_one({})
    first = replica_set.primary

    def die(command):
        replica_set.kill(replica_set.primary)

    replica_set.on("insert", reply=die)
    assert client.shop.items.insert_one({}).acknowledged
    assert replica_set.primary != first
    replica_set.on("find", reply=lambda command: (replica_set.step_down(), None)[1])
    assert client.shop.items.find_one() is None


def test_rules_that_end_come_first_and_in_order(deployment, items):
    """Then the latest one for ever; each rule knows how often it was used."""

    def answer(n):
        return deployment.documents([{"n": n}])

    old = deployment.on("find", reply=answer("old"), times=None)
    ever = deployment.on("find", reply=answer("ever"), times=None)
    deployment.on("find", reply=answer(1))
    twice = deployment.on("find", reply=answer(2), times=2)
    assert [items.find_one()["n"] for _ in range(5)] == [1, 2, 2, "ever", "ever"]
    assert (old.used, ever.used, twice.used, twice.ended) == (0, 2, 2, True)
    assert repr(twice) == "<Rule for find: used 2 of 2 times>"
    ever.cancel()
    assert items.find_one()["n"] == "old"


def test_a_rule_ends_with_its_block(deployment, items):
    with deployment.on("find", reply=deployment.error(code=96), times=None) as rule:
        with pytest.raises(OperationFailure):
            items.find_one()
        assert rule.used == 1
    assert items.find_one() is None


def test_a_rule_may_hold_for_one_member(replica_set):
    client = replica_set.client()
    secondary = replica_set.secondaries[0]
    replica_set.on("ping", reply={"member": 1}, times=None, member=str(secondary))
    assert "member" not in client.admin.command("ping")
    with pymongo.MongoClient(*secondary, directConnection=True) as direct:
        assert direct.admin.command("ping")["member"] == 1


def test_hello_can_be_scripted(deployments, events):
    """Heartbeats fail and recover; its former name means the same."""
    deployment = deployments.standalone()
    deployment.on("hello", reply=deployment.network_error(), times=1)
    client = deployment.client(event_listeners=[events.listener(monitoring.ServerHeartbeatListener)])
    client.admin.command("ping")
    assert events.names()[:2] == ["ServerHeartbeatStartedEvent", "ServerHeartbeatFailedEvent"]


@pytest.mark.parametrize("size", [0, 1, 100, 101, 102, 250])
def test_documents_come_in_batches(deployment, items, size):
    """101 first as from a server; each later batch as large as what is left, or as the client asks."""
    documents = [{"_id": n} for n in range(size)]
    deployment.on("find", reply=deployment.documents(documents))
    assert list(items.find()) == documents
    assert names(deployment) == (["find", "getMore"] if size > 101 else ["find"])


def test_documents_obey_batch_size_and_limit(deployment, items):
    documents = deployment.documents({"_id": n} for n in range(10))
    deployment.on("find", reply=documents, times=None)
    deployment.on("aggregate", reply=documents, times=None)
    assert len(list(items.find(batch_size=4))) == 10
    assert names(deployment) == ["find", "getMore", "getMore"]
    assert len(list(items.find(limit=3))) == 3
    assert len(list(items.find(limit=-3))) == 3
    assert len(list(items.aggregate([], batchSize=5))) == 10
    assert names(deployment)[-2:] == ["aggregate", "getMore"]


def test_a_cursor_that_is_closed_early_is_killed(deployment, client):
    """Afterwards its id answers as an unscripted one: empty."""
    deployment.on("find", reply=deployment.documents({"_id": n} for n in range(10)))
    with client.shop.items.find(batch_size=2) as cursor:
        next(cursor)
        cursor_id = cursor.cursor_id
    deployment.wait_for("killCursors")
    reply = client.shop.command("getMore", bson.Int64(cursor_id), collection="items")
    assert reply["cursor"] == {"id": 0, "ns": "shop.items", "nextBatch": []}


def test_received_commands_can_be_read(deployment, client):
    client.shop.items.insert_many([{"_id": 1}, {"_id": 2}])
    (received,) = deployment.wait_for("insert")
    assert received.database == "shop"
    assert received.command["documents"] == [{"_id": 1}, {"_id": 2}]
    assert received.member == deployment.members[0]
    assert received.connection_number >= 1
    assert deployment.received("find", "insert") == (received,)
    with pytest.raises(
        AssertionError, match=r"1 of 2 'insert' commands were received within .*received: insert"
    ):
        deployment.wait_for("insert", count=2, timeout=0.01)


@pytest.mark.asyncio
async def test_received_commands_can_be_awaited(deployment, use):
    client = deployment.async_client(appname="shop")
    await use(client, deployment)
    (received,) = await deployment.await_for("insert")
    assert received.app_name == "shop"


@needs_backpressure
@pytest.mark.parametrize("kind", ["read", "write", "command"])
def test_an_overloaded_deployment_is_asked_again(replica_set, kind):
    """PyMongo backs off and tries again on both labels, also where nothing else would be retried."""
    client = replica_set.client()
    client.shop.items.insert_one({})
    before = len(replica_set.commands)
    overload = replica_set.overload(times=2, base_backoff_ms=1)
    if kind == "read":
        client.shop.items.find_one()
    elif kind == "write":
        client.shop.items.update_many({}, {"$set": {"a": 1}})
    else:
        client.admin.command("ping")
    assert len(replica_set.commands) == before + 3
    assert overload.used == 2


@needs_backpressure
def test_overload_that_lasts_is_an_error_with_its_labels(replica_set):
    client = replica_set.client()
    client.shop.items.insert_one({})
    with replica_set.overload("find", times=None, base_backoff_ms=1):
        with pytest.raises(OperationFailure) as caught:
            client.shop.items.find_one()
        client.shop.items.insert_one({})
    assert caught.value.code == 462
    assert caught.value.has_error_label("SystemOverloadedError")
    assert caught.value.has_error_label("RetryableError")
    assert client.shop.items.find_one() is None


@needs_backpressure
def test_an_overloaded_deployment_turns_new_connections_away(replica_set, events):
    """The handshake breaks; with back-pressure the pool is not cleared for that, and the write is retried."""
    client = replica_set.client(event_listeners=[events.listener(monitoring.ConnectionPoolListener)])
    client.admin.command("ping")
    first = client.start_session()
    with first, client.shop.items.find(session=first):
        replica_set.disconnect(replica_set.primary)
        events.wait_for("PoolClearedEvent")
    cleared = events.names().count("PoolClearedEvent")
    overload = replica_set.overload(connections=True, times=1)
    client.shop.items.insert_one({})
    assert overload.used == 1
    assert events.names().count("PoolClearedEvent") <= cleared + 1


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (3, "the reply to 'find' is a int; give a mapping, deployment.error"),
        (None, "the reply to 'find' is a NoneType"),
        ([{"a": 1}], "the reply to 'find' is a list"),
        ({"a": {1, 2}}, "the reply to 'find' can't be sent, since BSON can't hold it"),
        ({"a": 2**70}, "can't be sent"),
    ],
)
def test_a_reply_that_cannot_be_sent_is_refused_at_once(deployment, reply, words):
    with pytest.raises(UsageError, match=words):
        deployment.on("find", reply=reply)


def test_documents_that_cannot_be_sent_are_refused_at_once(deployment):
    with pytest.raises(UsageError, match="1 documents can't be sent"):
        deployment.documents([{"a": object()}])


@pytest.mark.parametrize("times", [0, -1, 1.5, True, "2"])
def test_times_is_a_count(deployment, times):
    with pytest.raises(UsageError, match="no count of replies; give 1 or more, or None"):
        deployment.on("find", reply={}, times=times)


@pytest.mark.parametrize("raised", [ValueError("broken"), pytest.fail.Exception("wrong filter")])
def test_a_callable_that_raises_is_told_to_the_client_and_at_the_end(raised):
    """The command fails with the text, so nothing hangs; closing raises, so nothing is overlooked."""

    def reply(command):
        raise raised

    deployments = FakeDeployments()
    deployment = deployments.standalone()
    deployment.on("find", reply=reply)
    with pytest.raises(OperationFailure, match=str(raised)):
        deployment.client().shop.items.find_one()
    with pytest.raises(MongotapeError, match=f"a scripted reply raised {type(raised).__name__}: {raised}"):
        deployments.close()
    deployments.close()


def test_a_callable_with_a_wrong_answer_is_told_too():
    deployments = FakeDeployments()
    deployment = deployments.standalone()
    deployment.on("find", reply=lambda command: 3)
    with pytest.raises(OperationFailure, match="is a int; give a mapping"):
        deployment.client().shop.items.find_one()
    with pytest.raises(MongotapeError, match="raised UsageError"):
        deployments.close()
