"""The write models of bulk writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mongotape.runner._options import keywords
from mongotape.runner._outcome import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def write_models(requests: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Return PyMongo's models of ``{insertOne: {...}}`` and the like.

    Raises:
        UnsupportedError: PyMongo has no such model, or the model takes no such argument.
    """
    from pymongo import operations

    models = []
    for request in requests:
        ((name, arguments),) = request.items()
        model = getattr(operations, name[:1].upper() + name[1:], None)
        if model is None:
            raise UnsupportedError(f"PyMongo has no write model {name}")
        models.append(model(**keywords(model.__init__, arguments, {})))
    return models
