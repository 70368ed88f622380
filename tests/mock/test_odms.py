"""The quick starts of Beanie and MongoEngine on the served mock: what people type first, unchanged."""

from __future__ import annotations

import mongoengine
import mongomock
import pytest
from beanie import Document, Indexed, Link, WriteRules, init_beanie
from pydantic import BaseModel
from pymongo import AsyncMongoClient
from pymongo.errors import DuplicateKeyError

from mongotape.mock import publish_events


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


class Author(mongoengine.Document):
    """MongoEngine's tutorial: a user."""

    email = mongoengine.EmailField(required=True, unique=True)
    name = mongoengine.StringField(max_length=50)


class Comment(mongoengine.EmbeddedDocument):
    """A part of a post."""

    text = mongoengine.StringField()


class Post(mongoengine.Document):
    """MongoEngine's tutorial: a post, with two kinds of it."""

    title = mongoengine.StringField(max_length=120, required=True)
    author = mongoengine.ReferenceField(Author, reverse_delete_rule=mongoengine.CASCADE)
    tags = mongoengine.ListField(mongoengine.StringField(max_length=30))
    comments = mongoengine.EmbeddedDocumentListField(Comment)
    likes = mongoengine.IntField(default=0)
    meta = {"allow_inheritance": True, "indexes": ["tags"]}  # noqa: RUF012 - MongoEngine's own way


class TextPost(Post):
    """A post of text."""

    content = mongoengine.StringField()


class LinkPost(Post):
    """A post of a link."""

    url = mongoengine.StringField()


def quick_start() -> None:
    """MongoEngine's tutorial, as far as it goes without a web page."""
    ross = Author(email="ross@example.com", name="Ross").save()
    with pytest.raises(mongoengine.NotUniqueError):
        Author(email="ross@example.com").save()
    TextPost(title="Fun", author=ross, content="Took a look", tags=["mongodb", "mongoengine"]).save()
    LinkPost(title="Docs", author=ross, url="http://example.com", tags=["mongoengine"]).save()
    assert [each.title for each in Post.objects.order_by("title")] == ["Docs", "Fun"]
    assert [each.title for each in TextPost.objects] == ["Fun"]
    assert Post.objects(tags="mongodb").count() == 1
    assert Post.objects(title__startswith="D").first().url == "http://example.com"
    assert Post.objects(tags="mongoengine").update(inc__likes=2) == 2
    assert Post.objects.sum("likes") == 4
    Post.objects(title="Fun").update_one(push__comments=Comment(text="Nice"))
    assert Post.objects.get(title="Fun").comments[0].text == "Nice"
    assert sorted(Post.objects.distinct("tags")) == ["mongodb", "mongoengine"]
    modified = Post.objects(title="Docs").modify(set__title="Documentation", new=True)
    assert modified.title == "Documentation"
    ross.delete()
    assert Post.objects.count() == 0


def test_mongoengines_tutorial_runs_on_the_served_mock(served):
    mongoengine.connect("shop", host=served.uri, uuidRepresentation="standard")
    try:
        quick_start()
        assert set(served.store.shop.list_collection_names()) == {"author", "post"}
    finally:
        mongoengine.disconnect()


def test_mongoengines_tutorial_on_mongomock_publishes_its_commands(recorder):
    """MongoEngine makes the client itself: mongomock's, which publishes from the moment the test asks it to."""
    client = mongoengine.connect(
        "shop",
        host="mongodb://localhost",
        mongo_client_class=mongomock.MongoClient,
        uuidRepresentation="standard",
    )
    try:
        with publish_events(client, [recorder]):
            quick_start()
    finally:
        mongoengine.disconnect()
    names = {each.command_name for each in recorder.log.of("commandStartedEvent")}
    assert names >= {"createIndexes", "insert", "find", "aggregate", "update", "findAndModify", "delete"}
    (duplicate,) = [each for each in recorder.log.of("commandSucceededEvent") if "writeErrors" in each.reply]
    assert duplicate.reply["writeErrors"][0]["code"] == 11000
