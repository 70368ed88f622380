"""A primary steps down and the application doesn't notice: a three-node replica set in the test process."""

from __future__ import annotations

from shop import Shop

from mongotape import assert_events, expect


def test_an_order_survives_a_step_down(fake_deployment, event_recorder):
    deployment = fake_deployment.replica_set(3)
    shop = Shop(deployment.client().shop)
    shop.add("A1")
    old = deployment.primary
    deployment.hold_heartbeats()
    with event_recorder.scope() as log:
        deployment.step_down()
        shop.add("B2")
    assert deployment.primary != old
    assert_events(
        log,
        [
            expect.command_started("insert"),
            expect.command_failed("insert", failure={"code": 10107}),
            expect.connection_check_out_started(),
            expect.connection_checked_out(),
            expect.command_started("insert"),
            expect.command_succeeded("insert"),
        ],
        mode="in_order",
    )
    assert_events(
        event_recorder,
        [
            expect.server_description_changed(
                previous_description={"type": "RSSecondary"}, new_description={"type": "RSPrimary"}
            )
        ],
        mode="in_order",
        timeout=5,
    )
