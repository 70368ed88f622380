"""Every official file of the older formats passes, is skipped with its reason or fails as known; broken ones fail.

``MONGOTAPE_ALL_MUTANTS=1`` tries every broken SDAM file; without it a sample, the same in every run.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from pathlib import Path

import pymongo
import pytest

from mongotape.runner import Outcome
from mongotape.runner.older import KNOWN, PoolContext, TopologyContext, expected_failure
from mongotape.runner.older._pool_events import KINDS, compare
from mongotape.spec import CmapFile, SdamFile, read
from tests.older_formats.conftest import official_files
from tests.older_formats.mutants import is_equivalent, mutants

SAMPLE = 1 if os.environ.get("MONGOTAPE_ALL_MUTANTS") else 7  # of so many mutants one is tried
NEWEST = pymongo.version_tuple[:2] >= (4, 18)


def files(official: Path) -> list[SdamFile]:
    found = [read(path) for path in official_files(official, "discovery_and_monitoring", "sdam_monitoring")]
    return [each for each in found if isinstance(each, SdamFile)]


def test_every_sdam_file_passes(official: Path, topologies: TopologyContext) -> None:
    """178 files and 8 of the monitoring variant, but for those that this PyMongo is known to fail."""
    counted: Counter[str] = Counter()
    wrong = []
    for file in files(official):
        outcome = topologies.run(file)
        known = expected_failure(file, topologies.api)
        counted["known" if known else outcome.status] += 1
        if outcome.status != ("failed" if known else outcome.status) or (
            known is None and outcome.status not in ("passed", "skipped")
        ):
            wrong.append(outcome.text or f"{file.document.name} passes: it is no longer a known failure")
    assert wrong == []
    assert counted.total() == 186
    if NEWEST:
        assert counted == {"passed": 174, "skipped": 11, "known": 1}


@pytest.mark.skipif(not NEWEST, reason="PyMongo before 4.18 supports wire versions before 9")
def test_old_wire_versions_are_skipped_with_a_sentence(official: Path) -> None:
    """The 11 files whose servers all have a wire version under 9."""
    with TopologyContext(api="sync") as context:
        skipped = [outcome for outcome in map(context.run, files(official)) if outcome.status == "skipped"]
    assert len(skipped) == 11
    assert all("older than wire version 9, the oldest that PyMongo 4" in each.sentence for each in skipped)


def test_the_load_balancer_fails_for_the_known_reason(official: Path, topologies: TopologyContext) -> None:
    """Not for any other: null wire versions are expected, PyMongo makes up 0 and 13."""
    path = official / "discovery_and_monitoring" / "load-balanced" / "discover_load_balancer.json"
    outcome = topologies.run(read(path))  # type: ignore[arg-type]
    assert outcome.status == "failed"
    first, second, *rest = outcome.text.splitlines()
    assert first == (
        f"{path}:14: phase 1: the outcome differs: server a:27017: minWireVersion: expected None (null),"
        " observed 0 (int) (and 1 more)"
    )
    assert second == f"  {path}:15: server a:27017: maxWireVersion: expected None (null), observed 13 (int)"
    assert rest == [f"with the {topologies.api} API of PyMongo {pymongo.version}"]


def test_186_sdam_files_take_less_than_three_seconds(official: Path, topologies: TopologyContext) -> None:
    """Nothing waits for PyMongo's events thread."""
    read_before = files(official)
    began = time.perf_counter()
    for file in read_before:
        topologies.run(file)
    assert time.perf_counter() - began < 3


def test_known_failures_are_official_files(official: Path) -> None:
    """Every entry names a file that there is."""
    found = {f"{path.parent.name}/{path.stem}" for path in official.rglob("*.json")}
    assert set(KNOWN) <= found


def test_broken_sdam_expectations_fail(official: Path) -> None:
    """Every mutant of every outcome and every list of events."""
    missed, tried = [], 0
    with TopologyContext(api="sync") as context:
        for number, path in enumerate(
            official_files(official, "discovery_and_monitoring", "sdam_monitoring")
        ):
            file = read(path)
            assert isinstance(file, SdamFile)
            if context.unmet(file) is not None or context.run(file).status != "passed":
                continue
            for what, mutant in mutants(path, every=SAMPLE, start=number):
                assert isinstance(mutant, SdamFile)
                tried += 1
                if context.run(mutant).status != "failed":
                    missed.append(f"{path.name}: {what}")
    assert missed == []
    assert tried > 7000 / SAMPLE


_replayed: dict[str, dict[Path, Outcome]] = {}


def replay_pools(official: Path, context: PoolContext) -> dict[Path, Outcome]:
    """Every CMAP file's outcome on one API; replayed once in a process, most of it waits that they prescribe."""
    if context.api not in _replayed:
        _replayed[context.api] = {
            path: context.run(read(path))  # type: ignore[arg-type]
            for path in official_files(official, "connection_monitoring")
        }
    return _replayed[context.api]


#: Known failures of an old PyMongo that depend on how quickly the blocked handshake ends.
SOMETIMES = {"pool-clear-interrupting-pending-connections"}


def test_every_cmap_file_passes(official: Path, pools: PoolContext) -> None:
    """32 files, on PyMongo's real pool."""
    outcomes = replay_pools(official, pools)
    wrong = []
    for path, outcome in outcomes.items():
        known = expected_failure(read(path), pools.api)  # type: ignore[arg-type]
        if known and outcome.passed and path.stem in SOMETIMES:
            continue
        if outcome.status != ("failed" if known else "passed"):
            wrong.append(outcome.text or f"{path}: {outcome.status}")
    assert wrong == []
    assert len(outcomes) == 32


def test_broken_cmap_expectations_fail(official: Path, pools: PoolContext) -> None:
    """Every mutant of every list of events, and of what is ignored, against what the pool did."""
    names = {kind: name for name, kind in KINDS.items()}
    missed, tried, equivalent = [], 0, 0
    for path, outcome in replay_pools(official, pools).items():
        if not outcome.passed:
            continue
        observed = {names[event.kind] for event in outcome.events}
        for what, mutant in mutants(path):
            assert isinstance(mutant, CmapFile)
            if is_equivalent(what, path, observed):
                equivalent += 1
                continue
            tried += 1
            if compare(mutant, outcome.events, trailing_events=False) is None:
                missed.append(f"{path.name}: {what}")
    assert missed == []
    assert tried > 500
    assert equivalent < tried / 5
