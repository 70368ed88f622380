"""One operation that is compared, and short ways of writing some kinds of them.

Ids are given, not made, so that both servers see the same; what a server or the driver makes up is compared by
type.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

SEED: list[dict[str, Any]] = [
    {"_id": 1, "sku": "A1", "stock": 5, "tags": ["red", "small"], "size": {"h": 10, "w": 2}, "price": 1.5},
    {"_id": 2, "sku": "A2", "stock": 0, "tags": ["red"], "size": {"h": 20, "w": 3}, "price": 2.5},
    {"_id": 3, "sku": "B1", "stock": 7, "tags": [], "size": {"h": 10, "w": 4}},
    {"_id": 4, "sku": "B2", "stock": 7, "tags": ["blue", "small"], "size": {"h": 30, "w": 5}, "price": None},
    {"_id": 5, "sku": "C1", "stock": 12, "lines": [{"n": 1, "q": 2}, {"n": 2, "q": 9}]},
    {"_id": 6, "sku": "C2", "stock": -1, "tags": ["red", "blue"], "lines": [{"n": 1, "q": 4}]},
]
NEW: dict[str, Any] = {"_id": 10, "sku": "Z9", "stock": 1}
Run = Callable[[Any], Any]


@dataclass(frozen=True)
class Operation:
    """One row of the table."""

    group: str
    name: str
    run: Run


OPERATIONS: list[Operation] = []


def group(name: str, **operations: Run) -> None:
    """Add the operations of a group; underscores in their names are blanks."""
    OPERATIONS.extend(Operation(name, key.replace("_", " "), run) for key, run in operations.items())


def bulk(*requests: Any, ordered: bool = True) -> Run:
    """A collection's bulk write."""
    return lambda db: db.items.bulk_write(list(requests), ordered=ordered)


def find(*args: Any, **kwargs: Any) -> Run:
    """A find read to its end."""
    return lambda db: list(
        db.items.find(*deepcopy(args), **deepcopy(kwargs))
    )  # mongomock changes projections


def aggregate(*pipeline: Any, **kwargs: Any) -> Run:
    """An aggregate read to its end."""
    return lambda db: list(db.items.aggregate(deepcopy(list(pipeline)), **deepcopy(kwargs)))


def update(change: Any, query: Any = None, **kwargs: Any) -> Run:
    """An update of one document, the first one if no query is given."""
    return lambda db: db.items.update_one({"_id": 1} if query is None else query, change, **kwargs)


def modify(query: Any, change: Any, *args: Any, **kwargs: Any) -> Run:
    """A findAndModify that updates."""
    return lambda db: db.items.find_one_and_update(query, change, *deepcopy(args), **kwargs)


def index(keys: Any, **options: Any) -> Run:
    """The creation of an index."""
    return lambda db: db.items.create_index(keys, **options)


def steps(*parts: Run) -> Run:
    """One step after the other; all are part of the operation."""
    return lambda db: [part(db) for part in parts]


def in_session(work: Callable[[Any, Any], Any], **options: Any) -> Run:
    """Work in a session of its own."""

    def run(db: Any) -> Any:
        with db.client.start_session(**options) as session:
            return work(db, session)

    return run
