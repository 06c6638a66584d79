"""Consumption over time: total, maximum demand, load factor."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from energy_workbench.analytics.buckets import consumed_column, elapsed_hours, energy_rows, known_hours
from energy_workbench.core.entities import Meter
from energy_workbench.core.results import Pattern

WHOLE = 0.999
"""Completeness from which an interval counts as whole; the rest is rounding."""


def peak_names(meter: Meter) -> tuple[str, str]:
    """Columns of the demand that people mean by a meter's, and of when it was greatest."""
    return (
        ("demand_kw", "demand_at")
        if consumed_column(meter) == "energy_import_kwh"
        else ("export_demand_kw", "export_demand_at")
    )


def highest(meter: Meter, found: Iterable[Mapping[str, Any]]) -> tuple[float | None, datetime | None]:
    """The maximum demand of all buckets [kW] and when, the first of equal ones."""
    demand, at = peak_names(meter)
    peaks = [(row[demand], row[at]) for row in found if row[demand] is not None]
    return max(peaks, key=lambda peak: (peak[0], -peak[1].timestamp()), default=(None, None))


def mean_power_factor(found: Iterable[Mapping[str, Any]]) -> float | None:
    """Power factor of all buckets together: kWh ÷ kVAh [1]; None where it is not known.

    Parameters
    ----------
    found : iterable of mapping
        Buckets with `energy_reactive_kvarh`, `energy_apparent_kvah` and the active energies of the same intervals.
    """
    rows = list(found)
    for active, other in (
        ("active_of_apparent", "energy_apparent_kvah"),
        ("active_of_reactive", "energy_reactive_kvarh"),
    ):
        known = [row for row in rows if row[active] is not None and row[other] is not None]
        energy, beside = (math.fsum(row[name] for row in known) for name in (active, other))
        total = beside if other == "energy_apparent_kvah" else math.hypot(energy, beside)
        if total > 0:
            return round(min(energy / total, 1.0), 6)
    return None


def load_factor(energy_kwh: float | None, maximum_demand_kw: float | None, hours: float) -> float | None:
    """Energy ÷ (maximum demand × hours) [1]; None where it has no meaning."""
    if energy_kwh is None or not maximum_demand_kw or maximum_demand_kw <= 0 or hours <= 0:
        return None
    return round(energy_kwh / (maximum_demand_kw * hours), 4)


def pattern(
    meter: Meter,
    edges: Sequence[datetime],
    found: Sequence[Mapping[str, Any]],
    *,
    every: str,
    zone: ZoneInfo,
    now: datetime,
) -> Pattern:
    """The consumption of a meter.

    Parameters
    ----------
    edges : sequence of datetime
        n + 1 ascending edges of n buckets.
    found : sequence of mapping
        What the lake knows of them, with the peaks of demand and export.
    now : datetime
        Later buckets are not missing but have not been yet.
    """
    column, (demand, _) = consumed_column(meter), peak_names(meter)
    rows, peaks = energy_rows(edges, found, zone), {row["bucket"]: row[demand] for row in found}
    points = tuple(
        {
            "start": row["start"],
            "energy_kwh": row[column],
            "demand_kw": None if peaks.get(index) is None else round(peaks[index], 6),
            "quality": row["quality"],
            "completeness": row["completeness"],
        }
        for index, row in enumerate(rows)
    )
    total = total_of(points, "energy_kwh")
    peak, peak_at = highest(meter, found)
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
        reactive_kvarh=total_of(rows, "energy_reactive_kvarh"),
        power_factor=mean_power_factor(found),
        completeness=round(known / elapsed, 4) if elapsed else 0.0,
        running=edges[-1] > now,
    )


def total_of(rows: Iterable[Mapping[str, Any]], column: str) -> float | None:
    """Sum of what is known; None where nothing is."""
    known = [row[column] for row in rows if row[column] is not None]
    return round(math.fsum(known), 6) if known else None
