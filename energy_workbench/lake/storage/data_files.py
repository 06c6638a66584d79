"""Parquet files of a table, written beside its log, and named by one log entry with those that they replace."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from energy_workbench.domain.errors import LakeError
from energy_workbench.domain.time.clock import from_micros

if TYPE_CHECKING:
    import pyarrow as pa
    from deltalake.transaction import AddAction

ROW_GROUP = 16_384
"""Rows a group: two meters' day at 10 s, so that one meter is read without its neighbours."""

FEW = ROW_GROUP // 16
"""Distinct values of a row group up to which a dictionary beats splitting bytes."""

STEPS = ("slot", "start", "until", "offset_ms")
"""Columns of times and offsets: steps of nearly the same size."""


PART, THINNED = "part", "thinned"
"""Beginnings of names: of a file as its rows came, and of one whose readings were thinned."""


class DataFile(NamedTuple):
    """A written file, which no log entry names yet.

    Attributes
    ----------
    path : Path
    partition : str
        Value of the table's partition column.
    rows, size : int
    columns : tuple of str
        Those that are no keys.
    low, high : dict of str to int or str
        Least and greatest of the key columns, as the table's log tells them.
    """

    path: Path
    partition: str
    rows: int
    size: int
    columns: tuple[str, ...]
    low: dict[str, int | str]
    high: dict[str, int | str]


def is_thinned(path: str) -> bool:
    """Whether the readings of a file were thinned: its name says so, so that it is told with the commit, or not."""
    return Path(path).name.startswith(f"{THINNED}-")


def write(folder: Path, rows: pa.Table, partition: str, keys: Sequence[str], name: str = PART) -> DataFile:
    """Write sorted rows of one partition, without the partition's column, as a new file of a folder.

    Parameters
    ----------
    keys : sequence of str
        Columns by which files are told apart: meter, and times.
    name : str
        What its name begins with.

    Raises
    ------
    LakeError
        If the disk refuses.
    """
    path = folder / f"{name}-{secrets.token_hex(16)}.parquet"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(rows, path, keys)
        size = path.stat().st_size
    except OSError as error:
        path.unlink(missing_ok=True)
        raise LakeError(f"{folder}: cannot be written: {error.strerror or error}") from None
    bounds = {name: _bounds(rows, name) for name in keys}
    low, high = ({name: bounds[name][side] for name in keys} for side in (0, 1))
    columns = tuple(name for name in rows.column_names if name not in keys)
    return DataFile(path, partition, len(rows), size, columns, low, high)


def action(column: str, file: DataFile) -> AddAction:
    """What a log entry says of a file that lies in its partition's folder.

    Parameters
    ----------
    column : str
        The table's partition column.
    """
    from deltalake.transaction import AddAction

    stats = {
        "numRecords": file.rows,
        "minValues": file.low,
        "maxValues": file.high,
        "nullCount": dict.fromkeys(file.low, 0),
    }
    where = f"{file.path.parent.name}/{file.path.name}"
    return AddAction(where, file.size, {column: file.partition}, int(time.time() * 1000), True, json.dumps(stats))


def told(metadata: Mapping[str, Any]) -> dict[str, str]:
    """What a commit says of itself, as its log entry has it."""
    return {key: json.dumps(value) for key, value in metadata.items()}


def _bounds(rows: pa.Table, name: str) -> tuple[int | str, int | str]:
    import pyarrow as pa
    import pyarrow.compute as pc

    ends = pc.min_max(rows[name].cast(pa.int64())).as_py()
    low, high = ends["min"], ends["max"]
    # The log keeps milliseconds: a bound must not cut anything off.
    return (_iso(low // 1000 * 1000), _iso(-(-high // 1000) * 1000)) if name in STEPS[:-1] else (low, high)


def _iso(micros: int) -> str:
    return f"{from_micros(micros).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def _write(rows: pa.Table, path: Path, keys: Sequence[str]) -> None:
    """Write a Parquet file with the encodings of `store.writer_properties`, by pyarrow's names for them."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    floating = [field.name for field in rows.schema if pa.types.is_floating(field.type)]
    split = [name for name in floating if pc.count_distinct(rows[name].slice(0, ROW_GROUP)).as_py() >= FEW]
    steps = [name for name in rows.column_names if name in STEPS]
    pq.write_table(
        rows,
        path,
        row_group_size=ROW_GROUP,
        compression="zstd",
        compression_level=3,
        use_dictionary=[name for name in rows.column_names if name not in (*steps, *split)],
        column_encoding=dict.fromkeys(steps, "DELTA_BINARY_PACKED") | dict.fromkeys(split, "BYTE_STREAM_SPLIT"),
        write_statistics=list(keys),
    )
