"""Every failure's text: approved as a whole, and its first seven lines held to the law."""

from __future__ import annotations

import re
from typing import Any

import pytest
from bson import ObjectId

from mongotape import expect
from mongotape.events import Family
from mongotape.expect import like, one_or_more, optional, same
from mongotape.matching import Verdict, match_events
from mongotape.rendering import Circumstances, Rendered, render_failure
from tests.approval import approve, head_of
from tests.rendering.scenes import Scene

COMMAND = frozenset({Family.COMMAND})
POOL = frozenset({Family.POOL})


def failure(scene: Scene, expected: list[Any], mode: Any = "exact", **known: Any) -> Rendered:
    """The text of a comparison that must fail, made as the assertions make it."""
    families = frozenset(
        each.family for step in expected for each in (step.body if hasattr(step, "body") else [step])
    )
    families = known.pop("families", families or COMMAND)
    verdict: Verdict = match_events(expected, scene.log.of(*families), mode=mode)
    assert not verdict.passed
    circumstances = Circumstances(
        families=families,
        log=scene.log,
        passes=lambda other: match_events(expected, verdict.events, mode=other).passed,
        **known,
    )
    return render_failure(verdict, circumstances)


def shop() -> Scene:
    """A find and an update, as an application would send them."""
    return (
        Scene()
        .started("find", filter={"sku": "A1"})
        .succeeded("find", cursor={"id": 0, "ns": "shop.items", "firstBatch": [{"_id": 1, "sku": "A1"}]})
        .started("update", updates=[{"q": {"sku": "A1"}, "u": {"$inc": {"stock": 1}}}], ordered=True)
        .succeeded("update", n=1, nModified=1)
    )


def a_pair(name: str, **command: Any) -> list[Any]:
    fields = {"command": command} if command else {}
    return [expect.command_started(name, **fields), expect.command_succeeded(name)]


DECREMENT = {"q": {"sku": "A1"}, "u": {"$inc": {"stock": -1}}}

CASES: dict[str, Any] = {
    "a_leaf_differs": lambda: failure(shop(), a_pair("find") + a_pair("update", updates=[DECREMENT])),
    "the_client_was_closed": lambda: failure(
        shop().ran("endSessions", [{"id": 1}], database="admin"), a_pair("find") + a_pair("update")
    ),
    "a_leaf_differs_and_the_client_was_closed": lambda: failure(
        shop().ran("endSessions", [{"id": 1}], database="admin"),
        a_pair("find") + a_pair("update", updates=[DECREMENT]),
    ),
    "the_pool_was_closed": lambda: failure(
        Scene().checked_out().checked_in().closed_connection(1, "poolClosed").closed_pool(),
        [
            expect.connection_check_out_started(),
            expect.connection_checked_out(),
            expect.connection_checked_in(),
        ],
    ),
    "another_command": lambda: failure(shop(), a_pair("find") + a_pair("delete")),
    "another_kind": lambda: failure(
        Scene().started("insert").failed("insert", code=11000, codeName="DuplicateKey", errmsg="E11000"),
        a_pair("insert"),
    ),
    "on_another_database": lambda: failure(
        Scene().ran("find", database="test_7"),
        [expect.command_started("find", database_name="shop", command={"$db": "shop"})],
        "in_order",
    ),
    "by_another_client": lambda: failure(
        Scene().ran("find", client="client-2"), [expect.command_started("find", client="client-1")], "prefix"
    ),
    "extra_events_of_another_client": lambda: failure(
        Scene().ran("find").ran("ping", 1, client="client-2"), a_pair("find")
    ),
    "already_matched": lambda: failure(
        Scene().started("find", filter={"sku": "A1"}).started("ping", 1),
        [expect.command_started("find"), expect.command_started("find", command={"filter": {"sku": "A1"}})],
        "any_order",
    ),
    "in_another_order": lambda: failure(shop(), a_pair("update") + a_pair("find")),
    "in_another_order_in_order": lambda: failure(
        shop(), [expect.command_started("update"), expect.command_started("find")], "in_order"
    ),
    "others_between": lambda: failure(
        Scene().ran("find").ran("ping", 1).ran("update"), a_pair("find") + a_pair("update")
    ),
    "nothing_expected": lambda: failure(shop(), []),
    "nothing_observed": lambda: failure(Scene(), a_pair("find")),
    "nothing_of_this_family": lambda: failure(shop(), [expect.pool_cleared()], families=POOL),
    "too_few": lambda: failure(shop(), [*a_pair("find"), *a_pair("update"), *a_pair("delete")]),
    "monitors_at_work": lambda: failure(
        Scene().ran("find").heartbeat().heartbeat(),
        a_pair("find"),
        families=frozenset({Family.COMMAND, Family.HEARTBEAT}),
        families_given=True,
    ),
    "families_too_wide": lambda: failure(
        Scene().checked_out().ran("find").checked_in(),
        a_pair("find"),
        families=COMMAND | POOL,
        families_given=True,
    ),
    "in_batches": lambda: failure(
        Scene().ran("find").ran("getMore", 77, collection="items").ran("getMore", 77, collection="items"),
        a_pair("find"),
    ),
    "an_abandoned_cursor": lambda: failure(Scene().ran("find").ran("killCursors", "items"), a_pair("find")),
    "a_retried_write": lambda: failure(
        Scene()
        .started("insert", lsid={"id": 1}, txnNumber=1)
        .failed("insert", code=91, codeName="ShutdownInProgress")
        .started("insert", lsid={"id": 1}, txnNumber=1)
        .succeeded("insert"),
        [expect.command_started("insert"), expect.command_failed("insert")],
    ),
    "a_new_connection": lambda: failure(
        Scene().checked_out().made_connection(2).checked_in(),
        [
            expect.connection_check_out_started(),
            expect.connection_checked_out(),
            expect.connection_checked_in(),
        ],
    ),
    "a_handshake": lambda: failure(Scene().ran("saslStart", 1, database="admin").ran("find"), a_pair("find")),
    "a_pattern_for_a_text": lambda: failure(
        shop(), [expect.command_started("find", command={"filter": {"sku": re.compile("A")}})], "in_order"
    ),
    "a_nested_document_is_closed": lambda: failure(
        shop(), [expect.command_started("update", command={"updates": [{"q": {"sku": "A1"}}]})], "in_order"
    ),
    "it_came_late": lambda: failure(Scene().started("find"), a_pair("find"), late=0.04),
    "after_waiting": lambda: failure(Scene().started("find"), a_pair("find"), waited=2.0),
    "in_a_loop": lambda: failure(Scene().started("find"), a_pair("find"), in_loop=True),
    "the_log_is_frozen": lambda: failure(Scene().started("find"), a_pair("find"), frozen=True),
    "repetitions": lambda: failure(
        Scene().ran("find").ran("ping", 1),
        [*a_pair("find"), one_or_more(*a_pair("getMore")), optional(*a_pair("killCursors"))],
    ),
    "captures": lambda: failure(
        Scene().checked_out(1).checked_out(2).checked_in(2),
        [
            expect.connection_checked_out(connection=same("conn")),
            expect.connection_checked_in(connection=same("conn", other_than="other")),
            expect.connection_checked_out(connection=same("other")),
        ],
        "in_order",
    ),
    "an_element_too_many": lambda: failure(
        Scene().started("insert", documents=[{"_id": 1}, {"_id": 9}, {"_id": 2}, {"_id": 3, "x": 4}]),
        [
            expect.command_started(
                "insert", command={"documents": [{"_id": {"$$type": "int"}}, {"_id": 2}, {"_id": 3, "x": 3}]}
            )
        ],
    ),
    "elements_in_another_order": lambda: failure(
        Scene().started("insert", documents=[{"_id": 1}, {"_id": 2}, {"_id": 3}]),
        [expect.command_started("insert", command={"documents": [{"_id": 3}, {"_id": 1}, {"_id": 2}]})],
    ),
    "many_differences": lambda: failure(
        Scene().started("find", filter={f"k{number}": number for number in range(30)}),
        [expect.command_started("find", command={"filter": {f"k{number}": -1 for number in range(30)}})],
    ),
    "a_long_text": lambda: failure(
        Scene().started("insert", documents=[{"_id": 1, "body": "x" * 5000 + "left" + "y" * 5000}]),
        [
            expect.command_started(
                "insert", command={"documents": [{"_id": 1, "body": "x" * 5000 + "right" + "y" * 5000}]}
            )
        ],
    ),
    "another_type": lambda: failure(
        Scene().started("find", filter={"_id": "65a000000000000000000001"}),
        [expect.command_started("find", command={"filter": {"_id": ObjectId("65a000000000000000000001")}})],
    ),
    "two_servers": lambda: failure(
        Scene().checked_out(1).checked_out(1, address=("b.example", 27018)),
        [expect.connection_checked_out(address=("c.example", 27017))],
        "in_order",
    ),
    "descriptions": lambda: failure(
        Scene().server_changed("Unknown", "RSPrimary").server_changed("RSPrimary", "Unknown"),
        [expect.server_description_changed(new_description={"type": "RSSecondary"})],
        "in_order",
    ),
    "a_long_log": lambda: failure(
        _many(300).started("drop").ran("ping", 1),
        [*(each for _n in range(150) for each in a_pair("find")), expect.command_started("delete")],
    ),
    "a_long_log_of_other_things": lambda: failure(_many(300), a_pair("insert")),
    "in_order_far_in": lambda: failure(
        _many(300).started("update"),
        [expect.command_started("find"), expect.command_started("update", command={"updates": []})],
        "in_order",
    ),
    "one_missed_at_the_start": lambda: failure(
        Scene().started("find", n=0).started("find", n=1).started("find", n=2),
        [expect.command_started("find", command={"n": number}) for number in (1, 2, 3)],
    ),
    "a_builder_without_a_name": lambda: failure(
        Scene().started("find", filter={"sku": "A1"}),
        [expect.command_started(command={"filter": {"sku": "A2"}})],
    ),
    "a_column_that_is_too_wide": lambda: failure(
        Scene().started("find", "x" * 1000), [expect.command_started("ping")]
    ),
    "nested_like": lambda: failure(
        shop(),
        [expect.command_started("update", command={"updates": [like({"u": {"$inc": {"stock": 2}}})]})],
        "in_order",
    ),
}


def _many(number: int) -> Scene:
    scene = Scene()
    for _each in range(number // 2):
        scene.ran("find", filter={"sku": "A1"})
    return scene


@pytest.mark.parametrize("name", CASES)
def test_approved(name: str) -> None:
    """The text is the approved one, and its first seven lines say all that matters."""
    text = CASES[name]()
    head = head_of(text)
    assert 2 <= len(head) <= 7
    assert all(len(line) <= 260 for line in head)
    assert " observed" in head[0]
    assert " expected (mode " in head[0]
    assert "\x1b" not in text
    approve(text, "rendering", name, exact=True)
