"""Readings of data files that no log entry names: of a damaged log, or of a commit that never came to be.

Each holds real readings. They are given to the table like an import, so that what it has is not stored twice;
upkeep removes them when they are old.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from energy_workbench.lake import arrow_readings
from energy_workbench.lake.columns import KEYS
from energy_workbench.lake.recovery import salvage
from energy_workbench.lake.storage import checksums

if TYPE_CHECKING:
    import pyarrow as pa

    from energy_workbench.lake.storage.store import Store


def held(table: Store, partition: str = "*", *, unproven: bool = False) -> Iterator[pa.Table]:
    """What the orphans of the readings table hold, file by file: some of it the table may have.

    Parameters
    ----------
    table : Store
        The lake's `readings`, whose `writer` the caller is.
    partition : str
        Only of that day.
    unproven : bool
        Also take files of which it is not known how they looked when they were written. They were never made
        durable, as far as is known, and so never acknowledged: only where acknowledged readings are missing.

    Yields
    ------
    pyarrow.Table
        Readings as `Lake.store` takes them; none of a file that holds nothing readable.
    """
    book = checksums.read(table.path)
    named = {Path(file.path) for file in table.snapshot().files}
    for path in sorted(table.path.glob(f"day={partition}/*.parquet")):
        if path in named or not (unproven or path in book.files or not book.whole):
            continue
        bad = checksums.bad_spans(path, book.files[path]) if path in book.files else []
        rows = salvage.rescued(path, bad, KEYS) if bad else salvage.readable(path)
        if rows is not None:
            if "day" in rows.column_names:
                rows = rows.drop_columns(["day"])
            yield arrow_readings.normalise(rows)
