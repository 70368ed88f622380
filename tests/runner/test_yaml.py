"""YAML is the first format: a sample of official files written out as YAML comes out as it does from JSON."""

from __future__ import annotations

from pathlib import Path

import pytest

from mongotape.runner import RunnerContext
from mongotape.spec import UnifiedFile, read
from tests.yaml_twins import yaml_twin


@pytest.mark.parametrize(
    "folder", ["crud/unified", "sessions", "command_monitoring", "retryable_reads/unified"]
)
def test_yaml_and_json_have_the_same_outcomes(
    context: RunnerContext, official: Path, tmp_path: Path, folder: str
) -> None:
    """Every test of the sample, and what a YAML one says points at its YAML line."""
    ran = 0
    for path in sorted((official / folder).glob("*.json"))[::9]:
        original, twin = read(path), read(yaml_twin(path, tmp_path))
        assert isinstance(original, UnifiedFile)
        assert isinstance(twin, UnifiedFile)
        lines = (tmp_path / f"{path.stem}.yml").read_text().split("\n")
        for from_json, from_yaml in zip(original.tests, twin.tests, strict=True):
            expected, outcome = context.run(original, from_json), context.run(twin, from_yaml)
            assert (outcome.status, outcome.sentence) == (expected.status, expected.sentence)
            assert lines[from_yaml.line - 1].startswith("- description:")
            if outcome.status == "failed":
                assert f"{path.stem}.yml:" in str(outcome.where)
            ran += outcome.status != "skipped"
    assert ran
