"""Deployments of several servers: who is connected to, and where fail points are turned off again."""

from __future__ import annotations

from typing import Any

import pytest

from mongotape.runner import RunnerContext

from .replaying import file_of


def mongoses(fake_deployment: Any) -> Any:
    deployment = fake_deployment.sharded(2)
    deployment.on("buildInfo", reply={"ok": 1, "versionArray": [8, 0, 0, 0], "version": "8.0.0"}, times=None)
    deployment.on("killAllSessions", reply={"ok": 1}, times=None)
    deployment.on("drop", reply={"ok": 1}, times=None)
    deployment.on("listCollections", reply=EMPTY, times=None)
    return deployment


EMPTY = {"ok": 1, "cursor": {"id": 0, "ns": "x.y", "firstBatch": []}}


def test_a_sharded_deployment_is_seen_as_one(fake_deployment: Any) -> None:
    """Facts are looked up behind several mongoses, each of which is reached by itself too."""
    deployment = mongoses(fake_deployment)
    with RunnerContext(deployment.uri, keep=True) as context:
        assert context.facts.topology == "sharded"
        assert [client.admin.command("ping")["ok"] for client in context.mongoses()] == [1, 1]
        first = context.facts.address.split(",")[0]
        assert context.facts.address.count(",") == 1
        assert context.facts.address in context.uri(multiple_mongoses=True, direct=False)
        assert context.facts.address in context.uri(multiple_mongoses=None, direct=False)
        only = context.uri(multiple_mongoses=False, direct=False)
        assert first in only
        assert "," not in only.partition("?")[0]


@pytest.mark.parametrize("api", ["sync", "async"])
def test_a_fail_point_is_disarmed_where_it_was_armed(fake_deployment: Any, api: Any) -> None:
    """On the mongos that the client was connected to, not on any."""
    deployment = mongoses(fake_deployment)
    with RunnerContext(deployment.uri, api=api, keep=True) as context:
        file = file_of("""\
            description: made
            schemaVersion: "1.0"
            createEntities: [{client: {id: client0, useMultipleMongoses: false}}]
            tests:
              - description: made
                operations:
                  - {name: failPoint, object: testRunner, arguments: {client: client0, failPoint:
                      {configureFailPoint: failCommand, mode: alwaysOn, data: {failCommands: [x], errorCode: 5}}}}
            """)
        outcome = context.run(file, file.tests[0])
    assert outcome.passed, outcome.text
    armed, disarmed = [each for each in deployment.commands if each.name == "configureFailPoint"][-2:]
    assert (armed.command["mode"], disarmed.command["mode"]) == ("alwaysOn", "off")
    assert armed.member == disarmed.member
