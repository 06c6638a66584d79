"""CSV as office programs write it: UTF-8, with commas, semicolons or tabs; no cell is ever a formula."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, TextIO

from energy_workbench.domain.errors import InputError
from energy_workbench.tables.cells import csv_value, guarded, plain
from energy_workbench.tables.sheet import Value

SEPARATORS: Final = ",;\t"
HEAD_LINES: Final = 30
"""Lines that tell what separates the cells."""


def read(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Rows with their lines; the header says what separates the cells."""
    text = _text(path)
    separator, skipped = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator)
    line = 1
    try:
        for row in reader:
            if line > skipped:
                yield line, [plain(cell.strip()) for cell in row]
            # A quoted cell may hold line breaks: the next row starts where this one ended.
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"{path}: line {reader.line_num}: not valid CSV: {error}") from None


def write(file: TextIO, heads: Iterable[str], rows: Iterable[Iterable[Value]], *, end: str = "\r\n") -> None:
    """Write a table, of which a spreadsheet runs no cell as a formula; lines end as RFC 4180 wants it."""
    writer = csv.writer(file, lineterminator=end)
    writer.writerow(map(guarded, heads))
    writer.writerows(map(csv_value, row) for row in rows)


def quoted(text: str) -> str:
    """A text as a cell, in quotes where it needs them, and guarded."""
    cell = io.StringIO()
    csv.writer(cell, lineterminator="").writerow([guarded(text)])
    return cell.getvalue()


def _text(path: Path) -> str:
    content = path.read_bytes()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(f"{path}: UTF-16 (“Unicode text”), not UTF-8: save it as “CSV UTF-8”, or as .xlsx")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The error counts without the byte order mark, which holds no line break.
        before = error.object[: error.start]
        line = before.count(b"\n") + 1
        cell = error.object[before.rfind(b"\n") + 1 : error.start + 20].splitlines()[0].decode("latin-1")
        raise InputError(
            f"{path}: line {line}: not UTF-8: byte 0x{error.object[error.start]:02X} in {cell[-40:]!r} (read as "
            "Latin-1): save the file as “CSV UTF-8”, or as .xlsx"
        ) from None


def _separator(text: str) -> tuple[str, int]:
    """What separates the cells, and how many lines say nothing else."""
    lines = text.splitlines()
    if lines and (said := re.fullmatch(r'"?sep=([,;\t])"?', lines[0].strip(" "), re.IGNORECASE)):
        return said[1], 1
    said_lines = [re.sub(r'"[^"]*"', "", line) for line in lines if line.strip()][:HEAD_LINES]
    # A title may have other signs than the header below it. Where none is there, or as many of each, it is a comma.
    return max(SEPARATORS, key=lambda mark: _agreement(said_lines, mark)), 0


def _agreement(lines: list[str], mark: str) -> tuple[int, int]:
    """How many lines have the most usual number of a sign, and that number."""
    counts = Counter(count for line in lines if (count := line.count(mark)))
    count = max(counts, key=lambda each: (counts[each], each), default=0)
    return counts[count], count
