"""Arrow tables streamed into a file, by its ending: CSV, Excel or Parquet; whole, or not there at all."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

from energy_workbench.domain.errors import HomeError, InputError
from energy_workbench.domain.time.clock import from_micros
from energy_workbench.runtime import disk
from energy_workbench.tables import csv_file
from energy_workbench.tables.cells import excel_width, guarded
from energy_workbench.tables.sheet import Column

if TYPE_CHECKING:
    import pyarrow as pa

    from energy_workbench.tables.workbook import Page

ENDINGS = (".csv", ".csv.gz", ".xlsx", ".parquet")
SHEET_ROWS = 1_048_575
"""Rows of an Excel sheet below its header (Microsoft, Excel specifications and limits)."""

MINUTE_US = 60_000_000


@dataclass(frozen=True)
class Layout:
    """What a file says of its tables.

    Attributes
    ----------
    schema : pyarrow.Schema
        Of every table: `meter` (text), then the time column (UTC), then values.
    units : mapping of str to str
        By column, where it has one.
    zone : ZoneInfo
        In which times are written.
    about : sequence of tuple of str
        What people should know, as (word, meaning).
    rows : int
        How many will come.
    """

    schema: pa.Schema
    units: Mapping[str, str]
    zone: ZoneInfo
    about: Sequence[tuple[str, str]]
    rows: int

    @property
    def time(self) -> str:
        """Name of the time column."""
        return str(self.schema.names[1])


class Writer(Protocol):
    """Takes tables one after the other."""

    def write(self, table: pa.Table) -> None:
        """Append rows."""
        ...


@contextmanager
def writing(path: Path, layout: Layout) -> Iterator[Writer]:
    """A writer to a file beside the place, put there once it is whole and on the disk; an old one stays until then.

    Raises
    ------
    InputError
        If the ending is of no kind that can be written, or there are more rows than that kind holds.
    HomeError
        If the disk refuses; nothing is left behind then.
    """
    kind = ending(path)
    if kind == ".xlsx" and layout.rows > SHEET_ROWS:
        raise InputError(
            f"{path}: {layout.rows:,} rows do not fit into an Excel sheet, which holds {SHEET_ROWS:,}: write .csv or "
            ".parquet, or choose fewer meters, a shorter period or a longer --every"
        )
    try:
        with disk.replaced(path) as draft, ExitStack() as stack:
            file: Any = stack.enter_context(draft.open("wb"))
            if kind == ".xlsx":
                writer: Any = stack.enter_context(_excel(file, layout))
            elif kind == ".parquet":
                writer = stack.enter_context(_parquet(file, layout))
            else:
                out = (
                    stack.enter_context(gzip.GzipFile(fileobj=file, mode="wb", mtime=0)) if kind == ".csv.gz" else file
                )
                writer = stack.enter_context(_csv(out, layout))
            yield writer
    except OSError as error:
        raise HomeError(f"{path}: cannot be written: {error.strerror or error}") from None


def ending(path: Path) -> str:
    """The kind of file that a name asks for.

    Raises
    ------
    InputError
        If it is none of `ENDINGS`.
    """
    for known in sorted(ENDINGS, key=len, reverse=True):
        if path.name.lower().endswith(known) and len(path.name) > len(known):
            return known
    raise InputError(f"{path}: a file ending with {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]} is needed")


def local_text(column: pa.ChunkedArray, zone: ZoneInfo) -> pa.Array:
    """Instants as ISO 8601 in a zone, with its offset then: seconds, or as fine as they are."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    micros = column.combine_chunks().cast(pa.timestamp("us", "UTC")).cast(pa.int64()).to_numpy()
    ahead = _ahead(micros, zone)
    fine = "s" if not (micros % 1_000_000).any() else "ms" if not (micros % 1000).any() else "us"
    wall = pa.array(micros + ahead).cast(pa.timestamp("us")).cast(pa.timestamp(fine)).cast(pa.string())
    offsets, which = np.unique(ahead, return_inverse=True)
    words = [_offset_text(int(offset) // 1_000_000) for offset in offsets.tolist()]
    tails = pa.DictionaryArray.from_arrays(pa.array(which.astype("int32")), pa.array(words)).cast(pa.string())
    return pc.binary_join_element_wise(pc.replace_substring(wall, " ", "T", max_replacements=1), tails, "")


def _ahead(micros: Any, zone: ZoneInfo) -> Any:
    """What the zone is ahead of UTC at each instant [µs]; it changes on whole minutes."""
    import numpy as np

    minutes, which = np.unique(micros // MINUTE_US, return_inverse=True)
    offsets = [from_micros(minute * MINUTE_US).astimezone(zone).utcoffset() for minute in minutes.tolist()]
    return np.array([round(offset.total_seconds() * 1e6) if offset else 0 for offset in offsets], "int64")[which]


def _offset_text(seconds: int) -> str:
    sign, seconds = "-" if seconds < 0 else "+", abs(seconds)
    return f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}"


class _Csv:
    def __init__(self, file: Any, layout: Layout) -> None:
        self._file, self._layout = file, layout
        self._cells: dict[str, str] = {}

    def write(self, table: pa.Table) -> None:
        import pyarrow as pa
        import pyarrow.compute as pc

        meters = table["meter"].combine_chunks().dictionary_encode()
        words = pa.array([self._cell(word) for word in meters.dictionary.to_pylist()], pa.string())
        columns = [pa.DictionaryArray.from_arrays(meters.indices, words), local_text(table[1], self._layout.zone)]
        # A number as text is the shortest that stands for it.
        texts = [column.cast(pa.string()) for column in [*columns, *(c.combine_chunks() for c in table.columns[2:])]]
        lines = pc.binary_join_element_wise(*texts, ",", null_handling="replace", null_replacement="")
        self._file.write(pc.binary_join(pa.ListArray.from_arrays([0, len(lines)], lines), "\n")[0].as_buffer())
        self._file.write(b"\n")

    def _cell(self, word: str) -> str:
        if word not in self._cells:
            self._cells[word] = csv_file.quoted(word)
        return self._cells[word]


@contextmanager
def _csv(file: Any, layout: Layout) -> Iterator[Writer]:
    file.write((",".join(layout.schema.names) + "\n").encode())
    yield _Csv(file, layout)


class _Parquet:
    def __init__(self, writer: Any, schema: pa.Schema) -> None:
        self._writer, self._schema = writer, schema

    def write(self, table: pa.Table) -> None:
        self._writer.write_table(table.cast(self._schema))


@contextmanager
def _parquet(file: Any, layout: Layout) -> Iterator[Writer]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    fields = []
    for field in layout.schema:
        unit = layout.units.get(field.name)
        kind = pa.timestamp("us", layout.zone.key) if field.name == layout.time else field.type
        fields.append(pa.field(field.name, kind, metadata={"unit": unit} if unit else None))
    schema = pa.schema(fields)
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        yield _Parquet(writer, schema)


class _Excel:
    def __init__(self, page: Page, layout: Layout) -> None:
        self._page, self._layout = page, layout
        self._words: dict[str, Any] = {}

    def write(self, table: pa.Table) -> None:
        from energy_workbench.tables.decimals import decimals

        zone, time = self._layout.zone, self._layout.time
        columns = [decimals(table[name]) for name in table.column_names if name not in ("meter", time)]
        meters = [self._word(word) for word in table["meter"].to_pylist()]
        for meter, instant, *values in zip(meters, table[time].to_pylist(), *columns, strict=True):
            # Excel knows no zone: the site's clock, and beside it UTC, which is never ambiguous.
            utc = instant.astimezone(UTC)
            local = utc.astimezone(zone)
            self._page.append([meter, local.replace(tzinfo=None), utc.replace(tzinfo=None), *values])

    def _word(self, word: str) -> Any:
        """A meter's number; one that is no formula needs no cell of its own, of which there may be a million."""
        if word not in self._words:
            self._words[word] = word if guarded(word) == word else self._page.text(word)
        return self._words[word]


@contextmanager
def _excel(file: Any, layout: Layout) -> Iterator[Writer]:
    from energy_workbench.tables.workbook import Workbook

    book = Workbook()
    times = [Column(f"{layout.time} ({zone})", "instant") for zone in (layout.zone.key, "UTC")]
    values = [Column(name, unit=layout.units.get(name, "")) for name in layout.schema.names[2:]]
    columns = [Column("meter"), *times, *values]
    page = book.page("data", map(excel_width, columns), frozen="D2")
    page.head(columns)
    yield _Excel(page, layout)
    notes = book.page("about", (30, 90))
    for row in layout.about:
        notes.append([notes.text(cell) for cell in row])
    book.save(file)
