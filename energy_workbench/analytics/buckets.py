"""Rows of intervals by bucket of time; a bucket without data is a row of quality `missing`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, cast
from zoneinfo import ZoneInfo

from energy_workbench.contract.rows.energy import IntervalRow
from energy_workbench.domain.entities import Flow, Meter, ProductionRegister

VALUES = (
    "energy_import_kwh",
    "energy_export_kwh",
    "energy_reactive_kvarh",
    "energy_apparent_kvah",
    "demand_kw",
    "power_factor",
)


def energy_rows(
    edges: Sequence[datetime], rows: Iterable[Mapping[str, Any]], zone: ZoneInfo
) -> tuple[IntervalRow, ...]:
    """One row a bucket, in order.

    Parameters
    ----------
    edges : sequence of datetime
        n + 1 ascending edges of n buckets.
    rows : iterable of mapping
        What the lake knows: rows with `bucket` (its index) and the columns of an interval.

    Returns
    -------
    tuple of dict
        `start` (ISO, in the zone), energies [kWh, kvarh, kVAh], `demand_kw`, `power_factor`, `quality`,
        `completeness`; a bucket the lake has no row of is `missing`, its energy None and not zero.
    """
    known = {row["bucket"]: row for row in rows}
    return tuple(_row(edge.astimezone(zone).isoformat(), known.get(index, {})) for index, edge in enumerate(edges[:-1]))


def _row(start: str, known: Mapping[str, Any]) -> IntervalRow:
    values = {name: _rounded(known.get(name)) for name in VALUES}
    quality, completeness = known.get("quality") or "missing", round(known.get("completeness") or 0.0, 4)
    return cast(IntervalRow, {"start": start, **values, "quality": quality, "completeness": completeness})


def consumed_column(meter: Meter) -> str:
    """The energy that people mean by a meter's consumption: what it takes, or what a producer produces."""
    produced_in_export = meter.production_register is ProductionRegister.EXPORT
    return "energy_export_kwh" if meter.flow is Flow.PRODUCER and produced_in_export else "energy_import_kwh"


def other_column(meter: Meter) -> str:
    """The energy that goes through it the other way."""
    return "energy_import_kwh" if consumed_column(meter) == "energy_export_kwh" else "energy_export_kwh"


def elapsed_hours(edges: Sequence[datetime], until: datetime) -> list[float]:
    """What has been of each bucket up to an instant [h]: time after it is not missing."""
    return [max((min(end, until) - start).total_seconds(), 0.0) / 3600 for start, end in pairwise(edges)]


def known_hours(edges: Sequence[datetime], rows: Sequence[Mapping[str, Any]], until: datetime) -> float:
    """Time of which the energy is known closely [h]; `completeness` is told of the elapsed part of a bucket."""
    elapsed = elapsed_hours(edges, until)
    return sum(row["completeness"] * hours for row, hours in zip(rows, elapsed, strict=True))


def _rounded(value: float | None) -> float | None:
    # A tenth of a milliwatt-hour: far below any register, and short in JSON.
    return None if value is None or value != value else round(value, 7)
