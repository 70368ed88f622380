"""Writes ``docs/parity.md``, or says with ``--check`` whether it is up to date."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.parity.comparing import rows
from benchmarks.parity.differences import HANDS_OVER_SORT
from benchmarks.parity.page import page

PAGE = Path(__file__).parents[2] / "docs" / "parity.md"


def main(arguments: list[str]) -> int:
    """Compare, then write or check; 1 if a difference has no reason or the page is out of date."""
    from secantus import SecantusDBServer

    server = SecantusDBServer(storage_path=":memory:")
    server.start()
    try:
        found = rows(server.uri)
    finally:
        server.stop()
    unexplained = [line for row in found for line in row.unexplained()]
    print(*unexplained, sep="\n")
    text = page(found)
    if "--check" in arguments:
        if HANDS_OVER_SORT and PAGE.read_text(encoding="utf-8") != text:  # the page is of newer PyMongo's
            unexplained.append("docs/parity.md is out of date")
            print(f"{PAGE} is out of date; run python -m benchmarks.parity")
    else:
        PAGE.write_text(text, encoding="utf-8")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
