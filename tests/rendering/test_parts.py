"""The pieces of a text: secrets, hostile values, colours, waits, unwanted events, lists of mismatches."""

from __future__ import annotations

import pickle
import re
import time
from collections.abc import Mapping
from typing import Any

import pytest
from bson import Binary, Int64, ObjectId

from mongotape import expect
from mongotape.events import Family
from mongotape.expect import same
from mongotape.log import EventLog
from mongotape.matching import MISSING, Mismatch, match_events, match_value
from mongotape.rendering import (
    Circumstances,
    Rendered,
    mismatch_text,
    render_failure,
    render_mismatches,
    render_unwanted,
    render_wait,
    scrubbed,
    show,
)
from tests.approval import approve, head_of
from tests.rendering.scenes import Scene

SECRET = "hunter2"


def failing(scene: Scene, *expected: Any, mode: Any = "exact", **known: Any) -> Rendered:
    verdict = match_events(list(expected), scene.log, mode=mode)
    assert not verdict.passed
    return render_failure(verdict, Circumstances(**known))


# Secrets.


@pytest.mark.parametrize(
    "document",
    [
        {"password": SECRET},
        {"user": {"pwd": SECRET, "name": "eve"}},
        {"users": [{"apiKey": SECRET}, {"api_key": SECRET}, {"API-KEY": SECRET}]},
        {"clientSecret": SECRET, "n": 1},
        {"aws": {"secretAccessKey": SECRET, "sessionToken": SECRET}},
        {"uri": f"mongodb://eve:{SECRET}@db.example/?tls=true"},
        {"uri": f"mongodb+srv://eve:{SECRET}@db.example"},
        {"text": f"connect mongodb://h/?tlsCertificateKeyFilePassword={SECRET}&tls=true now"},
        {"saslStart": 1, "payload": SECRET.encode()},
        {"authorization": f"Bearer {SECRET}"},
        {"passwordHash": SECRET},
    ],
    ids=str,
)
@pytest.mark.parametrize("side", ["observed", "expected"])
def test_secrets_are_not_shown(document: dict[str, Any], side: str) -> None:
    """Whichever side holds it, a secret is in no line of a failure, a list of mismatches or a wait."""
    bare = {"other": 1}
    observed, expected = (document, bare) if side == "observed" else (bare, document)
    scene = Scene().started("insert", documents=[observed])
    wanted = expect.command_started("insert", command={"documents": [expected]})
    texts = [
        failing(scene, wanted),
        failing(scene, wanted, mode="in_order"),
        failing(Scene(), wanted),
        render_mismatches("the result differs", match_value(expected, observed, root=False)),
        render_wait(wanted, 1, [], scene.log, 0.1),
        render_unwanted([(wanted, 0)], scene.log),
    ]
    for text in texts:
        assert SECRET not in text
        assert SECRET not in text.coloured


def test_a_secret_that_differs_is_named_and_not_shown() -> None:
    """The path says which one it is."""
    text = failing(
        Scene().started("insert", documents=[{"password": SECRET}]),
        expect.command_started("insert", command={"documents": [{"password": "letmein"}]}),
    )
    assert "command.documents[0].password: what was observed is not what was expected" in text
    assert SECRET not in text
    assert "letmein" not in text


def test_a_secret_in_a_capture_is_not_shown() -> None:
    """Captured values are shown with the same care."""
    text = failing(
        Scene().started("a", 1, user={"password": SECRET}).started("b", 1, user={"password": "x"}),
        expect.command_started("a", command={"user": same("user")}),
        expect.command_started("b", command={"user": same("user")}),
    )
    assert SECRET not in text


def test_a_secret_in_a_servers_sentence_is_not_shown() -> None:
    """A duplicate key error quotes the value."""
    text = failing(
        Scene()
        .started("insert")
        .failed("insert", code=11000, errmsg=f'E11000 index: t_1 dup key: {{ apiToken: "{SECRET}" }}'),
        expect.command_started("insert"),
    )
    assert "insert failed: 11000: E11000 index: t_1 dup key: { apiToken: <hidden> }" in text
    assert SECRET not in text


def test_ordinary_keys_are_shown() -> None:
    """Hiding too much would make failures useless."""
    shown = show({"tokens": 5, "resumeAfter": {"_data": "82"}, "keyPattern": {"a": 1}, "author": "eve"})
    assert "hidden" not in shown
    assert scrubbed("see http://example/a@b and a=b: c") == "see http://example/a@b and a=b: c"


# Values.


class _Raises:
    def __repr__(self) -> str:
        raise RuntimeError("no")


class _BadMapping(Mapping[str, Any]):
    def __getitem__(self, key: str) -> Any:
        raise RuntimeError

    def __iter__(self) -> Any:
        raise RuntimeError

    def __len__(self) -> int:
        raise RuntimeError


def _cyclic() -> dict[str, Any]:
    document: dict[str, Any] = {}
    document["self"] = document
    return document


def _deep(levels: int) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for _level in range(levels):
        document = {"a": document}
    return document


@pytest.mark.parametrize(
    "value",
    [
        _cyclic(),
        _deep(5000),
        _Raises(),
        _BadMapping(),
        "x" * 10_000_000,
        b"x" * 10_000_000,
        list(range(1_000_000)),
        {str(number): number for number in range(100_000)},
        10**100_000,
        "line\nbreak\x1b[31m\u2028\ud800",
        {"": {"a.b": {"$c": None}}},
        Binary(b"x" * 100_000, 5),
        Int64(5),
    ],
    ids=lambda value: type(value).__name__,
)
def test_any_value_is_shown_in_bounded_space_and_time(value: object) -> None:
    """Hostile values make a short text at once."""
    began = time.perf_counter()
    text = show(value)
    assert time.perf_counter() - began < 0.5
    assert 1 <= len(text) < 1000


def test_what_is_left_out_is_counted() -> None:
    """A cut says how much it took."""
    assert show(list(range(1000)), 20) == "[0, 1, 2, 3, 4, 5, 6, and 993 more]"
    assert show({f"k{number}": number for number in range(9)}, 20).endswith(", and 6 more}")
    assert show("x" * 500) == "'" + "x" * 40 + "'... (500 characters)"


def test_a_line_is_one_line() -> None:
    """What was recorded can neither break a line nor colour it."""
    text = failing(
        Scene().started("find", "a\nb\x1b[31m"), expect.command_started("find", command={"find": "c"})
    )
    assert "\x1b" not in text
    assert "a\\nb\\x1b[31m" in text


def test_long_strings_are_cut_around_where_they_part() -> None:
    """Of two long strings that differ in one character, the neighbourhood of that is shown."""
    a, b = "x" * 3000 + "A" + "y" * 3000, "x" * 3000 + "B" + "y" * 3000
    (mismatch,) = match_value({"t": a}, {"t": b})
    text = mismatch_text(mismatch)
    assert "both 6,001 characters long, they part at character 3,001" in text
    assert "xA" in text
    assert "xB" in text
    assert len(text) < 300


# Colours.


def test_plain_without_asking_and_coloured_with() -> None:
    """The same text; colours are added, nothing else."""
    text = failing(Scene().ran("find"), expect.command_started("find"))
    assert "\x1b" not in text
    assert "\x1b[" in text.coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", text.coloured) == text
    assert text.coloured.splitlines()[0] == text.splitlines()[0]


def test_a_rendered_text_survives_pickling() -> None:
    """Errors cross processes."""
    text = failing(Scene().ran("find"), expect.command_started("find"))
    copied = pickle.loads(pickle.dumps(text))
    assert copied == text
    assert copied.coloured == text.coloured


# Mismatches of results and outcomes.


def test_a_list_of_mismatches() -> None:
    """A heading, a line for each, arrays taken apart, the rest counted."""
    expected = [{"_id": 1, "x": 1}, {"_id": 2}, {"_id": ObjectId(b"\1" * 12)}]
    observed = [{"_id": 1, "x": 1}, {"_id": 7}, {"_id": 2}, {"_id": ObjectId(b"\1" * 12)}]
    approve(
        render_mismatches("find.yml:41: the outcome of shop.items differs", match_value(expected, observed)),
        "rendering",
        "mismatches",
        exact=True,
    )
    many = [Mismatch(("a", number), 1, 2, "expected 1, observed 2") for number in range(30)]
    assert render_mismatches("many", many).endswith("  and 10 more differences")


def test_a_mismatch_at_the_root_has_no_path() -> None:
    """Nothing stands before the sentence."""
    assert (
        mismatch_text(Mismatch((), 1, MISSING, "expected 1, observed nothing"))
        == "expected 1, observed nothing"
    )


# Waits and unwanted events.

WAITS: dict[str, Any] = {
    "nothing_recorded": (expect.pool_cleared(), 1, EventLog()),
    "other_family": (expect.pool_cleared(), 1, Scene().ran("find").log),
    "other_kind": (expect.pool_cleared(), 1, Scene().checked_out().checked_in().log),
    "other_command": (expect.command_started("insert"), 1, Scene().ran("find").ran("find").log),
    "other_leaf": (
        expect.command_started("find", command={"filter": {"sku": "B"}}),
        1,
        Scene().ran("find", filter={"sku": "A"}).log,
    ),
    "too_few": (expect.connection_checked_in(), 3, Scene().checked_out().checked_in().log),
    "paused": (expect.pool_cleared(), 1, EventLog(silence="recording is paused: leave the pause() block")),
    "long": (expect.command_started("insert"), 1, None),
}


@pytest.mark.parametrize("name", WAITS)
def test_waits(name: str) -> None:
    """A wait that ran out says what it waited for and what came instead."""
    expected, count, log = WAITS[name]
    if log is None:
        scene = Scene()
        for _each in range(50):
            scene.ran("find")
        log = scene.log
    found = [each for each in log if match_events([expected], [each]).passed]
    text = render_wait(expected, count, found, log, 10)
    assert text.startswith("waited 10 s for ")
    assert len(head_of(text)) <= 7
    approve(text, "rendering", f"wait_{name}", exact=True)


def test_unwanted_events() -> None:
    """What must not occur and does, with its neighbours."""
    scene = Scene()
    for _each in range(20):
        scene.ran("find")
    scene.failed("insert", code=1).ran("find")
    wanted = expect.command_failed()
    text = render_unwanted(
        [(wanted, at) for at, event in enumerate(scene.log) if event.kind is wanted.kind],
        scene.log,
        Circumstances(families=frozenset({Family.COMMAND})),
    )
    approve(text, "rendering", "unwanted", exact=True)
