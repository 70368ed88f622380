"""Records what a MongoDB driver does, asserts on it, and replays driver specification tests.

The names below are imported when they are first used, so that ``import mongotape`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mongotape import expect as expect
    from mongotape.assertions import assert_events as assert_events
    from mongotape.assertions import assert_events_eventually as assert_events_eventually
    from mongotape.assertions import assert_no_events as assert_no_events
    from mongotape.errors import ExpectationError as ExpectationError
    from mongotape.errors import MongotapeError as MongotapeError
    from mongotape.errors import RecorderError as RecorderError
    from mongotape.errors import ServerUnavailableError as ServerUnavailableError
    from mongotape.errors import SpecError as SpecError
    from mongotape.errors import UnsupportedDriverError as UnsupportedDriverError
    from mongotape.errors import UsageError as UsageError
    from mongotape.events import Connection as Connection
    from mongotape.events import Family as Family
    from mongotape.events import Kind as Kind
    from mongotape.events import RecordedEvent as RecordedEvent
    from mongotape.expect import like as like
    from mongotape.expect import same as same
    from mongotape.expect import text as text
    from mongotape.log import EventLog as EventLog
    from mongotape.matching import Mismatch as Mismatch
    from mongotape.matching import operator as operator
    from mongotape.recording import EventRecorder as EventRecorder

#: Where each name of the front door is at home.
_HOMES: Final = {
    "Connection": "mongotape.events",
    "EventLog": "mongotape.log",
    "EventRecorder": "mongotape.recording",
    "ExpectationError": "mongotape.errors",
    "Family": "mongotape.events",
    "Kind": "mongotape.events",
    "Mismatch": "mongotape.matching",
    "MongotapeError": "mongotape.errors",
    "RecordedEvent": "mongotape.events",
    "RecorderError": "mongotape.errors",
    "ServerUnavailableError": "mongotape.errors",
    "SpecError": "mongotape.errors",
    "UnsupportedDriverError": "mongotape.errors",
    "UsageError": "mongotape.errors",
    "assert_events": "mongotape.assertions",
    "assert_events_eventually": "mongotape.assertions",
    "assert_no_events": "mongotape.assertions",
    "expect": "mongotape",
    "like": "mongotape.expect",
    "operator": "mongotape.matching",
    "same": "mongotape.expect",
    "text": "mongotape.expect",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    """Import a name of the front door from its home."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'mongotape' has no attribute {name!r}")
    if home == "mongotape":
        return import_module(f"mongotape.{name}")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
