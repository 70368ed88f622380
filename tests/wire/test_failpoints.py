"""failCommand as a server has it: which commands it fails, how often, and with what."""

from __future__ import annotations

import threading

import pymongo
import pytest
from pymongo.errors import AutoReconnect, NotPrimaryError, OperationFailure, WriteConcernError

from mongotape.wire import FailPoints, TopologyClock, hello_reply, is_hello


@pytest.fixture
def points():
    return FailPoints(clock=TopologyClock())


@pytest.fixture
def server(serve, points):
    """A server on which every command succeeds until a fail point says otherwise."""

    def proceed(request, connection):
        if is_hello(request.name):
            role = {"isWritablePrimary": True, "setName": "rs", "hosts": [f"127.0.0.1:{server.address[1]}"]}
            return hello_reply(request, connection, role)
        if request.name in {"find", "aggregate"}:
            return {"cursor": {"id": 0, "ns": "test.items", "firstBatch": []}, "ok": 1}
        return {"ok": 1, "n": 1}

    server = serve(lambda request, connection: points.answer(request, connection, proceed))
    return server


@pytest.fixture
def connect(server):
    clients = []

    def open_client(**options):
        host, port = server.address
        client = pymongo.MongoClient(host, port, directConnection=True, **options)
        clients.append(client)
        return client

    yield open_client
    for client in clients:
        client.close()


@pytest.fixture
def client(connect):
    return connect()


@pytest.fixture
def arm(client):
    def configure(mode="alwaysOn", **data):
        return client.admin.command("configureFailPoint", "failCommand", mode=mode, data=data)

    return configure


def outcomes(client, count, name="find"):
    """For each of some commands whether it failed."""
    failed = []
    for _ in range(count):
        try:
            client.test.command(name, "items")
        except OperationFailure:
            failed.append(True)
        else:
            failed.append(False)
    return failed


def test_always_on_until_off(client, arm):
    arm(failCommands=["find"], errorCode=96)
    assert outcomes(client, 3) == [True] * 3
    assert outcomes(client, 1, "aggregate") == [False]
    assert arm("off")["count"] == 3
    assert outcomes(client, 2) == [False] * 2


def test_times_counts_the_commands_it_names_only(client, arm):
    arm({"times": 2}, failCommands=["find"], errorCode=96)
    assert outcomes(client, 2, "aggregate") == [False] * 2
    assert outcomes(client, 4) == [True, True, False, False]


def test_skip_lets_the_first_ones_pass(client, arm):
    arm({"skip": 2}, failCommands=["find"], errorCode=96)
    assert outcomes(client, 4) == [False, False, True, True]


@pytest.mark.parametrize(("chance", "expected"), [(0, False), (1.0, True)])
def test_activation_probability(client, arm, chance, expected):
    arm({"activationProbability": chance}, failCommands=["find"], errorCode=96)
    assert outcomes(client, 3) == [expected] * 3


def test_the_error_is_the_servers(client, arm):
    arm({"times": 1}, failCommands=["find"], errorCode=112)
    with pytest.raises(OperationFailure) as caught:
        client.test.command("find", "items")
    details = caught.value.details
    assert details["ok"] == 0
    assert (details["code"], details["codeName"]) == (112, "WriteConflict")
    assert details["errmsg"] == "Failing command via 'failCommand' failpoint"
    assert "errorLabels" not in details


def test_a_retryable_write_is_retried_by_the_default_label(client, arm):
    """The server adds RetryableWriteError where a txnNumber came, so PyMongo retries."""
    arm({"times": 1}, failCommands=["insert"], errorCode=91)
    assert client.test.items.insert_one({}).acknowledged
    assert arm("off")["count"] == 1


def test_given_labels_replace_the_default_ones(client, arm):
    """An empty list takes even the default label away."""
    arm({"times": 1}, failCommands=["insert"], errorCode=91, errorLabels=[])
    with pytest.raises(AutoReconnect):
        client.test.items.insert_one({})
    arm({"times": 1}, failCommands=["insert"], errorCode=8000, errorLabels=["RetryableWriteError"])
    assert client.test.items.insert_one({}).acknowledged


def test_without_a_txn_number_no_label_is_added(connect, client, arm):
    """As on a server: the label belongs to retryable writes only."""
    other = connect(retryWrites=False)
    arm({"times": 1}, failCommands=["insert"], errorCode=91)
    with pytest.raises(AutoReconnect) as caught:
        other.test.items.insert_one({})
    assert "errorLabels" not in caught.value.details


def test_a_transaction_gets_the_transient_label(client, arm):
    arm({"times": 1}, failCommands=["insert"], errorCode=251)
    with client.start_session() as session, session.start_transaction():
        with pytest.raises(OperationFailure) as caught:
            client.test.items.insert_one({}, session=session)
        session.abort_transaction()
    assert caught.value.details["errorLabels"] == ["TransientTransactionError"]


def test_a_commit_is_retried(client, arm):
    arm({"times": 1}, failCommands=["commitTransaction"], errorCode=91)
    with client.start_session() as session, session.start_transaction():
        client.test.items.insert_one({}, session=session)
    assert arm("off")["count"] == 1


def test_a_write_concern_error_leaves_the_write_done(client, arm):
    """It is added to the reply of a write, never to a read's."""
    arm(
        "alwaysOn",
        failCommands=["insert", "find"],
        writeConcernError={"code": 100, "errmsg": "not enough", "errInfo": {"w": 9}},
    )
    with pytest.raises(WriteConcernError) as caught:
        client.test.items.insert_one({})
    assert caught.value.code == 100
    assert "codeName" not in caught.value.details  # the error is sent as it was given
    assert caught.value.details["errInfo"] == {"w": 9}
    assert list(client.test.items.find()) == []
    assert arm("off")["count"] == 1


def test_a_retryable_write_concern_error_is_retried(client, arm):
    arm({"times": 1}, failCommands=["insert"], writeConcernError={"code": 91, "errmsg": "shutting down"})
    assert client.test.items.insert_one({}).acknowledged
    assert arm("off")["count"] == 1


def test_close_connection_hangs_up(connect, arm):
    other = connect(retryReads=False)
    arm({"times": 1}, failCommands=["find"], closeConnection=True)
    with pytest.raises(AutoReconnect, match="closed"):
        list(other.test.items.find())
    assert list(other.test.items.find()) == []


def test_block_connection_holds_the_command_back(connect, arm):
    """The client's own time-out comes first; without one the command succeeds afterwards."""
    arm("alwaysOn", failCommands=["find"], blockConnection=True, blockTimeMS=300)
    hasty = connect(retryReads=False, socketTimeoutMS=30)
    with pytest.raises(AutoReconnect, match="timed out"):
        list(hasty.test.items.find())
    arm({"times": 1}, failCommands=["find"], blockConnection=True, blockTimeMS=1)
    assert list(connect().test.items.find()) == []


def test_a_blocked_command_ends_with_its_server(server, points, arm, client):
    """Stopping doesn't wait for blockTimeMS."""
    arm("alwaysOn", failCommands=["find"], blockConnection=True, blockTimeMS=60_000)
    ended = threading.Event()

    def find():
        try:
            client.test.command("find", "items")
        except AutoReconnect:
            ended.set()

    thread = threading.Thread(target=find)
    thread.start()
    while not points._fail_command.entered:
        thread.join(0.001)
    server.stop(timeout=5)
    assert ended.wait(5)
    thread.join(5)


def test_block_and_error_come_together(client, arm):
    arm({"times": 1}, failCommands=["find"], blockConnection=True, blockTimeMS=1, errorCode=96)
    assert outcomes(client, 2) == [True, False]


def test_app_name_selects_the_client(connect, client, arm):
    other = connect(appname="shop")
    arm("alwaysOn", failCommands=["find"], errorCode=96, appName="shop")
    assert outcomes(client, 1) == [False]
    assert outcomes(other, 1) == [True]


def test_namespace_selects_the_collection(client, arm):
    arm("alwaysOn", failCommands=["find"], errorCode=96, namespace="other.items")
    assert outcomes(client, 1) == [False]
    arm("alwaysOn", failCommands=["find"], errorCode=96, namespace="test.items")
    assert outcomes(client, 1) == [True]


def test_not_primary_errors_carry_the_topology_version(client, arm):
    arm({"times": 1}, failCommands=["aggregate"], errorCode=10107)
    with pytest.raises(NotPrimaryError) as caught:
        client.test.command("aggregate", "items")
    assert set(caught.value.details["topologyVersion"]) == {"processId", "counter"}


def test_a_fail_point_without_an_effect_fails_nothing(client, arm):
    arm("alwaysOn", failCommands=["find"])
    assert outcomes(client, 2) == [False, False]
    assert arm("off")["count"] == 0


def test_disarm_turns_it_off(client, arm, points):
    arm("alwaysOn", failCommands=["find"], errorCode=96)
    assert points.armed
    points.disarm()
    assert not points.armed
    assert outcomes(client, 1) == [False]


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ({"configureFailPoint": "onPrimaryTransactionalWrite", "mode": "alwaysOn"}, 266),
        ({"configureFailPoint": "failCommand"}, 20),
        ({"configureFailPoint": "failCommand", "mode": "sometimes"}, 2),
        ({"configureFailPoint": "failCommand", "mode": 3}, 14),
        ({"configureFailPoint": "failCommand", "mode": {"often": 3}}, 2),
        ({"configureFailPoint": "failCommand", "mode": {"times": -1}}, 2),
        ({"configureFailPoint": "failCommand", "mode": {"times": "1"}}, 14),
        ({"configureFailPoint": "failCommand", "mode": {"activationProbability": 1.5}}, 2),
        ({"configureFailPoint": "failCommand", "mode": "alwaysOn", "data": 3}, 14),
    ],
)
def test_a_malformed_configuration_is_refused(client, command, code):
    with pytest.raises(OperationFailure) as caught:
        client.admin.command(command)
    assert caught.value.code == code


def test_only_admin_may_configure(client):
    with pytest.raises(OperationFailure, match="admin database") as caught:
        client.test.command("configureFailPoint", "failCommand", mode="off")
    assert caught.value.code == 13


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"blockConnection": True}, "must specify 'blockTimeMS'"),
        ({"blockConnection": True, "blockTimeMS": -1}, "must be non-negative"),
    ],
)
def test_a_block_without_its_time_is_the_commands_error(client, arm, data, words):
    arm({"times": 1}, failCommands=["find"], **data)
    with pytest.raises(OperationFailure, match=words):
        client.test.command("find", "items")
