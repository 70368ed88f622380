"""The commands that a deployment's members received."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mongotape.deployment._address import Address


@dataclass(frozen=True, slots=True)
class ReceivedCommand:
    """One command as a member received it."""

    name: str
    database: str
    command: dict[str, Any]  #: with document sequences merged in, as command events show it
    member: Address
    connection_number: int  #: the member's own number of the connection: ``server_connection_id`` in events
    app_name: str | None


class Journal:
    """Received commands in the order of their arrival; hello is left out."""

    def __init__(self) -> None:
        self._commands: list[ReceivedCommand] = []
        self._arrived = threading.Condition(threading.RLock())

    def add(self, command: ReceivedCommand) -> None:
        """Appends one and wakes who waits."""
        with self._arrived:
            self._commands.append(command)
            self._arrived.notify_all()

    def all(self, *names: str) -> tuple[ReceivedCommand, ...]:
        """The commands received so far; with names, only those."""
        with self._arrived:
            return tuple(one for one in self._commands if not names or one.name in names)

    def wait_for(self, name: str, count: int, timeout: float) -> tuple[ReceivedCommand, ...]:
        """Waits until that many commands of a name were received, and returns them.

        Raises:
            AssertionError: fewer came in time.
        """
        deadline = time.monotonic() + timeout
        with self._arrived:
            while len(found := self.all(name)) < count:
                if (left := deadline - time.monotonic()) <= 0:
                    seen = ", ".join(dict.fromkeys(one.name for one in self._commands)) or "nothing"
                    raise AssertionError(
                        f"{len(found)} of {count} {name!r} commands were received within {timeout:g} s; "
                        f"received: {seen}"
                    )
                self._arrived.wait(left)
            return found
