"""What a handler is given and what it may answer with, as values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from mongotape.wire._codes import code_name


class CloseConnection(Exception):  # noqa: N818 - an instruction to hang up, not an error to catch
    """Raised or returned by a handler: the connection is closed and nothing is answered."""


class CommandFailure(Exception):  # noqa: N818 - the server's own word for an error reply
    """Raised by a handler: the command is answered with this error.

    Args:
        code: MongoDB's error code; ``codeName`` follows from it.
        message: the sentence of ``errmsg``.
        labels: the reply's ``errorLabels``; none leaves the field out.
        fields: further fields of the reply, such as ``topologyVersion`` or ``keyPattern``.
    """

    def __init__(
        self,
        code: int,
        message: str,
        *,
        labels: tuple[str, ...] | list[str] = (),
        fields: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.labels = tuple(labels)
        self.fields = dict(fields or {})

    def reply(self) -> dict[str, Any]:
        """The error as the document that a server sends."""
        return error_reply(self.code, self.message, labels=self.labels, fields=self.fields)


def error_reply(
    code: int,
    message: str,
    *,
    labels: tuple[str, ...] | list[str] = (),
    fields: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """An error reply as a server sends it: ``ok`` 0 with message, code and the code's name.

    Args:
        code: MongoDB's error code.
        message: the sentence of ``errmsg``.
        labels: ``errorLabels``; none leaves the field out.
        fields: further fields; they may also replace ``codeName``.
    """
    reply: dict[str, Any] = {"ok": 0.0, "errmsg": message, "code": code, "codeName": code_name(code)}
    if labels:
        reply["errorLabels"] = list(labels)
    if fields:
        reply.update(fields)
    return reply


@dataclass(frozen=True, slots=True)
class Request:
    """One command as it came over the wire."""

    command: dict[str, Any]  #: with document sequences merged in as arrays
    name: str  #: the command's name: its first field
    database: str
    request_id: int
    exhaust_allowed: bool = False  #: the client accepts a streamed reply
    more_to_come: bool = False  #: unacknowledged: the client reads no reply
    legacy: bool = False  #: came as OP_QUERY, as a driver's first hello may


Reply: TypeAlias = Mapping[str, Any]
#: What a handler may return. An iterator is a streamed (exhaust) reply: see :class:`WireServer`.
Answer: TypeAlias = "Reply | Iterator[Reply] | CloseConnection | type[CloseConnection]"
