"""A clock for mongomock that warns of nothing.

mongomock asks ``mongomock.utcnow``, which tests may patch; its own warns of its deprecation from Python 3.12 on,
and with ``-W error`` that warning would be an error in the server's threads.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from types import ModuleType

_users: Final[Counter[str]] = Counter()
_lock: Final = threading.Lock()


def now() -> dt.datetime:
    """Return the present moment as mongomock has it: naive, in UTC."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


def lend(mongomock: ModuleType) -> None:
    """Let mongomock ask :func:`now` while a server runs, unless a test has given it a clock of its own."""
    with _lock:
        _users[mongomock.__name__] += 1
        if mongomock.utcnow is mongomock.helpers.utcnow:
            mongomock.utcnow = now  # type: ignore[attr-defined]


def take_back(mongomock: ModuleType) -> None:
    """Give mongomock its own clock again when the last server has stopped."""
    with _lock:
        _users[mongomock.__name__] -= 1
        if not _users[mongomock.__name__] and mongomock.utcnow is now:
            mongomock.utcnow = mongomock.helpers.utcnow  # type: ignore[attr-defined]
