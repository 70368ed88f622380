"""How each field of an event is read and compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from operator import attrgetter, methodcaller
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from mongotape.events import Kind, nearest
from mongotape.expect import fields_of
from mongotape.matching._bson import short
from mongotape.matching._mismatch import MISSING, Path, malformed
from mongotape.matching._nodes import Node

if TYPE_CHECKING:
    from mongotape.events import RecordedEvent
    from mongotape.matching._values import Compiler

Read: TypeAlias = "Callable[[RecordedEvent], Any]"

_DESCRIPTIONS: Final = ("previous_description", "new_description")


@cache
def spelled(kind: Kind) -> Mapping[str, str]:
    """How the fields of an expectation are called in mappings."""
    return {name: spec_name for spec_name, name in fields_of(kind).items()}


def _published(kind: Kind) -> Mapping[str, Callable[[Any], Any]]:
    plain = (name for name, each in kind.fields.items() if not each.document)
    return {name: attrgetter(name) for name in plain if name not in _DESCRIPTIONS and name != "reply"}


# By the kind's name: an enum's member is hashed in Python, its name is not.

#: How to read the fields that are what PyMongo's own event object says, from that object.
PUBLISHED: Final = {kind.value: _published(kind) for kind in Kind}

#: The fields that are documents.
DOCUMENTS: Final = {
    kind.value: frozenset(name for name, each in kind.fields.items() if each.document) for kind in Kind
}

_READERS: Final[Mapping[str, Mapping[str, Read]]] = {
    name: {"client": attrgetter("client")} | {each: attrgetter(f"event.{each}") for each in published}
    for name, published in PUBLISHED.items()
}


def plain_readers(kind: Kind) -> Mapping[str, Read]:
    """How to read the same fields, and the client, from a record."""
    return _READERS[kind._value_]


def field(compiler: Compiler, kind: Kind, name: str, expected: Any, path: Path) -> tuple[Read, Node]:
    """Return how to read a field and what must hold for it.

    Raises:
        ExpectationError: the expected value can't be read.
    """
    if name in ("has_service_id", "has_server_connection_id"):
        return attrgetter(name.removeprefix("has_")), _present(name, wanted=expected)
    if name in _DESCRIPTIONS:
        _check_description(kind, expected, path)
        return _described(kind, name), compiler.compile(expected, path)
    node = compiler.compile(expected, path)
    if name in ("client", "connection"):
        return (_known(name) if node.capturing else attrgetter(name)), node
    if kind is Kind.SERVER_HEARTBEAT_SUCCEEDED and name == "reply":
        return attrgetter("reply.document"), node
    if kind.fields[name].document:
        return methodcaller("document", name), node
    return attrgetter(name), node


def _known(name: str) -> Read:
    """What is unknown of two events is not the same of both."""
    read = attrgetter(name)

    def read_known(event: RecordedEvent) -> Any:
        value = read(event)
        return MISSING if value is None else value

    return read_known


class _Present(Node):
    """An id that is set, or not; zero is not set.

    Source: Unified Test Format, ``hasServiceId`` and ``hasServerConnectionId``.
    """

    __slots__ = ("_what",)

    def __init__(self, what: str, holds: Callable[[Any], bool], *, wanted: bool) -> None:
        self._what = what
        super().__init__(wanted, holds)

    def complaint(self, actual: Any) -> str:
        return f"expected {'a' if self.expected else 'no'} {self._what}, observed {short(actual)}"


def _present(name: str, *, wanted: bool) -> Node:
    from bson import ObjectId

    nothing = ObjectId(b"\0" * 12)

    def has_service_id(actual: Any) -> bool:
        return (isinstance(actual, ObjectId) and actual != nothing) is wanted

    def has_server_connection_id(actual: Any) -> bool:
        return (isinstance(actual, int) and not isinstance(actual, bool) and actual > 0) is wanted

    service = name == "has_service_id"
    what = "service id" if service else "server connection id"
    return _Present(what, has_service_id if service else has_server_connection_id, wanted=wanted)


class _Description(Mapping[str, Any]):
    """A server's or a topology's description, read as a document."""

    __slots__ = ("_attributes", "_description")

    def __init__(self, description: Any, attributes: Mapping[str, str]) -> None:
        self._description = description
        self._attributes = attributes

    def __getitem__(self, name: str) -> Any:
        return getattr(self._description, self._attributes[name])

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._attributes if not name.startswith("_") and "_" not in name)

    def __len__(self) -> int:
        return len(self._attributes)

    def __repr__(self) -> str:
        return repr(self._description)


def _attributes(kind: Kind) -> dict[str, str]:
    """Return what a description's document may say: "type", and PyMongo's properties in either spelling."""
    from pymongo.server_description import ServerDescription
    from pymongo.topology_description import TopologyDescription

    of_server = kind is Kind.SERVER_DESCRIPTION_CHANGED
    described = ServerDescription if of_server else TopologyDescription
    names = {"type": "server_type_name" if of_server else "topology_type_name", "setName": "replica_set_name"}
    for attribute in dir(described):
        if not attribute.startswith("_") and isinstance(getattr(described, attribute), property):
            head, *tail = attribute.split("_")
            names[attribute] = attribute
            names.setdefault(head + "".join(part.capitalize() for part in tail), attribute)
    return names


def _described(kind: Kind, name: str) -> Read:
    attributes = _attributes(kind)
    read = attrgetter(name)
    return lambda event: _Description(read(event), attributes)


def _check_description(kind: Kind, expected: Any, path: Path) -> None:
    """A key that no description has can't be compared."""
    if not isinstance(expected, Mapping):
        return
    attributes = _attributes(kind)
    for key in expected:
        if key not in attributes and not str(key).startswith("$$"):
            raise malformed(path, f"a description has no {key!r}{nearest(key, attributes)}")
