"""The table as a page of the documentation."""

from __future__ import annotations

from benchmarks.parity.comparing import Row


def page(rows: list[Row]) -> str:
    """Return the page."""
    return ""
