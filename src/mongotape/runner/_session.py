"""Sessions and transactions.

Source: sessions, transactions and convenient transactions specifications.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mongotape.runner import _results as results
from mongotape.runner._call import operation
from mongotape.runner._options import CONCERNS, snake
from mongotape.runner._outcome import UnsupportedError
from mongotape.runner._settle import settle

if TYPE_CHECKING:
    from mongotape.runner._call import Call


def _transaction(call: Call) -> dict[str, Any]:
    """The options that are left; concerns were made when the call was."""
    return {
        snake(name): value
        for name, value in call.arguments.items()
        if name in CONCERNS or name == "maxCommitTimeMS"
    }


@operation("session", "startTransaction")
async def start_transaction(call: Call) -> Any:
    await settle(call.target.start_transaction(**_transaction(call)))
    return results.nothing()


@operation("session", "commitTransaction")
async def commit_transaction(call: Call) -> Any:
    await settle(call.target.commit_transaction())
    return results.nothing()


@operation("session", "abortTransaction")
async def abort_transaction(call: Call) -> Any:
    await settle(call.target.abort_transaction())
    return results.nothing()


@operation("session", "withTransaction")
async def with_transaction(call: Call) -> Any:
    operations = call.take("callback")

    async def body() -> None:
        await call.scene.do_all(operations, rethrow=True)

    await settle(call.target.with_transaction(call.scene.world.callback(body), **_transaction(call)))
    return results.nothing()


@operation("session", "endSession")
async def end_session(call: Call) -> Any:
    await call.scene.entities.end_session(call.operation.object)
    return results.nothing()


@operation("session", "getSnapshotTime")
async def get_snapshot_time(call: Call) -> Any:
    if not hasattr(type(call.target), "snapshot_time"):
        raise UnsupportedError("PyMongo's sessions don't tell their snapshot time")
    return call.target.snapshot_time
