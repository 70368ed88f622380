"""The commands about the server itself.

Source: MongoDB's command reference.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
from typing import TYPE_CHECKING, Any, Final

from mongotape.wire import CommandFailure

if TYPE_CHECKING:
    from mongotape.mock._call import Call, Handler

#: The server whose behaviour is shown: the first with the client's bulkWrite.
VERSION: Final = "8.0.0"
_VERSION_ARRAY: Final = [8, 0, 0, 0]
_PARAMETERS: Final[dict[str, Any]] = {
    "featureCompatibilityVersion": {"version": "8.0"},
    "enableTestCommands": True,
    "authenticationMechanisms": [],
    "requireApiVersion": False,
    "transactionLifetimeLimitSeconds": 60,
}


def build_info(call: Call) -> dict[str, Any]:
    """Answer buildInfo."""
    mongomock = call.store.module()
    return {
        "version": VERSION,
        "versionArray": list(_VERSION_ARRAY),
        "gitVersion": "0" * 40,
        "modules": [],
        "storageEngines": [f"{call.store.package} {getattr(mongomock, '__version__', '')}".strip()],
        "bits": 64,
        "debug": False,
        "maxBsonObjectSize": 16 * 1024 * 1024,
    }


def get_parameter(call: Call) -> dict[str, Any]:
    """Answer getParameter."""
    if call.command["getParameter"] == "*":
        return dict(_PARAMETERS)
    found = {name: _PARAMETERS[name] for name in call.command if name in _PARAMETERS}
    if not found:
        raise CommandFailure(72, "no option found to get")
    return found


def server_status(call: Call) -> dict[str, Any]:
    """Answer serverStatus, as far as a mock has a status."""
    return {
        "host": "127.0.0.1",
        "version": VERSION,
        "process": "mongotape.mock",
        "pid": os.getpid(),
        "localTime": dt.datetime.now(dt.UTC),
        "metrics": {"cursor": {"open": {"total": len(call.cursors)}}},
        "storageEngine": {"name": call.store.package},
    }


def connection_status(call: Call) -> dict[str, Any]:  # noqa: ARG001 - a handler
    """Answer connectionStatus: nobody logs in."""
    return {"authInfo": {"authenticatedUsers": [], "authenticatedUserRoles": []}}


def host_info(call: Call) -> dict[str, Any]:  # noqa: ARG001 - a handler
    """Answer hostInfo."""
    return {
        "system": {"currentTime": dt.datetime.now(dt.UTC), "hostname": "127.0.0.1"},
        "os": {"type": sys.platform, "name": "mongotape.mock", "version": VERSION},
        "extra": {},
    }


def refuse_login(call: Call) -> dict[str, Any]:
    """Answer saslStart and authenticate: the mock has no users."""
    raise CommandFailure(
        18, f"{call.name} failed: the served mock has no users; connect without a name and a password"
    )


ADMIN_COMMANDS: Final[dict[str, Handler]] = {
    "ping": lambda call: {},  # noqa: ARG005
    "buildInfo": build_info,
    "buildinfo": build_info,
    "getParameter": get_parameter,
    "setParameter": lambda call: {"was": None},  # noqa: ARG005 - nothing here depends on one
    "serverStatus": server_status,
    "connectionStatus": connection_status,
    "hostInfo": host_info,
    "whatsmyuri": lambda call: {"you": "127.0.0.1:0"},  # noqa: ARG005
    "getCmdLineOpts": lambda call: {"argv": ["mongotape.mock"], "parsed": {}},  # noqa: ARG005
    "getLog": lambda call: {"totalLinesWritten": 0, "log": []},  # noqa: ARG005
    "currentOp": lambda call: {"inprog": []},  # noqa: ARG005
    "logout": lambda call: {},  # noqa: ARG005
    "fsync": lambda call: {"numFiles": 1},  # noqa: ARG005
    "saslStart": refuse_login,
    "authenticate": refuse_login,
}
