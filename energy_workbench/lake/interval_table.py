"""The table of intervals: its columns, and how its files are read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from energy_workbench.lake import duck

if TYPE_CHECKING:
    import pyarrow as pa

    from energy_workbench.lake.snapshot import Snapshot


NOTHING = "no_intervals"
"""By this name sources of intervals need `no_intervals()`."""


def interval_schema() -> pa.Schema:
    """Schema of the intervals table.

    `demand_kw` and `export_demand_kw` are null where the interval is no demand; `step_kwh` is the coarsest least
    increment of its counters, primary [kWh, kvarh, kVAh], null where that is not known; `covered` is the share of the
    interval between two readings of its counters of active energy, near or far from each other, without a break.
    """
    import pyarrow as pa

    numbers = ("energy_import_kwh", "energy_export_kwh", "energy_reactive_kvarh", "energy_apparent_kvah")
    return pa.schema(
        [
            ("meter", pa.int32()),
            ("start", pa.timestamp("us", "UTC")),
            *((name, pa.float64()) for name in (*numbers, "demand_kw", "power_factor")),
            ("quality", pa.string()),
            ("completeness", pa.float32()),
            ("export_demand_kw", pa.float64()),
            ("step_kwh", pa.float64()),
            ("covered", pa.float32()),
            ("month", pa.string()),
        ]
    )


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
    files = snapshot.select(low, high, meters)
    if not files:
        return NOTHING
    if set(no_intervals().column_names) <= set(snapshot.columns):
        return duck.scan(files)
    # Built by an earlier version and not anew yet: columns that came later have no values.
    return f"(SELECT * FROM {NOTHING} UNION ALL BY NAME SELECT * FROM {duck.scan(files)})"  # noqa: S608
