"""Which server the tests run against, and how that is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mongotape.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["embedded", "mock", "given"]


@dataclass(frozen=True, slots=True)
class Choice:
    """A server that was chosen and is not started yet."""

    kind: Kind
    said_by: str  #: what chose it: "--tape-uri", "--tape-server", "MONGODB_URI" or "default"
    uri: str | None = None  #: of a given server

    def __str__(self) -> str:
        """One line without credentials, for the session's header."""
        if self.uri is not None:
            from mongotape.servers._uris import redacted

            return f"{redacted(self.uri)} ({self.said_by})"
        return f"{self.kind} ({self.said_by})"


def choose(uri: str | None, server: str | None, environment: Mapping[str, str]) -> Choice:
    """Return the server to use: the URI, else the named kind, else ``MONGODB_URI``, else the embedded one.

    Args:
        uri: that of ``--tape-uri``, if given.
        server: "embedded" or "mock" (``--tape-server``), if given.
        environment: where ``MONGODB_URI`` may stand.

    Raises:
        UsageError: ``server`` names no kind of server, or the URI can't be read.
    """
    if server is not None and server not in ("embedded", "mock"):
        raise UsageError(f"--tape-server: {server!r} is no server; known are embedded and mock")
    if uri:
        return _given(uri, "--tape-uri")
    if server is not None:
        return Choice("mock" if server == "mock" else "embedded", "--tape-server")
    if environment.get("MONGODB_URI"):
        return _given(environment["MONGODB_URI"], "MONGODB_URI")
    return Choice("embedded", "default")


def _given(uri: str, said_by: str) -> Choice:
    from mongotape.servers._uris import addresses

    addresses(uri)
    return Choice("given", said_by, uri)
