"""What clients log while a test runs."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from mongotape.driver import topology_id

if TYPE_CHECKING:
    from collections.abc import Mapping

COMPONENTS: Final = ("command", "topology", "serverSelection", "connection")
_LEVELS: Final = ("emergency", "alert", "critical", "error", "warning", "notice", "info", "debug", "trace")
_LENGTH: Final = "MONGOB_LOG_MAX_DOCUMENT_LENGTH"
_LONGEST: Final = "10000"  # documents that were cut can't be compared; the format asks for this much


class Message(NamedTuple):
    """One log message."""

    level: str
    component: str
    data: Mapping[str, Any]


class LogCapture(logging.Handler):
    """Collects what PyMongo logs inside a ``with``; the loggers are afterwards as they were before."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self._messages: list[Message] = []
        self._before: list[tuple[logging.Logger, int, bool]] = []
        self._length: str | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a message of the driver's; what is no JSON document is no message of the specification."""
        from bson import json_util

        try:
            data = json_util.loads(record.getMessage())
        except ValueError:
            return
        if isinstance(data, dict):
            component = record.name.removeprefix("pymongo.")
            self._messages.append(Message(record.levelname.lower(), component, data))

    def __enter__(self) -> Self:
        self._length = os.environ.get(_LENGTH)
        os.environ[_LENGTH] = _LONGEST
        for component in COMPONENTS:
            logger = logging.getLogger(f"pymongo.{component}")
            self._before.append((logger, logger.level, logger.propagate))
            logger.setLevel(logging.DEBUG)
            logger.propagate = False
            logger.addHandler(self)
        return self

    def __exit__(self, *error: object) -> None:
        for logger, level, propagate in self._before:
            logger.removeHandler(self)
            logger.setLevel(level)
            logger.propagate = propagate
        if self._length is None:
            del os.environ[_LENGTH]
        else:
            os.environ[_LENGTH] = self._length

    def of(self, client: Any, observed: Mapping[str, str]) -> list[Message]:
        """Return a client's messages of the components and severities that it observes.

        Args:
            client: PyMongo's client.
            observed: the least severe level that counts, by component.
        """
        wanted = str(topology_id(client))
        return [
            each
            for each in list(self._messages)
            if each.component in observed
            and _LEVELS.index(each.level) <= _LEVELS.index(observed[each.component])
            and _client_of(each) == wanted
        ]

    def discard(self, client: Any) -> None:
        """Forget a client's messages."""
        unwanted = str(topology_id(client))
        self._messages = [each for each in self._messages if _client_of(each) != unwanted]


def _client_of(message: Message) -> str:
    return str(message.data.get("clientId", message.data.get("topologyId")))
