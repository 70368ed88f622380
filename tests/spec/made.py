"""Small specification files for the tests, written as YAML."""

from __future__ import annotations

from textwrap import dedent, indent

from mongotape.documents import parse_document
from mongotape.errors import SpecError
from mongotape.spec import SpecFile, UnifiedFile, check, lint, read

HEAD = """\
description: made
schemaVersion: "{version}"
createEntities:
  - client: {{id: client0, observeEvents: [commandStartedEvent]}}
  - database: {{id: database0, client: client0, databaseName: db}}
  - collection: {{id: collection0, database: database0, collectionName: coll}}
  - session: {{id: session0, client: client0}}
tests:
  - description: a test
"""


def text_of(test: str, version: str = "1.28") -> str:
    """A file of one test; ``test`` is what follows its description."""
    return HEAD.format(version=version) + indent(dedent(test), "    ")


def read_text(text: str) -> SpecFile:
    return read(parse_document(text, name="f.yml"))


def read_test(test: str, version: str = "1.28") -> UnifiedFile:
    """The file of one test, read."""
    spec = read_text(text_of(test, version))
    assert isinstance(spec, UnifiedFile)
    return spec


def complaints(text: str) -> list[str]:
    """What `check` says of a text."""
    try:
        document = parse_document(text, name="f.yml")
    except SpecError as error:
        return [str(complaint) for complaint in error.complaints]
    return [str(complaint) for complaint in check(document)]


def complaints_of(test: str, version: str = "1.28") -> list[str]:
    """What `check` says of a file of one test, without its position."""
    return [line.split(": ", 1)[1].removeprefix("tests[0].") for line in complaints(text_of(test, version))]


def advice_on(test: str, version: str = "1.0") -> list[str]:
    """What `lint` says of a file of one test, without its position."""
    document = parse_document(text_of(test, version), name="f.yml")
    return [str(advice).split(": ", 1)[1].removeprefix("tests[0].") for advice in lint(document)]
