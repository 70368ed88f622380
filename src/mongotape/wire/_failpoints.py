"""Fail points as a server has them: ``configureFailPoint`` and what ``failCommand`` does to a command.

Source: MongoDB server, "The failCommand Fail Point"; Retryable Writes and Transactions for the labels.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mongotape.wire._codes import NOT_PRIMARY_CODES, RETRYABLE_CODES
from mongotape.wire._hello import remind_after
from mongotape.wire._requests import CloseConnection, CommandFailure

if TYPE_CHECKING:
    from mongotape.wire._connection import Connection
    from mongotape.wire._hello import TopologyClock
    from mongotape.wire._requests import Answer, Request

_MESSAGE = "Failing command via 'failCommand' failpoint"
_ALIASES = {"ismaster": "hello", "isMaster": "hello", "findandmodify": "findAndModify"}

#: Commands that take a write concern, to whose replies a fail point's ``writeConcernError`` is added.
_TAKE_WRITE_CONCERN = frozenset(
    {
        "abortTransaction",
        "bulkWrite",
        "collMod",
        "commitTransaction",
        "create",
        "createIndexes",
        "createRole",
        "createUser",
        "delete",
        "deleteIndexes",
        "drop",
        "dropDatabase",
        "dropIndexes",
        "dropRole",
        "dropUser",
        "findAndModify",
        "insert",
        "renameCollection",
        "update",
        "updateUser",
    }
)
#: Errors after which a whole transaction may be tried again, whatever its command was.
_TRANSIENT_CODES = frozenset({24, 112, 239, 246, 249, 250, 267, 272, 13388})


#: The modes that take a number, with the largest one.
_MODES = {"times": 2**31 - 1, "skip": 2**31 - 1, "activationProbability": 1}


@dataclass(slots=True)
class _Armed:
    """A fail point's setting and how often it was entered."""

    mode: str = "off"
    left: float = 0  # times or skips left, or the probability
    data: Mapping[str, Any] | None = None
    entered: int = 0

    def enter(self) -> bool:
        """Whether the fail point acts now; called only when its data selects the command."""
        if self.mode == "times":
            self.left -= 1
            if self.left <= 0:
                self.mode = "off"
        elif self.mode == "skip" and self.left > 0:
            self.left -= 1
            return False
        elif self.mode == "activationProbability" and random.random() >= self.left:  # noqa: S311
            return False
        self.entered += 1
        return True


class FailPoints:
    """The fail points of one server; ``failCommand`` is the one that it has.

    A handler passes every request through :meth:`answer`.

    Args:
        clock: the server's, if its hello is streamed. Errors of the not-primary kind carry its version,
            which a fail point does not advance, so drivers take them for stale, as a server's own.
    """

    def __init__(self, *, clock: TopologyClock | None = None) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._fail_command = _Armed()

    @property
    def armed(self) -> bool:
        """Whether a command may be failed now."""
        return self._fail_command.mode != "off"

    def disarm(self) -> None:
        """Turns every fail point off."""
        with self._lock:
            self._fail_command.mode = "off"

    def answer(
        self,
        request: Request,
        connection: Connection,
        proceed: Callable[[Request, Connection], Answer],
    ) -> Answer:
        """The answer to a request: a fail point's, or what ``proceed(request, connection)`` gives.

        ``configureFailPoint`` is answered here, and never failed.

        Raises:
            CommandFailure: a fail point answers with an error, or ``configureFailPoint`` is malformed.
            CloseConnection: a fail point hangs up.
        """
        if request.name == "configureFailPoint":
            return self.configure(request)
        if self._fail_command.mode == "off":
            return proceed(request, connection)
        self._fail(request, connection)
        answer = proceed(request, connection)
        if isinstance(answer, Mapping):
            return self._add_write_concern_error(request, connection, answer)
        return answer

    def configure(self, request: Request) -> dict[str, Any]:
        """Arms or disarms as ``configureFailPoint`` asks; the reply counts how often it was entered before.

        Raises:
            CommandFailure: the command is malformed, not on ``admin``, or names a fail point not known here.
        """
        command = request.command
        if request.database != "admin":
            raise CommandFailure(13, "configureFailPoint may only be run against the admin database.")
        name = command["configureFailPoint"]
        if name != "failCommand":
            raise CommandFailure(266, f"{name} not found")
        mode, left = _parse_mode(command.get("mode"))
        data = command.get("data", {})
        if not isinstance(data, Mapping):
            raise CommandFailure(14, "the 'data' option to configureFailPoint must be an object")
        with self._lock:
            entered = self._fail_command.entered
            self._fail_command = _Armed(mode, left, data, entered)
        return {"count": entered, "ok": 1.0}

    def _enter(
        self, request: Request, connection: Connection, acts: Callable[[Mapping[str, Any]], bool]
    ) -> Mapping[str, Any] | None:
        """The fail point's data if it acts on this command now."""
        with self._lock:
            armed = self._fail_command
            data = armed.data or {}
            if armed.mode == "off" or not acts(data) or not _selects(data, request, connection):
                return None
            return data if armed.enter() else None

    def _fail(self, request: Request, connection: Connection) -> None:
        data = self._enter(request, connection, _fails)
        if data is None:
            return
        if data.get("blockConnection") is True:
            milliseconds = data.get("blockTimeMS")
            if not isinstance(milliseconds, int | float) or isinstance(milliseconds, bool):
                raise CommandFailure(72, "must specify 'blockTimeMS' when 'blockConnection' is true")
            if milliseconds < 0:
                raise CommandFailure(72, "'blockTimeMS' must be non-negative")
            if not connection.wait(milliseconds / 1000):
                raise CloseConnection
        if data.get("closeConnection") is True:
            raise CloseConnection
        if (code := _code(data)) is not None:
            raise self._error(code, data, request, connection)

    def _error(
        self, code: int, data: Mapping[str, Any], request: Request, connection: Connection
    ) -> CommandFailure:
        fields: dict[str, Any] = {}
        if self._clock is not None:
            if code in NOT_PRIMARY_CODES:
                fields["topologyVersion"] = self._clock.version
            remind_after(code, connection, self._clock)
        if isinstance(extra := data.get("errorExtraInfo"), Mapping):
            fields.update(extra)
        return CommandFailure(code, _MESSAGE, labels=_labels(data, request, code=code), fields=fields)

    def _add_write_concern_error(
        self, request: Request, connection: Connection, reply: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        if not reply.get("ok") or not _takes_write_concern(request):
            return reply
        data = self._enter(request, connection, lambda data: not _fails(data) and "writeConcernError" in data)
        if data is None or not isinstance(error := data["writeConcernError"], Mapping):
            return reply
        code = error.get("code")
        changed: dict[str, Any] = {
            **reply,
            "writeConcernError": dict(error),
        }  # as given: no codeName is added
        if labels := _labels(data, request, write_concern_code=code if isinstance(code, int) else None):
            changed["errorLabels"] = list(labels)
        return changed


def default_labels(
    request: Request, *, code: int | None = None, write_concern_code: int | None = None
) -> tuple[str, ...]:
    """The ``errorLabels`` that a server of version 4.4 or later adds by itself.

    Args:
        request: the failed command; its ``txnNumber`` and ``autocommit`` decide.
        code: the error's code, if the command failed.
        write_concern_code: the write concern error's code, if there is one.
    """
    command = request.command
    in_transaction = command.get("autocommit") is False
    ends_transaction = request.name in {"commitTransaction", "abortTransaction"}
    if in_transaction and code is not None:
        transient = code in _TRANSIENT_CODES
        if ends_transaction:
            transient = transient or (code == 251 and write_concern_code is None)
        else:
            transient = transient or code == 251 or code in RETRYABLE_CODES
        if transient:
            return ("TransientTransactionError",)
    retryable_write = "txnNumber" in command and not in_transaction
    if (retryable_write or (in_transaction and ends_transaction)) and (
        code in RETRYABLE_CODES or write_concern_code in RETRYABLE_CODES
    ):
        return ("RetryableWriteError",)
    return ()


def _labels(
    data: Mapping[str, Any],
    request: Request,
    *,
    code: int | None = None,
    write_concern_code: int | None = None,
) -> tuple[str, ...]:
    """The labels that the fail point gives, an empty list included, else the server's own."""
    given = data.get("errorLabels")
    if isinstance(given, list):
        return tuple(given)
    return default_labels(request, code=code, write_concern_code=write_concern_code)


def _parse_mode(mode: object) -> tuple[str, float]:
    if mode is None:
        raise CommandFailure(20, "When setting a failpoint, you must supply a 'mode'")
    if isinstance(mode, str):
        if mode not in {"off", "alwaysOn"}:
            raise CommandFailure(2, f"unknown mode: {mode}")
        return mode, 0
    if not isinstance(mode, Mapping):
        raise CommandFailure(14, "'mode' must be a string or JSON object")
    for kind, bound in _MODES.items():
        if kind in mode:
            value = mode[kind]
            if not isinstance(value, int | float) or isinstance(value, bool):
                raise CommandFailure(14, f"'{kind}' option to 'mode' must be a number")
            if not 0 <= value <= bound:
                raise CommandFailure(
                    2, f"'{kind}' option to 'mode' must lie between 0 and {bound}; found {value}"
                )
            return ("off", 0) if kind == "times" and value == 0 else (kind, value)
    raise CommandFailure(2, f"'mode' must be one of {['off', 'alwaysOn', *_MODES]}")


def _code(data: Mapping[str, Any]) -> int | None:
    code = data.get("errorCode")
    return code if isinstance(code, int) and not isinstance(code, bool) else None


def _fails(data: Mapping[str, Any]) -> bool:
    """Whether the data does something to a command before it runs."""
    return (
        data.get("closeConnection") is True or data.get("blockConnection") is True or _code(data) is not None
    )


def _selects(data: Mapping[str, Any], request: Request, connection: Connection) -> bool:
    if "appName" in data and data["appName"] != (connection.app_name or ""):
        return False
    if "namespace" in data and data["namespace"] != _namespace(request):
        return False
    if "failAllCommands" in data:
        return True
    name = _ALIASES.get(request.name, request.name)
    commands = data.get("failCommands")
    return isinstance(commands, list) and any(
        isinstance(one, str) and _ALIASES.get(one, one) == name for one in commands
    )


def _namespace(request: Request) -> str:
    target = request.command.get("collection" if request.name == "getMore" else request.name)
    return f"{request.database}.{target}" if isinstance(target, str) else request.database


def _takes_write_concern(request: Request) -> bool:
    if request.name == "aggregate":
        pipeline = request.command.get("pipeline")
        last = pipeline[-1] if isinstance(pipeline, list) and pipeline else None
        return isinstance(last, Mapping) and bool({"$out", "$merge"} & set(last))
    return _ALIASES.get(request.name, request.name) in _TAKE_WRITE_CONCERN
