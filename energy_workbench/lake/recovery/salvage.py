"""Salvage of a damaged Parquet file: columns of row groups that no damaged block touches.

Only proven bytes are parsed: a Parquet library may take a whole process down over a broken footer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from energy_workbench.domain.errors import LakeError
from energy_workbench.lake.storage import checksums, duck

if TYPE_CHECKING:
    import pyarrow as pa

Spans = Sequence[tuple[int, int]]
"""Where a file is damaged, half-open [bytes]."""

EVERYWHERE: Spans = ((0, 2**62),)


def damaged(table: Path, files: Iterable[str]) -> dict[str, Spans]:
    """Which of these data files are not as they were written, and where. Those that the book lacks are believed."""
    known = checksums.read(table).files
    by_file: dict[str, Spans] = {}
    for name in files:
        path = Path(name)
        try:
            path.stat()
            spans: Spans = checksums.bad_spans(path, known[path]) if path in known else ()
        except OSError:
            spans = EVERYWHERE
        if spans:
            by_file[name] = spans
    return by_file


def rescued(path: Path, bad: Spans, keys: Sequence[str]) -> pa.Table | None:
    """The rows of a damaged file whose keys are sound, without the values that are not; None where nothing is left.

    Parameters
    ----------
    keys : sequence of str
        Columns without which a row is nothing.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not path.exists() or _meets(bad, *_footer(path, bad)):
        return None
    groups = []
    with pq.ParquetFile(path) as file:
        for index in range(file.num_row_groups):
            group = file.metadata.row_group(index)
            chunks = [group.column(number) for number in range(group.num_columns)]
            sound = [chunk.path_in_schema for chunk in chunks if not _meets(bad, *_extent(chunk))]
            if all(key in sound for key in keys):
                groups.append(file.read_row_group(index, columns=sound))
        return pa.concat_tables([file.schema_arrow.empty_table(), *groups], promote_options="default")


def readable(path: Path) -> pa.Table | None:
    """The rows of a file of which it is not known how it was written; None where it cannot be read as a whole."""
    try:
        with duck.session() as connection:
            return connection.sql(f"SELECT * FROM {duck.scan([str(path)])}").to_arrow_table()  # noqa: S608
    except LakeError:
        return None


def _footer(path: Path, bad: Spans) -> tuple[int, int]:
    """Where the footer is; all of the file, where it is not known."""
    size = path.stat().st_size
    if size < 12 or _meets(bad, size - 8, size):
        return 0, size
    with path.open("rb") as file:
        file.seek(-8, 2)
        return size - 8 - int.from_bytes(file.read(4), "little"), size


def _extent(chunk: pa.parquet.ColumnChunkMetaData) -> tuple[int, int]:
    start = min(at for at in (chunk.dictionary_page_offset, chunk.data_page_offset) if at)
    return start, start + chunk.total_compressed_size


def _meets(bad: Spans, start: int, end: int) -> bool:
    return any(low < end and high > start for low, high in bad)
