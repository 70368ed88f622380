"""The operators that hold another expectation, or that stand for one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from mongotape.errors import ExpectationError
from mongotape.expect import same, text
from mongotape.matching._bson import document, is_string, short
from mongotape.matching._mismatch import MISSING, Mismatch, Path, malformed
from mongotape.matching._nodes import Node, Through, Unset
from mongotape.matching._operators import PLAIN, Context, Operator
from mongotape.matching._scalars import textual

if TYPE_CHECKING:
    from mongotape.matching._place import Compiling, Place

Structure = Callable[["Compiling", Any, Mapping[str, Any], "Place"], Node]


class _Plain(Node):
    """An operator that looks at one value only."""

    __slots__ = ("_argument", "_context", "_operator", "_where")

    def __init__(
        self, operator: Operator, argument: Any, written: Mapping[str, Any], context: Context, where: Path
    ) -> None:
        self._operator, self._argument, self._context, self._where = operator, argument, context, where
        super().__init__(written, operator.decide(argument) if operator.decide else self._decide, cost=1)
        own = operator.name not in PLAIN
        self.optional = own or (operator.name == "$$exists" and not argument)

    def _decide(self, actual: Any) -> bool:
        return not any(True for _ in self._complaints(actual))

    def _complaints(self, actual: Any) -> Iterator[str]:
        name = self._operator.name
        try:
            complaints = self._operator.complain(self._argument, actual, self._context)
            yields = isinstance(complaints, Iterable) and not isinstance(complaints, str)
            if yields:
                yield from complaints
        except Exception as error:  # an operator of somebody's own may fail in any way
            told = str(error) if isinstance(error, ValueError) else f"raised {type(error).__name__}: {error}"
            raise malformed(self._where, f"{name} {told}") from error
        if not yields:
            why = f"{name} returned {short(complaints)}; its function yields a sentence for each complaint"
            raise malformed(self._where, why)

    def explain(self, actual: Any, path: Path) -> Iterator[Mismatch]:
        for why in self._complaints(actual):
            yield Mismatch(path, self.expected, actual, why)


def plain(
    operator: Operator, argument: Any, written: Mapping[str, Any], context: Context, where: Path
) -> Node:
    """Return the node of an operator that looks at one value only.

    Raises:
        ValueError: the argument makes no sense.
    """
    if operator.check is not None:
        operator.check(argument)
    elif operator.name not in PLAIN:
        # Its argument is refused when the expectation is read, not when the first value is compared.
        with suppress(AttributeError, TypeError, KeyError, IndexError):
            list(operator.complain(argument, MISSING, context))
    return _Plain(operator, argument, written, context, where)


def _unset_or_matches(compiler: Compiling, argument: Any, written: Mapping[str, Any], place: Place) -> Node:
    if place.element:
        raise ValueError("stands in an array, whose elements can't be unset")
    return Unset(written, compiler.node(argument, place))


def _match_as_root(compiler: Compiling, argument: Any, written: Mapping[str, Any], place: Place) -> Node:
    if document(argument) is None:
        raise ValueError(f"takes a document, not {short(argument)}")
    return Through(written, compiler.node(argument, place._replace(root=True)), lambda actual: actual)


def _match_as_document(compiler: Compiling, argument: Any, written: Mapping[str, Any], place: Place) -> Node:
    if document(argument) is None:
        raise ValueError(f"takes a document, not {short(argument)}")
    inner = compiler.node(argument, place._replace(root=False, element=False))
    return Through(written, inner, _parse)


def _parse(actual: Any) -> Mapping[str, Any]:
    """Return the document that a text of Extended JSON says."""
    from bson import json_util
    from bson.codec_options import DatetimeConversion

    if not is_string(actual):
        observed = "nothing" if actual is MISSING else short(actual)
        raise ValueError(f"expected a text of Extended JSON, observed {observed}")
    options = json_util.JSONOptions(tz_aware=False, datetime_conversion=DatetimeConversion.DATETIME_AUTO)
    try:
        parsed = json_util.loads(actual, json_options=options)
    except Exception as error:  # json_util raises KeyError, TypeError, binascii's and bson's errors
        raise ValueError(f"expected a text of Extended JSON, observed {short(actual)}: {error}") from error
    if (found := document(parsed)) is None:
        raise ValueError(f"expected a document as Extended JSON, observed {short(actual)}")
    return found


def _literal(compiler: Compiling, argument: Any, _written: Mapping[str, Any], place: Place) -> Node:
    return compiler.node(argument, place._replace(literal=True))


def _matches_entity(compiler: Compiling, argument: Any, written: Mapping[str, Any], place: Place) -> Node:
    return _looked_up(compiler, "value", argument, written, place)


def _session_lsid(compiler: Compiling, argument: Any, written: Mapping[str, Any], place: Place) -> Node:
    return _looked_up(compiler, "session_lsid", argument, written, place._replace(root=False))


def _looked_up(
    compiler: Compiling, method: str, argument: Any, written: Mapping[str, Any], place: Place
) -> Node:
    if not isinstance(argument, str):
        raise ValueError(f"takes the name of an entity, not {short(argument)}")  # noqa: TRY004
    if compiler.entities is None:
        raise ValueError("looks up an entity, and only a specification test has entities")
    try:
        found = getattr(compiler.entities, method)(argument)
    except ExpectationError:
        raise
    except LookupError as error:
        told = str(error.args[0]) if error.args and " " in str(error.args[0]) else f"no entity {argument!r}"
        raise ValueError(f"{argument!r}: {told}") from error
    node = compiler.node(found, place._replace(literal=True))
    return _Named(written, node)


class _Named(Through):
    """A value that an entity's name stands for."""

    __slots__ = ()

    def __init__(self, written: Mapping[str, Any], inner: Node) -> None:
        super().__init__(written, inner, lambda actual: actual)


def _same(compiler: Compiling, argument: Any, _written: Mapping[str, Any], place: Place) -> Node:
    if not isinstance(argument, Mapping):
        return compiler.capture(same(argument), place.path)
    if "name" not in argument or set(argument) - {"name", "otherThan"}:
        raise ValueError(f"takes a name, or a mapping with name and otherThan, not {short(argument)}")
    others = argument.get("otherThan", ())
    if not isinstance(others, str | list | tuple):
        raise ValueError(f"otherThan takes a name or a list of names, not {short(others)}")  # noqa: TRY004
    others = others if isinstance(others, str) else tuple(others)
    return compiler.capture(same(argument["name"], other_than=others), place.path)


def _text(_compiler: Compiling, argument: Any, _written: Mapping[str, Any], _place: Place) -> Node:
    if not isinstance(argument, str):
        raise ValueError(f"takes a regular expression, not {short(argument)}")  # noqa: TRY004
    return textual(text(argument))


STRUCTURES: Final[Mapping[str, Structure]] = {
    "$$unsetOrMatches": _unset_or_matches,
    "$$matchAsRoot": _match_as_root,
    "$$matchAsDocument": _match_as_document,
    "$$matchesEntity": _matches_entity,
    "$$sessionLsid": _session_lsid,
    "$$literal": _literal,
    "$$same": _same,
    "$$text": _text,
}
