"""One command on its way through the mock: the document, its database, the store, and what handlers need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from mongotape.mock._failures import lacking
from mongotape.mock._keys import type_name
from mongotape.wire import CommandFailure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mongotape.mock._cursors import Cursors
    from mongotape.mock._sessions import Sessions
    from mongotape.mock._store import Store

#: Fields that any command may carry; the served mock needs none of them to answer.
GENERIC_FIELDS: Final = frozenset(
    {
        "$db",
        "$clusterTime",
        "$readPreference",
        "$audit",
        "$client",
        "$configServerState",
        "$oplogQueryData",
        "$queryOptions",
        "$replData",
        "allowImplicitCollectionCreation",
        "apiDeprecationErrors",
        "apiStrict",
        "apiVersion",
        "autocommit",
        "comment",
        "lsid",
        "maxTimeMS",
        "readConcern",
        "startTransaction",
        "txnNumber",
        "writeConcern",
        "stmtId",
        "stmtIds",
        "mayBypassWriteBlocking",
    }
)


@dataclass(slots=True)
class Call:
    """One command, and what it works on."""

    command: Mapping[str, Any]
    name: str
    database: str
    store: Store
    cursors: Cursors
    sessions: Sessions

    def collection_name(self) -> str:
        """Return the collection that the command's first field names."""
        name = self.command[self.name]
        if not isinstance(name, str):
            raise CommandFailure(
                73, f"collection name has invalid type {type_name(name)}, expected a string, for {self.name}"
            )
        return name

    def collection(self) -> Any:
        """Return mongomock's collection that the command's first field names."""
        return self.store.collection(self.database, self.collection_name())

    def field(self, name: str, kinds: type | tuple[type, ...], default: Any = None) -> Any:
        """Return a field of the command; null counts as missing.

        Raises:
            CommandFailure: its value is of another kind.
        """
        value = self.command.get(name)
        if value is None:
            return default
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in _as_tuple(kinds)):
            raise CommandFailure(
                14,
                f"BSON field '{self.name}.{name}' is the wrong type '{type_name(value)}', "
                f"expected type '{_NAMES.get(_as_tuple(kinds)[0], 'object')}'",
            )
        return value

    def required(self, name: str, kinds: type | tuple[type, ...]) -> Any:
        """Return a field that the command can't be without."""
        value = self.field(name, kinds)
        if value is None:
            raise CommandFailure(40414, f"BSON field '{self.name}.{name}' is missing but a required field")
        return value

    def number(self, name: str, default: int | None = None) -> int | None:
        """Return a field that holds a number, cut to a whole one.

        Raises:
            CommandFailure: it is no number, or a negative one.
        """
        value = self.field(name, (int, float), default)
        if value is not None and value < 0:
            raise CommandFailure(51024, f"BSON field '{name}' value must be >= 0, actual value '{value}'")
        return None if value is None else int(value)

    def cursor_reply(self, namespace: str, documents: Iterable[Any], **options: Any) -> dict[str, Any]:
        """Return the reply with a first batch of the documents; options are those of ``Cursors.reply``."""
        return self.cursors.reply(self.sessions.key_of(self.command), namespace, documents, **options)

    def batch_size(self) -> int | None:
        """Return the batch size in the command's ``cursor`` field."""
        cursor = self.field("cursor", dict, {})
        value = cursor.get("batchSize")
        if value is not None and value < 0:
            raise CommandFailure(51024, f"BSON field 'batchSize' value must be >= 0, actual value '{value}'")
        return None if value is None else int(value)

    def refuse(self, *names: str) -> None:
        """Refuse the command if it asks for one of these, none of which mongomock can do."""
        for name in names:
            if self.command.get(name):
                raise lacking(f"the field {name!r} of {self.name}")

    def refuse_collation(self, document: Mapping[str, Any] | None = None) -> None:
        """Refuse a collation other than plain comparison."""
        collation = (self.command if document is None else document).get("collation")
        if collation and collation.get("locale") != "simple":
            raise lacking(f"collations (locale {collation.get('locale')!r})")


Handler: TypeAlias = "Callable[[Call], dict[str, Any]]"

_NAMES: Final[dict[type, str]] = {
    str: "string",
    int: "int",
    bool: "bool",
    dict: "object",
    list: "array",
}


def _as_tuple(kinds: type | tuple[type, ...]) -> tuple[type, ...]:
    return kinds if isinstance(kinds, tuple) else (kinds,)
