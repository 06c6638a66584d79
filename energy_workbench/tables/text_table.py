"""Tables of text in files: CSV and Excel, by the file's ending."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from energy_workbench.domain.errors import InputError, NotFoundError
from energy_workbench.tables import csv_file, excel_file

ENDINGS = (".csv", ".xlsx")
MEGABYTE: Final = 1_000_000
LARGEST: Final = 20 * MEGABYTE
"""What a table may measure [bytes]; 10,000 meters are about 2 MB."""


def read_table(path: Path) -> list[tuple[int, list[str]]]:
    """Rows of a file, each with its line; empty rows are left out, cells are stripped.

    Raises
    ------
    NotFoundError
        If there is no such file.
    InputError
        If it is of another kind, too large, or cannot be read.
    """
    if not path.is_file():
        raise NotFoundError(f"{path}: there is no such file")
    read = csv_file.read if _ending(path) == ".csv" else excel_file.read
    try:
        _refuse_large(path, path.stat().st_size)
        rows = [(line, [cell.strip() for cell in row]) for line, row in read(path)]
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    return [(line, row) for line, row in rows if any(row)]


def write_table(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[str]], notes: Iterable[Sequence[str]] = ()
) -> None:
    """Write a file of text cells; an old one is replaced only once the new one is whole.

    `notes` are rows that explain the columns: Excel gets them on a second sheet, CSV has no place for them.

    Raises
    ------
    InputError
        If the file is of another kind or cannot be written.
    """
    ending = _ending(path)
    try:
        with tempfile.TemporaryDirectory(dir=path.absolute().parent, prefix=".export-") as folder:
            new = Path(folder) / f"new{ending}"
            if ending == ".csv":
                csv_file.write(new, header, rows)
            else:
                excel_file.write(new, header, rows, notes)
            os.replace(new, path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from None


def _ending(path: Path) -> str:
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise InputError(f"{path}: a file ending with {' or '.join(ENDINGS)} is needed")
    return ending


def _refuse_large(path: Path, size: int) -> None:
    if size > LARGEST:
        raise InputError(
            f"{path}: the file is {size / MEGABYTE:,.0f} MB, at most {LARGEST / MEGABYTE:.0f} MB are read "
            "(10,000 meters are about 2 MB): is it the right file?"
        )
