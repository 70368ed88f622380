"""Operations of the test runner that look at the server: collections, indexes, the topology.

Source: Unified Test Format, "Special Test Operations".
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from mongotape.runner import _results as results
from mongotape.runner._call import operation

if TYPE_CHECKING:
    from mongotape.runner._call import Call

_PRIMARY_SECONDS = 10
_LOOK_SECONDS = 0.005


def _name(call: Call) -> str:
    return f"{call.arguments['databaseName']}.{call.arguments['collectionName']}"


def _collection_exists(call: Call) -> bool:
    database = call.scene.deployment.admin[call.arguments["databaseName"]]
    return call.arguments["collectionName"] in database.list_collection_names()


@operation("testRunner", "assertCollectionExists")
async def assert_collection_exists(call: Call) -> Any:
    if not _collection_exists(call):
        raise call.failure(f"there is no collection {_name(call)}")
    return results.nothing()


@operation("testRunner", "assertCollectionNotExists")
async def assert_collection_not_exists(call: Call) -> Any:
    if _collection_exists(call):
        raise call.failure(f"there is a collection {_name(call)}")
    return results.nothing()


def _index_names(call: Call) -> list[str]:
    database = call.scene.deployment.admin[call.arguments["databaseName"]]
    return [index["name"] for index in database[call.arguments["collectionName"]].list_indexes()]


@operation("testRunner", "assertIndexExists")
async def assert_index_exists(call: Call) -> Any:
    names = _index_names(call)
    if call.arguments["indexName"] not in names:
        where = f"{_name(call)} has no index {call.arguments['indexName']}"
        raise call.failure(f"{where}; it has {', '.join(names) or 'none'}")
    return results.nothing()


@operation("testRunner", "assertIndexNotExists")
async def assert_index_not_exists(call: Call) -> Any:
    if call.arguments["indexName"] in _index_names(call):
        raise call.failure(f"{_name(call)} has an index {call.arguments['indexName']}")
    return results.nothing()


@operation("testRunner", "recordTopologyDescription")
async def record_topology_description(call: Call) -> Any:
    place = call.operation.place
    client = call.scene.entities.get(call.arguments["client"], "client", place)
    call.scene.entities.add(call.arguments["id"], "topologyDescription", client.topology_description, place)
    return results.nothing()


@operation("testRunner", "assertTopologyType")
async def assert_topology_type(call: Call) -> Any:
    name = call.arguments["topologyDescription"]
    found = call.scene.entities.get(name, "topologyDescription", call.operation.place).topology_type_name
    if found != call.arguments["topologyType"]:
        raise call.failure(f"the topology is {found}, expected {call.arguments['topologyType']}")
    return results.nothing()


def _primary(description: Any) -> Any:
    servers = description.server_descriptions().values()
    return next((each.address for each in servers if each.server_type_name == "RSPrimary"), None)


@operation("testRunner", "waitForPrimaryChange")
async def wait_for_primary_change(call: Call) -> Any:
    place, scene = call.operation.place, call.scene
    client = scene.entities.get(call.arguments["client"], "client", place)
    before = _primary(
        scene.entities.get(call.arguments["priorTopologyDescription"], "topologyDescription", place)
    )
    seconds = _PRIMARY_SECONDS if call.timeout_ms is None else call.timeout_ms / 1000
    deadline = time.monotonic() + min(seconds, scene.seconds_left)
    # The client need not observe SDAM events, so there is nothing to be woken by.
    while (now := _primary(client.topology_description)) is None or now == before:
        if time.monotonic() > deadline:
            raise call.failure(f"the primary was still {now} after {seconds:g} s, as before")
        await scene.world.sleep(_LOOK_SECONDS)
    return results.nothing()
