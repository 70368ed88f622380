"""JSON texts: values at the speed of the standard library, positions by scanning the text again."""

from __future__ import annotations

import json
import re
from typing import Any

from mongotape.documents._extended_json import decoded
from mongotape.documents._faults import MAX_DEPTH, Fault
from mongotape.documents._places import Position
from mongotape.documents._positions import Positions

_TOKEN = re.compile(r'[\s:,]*([{}\[\]]|"(?:[^"\\]|\\.)*"|[^\s,:{}\[\]"]+)')


class _InvalidError(ValueError):
    """A value that JSON can hold and a document can't; its position is found by scanning again."""


def _pairs(pairs: list[tuple[str, Any]]) -> Any:
    mapping = dict(pairs)
    if len(mapping) != len(pairs):
        raise _InvalidError("a key is given twice")
    for key in mapping:
        if key[:1] == "$" and key[1:2] != "$":
            return decoded(mapping)
    return mapping


def _constant(name: str) -> Any:
    raise _InvalidError(f'{name} is not JSON; write {{"$numberDouble": "{name}"}}')


def load(text: str) -> Any:
    """The value of a JSON text.

    Raises:
        Fault: It is no JSON, repeats a key, nests too deeply or holds broken Extended JSON.
    """
    try:
        return json.loads(text, object_pairs_hook=_pairs, parse_constant=_constant)
    except json.JSONDecodeError as error:
        raise Fault(
            Position(error.lineno, error.colno), f"not JSON: {error.msg[0].lower()}{error.msg[1:]}"
        ) from None
    except RecursionError:
        raise Fault(Position(1, 1), f"values are nested more than {MAX_DEPTH} levels deep") from None
    except ValueError as error:
        raise _located(text, str(error)) from None


def _located(text: str, message: str) -> Fault:
    """The fault that `load` met, found again with its position."""
    positions = index(text)  # raises the fault itself where a key is repeated
    plain = json.loads(text)
    path = _first_invalid(plain, ())
    if path is None:
        return Fault(Position(1, 1), message)
    return Fault(positions.locate(path[0]), path[1])


def _first_invalid(value: Any, path: tuple[str | int, ...]) -> tuple[tuple[str | int, ...], str] | None:
    """The innermost first mapping that is broken Extended JSON, and why."""
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):  # noqa: PLR0124
        name = "NaN" if value != value else ("Infinity" if value > 0 else "-Infinity")  # noqa: PLR0124
        return path, f'{name} is not JSON; write {{"$numberDouble": "{name}"}}'
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    children: dict[Any, Any] = {}
    for key, item in items:
        if found := _first_invalid(item, (*path, key)):
            return found
        children[key] = item
    if isinstance(value, dict):
        try:
            json.loads(json.dumps(value), object_pairs_hook=_pairs)
        except ValueError as error:
            return path, str(error)
    return None


def index(text: str) -> Positions:
    """Where each value of a well-formed JSON text stands.

    Raises:
        Fault: A key is repeated, or values are nested too deeply.
    """
    positions = Positions(text)
    keys: list[set[str] | None] = []  # of each open container: its keys, None for a list
    pending: str | None = None  # the key that waits for its value
    pending_at = 0
    for match in _TOKEN.finditer(text):
        mark = match.group(1)
        at = match.start(1)
        if mark in "}]":
            positions.close()
            keys.pop()
            continue
        open_keys = keys[-1] if keys else None
        if open_keys is not None and pending is None:
            pending = json.loads(mark)
            pending_at = at
            assert pending is not None
            if pending in open_keys:
                first = positions.locate_child(pending)
                raise Fault(
                    positions.at(at), f'the key "{pending}" is given twice; first on line {first.line}'
                )
            open_keys.add(pending)
            continue
        positions.add(pending, at if pending is None else pending_at, container=mark in "{[")
        pending = None
        if mark in "{[":
            keys.append(set() if mark == "{" else None)
            if len(keys) > MAX_DEPTH:
                raise Fault(positions.at(at), f"values are nested more than {MAX_DEPTH} levels deep")
    return positions
