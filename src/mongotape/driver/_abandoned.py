"""Lets go of an async client that can't be closed any more, because its event loop is gone.

Its tasks ended with the loop and its sockets with the servers, but PyMongo would still warn about it when it
is collected. Tried with 4.9 and 4.20 (the flag is ``AsyncMongoClient._closed`` in both); on a version without
it PyMongo's warning remains.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pymongo import AsyncMongoClient


def abandon(client: AsyncMongoClient[Any]) -> None:
    """Tell PyMongo that nobody will close this client."""
    if hasattr(client, "_closed"):
        client._closed = True
