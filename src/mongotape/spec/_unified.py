"""Shapes of operations, tests and the unified file itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mongotape.spec import _model as model
from mongotape.spec._arguments import ARGUMENT_SHAPES, argument_shape
from mongotape.spec._entities import ENTITIES
from mongotape.spec._expectations import (
    COLLECTION_DATA,
    EVENTS_FOR_CLIENT,
    EXPECTED_ERROR,
    LOG_MESSAGES_FOR_CLIENT,
    TRACING_MESSAGES_FOR_CLIENT,
)
from mongotape.spec._model import Version
from mongotape.spec._operations import OPERATIONS, OperationRule
from mongotape.spec._operators import ExpectedValue, refuse_operators
from mongotape.spec._requirements import RUN_ON_REQUIREMENTS
from mongotape.spec._shapes import (
    Boolean,
    BsonDoc,
    Field,
    JsonSchema,
    ListOf,
    Object,
    Shape,
    String,
    VersionText,
)
from mongotape.spec._words import BROKEN, did_you_mean

if TYPE_CHECKING:
    from mongotape.documents import Path
    from mongotape.spec._reading import Reading

_OPERATION_FIELDS = (
    Field("name", String(), required=True),
    Field("object", String(), required=True),
    Field("arguments", BsonDoc()),
    Field("ignoreResultAndError", Boolean(), since=Version(1, 3)),
    Field("expectError", EXPECTED_ERROR),
    Field("expectResult", ExpectedValue()),
    Field("saveResultAsEntity", String()),
)


class Operation(Object):
    """An operation: its arguments are known from its name and the kind of its object."""

    def read(self, value: Any, path: Path, reading: Reading) -> Any:
        before = len(reading.complaints)
        made = super().read(value, path, reading)
        if not isinstance(value, dict):
            return BROKEN
        kind, rule = self._rule(value, path, reading)
        arguments = value.get("arguments")
        if rule is not None and isinstance(value.get("arguments", {}), dict):
            with reading.tolerant_of_versions():
                arguments = _read_arguments(
                    rule, value.get("arguments", {}), (*path, "arguments"), path, reading
                )
        if "saveResultAsEntity" in value:
            reading.create(
                value["saveResultAsEntity"], rule.saves if rule else "value", (*path, "saveResultAsEntity")
            )
        if made is BROKEN or len(reading.complaints) != before:
            return BROKEN
        return model.Operation(
            place=made.place,
            name=made.name,
            object=made.object,
            arguments=arguments or {},
            expect_result=made.expect_result,
            expect_error=made.expect_error,
            save_result_as_entity=made.save_result_as_entity,
            ignore_result_and_error=made.ignore_result_and_error,
            object_kind=kind,
        )

    def _rule(self, value: dict[str, Any], path: Path, reading: Reading) -> tuple[str, OperationRule | None]:
        """The kind of the operation's object and the operation's rule, as far as both are known."""
        name, object_ = value.get("name"), value.get("object")
        if not isinstance(name, str) or not isinstance(object_, str):
            return "", None
        kind = "testRunner" if object_ == "testRunner" else reading.entities.get(object_)
        if kind is None:
            known = [*reading.entities, "testRunner"]
            reading.complain(
                (*path, "object"),
                f'no entity "{object_}" exists at this point',
                did_you_mean(object_, known),
                name=True,
            )
            return "", None
        rule = OPERATIONS[kind].get(name)
        if rule is None:
            of = "testRunner" if kind == "testRunner" else f'{kind} "{object_}"'
            reading.complain(
                (*path, "name"), f'operation "{name}" is not known for {of}', _meant(name, kind), name=True
            )
            return kind, None
        if rule.deprecated:
            reading.advise((*path, "name"), f'operation "{name}" is deprecated', rule.deprecated)
        if rule.since is not None:
            with reading.tolerant_of_versions():
                reading.uses(rule.since, (*path, "name"), f'operation "{name}"')
        return kind, rule

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:
        if "operation" not in defs:
            defs["operation"] = {}
            body = self._body(defs)
            cases = []
            for name in sorted({name for operations in OPERATIONS.values() for name in operations}):
                rules = [operations[name] for operations in OPERATIONS.values() if name in operations]
                cases.append(
                    {
                        "if": {"properties": {"name": {"const": name}}, "required": ["name"]},
                        "then": {"properties": {"arguments": _arguments_schema(rules, defs)}},
                    }
                )
            names = sorted({name for operations in OPERATIONS.values() for name in operations})
            body["properties"]["name"] = {"type": "string", "examples": names}
            body["allOf"] = [*body.get("allOf", []), *cases]
            defs["operation"] = body
        return {"$ref": "#/$defs/operation"}


_RENAMED = {"watch": "createChangeStream", "startSession": "createEntities", "abort": "abortTransaction"}
"""Methods of drivers' that the format has another operation for."""


def _meant(name: str, kind: str) -> str | None:
    """The kinds that have an operation of this name, or the operation of this kind that was probably meant."""
    if name in _RENAMED:
        return f'write "{_RENAMED[name]}"'
    owners = [other for other, operations in OPERATIONS.items() if name in operations]
    if owners:
        return f"it is an operation of {' and '.join(owners)}"
    return did_you_mean(name, OPERATIONS[kind])


def _read_arguments(
    rule: OperationRule, arguments: dict[str, Any], path: Path, operation: Path, reading: Reading
) -> dict[str, Any]:
    """The arguments as the model holds them, each checked."""
    made: dict[str, Any] = {}
    known = rule.arguments
    for key, value in arguments.items():
        where = (*path, key)
        if key not in known:
            reading.complain(
                where,
                f'operation "{rule.name}" of {rule.object_kind} takes no argument "{key}"',
                did_you_mean(key, known),
            )
            continue
        shape = argument_shape(rule, key)
        if shape.literal and isinstance(value, (dict, list)):
            refuse_operators(value, where, reading, "arguments are sent as they stand")
        made[key] = shape.read(value, where, reading)
    for key in rule.required:
        if key not in arguments:
            reading.complain(
                path if arguments else operation,
                f'operation "{rule.name}" of {rule.object_kind} needs the argument "{key}"',
            )
    return made


def _arguments_schema(rules: list[OperationRule], defs: dict[str, JsonSchema]) -> JsonSchema:
    """What the arguments of an operation look like, whichever kind of object it is called on."""
    properties: JsonSchema = {}
    for rule in rules:
        for key in sorted(rule.arguments):
            schema = argument_shape(rule, key).schema(defs)
            if key in properties and properties[key] != schema:
                schema = {}
            properties[key] = schema
    required = sorted(set.intersection(*(set(rule.required) for rule in rules)))
    body: JsonSchema = {"type": "object", "additionalProperties": False, "properties": properties}
    return body | ({"required": required} if required else {})


OPERATION = Operation(
    "an operation",
    _OPERATION_FIELDS,
    model.Operation,
    exclusive=(
        ("expectError", "expectResult"),
        ("expectError", "saveResultAsEntity"),
        ("ignoreResultAndError", "expectResult"),
        ("ignoreResultAndError", "expectError"),
        ("ignoreResultAndError", "saveResultAsEntity"),
    ),
    name="operation",
)
ARGUMENT_SHAPES["callback"] = ARGUMENT_SHAPES["operations"] = ListOf(OPERATION)
ARGUMENT_SHAPES["operation"] = OPERATION

_TEST = Object(
    "a test",
    (
        Field("description", String(), required=True),
        Field("runOnRequirements", RUN_ON_REQUIREMENTS),
        Field("skipReason", String()),
        Field("operations", ListOf(OPERATION), required=True),
        Field("expectEvents", ListOf(EVENTS_FOR_CLIENT, at_least=1)),
        Field("expectLogMessages", ListOf(LOG_MESSAGES_FOR_CLIENT, at_least=1), since=Version(1, 13)),
        Field("expectTracingMessages", ListOf(TRACING_MESSAGES_FOR_CLIENT, at_least=1), since=Version(1, 27)),
        Field("outcome", ListOf(COLLECTION_DATA, at_least=1)),
    ),
    model.Test,
    name="test",
)


class Test(Shape):
    """A test: the entities of the file exist when it starts, and its own end with it."""

    def read(self, value: Any, path: Path, reading: Reading) -> Any:
        before = reading.entities
        reading.entities = dict(before)
        try:
            return _TEST.read(value, path, reading)
        finally:
            reading.entities = before

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:
        return _TEST.schema(defs)


UNIFIED_FILE = Object(
    "a file of the Unified Test Format",
    (
        Field("description", String(), required=True),
        Field("schemaVersion", VersionText(), required=True),
        Field("runOnRequirements", RUN_ON_REQUIREMENTS),
        Field("createEntities", ENTITIES),
        Field("initialData", ListOf(COLLECTION_DATA, at_least=1)),
        Field("tests", ListOf(Test(), at_least=1), required=True),
        Field("_yamlAnchors", BsonDoc(), since=Version(1, 1), ignored=True),
    ),
    model.UnifiedFile,
)
