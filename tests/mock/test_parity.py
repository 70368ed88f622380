"""The parity table: what it says is so, and every difference in it has a reason."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="the embedded server has no wheels for CPython 3.14")
def test_the_page_is_what_the_comparison_finds(monkeypatch, capsys):
    """``python -m benchmarks.parity`` makes the page anew."""
    monkeypatch.syspath_prepend(str(ROOT))
    from benchmarks.parity.__main__ import main

    status = main(["--check"])
    assert capsys.readouterr().out.strip() == ""
    assert status == 0


def test_the_page_has_at_least_150_operations():
    text = (ROOT / "docs" / "parity.md").read_text(encoding="utf-8")
    rows = [
        line
        for line in text.splitlines()
        if line.startswith("| ") and not line.startswith(("| operation", "| ---"))
    ]
    assert len(rows) >= 150
    assert "no reason is known" not in text
