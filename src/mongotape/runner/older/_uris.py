"""The connection string of one server of a deployment, for a pool that has the options of its test only."""

from __future__ import annotations

from typing import Final

from mongotape.servers import addresses, database_free

#: Options that a test gives itself, and those that name more than one server.
_LEFT_OUT: Final = frozenset(
    (
        "appname",
        "directconnection",
        "loadbalanced",
        "maxconnecting",
        "maxidletimems",
        "maxpoolsize",
        "minpoolsize",
        "replicaset",
        "srvmaxhosts",
        "srvservicename",
        "waitqueuemultiple",
        "waitqueuetimeoutms",
    )
)


def uri_of(uri: str, address: tuple[str, int | None]) -> str:
    """Return the connection string of one server; credentials and TLS stay as they are.

    Args:
        uri: the deployment's.
        address: the server's.

    Raises:
        UsageError: it is no MongoDB URI.
    """
    free = database_free(uri)
    scheme, _, rest = free.partition("://")
    before, _, query = rest.partition("?")
    user = before.removesuffix("/").removesuffix(addresses(uri))
    options = [each for each in query.split("&") if each and each.partition("=")[0].lower() not in _LEFT_OUT]
    if scheme.endswith("+srv") and not {"tls", "ssl"} & {each.partition("=")[0].lower() for each in options}:
        options.append("tls=true")  # what the scheme implies
    host, port = address
    if port is None:
        from urllib.parse import quote_plus

        where = quote_plus(host)
    else:
        where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return f"mongodb://{user}{where}/?{'&'.join([*options, 'directConnection=true'])}"
