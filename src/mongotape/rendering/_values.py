"""Values in a few words: bounded, without secrets, whatever they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mongotape.rendering._secrets import HIDDEN, scrubbed, secret_keys

_DEPTH: Final = 8
_TEXT: Final = 80  # characters of a string that are shown whole
_AROUND: Final = 24  # characters on each side of where two strings part


def show(value: Any, width: int = 160) -> str:
    """Return a value as Python writes it, cut at about ``width`` characters; what was left out is counted."""
    out: list[str] = []
    _write(value, out, [width], 0)
    return "".join(out)


def _write(value: Any, out: list[str], room: list[int], depth: int) -> None:
    if isinstance(value, Mapping):
        _write_document(value, out, room, depth)
    elif type(value) in (list, tuple):
        _write_array(value, out, room, depth)
    else:
        _add(_atom(value), out, room)


def _add(text: str, out: list[str], room: list[int]) -> None:
    out.append(text)
    room[0] -= len(text)


def _write_document(value: Mapping[Any, Any], out: list[str], room: list[int], depth: int) -> None:
    if depth >= _DEPTH:
        _add("{...}" if value else "{}", out, room)
        return
    try:
        hidden = secret_keys(value)
        items = list(value.items())
    except Exception:  # noqa: BLE001  # an application's own mapping may fail in any way
        _add(f"<{type(value).__name__}>", out, room)
        return
    _add("{", out, room)
    for index, (key, each) in enumerate(items):
        if index and room[0] <= 0:
            _add(f", and {len(items) - index:,} more", out, room)
            break
        _add(f"{', ' if index else ''}{_atom(key)}: ", out, room)
        if key in hidden:
            _add(HIDDEN, out, room)
        else:
            _write(each, out, room, depth + 1)
    _add("}", out, room)


def _write_array(value: list[Any] | tuple[Any, ...], out: list[str], room: list[int], depth: int) -> None:
    if depth >= _DEPTH:
        _add("[...]" if value else "[]", out, room)
        return
    _add("[", out, room)
    for index, each in enumerate(value):
        if index and room[0] <= 0:
            _add(f", and {len(value) - index:,} more", out, room)
            break
        if index:
            _add(", ", out, room)
        _write(each, out, room, depth + 1)
    _add("]", out, room)


def _atom(value: Any) -> str:
    try:
        if isinstance(value, str) and len(value) > _TEXT:
            cut = scrubbed(value[: _TEXT * 4])[: _TEXT // 2]
            return f"{cut!r}... ({len(value):,} characters)"
        if isinstance(value, bytes | bytearray) and len(value) > _TEXT // 2:
            return f"{bytes(value[: _TEXT // 4])!r}... ({len(value):,} bytes)"
        if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 512:
            return f"<int of {value.bit_length():,} bits>"
        text = scrubbed(repr(value))
    except Exception:  # noqa: BLE001  # a value's own repr may fail in any way
        return f"<{type(value).__name__}>"
    return text if len(text) <= 2 * _TEXT else f"{text[: 2 * _TEXT]}... ({len(text):,} characters)"


def strings_part(expected: str | bytes, actual: str | bytes) -> str:
    """Return one sentence on where two long strings part, each cut around that place."""
    at = next(
        (index for index, (a, b) in enumerate(zip(expected, actual, strict=False)) if a != b),
        min(len(expected), len(actual)),
    )
    unit = "bytes" if isinstance(expected, bytes) else "characters"
    sizes = (
        f"both {len(expected):,} {unit} long"
        if len(expected) == len(actual)
        else f"{len(expected):,} and {len(actual):,} {unit} long"
    )
    return (
        f"{sizes}, they part at {unit[:-1]} {at + 1:,}: expected {_window(expected, at)},"
        f" observed {_window(actual, at)}"
    )


def _window(text: str | bytes, at: int) -> str:
    start, end = max(0, at - _AROUND), at + _AROUND
    return f"{'...' if start else ''}{text[start:end]!r}{'...' if end < len(text) else ''}"
