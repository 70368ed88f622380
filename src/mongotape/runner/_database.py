"""Operations of databases and of clients.

Source: CRUD, run command, collection management and client bulk write specifications.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mongotape.runner import _results as results
from mongotape.runner._call import operation
from mongotape.runner._cursors import documents, named_first, run_cursor_command
from mongotape.runner._models import write_models
from mongotape.runner._settle import settle

if TYPE_CHECKING:
    from mongotape.runner._call import Call


@operation("database", "runCommand")
async def run_command(call: Call) -> Any:
    command = named_first(call.take("commandName", None), call.take("command"))
    return await settle(call.invoke(call.target.command, command))


@operation("database", "createCommandCursor")
async def create_command_cursor(call: Call) -> Any:
    return await run_cursor_command(call)


@operation("database", "runCursorCommand")
async def read_command_cursor(call: Call) -> Any:
    return await documents(await run_cursor_command(call))


@operation("database", "aggregate")
async def aggregate(call: Call) -> Any:
    return await documents(await settle(call.invoke(call.target.aggregate)))


@operation("database", "createCollection")
async def create_collection(call: Call) -> Any:
    # PyMongo would look whether it exists with a listCollections that no specification knows of.
    return await settle(
        call.invoke(call.target.create_collection, call.take("collection"), check_exists=False)
    )


@operation("database", "dropCollection")
async def drop_collection(call: Call) -> Any:
    await settle(call.invoke(call.target.drop_collection, call.take("collection")))
    return results.nothing()


@operation("database", "listCollections")
async def list_collections(call: Call) -> Any:
    batch_size = call.take("batchSize", None)
    if batch_size is not None:
        call.arguments["cursor"] = {"batchSize": batch_size}
    return await documents(await settle(call.invoke(call.target.list_collections)))


@operation("database", "listCollectionNames")
async def list_collection_names(call: Call) -> Any:
    return await settle(call.invoke(call.target.list_collection_names))


@operation("client", "listDatabases")
async def list_databases(call: Call) -> Any:
    return await documents(await settle(call.invoke(call.target.list_databases)))


@operation("client", "listDatabaseNames")
async def list_database_names(call: Call) -> Any:
    return await settle(call.invoke(call.target.list_database_names))


@operation("client", "dropDatabase")
async def drop_database(call: Call) -> Any:
    await settle(call.invoke(call.target.drop_database, call.take("database")))
    return results.nothing()


@operation("client", "clientBulkWrite")
async def client_bulk_write(call: Call) -> Any:
    models = write_models(call.take("models"))
    return results.client_bulk_write(await settle(call.invoke(call.target.bulk_write, models)))


@operation("client", "appendMetadata")
async def append_metadata(call: Call) -> Any:
    from pymongo.driver_info import DriverInfo

    call.method("append_metadata")(DriverInfo(**call.take("driverInfoOptions")))
    return results.nothing()


@operation("client", "close")
async def close(call: Call) -> Any:
    await settle(call.target.close())
    return results.nothing()
