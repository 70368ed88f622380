"""The quick start of Beanie on the served mock: what people type first, unchanged."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

if find_spec("beanie") is None:
    pytest.skip("Beanie is not installed: it needs PyMongo 4.11 or newer", allow_module_level=True)

from beanie import Document, Indexed, Link, WriteRules, init_beanie
from pydantic import BaseModel
from pymongo import AsyncMongoClient
from pymongo.errors import DuplicateKeyError


class Category(BaseModel):
    """A part of a product."""

    name: str
    description: str


class Maker(Document):
    """Linked from a product."""

    name: Indexed(str, unique=True)  # type: ignore[valid-type]


class Product(Document):
    """Beanie's own first example, with a link."""

    name: str
    description: str | None = None
    price: Indexed(float)  # type: ignore[valid-type]
    category: Category
    maker: Link[Maker] | None = None

    class Settings:
        """Collection and indexes."""

        name = "products"
        indexes = ["category.name"]  # noqa: RUF012 - Beanie's own way


@pytest.mark.asyncio
async def test_beanies_quick_start_runs_on_the_served_mock(served):
    async with AsyncMongoClient(served.uri) as client:
        await init_beanie(database=client.shop, document_models=[Product, Maker])
        chocolate = Category(name="Chocolate", description="A preparation of roasted cacao beans.")
        bar = Product(name="Tony's", price=5.95, category=chocolate)
        await bar.insert()
        await Product.insert_many(
            [Product(name=f"P{each}", price=each, category=chocolate) for each in range(1, 6)]
        )
        found = await Product.find_one(Product.price < 2)
        assert found is not None
        assert found.name == "P1"
        await bar.set({Product.name: "Gold bar"})
        await bar.inc({Product.price: 1})
        assert (await Product.get(bar.id)).price == pytest.approx(6.95)  # type: ignore[union-attr]
        dear = (
            await Product.find(Product.category.name == "Chocolate", Product.price > 3)
            .sort(-Product.price)
            .to_list()
        )
        assert [each.name for each in dear] == ["Gold bar", "P5", "P4"]
        assert await Product.find(Product.price <= 3).count() == 3
        assert await Product.find(Product.price <= 3).avg(Product.price) == 2
        await Product.find(Product.price < 3).update({"$set": {Product.description: "cheap"}})
        assert await Product.find(Product.description == "cheap").count() == 2
        await Product.find_one(Product.name == "New").upsert(
            {"$set": {Product.price: 9}}, on_insert=Product(name="New", price=9, category=chocolate)
        )
        assert await Product.distinct("category.name") == ["Chocolate"]
        totals = await Product.aggregate(
            [{"$group": {"_id": "$category.name", "total": {"$sum": 1}}}]
        ).to_list()
        assert totals == [{"_id": "Chocolate", "total": 7}]
        await bar.delete()
        await Product.find(Product.price < 3).delete()
        assert await Product.count() == 4
    assert served.store.shop.products.count_documents({}) == 4
    assert set(served.store.shop.products.index_information()) == {"_id_", "price_1", "category.name_1"}


@pytest.mark.asyncio
async def test_beanies_links_and_unique_indexes_hold_on_the_served_mock(served):
    async with AsyncMongoClient(served.uri) as client:
        await init_beanie(database=client.shop, document_models=[Product, Maker])
        tony = Maker(name="Tony")
        bar = Product(name="Bar", price=1, category=Category(name="C", description="d"), maker=tony)
        await bar.insert(link_rule=WriteRules.WRITE)
        again = await Product.find_one(Product.name == "Bar")
        assert again is not None
        await again.fetch_all_links()
        assert again.maker.name == "Tony"  # type: ignore[union-attr]
        with pytest.raises(DuplicateKeyError):
            await Maker(name="Tony").insert()
