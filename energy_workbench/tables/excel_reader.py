"""The first sheet of an Excel file as text cells; of a formula, the value that was saved with it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from energy_workbench.domain.errors import InputError, Problem

UNPACKED: Final = 200_000_000
"""What a file may measure once unpacked [bytes]: a small one can hold a huge one."""

ERRORS: Final = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!"})
"""What a cell holds whose formula failed (ECMA-376 part 1, 18.17.3, and the two of dynamic arrays)."""


def read(path: Path, most: int) -> Iterator[tuple[int, list[str]]]:
    """Rows of the first sheet with their numbers; of a formula, the value that was saved with it.

    Parameters
    ----------
    most : int
        Of more rows that are not empty, one more than that is read.
    """
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        _refuse_bomb(path)
        rows = _sheet(path, most, values=True)
        _fill_merged(path, rows)
        problems = _errors(rows) + (_unsaved_formulas(path, rows, most) if any("" in row for row in rows) else [])
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, SyntaxError, IndexError) as error:
        raise InputError(f"{path}: not an Excel file (.xlsx): {error}") from None
    if problems:
        raise InputError(f"{path}: cells without a value", problems)
    yield from enumerate(rows, 1)


def _sheet(path: Path, most: int, *, values: bool) -> list[list[str]]:
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=values)
    try:
        sheet = book.worksheets[0]
        # Some programs write a wrong extent, which would cut rows off.
        sheet.reset_dimensions()
        rows, filled = [], 0
        for row in sheet.iter_rows(values_only=True):
            rows.append([_as_text(cell) for cell in row])
            filled += any(rows[-1])
            if filled > most:
                break
        return rows
    finally:
        book.close()


def _fill_merged(path: Path, rows: list[list[str]]) -> None:
    """Give each row that a cell spans its text: a place that is written once for all meters in it is theirs."""
    with zipfile.ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        if not any(b"<mergeCell " in archive.read(name) for name in sheets):
            return
    import openpyxl

    book = openpyxl.load_workbook(path)
    try:
        for area in book.worksheets[0].merged_cells.ranges:
            first, last, column = area.min_row - 1, min(area.max_row, len(rows)), area.min_col - 1
            for row in rows[first + 1 : last] if first < len(rows) and column < len(rows[first]) else ():
                row += [""] * (column + 1 - len(row))
                row[column] = rows[first][column]
    finally:
        book.close()


def _errors(rows: Sequence[Sequence[str]]) -> list[Problem]:
    """What Excel shows where it could not work a value out: nobody's name or number."""
    reason = "Excel shows an error instead of a value: mend the formula there, or write the value"
    return [
        Problem(f"line {line}", _column(rows, place), cell, reason)
        for line, row in enumerate(rows, 1)
        for place, cell in enumerate(row)
        if cell in ERRORS
    ]


def _column(rows: Sequence[Sequence[str]], place: int) -> str:
    header = next((row for row in rows if any(row)), ())
    return header[place] if place < len(header) else ""


def _unsaved_formulas(path: Path, rows: Sequence[Sequence[str]], most: int) -> list[Problem]:
    """Formulas that no program has worked out yet: their cells would be taken for empty."""
    with zipfile.ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        if not any(b"<f" in archive.read(name) for name in sheets):
            return []
    reason = "the file holds no value of this formula: open and save it in Excel, or write the value"
    return [
        Problem(f"line {line}", _column(rows, place), formula[:60], reason)
        for line, (row, formulas) in enumerate(zip(rows, _sheet(path, most, values=False), strict=False), 1)
        for place, (value, formula) in enumerate(zip(row, formulas, strict=False))
        if not value and formula.startswith("=")
    ]


def _refuse_bomb(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
    if size > UNPACKED:
        raise InputError(f"{path}: {size / 1e6:,.0f} MB once unpacked, at most {UNPACKED / 1e6:.0f} MB are read")


def _as_text(cell: Any) -> str:
    if cell is None:
        return ""
    # Excel has no whole numbers: 5 comes as 5.0.
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
