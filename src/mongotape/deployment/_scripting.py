"""How a test scripts what a deployment answers, and reads what it received."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from mongotape.deployment._script import Documents, NetworkError, Rule, ScriptedError, documents_of
from mongotape.wire import code_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mongotape.deployment._address import AddressLike
    from mongotape.deployment._front import Front
    from mongotape.deployment._received import ReceivedCommand
    from mongotape.deployment._script import ScriptedReply

_OVERLOAD_LABELS = ("SystemOverloadedError", "RetryableError")


class Scripting:
    """The half of a deployment that concerns commands; the other half concerns members."""

    _front: Front

    def on(
        self,
        command: str,
        *,
        reply: ScriptedReply,
        times: int | None = 1,
        member: AddressLike | None = None,
    ) -> Rule:
        """Scripts the answer to a command.

        Rules that end are used first, in the order in which they were given; then the latest one for ever.
        A write on a member that is not primary is refused before any rule is asked, and a fail point comes
        before both.

        Args:
            command: its name, such as ``"find"``; ``"hello"`` scripts heartbeats and handshakes.
            reply: a mapping, sent as it is (``ok`` 1 is added if it has no ``ok``); what :meth:`error`,
                :meth:`network_error` or :meth:`documents` returns; or a callable from the command to one
                of these, or to None for the unscripted answer.
            times: how many commands it answers; None for ever.
            member: the only member it holds for.

        Raises:
            UsageError: the reply can't be sent, or ``times`` is no count.
        """
        where = None if member is None else self._front.known(member)
        return self._front.script.add(command, reply, times, where)

    def overload(
        self,
        command: str | None = None,
        *,
        times: int | None = 1,
        base_backoff_ms: float | None = None,
        connections: bool = False,
    ) -> Rule:
        """Members refuse commands because they are overloaded; leaving the result as a ``with`` ends it.

        The error (462, IngressRequestRateLimitExceeded) carries the labels ``SystemOverloadedError`` and
        ``RetryableError``: PyMongo 4.17 and later back off and try again, earlier ones fail.

        Args:
            command: the only command that is refused; by default any but ``endSessions`` and ``killCursors``.
            times: how many are refused; None until the result is cancelled or left.
            base_backoff_ms: the ``baseBackoffMS`` of the error, from which drivers take their delay
                (milliseconds; PyMongo from 4.18 on).
            connections: new connections are closed at their first hello instead, monitors' too.
        """
        if connections:
            return self._front.greetings.add(None, NetworkError(), times, None)
        fields = {} if base_backoff_ms is None else {"baseBackoffMS": base_backoff_ms}
        error = self.error(462, "the fake deployment is overloaded", labels=_OVERLOAD_LABELS, fields=fields)
        return self._front.overloads.add(command, error, times, None)

    @staticmethod
    def error(
        code: int,
        message: str | None = None,
        *,
        labels: Iterable[str] | None = None,
        fields: Mapping[str, Any] | None = None,
    ) -> ScriptedError:
        """An error reply for :meth:`on`.

        Args:
            code: MongoDB's error code; ``codeName`` follows from it.
            message: its ``errmsg``.
            labels: its ``errorLabels``; None adds what a server adds by itself, an empty list none.
            fields: further fields of the reply, such as ``errInfo`` or ``topologyVersion``.
        """
        given = None if labels is None else tuple(labels)
        return ScriptedError(code, message or f"scripted error {code_name(code)}", given, dict(fields or {}))

    @staticmethod
    def network_error() -> NetworkError:
        """For :meth:`on`: the connection is closed instead of a reply."""
        return NetworkError()

    @staticmethod
    def documents(documents: Iterable[Mapping[str, Any]]) -> Documents:
        """For :meth:`on`: a find's or aggregate's documents, in batches of the size the client asks for.

        Raises:
            UsageError: BSON can't hold one of them.
        """
        return documents_of(documents)

    @property
    def commands(self) -> tuple[ReceivedCommand, ...]:
        """The commands that members received, in the order of their arrival; hello is left out."""
        return self._front.journal.all()

    def received(self, *names: str) -> tuple[ReceivedCommand, ...]:
        """Those of :attr:`commands` that have one of these names."""
        return self._front.journal.all(*names)

    def wait_for(self, command: str, count: int = 1, timeout: float = 10.0) -> tuple[ReceivedCommand, ...]:
        """Waits until members have received a command that many times.

        Args:
            command: its name.
            count: how many, those already received included.
            timeout: seconds.

        Raises:
            AssertionError: fewer were received in time.
        """
        return self._front.journal.wait_for(command, count, timeout)

    async def await_for(
        self,
        command: str,
        count: int = 1,
        timeout: float = 10.0,  # noqa: ASYNC109 - the twin's own
    ) -> tuple[ReceivedCommand, ...]:
        """As :meth:`wait_for`, without blocking the event loop."""
        return await asyncio.to_thread(self.wait_for, command, count, timeout)
