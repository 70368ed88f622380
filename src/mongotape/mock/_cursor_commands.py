"""The commands on cursors: getMore and killCursors.

Source: MongoDB's command reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bson import Int64

from mongotape.wire import CommandFailure

if TYPE_CHECKING:
    from mongotape.mock._call import Call, Handler


def get_more(call: Call) -> dict[str, Any]:
    """Answer getMore."""
    number = call.command["getMore"]
    if isinstance(number, bool) or not isinstance(number, int):
        raise CommandFailure(14, "BSON field 'getMore.getMore' is the wrong type, expected type 'long'")
    namespace = f"{call.database}.{call.required('collection', str)}"
    size = call.number("batchSize") or None
    cursor = call.cursors.get(number)
    if cursor is None:
        raise CommandFailure(43, f"cursor id {number} not found")
    if cursor.namespace != namespace:
        raise CommandFailure(
            13,
            f"Requested getMore on namespace '{namespace}', but cursor belongs to a different namespace "
            f"{cursor.namespace}",
        )
    batch = cursor.batch(size)
    if not cursor.rest and not (cursor.open_ended and len(batch) == size):
        call.cursors.close(number)
        number = 0
    return {"cursor": {"nextBatch": batch, "id": Int64(number), "ns": namespace}}


def kill_cursors(call: Call) -> dict[str, Any]:
    """Answer killCursors."""
    namespace = f"{call.database}.{call.collection_name()}"
    killed, missing = [], []
    for number in call.required("cursors", list):
        cursor = call.cursors.get(number)
        if cursor is not None and cursor.namespace == namespace:
            call.cursors.close(number)
            killed.append(Int64(number))
        else:
            missing.append(Int64(number))
    return {"cursorsKilled": killed, "cursorsNotFound": missing, "cursorsAlive": [], "cursorsUnknown": []}


CURSOR_COMMANDS: Final[dict[str, Handler]] = {"getMore": get_more, "killCursors": kill_cursors}
