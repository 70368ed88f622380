"""An application on MongoEngine, captured without touching its code."""

from __future__ import annotations

import library
import pytest

from mongotape import assert_events, expect

pytestmark = pytest.mark.mongo_capture


@pytest.fixture
def opened(mongo_uri):
    library.open_library(mongo_uri)
    yield
    library.close_library()


def test_saving_a_book(opened, event_recorder):
    author = library.Writer(name="Ursula").save()
    with event_recorder.scope() as log:
        library.Book(title="The Dispossessed", author=author).save()
    assert_events(
        log,
        [
            expect.command_started(
                "insert",
                database_name="library",
                command={
                    "insert": "book",
                    "documents": [
                        {"_id": {"$$type": "objectId"}, "title": "The Dispossessed", "author": author.id}
                    ],
                },
            ),
            expect.command_succeeded("insert"),
        ],
    )


def test_a_query_for_each_book_is_seen(opened, event_recorder):
    """The classic surprise of object mappers: three books, four queries."""
    for name in ("Ursula", "Octavia", "Joanna"):
        library.Book(title="A book", author=library.Writer(name=name).save()).save()
    with event_recorder.scope() as log:
        assert sorted(library.names_of_writers()) == ["Joanna", "Octavia", "Ursula"]
    assert [event.command["find"] for event in log.commands("find")] == ["book", "writer", "writer", "writer"]
