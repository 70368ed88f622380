"""The shop's tests on a mock: the client is PyMongo's own and so are its events, the data is mongomock's."""

from __future__ import annotations

from shop import Shop

from mongotape import assert_events, expect


def test_an_item_is_found(mock_mongo_client, mock_store, event_recorder):
    mock_store.shop.items.insert_one({"sku": "A1", "stock": 3})
    assert Shop(mock_mongo_client.shop).item("A1")["stock"] == 3
    assert_events(
        event_recorder,
        [expect.command_started("find", command={"filter": {"sku": "A1"}}), expect.command_succeeded("find")],
    )
