"""Texts compared with approved ones: ``tests/<room>/approved/<name>.txt``.

``MONGOTAPE_APPROVE=1 pytest tests/rendering`` writes what was made; the diff of the commit is what is approved.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

TESTS = Path(__file__).parent
_NOT_STABLE = (
    (re.compile(r"(?<= ) *-?[\d,]+(?:\.\d+)? ms"), "T ms"),
    (re.compile(r"(127\.0\.0\.1|localhost):\d+"), r"\1:PORT"),
    (re.compile(r"('127\.0\.0\.1'|'localhost'), \d+"), r"\1, PORT"),
    (re.compile(r"\b[0-9a-f]{24}\b"), "OBJECT-ID"),
    (re.compile(r"mongotape_[0-9a-z_]+"), "DATABASE"),
)


def stable(text: str) -> str:
    """The text without what differs from run to run: times, ports, ids, names of fresh databases."""
    for pattern, word in _NOT_STABLE:
        text = pattern.sub(word, text)
    return text


def approve(text: str, room: str, name: str, *, exact: bool = False) -> None:
    """The text is the approved one; ``exact``: times and ports too."""
    path = TESTS / room / "approved" / f"{name}.txt"
    made = (str(text) if exact else stable(str(text))) + "\n"
    if os.environ.get("MONGOTAPE_APPROVE"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(made, encoding="utf-8")
    assert path.exists(), f"{path} is missing: run with MONGOTAPE_APPROVE=1 and read it"
    assert made == path.read_text(encoding="utf-8")


def head_of(text: str) -> list[str]:
    """The lines before the walk."""
    return str(text).partition("\n\n")[0].splitlines()
