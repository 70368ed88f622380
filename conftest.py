"""What the whole suite shares; pages of the documentation are collected as tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.pages import Page, is_page

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

pytest_plugins = ["pytester"]


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Page | None:
    """Take README.md and the pages of docs/."""
    return Page.from_parent(parent, path=file_path) if is_page(file_path) else None
