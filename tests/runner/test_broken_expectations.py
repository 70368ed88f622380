"""No broken expectation passes: official tests that pass are broken in one place each, and all fail."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pymongo
import pytest

from mongotape.runner import RunnerContext
from mongotape.spec import Test, UnifiedFile, read

from .breaking import Broken, broken, leaves

FOLDERS = ("command_monitoring", "crud/unified", "run_command/unified", "gridfs", "command_logging")
SAMPLE = 300  #: of each API, besides the unbroken tests themselves
SEED = 20261124


def candidates(context: RunnerContext, official: Path) -> Iterator[tuple[UnifiedFile, Test, Broken]]:
    for folder in FOLDERS:
        for path in sorted((official / folder).rglob("*.json")):
            file = read(path)
            assert isinstance(file, UnifiedFile)
            for test in file.tests:
                if context.unmet(file, test) is None:
                    yield from ((file, test, each) for each in broken(test))


def test_every_broken_expectation_is_noticed(embedded: RunnerContext, official: Path) -> None:
    """A sample of all ways to break one expectation of tests that pass: each one fails, none is skipped."""
    every = list(candidates(embedded, official))
    sample = random.Random(SEED).sample(every, SAMPLE)
    passes: dict[Any, bool] = {}
    unnoticed, tried = [], 0
    for file, test, each in sample:
        key = (file.place.source, test.description)
        if key not in passes:
            passes[key] = embedded.run(file, test).passed
        if not passes[key]:
            continue
        tried += 1
        outcome = embedded.run(file, each.test)
        if outcome.status != "failed":
            unnoticed.append(f"{test.place}: {test.description}: {each.how}: {outcome.status}")
    assert not unnoticed, "\n".join(unnoticed)
    # An older PyMongo fails more of the unbroken tests, which then say nothing.
    assert tried > SAMPLE * (0.9 if pymongo.version_tuple >= (4, 18) else 0.8)
    assert len({each.how for _file, _test, each in every}) > 25


@pytest.mark.parametrize(
    ("value", "changed"),
    [
        (1, [2]),
        (True, [False]),
        (
            {"a": 1, "b": {"$$exists": True}},
            [{"a": 2, "b": {"$$exists": True}}, {"a": 1, "b": {"$$exists": False}}],
        ),
        ([None], [[1]]),
        ({"$$unsetOrMatches": {"a": 1}}, []),
    ],
)
def test_leaves_are_changed_one_at_a_time(value: Any, changed: list[Any]) -> None:
    """Each compared leaf is changed once; what need not be there is left alone."""
    assert [each for _how, each in leaves(value)] == changed
