"""What mongomock raises as the errors that a server answers with: code, sentence, further fields."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from bson.errors import InvalidDocument
from pymongo.errors import DuplicateKeyError, InvalidName, OperationFailure, PyMongoError

from mongotape.mock._keys import shell
from mongotape.wire import CommandFailure

if TYPE_CHECKING:
    from collections.abc import Mapping

NOT_IMPLEMENTED: Final = 238
INTERNAL_ERROR: Final = 1

#: What a server calls update operators that mongomock may lack.
UPDATE_OPERATORS: Final = frozenset(
    {
        "$addToSet",
        "$bit",
        "$currentDate",
        "$inc",
        "$max",
        "$min",
        "$mul",
        "$pop",
        "$pull",
        "$pullAll",
        "$push",
        "$rename",
        "$set",
        "$setOnInsert",
        "$unset",
    }
)
#: Expressions of newer servers that mongomock takes for misspelt ones.
_EXPRESSIONS: Final = frozenset(
    {
        "$setField",
        "$getField",
        "$unsetField",
        "$bitAnd",
        "$bitNot",
        "$bitOr",
        "$bitXor",
        "$bottom",
        "$bottomN",
    }
    | {"$dateAdd", "$dateDiff", "$dateSubtract", "$dateTrunc", "$firstN", "$function", "$lastN", "$median"}
    | {"$maxN", "$minN", "$percentile", "$rand", "$sampleRate", "$sortArray", "$toHashedIndexKey", "$top"}
    | {"$topN", "$tsIncrement", "$tsSecond", "$accumulator", "$binarySize", "$bsonSize", "$isNumber"}
)
#: Query operators that mongomock takes for misspelt ones.
_QUERY_OPERATORS: Final = frozenset(
    {"$mod", "$sampleRate", "$rand", "$geoIntersects", "$geoWithin", "$near", "$nearSphere", "$natural"}
    | {"$bitsAllClear", "$bitsAllSet", "$bitsAnyClear", "$bitsAnySet", "$jsonSchema", "$text", "$where"}
)
_UNKNOWN_OPERATOR = re.compile(r"unknown (?:top level )?operator: (\$\w*)")
_UNKNOWN_EXPRESSION = re.compile(r"Unrecognized expression '(\$\w*)'")
_UNKNOWN_MODIFIER = re.compile(r"(?:field names cannot start with \$ \[|Invalid modifier specified: )(\$\w*)")
_DOLLAR_FIELD = re.compile(r"found: (\$?[^)]*)\)$")

#: A server's code for what mongomock says without one; the first that is found in the sentence counts.
_CODES: Final = (
    (re.compile(r"Path collision"), 31250),
    (re.compile(r"_id.* (?:altered|be changed)"), 66),
    (re.compile(r"Unrecognized pipeline stage"), 40324),
    (re.compile(r"Unrecognized expression"), 168),
    (re.compile(r"is not allowed to be used within an update"), 72),
    (re.compile(r"the count field"), 40156),
    (re.compile(r"already exists with different options"), 86),
    (re.compile(r"index not found with name"), 27),
    (re.compile(r"array_filters|arrayFilters"), 9),
)


def lacking(what: str) -> CommandFailure:
    """Return the answer to what mongomock can't do; ``what`` names it."""
    return CommandFailure(
        NOT_IMPLEMENTED, f"mongomock lacks {what}; test this on the embedded or a real server"
    )


def duplicate_key(
    namespace: str, index: str, pattern: Mapping[str, Any], values: Mapping[str, Any]
) -> DuplicateKeyError:
    """Return the error of a key that is there already, with everything that a server says about it."""
    sentence = (
        f"E11000 duplicate key error collection: {namespace} index: {index} dup key: {shell(dict(values))}"
    )
    return DuplicateKeyError(sentence, 11000, {"keyPattern": dict(pattern), "keyValue": dict(values)})


def failure_of(error: Exception) -> CommandFailure:
    """Return what a server would answer where mongomock raised ``error``."""
    if isinstance(error, CommandFailure):
        return error
    text = str(error)
    if isinstance(error, NotImplementedError):
        return CommandFailure(NOT_IMPLEMENTED, f"mongomock does not implement this: {text}")
    if isinstance(error, InvalidDocument):
        field = found.group(1) if (found := _DOLLAR_FIELD.search(text)) else text
        return lacking(f"documents with field names that start with '$' or hold a null character ({field})")
    if isinstance(error, InvalidName):
        return CommandFailure(73, f"Invalid namespace specified: {text}")
    if isinstance(error, OperationFailure):
        fields = dict(error.details or {}) if isinstance(error, DuplicateKeyError) else {}
        if (unknown := _UNKNOWN_OPERATOR.search(text)) and unknown.group(1) in _QUERY_OPERATORS:
            return lacking(f"the query operator {unknown.group(1)}")
        if (unknown := _UNKNOWN_EXPRESSION.search(text)) and unknown.group(1) in _EXPRESSIONS:
            return lacking(f"the aggregation expression {unknown.group(1)}")
        return CommandFailure(error.code or _code_of(text), _plain(error), fields=fields)
    if modifier := _UNKNOWN_MODIFIER.search(text):
        return unknown_modifier(modifier.group(1))
    if isinstance(error, (ValueError, PyMongoError)) and (code := _code_of(text, default=0)):
        return CommandFailure(code, text)
    return CommandFailure(INTERNAL_ERROR, f"mongomock failed with {type(error).__name__}: {text}")


def unknown_modifier(name: str) -> CommandFailure:
    """Return the answer to an update operator that mongomock, or nobody, knows."""
    if name in UPDATE_OPERATORS:
        return lacking(f"the update operator {name}")
    return CommandFailure(
        9,
        f"Unknown modifier: {name}. Expected a valid update modifier or pipeline-style update specified as an array",
    )


def _plain(error: OperationFailure) -> str:
    """Return the sentence without the details that PyMongo appends to ``str``."""
    return str(error).partition(", full error: ")[0]


def _code_of(text: str, default: int = 2) -> int:
    return next((code for pattern, code in _CODES if pattern.search(text)), default)
