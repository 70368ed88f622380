"""Operations of collections.

Source: CRUD specification; Unified Test Format, "Collection Operations".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mongotape.runner import _results as results
from mongotape.runner._call import operation
from mongotape.runner._cursors import FindCursor, documents, find_keywords
from mongotape.runner._models import write_models
from mongotape.runner._settle import settle

if TYPE_CHECKING:
    from mongotape.runner._call import Call


@operation("collection", "find")
async def find(call: Call) -> Any:
    return await documents(find_keywords(call)(call.target.find))


@operation("collection", "findOne")
async def find_one(call: Call) -> Any:
    return await settle(find_keywords(call)(call.target.find_one))


@operation("collection", "createFindCursor")
async def create_find_cursor(call: Call) -> FindCursor:
    cursor = FindCursor(find_keywords(call)(call.target.find))
    call.scene.keep_cursor(cursor.target)
    await cursor.open()
    return cursor


@operation("collection", "aggregate")
async def aggregate(call: Call) -> Any:
    return await documents(await settle(call.invoke(call.target.aggregate)))


@operation("collection", "distinct")
async def distinct(call: Call) -> Any:
    return await settle(call.invoke(call.target.distinct, rename={"fieldName": "key"}))


@operation("collection", "countDocuments")
async def count_documents(call: Call) -> Any:
    return await settle(call.invoke(call.target.count_documents))


@operation("collection", "estimatedDocumentCount")
async def estimated_document_count(call: Call) -> Any:
    return await settle(call.invoke(call.target.estimated_document_count))


@operation("collection", "insertOne")
async def insert_one(call: Call) -> Any:
    return results.insert_one(await settle(call.invoke(call.target.insert_one)))


@operation("collection", "insertMany")
async def insert_many(call: Call) -> Any:
    return results.insert_many(await settle(call.invoke(call.target.insert_many)))


@operation("collection", "deleteOne")
async def delete_one(call: Call) -> Any:
    return results.delete(await settle(call.invoke(call.target.delete_one)))


@operation("collection", "deleteMany")
async def delete_many(call: Call) -> Any:
    return results.delete(await settle(call.invoke(call.target.delete_many)))


@operation("collection", "updateOne")
async def update_one(call: Call) -> Any:
    return results.update(await settle(call.invoke(call.target.update_one)))


@operation("collection", "updateMany")
async def update_many(call: Call) -> Any:
    return results.update(await settle(call.invoke(call.target.update_many)))


@operation("collection", "replaceOne")
async def replace_one(call: Call) -> Any:
    return results.update(await settle(call.invoke(call.target.replace_one)))


@operation("collection", "findOneAndDelete")
async def find_one_and_delete(call: Call) -> Any:
    return await settle(call.invoke(call.target.find_one_and_delete))


@operation("collection", "findOneAndReplace")
async def find_one_and_replace(call: Call) -> Any:
    return await settle(call.invoke(call.target.find_one_and_replace))


@operation("collection", "findOneAndUpdate")
async def find_one_and_update(call: Call) -> Any:
    return await settle(call.invoke(call.target.find_one_and_update))


@operation("collection", "bulkWrite")
async def bulk_write(call: Call) -> Any:
    requests = write_models(call.take("requests"))
    return results.bulk_write(await settle(call.invoke(call.target.bulk_write, requests)))


@operation("collection", "createIndex")
async def create_index(call: Call) -> Any:
    keys = list(call.take("keys").items())
    return await settle(call.invoke(call.target.create_index, keys))


@operation("collection", "createIndexes")
async def create_indexes(call: Call) -> Any:
    from pymongo import IndexModel

    models = [IndexModel(list(model.pop("keys").items()), **model) for model in call.take("models")]
    return await settle(call.invoke(call.target.create_indexes, models))


@operation("collection", "dropIndex")
async def drop_index(call: Call) -> Any:
    await settle(call.invoke(call.target.drop_index, call.take("name")))
    return results.nothing()


@operation("collection", "dropIndexes")
async def drop_indexes(call: Call) -> Any:
    await settle(call.invoke(call.target.drop_indexes))
    return results.nothing()


@operation("collection", "listIndexes")
async def list_indexes(call: Call) -> Any:
    return await documents(await settle(call.invoke(call.target.list_indexes)))


@operation("collection", "createSearchIndex")
async def create_search_index(call: Call) -> Any:
    return await settle(call.invoke(call.target.create_search_index))


@operation("collection", "createSearchIndexes")
async def create_search_indexes(call: Call) -> Any:
    from pymongo.operations import SearchIndexModel

    models = [SearchIndexModel(**model) for model in call.take("models")]
    return await settle(call.invoke(call.target.create_search_indexes, models))


@operation("collection", "listSearchIndexes")
async def list_search_indexes(call: Call) -> Any:
    options = call.take("aggregationOptions", {})
    return await documents(await settle(call.target.list_search_indexes(call.take("name", None), **options)))


@operation("collection", "updateSearchIndex")
async def update_search_index(call: Call) -> Any:
    await settle(call.invoke(call.target.update_search_index))
    return results.nothing()


@operation("collection", "dropSearchIndex")
async def drop_search_index(call: Call) -> Any:
    await settle(call.invoke(call.target.drop_search_index))
    return results.nothing()


@operation("collection", "drop")
async def drop(call: Call) -> Any:
    await settle(call.invoke(call.target.drop))
    return results.nothing()


@operation("collection", "rename")
async def rename(call: Call) -> Any:
    await settle(call.invoke(call.target.rename, call.take("to")))
    return results.nothing()
