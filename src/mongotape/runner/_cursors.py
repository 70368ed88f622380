"""Cursors: read to their end, or held open and read document by document."""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any

from mongotape.runner import _results as results
from mongotape.runner._call import operation
from mongotape.runner._options import keywords
from mongotape.runner._settle import next_of, settle

if TYPE_CHECKING:
    from collections.abc import Callable

    from mongotape.runner._call import Call


async def documents(cursor: Any) -> list[Any]:
    """Return all that is left in a cursor, and close it."""
    found: list[Any] = await settle(cursor.to_list())
    return found


def find_keywords(call: Call) -> Callable[[Any], Any]:
    """Return what calls ``find`` or ``find_one`` with the arguments that a cursor takes."""
    from pymongo.cursor import Cursor

    given = call.arguments
    awaited = given.pop("maxAwaitTimeMS", None)
    filter_ = given.pop("filter")
    options = keywords(Cursor.__init__, given, {}, name="find")

    def find(method: Any) -> Any:
        found = method(filter_, **options)
        return found if awaited is None else found.max_await_time_ms(awaited)

    return find


class FindCursor:
    """A find's cursor that was opened on the server, which PyMongo does with the first document.

    Args:
        target: PyMongo's cursor.
    """

    def __init__(self, target: Any) -> None:
        self.target = target
        self._waiting: deque[Any] = deque()

    async def open(self) -> None:
        """Send the find; the first document is kept for the first reader."""
        self._waiting.extend(await next_of(self.target))

    @property
    def alive(self) -> bool:
        """Whether there may be more."""
        return bool(self._waiting) or self.target.alive

    async def next(self) -> tuple[Any, ...]:
        """Return the next document in a tuple of one; an empty one where the server had none."""
        if self._waiting:
            return (self._waiting.popleft(),)
        return await next_of(self.target)


async def _next(cursor: Any) -> tuple[Any, ...]:
    return await (cursor.next() if isinstance(cursor, FindCursor) else next_of(cursor))


@operation("findCursor", "iterateUntilDocumentOrError")
@operation("commandCursor", "iterateUntilDocumentOrError")
async def iterate_until_document(call: Call) -> Any:
    while call.target.alive:
        call.scene.check_time()
        found = await _next(call.target)
        if found:
            return found[0]
    return results.nothing()


@operation("findCursor", "iterateOnce")
async def iterate_find_once(call: Call) -> Any:
    found = await call.target.next()
    return found[0] if found else results.nothing()


@operation("commandCursor", "iterateOnce")
async def iterate_command_once(call: Call) -> Any:
    found = await settle(call.target.try_next())
    return results.nothing() if found is None else found


@operation("findCursor", "close")
@operation("commandCursor", "close")
async def close(call: Call) -> Any:
    target = call.target.target if isinstance(call.target, FindCursor) else call.target
    await settle(target.close())
    return results.nothing()


async def run_cursor_command(call: Call) -> Any:
    """Send a command that answers with a cursor, and return the cursor."""
    from pymongo.cursor import CursorType

    command = named_first(call.take("commandName", None), call.take("command"))
    type_ = call.take("cursorType", CursorType.NON_TAILABLE)
    batch_size = call.take("batchSize", None)
    if type_ != CursorType.NON_TAILABLE:
        command["tailable"] = True
    if type_ == CursorType.TAILABLE_AWAIT:
        command["awaitData"] = True
    send = partial(
        call.invoke, call.target.cursor_command, command, rename={"maxTimeMS": "max_await_time_ms"}
    )
    cursor = await settle(send())
    call.scene.keep_cursor(cursor)
    if batch_size:
        cursor.batch_size(batch_size)
    return cursor


def named_first(name: str | None, command: dict[str, Any]) -> dict[str, Any]:
    """Return a command with its name as the first key."""
    if name is None:
        return command
    return {name: command[name], **{key: value for key, value in command.items() if key != name}}
