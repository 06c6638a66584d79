"""Schema of the table of intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


def interval_schema() -> pa.Schema:
    """Schema of the intervals table.

    `demand_kw` and `export_demand_kw` are null where the interval is no demand; `step_kwh` is the coarsest least
    increment of its counters, primary [kWh, kvarh, kVAh], null where that is not known; `covered` is the share of the
    interval between two readings of its counters of active energy, near or far from each other, without a break;
    `grain_minutes` is how far apart the furthest of those readings are whose difference is booked here [min], null
    where they are close: the energy of so long a time is measured, that of the interval a share of it. `edges` tells at
    which edges of the interval those registers are known where they are not close: 1 its start, 2 its end, 3 both.
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
            ("grain_minutes", pa.float32()),
            ("edges", pa.int8()),
            ("month", pa.string()),
        ]
    )
