"""A small shop on PyMongo: what the example tests look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pymongo.synchronous.database import Database


class SoldOutError(Exception):
    """There is nothing left of what was ordered."""


class Shop:
    """Items with a stock, and the orders that take from it."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._items = database.items
        self._orders = database.orders

    def stock_up(self, sku: str, number: int) -> None:
        """Put items on the shelf."""
        self._items.update_one({"sku": sku}, {"$inc": {"stock": number}}, upsert=True)

    def order(self, sku: str) -> None:
        """Take one item from the shelf and note the order."""
        taken = self._items.update_one({"sku": sku, "stock": {"$gt": 0}}, {"$inc": {"stock": -1}})
        if not taken.modified_count:
            raise SoldOutError(sku)
        self._orders.insert_one({"sku": sku})

    def item(self, sku: str) -> dict[str, Any] | None:
        """Return one item."""
        return self._items.find_one({"sku": sku})

    def keep_skus_unique(self) -> None:
        """Refuse a second item with the same sku."""
        self._items.create_index("sku", unique=True)

    def add(self, sku: str) -> None:
        """Put a new item on the list."""
        self._items.insert_one({"sku": sku, "stock": 0})
