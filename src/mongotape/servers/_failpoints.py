"""Arms ``failCommand`` on a server and always disarms it.

Source: the server's ``configureFailPoint`` command, as the specifications' tests use it.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mongotape.errors import ServerUnavailableError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_UNKNOWN_COMMAND = 59
_NO_TEST_COMMANDS = (_UNKNOWN_COMMAND, 13, 40415)


class FailPoints:
    """Fail points of one server, one at a time as the server has them.

    Args:
        admin: a client that nothing records.
        app_name: which clients are hit where nothing else is said; None hits all of the server's clients.
    """

    def __init__(self, admin: Any, app_name: str | None = None) -> None:
        self._admin = admin
        self._app_name = app_name
        self._armed = False

    @contextmanager
    def __call__(
        self,
        *commands: str,
        code: int | None = None,
        labels: Sequence[str] = (),
        times: int | None = None,
        skip: int | None = None,
        close_connection: bool = False,
        block_ms: int | None = None,
        write_concern_error: dict[str, Any] | None = None,
        app_name: str | None = "",
    ) -> Iterator[None]:
        """Let commands fail inside the block.

        Args:
            commands: names of the commands that fail.
            code: the error code that the server answers with.
            labels: the error labels in its answer.
            times: how many commands fail; without it all of them.
            skip: how many commands are let through before the first one fails.
            close_connection: the server closes the connection instead of answering.
            block_ms: milliseconds that it waits before it goes on.
            write_concern_error: the write concern error in its answer, ``{"code": 91, "errmsg": ...}``.
            app_name: only clients with this ``appName`` are hit; None hits all clients. Without it: all
                clients of a server of one's own, the fixtures' clients on a server that was given.

        Raises:
            UsageError: nothing would happen, or another fail point is armed.
            ServerUnavailableError: this server has no fail points.
        """
        failure = {
            "errorCode": code,
            "closeConnection": close_connection or None,
            "blockConnection": None if block_ms is None else True,
            "blockTimeMS": block_ms,
            "writeConcernError": write_concern_error,
        }
        data: dict[str, Any] = {name: value for name, value in failure.items() if value is not None}
        if not commands:
            raise UsageError('failpoint: name the commands that fail, as in failpoint("insert", code=91)')
        if not data:
            raise UsageError(
                "failpoint: nothing would fail; give code=, close_connection=True, block_ms= or"
                " write_concern_error="
            )
        mode = _mode(times, skip)
        data["failCommands"] = list(commands)
        if labels:
            data["errorLabels"] = list(labels)
        hit = self._app_name if app_name == "" else app_name
        if hit is not None:
            data["appName"] = hit
        if self._armed:
            raise UsageError(
                "failpoint: failCommand is armed already, and a server has only one; leave its block first"
            )
        self._armed = True
        try:
            self._configure(mode, data)
            yield
        finally:
            self.disarm()

    def disarm(self) -> None:
        """Let no command fail any more."""
        if self._armed:
            self._armed = False
            self._configure("off", None)

    def _configure(self, mode: Any, data: dict[str, Any] | None) -> None:
        from pymongo.errors import OperationFailure

        command: dict[str, Any] = {"configureFailPoint": "failCommand", "mode": mode}
        if data is not None:
            command["data"] = data
        try:
            self._admin.admin.command(command)
        except OperationFailure as error:
            if error.code not in _NO_TEST_COMMANDS:
                raise
            self._armed = False
            raise ServerUnavailableError(
                "this server has no fail points (configureFailPoint): start mongod with"
                " --setParameter enableTestCommands=1, or use the embedded server or the mock"
            ) from error


def _mode(times: int | None, skip: int | None) -> Any:
    if times is not None and skip is not None:
        raise UsageError("failpoint: the server knows times= or skip=, not both")
    if times is not None and times < 1:
        raise UsageError(f"failpoint: times is {times}; give a positive number, or leave it out for all")
    if times is not None:
        return {"times": times}
    return "alwaysOn" if skip is None else {"skip": skip}
