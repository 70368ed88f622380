"""The table as a page of the documentation."""

from __future__ import annotations

from itertools import groupby
from textwrap import dedent

from benchmarks.parity.comparing import Row
from benchmarks.parity.differences import PUBLISHED, REPLIES, STARTED

_HEAD = """\
# What the mocks do as a server does

Made by `python -m benchmarks.parity`; do not edit. The test suite runs it and fails if a row changes, or if a
difference has no reason here.

Each operation runs through PyMongo on the embedded server and on the served mock (`mongotape.mock.serve`), and on
a mongomock client with `publish_events`, on the same six documents.

- **started**: the commands that PyMongo sends to the served mock are those that it sends to the embedded server,
  compared by mongotape's own matcher in both directions. `lsid`, `$clusterTime`, `txnNumber`, times, cursor ids and
  ids made by the driver are compared by type.
- **reply**: the served mock's replies are the embedded server's, error codes, `keyPattern` and `keyValue` included;
  `$clusterTime`, `operationTime` and the wording of `errmsg` are not compared.
- **publish_events**: the started commands of mongomock's own client are PyMongo's; `lsid`, `txnNumber`, `$db`,
  `$clusterTime` and `$readPreference` apart, which mongomock can't know.

"""


def page(rows: list[Row]) -> str:
    """Return the page."""
    parts = [_HEAD, _counts(rows)]
    for group, members in groupby(rows, key=lambda row: row.operation.group):
        parts.append(
            f"\n## {group[0].upper()}{group[1:]}\n\n| operation | started | reply | publish_events |\n"
        )
        parts.append("| --- | --- | --- | --- |\n")
        parts += [_line(row) for row in members]
    return "".join(parts)


def _counts(rows: list[Row]) -> str:
    return dedent(f"""\
        {len(rows)} operations. Equal: started events {_equal(rows, "started")}, replies {_equal(rows, "reply")},
        publish_events {_equal(rows, "published")} ({_not_published(rows)} not published).
        """)


def _equal(rows: list[Row], what: str) -> int:
    return sum(not getattr(row, what) for row in rows)


def _not_published(rows: list[Row]) -> int:
    return sum(row.published.startswith("not published") for row in rows)


def _line(row: Row) -> str:
    published = "not published" if row.published.startswith("not published") else "differs"
    cells = (
        row.operation.name,
        _cell(row.started, "differs", STARTED.get(row.key)),
        _cell(row.reply, "differs", REPLIES.get(row.key)),
        _cell(row.published, published, PUBLISHED.get(row.key)),
    )
    return f"| {' | '.join(cells)} |\n"


def _cell(found: str, verdict: str, reason: str | None) -> str:
    return f"{verdict}: {reason or 'no reason is known'}" if found else "equal"
