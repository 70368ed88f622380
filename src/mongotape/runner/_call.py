"""One operation being called: its object, its arguments, and the table of those that do it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mongotape.runner._options import CONCERNS, cursor_type, driver_version, keywords, return_document
from mongotape.runner._outcome import SpecFailure, UnsupportedError
from mongotape.spec import fresh

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from typing import TypeAlias

    from mongotape.runner._scene import Scene
    from mongotape.spec import Operation

_REQUIRED = object()


class Call:
    """An operation's object and arguments, the latter a copy of the file's that may be written to."""

    def __init__(self, scene: Scene, operation: Operation, target: Any) -> None:
        self.scene = scene
        self.operation = operation
        self.target = target
        self.arguments: dict[str, Any] = fresh(dict(operation.arguments))
        self.timeout_ms: int | None = None
        if operation.object_kind == "testRunner":
            self.timeout_ms = self.arguments.get("timeoutMS")
        else:
            self._resolve()

    def failure(self, sentence: str, details: str = "") -> SpecFailure:
        """Return the failure of this operation."""
        return SpecFailure(self.operation.place, sentence, details)

    def _resolve(self) -> None:
        given = self.arguments
        if "session" in given:
            given["session"] = self.scene.entities.get(given["session"], "session", self.operation.place)
        for name, concern in CONCERNS.items():
            if name in given:
                given[name] = concern(given[name])
        if "cursorType" in given:
            given["cursorType"] = cursor_type(given["cursorType"])
        if "returnDocument" in given:
            given["returnDocument"] = return_document(given["returnDocument"])
        self.timeout_ms = given.pop("timeoutMS", None)

    def take(self, name: str, default: Any = _REQUIRED) -> Any:
        """Return an argument and take it out."""
        if default is _REQUIRED:
            return self.arguments.pop(name)
        return self.arguments.pop(name, default)

    def method(self, name: str, of: Any = None) -> Any:
        """Return a method that not every PyMongo has.

        Raises:
            UnsupportedError: this one doesn't.
        """
        owner = self.target if of is None else of
        if not hasattr(type(owner), name):
            raise UnsupportedError(f"PyMongo {driver_version()} has no {type(owner).__name__}.{name}")
        return getattr(owner, name)

    def invoke(
        self,
        method: Any,
        *positional: Any,
        rename: Mapping[str, str] | None = None,
        of: Any = None,
        **more: Any,
    ) -> Any:
        """Call a PyMongo method with the arguments that are left.

        Args:
            method: a bound method of PyMongo's.
            positional: what comes before them.
            rename: Python's names of arguments, where not the format's in snake case.
            of: whose signature decides; the method's own without it.
            more: further keyword arguments.

        Raises:
            UnsupportedError: the method takes no such argument.
        """
        signature = of or getattr(method, "__func__", method)
        return method(*positional, **keywords(signature, self.arguments, rename or {}), **more)


if TYPE_CHECKING:
    Handler: TypeAlias = Callable[[Call], Awaitable[Any]]

#: What does an operation, by the kind of its object and its name; filled while this room is imported.
HANDLERS: dict[tuple[str, str], Handler] = {}


def operation(kind: str, *names: str) -> Callable[[Handler], Handler]:
    """Say that a function does these operations of this kind of object."""

    def enter(handler: Handler) -> Handler:
        for name in names:
            HANDLERS[kind, name] = handler
        return handler

    return enter
