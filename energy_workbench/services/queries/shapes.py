"""Load shape of a meter over a period."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from energy_workbench.analytics import load_shape
from energy_workbench.contract import results
from energy_workbench.contract.rows.energy import LoadShapeRow
from energy_workbench.domain.entities import Flow, Meter
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.time.period import Period
from energy_workbench.energy.metering_period import LONGEST_DEMAND
from energy_workbench.runtime.settings.shifts import SHIFTS, parse_shifts
from energy_workbench.services.queries.series import series

if TYPE_CHECKING:
    from energy_workbench.lake import Reader

SHAPES = ("weekday-hour", "hour", "duration", "shift")


def load_shape_of(
    reader: Reader, meter: Meter, span: Period, by: str, *, shifts: str | None, zone: ZoneInfo
) -> results.LoadShape:
    """The shape of a load.

    Raises
    ------
    InputError
        If there is no such shape, or the shifts cannot be understood.
    """
    if by not in SHAPES:
        raise InputError(f"a pattern cannot be shown by {by!r}: day, week, month, {', '.join(SHAPES)}")
    load = series(reader, meter, span, LONGEST_DEMAND)
    kw = load.energy * 4
    demand = load_shape.certain(kw, load.step)
    times = load_shape.LocalTimes(load.start, len(kw), zone)
    rows: Sequence[LoadShapeRow]
    if by == "weekday-hour":
        rows = load_shape.heat_map(kw, demand, times)
    elif by == "hour":
        rows = load_shape.typical_day(kw, times)
    elif by == "duration":
        rows = load_shape.load_duration(kw)
    else:
        rows = load_shape.by_shift(kw, demand, times, parse_shifts(shifts or SHIFTS))
    base = load_shape.base_load(kw, load.other * 4, producer=meter.flow is Flow.PRODUCER)
    known, peaks = kw[kw == kw], demand[demand == demand]
    return results.LoadShape(
        rows=tuple(rows),
        by=by,
        meter=meter.id,
        number=meter.number,
        name=meter.name,
        energy_kwh=round(float(known.sum()) / 4, 6) if len(known) else None,
        mean_kw=round(float(known.mean()), 6) if len(known) else None,
        maximum_kw=round(float(peaks.max()), 6) if len(peaks) else None,
        base_kw=base.kw,
        base_reason=base.reason,
        completeness=round(len(known) / len(kw), 4) if len(kw) else 0.0,
        start=span.start.astimezone(zone).isoformat(),
        end=span.end.astimezone(zone).isoformat(),
        timezone=zone.key,
    )
