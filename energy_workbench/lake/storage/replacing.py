"""Rows of some meters and a span replaced by others: which files give way, and how what stays is written.

Rows that come one after the other in time lie in files one after the other, so that a new minute of all meters costs
as much as it brings: what is replaced at the end of a table lies in its last, small files, and older ones stay.
Upkeep makes large ones of them (`lake/compaction.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from energy_workbench.lake.storage import data_files, duck

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from energy_workbench.lake.storage.data_files import DataFile
    from energy_workbench.lake.storage.snapshot import File
    from energy_workbench.lake.storage.store import Store

ROWS = 524_288
"""Rows of a file at most, whole meters but for one that has more: a meter's late readings rewrite one file a month."""

BESIDE = 1
"""What stays of a file is written with what comes while it is no more than this many times as much."""


def replace(
    store: Store, rows: pa.Table, meters: Sequence[int], start: int | None = None, end: int | None = None
) -> None:
    """Put rows in the place of all rows of meters in a span, in one durable commit; call it inside `store.writer`.

    Parameters
    ----------
    rows : pyarrow.Table
        Sorted by meter and time, with the partition's column.
    meters : sequence of int
        Keys, ascending.
    start, end : int, optional
        Half-open [µs since 1970]; None is no bound.

    Raises
    ------
    LakeError
        If it cannot be read or written; the table is as before then.
    """
    store.widen(rows.schema)
    snapshot = store.snapshot()
    chosen = set(snapshot.select(start, end, meters))
    removed: list[File] = []
    kept: dict[str, list[pa.Table]] = {}
    for file in snapshot.files:
        if file.path not in chosen:
            continue
        goes = _within(_read(file, store.keys), store.time, meters, start, end)
        if not goes.any():
            continue
        removed.append(file)
        if not goes.all():
            kept.setdefault(file.partition, []).append(_read(file).filter(~goes))
    added = list(_written(store, rows, kept))
    if removed or added:
        store.swap(removed, added)


def write_sorted(store: Store, partition: str, rows: pa.Table, name: str = data_files.PART) -> Iterator[DataFile]:
    """Write rows of a partition, sorted by meter and time and without its column, as files of whole meters.

    Parameters
    ----------
    name : str
        What the names of the files begin with.
    """
    meter = rows["meter"].to_numpy()
    at = 0
    while at < len(rows):
        until = min(at + ROWS, len(rows))
        if until < len(rows) and meter[until] == meter[until - 1]:
            first = int(np.searchsorted(meter, meter[until]))
            until = first if first > at else int(np.searchsorted(meter, meter[until], "right"))
        yield data_files.write(store.folder(partition), rows.slice(at, until - at), partition, store.keys, name)
        at = until


def _written(store: Store, rows: pa.Table, kept: Mapping[str, Sequence[pa.Table]]) -> Iterator[DataFile]:
    """Files of what comes and of what stays, by partition."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for partition in sorted({*pc.unique(rows[store.partition]).to_pylist(), *kept}):
        comes = rows.filter(pc.equal(rows[store.partition], partition)).drop_columns([store.partition])
        stays = [_typed(table, comes.schema) for table in kept.get(partition, ())]
        if sum(map(len, stays)) <= BESIDE * len(comes):
            together = pa.concat_tables([comes, *stays])
            order = [(name, "ascending") for name in store.keys]
            yield from write_sorted(store, partition, together.sort_by(order) if stays else together)
            continue
        for table in (*stays, comes):
            yield from write_sorted(store, partition, table)


def _read(file: File, columns: Sequence[str] | None = None) -> pa.Table:
    import pyarrow.parquet as pq

    with duck.lake_errors(file.path), pq.ParquetFile(file.path) as opened:
        return opened.read(None if columns is None else list(columns))


def _within(rows: pa.Table, time: str, meters: Sequence[int], start: int | None, end: int | None) -> NDArray[np.bool_]:
    """Which rows are of these meters and that span."""
    meter = rows["meter"].to_numpy()
    instant = rows[time].cast("int64").to_numpy()
    within: NDArray[np.bool_] = np.isin(meter, np.asarray(meters, meter.dtype))
    if start is not None:
        within &= instant >= start
    if end is not None:
        within &= instant < end
    return within


def _typed(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """Rows with the columns of a schema; those of an earlier version may lack some."""
    import pyarrow as pa

    columns = [
        rows[field.name].cast(field.type) if field.name in rows.column_names else pa.nulls(len(rows), field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)
