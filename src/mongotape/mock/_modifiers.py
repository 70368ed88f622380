"""Updates that a server refuses and mongomock would half do, or fail at with a Python error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mongotape.mock._failures import UPDATE_OPERATORS, unknown_modifier
from mongotape.mock._keys import shell, type_name
from mongotape.wire import CommandFailure

if TYPE_CHECKING:
    from collections.abc import Mapping

_MISSING: Final = object()
_ARITHMETIC: Final = {"$inc": "increment", "$mul": "multiply"}
_ARRAYS: Final = {
    "$push": "The field '{field}' must be an array but is of type {found} in document {{{id}}}",
    "$addToSet": "Cannot apply $addToSet to non-array field. Field named '{field}' has non-array type {found}",
    "$pull": "Cannot apply $pull to a non-array value",
    "$pullAll": "Cannot apply $pull to a non-array value",
}


def refuse_malformed(update: Any) -> None:
    """Refuse an update that no document could take.

    Raises:
        CommandFailure: an unknown operator, an operator without fields to change, or two operators for one path.
    """
    if not isinstance(update, dict) or not next(iter(update), "").startswith("$"):
        return
    seen: list[str] = []
    for operator, fields in update.items():
        if operator not in UPDATE_OPERATORS:
            raise unknown_modifier(operator)
        if not isinstance(fields, dict):
            raise CommandFailure(
                9,
                "Modifiers operate on fields but we found type "
                f"{type_name(fields)} instead. For example: {{$mod: {{<field>: ...}}}} not {{{operator}: {shell(fields)}}}",
            )
        for path in fields:
            for other in seen:
                if _overlap(path, other):
                    raise CommandFailure(
                        40, f"Updating the path '{path}' would create a conflict at '{other}'"
                    )
            seen.append(path)


def _overlap(path: str, other: str) -> bool:
    return path == other or path.startswith(other + ".") or other.startswith(path + ".")


def filtered_path(update: Any) -> str:
    """Return the first path of an update with ``$[]`` or ``$[<identifier>]`` in it, or nothing."""
    paths = (path for fields in update.values() if isinstance(fields, dict) for path in fields)
    return next((path for path in paths if "$[" in path), "")


def refuse_impossible(update: Any, document: Mapping[str, Any]) -> None:
    """Refuse an update that this document can't take.

    Raises:
        CommandFailure: a number is added to what is none, or an element to what is no array.
    """
    if not isinstance(update, dict):
        return
    for operator, fields in update.items():
        if operator in _ARITHMETIC:
            for field, by in fields.items():
                _refuse_arithmetic(operator, field, by, document)
        elif operator in _ARRAYS:
            for field in fields:
                value = _value_at(document, field)
                if value is not _MISSING and not isinstance(value, list):
                    sentence = _ARRAYS[operator].format(
                        field=field, found=type_name(value), id=f"_id: {shell(document.get('_id'))}"
                    )
                    raise CommandFailure(2, sentence)


def _refuse_arithmetic(operator: str, field: str, by: Any, document: Mapping[str, Any]) -> None:
    if not _is_number(by):
        verb = _ARITHMETIC[operator]
        raise CommandFailure(14, f"Cannot {verb} with non-numeric argument: {{{field}: {shell(by)}}}")
    value = _value_at(document, field)
    if value is not _MISSING and not _is_number(value):
        raise CommandFailure(
            14,
            f"Cannot apply {operator} to a value of non-numeric type. {{_id: {shell(document.get('_id'))}}} has the "
            f"field '{field.rpartition('.')[2]}' of non-numeric type {type_name(value)}",
        )


def _is_number(value: Any) -> bool:
    return (isinstance(value, (int, float)) and not isinstance(value, bool)) or type(
        value
    ).__name__ == "Decimal128"


def _value_at(document: Any, path: str) -> Any:
    """Return the value at a path without ``$``; what can't be told counts as missing."""
    value = document
    for part in path.split("."):
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return _MISSING
    return value
