"""The older formats written out as YAML come out as they do from JSON."""

from __future__ import annotations

from pathlib import Path

from mongotape.runner.older import PoolContext, TopologyContext
from mongotape.spec import CmapFile, SdamFile, read
from tests.older_formats.conftest import official_files
from tests.yaml_twins import yaml_twin


def test_sdam_from_yaml(official: Path, topologies: TopologyContext, tmp_path: Path) -> None:
    """Every fifth file."""
    files = official_files(official, "discovery_and_monitoring", "sdam_monitoring")[::5]
    assert len(files) > 30
    for path in files:
        original, twin = read(path), read(yaml_twin(path, tmp_path))
        assert isinstance(original, SdamFile)
        assert isinstance(twin, SdamFile)
        outcome = topologies.run(twin)
        assert outcome.status == topologies.run(original).status, outcome.text
        if outcome.status == "failed":
            assert f"{path.stem}.yml:" in str(outcome.where)


def test_cmap_from_yaml(official: Path, pools: PoolContext, tmp_path: Path) -> None:
    """Files that prescribe no long waits."""
    for name in ("pool-ready", "pool-checkin", "pool-create", "connection-must-have-id"):
        twin = read(yaml_twin(official / "connection_monitoring" / f"{name}.json", tmp_path))
        assert isinstance(twin, CmapFile)
        outcome = pools.run(twin)
        assert outcome.passed, outcome.text
