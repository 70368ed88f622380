"""Connection strings: without their password for people, without their database for clients.

Source: the specification "Connection String" (the parts of a URI; a database in the path is the default of
``authSource``).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from mongotape.errors import UsageError

_URI = re.compile(
    r"(?P<scheme>mongodb(?:\+srv)?://)(?:(?P<user>[^/?]*)@)?(?P<hosts>[^/?]+)(?:/(?P<path>[^?]*))?(?:\?(?P<query>.*))?\Z",
    re.DOTALL,
)
_SECRET_OPTIONS = ("authmechanismproperties", "tlscertificatekeyfilepassword")


class ShownRedacted(str):
    """A connection string whose ``repr`` has no credentials: failure reports show arguments by their repr."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(redacted(self))


class _Parts(NamedTuple):
    scheme: str
    user: str | None
    hosts: str
    database: str
    options: list[str]


def _parts(uri: str) -> _Parts:
    match = _URI.match(uri)
    if match is None:
        shown = uri.rpartition("@")[2].partition("?")[0]
        raise UsageError(
            f"the MongoDB URI for host {shown!r} can't be read: it has the form mongodb://host:27017/?option=value"
        )
    options = [each for each in (match["query"] or "").split("&") if each]
    return _Parts(match["scheme"], match["user"], match["hosts"], match["path"] or "", options)


def addresses(uri: str) -> str:
    """Return the addresses that a URI names, as it writes them: ``"a:27017,b:27017"``.

    Raises:
        UsageError: it is no MongoDB URI.
    """
    return _parts(uri).hosts


def redacted(uri: str) -> str:
    """Return a URI without credentials and without options that may hold one.

    Raises:
        UsageError: it is no MongoDB URI.
    """
    scheme, user, hosts, database, options = _parts(uri)
    shown = [each for each in options if each.partition("=")[0].lower() not in _SECRET_OPTIONS]
    who = "***@" if user is not None else ""
    query = "?" + "&".join(shown) if shown else ""
    return f"{scheme}{who}{hosts}/{database}{query}"


def database_free(uri: str) -> str:
    """Return the same URI with no database in its path; who signs in still signs in at the same source.

    Raises:
        UsageError: it is no MongoDB URI.
    """
    scheme, user, hosts, database, options = _parts(uri)
    named = {each.partition("=")[0].lower() for each in options}
    if database and user is not None and "authsource" not in named:
        options = [*options, f"authSource={database}"]
    who = f"{user}@" if user is not None else ""
    return f"{scheme}{who}{hosts}/" + ("?" + "&".join(options) if options else "")


def selection_timeout_ms(uri: str) -> int | None:
    """Return the URI's own ``serverSelectionTimeoutMS``, None where it names none."""
    for option in _parts(uri).options:
        name, _, value = option.partition("=")
        if name.lower() == "serverselectiontimeoutms" and value.isdigit():
            return int(value)
    return None
