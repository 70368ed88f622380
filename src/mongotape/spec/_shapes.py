"""Shapes: what a part of a file must look like, said once for reading, checking and the editors' schema.

A shape reads a value: it returns a node of the model, or complains and returns `BROKEN`. The same shape
writes itself as JSON Schema.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

from mongotape.spec._model import Version
from mongotape.spec._words import BROKEN, FEW, describe, did_you_mean, nearest, one_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mongotape.documents import Path
    from mongotape.spec._reading import Reading

_CONSIDERED = 50
"""How many keys of a mapping are considered as misspelt ones of a key that is missing."""

JsonSchema = dict[str, Any]


class Shape:
    """What a value must look like."""

    @property
    def literal(self) -> bool:
        """Whether a value is BSON only, with none of the format's own parts (operations, entities) in it."""
        return True

    def read(self, value: Any, path: Path, reading: Reading) -> Any:
        """The value as the model holds it, or `BROKEN` after a complaint."""
        raise NotImplementedError

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:
        """This shape as JSON Schema; named parts go into ``defs``."""
        raise NotImplementedError


class Anything(Shape):
    """Any value."""

    def read(self, value: Any, path: Path, reading: Reading) -> Any:  # noqa: ARG002 - Shape's signature
        return value

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:  # noqa: ARG002 - Shape's signature
        return {}


class _Typed(Shape):
    """A value of one Python type."""

    type_: ClassVar[type]
    noun: ClassVar[str]
    json_type: ClassVar[str]

    def read(self, value: Any, path: Path, reading: Reading) -> Any:
        if isinstance(value, self.type_):
            return value
        return reading.complain(path, f"must be {self.noun}, not {describe(value)}", self.advice(value))

    def advice(self, value: Any) -> str | None:
        """How the value was probably meant, where that can be seen."""
        quoted = isinstance(value, str) and len(value) <= 40
        return f"write it without quotes: {value}" if quoted and self.unquoted(value) else None

    def unquoted(self, text: str) -> bool:  # noqa: ARG002 - what a subclass asks
        """Whether a string would be a value of this type if its quotes were left out."""
        return False

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:  # noqa: ARG002 - Shape's signature
        return {"type": self.json_type}


class String(_Typed):
    """A string."""

    type_, noun, json_type = str, "a string", "string"

    def advice(self, value: Any) -> str | None:
        if isinstance(value, (bool, int, float)):
            return "put it in quotes"
        return None


class Boolean(_Typed):
    """true or false."""

    type_, noun, json_type = bool, "true or false", "boolean"

    def unquoted(self, text: str) -> bool:
        return text in ("true", "false")


class BsonDoc(_Typed):
    """A BSON document, whatever is in it."""

    type_, noun, json_type = dict, "a mapping", "object"


class Number(_Typed):
    """A number, whole or not."""

    noun, json_type = "a number", "number"

    def read(self, value: Any, path: Path, reading: Reading) -> Any:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return value
        return reading.complain(path, f"must be {self.noun}, not {describe(value)}", self.advice(value))

    def unquoted(self, text: str) -> bool:
        return re.fullmatch("-?[0-9]+", text) is not None


class Integer(Number):
    """A whole number; ``1.0`` is one, as in JSON."""

    noun, json_type = "a whole number", "integer"

    def read(self, value: Any, path: Path, reading: Reading) -> Any:
        if type(value) is int:
            return value
        if isinstance(value, float) and value.is_integer():
            return int(value)
        if isinstance(value, float):
            return reading.complain(path, f"must be {self.noun}, not {describe(value)}")
        return super().read(value, path, reading)


class OnlyTrue(Shape):
    """true, the only value that says something."""

    def read(self, value: Any, path: Path, reading: Reading) -> Any:
        if value is True:
            return True
        return reading.complain(path, f"must be true, not {describe(value)}", "leave the key out instead")

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:  # noqa: ARG002 - Shape's signature
        return {"const": True}


@dataclass(frozen=True)
class Word(Shape):
    """One of some words; each may be known only since a later schema version."""

    words: Mapping[str, Version | None] | Sequence[str]
    lenient_case: bool = False

    def read(self, value: Any, path: Path, reading: Reading) -> Any:
        if not isinstance(value, str):
            return reading.complain(path, f"must be a string, not {describe(value)}")
        known = value in self.words
        if not known and self.lenient_case:
            known = value.lower() in {word.lower() for word in self.words}
        if not known:
            if len(self.words) > FEW:
                message = f'"{value}" is not one of the {len(self.words)} words that can stand here'
                return reading.complain(path, message, did_you_mean(value, self.words))
            message = f'"{value}" is not one of {one_of(self.words)}'
            near = nearest(value, self.words)  # the message lists them all already
            return reading.complain(path, message, f'did you mean "{near}"?' if near else None)
        if isinstance(self.words, dict) and (since := self.words.get(value)) is not None:
            reading.uses(since, path, f'"{value}"')
        return value

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:  # noqa: ARG002 - Shape's signature
        return {"type": "string"} if self.lenient_case else {"enum": list(self.words)}


class VersionText(Shape):
    """A version as a string: ``"4.2"``, ``"4.2.1"``."""

    pattern = r"^[0-9]+(\.[0-9]+){1,2}$"

    def read(self, value: Any, path: Path, reading: Reading) -> Any:
        if not isinstance(value, str):
            hint = "put it in quotes, as it stands" if isinstance(value, (int, float)) else None
            return reading.complain(path, f"must be a string, not {describe(value)}", hint)
        if not re.match(self.pattern, value):
            return reading.complain(
                path, f'"{value}" is not a version', 'write numbers such as "4.2" or "4.2.1"'
            )
        return Version(*map(int, value.split(".")))

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:  # noqa: ARG002 - Shape's signature
        return {"type": "string", "pattern": self.pattern}


@dataclass(frozen=True)
class ListOf(Shape):
    """A list whose items have one shape; the model holds it as a tuple (``raw``: as the list itself)."""

    item: Shape
    at_least: int = 0
    raw: bool = False

    @property
    def literal(self) -> bool:
        return self.item.literal

    def read(self, value: Any, path: Path, reading: Reading) -> Any:
        if not isinstance(value, list):
            hint = "put it in a list: start it with a dash" if isinstance(value, (dict, str)) else None
            return reading.complain(path, f"must be a list, not {describe(value)}", hint)
        if len(value) < self.at_least:
            return reading.complain(path, "must have at least one item")
        items = [self.item.read(item, (*path, number), reading) for number, item in enumerate(value)]
        if any(item is BROKEN for item in items):
            return BROKEN
        return items if self.raw else tuple(items)

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:
        schema: JsonSchema = {"type": "array", "items": self.item.schema(defs)}
        return schema | ({"minItems": self.at_least} if self.at_least else {})


@dataclass(frozen=True)
class MapOf(Shape):
    """A mapping with keys of one's own choice and values of one shape."""

    value: Shape
    key: Callable[[str], Any] | None = None  #: makes the model's key; a ValueError's text is the complaint

    def read(self, value: Any, path: Path, reading: Reading) -> Any:
        if not isinstance(value, dict):
            return reading.complain(path, f"must be a mapping, not {describe(value)}")
        made: dict[Any, Any] = {}
        broken = False
        for key, item in value.items():
            try:
                made_key = self.key(key) if self.key else key
            except ValueError as error:
                broken = True
                reading.complain((*path, key), str(error))
                continue
            made[made_key] = self.value.read(item, (*path, key), reading)
            broken = broken or made[made_key] is BROKEN
        return BROKEN if broken else made

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:
        return {"type": "object", "additionalProperties": self.value.schema(defs)}


@dataclass(frozen=True)
class Either(Shape):
    """A value of the first shape whose Python types it has."""

    shapes: tuple[tuple[tuple[type, ...], Shape], ...]
    noun: str

    def read(self, value: Any, path: Path, reading: Reading) -> Any:
        for types, shape in self.shapes:
            if isinstance(value, types) and (bool in types or not isinstance(value, bool)):
                return shape.read(value, path, reading)
        return reading.complain(path, f"must be {self.noun}, not {describe(value)}")

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:
        return {"anyOf": [shape.schema(defs) for _types, shape in self.shapes]}


@dataclass(frozen=True)
class Field:
    """One key of an `Object`."""

    key: str
    shape: Shape
    attribute: str | None = None  #: the model's name, where it is not the key in Python's spelling
    required: bool = False
    since: Version | None = None  #: the schema version that brought it
    deprecated: str | None = None  #: what to do instead; for lint
    ignored: bool = False  #: read and dropped

    @property
    def name(self) -> str:
        """The model's name of the key."""
        return self.attribute or snake_case(self.key)


def snake_case(key: str) -> str:
    """A key of the format in Python's spelling: ``uriOptions`` is ``uri_options``."""
    return re.sub(r"(?<=[a-z0-9])([A-Z]+)", lambda match: "_" + match[1].lower(), key).lower()


@dataclass(frozen=True)
class Object(Shape):
    """A mapping with known keys; reading one makes a node of the model."""

    what: str  #: with its article: ``a test``
    fields: tuple[Field, ...]
    make: Callable[..., Any]
    at_least: int = 0  #: how many keys
    exclusive: tuple[tuple[str, str], ...] = ()  #: pairs of keys of which only one may be given
    rule: Callable[[dict[str, Any], Path, Reading], None] | None = None
    placed: bool = True  #: whether ``make`` takes the place
    name: str | None = None  #: under which the schema defines it

    @property
    def literal(self) -> bool:
        return False

    def read(self, value: Any, path: Path, reading: Reading) -> Any:
        if not isinstance(value, dict):
            return reading.complain(path, f"{self.what} must be a mapping, not {describe(value)}")
        before = len(reading.complaints)
        made: dict[str, Any] = {"place": reading.place(path)} if self.placed else {}
        if len(value) < self.at_least:
            reading.complain(path, f"{self.what} must not be empty")
        known = 0
        for field in self.fields:
            if field.key in value:
                known += 1
                self._read_field(field, value[field.key], (*path, field.key), reading, made)
            elif field.required and not self._misspelt(field.key, value):
                reading.complain(path, f'{self.what} needs the key "{field.key}"')
        if known != len(value):
            self._unknown_keys(value, path, reading)
        for one, other in self.exclusive:
            if one in value and other in value:
                reading.complain((*path, other), f"{other} can't stand beside {one}", "keep one of them")
        if self.rule is not None:
            self.rule(value, path, reading)
        return self.make(**made) if len(reading.complaints) == before else BROKEN

    def _read_field(
        self, field: Field, value: Any, path: Path, reading: Reading, made: dict[str, Any]
    ) -> None:
        if field.since is not None:
            reading.uses(field.since, path, field.key)
        if field.deprecated is not None:
            reading.advise(path, f"{field.key} is deprecated", field.deprecated)
        item = field.shape.read(value, path, reading)
        if not field.ignored:
            made[field.name] = item

    def _misspelt(self, missing: str, value: dict[str, Any]) -> bool:
        """Whether an unknown key was probably meant to be the missing one: one complaint is enough then."""
        free = self._free(value)
        known = {field.key for field in self.fields}
        return any(nearest(key, free) == missing for key in islice(value, _CONSIDERED) if key not in known)

    def _unknown_keys(self, value: dict[str, Any], path: Path, reading: Reading) -> None:
        known = {field.key for field in self.fields}
        free = self._free(value) or known
        for key in value:
            if key not in known:
                reading.complain((*path, key), f'{self.what} has no key "{key}"', did_you_mean(key, free))

    def _free(self, value: dict[str, Any]) -> set[str]:
        """The known keys that are not given."""
        return {field.key for field in self.fields if field.key not in value}

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:
        if self.name is None:
            return self._body(defs)
        if self.name not in defs:
            defs[self.name] = {}  # holds the place while a shape that contains itself is written
            defs[self.name] = self._body(defs)
        return {"$ref": f"#/$defs/{self.name}"}

    def _body(self, defs: dict[str, JsonSchema]) -> JsonSchema:
        properties = {}
        for field in self.fields:
            properties[field.key] = field.shape.schema(defs)
            notes = [f"Since {field.since}."] if field.since else []
            notes += [f"Deprecated: {field.deprecated}."] if field.deprecated else []
            if notes:
                properties[field.key] = properties[field.key] | {"description": " ".join(notes)}
            if field.deprecated:
                properties[field.key]["deprecated"] = True
        body: JsonSchema = {"type": "object", "additionalProperties": False, "properties": properties}
        if required := [field.key for field in self.fields if field.required]:
            body["required"] = required
        if self.at_least:
            body["minProperties"] = self.at_least
        if self.exclusive:
            body["allOf"] = [{"not": {"required": list(pair)}} for pair in self.exclusive]
        return body


def plain_mapping(**made: Any) -> dict[str, Any]:
    """A ``make`` for an `Object` that the model holds as it was read."""
    return made
