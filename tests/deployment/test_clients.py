"""Clients of a deployment are closed with it, whatever state they and their event loops are in."""

from __future__ import annotations

import asyncio
import gc
import threading
import time

import pytest
from pymongo.errors import InvalidOperation

from mongotape.deployment import FakeDeployments


def assert_closed(client):
    with pytest.raises(InvalidOperation):
        client.shop.items.find_one()


def test_sync_clients_are_closed(deployments):
    client = deployments.replica_set().client()
    client.shop.items.insert_one({})
    deployments.close()
    assert_closed(client)


def test_a_client_gets_the_listeners_it_was_meant_to(events):
    """The factory's by default, its own if it names some."""
    with FakeDeployments(event_listeners=[events.listener()]) as deployments:
        deployment = deployments.standalone()
        deployment.client(event_listeners=[]).admin.command("ping")
        assert events.seen == []
        deployment.client().admin.command("ping")
        events.wait_for("CommandSucceededEvent")


def test_closing_is_quick_when_no_member_is_up(deployments):
    """A client that closes looks for a server to end its sessions at: 30 s by default."""
    deployment = deployments.replica_set()
    deployment.client().shop.items.insert_one({})
    for member in deployment.members:
        deployment.kill(member)
    started = time.monotonic()
    deployments.close()
    assert time.monotonic() - started < 5


def test_closing_answers_what_is_held_back(deployments):
    deployment = deployments.replica_set()
    deployment.client().shop.items.insert_one({})
    deployment.hold_heartbeats()
    deployments.close()
    assert not [one for one in threading.enumerate() if one.name.startswith("mongotape-member")]


def test_closing_twice_is_as_good_as_once(deployments):
    deployment = deployments.replica_set()
    deployment.close()
    deployment.close()
    deployments.close()
    deployments.close()


def test_two_deployments_know_nothing_of_each_other(deployments):
    one, other = deployments.replica_set(), deployments.replica_set()
    one.client().shop.items.insert_one({})
    assert one.received("insert")
    assert other.commands == ()
    assert not set(one.members) & set(other.members)


def unclosed_warnings_are_errors():
    """Collects what was dropped; pytest turns PyMongo's warning about an unclosed client into a failure."""
    gc.collect()


def test_an_async_client_is_closed_with_its_loop(deployments, use):
    """asyncio.run() ends the loop before the deployment is closed."""

    async def main():
        deployment = deployments.replica_set()
        await use(deployment.async_client(), deployment)

    asyncio.run(main())
    deployments.close()
    unclosed_warnings_are_errors()


def test_an_async_client_made_outside_of_a_loop_is_closed_with_the_one_that_used_it(deployments, use):
    deployment = deployments.replica_set()
    client = deployment.async_client()
    asyncio.run(use(client, deployment))
    deployments.close()
    del client
    unclosed_warnings_are_errors()


def test_an_async_client_that_was_never_used_is_no_trouble(deployments):
    deployments.replica_set().async_client()

    async def main():
        deployments.replica_set().async_client()

    asyncio.run(main())
    deployments.close()
    unclosed_warnings_are_errors()


def test_an_async_client_whose_loop_rests_is_closed_in_it(deployments, use):
    """As in a fixture's teardown: the loop is open and does not run."""
    loop = asyncio.new_event_loop()
    deployment = deployments.replica_set()

    async def main():
        client = deployment.async_client()
        await use(client, deployment)
        return client

    client = loop.run_until_complete(main())
    deployments.close()
    with pytest.raises(InvalidOperation):
        loop.run_until_complete(use(client, deployment))
    loop.close()


def test_an_async_client_is_closed_from_another_thread(deployments, use):
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    deployment = deployments.replica_set()

    async def main():
        client = deployment.async_client()
        await use(client, deployment)
        return client

    client = asyncio.run_coroutine_threadsafe(main(), loop).result(10)
    deployments.close()
    with pytest.raises(InvalidOperation):
        asyncio.run_coroutine_threadsafe(use(client, deployment), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


@pytest.mark.asyncio
async def test_a_coroutine_closes_with_async_with(use):
    async with FakeDeployments() as deployments:
        deployment = deployments.replica_set()
        client = deployment.async_client()
        await use(client, deployment)
        sync = deployment.client()
        await asyncio.to_thread(sync.shop.items.insert_one, {})
    with pytest.raises(InvalidOperation):
        await use(client, deployment)
    assert_closed(sync)


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_anyio_closes_too(deployments, anyio_backend, use):
    deployment = deployments.replica_set()
    await use(deployment.async_client(), deployment)


@pytest.fixture
def made_early(deployments):
    """A deployment and its async client, made before the test's loop runs."""
    deployment = deployments.replica_set()
    return deployment, deployment.async_client()


@pytest.mark.asyncio
async def test_a_sync_fixture_may_make_an_async_client(made_early, use):
    deployment, client = made_early
    await use(client, deployment)


def test_sync_close_within_a_running_loop_fails_nothing(deployments, use):
    """It can't wait there; the loop closes the client."""

    async def main():
        deployment = deployments.replica_set()
        await use(deployment.async_client(), deployment)
        deployments.close()

    asyncio.run(main())
    unclosed_warnings_are_errors()
