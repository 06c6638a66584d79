"""CSV files of readings, parsed in blocks of lines, with the line number of each row."""

from __future__ import annotations

import csv
import gzip
import re
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from energy_workbench.domain.errors import InputError, Problem
from energy_workbench.lake.imports.incoming import CODED, Block

if TYPE_CHECKING:
    import pyarrow as pa

BLOCK = 16_000_000
"""Bytes that are taken apart at once: some 300,000 lines."""

SEPARATORS = ",;\t"
LONGEST_LINE = 1_000_000
"""Bytes of a line; a longer one is no line of readings."""


class CsvFile:
    """A CSV file of readings, plain or packed with gzip.

    Parameters
    ----------
    path : Path
    name : str
        What messages call it.

    Attributes
    ----------
    header : list of str
        Names of the columns, as they stand in line 1.
    share : float
        How much of the file has been read, 0 to 1.

    Raises
    ------
    InputError
        If it is no text in UTF-8, or has no header.
    """

    def __init__(self, path: Path, name: str) -> None:
        self.path, self.name = path, name
        self.share = 0.0
        first = next(self._chunks(LONGEST_LINE), b"")
        if first.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise InputError(f"{name}: UTF-16 (“Unicode text”), not UTF-8: save it as “CSV UTF-8”")
        begin, _, _ = first.removeprefix(b"\xef\xbb\xbf").partition(b"\n")
        try:
            text = begin.decode("utf-8").strip()
        except UnicodeDecodeError:
            raise InputError(f"{name}: line 1 is not UTF-8: save the file as “CSV UTF-8”") from None
        if not text:
            raise InputError(f"{name}: is empty: line 1 must be the header, such as meter,ts,quantity,value")
        if re.fullmatch(r'"?sep=.?"?', text, re.IGNORECASE):
            raise InputError(f"{name}: line 1 is {text!r}: delete it, the header must be line 1")
        # Where none is there at all, or as many of each, it is a comma.
        self.separator = max(SEPARATORS, key=text.count)
        self.header = [cell.strip() for cell in next(csv.reader([text], delimiter=self.separator))]

    def blocks(self) -> Iterator[Block]:
        """Blocks of lines after the header, parsed ahead on other threads."""
        waiting: list[Any] = []
        with ThreadPoolExecutor(2) as pool:
            for line, chunk in self._numbered():
                waiting.append(pool.submit(self._parse, line, chunk))
                # Few ahead, or a slow disk under the lake would fill the memory.
                if len(waiting) > 2:
                    yield waiting.pop(0).result()
            for parsed in waiting:
                yield parsed.result()

    def _numbered(self) -> Iterator[tuple[int, bytes]]:
        """Chunks of whole lines, each with the number of its first."""
        line = 1
        for chunk in self._chunks(BLOCK):
            if line == 1:
                _, _, body = chunk.partition(b"\n")
                line = 2
            else:
                body = chunk
            if body:
                yield line, body
                line += body.count(b"\n") + (not body.endswith(b"\n"))

    def _chunks(self, size: int) -> Iterator[bytes]:
        """The file's bytes, cut behind line breaks."""
        rest = b""
        try:
            total = max(self.path.stat().st_size, 1)
            with self.path.open("rb") as raw:
                packed = self.path.suffix.lower() == ".gz"
                file: BinaryIO = gzip.GzipFile(fileobj=raw) if packed else raw  # type: ignore[assignment]
                while part := file.read(size):
                    self.share = raw.tell() / total
                    cut = part.rfind(b"\n") + 1
                    if cut:
                        yield rest + part[:cut]
                        rest = part[cut:]
                    else:
                        rest += part
                    if len(rest) > LONGEST_LINE:
                        raise InputError(f"{self.name}: a line is longer than a megabyte: is it a CSV file?")
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise InputError(f"{self.name}: is no whole gzip file: {error}") from None
        except OSError as error:
            raise InputError(f"{self.name}: cannot be read: {error.strerror or error}") from None
        if rest:
            yield rest

    def _parse(self, line: int, body: bytes) -> Block:
        """Cells of some lines; where not every line is one row, line by line."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.csv as arrow_csv

        count = body.count(b"\n") + (not body.endswith(b"\n"))
        coded = pa.dictionary(pa.int32(), pa.string())
        try:
            table = arrow_csv.read_csv(
                pa.BufferReader(body),
                read_options=arrow_csv.ReadOptions(
                    column_names=self.header, use_threads=False, block_size=len(body) + 1
                ),
                parse_options=arrow_csv.ParseOptions(delimiter=self.separator, ignore_empty_lines=False),
                convert_options=arrow_csv.ConvertOptions(
                    column_types={name: coded if name in CODED else pa.string() for name in self.header},
                    null_values=[""],
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=True,
                ),
            )
        except pa.ArrowInvalid:
            return self._line_by_line(line, body)
        if len(table) != count:
            return self._line_by_line(line, body)
        columns = {name: table[name].combine_chunks() for name in self.header}
        return Block(line + np.arange(count), columns)

    def _line_by_line(self, first: int, body: bytes) -> Block:
        """The same, telling which lines are no rows."""
        import numpy as np
        import pyarrow as pa

        lines: list[int] = []
        rows: list[Sequence[str | None]] = []
        problems: list[Problem] = []
        for line, raw in enumerate(body.removesuffix(b"\n").split(b"\n"), first):
            try:
                text = raw.decode("utf-8").rstrip("\r")
                cells = next(csv.reader([text], strict=True, delimiter=self.separator), [])
            except UnicodeDecodeError:
                shown = raw[:60].decode("latin-1")
                problems.append(Problem(f"line {line}", "", shown, "is not UTF-8: save the file as “CSV UTF-8”"))
                continue
            except csv.Error as error:
                problems.append(Problem(f"line {line}", "", text[:60], f"is not valid CSV: {error}"))
                continue
            if not any(cells):
                continue
            if len(cells) != len(self.header):
                reason = f"has {len(cells)} cells, the header has {len(self.header)}"
                problems.append(Problem(f"line {line}", "", text[:60], reason))
                continue
            lines.append(line)
            rows.append([cell or None for cell in cells])
        columns: dict[str, pa.Array] = {}
        for index, name in enumerate(self.header):
            column = pa.array([row[index] for row in rows], pa.string())
            columns[name] = column.dictionary_encode() if name in CODED else column
        return Block(np.array(lines, "int64"), columns, problems)
