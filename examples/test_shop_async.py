"""The shop on AsyncMongoClient: the same assertions, and tasks that run side by side."""

from __future__ import annotations

import pytest
from shop_async import AsyncShop

from mongotape import assert_events, assert_events_eventually, expect, same

pytestmark = pytest.mark.asyncio


async def test_stocking_up_borrows_one_connection(async_mongo_database, event_recorder):
    await AsyncShop(async_mongo_database).stock_up("A1", 3)
    assert_events(
        event_recorder,
        [
            expect.connection_checked_out(connection=same("borrowed")),
            expect.command_started("update", connection=same("borrowed")),
            expect.command_succeeded("update", connection=same("borrowed")),
            expect.connection_checked_in(connection=same("borrowed")),
        ],
        mode="in_order",
    )


async def test_items_asked_for_at_the_same_time(async_mongo_database, event_recorder):
    """Two tasks interleave; each find is between the check-out and the check-in of its own connection."""
    shop = AsyncShop(async_mongo_database)
    await shop.stock_up("A1", 3)
    with event_recorder.scope() as log:
        assert [item and item["sku"] for item in await shop.items("A1", "B2")] == ["A1", None]
    for sku in ("A1", "B2"):
        assert_events(
            log,
            [
                expect.connection_checked_out(connection=same("mine")),
                expect.command_started("find", command={"filter": {"sku": sku}}, connection=same("mine")),
                expect.connection_checked_in(connection=same("mine")),
            ],
            mode="in_order",
        )
    assert len({event.task for event in log.commands("find")}) == 2


async def test_a_server_is_discovered(async_mongo_client, event_recorder):
    """SDAM events are published by the driver's own tasks: wait for them instead of sleeping."""
    await async_mongo_client.admin.command("ping")
    await assert_events_eventually(
        event_recorder,
        [
            expect.topology_opening(),
            expect.topology_description_changed(new_description={"type": "ReplicaSetWithPrimary"}),
        ],
        mode="in_order",
        timeout=5,
    )
