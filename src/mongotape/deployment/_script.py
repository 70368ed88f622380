"""Replies that a test scripts, and the cursors they open."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import bson
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions
from bson.errors import BSONError
from bson.int64 import Int64

from mongotape.deployment._answers import namespace
from mongotape.errors import UsageError
from mongotape.wire import CloseConnection, CommandFailure, default_labels, is_hello

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from mongotape.deployment._address import Address
    from mongotape.wire import Request

_ENCODING: CodecOptions[Any] = CodecOptions(uuid_representation=UuidRepresentation.STANDARD)
_FIRST_BATCH = 101
_ALIASES = {"buildinfo": "buildInfo", "findandmodify": "findAndModify"}


@dataclass(frozen=True, slots=True)
class ScriptedError:
    """An error reply, made with ``deployment.error()``."""

    code: int
    message: str
    labels: tuple[str, ...] | None  #: None: those that a server adds by itself
    fields: Mapping[str, Any] = field(default_factory=dict)

    def failure(self, request: Request) -> CommandFailure:
        """The error as the answer to one command."""
        labels = default_labels(request, code=self.code) if self.labels is None else self.labels
        return CommandFailure(self.code, self.message, labels=labels, fields=self.fields)


@dataclass(frozen=True, slots=True)
class NetworkError:
    """A connection closed instead of a reply, made with ``deployment.network_error()``."""


@dataclass(frozen=True, slots=True)
class Documents:
    """What a find or aggregate yields, in batches of the command's own size."""

    documents: tuple[Mapping[str, Any], ...]


Scripted: TypeAlias = Mapping[str, Any] | ScriptedError | NetworkError | Documents
#: What may be scripted: an answer, or a callable from the command to one (None: as if unscripted).
ScriptedReply: TypeAlias = Scripted | Callable[[dict[str, Any]], Scripted | None]


class Rule:
    """One scripted answer, as ``deployment.on()`` returns it; leaving it as a ``with`` cancels it.

    Attributes:
        command: the command's name, or None for any.
        used: how many commands it has answered.
    """

    def __init__(
        self, command: str | None, reply: ScriptedReply, times: int | None, member: Address | None
    ) -> None:
        self.command = command
        self.used = 0
        self._reply = reply
        self._times = times
        self._member = member

    def __repr__(self) -> str:
        times = "for ever" if self._times is None else f"{self.used} of {self._times} times"
        return f"<Rule for {self.command or 'any command'}: used {times}>"

    @property
    def ended(self) -> bool:
        """Whether it will answer no further command."""
        return self._times is not None and self.used >= self._times

    def cancel(self) -> None:
        """Answers no further command with it."""
        self._times = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cancel()

    def _takes(self, request: Request, member: Address) -> bool:
        if self.ended or self._member not in {None, member}:
            return False
        return self.command is None or self.command == command_name(request.name)


class Script:
    """The rules of one deployment.

    Rules that end are used first, in the order in which they were given; then the latest one that doesn't.
    """

    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self._lock = threading.Lock()
        self._cursors: dict[int, tuple[Mapping[str, Any], ...]] = {}
        self._last_cursor = 1000

    def add(
        self, command: str | None, reply: ScriptedReply, times: int | None, member: Address | None
    ) -> Rule:
        """Adds a rule.

        Raises:
            UsageError: the reply is none, or ``times`` is no count.
        """
        check_reply(command, reply)
        if times is not None and (isinstance(times, bool) or not isinstance(times, int) or times < 1):
            raise UsageError(f"times={times!r} is no count of replies; give 1 or more, or None for ever")
        rule = Rule(None if command is None else command_name(command), reply, times, member)
        with self._lock:
            self._rules = [one for one in self._rules if not one.ended]
            self._rules.append(rule)
        return rule

    def answer(self, request: Request, member: Address) -> Mapping[str, Any] | None:
        """The scripted answer to a command, or None.

        Raises:
            CommandFailure: an error is scripted.
            CloseConnection: a network error is scripted.
        """
        rule = self._take(request, member) if self._rules else None
        if rule is None:
            return self._own_cursor(request) if self._cursors else None
        reply = rule._reply
        if not callable(reply):
            return self._resolve(reply, request)
        made = reply(copy.deepcopy(request.command))
        if made is None:
            return None
        check_reply(request.name, made)
        return self._resolve(made, request)

    def _take(self, request: Request, member: Address) -> Rule | None:
        with self._lock:
            fitting = [rule for rule in self._rules if rule._takes(request, member)]
            counted = [rule for rule in fitting if rule._times is not None]
            rule = counted[0] if counted else fitting[-1] if fitting else None
            if rule is not None:
                rule.used += 1
            return rule

    def _resolve(self, reply: Scripted, request: Request) -> Mapping[str, Any]:
        if isinstance(reply, ScriptedError):
            raise reply.failure(request)
        if isinstance(reply, NetworkError):
            raise CloseConnection
        if isinstance(reply, Documents):
            return self._first_batch(reply.documents, request)
        return reply if "ok" in reply else {**reply, "ok": 1.0}

    def _first_batch(self, documents: tuple[Mapping[str, Any], ...], request: Request) -> Mapping[str, Any]:
        command = request.command
        options = command.get("cursor", {}) if request.name == "aggregate" else command
        size = options.get("batchSize", _FIRST_BATCH)
        if limit := abs(command.get("limit", 0)):
            documents = documents[:limit]
        batch, rest = documents[:size], documents[size:]
        cursor_id = 0
        if rest and not command.get("singleBatch"):
            with self._lock:
                self._last_cursor += 1
                cursor_id = self._last_cursor
                self._cursors[cursor_id] = rest
        cursor = {"id": Int64(cursor_id), "ns": namespace(request), "firstBatch": list(batch)}
        return {"cursor": cursor, "ok": 1.0}

    def _own_cursor(self, request: Request) -> Mapping[str, Any] | None:
        """Goes on with a cursor that ``documents()`` opened."""
        if request.name == "killCursors":
            with self._lock:
                for number in request.command.get("cursors", []):
                    self._cursors.pop(number, None)
            return None
        if request.name != "getMore":
            return None
        number = request.command["getMore"]
        with self._lock:
            documents = self._cursors.pop(number, None)
            if documents is None:
                return None
            size = request.command.get("batchSize") or len(documents)
            batch, rest = documents[:size], documents[size:]
            if rest:
                self._cursors[number] = rest
        cursor = {"id": Int64(number if rest else 0), "ns": namespace(request), "nextBatch": list(batch)}
        return {"cursor": cursor, "ok": 1.0}


def command_name(name: str) -> str:
    """The name under which a command is scripted: a server's aliases of it mean the same."""
    return "hello" if is_hello(name) else _ALIASES.get(name, name)


def documents_of(documents: Iterable[Mapping[str, Any]]) -> Documents:
    """The documents as a reply.

    Raises:
        UsageError: BSON can't hold one of them.
    """
    found = tuple(dict(document) for document in documents)
    _check_bson(f"{len(found)} documents", {"documents": found})
    return Documents(found)


def check_reply(command: str | None, reply: object) -> None:
    """Raises a UsageError unless ``reply`` is something that can be sent."""
    if isinstance(reply, Mapping):
        _check_bson(f"the reply to {command!r}", reply)
    elif not isinstance(reply, ScriptedError | NetworkError | Documents) and not callable(reply):
        raise UsageError(
            f"the reply to {command!r} is a {type(reply).__name__}; give a mapping, deployment.error(...), "
            "deployment.network_error(), deployment.documents([...]) or a callable from command to one of them"
        )


def _check_bson(what: str, document: Mapping[str, Any]) -> None:
    try:
        bson.encode(document, codec_options=_ENCODING)
    except (BSONError, OverflowError, RecursionError, TypeError, ValueError) as error:
        raise UsageError(f"{what} can't be sent, since BSON can't hold it: {error}") from error
