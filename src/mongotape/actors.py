"""Who published an event: a thread, or a task on a thread's event loop."""

from __future__ import annotations

import asyncio
import threading
import weakref
from typing import Any, Final


class Actor:
    """A thread, or an asyncio task in it; two events of the same one share this object."""

    __slots__ = ("task", "thread")

    def __init__(self, thread: str, task: str | None) -> None:
        self.thread: Final = thread  #: the thread's name
        self.task: Final = task  #: the task's name, None outside tasks

    def __repr__(self) -> str:
        return f"{self.thread}/{self.task}" if self.task else self.thread


class _Here(threading.local):
    def __init__(self) -> None:
        self.actor: Final = Actor(threading.current_thread().name, None)
        self.tasks: Final[weakref.WeakKeyDictionary[asyncio.Task[Any], Actor]] = weakref.WeakKeyDictionary()


_here = _Here()
_running_loop = asyncio._get_running_loop  # 37 ns; a current_task() outside a loop raises after 400 ns


def current_actor() -> Actor:
    """Return who is running now."""
    loop = _running_loop()
    if loop is None:
        return _here.actor
    task = asyncio.current_task(loop)
    if task is None:
        return _here.actor
    actor = _here.tasks.get(task)
    if actor is None:
        actor = _here.tasks[task] = Actor(_here.actor.thread, task.get_name())
    return actor
