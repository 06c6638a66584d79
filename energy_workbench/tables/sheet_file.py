"""A small table as a file's content: CSV, or Excel with real numbers and dates."""

from __future__ import annotations

import csv
import re
from datetime import datetime
from io import BytesIO, StringIO
from typing import Any

from energy_workbench.domain.errors import InputError
from energy_workbench.tables.sheet import Sheet

FORMATS = ("csv", "xlsx")
LONGEST_NAME = 120
"""Of a file, without its ending [characters]."""


def file_name(sheet: Sheet, format: str) -> str:
    """What a file with the table is called: letters, digits and dashes of its name."""
    plain = re.sub(r"[^\w.-]+", "-", sheet.name).strip("-.")[:LONGEST_NAME]
    return f"{plain or 'table'}.{format}"


def content(sheet: Sheet, format: str) -> bytes:
    """The table as the bytes of a file.

    Raises
    ------
    InputError
        If it is of no kind that can be written.
    """
    if format not in FORMATS:
        raise InputError(f"{format!r} is no kind of table: {' or '.join(FORMATS)}")
    return _csv(sheet) if format == "csv" else _excel(sheet)


def _csv(sheet: Sheet) -> bytes:
    from energy_workbench.tables.cells import guarded

    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(map(guarded, sheet.columns))
    for row in sheet.rows:
        writer.writerow([guarded(cell) if isinstance(cell, str) else _plain(cell) for cell in row])
    # Excel takes a file without the mark for its own old encoding.
    return out.getvalue().encode("utf-8-sig")


def _plain(cell: Any) -> Any:
    return cell.isoformat() if isinstance(cell, datetime) else cell


def _excel(sheet: Sheet) -> bytes:
    import openpyxl
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("data")
    page.freeze_panes = "A2"
    for index, name in enumerate(sheet.columns, 1):
        width = max(12, min(40, len(name) + 3), _wide(sheet, index - 1))
        page.column_dimensions[get_column_letter(index)].width = width

    def text(word: str) -> Any:
        cell = WriteOnlyCell(page, word)
        # Said to be text, or Excel would run a name that begins with "=".
        cell.data_type, cell.quotePrefix = "s", word[:1] in "=+-@\t\r"
        return cell

    heads = [text(name) for name in sheet.columns]
    for head in heads:
        head.font = Font(bold=True)
    page.append(heads)
    for row in sheet.rows:
        # Excel knows no zone: the site's clock.
        bare = [cell.replace(tzinfo=None) if isinstance(cell, datetime) else cell for cell in row]
        page.append([text(cell) if isinstance(cell, str) else cell for cell in bare])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _wide(sheet: Sheet, index: int) -> int:
    """Width that the first rows of a column ask for [characters]."""
    cells = [row[index] for row in sheet.rows[:200]]
    if any(isinstance(cell, datetime) for cell in cells):
        return 19
    return min(48, max((len(cell) + 2 for cell in cells if isinstance(cell, str)), default=0))
