"""Publishing does no harm, and undoing it leaves everything exactly as it was."""

from __future__ import annotations

import gc
import re
import warnings
import weakref
from pathlib import Path

import mongomock
import pytest
from bson import ObjectId
from pymongo import WriteConcern

from mongotape.mock import publish_events

ROOT = Path(__file__).parents[2]


@pytest.fixture
def held():
    """A client with a database, a collection and what ``with_options`` makes of them."""
    client = mongomock.MongoClient()
    client.shop.items.insert_one({"_id": 1})
    return client


def _picture(*objects):
    return [dict(vars(each)) for each in objects]


def test_the_objects_are_exactly_as_before(held, recorder):
    other = held.shop.items.with_options(write_concern=WriteConcern(w="majority"))
    cursor = held.shop.items.find()
    objects = (held, held.shop, held.shop.items, other, cursor)
    before = _picture(*objects)
    with publish_events(held, [recorder]):
        assert _picture(held) != before[:1]
        other.find_one()
        late = held.store.things
        late.insert_one({"_id": 1})
        read = held.shop.items.find()
        next(read)
    assert _picture(*objects[:-1]) == before[:-1]
    assert set(vars(late)) == set(vars(held.shop.items))
    assert set(vars(read)) == set(vars(cursor))
    count = len(recorder.log)
    held.shop.items.find_one()
    late.find_one()
    list(read)
    assert len(recorder.log) == count


def test_what_existed_before_publishes_too(held, recorder):
    items, other = held.shop.items, held.shop.items.with_options(write_concern=WriteConcern(w=1, j=True))
    elsewhere = held.shop.with_options(read_preference=None)
    with publish_events(held, [recorder]):
        items.find_one()
        other.find_one()
        elsewhere.items.find_one()
        held["shop"]["items"].with_options(write_concern=WriteConcern(w=2)).find_one()
    assert len(recorder.log.of("commandStartedEvent")) == 4


def test_the_classes_of_mongomock_are_never_touched(held, recorder):
    classes = (mongomock.MongoClient, mongomock.Database, mongomock.Collection, mongomock.collection.Cursor)
    before = [dict(vars(each)) for each in classes]
    with publish_events(held, [recorder]):
        held.shop.items.find_one()
        assert [dict(vars(each)) for each in classes] == before


def test_another_client_of_the_same_address_publishes_nothing(held, recorder):
    other = mongomock.MongoClient()
    assert other == held
    with publish_events(held, [recorder]):
        other.shop.items.insert_one({"_id": 1})
        other.shop.items.find_one()
    assert len(recorder.log.of("commandStartedEvent")) == 0


def test_undoing_twice_and_after_an_error_is_no_harm(held, recorder):
    before = _picture(held, held.shop, held.shop.items)
    publication = publish_events(held, [recorder])
    with pytest.raises(ZeroDivisionError), publication:
        held.shop.items.update_one({}, {"$inc": {"_id": 1 / 0}})
    publication()
    assert _picture(held, held.shop, held.shop.items) == before


def test_an_attribute_that_a_test_placed_before_is_called_and_comes_back(held, recorder, monkeypatch):
    monkeypatch.setattr(held.shop.items, "find_one", lambda *_: {"_id": "mine"}, raising=False)
    mine = vars(held.shop.items)["find_one"]
    with publish_events(held, [recorder]):
        assert held.shop.items.find_one() == {"_id": "mine"}
    assert vars(held.shop.items)["find_one"] is mine
    assert len(recorder.log.of("commandStartedEvent")) == 1


def test_an_attribute_that_a_test_places_meanwhile_stays(held, recorder):
    def mine(*_):
        return None

    with publish_events(held, [recorder]):
        held.shop.items.find_one = mine
    assert vars(held.shop.items)["find_one"] is mine


def test_where_nobody_listens_nothing_is_placed(held):
    before = _picture(held.shop, held.shop.items)
    with publish_events(held, []):
        assert _picture(held.shop, held.shop.items) == before


def test_cursors_and_collections_that_nobody_holds_are_let_go(held, recorder):
    with publish_events(held, [recorder]):
        cursor = held.shop.items.find()
        list(cursor)
        other = held.shop.items.with_options(write_concern=WriteConcern(w=1, j=True))
        other.find_one()
        references = [weakref.ref(cursor), weakref.ref(other)]
        del cursor, other
        gc.collect()
        assert [each() for each in references] == [None, None]


def test_a_client_that_nobody_holds_is_let_go(recorder):
    client = mongomock.MongoClient()
    client.shop.items.find_one()
    undo = publish_events(client, [recorder])
    reference = weakref.ref(client)
    del client
    gc.collect()
    assert reference() is None
    undo()


def _results(operations, seed, *, publishing, recorder):
    found = []
    for operation in operations:
        client = mongomock.MongoClient()
        client.parity.items.insert_many([dict(each) for each in seed])
        undo = publish_events(client, [recorder]) if publishing else None
        try:
            result = operation.run(client.parity)
        except Exception as error:
            result = f"{type(error).__name__}: {error}"
        if undo is not None:
            undo()
        stored = {
            name: list(client.parity[name].find()) for name in sorted(client.parity.list_collection_names())
        }
        found.append((operation.name, _told(result), _told(stored)))
    return found


def _told(value):
    """A value as text, ids made on the way and addresses in memory left out."""
    if isinstance(value, ObjectId):
        return "an id"
    if isinstance(value, dict):
        return {_told(key): _told(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_told(each) for each in value]
    if type(value).__module__ == "pymongo.results":
        return {name: _told(each) for name, each in _fields(value) if name != "connectionId"}
    return value if isinstance(value, (int, float, bool, type(None))) else _without_addresses(repr(value))


def _fields(result):
    for name in ("raw_result", "bulk_api_result", "inserted_ids"):
        fields = getattr(result, name, {})
        yield from fields.items() if isinstance(fields, dict) else [(name, fields)]


def _without_addresses(text):
    return re.sub(r"0x[0-9a-f]+|[0-9a-f]{24}|datetime\.datetime\([^)]*\)|connectionId': \d+", "_", text)


def test_no_operation_returns_or_stores_anything_else_than_without_publishing(recorder, monkeypatch):
    """Every operation of the parity table, with and without."""
    monkeypatch.syspath_prepend(str(ROOT))
    from benchmarks.parity import comparing, operation

    assert len(comparing.OPERATIONS) >= 150
    operations = [each for each in operation.OPERATIONS if each.name != "sample"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain = _results(operations, operation.SEED, publishing=False, recorder=recorder)
        observed = _results(operations, operation.SEED, publishing=True, recorder=recorder)
    assert [pair for pair in zip(plain, observed, strict=True) if pair[0] != pair[1]] == []
