"""A shop's tests: which commands it sends, on which connections, and what happens when they fail."""

from __future__ import annotations

import pytest
from pymongo.errors import DuplicateKeyError, OperationFailure
from shop import Shop, SoldOutError

from mongotape import assert_events, assert_no_events, expect, like, same


@pytest.fixture
def shop(mongo_database) -> Shop:
    return Shop(mongo_database)


def test_looking_at_an_item_borrows_one_connection(shop, event_recorder):
    shop.item("A1")
    with event_recorder.scope() as log:
        shop.item("A1")
    assert_events(
        log,
        [
            expect.connection_check_out_started(),
            expect.connection_checked_out(connection=same("borrowed")),
            expect.command_started("find", command={"filter": {"sku": "A1"}}, connection=same("borrowed")),
            expect.command_succeeded("find"),
            expect.connection_checked_in(connection=same("borrowed")),
        ],
    )


def test_an_order_is_an_update_and_an_insert(shop, event_recorder):
    shop.stock_up("A1", 1)
    with event_recorder.scope() as log:
        shop.order("A1")
    assert_events(
        log,
        [
            expect.command_started("update", command={"updates": [like({"u": {"$inc": {"stock": -1}}})]}),
            expect.command_succeeded("update", reply={"n": 1, "nModified": 1}),
            expect.command_started("insert", command={"insert": "orders"}),
            expect.command_succeeded("insert"),
        ],
    )


def test_what_is_sold_out_is_not_ordered(shop, event_recorder):
    with pytest.raises(SoldOutError):
        shop.order("A1")
    assert_no_events(event_recorder, [expect.command_started("insert")])


def test_a_duplicate_is_a_reply_with_an_error_inside(shop, event_recorder):
    shop.keep_skus_unique()
    shop.add("A1")
    with event_recorder.scope() as log, pytest.raises(DuplicateKeyError):
        shop.add("A1")
    assert_events(
        log,
        [
            expect.command_started("insert"),
            expect.command_succeeded("insert", reply={"n": 0, "writeErrors": [like({"code": 11000})]}),
        ],
    )


def test_a_command_that_the_server_refuses(shop, event_recorder, failpoint):
    with failpoint("find", code=50), pytest.raises(OperationFailure):
        shop.item("A1")
    assert_events(
        event_recorder,
        [expect.command_started("find"), expect.command_failed("find", failure={"code": 50})],
    )


def test_a_retry_seen_through_events(shop, event_recorder, failpoint):
    """The driver sends a write again after a retryable error: the same transaction number, a new request."""
    shop.stock_up("A1", 1)
    with event_recorder.scope() as log, failpoint("update", code=91, times=1, labels=["RetryableWriteError"]):
        shop.stock_up("A1", 1)
    assert_events(
        log,
        [
            expect.command_started("update", command={"txnNumber": same("txn"), "lsid": same("session")}),
            expect.command_failed("update", failure={"code": 91}),
            expect.command_started("update", command={"txnNumber": same("txn"), "lsid": same("session")}),
            expect.command_succeeded("update"),
        ],
    )
    first, second = log.commands("update")
    assert first.request_id != second.request_id
    assert shop.item("A1")["stock"] == 2
