"""Consumption over time: total, maximum demand, load factor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from energy_workbench.analytics.buckets import consumed_column, elapsed_hours, known_hours
from energy_workbench.core.entities import Meter
from energy_workbench.core.results import Pattern

WHOLE = 0.999
"""Completeness from which an interval counts as whole; the rest is rounding."""


def demands(meter: Meter, intervals: Sequence[Mapping[str, Any]]) -> list[tuple[datetime, float]]:
    """Demand of each 15-minute interval that is whole and actual: an estimate is no peak.

    Parameters
    ----------
    intervals : sequence of mapping
        Rows of the interval table, in time.

    Returns
    -------
    list of (datetime, float)
        Start and mean power [kW] of what the meter consumes, or of what a producer produces.
    """
    column = consumed_column(meter)
    if column == "energy_import_kwh":
        return [(row["start"], row["demand_kw"]) for row in intervals if row["demand_kw"] is not None]
    return [
        (row["start"], row[column] * 4)
        for row in intervals
        if row[column] is not None and row["quality"] == "actual" and row["completeness"] >= WHOLE
    ]


def load_factor(energy_kwh: float | None, maximum_demand_kw: float | None, hours: float) -> float | None:
    """Energy ÷ (maximum demand × hours) [1]; None where it has no meaning."""
    if energy_kwh is None or not maximum_demand_kw or maximum_demand_kw <= 0 or hours <= 0:
        return None
    return round(energy_kwh / (maximum_demand_kw * hours), 4)


def pattern(
    meter: Meter,
    edges: Sequence[datetime],
    rows: Sequence[Mapping[str, Any]],
    intervals: Sequence[Mapping[str, Any]],
    *,
    every: str,
    zone: ZoneInfo,
    now: datetime,
) -> Pattern:
    """The consumption of a meter.

    Parameters
    ----------
    edges, rows
        Buckets and their energy, as `energy_rows` gives it.
    intervals : sequence of mapping
        The 15-minute intervals of the same span, in time, for the demand.
    now : datetime
        Later buckets are not missing but have not been yet.
    """
    column = consumed_column(meter)
    demand = demands(meter, intervals)
    peaks = _peaks(edges, demand)
    points = tuple(
        {
            "start": row["start"],
            "energy_kwh": row[column],
            "demand_kw": peak,
            "quality": row["quality"],
            "completeness": row["completeness"],
        }
        for row, peak in zip(rows, peaks, strict=True)
    )
    energies = [point["energy_kwh"] for point in points if point["energy_kwh"] is not None]
    total = round(sum(energies), 6) if energies else None
    peak_at, peak = max(demand, key=lambda found: found[1], default=(None, None))
    elapsed = sum(elapsed_hours(edges, now))
    known = known_hours(edges, points, now)
    return Pattern(
        meter=meter.id,
        number=meter.number,
        name=meter.name,
        start=edges[0].astimezone(zone).isoformat(),
        end=edges[-1].astimezone(zone).isoformat(),
        every=every,
        timezone=zone.key,
        rows=points,
        total_kwh=total,
        peak_kw=None if peak is None else round(peak, 6),
        peak_at=None if peak_at is None else peak_at.astimezone(zone).isoformat(),
        load_factor=load_factor(total, peak, known),
        completeness=round(known / elapsed, 4) if elapsed else 0.0,
        running=edges[-1] > now,
    )


def _peaks(edges: Sequence[datetime], demand: Sequence[tuple[datetime, float]]) -> list[float | None]:
    """Highest demand of each bucket."""
    found: list[float | None] = [None] * (len(edges) - 1)
    bucket = 0
    for start, value in demand:
        while bucket < len(found) and start >= edges[bucket + 1]:
            bucket += 1
        if bucket < len(found) and start >= edges[bucket]:
            before = found[bucket]
            found[bucket] = round(value if before is None else max(before, value), 6)
    return found
