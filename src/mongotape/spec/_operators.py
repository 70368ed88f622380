"""The ``$$`` operators of expectations: where they may stand and what they take.

Source: Unified Test Format, "Special Operators for Matching Assertions". What they mean is matching's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mongotape.spec._model import Version
from mongotape.spec._shapes import (
    BsonDoc,
    JsonSchema,
    Shape,
)
from mongotape.spec._words import describe, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable

    from mongotape.documents import Path
    from mongotape.spec._reading import Reading

_ALIASES = (
    "double string object array binData undefined objectId bool date null regex dbPointer javascript symbol "
    "javascriptWithScope int timestamp long decimal minKey maxKey number"
)
TYPE_ALIASES = frozenset(_ALIASES.split())
"""What ``$$type`` takes: the server's ``$type`` aliases and ``number``."""


def _exists(argument: Any, path: Path, reading: Reading) -> None:
    if not isinstance(argument, bool):
        reading.complain(path, f"$$exists takes true or false, not {describe(argument)}")


def _type(argument: Any, path: Path, reading: Reading) -> None:
    if not isinstance(argument, (str, list)):
        reading.complain(path, f"$$type takes a type's name or a list of them, not {describe(argument)}")
        return
    if argument == []:
        reading.complain(path, "$$type takes at least one type")
    for number, alias in enumerate(argument if isinstance(argument, list) else [argument]):
        where = (*path, number) if isinstance(argument, list) else path
        if not isinstance(alias, str):
            reading.complain(where, f"$$type takes a type's name, not {describe(alias)}")
        elif alias not in TYPE_ALIASES:
            reading.complain(where, f'$$type knows no type "{alias}"', did_you_mean(alias, TYPE_ALIASES))


def _unset_or_matches(argument: Any, path: Path, reading: Reading) -> None:
    check_operators(argument, path, reading)


def _matches_entity(argument: Any, path: Path, reading: Reading) -> None:
    if not isinstance(argument, str):
        reading.complain(path, f"$$matchesEntity takes an entity's id, not {describe(argument)}")
    else:
        reading.refer(argument, (), path)


def _matches_hex_bytes(argument: Any, path: Path, reading: Reading) -> None:
    if not isinstance(argument, str) or not re.fullmatch("([0-9a-fA-F]{2})*", argument):
        reading.complain(
            path, f"$$matchesHexBytes takes pairs of hexadecimal digits, not {describe(argument)}"
        )


def _session_lsid(argument: Any, path: Path, reading: Reading) -> None:
    if not isinstance(argument, str):
        reading.complain(path, f"$$sessionLsid takes a session's id, not {describe(argument)}")
    else:
        reading.refer(argument, ("session",), path)


def _lte(argument: Any, path: Path, reading: Reading) -> None:
    if isinstance(argument, bool) or not isinstance(argument, (int, float)):
        reading.complain(path, f"$$lte takes a number, not {describe(argument)}")


def _document(name: str) -> Callable[[Any, Path, Reading], None]:
    def check(argument: Any, path: Path, reading: Reading) -> None:
        if not isinstance(argument, dict):
            reading.complain(path, f"{name} takes a mapping, not {describe(argument)}")
        else:
            check_operators(argument, path, reading)

    return check


_OPERATORS: dict[str, tuple[Callable[[Any, Path, Reading], None], Version | None]] = {
    "$$exists": (_exists, None),
    "$$type": (_type, None),
    "$$unsetOrMatches": (_unset_or_matches, None),
    "$$matchesEntity": (_matches_entity, None),
    "$$matchesHexBytes": (_matches_hex_bytes, None),
    "$$sessionLsid": (_session_lsid, None),
    "$$lte": (_lte, Version(1, 9)),
    "$$matchAsDocument": (_document("$$matchAsDocument"), Version(1, 13)),
    "$$matchAsRoot": (_document("$$matchAsRoot"), Version(1, 13)),
}

OPERATORS = frozenset(_OPERATORS)
"""The names of all operators of expectations."""


def check_operators(value: Any, path: Path, reading: Reading) -> None:
    """Complains of each operator in an expected value that is unknown, misplaced or malformed."""
    if isinstance(value, list):
        for number, item in enumerate(value):
            if isinstance(item, (dict, list)):
                if isinstance(item, dict) and "$$unsetOrMatches" in item:
                    reading.complain((*path, number), "$$unsetOrMatches can't stand for an item of a list")
                check_operators(item, (*path, number), reading)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key[:2] == "$$":
                _check_one(value, key, item, (*path, key), reading)
            elif isinstance(item, (dict, list)):
                check_operators(item, (*path, key), reading)


def _check_one(value: dict[str, Any], key: str, argument: Any, path: Path, reading: Reading) -> None:
    known = _OPERATORS.get(key)
    if known is None:
        reading.complain(path, f'"{key}" is not an operator of expectations', did_you_mean(key, _OPERATORS))
        return
    if len(value) > 1:
        reading.complain(path, f"{key} stands alone in its mapping, not beside {len(value) - 1} other key(s)")
    check, since = known
    if since is not None:
        reading.uses(since, path, key)
    check(argument, path, reading)


def refuse_operators(value: Any, path: Path, reading: Reading, why: str, allowed: str = "") -> None:
    """Complains of each ``$$`` key in a value where operators mean nothing, but for one that does."""
    if isinstance(value, list):
        for number, item in enumerate(value):
            if isinstance(item, (dict, list)):
                refuse_operators(item, (*path, number), reading, why, allowed)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key[:2] == "$$" and key != allowed:
                reading.complain((*path, key), f"{key} can't stand here: {why}")
            elif isinstance(item, (dict, list)):
                refuse_operators(item, (*path, key), reading, why, allowed)


class LiteralDocument(BsonDoc):
    """A document that is taken as it stands: no operators, but for the one that is ``allowed``."""

    def __init__(self, why: str, allowed: str = "") -> None:
        self.why = why
        self.allowed = allowed

    def read(self, value: Any, path: Path, reading: Reading) -> Any:
        if isinstance(value, dict):
            refuse_operators(value, path, reading, self.why, self.allowed)
        return super().read(value, path, reading)


class ExpectedValue(Shape):
    """An expected value: any BSON value, with operators."""

    def read(self, value: Any, path: Path, reading: Reading) -> Any:
        if isinstance(value, (dict, list)):
            check_operators(value, path, reading)
        return value

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:
        if "expectedValue" not in defs:
            defs["expectedValue"] = _operator_schema()
        return {"$ref": "#/$defs/expectedValue"}


class ExpectedDocument(ExpectedValue):
    """An expected document, with operators."""

    def read(self, value: Any, path: Path, reading: Reading) -> Any:
        if not isinstance(value, dict):
            return reading.complain(path, f"must be a mapping, not {describe(value)}")
        return super().read(value, path, reading)

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:
        return {"type": "object", "allOf": [super().schema(defs)]}


def _operator_schema() -> JsonSchema:
    nested: JsonSchema = {"$ref": "#/$defs/expectedValue"}
    alias: JsonSchema = {"enum": sorted(TYPE_ALIASES)}
    document: JsonSchema = {"type": "object", "allOf": [nested]}
    arguments: dict[str, JsonSchema] = {
        "$$exists": {"type": "boolean"},
        "$$type": {"anyOf": [alias, {"type": "array", "items": alias, "minItems": 1}]},
        "$$unsetOrMatches": nested,
        "$$matchesEntity": {"type": "string"},
        "$$matchesHexBytes": {"type": "string", "pattern": "^([0-9a-fA-F]{2})*$"},
        "$$sessionLsid": {"type": "string"},
        "$$lte": {"type": ["number", "object"]},  # an object: a number in Extended JSON
        "$$matchAsDocument": document,
        "$$matchAsRoot": document,
    }
    return {
        "if": {"type": "object"},
        "then": {
            "properties": arguments,
            "patternProperties": {"^([^$]|\\$[^$]|\\$$)": nested},
            "propertyNames": {
                "anyOf": [{"pattern": "^([^$]|\\$[^$]|\\$$|$)"}, {"enum": sorted(arguments)}],
            },
        },
        "else": {"if": {"type": "array"}, "then": {"items": nested}},
    }
