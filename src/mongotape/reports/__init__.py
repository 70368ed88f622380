"""What a replay found, for people and for the next replay: a table in HTML, JSON, Markdown and plain text."""

from mongotape.reports._comparing import SIDES, Change, Comparison, Side, compare, sort_against
from mongotape.reports._files import checked_path, read, write
from mongotape.reports._results import STATUSES, Identity, Known, Report, Result, Status
from mongotape.reports._table import HEADINGS, Row, reasons, row, table, text_table

__all__ = [
    "HEADINGS",
    "SIDES",
    "STATUSES",
    "Change",
    "Comparison",
    "Identity",
    "Known",
    "Report",
    "Result",
    "Row",
    "Side",
    "Status",
    "checked_path",
    "compare",
    "read",
    "reasons",
    "row",
    "sort_against",
    "table",
    "text_table",
    "write",
]
