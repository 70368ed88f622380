"""A deployment behaves as servers do when its members step down, die, join and leave."""

from __future__ import annotations

import threading
import time

import pymongo
import pytest
from pymongo import monitoring
from pymongo.errors import NotPrimaryError, OperationFailure, ServerSelectionTimeoutError

from mongotape.deployment import Address
from mongotape.errors import UsageError


def writes(deployment, *names):
    """The members that received inserts, in order."""
    return [command.member for command in deployment.received(*names or ("insert",))]


def wait_until_known(client, known):
    """Waits until what the client knows satisfies ``known(description)``."""
    deadline = time.monotonic() + 10
    while not known(client.topology_description):
        assert time.monotonic() < deadline, client.topology_description
        threading.Event().wait(0.002)


def nodes_become(client, expected):
    """Waits until the client knows exactly these members."""
    wait_until_known(client, lambda description: set(description.server_descriptions()) == set(expected))


def test_a_replica_set_is_found_through_hello(replica_set):
    """Every member, its role and the set's name, from any one of the seeds."""
    client = replica_set.client()
    client.admin.command("ping")
    assert client.primary == replica_set.primary
    nodes_become(client, replica_set.members)
    seeded = pymongo.MongoClient(f"mongodb://{replica_set.members[2]}/?replicaSet=rs0")
    with seeded:
        seeded.shop.items.insert_one({})
        assert seeded.primary == replica_set.primary
        nodes_become(seeded, replica_set.members)
    assert set(replica_set.secondaries) == set(replica_set.members) - {replica_set.primary}
    assert replica_set.uri.endswith("/?replicaSet=rs0")
    assert all(str(member) in replica_set.uri for member in replica_set.members)


def test_addresses_equal_pymongos_and_print_as_in_a_uri(replica_set):
    address = replica_set.primary
    assert address == (address.host, address.port)
    assert f"{address}" == f"127.0.0.1:{address.port}"
    assert isinstance(address, Address)


def test_a_replica_set_has_the_name_and_size_it_was_given(deployments):
    deployment = deployments.replica_set(5, name="shop")
    client = deployment.client()
    client.shop.items.insert_one({})
    nodes_become(client, deployment.members)
    assert len(deployment.members) == 5
    assert client.topology_description.replica_set_name == "shop"


def test_a_write_survives_a_step_down(replica_set):
    """It is refused by the old primary and done by the new one, without the application noticing."""
    client = replica_set.client()
    client.shop.items.insert_one({"n": 1})
    old = replica_set.primary
    new = replica_set.step_down(hold_heartbeats=True)
    assert new == replica_set.primary != old
    assert client.shop.items.insert_one({"n": 2}).acknowledged
    assert writes(replica_set) == [old, old, new]


@pytest.mark.asyncio
async def test_an_async_write_survives_a_step_down(replica_set, use):
    client = replica_set.async_client()
    await use(client, replica_set)
    old = replica_set.primary
    new = replica_set.step_down(hold_heartbeats=True)
    assert (await client.shop.items.insert_one({"n": 2})).acknowledged
    assert writes(replica_set) == [old, old, new]


def test_held_heartbeats_always_let_the_write_be_refused_first(replica_set):
    """Twenty times in a row; without holding, a fast monitor would send some writes straight to the new one."""
    client = replica_set.client()
    client.shop.items.insert_one({})
    expected = writes(replica_set)
    for _ in range(20):
        old = replica_set.primary
        new = replica_set.step_down(hold_heartbeats=True)
        client.shop.items.insert_one({})
        expected += [old, new]
    assert writes(replica_set) == expected


def test_without_holding_the_step_down_is_told_at_once(replica_set, events):
    """A streamed hello reports it with no command in between; heartbeatFrequencyMS is 10 s."""
    client = replica_set.client(event_listeners=[events.listener(monitoring.ServerHeartbeatListener)])
    client.shop.items.insert_one({})
    old = replica_set.primary
    is_told = lambda event: (
        type(event).__name__ == "ServerHeartbeatSucceededEvent"
        and event.connection_id == old
        and event.awaited
        and event.reply.document["secondary"] is True
    )
    events.wait_for(lambda event: getattr(event, "awaited", False) and event.connection_id == old)
    replica_set.step_down()
    events.wait_for(is_told, timeout=5)
    assert len(replica_set.received("insert")) == 1


def test_release_heartbeats_tells_without_a_refusal(replica_set):
    client = replica_set.client()
    client.shop.items.insert_one({})
    replica_set.hold_heartbeats()
    old, new = replica_set.primary, replica_set.step_down()
    assert client.primary == old
    replica_set.release_heartbeats()
    wait_until_known(client, lambda description: client.primary == new)
    client.shop.items.insert_one({})
    assert writes(replica_set) == [old, new]


def test_new_connections_are_greeted_while_heartbeats_are_held(replica_set):
    """A handshake is no heartbeat: it must not hang."""
    replica_set.hold_heartbeats()
    client = replica_set.client()
    client.shop.items.insert_one({})
    assert writes(replica_set) == [replica_set.primary]


def test_a_refused_write_carries_what_drivers_look_at(replica_set):
    client = replica_set.client(retryWrites=False)
    client.shop.items.insert_one({})
    known = client.topology_description.server_descriptions()[replica_set.primary].topology_version
    replica_set.step_down(hold_heartbeats=True)
    with pytest.raises(NotPrimaryError) as caught:
        client.shop.items.insert_one({})
    details = caught.value.details
    assert (details["code"], details["codeName"]) == (10107, "NotWritablePrimary")
    assert details["errorLabels"] == ["RetryableWriteError"]
    assert details["topologyVersion"]["processId"] == known["processId"]
    assert details["topologyVersion"]["counter"] > known["counter"]


def test_a_read_on_a_member_that_stepped_down_is_refused_and_retried(replica_set):
    """With NotPrimaryNoSecondaryOk (13435), unless its read preference allows a secondary."""
    client = replica_set.client()
    client.shop.items.insert_one({})
    old = replica_set.primary
    new = replica_set.step_down(hold_heartbeats=True)
    assert client.shop.items.find_one() is None
    assert writes(replica_set, "find") == [old, new]
    secondary = client.shop.get_collection("items", read_preference=pymongo.ReadPreference.SECONDARY)
    assert secondary.find_one() is None
    assert writes(replica_set, "find")[-1] != new


def test_a_transaction_interrupted_by_a_step_down_is_transient(replica_set):
    client = replica_set.client()
    with client.start_session() as session, session.start_transaction():
        client.shop.items.insert_one({}, session=session)
        replica_set.step_down(hold_heartbeats=True)
        with pytest.raises(NotPrimaryError) as caught:
            client.shop.items.insert_one({}, session=session)
        session.abort_transaction()
    assert caught.value.has_error_label("TransientTransactionError")


def test_step_down_to_a_named_member(replica_set):
    wanted = replica_set.secondaries[1]
    for form in (wanted, str(wanted)):
        if replica_set.primary == wanted:
            replica_set.step_down()
        assert replica_set.step_down(to=form) == wanted == replica_set.primary


def test_a_set_without_a_primary_takes_no_writes_until_it_elects(replica_set):
    client = replica_set.client(serverSelectionTimeoutMS=50)
    client.shop.items.insert_one({})
    assert replica_set.step_down(elect=False) is None
    assert replica_set.primary is None
    assert len(replica_set.secondaries) == 3
    wait_until_known(client, lambda description: not description.has_writable_server())
    with pytest.raises(ServerSelectionTimeoutError):
        client.shop.items.insert_one({})
    elected = replica_set.elect(replica_set.members[2])
    wait_until_known(client, lambda description: client.primary == elected)
    client.shop.items.insert_one({})
    assert writes(replica_set)[-1] == elected


def test_election_ids_rise_so_that_a_client_never_goes_back(replica_set):
    client = replica_set.client()
    ids = []
    for _ in range(3):
        new = replica_set.step_down()
        wait_until_known(client, lambda description: client.primary == new)  # noqa: B023 - used at once
        ids.append(client.admin.command("hello")["electionId"])
    assert len(set(ids)) == 3
    assert ids == sorted(ids)


def test_the_primary_dies_and_another_is_elected(replica_set):
    """The retried write reaches it; the dead one refuses connections and comes back as a secondary."""
    client = replica_set.client()
    client.shop.items.insert_one({})
    old = replica_set.primary
    replica_set.kill(old)
    assert client.shop.items.insert_one({}).acknowledged
    assert writes(replica_set)[-1] == replica_set.primary != old
    assert old not in replica_set.secondaries
    with (
        pymongo.MongoClient(*old, serverSelectionTimeoutMS=50, directConnection=True) as direct,
        pytest.raises(ServerSelectionTimeoutError, match="refused"),
    ):
        direct.admin.command("ping")
    replica_set.revive(old)
    assert old in replica_set.secondaries
    with pymongo.MongoClient(*old, directConnection=True) as direct:
        assert direct.admin.command("hello")["secondary"] is True


def test_a_revived_member_is_a_new_process(replica_set):
    """Another processId, and no fail point left armed."""
    target = replica_set.secondaries[0]

    def direct():
        return pymongo.MongoClient(*target, directConnection=True)

    with direct() as client:
        before = client.admin.command("hello")["topologyVersion"]["processId"]
        client.admin.command(
            "configureFailPoint",
            "failCommand",
            mode="alwaysOn",
            data={"failCommands": ["ping"], "errorCode": 96},
        )
        with pytest.raises(OperationFailure):
            client.admin.command("ping")
    replica_set.kill(target)
    replica_set.revive(target)
    with direct() as client:
        assert client.admin.command("hello")["topologyVersion"]["processId"] != before
        assert client.admin.command("ping")["ok"] == 1


def test_a_set_without_a_majority_has_no_primary(replica_set):
    first, second = replica_set.secondaries
    primary = replica_set.primary
    replica_set.kill(first)
    assert replica_set.primary == primary
    replica_set.kill(second)
    assert replica_set.primary is None
    with pytest.raises(UsageError, match=r"2 of 3 members are down.*revive one"):
        replica_set.elect()
    replica_set.revive(first)
    assert replica_set.primary is not None


def test_a_killed_primary_may_leave_the_set_without_one(replica_set):
    replica_set.kill(replica_set.primary, elect=False)
    assert replica_set.primary is None
    assert len(replica_set.secondaries) == 2


def test_clients_find_a_member_that_is_added_and_forget_one_that_is_removed(replica_set):
    client = replica_set.client()
    client.shop.items.insert_one({})
    added = replica_set.add()
    nodes_become(client, replica_set.members)
    wait_until_known(client, lambda description: added in client.nodes)
    assert added in replica_set.secondaries
    replica_set.remove(added)
    nodes_become(client, replica_set.members)
    assert added not in client.nodes
    with pytest.raises(UsageError, match="is no member"):
        replica_set.kill(added)


def test_a_removed_primary_steps_down_first(replica_set):
    client = replica_set.client()
    client.shop.items.insert_one({})
    old = replica_set.primary
    replica_set.remove(old)
    client.shop.items.insert_one({})
    nodes_become(client, replica_set.members)
    assert len(replica_set.members) == 2
    with pymongo.MongoClient(*old, directConnection=True) as direct:
        hello = direct.admin.command("hello")
        assert hello["isreplicaset"] is True
        assert "setName" not in hello


def test_disconnect_breaks_connections_and_nothing_else(replica_set, events):
    """The monitor notices; the pool is cleared; the next write finds the same primary again."""
    client = replica_set.client(event_listeners=[events.listener(monitoring.ConnectionPoolListener)])
    client.shop.items.insert_one({})
    replica_set.disconnect(replica_set.primary)
    events.wait_for("PoolClearedEvent")
    client.shop.items.insert_one({})
    replica_set.disconnect()
    client.shop.items.insert_one({})
    assert set(writes(replica_set)) == {replica_set.primary}


def test_a_scripted_state_change_is_over_at_once(replica_set):
    """A member that said it was no primary, or shutting down, is found again without waiting 10 s for hello."""
    client = replica_set.client()
    for code in (10107, 11602, 91, 11600):
        replica_set.on("insert", reply=replica_set.error(code))
        started = time.monotonic()
        client.shop.items.insert_one({})
        assert time.monotonic() - started < 5
    assert len(replica_set.received("insert")) == 8


def test_a_standalone_server(deployments):
    """No retryable writes, no set; the address is its primary."""
    deployment = deployments.standalone()
    client = deployment.client()
    assert client.shop.items.insert_one({}).acknowledged
    assert client.topology_description.topology_type_name == "Single"
    assert "txnNumber" not in deployment.received("insert")[0].command
    assert deployment.primary == deployment.members[0]
    assert deployment.secondaries == ()
    with pytest.raises(UsageError, match=r"step_down\(\): a standalone deployment has no elections"):
        deployment.step_down()
    with pytest.raises(UsageError, match=r"add\(\): a standalone server"):
        deployment.add()
    with pytest.raises(UsageError, match="only member"):
        deployment.remove(deployment.members[0])


def test_a_sharded_cluster_spreads_over_its_mongos(deployments):
    deployment = deployments.sharded(2)
    client = deployment.client()
    client.shop.items.insert_one({})
    nodes_become(client, deployment.members)
    assert client.topology_description.topology_type_name == "Sharded"
    assert client.is_mongos
    assert deployment.primary is None
    with pytest.raises(UsageError, match="sharded deployment has no elections"):
        deployment.step_down()


def test_a_write_survives_the_death_of_its_mongos(deployments):
    deployment = deployments.sharded(2)
    client = deployment.client()
    client.shop.items.insert_one({})
    deployment.kill(writes(deployment)[0])
    for _ in range(5):
        client.shop.items.insert_one({})
    assert len(set(writes(deployment)[1:])) == 1


def test_a_mongos_appears_when_one_in_the_seed_list_starts_answering(deployments):
    """PyMongo finds new ones only so; it looks again at the next heartbeat, 500 ms at the least."""
    deployment = deployments.sharded(1, absent=1)
    client = deployment.client(heartbeatFrequencyMS=500)
    client.shop.items.insert_one({})
    absent = deployment.members[1]
    assert client.nodes == {deployment.members[0]}
    assert deployment.add() == absent
    wait_until_known(client, lambda description: absent in client.nodes)
    deployment.kill(deployment.members[0])
    client.shop.items.insert_one({})
    assert writes(deployment)[-1] == absent


def test_a_further_mongos_is_in_the_uri_from_then_on(deployments):
    deployment = deployments.sharded(1)
    added = deployment.add()
    assert str(added) in deployment.uri
    client = deployment.client()
    client.shop.items.insert_one({})
    nodes_become(client, deployment.members)
    deployment.remove(added)
    assert str(added) not in deployment.uri


def test_fail_points_work_on_a_member(replica_set):
    client = replica_set.client()
    client.admin.command(
        "configureFailPoint",
        "failCommand",
        mode={"times": 1},
        data={"failCommands": ["insert"], "errorCode": 91},
    )
    assert client.shop.items.insert_one({}).acknowledged
    assert len(replica_set.received("insert")) == 2


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda d: d.kill("127.0.0.1:1"), "127.0.0.1:1 is no member of this deployment; its members are"),
        (lambda d: d.kill("nonsense"), "'nonsense' is no member's address; give"),
        (lambda d: d.kill(None), "None is no member's address"),
        (lambda d: d.revive(d.primary), r"is up; kill\(\) it first"),
        (lambda d: (d.kill(d.secondaries[0]), d.kill(d.members[1])), "is down already"),
        (lambda d: d.step_down(to=d.primary), "that is the primary already"),
        (lambda d: d.step_down(to="127.0.0.1:1"), "is not a member that is up"),
        (lambda d: (d.step_down(elect=False), d.step_down()), r"there is no primary; elect\(\) one first"),
        (lambda d: d.on("find", reply={}, member="127.0.0.1:1"), "is no member"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(replica_set, act, words):
    before = replica_set.primary
    with pytest.raises(UsageError, match=words):
        act(replica_set)
    assert replica_set.primary in {before, None}


@pytest.mark.parametrize("count", [0, 51, True, "3"])
def test_a_number_of_members_out_of_range_is_refused(deployments, count):
    with pytest.raises(UsageError, match="give a number from 1 to 50"):
        deployments.replica_set(count)
    with pytest.raises(UsageError, match="give a number from 1 to 50"):
        deployments.sharded(count)


def test_a_single_member_steps_down_to_nobody(deployments):
    deployment = deployments.replica_set(1)
    assert deployment.step_down() is None
    assert deployment.elect() == deployment.members[0]
