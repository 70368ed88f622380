"""Spec-style mappings read into expectations; every complaint says where in the mapping it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from mongotape.errors import ExpectationError
from mongotape.events import Family, Kind, nearest
from mongotape.expect._values import UNSET, Expectation, Repeat, Step, repeat

Path = tuple[str | int, ...]

_NUMBERED: Final = frozenset(
    {
        Kind.CONNECTION_CREATED,
        Kind.CONNECTION_READY,
        Kind.CONNECTION_CLOSED,
        Kind.CONNECTION_CHECKED_OUT,
        Kind.CONNECTION_CHECKED_IN,
    }
)
_KINDS: Final[Mapping[str, Kind]] = {kind.value: kind for kind in Kind}
_REPEATS: Final = ("oneOrMore", "optional", "between")


def given(kind: Kind, **fields: Any) -> Expectation:
    """Return the expectation of the fields that were given."""
    checked = {name: value for name, value in fields.items() if value is not UNSET}
    for name, value in checked.items():
        _check_field(kind, name, value, (kind.name.lower(), name))
    return Expectation(kind, checked)


def fields_of(kind: Kind, *, in_format: bool = False) -> Mapping[str, str]:
    """Return what a mapping of this kind may say, and PyMongo's name for each.

    Args:
        kind: the kind of event.
        in_format: only what the Unified Test Format defines.
    """
    return (_IN_FORMAT if in_format else _FIELDS)[kind._value_]


def _fields(kind: Kind, *, in_format: bool) -> dict[str, str]:
    names = {
        field.spec_name: field.name for field in kind.fields.values() if field.in_format or not in_format
    }
    if "service_id" in kind.fields:
        names["hasServiceId"] = "has_service_id"
    if "server_connection_id" in kind.fields:
        names["hasServerConnectionId"] = "has_server_connection_id"
    if not in_format:
        names["client"] = "client"
        if kind.family is Family.COMMAND or kind in _NUMBERED:
            names["connection"] = "connection"
    return names


# By the kind's name: an enum's member is hashed in Python, its name is not.
_FIELDS: Final = {kind.value: _fields(kind, in_format=False) for kind in Kind}
_IN_FORMAT: Final = {kind.value: _fields(kind, in_format=True) for kind in Kind}


def read_expectations(
    source: Iterable[object], *, in_format: bool = False, path: Path = ()
) -> tuple[Step, ...]:
    """Return the expectations that a list of builders and spec-style mappings says.

    Args:
        source: builders' values, mappings, or both.
        in_format: refuse what the Unified Test Format doesn't define (a specification file).
        path: where the list itself stands, for complaints.

    Raises:
        ExpectationError: one can't be read; ``error.path`` says where: its index, then the keys.
    """
    if isinstance(source, str | bytes | Mapping | Expectation | Repeat) or not isinstance(source, Iterable):
        raise ExpectationError(
            f"{_at(path)}expected a list of expectations, not {_kind_of_value(source)}", path=path
        )
    steps: list[Step] = []
    for index, each in enumerate(source):
        if type(each) is Expectation:
            steps.append(each)
        else:
            steps.append(read_expectation(each, in_format=in_format, path=(*path, index)))
    return tuple(steps)


def read_expectation(source: object, *, in_format: bool = False, path: Path = ()) -> Step:
    """Return the expectation that a builder's value or a spec-style mapping says.

    Args:
        source: a builder's value, ``{"commandStartedEvent": {...}}``, ``{"oneOrMore": [...]}``,
            ``{"optional": [...]}`` or ``{"between": {"atLeast": 0, "atMost": 3, "events": [...]}}``.
        in_format: refuse what the Unified Test Format doesn't define (a specification file).
        path: where it stands, for complaints.

    Raises:
        ExpectationError: it can't be read; ``error.path`` says where.
    """
    if isinstance(source, (Expectation, Repeat)):  # a third of the time that a union takes
        return source
    if (type(source) is not dict and not isinstance(source, Mapping)) or len(source) != 1:
        keys = f" with the keys {', '.join(map(str, source))}" if isinstance(source, Mapping) else ""
        raise ExpectationError(
            f'{_at(path)}an expectation is a builder\'s value or a mapping with one key, like {{"commandStartedEvent":'
            f" {{...}}}}, not {_kind_of_value(source)}{keys}",
            path=path,
        )
    ((name, content),) = source.items()
    kind = _KINDS.get(name)
    if kind is not None:
        return _read_event(kind, content, in_format=in_format, path=(*path, name))
    if name in _REPEATS and not in_format:
        return _read_repeat(name, content, (*path, name))
    words = [*_KINDS, *(() if in_format else _REPEATS)]
    raise ExpectationError(f"{_at(path)}{name!r} is no event{nearest(name, words)}", path=(*path, name))


def _read_event(kind: Kind, content: object, *, in_format: bool, path: Path) -> Expectation:
    if type(content) is not dict and not isinstance(content, Mapping):
        raise ExpectationError(
            f"{_at(path)}the fields of an event are a mapping (empty: any such event), not"
            f" {_kind_of_value(content)}",
            path=path,
        )
    names = fields_of(kind, in_format=in_format)
    checked = _CHECKED[kind._value_]
    fields: dict[str, Any] = {}
    for spelled, value in content.items():
        name = names.get(spelled)
        if name is None:
            raise _unknown_field(kind, spelled, path, in_format=in_format)
        if name in checked and type(value) is not dict:
            _check_field(kind, name, value, (*path, spelled))
        if in_format:
            _check_format(name, value, (*path, spelled))
        fields[name] = value
    return Expectation(kind, fields)


def _unknown_field(kind: Kind, name: str, path: Path, *, in_format: bool) -> ExpectationError:
    names = fields_of(kind, in_format=in_format)
    beyond = in_format and name in fields_of(kind)
    why = "is beyond the Unified Test Format" if beyond else f"is no field of {kind}{nearest(name, names)}"
    has = ", ".join(names) or "none to assert"
    return ExpectationError(f"{_at(path)}{name!r} {why} (it has {has})", path=(*path, name))


def _documents_and_flags(kind: Kind) -> frozenset[str]:
    documents = {field.name for field in kind.fields.values() if field.document}
    described = {"previous_description", "new_description"} & kind.fields.keys()
    return frozenset(documents | described | {"has_service_id", "has_server_connection_id"})


#: The fields that hold a document, or yes or no.
_CHECKED: Final = {kind.value: _documents_and_flags(kind) for kind in Kind}


def _check_field(kind: Kind, name: str, value: object, path: Path) -> None:
    """A field that is a document must be given one; a yes-or-no field of the format a bool."""
    if name not in _CHECKED[kind._value_]:
        return
    if name in ("has_service_id", "has_server_connection_id"):
        if not isinstance(value, bool):
            raise ExpectationError(f"{_at(path)}expected true or false, not {value!r}", path=path)
    elif isinstance(value, str | bytes | bool | int | float | list | tuple):
        raise ExpectationError(f"{_at(path)}expected a document, not {_kind_of_value(value)}", path=path)


def _check_format(name: str, value: object, path: Path) -> None:
    """What the format itself says about a value."""
    if name in ("previous_description", "new_description"):
        if not isinstance(value, Mapping) or set(value) - {"type"}:
            raise ExpectationError(
                f"{_at(path)}the Unified Test Format compares only the type of a description", path=path
            )
        if not isinstance(value.get("type", ""), str):
            raise ExpectationError(f"{_at(path)}type: expected a text, not {value['type']!r}", path=path)
    elif name in ("command", "reply"):
        if not isinstance(value, Mapping):
            raise ExpectationError(f"{_at(path)}expected a document, not {_kind_of_value(value)}", path=path)
    elif name in ("interrupt_connections", "awaited"):
        if not isinstance(value, bool):
            raise ExpectationError(f"{_at(path)}expected true or false, not {value!r}", path=path)
    elif name in ("command_name", "database_name", "reason") and not isinstance(value, str):
        raise ExpectationError(f"{_at(path)}expected a text, not {value!r}", path=path)


def _read_repeat(name: str, content: object, path: Path) -> Repeat:
    bounds: tuple[Any, ...] = ()
    if name == "between":
        if not isinstance(content, Mapping) or set(content) - {"atMost"} != {"atLeast", "events"}:
            raise ExpectationError(
                f"{_at(path)}expected a mapping with atLeast, atMost and events, not {_kind_of_value(content)}",
                path=path,
            )
        bounds = (content["atLeast"], content.get("atMost"))
        content, path = content["events"], (*path, "events")
    written = [content] if isinstance(content, Mapping) else content
    steps = read_expectations(written, path=path)  # type: ignore[arg-type]  # it complains itself
    at_least, at_most = bounds or {"oneOrMore": (1, None), "optional": (0, 1)}[name]
    try:
        return repeat(steps, at_least, at_most, name)
    except ExpectationError as error:
        raise ExpectationError(f"{_at(path)}{error}", path=path) from None


def _at(path: Path) -> str:
    """Return ``expected[2].commandStartedEvent: `` for a path, nothing for none."""
    if not path:
        return ""
    first, *rest = path
    words = f"expected[{first}]" if isinstance(first, int) else str(first)
    return words + "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in rest) + ": "


def _kind_of_value(value: object) -> str:
    if isinstance(value, Mapping):
        return "a mapping"
    if value is None:
        return "null"
    return f"{type(value).__name__} {value!r:.60}"
