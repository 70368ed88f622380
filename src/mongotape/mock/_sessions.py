"""Sessions: accepted and ended, retried writes answered once, transactions refused or ignored.

Source: Driver Sessions, Retryable Writes and Transactions specifications.
"""

from __future__ import annotations

import datetime as dt
import uuid
import warnings
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from bson import Binary

from mongotape.wire import CommandFailure

if TYPE_CHECKING:
    from collections.abc import Mapping


Transactions: TypeAlias = Literal["refuse", "ignore"]
_ENDS: Final = frozenset({"commitTransaction", "abortTransaction"})
_REFUSED: Final = (
    "mongomock has no transactions, so the served mock refuses {what}; give transactions='ignore' to run them "
    "without isolation or roll-back, or test them on a real or the embedded server"
)
_IGNORED: Final = (
    "a transaction runs on the served mock without isolation, and aborting it undoes nothing: "
    "mongomock has no transactions"
)


class TransactionsIgnoredWarning(UserWarning):
    """A transaction was run on the served mock, which can't isolate it or take it back."""


class Sessions:
    """The sessions that clients have used, each with its last retryable write."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._used: dict[bytes, dt.datetime] = {}
        self._written: dict[bytes, tuple[int, dict[str, Any] | None]] = {}
        self._warned = False

    @staticmethod
    def key_of(command: Mapping[str, Any]) -> bytes | None:
        """Return the command's session id as bytes, or None if it has none that is a UUID."""
        lsid = command.get("lsid")
        found = lsid.get("id") if isinstance(lsid, dict) else None
        if isinstance(found, uuid.UUID):
            return found.bytes
        return bytes(found) if isinstance(found, bytes) and len(found) == 16 else None

    def enter(self, name: str, command: Mapping[str, Any]) -> dict[str, Any] | None:
        """Note the command's session; return the reply if this very write was done before.

        Raises:
            CommandFailure: the command is part of a transaction and those are refused, or its session field is
                malformed, or its transaction number is older than the last one.
        """
        if "lsid" not in command:
            if "txnNumber" in command:
                raise CommandFailure(72, "Transaction number requires a session ID to also be specified")
            return None
        key = self.key_of(command)
        if key is None:
            raise CommandFailure(14, "BSON field 'lsid.id' must be a UUID")
        self._used[key] = _now()
        if command.get("autocommit") is False or name in _ENDS:
            self._refuse_or_warn(name)
            return None
        number = command.get("txnNumber")
        return None if number is None else self._before(key, number)

    def _refuse_or_warn(self, name: str) -> None:
        if self._transactions == "refuse":
            raise CommandFailure(238, _REFUSED.format(what=name if name in _ENDS else "a transaction"))
        if not self._warned:
            try:
                warnings.warn(_IGNORED, TransactionsIgnoredWarning, stacklevel=2)
            except TransactionsIgnoredWarning as warning:
                raise CommandFailure(238, f"{warning} (warnings are errors here)") from None
            self._warned = True

    def _before(self, key: bytes, number: int) -> dict[str, Any] | None:
        last, reply = self._written.get(key, (-1, None))
        if number < last:
            raise CommandFailure(
                225,
                f"Cannot start transaction {number} on session because a newer transaction {last} has already started",
            )
        if number > last:
            self._written[key] = (number, None)
            return None
        return reply

    def keep(self, command: Mapping[str, Any], reply: dict[str, Any]) -> None:
        """Keep the reply of a retryable write, for its retry."""
        number = command.get("txnNumber")
        key = self.key_of(command)
        if key is not None and number is not None and command.get("autocommit") is not False:
            self._written[key] = (number, dict(reply))

    def end(self, keys: set[bytes] | None) -> None:
        """Forget sessions, all of them if None."""
        for key in list(self._used) if keys is None else keys:
            self._used.pop(key, None)
            self._written.pop(key, None)

    def listed(self) -> list[dict[str, Any]]:
        """Return the sessions as ``$listLocalSessions`` shows them."""
        return [
            {"_id": {"id": Binary(key, 4), "uid": Binary(_NO_USER)}, "lastUse": at}
            for key, at in self._used.items()
        ]


#: The SHA-256 of an empty user name: whose sessions they are where nobody logs in.
_NO_USER: Final = bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
