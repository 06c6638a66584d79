"""Parquet files of an import, by UTC day: written beside the table and added in one commit, all of them or none."""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from energy_workbench.domain.errors import LakeError
from energy_workbench.domain.time.clock import EPOCH, from_micros
from energy_workbench.lake import arrow_readings
from energy_workbench.lake.columns import KEYS
from energy_workbench.lake.storage.failpoints import failpoint

if TYPE_CHECKING:
    import pyarrow as pa

    from energy_workbench.lake.storage.store import Store


class DayFile(NamedTuple):
    """A written file of one day's new readings.

    Attributes
    ----------
    day : int
        Since 1970, UTC.
    path : Path
        Where it waits.
    rows, size : int
    quantities : tuple of str
    low, high : dict of str to int or str
        Least and greatest of the key columns, as the table's log tells them.
    """

    day: int
    path: Path
    rows: int
    size: int
    quantities: tuple[str, ...]
    low: dict[str, int | str]
    high: dict[str, int | str]


def write(folder: Path, day: int, rows: pa.Table) -> DayFile:
    """Write sorted readings of one day.

    Raises
    ------
    LakeError
        If the disk refuses.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    path = folder / f"part-{secrets.token_hex(16)}.parquet"
    try:
        _write(rows, path)
        size = path.stat().st_size
    except OSError as error:
        raise LakeError(f"{folder}: cannot be written: {error.strerror or error}") from None
    bounds = {name: pc.min_max(rows[name].cast(pa.int64())).as_py() for name in KEYS}
    low, high = ({name: bounds[name][end] for name in KEYS} for end in ("min", "max"))
    # The log keeps milliseconds: a bound must not cut anything off.
    low["slot"], high["slot"] = _iso(low["slot"] // 1000 * 1000), _iso(-(-high["slot"] // 1000) * 1000)
    quantities = tuple(name for name in rows.column_names if name not in KEYS)
    return DayFile(day, path, len(rows), size, quantities, low, high)


def commit(store: Store, files: Sequence[DayFile], metadata: Mapping[str, Any]) -> None:
    """Add the files to the table as one version, durably; call it inside `store.writer`.

    Raises
    ------
    LakeError
        If the disk refuses; the table is as before then.
    """
    from deltalake import CommitProperties, PostCommitHookProperties
    from deltalake.exceptions import DeltaError

    _make_columns(store, sorted({name for file in files for name in file.quantities}))
    moved: list[Path] = []
    try:
        actions = []
        for file in files:
            target = store.path / f"day={_date(file.day)}" / file.path.name
            target.parent.mkdir(exist_ok=True)
            os.replace(file.path, target)
            moved.append(target)
            actions.append(_action(store, file, target))
        table = store.open()
        failpoint("lake.write.before")
        table.create_write_transaction(
            actions,
            "append",
            table.schema(),
            [store.partition],
            commit_properties=CommitProperties(custom_metadata={k: json.dumps(v) for k, v in metadata.items()}),
            post_commithook_properties=PostCommitHookProperties(cleanup_expired_logs=False),
        )
        failpoint("lake.write.after")
    except (DeltaError, OSError) as error:
        for path in moved:
            path.unlink(missing_ok=True)
        raise LakeError(f"the table {store.path} cannot be written: {error}") from None
    store.harden()


def _make_columns(store: Store, quantities: Sequence[str]) -> None:
    """Let the table have these columns, and be there at all."""
    import pyarrow as pa

    stored = store.snapshot()
    if stored.version < 0 or not set(quantities) <= set(stored.columns):
        schema = arrow_readings.schema(quantities).append(pa.field(store.partition, pa.date32()))
        store.write(schema.empty_table(), metadata={"job": "columns"})


def _action(store: Store, file: DayFile, path: Path) -> Any:
    from deltalake.transaction import AddAction

    stats = {
        "numRecords": file.rows,
        "minValues": file.low,
        "maxValues": file.high,
        "nullCount": dict.fromkeys(KEYS, 0),
    }
    return AddAction(
        f"{path.parent.name}/{path.name}",
        file.size,
        {store.partition: _date(file.day)},
        int(time.time() * 1000),
        True,
        json.dumps(stats),
    )


def _write(rows: pa.Table, path: Path) -> None:
    """Write a Parquet file with the encodings of `store.writer_properties`, by pyarrow's names for them."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    from energy_workbench.lake.storage.store import FEW, ROW_GROUP

    steps = ("slot", "offset_ms")
    values = [name for name in rows.column_names if name not in KEYS]
    few = [name for name in values if pc.count_distinct(rows[name].slice(0, ROW_GROUP)).as_py() < FEW]
    pq.write_table(
        rows,
        path,
        row_group_size=ROW_GROUP,
        compression="zstd",
        compression_level=3,
        use_dictionary=["meter", *few],
        column_encoding=dict.fromkeys(steps, "DELTA_BINARY_PACKED")
        | {name: "BYTE_STREAM_SPLIT" for name in values if name not in few},
        write_statistics=list(KEYS),
    )


def _iso(micros: int) -> str:
    return f"{from_micros(micros).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def _date(day: int) -> str:
    return f"{EPOCH + timedelta(days=day):%Y-%m-%d}"
