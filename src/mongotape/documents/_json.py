"""JSON texts: values at the speed of the standard library, positions by scanning the text again."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from mongotape.documents._extended_json import decoded
from mongotape.documents._faults import MAX_DEPTH, TOO_DEEP, TOO_LARGE, Fault, fits
from mongotape.documents._places import Position
from mongotape.documents._positions import Positions

_TOKEN = re.compile(r'[\s:,]*([{}\[\]]|"(?:[^"\\]|\\.)*"|[^\s,:{}\[\]"]+)')


class _InvalidError(ValueError):
    """A value that JSON can hold and a document can't; its position is found by scanning again."""


class _TooLarge(float):
    """Stands for a whole number beyond 64 bits while its position is looked for."""


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


def _int(digits: str) -> int:
    if len(digits) < 19 or fits(digits):
        return int(digits)
    raise _InvalidError(TOO_LARGE)


def load(text: str) -> Any:
    """The value of a JSON text.

    Raises:
        Fault: It is no JSON, repeats a key, nests too deeply, or holds broken Extended JSON or a number that
            BSON can't hold.
    """
    try:
        value = json.loads(text, object_pairs_hook=_pairs, parse_constant=_constant, parse_int=_int)
    except json.JSONDecodeError as error:
        raise Fault(
            Position(error.lineno, error.colno), f"not JSON: {error.msg[0].lower()}{error.msg[1:]}"
        ) from None
    except RecursionError:
        raise Fault(Position(1, 1), TOO_DEEP) from None
    except ValueError as error:
        raise _located(text, str(error)) from None
    if _depth_exceeds(value):
        index(text)  # raises the fault with its position
    return value


def _depth_exceeds(value: Any) -> bool:
    """Whether containers are nested beyond the bound, found level by level."""
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            item
            for container in level
            for item in (
                container.values()
                if type(container) is dict
                else container
                if type(container) is list
                else ()
            )
            if type(item) is dict or type(item) is list
        ]
        if not level:
            return False
    return True


def _located(text: str, message: str) -> Fault:
    """The fault that `load` met, found again with its position."""
    positions = index(text)  # raises the fault itself where a key is repeated
    plain = json.loads(text, parse_int=lambda digits: 0 if len(digits) < 19 or fits(digits) else _TooLarge())
    found = _first_invalid(plain, ())
    return Fault(Position(1, 1), message) if found is None else Fault(positions.locate(found[0]), found[1])


def _first_invalid(value: Any, path: tuple[str | int, ...]) -> tuple[tuple[str | int, ...], str] | None:
    """The innermost first value that a document can't hold, and why."""
    if isinstance(value, float):
        return _invalid_number(value, path)
    for key, item in (
        value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else ())
    ):
        if found := _first_invalid(item, (*path, key)):
            return found
    if isinstance(value, dict):
        try:
            json.loads(json.dumps(value), object_pairs_hook=_pairs)
        except ValueError as error:
            return path, str(error)
    return None


def _invalid_number(value: float, path: tuple[str | int, ...]) -> tuple[tuple[str | int, ...], str] | None:
    if isinstance(value, _TooLarge):
        return path, TOO_LARGE
    if math.isfinite(value):
        return None
    name = "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return path, f'{name} is not JSON; write {{"$numberDouble": "{name}"}}'


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
                raise Fault(positions.at(at), TOO_DEEP)
    return positions
