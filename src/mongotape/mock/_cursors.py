"""Cursors: batches of a result that was computed once."""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bson import CodecOptions, Int64, encode
from bson.binary import UuidRepresentation
from bson.raw_bson import RawBSONDocument

if TYPE_CHECKING:
    from collections.abc import Iterable

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
        session: bytes | None,
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
        cursor = Cursor(namespace, session, deque(raw), open_ended)
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

    def get(self, number: int) -> Cursor | None:
        """Return the open cursor of that number."""
        return self._open.get(number)

    def close(self, number: int) -> None:
        """Forget a cursor."""
        self._open.pop(number, None)

    def end_sessions(self, sessions: set[bytes] | None) -> None:
        """Close the cursors of sessions that ended; of all of them if None."""
        for number, cursor in list(self._open.items()):
            if sessions is None or cursor.session in sessions:
                del self._open[number]

    def __len__(self) -> int:
        return len(self._open)
