"""The same mutants said in other ways: in files, and as what must not occur."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest
from bson import json_util

from mongotape import assert_events, assert_no_events
from mongotape.errors import ExpectationError
from mongotape.log import EventLog
from tests.mutations.mutants import Written, other_types, other_values, value_mutants
from tests.mutations.recordings import SCENARIOS, record, windows
from tests.mutations.test_no_false_pass import faithful

SAMPLE = 100


@pytest.fixture(scope="module")
def logs(mongo_uri: str) -> dict[str, EventLog]:
    """What a real client did, recorded once."""
    return {name: record(mongo_uri, name) for name in SCENARIOS}


def saved(expected: list[Written], path: Path) -> Path:
    """The expectation in a file, its BSON types in Extended JSON."""
    path.write_text(json_util.dumps(expected, json_options=json_util.CANONICAL_JSON_OPTIONS))
    return path


@pytest.mark.parametrize("suffix", [".json", ".yml"])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_files(logs: dict[str, EventLog], scenario: str, suffix: str, tmp_path: Path) -> None:
    """What a log says about itself passes from a file too, and what was broken fails."""
    broken = 0
    for window, log in enumerate(windows(logs[scenario])):
        expected, _told = faithful(log)
        assert_events(log, saved(expected, tmp_path / f"true.events{suffix}"))
        for make in (other_values, other_types):
            for mutant in value_mutants(expected, make):
                if zlib.crc32(f"{scenario}{window}{mutant}".encode()) % SAMPLE == 0:
                    broken += 1
                    with pytest.raises((AssertionError, ExpectationError)):
                        assert_events(log, saved(mutant.expected, tmp_path / f"x.events{suffix}"))
    assert broken > 3


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_what_must_not_occur(logs: dict[str, EventLog], scenario: str) -> None:
    """Every event of a log is found when it must not occur; one that was broken is not."""
    for window, log in enumerate(windows(logs[scenario])):
        expected, _told = faithful(log)
        for each in expected:
            with pytest.raises(AssertionError, match="none expected"):
                assert_no_events(log, each)
        for mutant in value_mutants(expected, other_values):
            if zlib.crc32(f"{scenario}{window}{mutant}".encode()) % SAMPLE == 0:
                assert_no_events(log, mutant.expected[mutant.index])
