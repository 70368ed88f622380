"""Explicit encryption and the keys in a key vault.

Source: client-side encryption specification, "ClientEncryption".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mongotape.runner import _results as results
from mongotape.runner._call import operation
from mongotape.runner._cursors import documents
from mongotape.runner._options import keywords
from mongotape.runner._settle import settle

if TYPE_CHECKING:
    from mongotape.runner._call import Call


def _options(call: Call, method: Any) -> dict[str, Any]:
    return keywords(method.__func__, call.take("opts", {}), {})


@operation("clientEncryption", "createDataKey")
async def create_data_key(call: Call) -> Any:
    method = call.target.create_data_key
    return await settle(method(call.take("kmsProvider"), **_options(call, method)))


@operation("clientEncryption", "rewrapManyDataKey")
async def rewrap_many_data_key(call: Call) -> Any:
    method = call.target.rewrap_many_data_key
    result = await settle(method(call.take("filter"), **_options(call, method)))
    if result.bulk_write_result is None:
        return {}
    return {"bulkWriteResult": results.bulk_write(result.bulk_write_result)}


@operation("clientEncryption", "deleteKey")
async def delete_key(call: Call) -> Any:
    return results.delete(await settle(call.target.delete_key(call.take("id"))))


@operation("clientEncryption", "getKey")
async def get_key(call: Call) -> Any:
    return await settle(call.target.get_key(call.take("id")))


@operation("clientEncryption", "getKeys")
async def get_keys(call: Call) -> Any:
    return await documents(await settle(call.target.get_keys()))


@operation("clientEncryption", "getKeyByAltName")
async def get_key_by_alt_name(call: Call) -> Any:
    return await settle(call.target.get_key_by_alt_name(call.take("keyAltName")))


@operation("clientEncryption", "addKeyAltName")
async def add_key_alt_name(call: Call) -> Any:
    return await settle(call.target.add_key_alt_name(call.take("id"), call.take("keyAltName")))


@operation("clientEncryption", "removeKeyAltName")
async def remove_key_alt_name(call: Call) -> Any:
    return await settle(call.target.remove_key_alt_name(call.take("id"), call.take("keyAltName")))


@operation("clientEncryption", "encrypt")
async def encrypt(call: Call) -> Any:
    method = call.target.encrypt
    return await settle(method(call.take("value"), **_options(call, method)))


@operation("clientEncryption", "decrypt")
async def decrypt(call: Call) -> Any:
    return await settle(call.target.decrypt(call.take("value")))
