"""What a specification runner needs of its own clients and PyMongo's public API doesn't give.

Quick monitors, so that a server that was lost is looked for at once instead of after half a second; the
topology's id in log messages; a way to break off a client that hangs. All of it per client, nothing global.

Tried with PyMongo 4.9 and 4.20. On a version that lacks one of these names the client works as PyMongo makes
it: slower to rediscover a server, its log messages not told apart from another client's, a hanging operation
left to its own time-outs.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from importlib import import_module
from inspect import iscoroutinefunction
from typing import Any, Final

_QUICK_SECONDS: Final = 0.005
_HOUSEKEEPING_SECONDS: Final = 0.1  # pools are filled and abandoned cursors killed in this rhythm


@cache
def _quick_monitor(api: str) -> type | None:
    try:
        if api == "sync":
            from pymongo.synchronous.monitor import Monitor
        else:
            from pymongo.asynchronous.monitor import Monitor  # type: ignore[assignment]
    except ImportError:
        return None

    class QuickMonitor(Monitor):
        """Wakes for a requested check at once; between checks it rests as long as any monitor does."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            for executor in (self, getattr(self, "_rtt_monitor", None)):
                if hasattr(getattr(executor, "_executor", None), "_min_interval"):
                    executor._executor._min_interval = _QUICK_SECONDS  # type: ignore[union-attr]

    return QuickMonitor


def quick_options(api: str, *, polling: bool) -> dict[str, Any]:
    """Return options that make a client find a lost server within milliseconds.

    Args:
        api: "sync" or "async".
        polling: the monitor may ask instead of being told: a streaming one notices that its check was
            cancelled only every half second.
    """
    monitor = _quick_monitor(api)
    options: dict[str, Any] = {} if monitor is None else {"_monitor_class": monitor}
    return options | {"serverMonitoringMode": "poll"} if polling else options


def hasten(client: Any) -> None:
    """Let a client that was not opened yet fill its pools and kill its cursors ten times as often."""
    executor: Any = getattr(client, "_kill_cursors_executor", None)
    if hasattr(executor, "_interval") and hasattr(executor, "_min_interval"):
        executor._interval = _HOUSEKEEPING_SECONDS
        executor._min_interval = _HOUSEKEEPING_SECONDS / 5


def open_client(client: Any) -> Any:
    """Start a client's monitoring; to be awaited on the async API."""
    if hasattr(type(client), "aconnect"):  # a client has any name as a database
        return client.aconnect()
    connect = getattr(client, "_connect", None) or getattr(client, "_get_topology", None)
    return connect() if connect is not None else None


def topology_id(client: Any) -> Any:
    """Return the id by which log messages tell clients apart; None where it can't be told."""
    settings = getattr(client, "_topology_settings", None) or getattr(
        getattr(client, "_topology", None), "_settings", None
    )
    return getattr(settings, "_topology_id", None)


def break_off(client: Any) -> None:
    """Let what waits in a sync client, in another thread, fail within half a second; tasks are cancelled instead."""
    topology = getattr(client, "_topology", None)
    if iscoroutinefunction(getattr(topology, "close", None)):
        return
    servers: dict[Any, Any] = getattr(topology, "_servers", {})
    for server in list(servers.values()):
        for context in list(getattr(getattr(server, "pool", None), "active_contexts", ())):
            with suppress(Exception):
                context.cancel()
    with suppress(Exception):
        if topology is not None:
            topology.close()


def is_closed(client: Any) -> bool:
    """Return whether a client was closed; False where it can't be told."""
    return bool(getattr(client, "_closed", False))


def pinned_address(session: Any) -> tuple[str, int | None] | None:
    """Return the server that a session's transaction is bound to."""
    transaction = getattr(session, "_transaction", None)
    address: tuple[str, int | None] | None = getattr(transaction, "pinned_address", None)
    return address


_STATES: Final = {
    "NONE": "none",
    "STARTING": "starting",
    "IN_PROGRESS": "in_progress",
    "COMMITTED": "committed",
    "COMMITTED_EMPTY": "committed",
    "ABORTED": "aborted",
}


def transaction_state(session: Any) -> str | None:
    """Return the format's word for the state of a session's transaction; None where it can't be told."""
    state = getattr(getattr(session, "_transaction", None), "state", None)
    states = _states()
    return next((word for name, word in _STATES.items() if getattr(states, name, object()) == state), None)


@cache
def _states() -> Any:
    """PyMongo's constants, where a version has them."""
    for place in ("pymongo.client_session_shared", "pymongo.synchronous.client_session"):
        try:
            return import_module(place)._TxnState
        except (ImportError, AttributeError):
            continue
    return None


def is_dirty(session: Any) -> bool | None:
    """Return whether a session's server session saw a network error; None where it can't be told."""
    server_session = getattr(session, "_server_session", None)
    dirty: bool | None = getattr(server_session, "dirty", None)
    return dirty
