"""Private names of PyMongo that a feature can't do without: there, or one sentence that names them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from mongotape.errors import UnsupportedDriverError


async def settle(value: Any) -> Any:
    """Return what PyMongo returned, awaited where its async API gave an awaitable."""
    return await value if hasattr(value, "__await__") else value


def private(owner: Any, name: str, *, wanted: str) -> Any:
    """Return a private attribute.

    Args:
        owner: an object or class of PyMongo's, or the name of a module.
        name: the attribute's.
        wanted: what can't be done without it, and the versions it was tried with.

    Raises:
        UnsupportedDriverError: this PyMongo has no such name.
    """
    try:
        return getattr(import_module(owner) if isinstance(owner, str) else owner, name)
    except (ImportError, AttributeError):
        import pymongo

        where = owner if isinstance(owner, str) else type(owner).__name__
        raise UnsupportedDriverError(
            f"PyMongo {pymongo.version} lacks {where}.{name}: {wanted}; install one of these versions"
        ) from None


class SilentMonitor:
    """Stands where a client has a server's monitor, and asks the server nothing."""

    def __init__(self, server_description: Any, topology: Any, pool: Any, topology_settings: Any) -> None:
        pass

    def open(self) -> None:
        """Starts nothing."""

    def request_check(self) -> None:
        """Nobody checks."""

    def cancel_check(self) -> None:
        """Nothing to cancel."""

    def gc_safe_close(self) -> None:
        """Nothing to close."""

    def close(self) -> Settled:
        """Nothing to close."""
        return Settled()

    def join(self) -> Settled:
        """Nothing to wait for."""
        return Settled()


class Settled:
    """An awaitable that is over; it need not be awaited."""

    def __await__(self) -> Any:
        return iter(())


def client_of(api: str, uri: str, listener: Any, **options: Any) -> Any:
    """Return a client that monitors nothing and is not opened yet."""
    import pymongo

    make: Any = pymongo.MongoClient if api == "sync" else pymongo.AsyncMongoClient
    return make(uri, connect=False, event_listeners=[listener], _monitor_class=SilentMonitor, **options)
