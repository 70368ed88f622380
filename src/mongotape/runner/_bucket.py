"""GridFS buckets.

Source: GridFS specification.
"""

from __future__ import annotations

from contextlib import nullcontext
from io import BytesIO
from typing import TYPE_CHECKING, Any

from mongotape.runner import _results as results
from mongotape.runner._call import operation
from mongotape.runner._cursors import documents
from mongotape.runner._settle import settle

if TYPE_CHECKING:
    from mongotape.runner._call import Call


def _file_id(call: Call) -> Any:
    return call.take("id")


@operation("bucket", "download")
async def download(call: Call) -> Any:
    content = BytesIO()
    await settle(call.target.gridfs.download_to_stream(_file_id(call), content))
    return content.getvalue()


@operation("bucket", "downloadByName")
async def download_by_name(call: Call) -> Any:
    content = BytesIO()
    method = call.target.gridfs.download_to_stream_by_name
    await settle(call.invoke(method, destination=content))
    return content.getvalue()


@operation("bucket", "openDownloadStream")
async def open_download_stream(call: Call) -> Any:
    return await _content(await settle(call.target.gridfs.open_download_stream(_file_id(call))))


@operation("bucket", "openDownloadStreamByName")
async def open_download_stream_by_name(call: Call) -> Any:
    return await _content(await settle(call.invoke(call.target.gridfs.open_download_stream_by_name)))


async def _content(stream: Any) -> bytes:
    try:
        content: bytes = await settle(stream.read())
    finally:
        await settle(stream.close())
    return content


def _upload(call: Call) -> dict[str, Any]:
    """What both uploads take: PyMongo has no MD5 and keeps the content type among the metadata."""
    call.take("disableMD5", None)
    metadata = call.take("metadata", None)
    content_type = call.take("contentType", None)
    if content_type is not None:
        metadata = {**(metadata or {}), "contentType": content_type}
    options = {
        "filename": call.take("filename"),
        "source": bytes.fromhex(call.take("source")["$$hexBytes"]),
        "chunk_size_bytes": call.take("chunkSizeBytes", None),
        "metadata": metadata,
    }
    return {name: value for name, value in options.items() if value is not None}


@operation("bucket", "upload")
async def upload(call: Call) -> Any:
    return await settle(call.target.gridfs.upload_from_stream(**_upload(call)))


@operation("bucket", "uploadWithId")
async def upload_with_id(call: Call) -> Any:
    await settle(call.target.gridfs.upload_from_stream_with_id(_file_id(call), **_upload(call)))
    return results.nothing()


@operation("bucket", "delete")
async def delete(call: Call) -> Any:
    await settle(call.target.gridfs.delete(_file_id(call)))
    return results.nothing()


@operation("bucket", "deleteByName")
async def delete_by_name(call: Call) -> Any:
    await settle(call.invoke(call.method("delete_by_name", call.target.gridfs)))
    return results.nothing()


@operation("bucket", "rename")
async def rename(call: Call) -> Any:
    await settle(call.target.gridfs.rename(_file_id(call), call.take("newFilename")))
    return results.nothing()


@operation("bucket", "renameByName")
async def rename_by_name(call: Call) -> Any:
    await settle(call.invoke(call.method("rename_by_name", call.target.gridfs)))
    return results.nothing()


@operation("bucket", "drop")
async def drop(call: Call) -> Any:
    """Drop both collections: the format's drop, which PyMongo's buckets don't have.

    It is one operation, so that a client's time-out is for both.
    """
    import pymongo

    seconds = call.target.files.database.client.options.timeout
    with nullcontext() if seconds is None or call.timeout_ms is not None else pymongo.timeout(seconds):
        await settle(call.target.files.drop())
        await settle(call.target.chunks.drop())
    return results.nothing()


@operation("bucket", "find")
async def find(call: Call) -> Any:
    options = {"batchSize": "batch_size", "noCursorTimeout": "no_cursor_timeout", "maxTimeMS": "max_time_ms"}
    filter_ = call.take("filter")
    given = {options.get(name, name): value for name, value in call.arguments.items()}
    return [_file(each) for each in await documents(call.target.gridfs.find(filter_, **given))]


def _file(found: Any) -> dict[str, Any]:
    """Return a file's document as the specification describes it."""
    document = {
        "_id": found._id,
        "filename": found.filename,
        "length": found.length,
        "chunkSize": found.chunk_size,
        "uploadDate": found.upload_date,
        "metadata": found.metadata,
    }
    return {name: value for name, value in document.items() if value is not None}
