"""Consumption over time: total, maximum demand, load factor."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from energy_workbench.analytics import load
from energy_workbench.analytics.buckets import consumed_column, elapsed_hours, energy_rows, known_hours
from energy_workbench.contract.results import Pattern
from energy_workbench.contract.rows.energy import PatternPoint
from energy_workbench.domain.apparent import SIDES
from energy_workbench.domain.entities import Meter


def demand_column(meter: Meter) -> str:
    """The demand that people mean by a meter's: of what it takes, or of what a producer produces."""
    return "demand_kw" if consumed_column(meter) == "energy_import_kwh" else "export_demand_kw"


def load_columns(meter: Meter) -> tuple[str, str, str, str]:
    """Of the lake's sums those that `load.Sums` is made of."""
    side = "import" if consumed_column(meter) == "energy_import_kwh" else "export"
    return f"block_{side}_kwh", f"{side}_blocks", f"greatest_{side}_kwh", f"{side}_hours"


def mean_power_factor(meter: Meter, buckets: Iterable[Mapping[str, Any]]) -> float | None:
    """Power factor of all buckets together: kWh ÷ kVAh [1]; None where it is not known.

    It is of what is imported: a producer that counts in its register of export has none.

    Parameters
    ----------
    buckets : iterable of mapping
        Buckets with the sums of `domain.apparent.SIDES`.
    """
    rows = list(buckets)
    active, apparent = (math.fsum(row[name] or 0.0 for row in rows) for name in SIDES)
    if apparent <= 0 or consumed_column(meter) != "energy_import_kwh":
        return None
    return round(min(active / apparent, 1.0), 6)


def pattern(
    meter: Meter,
    edges: Sequence[datetime],
    buckets: Sequence[Mapping[str, Any]],
    *,
    every: str,
    zone: ZoneInfo,
    now: datetime,
    peak: float | None = None,
    peak_at: datetime | None = None,
) -> Pattern:
    """The consumption of a meter.

    Parameters
    ----------
    edges : sequence of datetime
        n + 1 ascending edges of n buckets.
    buckets : sequence of mapping
        What the lake knows of them, with the demand of export.
    now : datetime
        Later buckets are not missing but have not been yet.
    peak, peak_at : float and datetime, optional
        The maximum demand of all of them [kW], and when it first was.
    """
    column, demand = consumed_column(meter), demand_column(meter)
    rows, peaks = energy_rows(edges, buckets, zone), {row["bucket"]: row[demand] for row in buckets}
    points: tuple[PatternPoint, ...] = tuple(
        {
            "start": row["start"],
            "energy_kwh": row[column],  # type: ignore[literal-required]
            "demand_kw": None if peaks.get(index) is None else round(peaks[index], 6),
            "quality": row["quality"],
            "completeness": row["completeness"],
        }
        for index, row in enumerate(rows)
    )
    total = total_of(points, "energy_kwh")
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
        **load.told(_sums(meter, buckets), total, peak, edges, now),
        reactive_kvarh=total_of(rows, "energy_reactive_kvarh"),
        power_factor=mean_power_factor(meter, buckets),
        completeness=round(known / elapsed, 4) if elapsed else 0.0,
        running=edges[-1] > now,
    )


def _sums(meter: Meter, buckets: Sequence[Mapping[str, Any]]) -> load.Sums:
    names = load_columns(meter)
    of = {name: [row[name] or 0 for row in buckets] for name in names}
    energy, blocks, greatest, hours = (of[name] for name in names)
    return load.Sums(math.fsum(energy), sum(blocks), max(greatest, default=0.0), math.fsum(hours))


def total_of(rows: Iterable[Mapping[str, Any]], column: str) -> float | None:
    """Sum of what is known; None where nothing is."""
    known = [row[column] for row in rows if row[column] is not None]
    return round(math.fsum(known), 6) if known else None
