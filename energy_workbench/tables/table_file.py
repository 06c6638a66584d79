"""A table as a file, CSV or Excel by its ending, whole or not there at all; and the rows of such a file."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO, StringIO
from itertools import islice
from pathlib import Path
from typing import Final

from energy_workbench.domain.errors import InputError, NotFoundError
from energy_workbench.runtime import disk
from energy_workbench.tables import csv_file, excel_reader
from energy_workbench.tables.sheet import Sheet

FORMATS: Final = ("csv", "xlsx")
MEGABYTE: Final = 1_000_000
LARGEST: Final = 20 * MEGABYTE
"""What a file that is read may measure [bytes]; 10,000 meters are about 2 MB."""
LONGEST_NAME: Final = 120
"""Of a file, without its ending [characters]."""


def content(table: Sheet, format: str, *more: Sheet, name: str = "data", mark: bool = True) -> bytes:
    """A table as the bytes of a file.

    Parameters
    ----------
    format : {"csv", "xlsx"}
    more : Sheet
        What explains it: Excel gets further sheets, CSV has no place for them.
    name : str
        Of the sheet of an Excel file.
    mark : bool
        Whether CSV begins with the mark of UTF-8: without it, Excel takes a file for its own old encoding.

    Raises
    ------
    InputError
        If it is of no kind that can be written.
    """
    if format not in FORMATS:
        raise InputError(f"{format!r} is no kind of table: {' or '.join(FORMATS)}")
    if format == "csv":
        text = StringIO()
        csv_file.write(text, table.heads, table.rows)
        return text.getvalue().encode("utf-8-sig" if mark else "utf-8")
    from energy_workbench.tables.workbook import Workbook

    book, file = Workbook(), BytesIO()
    for each in (replace(table, name=name), *more):
        book.add(each)
    book.save(file)
    return file.getvalue()


def write_table(path: Path, table: Sheet, *more: Sheet) -> None:
    """Write a table for other programs; an old file is replaced only once the new one is whole.

    Raises
    ------
    InputError
        If the file is of another kind or cannot be written.
    """
    written = content(table, _format(path), *more, name=table.name, mark=False)
    try:
        with disk.replaced(path) as draft:
            draft.write_bytes(written)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from None


def read_table(path: Path, most: int) -> list[tuple[int, list[str]]]:
    """Rows of a file as text, each with its line; empty rows are left out, cells are stripped.

    Parameters
    ----------
    most : int
        Rows that it may have, with its header; no more of it is read.

    Raises
    ------
    NotFoundError
        If there is no such file.
    InputError
        If it is of another kind, too large, has more rows, or cannot be read.
    """
    if not path.is_file():
        raise NotFoundError(f"{path}: there is no such file")
    excel = _format(path) == "xlsx"
    try:
        _refuse_large(path, path.stat().st_size)
        read = excel_reader.read(path, most) if excel else csv_file.read(path)
        rows = ((line, [cell.strip() for cell in row]) for line, row in read)
        found = list(islice((each for each in rows if any(each[1])), most + 1))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    if len(found) > most:
        raise InputError(f"{path}: more than {most:,} rows: is it the right file?")
    return found


def file_name(table: Sheet, format: str) -> str:
    """What a file with the table is called: letters, digits and dashes of its name."""
    plain = re.sub(r"[^\w.-]+", "-", table.name).strip("-.")[:LONGEST_NAME]
    return f"{plain or 'table'}.{format}"


def _format(path: Path) -> str:
    ending = path.suffix.lower().removeprefix(".")
    if ending not in FORMATS:
        raise InputError(f"{path}: a file ending with .csv or .xlsx is needed")
    return ending


def _refuse_large(path: Path, size: int) -> None:
    if size > LARGEST:
        raise InputError(
            f"{path}: the file is {size / MEGABYTE:,.0f} MB, at most {LARGEST / MEGABYTE:.0f} MB are read "
            "(10,000 meters are about 2 MB): is it the right file?"
        )
