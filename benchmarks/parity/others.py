"""The operations on indexes, collections, databases and files, commands as such, and sessions."""

from __future__ import annotations

from typing import Any

import gridfs
from benchmarks.parity.operation import NEW, find, group, in_session, index, steps
from bson import Code, Int64
from pymongo import IndexModel

group(
    "indexes",
    create=index("sku"),
    create_compound=index([("sku", 1), ("stock", -1)]),
    create_unique=index("sku", unique=True),
    create_sparse_and_named=index("price", sparse=True, name="by_price"),
    create_with_a_life_span=index("at", expireAfterSeconds=3600),
    create_partial=index("sku", unique=True, partialFilterExpression={"stock": {"$gt": 5}}),
    create_several=lambda db: db.items.create_indexes(
        [IndexModel("sku"), IndexModel([("stock", -1)], name="by_stock")]
    ),
    create_twice=steps(index("sku"), index("sku")),
    create_with_another_name=steps(index("sku"), index("sku", name="other")),
    create_with_other_options=steps(index("sku"), index("sku", unique=True)),
    create_in_a_new_collection=lambda db: db.fresh.create_index("a"),
    create_unique_over_duplicates=index("stock", unique=True),
    create_text=index([("sku", "text")]),
    drop=steps(index("sku"), lambda db: db.items.drop_index("sku_1")),
    drop_by_keys=steps(index("sku"), lambda db: db.items.drop_index([("sku", 1)])),
    drop_all=steps(index("sku"), lambda db: db.items.drop_indexes()),
    drop_one_that_is_not_there=lambda db: db.items.drop_index("nothing_1"),
    drop_the_one_of_the_id=lambda db: db.items.drop_index("_id_"),
    list=steps(index("sku", unique=True), lambda db: list(db.items.list_indexes())),
    list_of_a_missing_collection=lambda db: list(db.nothing.list_indexes()),
    information=steps(index("sku"), lambda db: db.items.index_information()),
    insert_against_a_unique_one=steps(
        index("sku", unique=True), lambda db: db.items.insert_one({"_id": 10, "sku": "A1"})
    ),
)
group(
    "collections and databases",
    create=lambda db: db.create_collection("fresh"),
    create_one_that_exists=lambda db: db.create_collection("items"),
    create_capped=lambda db: db.create_collection("fresh", capped=True, size=4096),
    drop=lambda db: db.items.drop(),
    drop_by_name=lambda db: db.drop_collection("items"),
    drop_one_that_is_not_there=lambda db: db.nothing.drop(),
    rename=lambda db: db.items.rename("renamed"),
    rename_over_another=steps(
        lambda db: db.other.insert_one({"_id": 1}), lambda db: db.items.rename("other", dropTarget=True)
    ),
    rename_to_one_that_exists=steps(
        lambda db: db.other.insert_one({"_id": 1}), lambda db: db.items.rename("other")
    ),
    rename_one_that_is_not_there=lambda db: db.nothing.rename("other"),
    list_names=lambda db: db.list_collection_names(),
    list_names_filtered=lambda db: db.list_collection_names(filter={"name": "items"}),
    list=lambda db: list(db.list_collections()),
    list_database_names=lambda db: db.client.list_database_names(),
    drop_database=lambda db: db.client.drop_database(db.name),
    validate=lambda db: db.validate_collection("items"),
    options=lambda db: db.items.options(),
)
group(
    "commands",
    ping=lambda db: db.command("ping"),
    build_info=lambda db: db.client.server_info(),
    connection_status=lambda db: db.command("connectionStatus"),
    count=lambda db: db.command("count", "items", query={"stock": 7}),
    find=lambda db: db.command("find", "items", filter={"stock": 7}),
    collection_statistics=lambda db: db.command("collStats", "items"),
    database_statistics=lambda db: db.command("dbStats"),
    explain=lambda db: db.items.find({"stock": 7}).explain(),
    get_more_of_no_cursor=lambda db: db.command("getMore", Int64(12345), collection="items"),
    kill_no_cursor=lambda db: db.command("killCursors", "items", cursors=[Int64(12345)]),
    an_unknown_one=lambda db: db.command("nonsense"),
    map_reduce=lambda db: db.command(
        "mapReduce", "items", map=Code("f"), reduce=Code("f"), out={"inline": 1}
    ),
)


def _in_transaction(db: Any, session: Any) -> Any:
    with session.start_transaction():
        return db.items.insert_one(dict(NEW), session=session)


group(
    "sessions",
    explicit=in_session(lambda db, session: db.items.find_one({"_id": 1}, session=session)),
    write_then_read=in_session(
        lambda db, session: [
            db.items.insert_one(dict(NEW), session=session),
            db.items.find_one({"_id": 10}, session=session),
        ]
    ),
    snapshot=in_session(lambda db, session: list(db.items.find(session=session)), snapshot=True),
    transaction=in_session(_in_transaction),
)


def _upload(db: Any) -> None:
    gridfs.GridFSBucket(db).upload_from_stream_with_id(1, "a.bin", b"x" * 600_000)


group(
    "GridFS",
    upload=_upload,
    download=steps(_upload, lambda db: len(gridfs.GridFSBucket(db).open_download_stream(1).read())),
    delete=steps(_upload, lambda db: gridfs.GridFSBucket(db).delete(1)),
    find=steps(
        _upload, find({"_id": 1}), lambda db: list(gridfs.GridFSBucket(db).find({"filename": "a.bin"}))
    ),
)
