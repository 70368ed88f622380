"""Sessions, retried writes, transactions, and fail points."""

from __future__ import annotations

import pytest
from bson import Binary
from pymongo import MongoClient
from pymongo.errors import AutoReconnect, OperationFailure

from mongotape.mock import TransactionsIgnoredWarning, serve


def _arm(client, mode, **data):
    client.admin.command("configureFailPoint", "failCommand", mode=mode, data=data)


def test_sessions_are_listed_and_end(client):
    with client.start_session() as session:
        client.shop.items.find_one(session=session)
        lsid = session.session_id["id"]
        listed = list(client.admin.aggregate([{"$listLocalSessions": {}}]))
        assert lsid in [each["_id"]["id"] for each in listed]
        client.admin.command({"killSessions": [{"id": lsid}]})
        listed = list(client.admin.aggregate([{"$listLocalSessions": {}}], session=client.start_session()))
        assert lsid not in [each["_id"]["id"] for each in listed]


def test_closing_a_client_ends_its_sessions_on_the_server(served):
    with MongoClient(served.uri) as client:
        client.shop.items.find_one()
        assert served._service.sessions.listed()
    assert served._service.sessions.listed() == []


def _run(served, **command):
    return served._service.run(command, next(iter(command)), "shop")


@pytest.mark.parametrize("lsid", [{"id": b"short"}, {"id": b""}, {"id": "x" * 16}, {"id": 3}])
def test_a_malformed_session_is_refused(served, lsid):
    reply = _run(served, ping=1, lsid=lsid)
    assert (reply["ok"], reply["code"]) == (0, 14)


def test_a_transaction_number_needs_a_session(served):
    assert _run(served, insert="items", documents=[{"_id": 1}], txnNumber=1)["code"] == 72


def test_a_write_is_retried_after_a_closed_connection_and_done_once(client, recorder):
    _arm(client, {"times": 1}, failCommands=["insert"], closeConnection=True)
    client.shop.items.insert_one({"_id": 1})
    first, second = recorder.log.commands("insert")
    assert first.command["lsid"] == second.command["lsid"]
    assert first.command["txnNumber"] == second.command["txnNumber"]
    assert client.shop.items.count_documents({}) == 1


def test_a_write_that_was_done_before_is_answered_from_its_first_reply(served):
    """Source: Retryable Writes; the server keeps what a statement did.

    The driver finds the server again at the next heartbeat.
    """
    with MongoClient(served.uri, heartbeatFrequencyMS=500) as client:
        _arm(client, {"times": 1}, failCommands=["update"], writeConcernError={"code": 91, "errmsg": "going"})
        result = client.shop.items.update_one({"_id": 1}, {"$inc": {"n": 1}}, upsert=True)
        assert result.upserted_id == 1
        assert client.shop.items.find_one() == {"_id": 1, "n": 1}


def test_a_retry_is_told_by_its_number_and_an_older_one_is_refused(served):
    lsid = {"id": Binary(b"x" * 16, 4)}

    def insert(_id, number):
        return _run(served, insert="items", documents=[{"_id": _id}], lsid=lsid, txnNumber=number)

    assert insert(1, 5)["n"] == 1
    assert insert(1, 5) | {"$clusterTime": 0, "operationTime": 0} == {
        "n": 1,
        "ok": 1.0,
        "$clusterTime": 0,
        "operationTime": 0,
    }
    assert "writeErrors" in insert(1, 6)
    assert insert(2, 5)["code"] == 225


def test_a_transaction_is_refused_with_a_sentence(client):
    with (
        client.start_session() as session,
        pytest.raises(OperationFailure, match="transactions='ignore'") as caught,
        session.start_transaction(),
    ):
        client.shop.items.insert_one({"_id": 1}, session=session)
    assert caught.value.code == 238
    assert client.shop.items.count_documents({}) == 0


def test_an_ignored_transaction_is_done_at_once_with_one_warning():
    def work(client):
        with client.start_session() as session:
            session.with_transaction(lambda s: client.shop.items.insert_one({"_id": 1}, session=s))
            session.start_transaction()
            client.shop.items.insert_one({"_id": 2}, session=session)
            session.abort_transaction()

    with serve(transactions="ignore") as running, MongoClient(running.uri) as client:
        with pytest.warns(TransactionsIgnoredWarning, match="aborting it undoes nothing") as warned:
            work(client)
        assert len(warned) == 1
        assert client.shop.items.count_documents({}) == 2
        assert running.errors == ()


def test_where_warnings_are_errors_an_ignored_transaction_is_an_error_reply():
    with (
        serve(transactions="ignore") as running,
        MongoClient(running.uri) as client,
        client.start_session() as session,
    ):
        session.start_transaction()
        for _ in range(2):
            with pytest.raises(OperationFailure, match="warnings are errors here"):
                client.shop.items.insert_one({"_id": 1}, session=session)


def test_a_fail_point_answers_with_code_and_labels(client):
    _arm(
        client, {"times": 1}, failCommands=["ping"], errorCode=112, errorLabels=["TransientTransactionError"]
    )
    with pytest.raises(OperationFailure) as caught:
        client.admin.command("ping")
    assert caught.value.code == 112
    assert caught.value.has_error_label("TransientTransactionError")
    assert client.admin.command("ping")["ok"]


def test_a_fail_point_skips_and_concerns_only_its_application(served, client):
    _arm(client, {"skip": 1}, failCommands=["ping"], errorCode=2)
    client.admin.command("ping")
    with pytest.raises(OperationFailure):
        client.admin.command("ping")
    _arm(client, "alwaysOn", failCommands=["ping"], errorCode=2, appName="other")
    client.admin.command("ping")
    with MongoClient(served.uri, appName="other") as other, pytest.raises(OperationFailure):
        other.admin.command("ping")


def test_a_blocking_fail_point_holds_up_nobody_else(served, client):
    _arm(
        client, {"times": 1}, failCommands=["ping"], blockConnection=True, blockTimeMS=60_000, appName="slow"
    )
    with MongoClient(served.uri, appName="slow", socketTimeoutMS=100) as slow, pytest.raises(AutoReconnect):
        slow.admin.command("ping")
    assert client.admin.command("ping")["ok"]


def test_stopping_disarms_and_a_blocked_command_does_not_hold_it_up():
    running = serve()
    with MongoClient(running.uri, serverSelectionTimeoutMS=100) as client:
        _arm(client, "alwaysOn", failCommands=["ping"], errorCode=2)
        running.stop()
    assert not running._service.fail_points.armed
