"""Mocks that publish: mongomock behind a socket, and events for the mongomock objects that a test holds."""

from __future__ import annotations

from mongotape.mock._publish import Publication, publish_events
from mongotape.mock._served import ServedMock, serve
from mongotape.mock._sessions import TransactionsIgnoredWarning

__all__ = ["Publication", "ServedMock", "TransactionsIgnoredWarning", "publish_events", "serve"]
