"""The same shop on PyMongo's asynchronous client."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pymongo.asynchronous.database import AsyncDatabase


class AsyncShop:
    """Items with a stock."""

    def __init__(self, database: AsyncDatabase[dict[str, Any]]) -> None:
        self._items = database.items

    async def stock_up(self, sku: str, number: int) -> None:
        """Put items on the shelf."""
        await self._items.update_one({"sku": sku}, {"$inc": {"stock": number}}, upsert=True)

    async def items(self, *skus: str) -> list[dict[str, Any] | None]:
        """Return several items, asked for at the same time."""
        return await asyncio.gather(*(self._items.find_one({"sku": sku}) for sku in skus))
