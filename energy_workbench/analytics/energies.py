"""Energy, maximum demand, load factor and quality of many meters over a period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from energy_workbench.analytics import load
from energy_workbench.analytics.buckets import consumed_column, elapsed_hours
from energy_workbench.analytics.pattern import demand_column, load_columns, mean_power_factor
from energy_workbench.contract.rows.energy import EnergyRow
from energy_workbench.domain.apparent import SIDES
from energy_workbench.domain.entities import Meter
from energy_workbench.domain.intervals.quality import UNSURE
from energy_workbench.energy.metering_period import INTERVAL_MINUTES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

SUMS = (
    "energy_import_kwh", "energy_export_kwh", "energy_reactive_kvarh", "energy_apparent_kvah", *SIDES,
)  # fmt: skip
"""What is added up over the days [kWh, kvarh, kVAh]."""


def energies(
    meters: Sequence[Meter],
    edges: Sequence[datetime],
    by_day: Mapping[str, Array],
    *,
    zone: ZoneInfo,
    now: datetime,
    peak_at: Mapping[int, datetime],
    block_minutes: Mapping[int, int] | None = None,
) -> tuple[EnergyRow, ...]:
    """A row a meter.

    Parameters
    ----------
    meters : sequence of Meter
    edges : sequence of datetime
        Of the site's days that have begun.
    by_day : mapping of str to array, shape (n,)
        What the lake knows, by meter and day: `meter`, `bucket`, `SUMS` and the demands, NaN where unknown;
        `quality` and `completeness`.
    now : datetime
        Later time is not missing but has not been yet.
    peak_at : mapping of int to datetime
        By meter when its peak first was.
    block_minutes : mapping of int to int, optional
        By meter the length of the blocks of its demand, where that is not 15 minutes.
    """
    hours = np.array(elapsed_hours(edges, now))
    runs, none = _runs(by_day["meter"]), slice(0, 0)
    rows = []
    for meter in meters:
        days = {name: column[runs.get(meter.key, none)] for name, column in by_day.items()}
        at = peak_at.get(meter.key)
        peak_of = None if at is None else at.astimezone(zone).isoformat()
        row = _row(meter, days, hours, edges, now, peak_of)
        row["block_minutes"] = (block_minutes or {}).get(meter.key, row["block_minutes"])
        rows.append(row)
    return tuple(rows)


def peaks(meters: Sequence[Meter], by_day: Mapping[str, Array]) -> dict[str, dict[int, float]]:
    """By the column of its demand and the key of a meter the greatest [kW]; those without one are absent."""
    runs = _runs(by_day["meter"])
    known: dict[str, dict[int, float]] = {}
    for meter in meters:
        column = demand_column(meter)
        days = by_day[column][runs[meter.key]] if meter.key in runs else np.empty(0)
        if not np.isnan(days).all():
            known.setdefault(column, {})[meter.key] = float(np.nanmax(days))
    return known


def _runs(meter: Array) -> dict[int, slice]:
    """Where the rows of each meter are."""
    edges = np.flatnonzero(np.r_[True, meter[1:] != meter[:-1], True]) if len(meter) else np.empty(0, "int64")
    return {int(meter[low]): slice(low, high) for low, high in pairwise(edges.tolist())}


def _row(
    meter: Meter, days: Mapping[str, Array], hours: Array, edges: Sequence[datetime], now: datetime, peak_at: str | None
) -> EnergyRow:
    column, demand = consumed_column(meter), days[demand_column(meter)]
    sums = {name: _sum(days[name]) for name in SUMS}
    peak = None if np.isnan(demand).all() else round(float(np.nanmax(demand)), 6)
    known, elapsed = float(days["completeness"] @ hours[days["bucket"]]), float(hours.sum())
    quality, lacking = days["quality"], np.isnan(days[column])
    total = sums[column]
    return {
        "meter": meter.id,
        "number": meter.number,
        "name": meter.name,
        "type": str(meter.type),
        "energy_import_kwh": sums["energy_import_kwh"],
        "energy_export_kwh": sums["energy_export_kwh"],
        "energy_reactive_kvarh": sums["energy_reactive_kvarh"],
        "total_kwh": total,
        "peak_kw": peak,
        "peak_at": peak_at,
        "block_minutes": INTERVAL_MINUTES,
        **load.told(_loads(meter, days), total, peak, edges, now),
        "power_factor": mean_power_factor(meter, [sums]),
        "completeness": round(known / elapsed, 4) if elapsed else 0.0,
        "days": len(hours),
        "estimated_days": int(np.isin(quality, UNSURE).sum()),
        "missing_days": len(hours) - len(quality) + int(((quality == "missing") | lacking).sum()),
    }


def _loads(meter: Meter, days: Mapping[str, Array]) -> load.Sums:
    energy, blocks, greatest, hours = (np.nan_to_num(days[name]) for name in load_columns(meter))
    return load.Sums(float(energy.sum()), int(blocks.sum()), float(greatest.max(initial=0.0)), float(hours.sum()))


def _sum(values: Array) -> float | None:
    known = values[~np.isnan(values)]
    return round(float(known.sum()), 6) if len(known) else None
