"""Parquet files of an import, by UTC day: written beside the table and added in one commit, all of them or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from energy_workbench.domain.time.clock import EPOCH
from energy_workbench.lake import arrow_readings
from energy_workbench.lake.columns import KEYS
from energy_workbench.lake.storage import data_files

if TYPE_CHECKING:
    import pyarrow as pa

    from energy_workbench.lake.storage.data_files import DataFile
    from energy_workbench.lake.storage.store import Store


def write(folder: Path, day: int, rows: pa.Table) -> DataFile:
    """Write sorted readings of one UTC day, counted since 1970.

    Raises
    ------
    LakeError
        If the disk refuses.
    """
    return data_files.write(folder, rows, f"{EPOCH + timedelta(days=day):%Y-%m-%d}", KEYS)


def commit(store: Store, files: Sequence[DataFile], metadata: Mapping[str, Any]) -> None:
    """Add the files to the table as one version, durably; call it inside `store.writer`.

    Raises
    ------
    LakeError
        If the disk refuses; the table is as before then.
    """
    import pyarrow as pa

    quantities = sorted({name for file in files for name in file.columns})
    store.widen(arrow_readings.schema(quantities).append(pa.field(store.partition, pa.date32())))
    store.swap([], files, metadata)
