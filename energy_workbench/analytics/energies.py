"""Energy, demand and quality of many meters over a period, each as its pattern would tell it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from energy_workbench.analytics.buckets import consumed_column, elapsed_hours, energy_rows, known_hours
from energy_workbench.analytics.pattern import highest, load_factor, mean_power_factor, total_of
from energy_workbench.core.entities import Meter


def energies(
    meters: Sequence[Meter],
    edges: Sequence[datetime],
    found: Iterable[Mapping[str, Any]],
    *,
    zone: ZoneInfo,
    now: datetime,
) -> tuple[dict[str, Any], ...]:
    """A row a meter.

    Parameters
    ----------
    meters : sequence of Meter
    edges : sequence of datetime
        Of the site's days that have begun.
    found : iterable of mapping
        What the lake knows of each meter and day, with the peaks of demand and export.
    now : datetime
        Later time is not missing but has not been yet.
    """
    by_meter: dict[int, list[Mapping[str, Any]]] = {}
    for row in found:
        by_meter.setdefault(row["meter"], []).append(row)
    return tuple(_row(meter, edges, by_meter.get(meter.key, []), zone, now) for meter in meters)


def _row(
    meter: Meter, edges: Sequence[datetime], found: Sequence[Mapping[str, Any]], zone: ZoneInfo, now: datetime
) -> dict[str, Any]:
    days = energy_rows(edges, found, zone)
    column = consumed_column(meter)
    total = total_of(days, column)
    peak, peak_at = highest(meter, found)
    elapsed, known = sum(elapsed_hours(edges, now)), known_hours(edges, days, now)
    return {
        "meter": meter.id,
        "number": meter.number,
        "name": meter.name,
        "type": str(meter.type),
        "energy_import_kwh": total_of(days, "energy_import_kwh"),
        "energy_export_kwh": total_of(days, "energy_export_kwh"),
        "energy_reactive_kvarh": total_of(days, "energy_reactive_kvarh"),
        "total_kwh": total,
        "peak_kw": None if peak is None else round(peak, 6),
        "peak_at": None if peak_at is None else peak_at.astimezone(zone).isoformat(),
        "load_factor": load_factor(total, peak, known),
        "power_factor": mean_power_factor(found),
        "completeness": round(known / elapsed, 4) if elapsed else 0.0,
        "days": len(days),
        "estimated_days": sum(day["quality"] in ("estimated", "edited") for day in days),
        "missing_days": sum(day["quality"] == "missing" or day[column] is None for day in days),
    }
