"""The fixtures that need no server: mocks behind a socket and scripted deployments."""

from __future__ import annotations

import pytest

from mongotape import assert_events, expect


def test_the_mock_publishes_all_families(mock_mongo_client, mock_store, event_recorder) -> None:
    """PyMongo itself publishes; the store sees the same data."""
    mock_mongo_client.shop.items.insert_one({"sku": "A1"})
    assert mock_store.shop.items.find_one({})["sku"] == "A1"
    assert_events(
        event_recorder,
        [
            expect.connection_checked_out(),
            expect.command_started("insert", database_name="shop"),
            expect.command_succeeded("insert"),
            expect.connection_checked_in(),
        ],
        mode="in_order",
    )


def test_each_test_has_a_store_of_its_own(mock_mongo_client) -> None:
    """Nothing of another test is there."""
    assert mock_mongo_client.list_database_names() == []


@pytest.mark.asyncio
async def test_the_asynchronous_mock_client(async_mock_mongo_client, mock_store, event_recorder) -> None:
    """The twin sees the same store."""
    mock_store.shop.items.insert_one({"sku": "A1"})
    assert (await async_mock_mongo_client.shop.items.find_one())["sku"] == "A1"
    assert len(event_recorder.log.commands("find")) == 1


def test_a_fake_deployments_clients_carry_the_recorder(fake_deployment, event_recorder) -> None:
    """A step-down is seen: a failed insert, then a succeeded one."""
    deployment = fake_deployment.replica_set(3)
    client = deployment.client()
    client.shop.items.insert_one({"_id": 1})
    deployment.step_down()
    client.shop.items.insert_one({"_id": 2})
    assert len(event_recorder.log.of("commandSucceededEvent")) >= 2
    event_recorder.wait_for(expect.topology_description_changed())


@pytest.mark.parametrize("server", ["embedded", "mock"])
def test_any_server_stands_behind_the_fixtures(pytester: pytest.Pytester, server: str) -> None:
    """``--tape-server mock`` puts the mock behind mongo_client and all the other fixtures."""
    pytester.makepyfile(
        """
        import pytest
        from pymongo.errors import OperationFailure

        def test_sync(mongo_database, event_recorder, failpoint):
            mongo_database.items.insert_one({})
            with failpoint("find", code=51, times=1), pytest.raises(OperationFailure):
                mongo_database.items.find_one()
            assert [e.command_name for e in event_recorder.log.commands()] == ["insert", "find"]

        def test_fresh(mongo_client):
            assert set(mongo_client.list_database_names()) <= {"admin", "config", "local"}

        @pytest.mark.asyncio
        async def test_async(async_mongo_database, event_recorder):
            await async_mongo_database.items.insert_one({})
            assert len(event_recorder.log.commands("insert")) == 1
        """
    )
    result = pytester.runpytest_subprocess(
        "-pno:cacheprovider", f"--tape-server={server}", "-oasyncio_default_fixture_loop_scope=function"
    )
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines([f"mongotape: server {server} (--tape-server)"])
