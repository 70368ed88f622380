"""YAML texts, read safely: plain values only, nothing built, nothing that grows without bound.

PyYAML's scanner and parser (libyaml's, where it is built in) give the events; values are made here. What
differs from PyYAML's own loader: scalars resolve as in YAML 1.2 (``yes`` is a string and ``010`` is ten), an
anchor may be named again, and a repeated key is an error.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml
from yaml import events as ev

from mongotape.documents._extended_json import decoded
from mongotape.documents._faults import MAX_DEPTH, MAX_VALUES, TOO_DEEP, TOO_LARGE, Fault, fits
from mongotape.documents._places import Position
from mongotape.documents._positions import Positions

if TYPE_CHECKING:
    from collections.abc import Callable

_CORE = "tag:yaml.org,2002:"
_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_BASED = re.compile("0x[0-9a-fA-F]+|0o[0-7]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NO_WORD = object()
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **{sign + word: float(sign + "inf") for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")},
}


def plain(text: str) -> Any:
    """What an unquoted scalar stands for. Source: YAML 1.2.2, "Core Schema".

    Raises:
        OverflowError: It is a whole number that BSON can't hold.
    """
    word = _WORDS.get(text, _NO_WORD)
    if word is not _NO_WORD:
        return word
    if text[0] in "0123456789-+.":
        if _INT.fullmatch(text):
            if len(text) >= 19:
                if text[0] == "0":
                    return text  # an ObjectId of digits only, which YAML 1.1 writers leave without quotes
                if not fits(text):
                    raise OverflowError
            return int(text)
        if _FLOAT.fullmatch(text):
            return float(text)
        if _BASED.fullmatch(text):
            if len(text) > 24 or not fits(str(int(text, 0))):
                raise OverflowError
            return int(text, 0)
    return text


def _load_int(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError
    return value


def _load_float(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError
    return float(value)


def _load_bool(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _load_null(value: Any) -> None:
    if value is not None:
        raise TypeError


_SCALAR_TAGS: dict[str, Callable[[Any], Any]] = {
    _CORE + "int": _load_int,
    _CORE + "float": _load_float,
    _CORE + "bool": _load_bool,
    _CORE + "null": _load_null,
}


def load(text: str) -> Any:
    """The value of a YAML text that holds one document.

    Raises:
        Fault: It is no YAML, or not safe: a tag that builds an object, aliases that grow without bound, a
            repeated key, a key that is a list or a mapping.
    """
    return _read(text, None)


def index(text: str) -> Positions:
    """Where each value of a well-formed YAML text stands."""
    positions = Positions(text)
    _read(text, positions)
    return positions


def _read(text: str, positions: Positions | None) -> Any:
    fast = _libyaml_parser()
    if fast is not None:
        try:
            return _Composer(fast(text), text, positions).document()
        except yaml.YAMLError:
            # libyaml knows neither `{a:b}` nor an anchor name with a colon; what is really wrong, the other finds
            if positions is not None:
                positions.clear()
    try:
        return _Composer(_tolerant_parser()(text), text, positions).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        context = f" {error.context}" if error.context else ""
        raise Fault(_position(mark), f"not YAML: {error.problem}{context}") from None
    except yaml.YAMLError as error:
        raise Fault(Position(1, 1), f"not YAML: {str(error).splitlines()[0]}") from None
    except RecursionError:
        raise Fault(Position(1, 1), TOO_DEEP) from None


def _position(mark: Any) -> Position:
    return Position(mark.line + 1, mark.column + 1) if mark is not None else Position(1, 1)


def _libyaml_parser() -> Callable[[str], Any] | None:
    """Libyaml's parser, or None where PyYAML was built without it (ten times slower then)."""
    try:
        from yaml.cyaml import CParser  # type: ignore[attr-defined]
    except ImportError:
        return None
    return CParser


def _tolerant_parser() -> Callable[[str], Any]:
    from mongotape.documents._yaml_scanner import TolerantParser

    return TolerantParser


class _Anchored:
    """What an anchor names: its value, how many values that is written out, its number in the positions."""

    __slots__ = ("complete", "number", "size", "value")

    def __init__(self, number: int) -> None:
        self.complete = False
        self.value: Any = None
        self.size = 0
        self.number = number


class _Composer:
    """Makes values of one parser's events."""

    def __init__(self, parser: Any, text: str, positions: Positions | None) -> None:
        self._next = parser.get_event
        self._text = text
        self._positions = positions
        self._anchors: dict[str, _Anchored] = {}
        self._count = 0  # values so far, with aliases written out

    def document(self) -> Any:
        """The value of the only document.

        Raises:
            Fault: There is none, or more than one, or something in it is refused.
        """
        self._next()  # the stream's start
        start = self._next()
        if isinstance(start, ev.StreamEndEvent):
            raise Fault(Position(1, 1), "the file is empty")
        value = self._value(self._next(), None, 0, 0)
        self._next()  # the document's end
        further = self._next()
        if not isinstance(further, ev.StreamEndEvent):
            raise Fault(
                _position(further.start_mark),
                "a second YAML document starts here",
                "keep one document a file",
            )
        return value

    def _value(self, event: Any, key: str | None, offset: int, depth: int) -> Any:
        """The value that ``event`` starts; it stands under ``key`` at ``offset``."""
        kind = type(event)
        self._count += 1
        if kind is ev.AliasEvent:
            return self._alias(event, key, offset)
        container = kind is not ev.ScalarEvent
        number = 0
        if self._positions is not None:
            at = offset if key is not None else event.start_mark.index
            number = self._positions.add(key, at, container=container)
        anchored = None
        if event.anchor is not None:
            anchored = self._anchors[event.anchor] = _Anchored(number)
            anchored.size = self._count - 1
        if not container:
            value = self._scalar(event)
        else:
            if depth == MAX_DEPTH:
                raise self._fault(event, TOO_DEEP)
            if event.tag is not None and event.tag not in ("!", _CORE + "map", _CORE + "seq"):
                raise self._refused_tag(event)
            value = self._mapping(event, depth) if kind is ev.MappingStartEvent else self._list(depth)
            if self._positions is not None:
                self._positions.close()
        if anchored is not None:
            anchored.value = value
            anchored.size = self._count - anchored.size
            anchored.complete = True
        return value

    def _alias(self, event: Any, key: str | None, offset: int) -> Any:
        anchored = self._anchors.get(event.anchor)
        if anchored is None:
            raise self._fault(event, f"no anchor &{event.anchor} stands before the alias *{event.anchor}")
        if not anchored.complete:
            raise self._fault(event, f"the alias *{event.anchor} stands inside the value that it names")
        self._count += anchored.size - 1
        if self._count > MAX_VALUES:
            raise self._fault(
                event, f"with its aliases written out the file holds more than {MAX_VALUES:,} values"
            )
        if self._positions is not None:
            at = offset if key is not None else event.start_mark.index
            self._positions.add(key, at, container=False, alias_of=anchored.number)
        return anchored.value

    def _scalar(self, event: Any) -> Any:
        tag = event.tag
        if tag is None:
            if event.implicit[0]:
                return self._plain(event)
            return event.value if event.value.isascii() else self._joined(event)
        if tag in ("!", _CORE + "str"):
            return event.value
        if (load_tagged := _SCALAR_TAGS.get(tag)) is None:
            raise self._refused_tag(event)
        try:
            return load_tagged(self._plain(event))
        except TypeError:
            name = tag.removeprefix(_CORE)
            raise self._fault(event, f'"{event.value}" is not a value of the tag !!{name}') from None

    def _plain(self, event: Any) -> Any:
        try:
            return plain(event.value)
        except OverflowError:
            raise self._fault(event, TOO_LARGE) from None

    def _joined(self, event: Any) -> str:
        """A quoted string in which pairs of surrogates, as JSON escapes them, are one character each.

        libyaml refuses them, PyYAML's own scanner leaves them apart.
        """
        text: str = event.value
        if not _SURROGATE.search(text):
            return text
        try:
            return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
        except UnicodeDecodeError:
            raise self._fault(event, "half a surrogate pair is no character") from None

    def _list(self, depth: int) -> list[Any]:
        items: list[Any] = []
        event = self._next()
        while type(event) is not ev.SequenceEndEvent:
            items.append(self._value(event, None, 0, depth + 1))
            event = self._next()
        return items

    def _mapping(self, start: Any, depth: int) -> Any:
        mapping: dict[str, Any] = {}
        merged: set[str] = set()
        lines: dict[str, int] = {}
        extended = False
        event = self._next()
        while type(event) is not ev.MappingEndEvent:
            key = self._key(event)
            offset = event.start_mark.index
            if key == "<<" and type(event) is ev.ScalarEvent and event.implicit[0]:
                self._merge(mapping, merged, self._next(), offset, depth)
            else:
                if key in lines and key not in merged:
                    raise self._fault(event, f'the key "{key}" is given twice; first on line {lines[key]}')
                merged.discard(key)
                lines[key] = event.start_mark.line + 1
                extended = extended or (key[:1] == "$" and key[1:2] != "$")
                mapping[key] = self._value(self._next(), key, offset, depth + 1)
            event = self._next()
        if not extended:
            return mapping
        try:
            return decoded(mapping)
        except ValueError as error:
            raise self._fault(start, str(error)) from None

    def _key(self, event: Any) -> str:
        """A key as the JSON twin spells it: always a string."""
        if type(event) is ev.AliasEvent:
            anchored = self._anchors.get(event.anchor or "")
            if anchored is None or not isinstance(anchored.value, str):
                raise self._fault(event, f"the alias *{event.anchor} is no key: a key is a string")
            return anchored.value
        if type(event) is not ev.ScalarEvent:
            raise self._fault(event, "a key is a string, not a list or a mapping")
        if event.anchor is not None:
            anchored = self._anchors[event.anchor] = _Anchored(0)
            anchored.value, anchored.size, anchored.complete = event.value, 1, True
        value = self._scalar(event)
        if isinstance(value, str):
            return value
        if isinstance(value, bool) or value is None:
            return {True: "true", False: "false", None: "null"}[value]
        return str(value) if isinstance(value, int) else str(event.value)

    def _merge(self, mapping: dict[str, Any], merged: set[str], event: Any, offset: int, depth: int) -> None:
        """Adds the keys of the mapping, or of each mapping in the list, that ``<<`` names."""
        value = self._value(event, "<<", offset, depth + 1)
        for source in value if isinstance(value, list) else [value]:
            if not isinstance(source, dict):
                raise self._fault(event, "<< merges a mapping or a list of mappings, nothing else")
            for key, item in source.items():
                if key not in mapping:
                    mapping[key] = item
                    merged.add(key)

    def _refused_tag(self, event: Any) -> Fault:
        tag = event.tag.replace(_CORE, "!!", 1)
        return self._fault(event, f"the tag {tag} is refused: a file holds plain values", "use Extended JSON")

    def _fault(self, event: Any, message: str, suggestion: str | None = None) -> Fault:
        return Fault(_position(event.start_mark), message, suggestion)
