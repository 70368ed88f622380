"""Beanie on mongomock_motor: its first versions run and publish; why the newer ones don't start is documented."""

from __future__ import annotations

from importlib.metadata import version
from importlib.util import find_spec

import mongomock_motor
import pytest

from mongotape.mock import publish_events

if find_spec("beanie") is None:
    pytest.skip("Beanie is not installed: it needs PyMongo 4.11 or newer", allow_module_level=True)

import beanie
from pydantic import BaseModel

IS_MADE_FOR_MOTOR = int(version("beanie").partition(".")[0]) < 2


class Category(BaseModel):
    """A part of a product."""

    name: str


class Product(beanie.Document):
    """What is stored."""

    name: str
    price: beanie.Indexed(float)  # type: ignore[valid-type]
    category: Category


@pytest.mark.asyncio
@pytest.mark.skipif(not IS_MADE_FOR_MOTOR, reason="Beanie 2 is made for PyMongo's asynchronous client")
async def test_the_beanie_that_is_made_for_motor_runs_and_publishes(recorder):
    client = mongomock_motor.AsyncMongoMockClient()
    with publish_events(client, [recorder]):
        await beanie.init_beanie(database=client["shop"], document_models=[Product])
        bar = Product(name="Bar", price=5.95, category=Category(name="Chocolate"))
        await bar.insert()
        await bar.set({Product.name: "Gold bar"})
        found = await Product.find(Product.category.name == "Chocolate").sort(-Product.price).to_list()
        assert [each.name for each in found] == ["Gold bar"]
        assert await Product.find(Product.price < 10).count() == 1
        await bar.delete()
    names = [each.command_name for each in recorder.log.of("commandStartedEvent")]
    assert names == [
        "buildInfo",
        "listIndexes",
        "createIndexes",
        "insert",
        "findAndModify",
        "find",
        "aggregate",
        "delete",
    ]
    assert len(recorder.log.of("commandFailedEvent")) == 0


@pytest.mark.asyncio
@pytest.mark.skipif(IS_MADE_FOR_MOTOR, reason="this Beanie runs on mongomock_motor")
async def test_why_beanie_2_does_not_start_there(recorder):
    """docs/mocks.md names this reason."""
    client = mongomock_motor.AsyncMongoMockClient()
    with publish_events(client, [recorder]), pytest.raises(TypeError, match="authorizedCollections"):
        await beanie.init_beanie(database=client["shop"], document_models=[Product])
