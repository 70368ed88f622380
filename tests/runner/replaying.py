"""Runs specification files that a test writes down."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from mongotape.documents import parse_document
from mongotape.runner import Outcome, RunnerContext
from mongotape.spec import UnifiedFile, read

HEAD = """\
description: made
schemaVersion: "1.27"
createEntities:
  - client: {id: client0, observeEvents: [commandStartedEvent, commandSucceededEvent, commandFailedEvent]}
  - database: {id: database0, client: client0, databaseName: mongotape_runner}
  - collection: {id: collection0, database: database0, collectionName: things}
initialData:
  - {databaseName: mongotape_runner, collectionName: things, documents: [{_id: 1, x: 11}, {_id: 2, x: 22}]}
tests:
  - description: made
"""


def file_of(text: str, name: str = "made.yml") -> UnifiedFile:
    """A whole file from its text."""
    file = read(parse_document(dedent(text), name=name))
    assert isinstance(file, UnifiedFile)
    return file


def file_with(test: str) -> UnifiedFile:
    """A file with one client, database and collection, and a test of which only the keys are given."""
    return file_of(HEAD + indent(dedent(test), "    "))


def run(context: RunnerContext, test: str) -> Outcome:
    """What comes of a test of which only the keys are given (see ``file_with``)."""
    file = file_with(test)
    return context.run(file, file.tests[0])


def skip_what_mongomock_lacks(outcome: Outcome) -> None:
    """On the served mock there are no transactions and no change streams."""
    if outcome.status == "failed" and "238: mongomock" in outcome.text:
        pytest.skip(outcome.sentence)
