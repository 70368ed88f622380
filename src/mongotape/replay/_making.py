"""A report made of results and of where they were found."""

from __future__ import annotations

import platform
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING

from mongotape.reports import Report

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mongotape.reports import Result


def made_report(
    results: Iterable[Result],
    *,
    server: str,
    address: str,
    seconds: float | None = None,
    complete: bool = True,
    remarks: Iterable[str] = (),
) -> Report:
    """Make a report of a run that ends now.

    Args:
        results: what was found.
        server: what the server calls itself.
        address: how it was chosen, without credentials.
        seconds: how long the run took; without it what the tests took together.
        complete: False where it was stopped before its end.
        remarks: what a reader must know.
    """
    kept = tuple(results)
    took = sum(result.seconds for result in kept) if seconds is None else seconds
    return Report(
        server=server or "no server",
        address=address,
        pymongo=version("pymongo"),
        python=platform.python_version(),
        mongotape=version("mongotape"),
        started=(datetime.now(UTC) - timedelta(seconds=took)).isoformat(timespec="seconds"),
        seconds=took,
        complete=complete,
        remarks=tuple(remarks),
        results=kept,
    )
