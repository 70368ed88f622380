"""Shapes of arguments that have parts of their own: the requests of bulk writes, index models, fail points.

Source: CRUD, "Write Models"; Index Management, "Search Indexes"; Client Side Encryption, "DataKeyOpts";
Unified Test Format, "failPoint".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mongotape.spec._shapes import (
    Anything,
    Boolean,
    BsonDoc,
    Either,
    Field,
    JsonSchema,
    ListOf,
    Object,
    Shape,
    String,
    plain_mapping,
)
from mongotape.spec._words import BROKEN, describe, did_you_mean

if TYPE_CHECKING:
    from mongotape.documents import Path
    from mongotape.spec._reading import Reading

_DOC = BsonDoc()
TEXT_OR_DOC = Either((((str,), String()), ((dict,), _DOC)), "a string or a mapping")
DOC_OR_DOCS = Either((((dict,), _DOC), ((list,), ListOf(_DOC, raw=True))), "a mapping or a list of mappings")

_OPTIONAL: dict[str, Shape] = {
    "arrayFilters": ListOf(_DOC, raw=True),
    "collation": _DOC,
    "hint": TEXT_OR_DOC,
    "sort": _DOC,
    "upsert": Boolean(),
}
_MODELS: dict[str, tuple[dict[str, Shape], str]] = {
    "insertOne": ({"document": _DOC}, ""),
    "updateOne": ({"filter": _DOC, "update": DOC_OR_DOCS}, "arrayFilters collation hint sort upsert"),
    "updateMany": ({"filter": _DOC, "update": DOC_OR_DOCS}, "arrayFilters collation hint upsert"),
    "replaceOne": ({"filter": _DOC, "replacement": _DOC}, "collation hint sort upsert"),
    "deleteOne": ({"filter": _DOC}, "collation hint"),
    "deleteMany": ({"filter": _DOC}, "collation hint"),
}


class RawObject(Object):
    """A mapping with known keys that the model holds as it was read."""

    @property
    def literal(self) -> bool:
        return True

    def read(self, value: Any, path: Path, reading: Reading) -> Any:
        return BROKEN if super().read(value, path, reading) is BROKEN else value


def _raw(what: str, required: dict[str, Shape], optional: dict[str, Shape]) -> RawObject:
    fields = [Field(key, shape, attribute=key, required=True) for key, shape in required.items()]
    fields += [Field(key, shape, attribute=key) for key, shape in optional.items()]
    return RawObject(what, tuple(fields), plain_mapping, placed=False)


class WriteModel(Shape):
    """One write of a bulk write: a mapping whose only key says what it does."""

    def __init__(self, common: dict[str, Shape]) -> None:
        self.models = {
            name: _raw(
                f"the write {name}", {**common, **required}, {key: _OPTIONAL[key] for key in optional.split()}
            )
            for name, (required, optional) in _MODELS.items()
        }

    def read(self, value: Any, path: Path, reading: Reading) -> Any:
        if not isinstance(value, dict):
            return reading.complain(path, f"a write must be a mapping, not {describe(value)}")
        if len(value) != 1:
            found = ", ".join(value) or "none"
            return reading.complain(path, f"a write has exactly one key, what it does; found {found}")
        (name,) = value
        if (shape := self.models.get(name)) is None:
            message = f'no write is called "{name}"'
            return reading.complain((*path, name), message, did_you_mean(name, self.models))
        return BROKEN if shape.read(value[name], (*path, name), reading) is BROKEN else value

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:
        return {
            "type": "object",
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
            "properties": {name: shape.schema(defs) for name, shape in self.models.items()},
        }


COLLECTION_WRITES = ListOf(WriteModel({}), raw=True)
CLIENT_WRITES = ListOf(WriteModel({"namespace": String()}), raw=True)
SEARCH_INDEX = _raw("a search index", {"definition": _DOC}, {"name": String(), "type": String()})
FAIL_POINT = _raw(
    "a fail point",
    {"configureFailPoint": String(), "mode": Either((((str,), String()), ((dict,), _DOC)), "a mode")},
    {"data": _DOC, **dict.fromkeys(("comment", "writeConcern", "$db"), Anything())},
)
DATA_KEY_OPTIONS = _raw(
    "opts", {}, {"masterKey": _DOC, "keyAltNames": ListOf(String(), raw=True), "keyMaterial": Anything()}
)
REWRAP_OPTIONS = _raw("opts", {"provider": String()}, {"masterKey": _DOC})
DRIVER_INFO = _raw("driverInfoOptions", {"name": String()}, {"version": String(), "platform": String()})
