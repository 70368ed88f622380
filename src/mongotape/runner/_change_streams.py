"""Change streams.

Source: Unified Test Format, "createChangeStream" and "Change Stream Operations".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mongotape.runner import _results as results
from mongotape.runner._call import operation
from mongotape.runner._settle import next_of, settle

if TYPE_CHECKING:
    from mongotape.runner._call import Call


@operation("client", "createChangeStream")
@operation("database", "createChangeStream")
@operation("collection", "createChangeStream")
async def create_change_stream(call: Call) -> Any:
    stream = await settle(call.invoke(call.target.watch))
    call.scene.keep_cursor(stream)
    return stream


@operation("changeStream", "iterateUntilDocumentOrError")
async def iterate_until_document(call: Call) -> Any:
    found = await next_of(call.target)
    return found[0] if found else results.nothing()


@operation("changeStream", "iterateOnce")
async def iterate_once(call: Call) -> Any:
    found = await settle(call.target.try_next())
    return results.nothing() if found is None else found


@operation("changeStream", "close")
async def close(call: Call) -> Any:
    await settle(call.target.close())
    return results.nothing()
