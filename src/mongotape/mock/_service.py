"""From a request to its answer: hello, fail points, the table of commands, sessions, cluster time."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Final

from bson import Int64, Timestamp

from mongotape.mock._admin import ADMIN_COMMANDS
from mongotape.mock._bulk import BULK_COMMANDS
from mongotape.mock._call import GENERIC_FIELDS, Call
from mongotape.mock._cursor_commands import CURSOR_COMMANDS
from mongotape.mock._cursors import Cursors
from mongotape.mock._failures import failure_of, lacking
from mongotape.mock._fields import FIELDS, LACKING_COMMANDS
from mongotape.mock._indexes import INDEX_COMMANDS
from mongotape.mock._namespaces import NAMESPACE_COMMANDS
from mongotape.mock._reads import READ_COMMANDS
from mongotape.mock._session_commands import SESSION_COMMANDS
from mongotape.mock._sessions import Sessions, Transactions
from mongotape.mock._writes import WRITE_COMMANDS
from mongotape.wire import CommandFailure, FailPoints, TopologyClock, answer_hello, hello_reply, is_hello

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mongotape.mock._call import Handler
    from mongotape.mock._store import Store
    from mongotape.wire import Answer, Connection, Request

REPLICA_SET: Final = "mongotape"
_HANDLERS: Final[dict[str, Handler]] = {
    **READ_COMMANDS,
    **WRITE_COMMANDS,
    **BULK_COMMANDS,
    **CURSOR_COMMANDS,
    **INDEX_COMMANDS,
    **NAMESPACE_COMMANDS,
    **SESSION_COMMANDS,
    **ADMIN_COMMANDS,
}
#: The commands whose success moves the cluster time on; the names are those of the handlers' tables.
_ADVANCES: Final = frozenset(
    {*WRITE_COMMANDS, *BULK_COMMANDS, *INDEX_COMMANDS, *NAMESPACE_COMMANDS}
    - {"listIndexes", "listCollections", "listDatabases", "collStats", "dbStats", "validate"}
)
_NO_SIGNATURE: Final = {"hash": b"\0" * 20, "keyId": Int64(0)}


class Service:
    """Answers commands from a mongomock store as a single-node replica set would.

    Args:
        store: the data.
        address: tells the ``host:port`` that the member is reached at.
        transactions: whether those are refused or run without isolation.
    """

    def __init__(self, store: Store, address: Callable[[], str], transactions: Transactions) -> None:
        self.store = store
        self.cursors = Cursors()
        self.sessions = Sessions(transactions)
        self.clock = TopologyClock()
        self.fail_points = FailPoints(clock=self.clock)
        self._address = address
        self._time = Timestamp(int(time.time()), 1)
        self._time_lock = threading.Lock()

    def handle(self, request: Request, connection: Connection) -> Answer:
        """Answer one request."""
        try:
            return self.fail_points.answer(request, connection, self._proceed)
        except CommandFailure as failure:
            return self._stamped(failure.reply())

    def _proceed(self, request: Request, connection: Connection) -> Answer:
        if is_hello(request.name):
            return answer_hello(request, connection, self.clock, lambda: self._hello(request, connection))
        return self.run(request.command, request.name, request.database)

    def _hello(self, request: Request, connection: Connection) -> Mapping[str, Any]:
        me = self._address()
        role = {
            "isWritablePrimary": True,
            "secondary": False,
            "setName": REPLICA_SET,
            "setVersion": 1,
            "hosts": [me],
            "primary": me,
            "me": me,
        }
        return self._stamped(hello_reply(request, connection, role, topology_version=self.clock.version))

    def run(self, command: Mapping[str, Any], name: str, database: str) -> dict[str, Any]:
        """Return the reply to a command, errors included, as a server would send it."""
        call = Call(command, name, database, self.store, self.cursors, self.sessions)
        try:
            reply = self._run(call)
        except Exception as error:  # noqa: BLE001 - a bug inside mongomock is an error reply, not a lost connection
            return self._stamped(failure_of(error).reply())
        return self._stamped(reply, advance=name in _ADVANCES)

    def _run(self, call: Call) -> dict[str, Any]:
        handler = _HANDLERS.get(call.name)
        if handler is None:
            if call.name in LACKING_COMMANDS:
                raise lacking(f"the command {call.name}")
            raise CommandFailure(59, f"no such command: '{call.name}'")
        known = FIELDS.get(call.name)
        if known is not None:
            for field in call.command:
                if field not in known and field not in GENERIC_FIELDS and field != call.name:
                    raise CommandFailure(40415, f"BSON field '{call.name}.{field}' is an unknown field.")
        if (call.command.get("readConcern") or {}).get(
            "level"
        ) == "snapshot" and "autocommit" not in call.command:
            raise lacking("snapshot reads")
        with self.store.lock:
            done = self.sessions.enter(call.name, call.command)
            if done is not None:
                return done
            reply = handler(call)
            reply["ok"] = 1.0
            self.sessions.keep(call.command, reply)
        return reply

    def _stamped(self, reply: dict[str, Any], *, advance: bool = False) -> dict[str, Any]:
        """Add the cluster time, which writes move on and which never goes back."""
        with self._time_lock:
            if advance:
                now, last = int(time.time()), self._time
                self._time = Timestamp(now, 1) if now > last.time else Timestamp(last.time, last.inc + 1)
            stamp = self._time
        reply["$clusterTime"] = {"clusterTime": stamp, "signature": _NO_SIGNATURE}
        reply["operationTime"] = stamp
        return reply
