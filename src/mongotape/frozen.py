"""Documents kept as they were at the moment an event was published.

The application owns the documents that PyMongo publishes and may change them afterwards, so what is kept is
their BSON bytes. What BSON can't hold is kept as a structural copy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any, TypeAlias

from bson import DEFAULT_CODEC_OPTIONS, decode, encode
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions, DatetimeConversion
from bson.errors import InvalidDocument
from bson.raw_bson import RawBSONDocument

#: The BSON bytes of a document, or a structural copy of one that BSON can't hold.
Frozen: TypeAlias = "bytes | Copied"

_ENCODING: CodecOptions[dict[str, Any]] = CodecOptions(uuid_representation=UuidRepresentation.STANDARD)
_DECODING: CodecOptions[dict[str, Any]] = DEFAULT_CODEC_OPTIONS.with_options(
    datetime_conversion=DatetimeConversion.DATETIME_AUTO
)
_DEPTH_KEPT = 200  # BSON's own limit on the server is 100; deeper values are replaced by their type's name


class Copied:
    """A structural copy of a document that BSON can't hold."""

    __slots__ = ("value",)

    def __init__(self, value: dict[str, Any]) -> None:
        self.value = value


def freeze(document: Mapping[str, Any], encoder: Callable[..., bytes] = encode) -> Frozen:
    """Return what is needed to show ``document`` later exactly as it is now."""
    try:
        return encoder(document, False, _ENCODING)  # noqa: FBT003  # PyMongo's positional order, the fast call
    except (InvalidDocument, OverflowError, RecursionError, ValueError, TypeError):
        copied = _copy(document, 0, set())
        return Copied(copied if isinstance(copied, dict) else {"": copied})


def thaw(frozen: Frozen) -> dict[str, Any]:
    """Return a fresh document; changing it changes nothing that was recorded."""
    if isinstance(frozen, Copied):
        thawed: dict[str, Any] = _copy(frozen.value, 0, set())
        return thawed
    return decode(frozen, _DECODING)


def _copy(value: Any, depth: int, above: set[int]) -> Any:
    """Copy containers all the way down; an atom that can't be copied stands for itself."""
    if isinstance(value, RawBSONDocument):
        return thaw(bytes(value.raw))
    if isinstance(value, Mapping | list | tuple | set | frozenset):
        if depth >= _DEPTH_KEPT or id(value) in above:
            return f"<{type(value).__name__} {'inside itself' if id(value) in above else 'too deep'}>"
        above = above | {id(value)}
        if isinstance(value, Mapping):
            return {key: _copy(each, depth + 1, above) for key, each in value.items()}
        copies = [_copy(each, depth + 1, above) for each in value]
        return copies if isinstance(value, list | tuple) else type(value)(copies)
    try:
        return deepcopy(value)
    except Exception:  # noqa: BLE001  # an application's own type may refuse in any way
        return value
