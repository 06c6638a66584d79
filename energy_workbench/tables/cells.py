"""A value as a cell of CSV and of Excel: no text is ever run as a formula, no instant loses the site's clock."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from energy_workbench.tables.sheet import Column, Kind, Value

_FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")
"""What a spreadsheet would run, or what stands for that after `guarded`."""
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that XML, and so an Excel file, cannot hold."""
LONGEST_TEXT: Final = 32_767
"""Characters of a cell (Microsoft, Excel specifications and limits)."""
FORMATS: Final[dict[Kind, str]] = {"instant": "yyyy-mm-dd hh:mm", "day": "yyyy-mm-dd"}
NARROWEST, WIDEST_HEAD, WIDEST, INSTANT = 12, 40, 60, 20
"""Widths of columns [characters]."""
LOOKED_AT: Final = 200
"""Rows of which the width of a column is made."""


def guarded(cell: str) -> str:
    """A cell with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def plain(cell: str) -> str:
    """The text that `guarded` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def csv_value(value: Value) -> Value:
    """A value as a writer of CSV takes it: guarded text, instants as ISO 8601 with their offset."""
    if isinstance(value, str):
        return guarded(value)
    return value.isoformat() if isinstance(value, date) else value


def excel_text(text: str) -> str:
    """A text as an Excel file can hold it."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)[:LONGEST_TEXT]


def excel_value(value: Value) -> Value:
    """A value as Excel takes it; it knows no zone: an instant is the site's clock."""
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


def excel_format(column: Column) -> str:
    """How Excel shows the numbers, instants or days of a column; empty where their type says it."""
    places = "." + "0" * column.digits if column.digits else ""
    if column.kind == "number":
        return f"#,##0{places}"
    return f"0{places}%" if column.kind == "share" else FORMATS.get(column.kind, "")


def excel_width(column: Column, values: Iterable[Value] = ()) -> float:
    """Width that label and values of a column ask for [characters]."""
    known = list(values)
    if column.kind == "instant" or any(isinstance(value, datetime) for value in known):
        return max(INSTANT, min(WIDEST_HEAD, len(column.title()) + 3))
    longest = max((len(value) + 2 for value in known if isinstance(value, str)), default=0)
    return max(NARROWEST, min(WIDEST_HEAD, len(column.title()) + 3), min(WIDEST, longest))
