"""Cursors: batches of a result that was computed once, with getMore and killCursors.

Source: MongoDB's find, getMore and killCursors commands.
"""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bson import CodecOptions, Int64, encode
from bson.binary import UuidRepresentation
from bson.raw_bson import RawBSONDocument

from mongotape.wire import CommandFailure

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mongotape.mock._call import Call, Handler

DEFAULT_FIRST_BATCH: Final = 101
_MAX_BATCH_BYTES: Final = 16 * 1024 * 1024
_ELEMENT_BYTES: Final = 9  # an array element's type, its index as text and a null byte
CODEC: Final = CodecOptions[dict[str, Any]](uuid_representation=UuidRepresentation.STANDARD)


@dataclass(slots=True)
class Cursor:
    """What is left of a result."""

    namespace: str
    session: bytes | None
    rest: deque[RawBSONDocument]
    open_ended: bool  #: a batch that takes the last document doesn't end it: a server can't know yet

    def batch(self, size: int | None) -> list[RawBSONDocument]:
        """Take the next documents: at most ``size``, and no more than fit into a message."""
        taken: list[RawBSONDocument] = []
        room = _MAX_BATCH_BYTES
        while self.rest and (size is None or len(taken) < size):
            room -= len(self.rest[0].raw) + _ELEMENT_BYTES
            if taken and room < 0:
                break
            taken.append(self.rest.popleft())
        return taken


class Cursors:
    """The cursors that clients have not read to their end."""

    def __init__(self) -> None:
        self._open: dict[int, Cursor] = {}

    def reply(
        self,
        call: Call,
        namespace: str,
        documents: Iterable[Any],
        *,
        batch_size: int | None = None,
        single_batch: bool = False,
        open_ended: bool = False,
    ) -> dict[str, Any]:
        """Return the reply with the first batch; the rest waits for getMore.

        Documents are encoded at once: what another client changes later does not reach them.
        """
        raw = (RawBSONDocument(encode(each, codec_options=CODEC)) for each in documents)
        cursor = Cursor(namespace, call.sessions.key_of(call.command), deque(raw), open_ended)
        size = DEFAULT_FIRST_BATCH if batch_size is None else batch_size
        first = cursor.batch(size)
        filled = open_ended and len(first) == size
        number = 0 if single_batch or not (cursor.rest or filled) else self._keep(cursor)
        return {"cursor": {"firstBatch": first, "id": Int64(number), "ns": namespace}}

    def _keep(self, cursor: Cursor) -> int:
        while (number := random.randrange(1, 2**62)) in self._open:  # noqa: S311 - unique, not secret
            pass
        self._open[number] = cursor
        return number

    def more(self, call: Call) -> dict[str, Any]:
        """Answer getMore."""
        number = call.command["getMore"]
        if isinstance(number, bool) or not isinstance(number, int):
            raise CommandFailure(14, "BSON field 'getMore.getMore' is the wrong type, expected type 'long'")
        namespace = f"{call.database}.{call.required('collection', str)}"
        size = call.field("batchSize", int)
        if size is not None and size < 0:
            raise CommandFailure(51024, f"BSON field 'batchSize' value must be >= 0, actual value '{size}'")
        cursor = self._open.get(number)
        if cursor is None:
            raise CommandFailure(43, f"cursor id {number} not found")
        if cursor.namespace != namespace:
            raise CommandFailure(
                13,
                f"Requested getMore on namespace '{namespace}', but cursor belongs to a different namespace "
                f"{cursor.namespace}",
            )
        size = size or None
        batch = cursor.batch(size)
        if not cursor.rest and not (cursor.open_ended and len(batch) == size):
            del self._open[number]
            number = 0
        return {"cursor": {"nextBatch": batch, "id": Int64(number), "ns": namespace}}

    def kill(self, call: Call) -> dict[str, Any]:
        """Answer killCursors."""
        numbers = call.required("cursors", list)
        namespace = f"{call.database}.{call.collection_name()}"
        killed, missing = [], []
        for number in numbers:
            cursor = self._open.get(number)
            if cursor is not None and cursor.namespace == namespace:
                del self._open[number]
                killed.append(Int64(number))
            else:
                missing.append(Int64(number))
        return {"cursorsKilled": killed, "cursorsNotFound": missing, "cursorsAlive": [], "cursorsUnknown": []}

    def end_sessions(self, sessions: set[bytes] | None) -> None:
        """Close the cursors of sessions that ended; of all of them if None."""
        for number, cursor in list(self._open.items()):
            if sessions is None or cursor.session in sessions:
                del self._open[number]

    def __len__(self) -> int:
        return len(self._open)


CURSOR_COMMANDS: Final[dict[str, Handler]] = {
    "getMore": lambda call: call.cursors.more(call),
    "killCursors": lambda call: call.cursors.kill(call),
}
