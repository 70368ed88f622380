"""The model as JSON Schema, for the completion and the checks of editors."""

from __future__ import annotations

from typing import Any

from mongotape.spec._reader import SHAPES


def json_schema() -> dict[str, Any]:
    """A JSON Schema (draft 2020-12) of every format that is read.

    It is made from the shapes that read the files. A schema can't follow names: entities that don't exist,
    and operations that another kind of object has, are found by `check` only.
    """
    defs: dict[str, Any] = {}
    unified, cmap, sdam = (SHAPES[name].schema(defs) for name in ("unified", "cmap", "sdam"))
    defs |= {"unifiedFile": unified, "cmapFile": cmap, "sdamFile": sdam}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "MongoDB driver specification tests",
        "description": "Unified Test Format 1.0 to 1.28, CMAP and SDAM, as mongotape reads them.",
        "if": {"type": "object", "required": ["style"]},
        "then": {"$ref": "#/$defs/cmapFile"},
        "else": {
            "if": {"type": "object", "required": ["phases"]},
            "then": {"$ref": "#/$defs/sdamFile"},
            "else": {"$ref": "#/$defs/unifiedFile"},
        },
        "$defs": dict(sorted(defs.items())),
    }
