"""Reports as files: JSON (which is read back), HTML and Markdown, by the file's suffix."""

from __future__ import annotations

import dataclasses
import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mongotape.errors import UsageError
from mongotape.reports._results import Report, Result

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mongotape.reports._comparing import Change, Comparison, Side

SUFFIXES = (".html", ".json", ".md")
FORMAT = 1
"""The version of the JSON file; one that means something else has another."""


def checked_path(name: str | os.PathLike[str]) -> Path:
    """The path of a report to write, before anything was run for it.

    Raises:
        UsageError: its suffix names no kind of report, or its folder is not there.
    """
    path = Path(name)
    if path.suffix not in SUFFIXES:
        raise UsageError(f"{path}: a report ends in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}")
    if not path.absolute().parent.is_dir():
        raise UsageError(f"{path}: there is no folder {path.parent} to write the report into")
    return path


def write(
    report: Report,
    path: Path,
    *,
    comparison: Comparison | None = None,
    against: Mapping[Side, list[Change]] | None = None,
    reference: str = "",
) -> None:
    """Write a report in the format that the file's suffix names; the file is replaced in one step.

    Args:
        report: what was found.
        path: ends in ``.html``, ``.json`` or ``.md``.
        comparison: with an earlier run; for HTML and Markdown.
        against: the tests sorted by where they pass; for all three.
        reference: the reference server.
    """
    if path.suffix == ".json":
        text = _json(report, against, reference)
    elif path.suffix == ".md":
        from mongotape.reports._markdown import markdown

        text = markdown(report, comparison=comparison, against=against, reference=reference)
    else:
        from mongotape.reports._html import html

        text = html(report, comparison=comparison, against=against, reference=reference)
    with tempfile.NamedTemporaryFile("w", dir=path.absolute().parent, delete=False, encoding="utf-8") as file:
        file.write(text)
    os.chmod(file.name, 0o644)  # noqa: PTH101 - a temporary file is its owner's alone; a report is to be shown
    Path(file.name).replace(path)


def _json(report: Report, against: Mapping[Side, list[Change]] | None, reference: str) -> str:
    data = dataclasses.asdict(report)
    data["format"] = FORMAT
    if against is not None:
        data["against"] = {
            "reference": reference,
            **{
                side: [list(change.result.identity) for change in changes]
                for side, changes in against.items()
            },
        }
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def read(name: str | os.PathLike[str]) -> Report:
    """Read a report that was written as JSON.

    Raises:
        UsageError: there is no such file, or it is no such report.
    """
    path = Path(name)
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"{path}: there is no such report") from None
    except OSError as error:
        raise UsageError(f"{path}: can't be read: {error.strerror}") from None
    except ValueError as error:
        raise UsageError(f"{path}: this is no JSON, so no report that --report wrote: {error}") from None
    if not isinstance(data, dict) or not isinstance(data.get("results"), list):
        raise UsageError(f"{path}: this is no report that --report wrote: it has no results")
    if data.get("format") != FORMAT:
        raise UsageError(
            f"{path}: a report of format {data.get('format')!r}; this mongotape reads format {FORMAT}"
        )
    names = {each.name for each in dataclasses.fields(Report)} - {"results", "remarks"}
    try:
        return Report(
            **{key: value for key, value in data.items() if key in names},
            remarks=tuple(data.get("remarks", ())),
            results=tuple(Result.from_data(each) for each in data["results"]),
        )
    except (TypeError, AttributeError) as error:
        raise UsageError(f"{path}: this is no report that --report wrote: {error}") from None
