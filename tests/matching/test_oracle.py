"""The matcher and an oracle written straight from the format's rules decide alike."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import bson
from bson import SON
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mongotape import expect
from mongotape.expect import literal
from mongotape.matching import (
    MISSING,
    event_matcher,
    match_events,
    match_exactly,
    match_value,
    value_matcher,
)
from tests.matching import oracle
from tests.matching.records import started
from tests.matching.strategies import DOCUMENTS, VALUES, near

ROOTS = st.sampled_from([True, False, "elements"])


class Stored:
    """Entities by name."""

    def __init__(self, **values: Any) -> None:
        self.values = values

    def value(self, name: str) -> Any:
        return self.values[name]

    session_lsid = value


@given(st.data(), VALUES, ROOTS)
@settings(max_examples=600)
def test_values_match_as_the_rules_say(data, actual, root):
    """The rules, the deciding and the explaining side agree on any value and any expectation."""
    expected = data.draw(near(actual))
    if isinstance(actual, dict) and isinstance(expected, dict) and set(expected) - {"$$exists"}:
        assert_agree(expected, MISSING, oracle.NOTHING, root)
    assert_agree(expected, actual, actual, root)


@given(st.data(), st.lists(DOCUMENTS, max_size=3))
@settings(max_examples=200)
def test_results_match_as_the_rules_say(data, actual):
    """The documents of a result are roots, those of any other array are not."""
    expected = [data.draw(near(each, element=True)) for each in actual]
    for root in (True, False, "elements"):
        assert_agree(expected, actual, actual, root)


@given(VALUES, VALUES)
@settings(max_examples=300)
def test_exact_comparison_is_that_of_the_rules(one, other):
    """``outcome`` compares type and value, and nothing in it is an operator."""
    for expected, actual in ((one, other), (one, one)):
        assert (not match_exactly(expected, actual)) is oracle.exactly(expected, actual)
        flexible = match_exactly(expected, actual, flexible_numbers=True)
        assert (not flexible) is oracle.exactly(expected, actual, numbers=True)


@given(VALUES, VALUES, st.booleans())
@settings(max_examples=200)
def test_entities_match_as_the_rules_say(stored, actual, root):
    """An entity is a stored value, a session's id a stored document."""
    for name in ("$$matchesEntity", "$$sessionLsid"):
        for seen in (actual, stored):
            assert_agree({name: "it"}, seen, seen, root, Stored(it=stored))


@given(DOCUMENTS)
@settings(max_examples=300)
def test_a_document_matches_the_expectation_made_from_itself(document):
    """Taken literally a document is what it is, before and after it was stored as BSON."""
    stored = bson.decode(oracle.bson.encode({"it": document}, codec_options=oracle.OPTIONS))["it"]
    assert match_value(literal(document), document, root=False) == ()
    assert match_value(literal(document), stored, root=False) == ()
    assert match_exactly(document, stored) == ()


@given(st.data(), DOCUMENTS)
@settings(max_examples=200)
def test_a_root_document_may_have_more(data, actual):
    """Matching is monotone: another key at the root, or an expectation less, never breaks a match."""
    expected = data.draw(near(actual))
    if not isinstance(expected, dict) or any(key.startswith("$$") for key in expected):
        return
    if match_value(expected, actual):
        return
    assert match_value(expected, actual | {"more": data.draw(VALUES)}) == ()
    for key in expected:
        assert match_value({each: value for each, value in expected.items() if each != key}, actual) == ()


@given(st.data(), DOCUMENTS)
@settings(max_examples=100)
def test_nothing_observed_is_changed(data, actual):
    """Neither deciding nor explaining writes to what was observed."""
    before = bson.encode(actual, codec_options=oracle.OPTIONS)
    match_value(data.draw(near(actual)), actual)
    assert bson.encode(actual, codec_options=oracle.OPTIONS) == before


@given(st.data(), VALUES, st.lists(VALUES, max_size=3), ROOTS)
@settings(max_examples=300)
def test_a_matcher_that_is_used_again_decides_as_a_new_one(data, actual, others, root):
    """What it compiled because of one value is right for the next one, of whatever class its documents are."""
    expected = data.draw(near(actual))
    matcher = value_matcher(expected, root=root)
    more = (
        {**actual, "more": 1} if isinstance(actual, dict) else [*actual, 1] if isinstance(actual, list) else 1
    )
    seen = [*others, actual, more]
    seen += [cls(each) for cls in (SON, OrderedDict) for each in seen if isinstance(each, dict)]
    for each in data.draw(st.permutations(seen)):
        assert matcher.holds(each) is oracle.matches(expected, each, root=root)


@given(st.data(), DOCUMENTS.filter(bool), st.booleans())
@settings(max_examples=500, deadline=None)
def test_commands_match_as_the_rules_say(data, command, behind_another):
    """The predicate, its explanation and every mode agree with the rules, whichever way they take."""
    event = started(command)
    document = data.draw(near(event.document("command")))
    assume(isinstance(document, dict))
    ruled = oracle.matches(document, event.document("command"))
    expected = expect.command_started(command=document, request_id=1)
    matcher = event_matcher(expected)
    assert matcher.matches(event) is ruled
    assert (matcher.explain(event) == ()) is ruled
    steps, events = [expected], [event]
    if behind_another:  # what comes first differs, so nothing is decided on the straight way
        steps, events = [expect.optional(expect.pool_ready()), expected], [event]
    for mode in ("exact", "prefix", "in_order", "any_order"):
        verdict = match_events(steps, events, mode=mode)
        assert verdict.passed is ruled
        assert (verdict.explain(len(steps) - 1, 0) == ()) is ruled
        assert (not match_events([*steps, expected], [*events, event], mode=mode).passed) is not ruled


def assert_agree(expected: Any, actual: Any, seen: Any, root: Any, entities: Any = None) -> None:
    """All three say the same."""
    ruled = oracle.matches(expected, seen, root=root, entities=getattr(entities, "values", None))
    matcher = value_matcher(expected, root=root, entities=entities)
    mismatches = match_value(expected, actual, root=root, entities=entities)
    assert matcher.holds(actual) is ruled
    assert (not mismatches) is ruled
    assert (not tuple(matcher._node.explain(actual, ()))) is ruled
