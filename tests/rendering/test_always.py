"""Whatever fails has a text, and the text keeps its promises."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mongotape import expect
from mongotape.errors import ExpectationError
from mongotape.events import Family
from mongotape.expect import between, one_or_more, optional, same
from mongotape.matching import match_events
from mongotape.rendering import Circumstances, render_failure
from tests.approval import head_of
from tests.rendering.scenes import Scene

NAMES = st.sampled_from(["find", "insert", "getMore", "endSessions", "killCursors"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text("ab", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)
DOCUMENTS = st.dictionaries(st.sampled_from(["filter", "n", "documents", "password"]), VALUES, max_size=2)
ACTS = st.one_of(
    st.tuples(st.just("started"), NAMES, DOCUMENTS),
    st.tuples(st.just("succeeded"), NAMES, DOCUMENTS),
    st.tuples(st.just("failed"), NAMES, st.fixed_dictionaries({"code": st.integers(1, 3)})),
    st.tuples(st.sampled_from(["checked_out", "checked_in", "made_connection"]), st.integers(1, 3)),
    st.tuples(st.just("heartbeat")),
)
SINGLES = st.one_of(
    st.builds(lambda name, command: expect.command_started(name, command=command), NAMES, DOCUMENTS),
    st.builds(expect.command_succeeded, NAMES),
    st.builds(lambda code: expect.command_failed(failure={"code": code}), st.integers(1, 3)),
    st.builds(lambda number: expect.connection_checked_out(connection_id=number), st.integers(1, 3)),
    st.builds(lambda name: expect.connection_checked_in(connection=same(name)), st.sampled_from("pq")),
    st.builds(lambda name: expect.connection_checked_out(connection=same(name)), st.sampled_from("pq")),
    st.just(expect.server_heartbeat_started()),
)
STEPS = st.one_of(
    SINGLES,
    SINGLES,
    SINGLES,
    st.builds(optional, SINGLES),
    st.builds(one_or_more, SINGLES, SINGLES),
    st.builds(lambda step: between(1, 2, step), SINGLES),
)
MODES = st.sampled_from(["exact", "prefix", "in_order", "any_order"])


def scene_of(acts: list[Any]) -> Scene:
    scene = Scene()
    for method, *arguments in acts:
        name, *rest = arguments or [None]
        getattr(scene, method)(*([name] if name is not None else []), **(rest[0] if rest else {}))
    return scene


@given(acts=st.lists(ACTS, max_size=12), steps=st.lists(STEPS, max_size=6), mode=MODES)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_failure_has_a_text(acts: list[Any], steps: list[Any], mode: Any) -> None:
    """At most seven lines of verdict, no line broken, every event and every miss in the walk of a short log."""
    log = scene_of(acts).log
    try:
        verdict = match_events(steps, log, mode=mode)
    except ExpectationError:
        return
    if verdict.passed:
        return
    known = Circumstances(
        families=frozenset(Family),
        families_given=True,
        log=log,
        passes=lambda other: match_events(steps, log, mode=other).passed,
    )
    text = render_failure(verdict, known)
    head, walk = head_of(text), text.partition("\n\n")[2].partition("\n\n")[0].splitlines()
    assert 2 <= len(head) <= 7
    assert re.match(r"(no|\d+) .*events? observed, .* expected \(mode ", head[0])
    assert len(head) == len(set(head))
    if len(verdict.walk) <= 40:
        assert len(walk) == len(verdict.walk)
        marks = [re.match(r"  +\d* (.) ", each + "  ") for each in walk]
        assert [mark and mark[1] for mark in marks] == [row.mark for row in verdict.walk]
    bare = re.sub(r"\x1b\[[0-9;]*m", "", text.coloured).splitlines()
    assert [each.rstrip() for each in bare] == text.splitlines()
