"""The commands on sessions: they end, are listed as used, or end a transaction that was ignored.

Source: Driver Sessions specification.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Final

from bson import Binary

from mongotape.mock._sessions import Sessions
from mongotape.wire import CommandFailure

if TYPE_CHECKING:
    from mongotape.mock._call import Call, Handler


def _ids(call: Call) -> set[bytes]:
    given = call.command[call.name]
    if not isinstance(given, list):
        raise CommandFailure(14, f"BSON field '{call.name}' must be an array")
    keys = {Sessions.key_of({"lsid": each}) for each in given}
    return {key for key in keys if key is not None}


def end_sessions(call: Call) -> dict[str, Any]:
    """Answer endSessions and killSessions; killAllSessions ends every session."""
    keys = None if call.name.startswith("killAll") or not call.command[call.name] else _ids(call)
    if call.name == "endSessions" and keys is None:
        return {}
    call.sessions.end(keys)
    call.cursors.end_sessions(keys)
    return {}


def start_session(call: Call) -> dict[str, Any]:  # noqa: ARG001 - a handler
    """Answer startSession."""
    return {"id": {"id": Binary(uuid.uuid4().bytes, 4)}, "timeoutMinutes": 30}


SESSION_COMMANDS: Final[dict[str, Handler]] = {
    "endSessions": end_sessions,
    "killSessions": end_sessions,
    "killAllSessions": end_sessions,
    "killAllSessionsByPattern": end_sessions,
    "refreshSessions": lambda call: {},  # noqa: ARG005
    "startSession": start_session,
    "commitTransaction": lambda call: {},  # noqa: ARG005 - reached only where transactions are ignored
    "abortTransaction": lambda call: {},  # noqa: ARG005
}
