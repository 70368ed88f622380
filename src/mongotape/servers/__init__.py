"""What stands behind ``mongo_uri``: an embedded server, a served mock, or a deployment that was given."""

from __future__ import annotations

from mongotape.servers._choice import Choice, choose
from mongotape.servers._failpoints import FailPoints
from mongotape.servers._running import Running, start
from mongotape.servers._uris import ShownRedacted, addresses, database_free, redacted

__all__ = [
    "Choice",
    "FailPoints",
    "Running",
    "ShownRedacted",
    "addresses",
    "choose",
    "database_free",
    "redacted",
    "start",
]
