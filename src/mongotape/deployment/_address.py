"""Where a member listens: equal to PyMongo's address tuples, printed as in a URI."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from mongotape.errors import UsageError


class Address(NamedTuple):
    """Host and port of a member; ``str()`` of it is ``host:port``, and it equals PyMongo's own tuples."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


#: How a member may be named: by its :class:`Address`, an event's address tuple, or ``"host:port"``.
AddressLike: TypeAlias = Address | tuple[str, int | None] | str


def address_of(value: AddressLike) -> Address:
    """The address in any of the forms that name one.

    Raises:
        UsageError: it is in none of them.
    """
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], int):
        return Address(str(value[0]), value[1])
    if isinstance(value, str):
        host, colon, port = value.rpartition(":")
        if colon and port.isdecimal():
            return Address(host, int(port))
    raise UsageError(f'{value!r} is no member\'s address; give "host:port" or a (host, port) tuple')
