"""Data files that no log entry names: readings that a damaged log has forgotten, or a commit that never came to be.

Each holds real readings. They are given to the table like an import, so that what it has is not stored twice;
upkeep removes them when they are old.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from energy_workbench.core import incidents
from energy_workbench.lake import digests, salvage, wide
from energy_workbench.lake.columns import KEYS

if TYPE_CHECKING:
    from energy_workbench.lake.lake import Lake


def adopt(lake: Lake, partition: str = "*", *, unproven: bool = False) -> int:
    """Store what the orphans of the readings table hold and the table lacks.

    Call it inside the table's `writer`.

    Parameters
    ----------
    partition : str
        Only of that day.
    unproven : bool
        Also take files of which it is not known how they looked when they were written. They were never made
        durable, as far as is known, and so never acknowledged: only where acknowledged readings are missing.

    Returns
    -------
    int
        Readings that were new.
    """
    table, book = lake.readings.path, digests.read(lake.readings.path)
    named = {Path(file.path) for file in lake.readings.snapshot().files}
    added = files = 0
    for path in sorted(table.glob(f"day={partition}/*.parquet")):
        if path in named or not (unproven or path in book.files or not book.whole):
            continue
        bad = digests.bad_spans(path, book.files[path]) if path in book.files else []
        found = salvage.rescued(path, bad, KEYS) if bad else salvage.readable(path)
        if found is not None:
            added += lake.store(
                wide.normalise(found.drop_columns([n for n in ("day",) if n in found.column_names]))
            ).added
        files += 1
    if added:
        incidents.record(lake.path, "lake", f"{files} forgotten files held {added} readings that {table} lacked")
    return added
