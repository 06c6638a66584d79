"""Excel files: sheets of real numbers and dates, written row by row; no text is ever a formula."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from energy_workbench.tables.cells import LOOKED_AT, excel_format, excel_text, excel_value, excel_width, guarded
from energy_workbench.tables.sheet import Column, Sheet, Value

if TYPE_CHECKING:
    from openpyxl.cell import WriteOnlyCell

FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
"""Not allowed in the name of a sheet (Microsoft, Rename a worksheet); neither is an apostrophe at its ends."""
LONGEST_NAME: Final = 31


class Workbook:
    """An Excel file that is being written; openpyxl keeps its rows on the disk."""

    def __init__(self) -> None:
        import openpyxl

        self._book = openpyxl.Workbook(write_only=True)
        self._used: set[str] = set()

    def page(self, name: str, widths: Iterable[float], *, frozen: str | None = None) -> Page:
        """A new sheet.

        Parameters
        ----------
        name : str
            Changed as far as Excel wants it, and so that none has it yet.
        widths : iterable of float
            Of its columns [characters].
        frozen : str, optional
            The first cell that scrolls: `A2` keeps the head in view.
        """
        from openpyxl.utils import get_column_letter

        sheet = self._book.create_sheet(self._name(name))
        sheet.freeze_panes = frozen
        for number, width in enumerate(widths, start=1):
            sheet.column_dimensions[get_column_letter(number)].width = width
        return Page(sheet)

    def add(self, table: Sheet, *, frozen: str = "A2") -> None:
        """A sheet of a table."""
        looked_at = [[row[at] for row in table.rows[:LOOKED_AT]] for at in range(len(table.columns))]
        page = self.page(table.name, map(excel_width, table.columns, looked_at), frozen=frozen)
        page.head(table.columns)
        for row in table.rows:
            page.row(table.columns, row)

    def save(self, file: Path | IO[bytes]) -> None:
        """Write it."""
        self._book.save(file)

    def _name(self, title: str) -> str:
        """A name of a sheet that Excel takes and that none has yet."""
        base = (FORBIDDEN.sub(" ", title).strip().strip("'") or "Table")[:LONGEST_NAME]
        name, count = base, 1
        while name.lower() in self._used:
            count += 1
            name = f"{base[: LONGEST_NAME - len(str(count)) - 1]} {count}"
        self._used.add(name.lower())
        return name


class Page:
    """A sheet of a `Workbook`, whose rows are written one after the other."""

    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet

    def head(self, columns: Iterable[Column]) -> None:
        """The row of the labels."""
        self.append([self.text(column.title(), bold=True) for column in columns])

    def row(self, columns: Sequence[Column], values: Sequence[Value]) -> None:
        """A row of values."""
        self.append([self._cell(column, value) for column, value in zip(columns, values, strict=True)])

    def append(self, cells: Sequence[WriteOnlyCell | Value]) -> None:
        """A row of cells that were made already, or of numbers and instants without a zone."""
        self._sheet.append(cells)

    def text(self, text: str, *, bold: bool = False) -> WriteOnlyCell:
        """A text that Excel takes for nothing else, now or once it is edited."""
        from openpyxl.styles import Font

        cell = self.number(excel_text(text))
        cell.data_type = "s"
        if guarded(text) != text:
            cell.quotePrefix = True
        if bold:
            cell.font = Font(bold=True)
        return cell

    def number(self, value: Value, number_format: str = "") -> WriteOnlyCell:
        """A number or an instant, shown in a format of Excel's."""
        from openpyxl.cell import WriteOnlyCell

        cell = WriteOnlyCell(self._sheet, value)
        if number_format:
            cell.number_format = number_format
        return cell

    def _cell(self, column: Column, value: Value) -> WriteOnlyCell | Value:
        if value is None or value == "":
            return None
        if isinstance(value, str) or column.kind == "text":
            return self.text(str(value))
        number_format = excel_format(column)
        plain = excel_value(value)
        return self.number(plain, number_format) if number_format else plain
