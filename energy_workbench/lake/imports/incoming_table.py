"""Parquet files and Arrow tables of readings, in blocks, with the number of each row."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from energy_workbench.domain.errors import InputError
from energy_workbench.lake.imports.incoming import Block

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 300_000
"""Rows that are looked at at once."""


class TableFile:
    """A Parquet file of readings, or an Arrow table of them.

    Parameters
    ----------
    source : Path or pyarrow.Table
    name : str
        What messages call it.

    Attributes
    ----------
    header : list of str
        Names of the columns.
    share : float
        How much of it has been read, 0 to 1.

    Raises
    ------
    InputError
        If it is no Parquet file.
    """

    separator = ""

    def __init__(self, source: Path | pa.Table, name: str) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.name, self.share = name, 0.0
        self._table: pa.Table | None = None
        self._file: Any = None
        if isinstance(source, pa.Table):
            self._table = source
            self._total, names = len(source), source.column_names
        else:
            try:
                self._file = pq.ParquetFile(source)
            except (pa.ArrowInvalid, OSError) as error:
                raise InputError(f"{name}: is no Parquet file: {error}") from None
            self._total, names = self._file.metadata.num_rows, self._file.schema_arrow.names
        # What pandas adds of its own says nothing of readings.
        self.header = [name for name in names if not name.startswith("__index_level_")]

    def blocks(self) -> Iterator[Block]:
        """Blocks of rows; the first row is that after the header of a CSV file, line 2."""
        import numpy as np
        import pyarrow as pa

        first = 2
        try:
            for batch in self._batches():
                rows = len(batch)
                columns = {name: _plain(batch.column(name)) for name in self.header}
                self.share = (first - 2 + rows) / max(self._total, 1)
                yield Block(first + np.arange(rows), columns)
                first += rows
        except (pa.ArrowInvalid, OSError) as error:
            raise InputError(f"{self.name}: is damaged behind row {first - 1}: {error}") from None

    def as_csv(self) -> str:
        """All of it as text."""
        import io

        import pyarrow as pa
        import pyarrow.csv as arrow_csv

        text = io.BytesIO()
        arrow_csv.write_csv(pa.Table.from_batches(list(self._batches())), text)
        return text.getvalue().decode()

    def _batches(self) -> Iterator[pa.RecordBatch]:
        if self._table is not None:
            yield from self._table.select(self.header).to_batches(max_chunksize=ROWS)
        else:
            yield from self._file.iter_batches(ROWS, columns=self.header)


def _plain(column: pa.Array) -> pa.Array:
    import pyarrow as pa

    # Of many words few are different: told as such, they are looked at once.
    if pa.types.is_large_string(column.type) or str(column.type) == "string_view":
        return column.cast(pa.string())
    return column
