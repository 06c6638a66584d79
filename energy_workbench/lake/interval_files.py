"""SQL of the interval table: its files of a span, and the condition that picks meters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from energy_workbench.energy.interval_schema import interval_schema
from energy_workbench.lake.storage import duck

if TYPE_CHECKING:
    import pyarrow as pa

    from energy_workbench.lake.storage.snapshot import Snapshot


NOTHING = "no_intervals"
"""By this name sources of intervals need `no_intervals()`."""


def no_intervals() -> pa.Table:
    """An empty table of intervals."""
    return interval_schema().empty_table().drop_columns(["month"])


def of_meters(keys: Sequence[int]) -> str:
    """SQL of the condition that picks these meters, ascending: so that row groups of others are left alone unread."""
    if not keys:
        return "false"
    if len(keys) == 1:
        return f"meter = {keys[0]}"
    bounds = f"meter BETWEEN {keys[0]} AND {keys[-1]}"
    dense = keys[-1] - keys[0] == len(keys) - 1
    return bounds if dense else f"{bounds} AND meter IN ({', '.join(map(str, keys))})"


def interval_source(
    snapshot: Snapshot, low: int | None = None, high: int | None = None, meters: Iterable[int] | None = None
) -> str:
    """SQL of a relation with the intervals of a span [µs since 1970] and of these meters, and maybe more."""
    return source_of(snapshot, snapshot.select(low, high, meters))


def source_of(snapshot: Snapshot, files: Sequence[str]) -> str:
    """SQL of a relation with the intervals of files of the table."""
    if not files:
        return NOTHING
    if set(no_intervals().column_names) <= set(snapshot.columns):
        return duck.scan(files)
    # Built by an earlier version and not anew yet: columns that came later have no values.
    return f"(SELECT * FROM {NOTHING} UNION ALL BY NAME SELECT * FROM {duck.scan(files)})"  # noqa: S608
