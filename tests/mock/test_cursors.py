"""Batches, getMore and killCursors."""

from __future__ import annotations

import pytest
from bson import Int64
from pymongo import CursorType
from pymongo.errors import CursorNotFound, OperationFailure


def _sent(recorder, name):
    return [each.command for each in recorder.log.commands(name)]


def _batches(recorder):
    replies = [
        each.reply
        for each in recorder.log.of("commandSucceededEvent")
        if each.command_name in ("find", "getMore")
    ]
    return [len(each["cursor"].get("firstBatch", each["cursor"].get("nextBatch"))) for each in replies]


def test_the_first_batch_has_101_documents_and_the_next_the_rest(client, recorder):
    client.shop.many.insert_many([{"_id": each} for each in range(250)])
    assert len(list(client.shop.many.find())) == 250
    assert _batches(recorder) == [101, 149]


def test_a_batch_size_is_kept_to(items, recorder):
    assert len(list(items.find(batch_size=4))) == 10
    assert _batches(recorder) == [4, 4, 2]


def test_a_result_that_ends_with_a_full_batch_needs_one_more_getmore(items, recorder):
    """A server can't know that there is nothing after the last document of a full batch."""
    list(items.find(batch_size=5))
    assert _batches(recorder) == [5, 5, 0]


def test_a_limit_that_is_reached_closes_the_cursor(items, recorder):
    assert len(list(items.find(batch_size=5, limit=8))) == 8
    assert _batches(recorder) == [5, 3]


def test_a_negative_limit_is_one_single_batch(items, recorder):
    assert len(list(items.find(limit=-3))) == 3
    assert _batches(recorder) == [3]
    assert _sent(recorder, "getMore") == []


def test_a_large_result_is_cut_into_messages_that_fit(client, recorder):
    client.shop.large.insert_many([{"_id": each, "x": "x" * 1_000_000} for each in range(40)])
    assert sum(len(each["x"]) for each in client.shop.large.find()) == 40_000_000
    assert len(_batches(recorder)) == 3
    assert max(_batches(recorder)) <= 16


def test_an_aggregate_has_batches_too(items, recorder):
    assert len(list(items.aggregate([], batchSize=4))) == 10
    assert len(_sent(recorder, "getMore")) == 2


def test_closing_a_cursor_early_kills_it_on_the_server(items, recorder):
    cursor = items.find(batch_size=2)
    next(cursor)
    number = cursor.cursor_id
    cursor.close()
    assert _sent(recorder, "killCursors")[0]["cursors"] == [number]
    (reply,) = [e.reply for e in recorder.log.of("commandSucceededEvent") if e.command_name == "killCursors"]
    assert reply["cursorsKilled"] == [number]
    with pytest.raises(OperationFailure) as caught:
        items.database.command("getMore", Int64(number), collection="items")
    assert caught.value.code == 43


def test_what_changes_after_the_find_is_not_seen_by_its_later_batches(items):
    cursor = items.find({}, batch_size=2)
    first = next(cursor)
    items.update_many({}, {"$set": {"n": -1}})
    assert [first["n"], *[each["n"] for each in cursor]] == list(range(10))


def test_getmore_of_no_cursor_is_cursor_not_found(items):
    with pytest.raises(CursorNotFound, match="cursor id 77 not found"):
        items.database.command("getMore", Int64(77), collection="items")


def test_getmore_on_another_collection_is_refused(items):
    cursor = items.find(batch_size=2)
    next(cursor)
    with pytest.raises(OperationFailure, match=r"belongs to a different namespace shop\.items") as caught:
        items.database.command("getMore", Int64(cursor.cursor_id), collection="others")
    assert caught.value.code == 13


def test_ending_a_session_closes_its_cursors(client, items):
    with client.start_session() as session:
        cursor = items.find(batch_size=2, session=session)
        next(cursor)
        lsid = session.session_id
        client.admin.command({"endSessions": [lsid]})
        with pytest.raises(CursorNotFound):
            list(cursor)


def test_a_tailable_cursor_is_named_as_what_mongomock_lacks(items):
    with pytest.raises(OperationFailure, match="'tailable'") as caught:
        list(items.find(cursor_type=CursorType.TAILABLE))
    assert caught.value.code == 238


def test_raw_batches_are_what_the_driver_reads(items):
    import bson

    raw = b"".join(items.find_raw_batches({"n": {"$lt": 2}}))
    assert [each["_id"] for each in bson.decode_all(raw)] == [0, 1]
