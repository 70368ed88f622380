"""The tutorial of MongoEngine on the served mock, and on mongomock with ``publish_events``."""

from __future__ import annotations

import mongoengine
import mongomock
import pytest

from mongotape.mock import publish_events


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
