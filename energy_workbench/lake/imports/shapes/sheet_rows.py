"""The rows of a text or Excel file of any shape as cells of text, each with its line."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
import zlib
from collections import Counter
from pathlib import Path
from typing import Final, NamedTuple

from energy_workbench.domain.errors import InputError

LARGEST: Final = 200_000_000
"""Bytes of a file, unpacked, whose columns are found out; larger ones are written in the workbench's own columns."""
MOST_ROWS: Final = 1_048_576
"""Rows of a sheet of Excel (Microsoft, Excel specifications and limits)."""
SEPARATORS: Final = ",;\t|"
LOOKED_AT: Final = 200
"""Lines that tell what separates the cells."""


class Sheet(NamedTuple):
    """A file's rows.

    Attributes
    ----------
    rows : list of (int, list of str)
        Line and cells, stripped; rows without anything are left out.
    separator : str
        What separates the cells; empty in Excel.
    """

    rows: list[tuple[int, list[str]]]
    separator: str


def content(path: Path, name: str) -> bytes:
    """The bytes of a file, unpacked where gzip packed it.

    Raises
    ------
    InputError
        If it is too large, or no whole gzip file.
    """
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            file = gzip.GzipFile(fileobj=raw) if packed else raw
            given = file.read(LARGEST + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise InputError(f"{name}: is no whole gzip file: {error}") from None
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror or error}") from None
    if len(given) > LARGEST:
        raise InputError(
            f"{name}: is larger than {LARGEST / 1e6:.0f} MB: cut it into several, or write meter,ts,quantity,value"
        )
    return given


def is_excel(path: Path) -> bool:
    """Whether a file is a workbook of Excel, whatever it is called."""
    try:
        with zipfile.ZipFile(path) as archive:
            return any(each.startswith("xl/") for each in archive.namelist())
    except (zipfile.BadZipFile, OSError):
        return False


def excel(path: Path, name: str) -> Sheet:
    """The first sheet of a workbook.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    from energy_workbench.tables import excel_reader

    try:
        rows = [(line, [cell.strip() for cell in cells]) for line, cells in excel_reader.read(path, MOST_ROWS)]
    except InputError as error:
        raise InputError(error.message.replace(str(path), name), error.problems) from None
    return Sheet([row for row in rows if any(row[1])], "")


def text(given: bytes, name: str) -> str:
    """A file's text.

    Raises
    ------
    InputError
        If it is not UTF-8.
    """
    if given.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(f"{name}: UTF-16 (“Unicode text”), not UTF-8: save it as “CSV UTF-8”")
    try:
        return given.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise InputError(f"{name}: line {line} is not UTF-8: save the file as “CSV UTF-8”") from None


def delimited(written: str, name: str) -> Sheet:
    """The rows of a text file; what separates the cells is what most lines agree on.

    Raises
    ------
    InputError
        If it is no CSV.
    """
    lines = written.splitlines()
    skipped = 0
    if lines and lines[0].strip().strip('"').lower().startswith("sep=") and len(lines[0].strip().strip('"')) == 5:
        separator, skipped = lines[0].strip().strip('"')[4], 1
    else:
        separator = max(SEPARATORS, key=lambda mark: _agreement(lines[:LOOKED_AT], mark))
    reader = csv.reader(io.StringIO(written, newline=""), delimiter=separator, strict=True)
    rows, line = [], 1
    try:
        for cells in reader:
            if line > skipped and any(cell.strip() for cell in cells):
                rows.append((line, [cell.strip() for cell in cells]))
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"{name}: line {reader.line_num}: is not valid CSV: {error}") from None
    return Sheet(rows, separator)


def _agreement(lines: list[str], separator: str) -> tuple[int, int]:
    """How many lines have the most usual number of cells above one that a separator makes; and that number."""
    try:
        counts = Counter(len(cells) for cells in csv.reader(lines, delimiter=separator) if any(cells))
    except csv.Error:
        return 0, 0
    many = {count: lines_ for count, lines_ in counts.items() if count > 1}
    if not many:
        return 0, 0
    count = max(many, key=lambda each: (many[each], each))
    return many[count], count
