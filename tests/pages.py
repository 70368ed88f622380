"""Runs every Python block of README.md and docs/ as a test module of its own, with fixtures and all.

A block before which ``<!-- fails -->`` stands must fail with the text of the next ``text`` block; one before which
``<!-- not run: REASON -->`` stands is left out, and the reason is what a reader is told too.
"""

from __future__ import annotations

import functools
import re
import tempfile
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[1]
_BLOCK = re.compile(
    r"(?:^<!-- (?P<note>fails|not run: [^\n]+) -->\n+)?^```python\n(?P<code>.*?)^```$(?:\n+^```text\n(?P<text>.*?)^```$)?",
    re.MULTILINE | re.DOTALL,
)
_TIME = re.compile(r"\d+\.\d+ ms")


class Block(NamedTuple):
    """One Python block of a page."""

    line: int
    note: str
    code: str
    text: str


def blocks_of(page: str) -> Iterator[Block]:
    """Every Python block, with what stands around it."""
    for match in _BLOCK.finditer(page):
        line = page.count("\n", 0, match.start("code")) + 1
        yield Block(line, match["note"] or "", match["code"], match["text"] or "")


def fails_with(text: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The decorated test fails with this text, times apart."""

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(function)
        def wrapper(*args: object, **kwargs: object) -> None:
            with pytest.raises(AssertionError) as caught:
                function(*args, **kwargs)
            shown = f"AssertionError: {caught.value}"
            assert _TIME.sub("# ms", shown).split() == _TIME.sub("# ms", text).split()

        return wrapper

    return decorate


def module_of(block: Block) -> str:
    """The block as a module's source, on the lines it has on its page."""
    code = block.code
    names = re.findall(r"^(?:async )?def (test_\w+)", code, re.MULTILINE)
    if not names:
        code = "def test_block(tmp_path, monkeypatch):\n    monkeypatch.chdir(tmp_path)\n" + textwrap.indent(
            code, "    "
        )
        return "\n" * (block.line - 3) + code
    if block.note == "fails":
        code += f"from tests.pages import fails_with\n{names[-1]} = fails_with({block.text!r})({names[-1]})\n"
    return "\n" * (block.line - 1) + code


class Page(pytest.File):
    """A page of the documentation."""

    def collect(self) -> Iterator[pytest.Module]:
        """One module for each block that is run."""
        folder = self.config.stash.setdefault(BLOCKS, None) or self._make_folder()
        for block in blocks_of(self.path.read_text()):
            if block.note.startswith("not run"):
                continue
            name = re.sub(r"\W", "_", str(self.path.relative_to(ROOT)).removesuffix(".md"))
            path = folder / f"test_{name}_line_{block.line}.py"
            path.write_text(module_of(block))
            yield pytest.Module.from_parent(self, path=path)

    def _make_folder(self) -> Path:

        holder = tempfile.TemporaryDirectory(prefix="mongotape-docs-")
        self.config.add_cleanup(holder.cleanup)
        self.config.stash[BLOCKS] = Path(holder.name)
        return Path(holder.name)


BLOCKS: pytest.StashKey[Path | None] = pytest.StashKey()


def is_page(path: Path) -> bool:
    """README.md and the pages of docs/."""
    return path.suffix == ".md" and (path.parent == ROOT / "docs" or path == ROOT / "README.md")
