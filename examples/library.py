"""A library on MongoEngine that knows nothing of mongotape: it makes its own client."""

from __future__ import annotations

import mongoengine as me


class Writer(me.Document):
    """Who writes."""

    name = me.StringField(required=True)


class Book(me.Document):
    """What is written."""

    title = me.StringField(required=True)
    author = me.ReferenceField(Writer)


def open_library(uri: str) -> None:
    """Connect as applications do."""
    me.connect(db="library", host=uri, uuidRepresentation="standard")


def close_library() -> None:
    """Disconnect."""
    me.disconnect()


def names_of_writers() -> list[str]:
    """Return the author of every book: one query for the books, and one more for each of them."""
    return [book.author.name for book in Book.objects]
