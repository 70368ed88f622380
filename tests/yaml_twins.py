"""Official files written out as YAML: their source distribution has JSON only."""

from __future__ import annotations

import json
from pathlib import Path

import yaml


def yaml_twin(path: Path, folder: Path) -> Path:
    """Write the YAML twin of a JSON file into a folder; shared parts become anchors."""
    twin = folder / f"{path.stem}.yml"
    value = json.loads(path.read_text(encoding="utf-8"))
    twin.write_text(yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=200), encoding="utf-8")
    return twin
