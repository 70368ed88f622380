"""What the whole suite shares; pages of the documentation are collected as tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

pytest.register_assert_rewrite("tests.approval", "tests.pages")

from tests.pages import Page, is_page  # noqa: E402  # after its assertions are known to be rewritten

if TYPE_CHECKING:
    from pathlib import Path

pytest_plugins = ["pytester"]


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Page | None:
    """Take README.md and the pages of docs/."""
    return Page.from_parent(parent, path=file_path) if is_page(file_path) else None
