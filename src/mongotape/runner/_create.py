"""Makes the entities that a test names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from mongotape.runner._clients import ClientRecorder, await_min_pool_size, client_options, make_client
from mongotape.runner._entities import Computed
from mongotape.runner._errors import is_of_driver, told
from mongotape.runner._options import collection_options, snake, transaction_options
from mongotape.runner._outcome import SpecFailure, UnsupportedError
from mongotape.spec import (
    BucketEntity,
    ClientEncryptionEntity,
    ClientEntity,
    CollectionEntity,
    DatabaseEntity,
    SessionEntity,
    ThreadEntity,
    fresh,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mongotape.runner._scene import Scene
    from mongotape.spec import Entity


@dataclass(frozen=True, slots=True)
class Bucket:
    """A GridFS bucket and the two collections that it consists of."""

    gridfs: Any
    files: Any
    chunks: Any


async def create_entities(scene: Scene, entities: Iterable[Entity]) -> None:
    """Make entities in their order.

    Raises:
        SpecFailure: an id is taken, something that an entity refers to is missing, or the driver refuses it.
        UnsupportedError: PyMongo has no such thing.
    """
    for entity in entities:
        scene.activity = f"making the entity {entity.id}"
        try:
            await _create(scene, entity)
        except (SpecFailure, UnsupportedError):
            raise
        except Exception as error:
            if not is_of_driver(error):
                raise
            sentence = f'the entity "{entity.id}" could not be made: {told(error)}'
            raise SpecFailure(entity.place, sentence) from error


async def _create(scene: Scene, entity: Entity) -> None:
    entities = scene.entities
    if isinstance(entity, ClientEntity):
        await _client(scene, entity)
    elif isinstance(entity, DatabaseEntity):
        client = entities.get(entity.client, "client", entity.place)
        options = collection_options(entity.database_options)
        entities.add(
            entity.id, "database", client.get_database(entity.database_name, **options), entity.place
        )
    elif isinstance(entity, CollectionEntity):
        database = entities.get(entity.database, "database", entity.place)
        options = collection_options(entity.collection_options)
        collection = database.get_collection(entity.collection_name, **options)
        entities.add(entity.id, "collection", collection, entity.place)
    elif isinstance(entity, SessionEntity):
        _session(scene, entity)
    elif isinstance(entity, BucketEntity):
        _bucket(scene, entity)
    elif isinstance(entity, ThreadEntity):
        entities.add(entity.id, "thread", scene.world.worker(entity.id), entity.place)
    else:
        _client_encryption(scene, entity)


async def _client(scene: Scene, entity: ClientEntity) -> None:
    recorder = ClientRecorder(entity, scene.families_needed(entity))
    uri = scene.uri_of(entity)
    options = client_options(entity, scene.facts, scene.world.api, recorder, uri)
    if entity.observe_tracing_messages is not None and scene.spans is not None:
        options |= scene.spans.options(entity.id, entity.observe_tracing_messages)
    client = await make_client(uri, options, scene.world.api)
    scene.keep_client(entity, client, recorder)
    scene.entities.add(entity.id, "client", client, entity.place)
    for stored in entity.store_events_as_entities:
        events = Computed(partial(recorder.stored, frozenset(stored.events)))
        scene.entities.add(stored.id, "value", events, stored.place)
    if entity.await_min_pool_size_ms is not None:
        await await_min_pool_size(client, entity, recorder, scene.world.wait_for)
        scene.discard_logs(entity.id)


def _session(scene: Scene, entity: SessionEntity) -> None:
    # Each API has a class of its own up to PyMongo 4.17.
    folder = "synchronous" if scene.world.api == "sync" else "asynchronous"
    sessions: Any = import_module(f"pymongo.{folder}.client_session")
    client = scene.entities.get(entity.client, "client", entity.place)
    options: dict[str, Any] = {}
    for name, value in entity.session_options.items():
        if name == "defaultTransactionOptions":
            options["default_transaction_options"] = sessions.TransactionOptions(**transaction_options(value))
        elif name == "snapshotTime":
            options["snapshot_time"] = scene.entities.value(value)
        else:
            options[snake(name)] = value
    session = client.start_session(**options)
    if scene.cluster_time is not None:
        session.advance_cluster_time(scene.cluster_time)
    scene.entities.add(entity.id, "session", session, entity.place)


def _bucket(scene: Scene, entity: BucketEntity) -> None:
    bucket_class: Any
    if scene.world.api == "sync":
        from gridfs import GridFSBucket as bucket_class  # noqa: N813
    else:
        from gridfs.asynchronous.grid_file import AsyncGridFSBucket as bucket_class  # noqa: N813
    database = scene.entities.get(entity.database, "database", entity.place)
    given = fresh(dict(entity.bucket_options))
    name = given.pop("bucketName", "fs")
    sizes = {snake(each): value for each, value in given.items() if each == "chunkSizeBytes"}
    concerns = collection_options(
        {each: value for each, value in given.items() if each not in ("chunkSizeBytes", "disableMD5")}
    )
    gridfs = bucket_class(
        database,
        bucket_name=name,
        **sizes,
        **{each: value for each, value in concerns.items() if each in ("write_concern", "read_preference")},
    )
    bucket = Bucket(
        gridfs, database.get_collection(f"{name}.files"), database.get_collection(f"{name}.chunks")
    )
    scene.entities.add(entity.id, "bucket", bucket, entity.place)


def _client_encryption(scene: Scene, entity: ClientEncryptionEntity) -> None:
    from mongotape.runner._kms import client_encryption

    client = scene.entities.get(entity.key_vault_client, "client", entity.place)
    scene.entities.add(
        entity.id, "clientEncryption", client_encryption(entity, client, scene.world.api), entity.place
    )
