"""How a meter's load is spread, and how it compares with another time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import zip_longest
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from energy_workbench.analytics import load_shape
from energy_workbench.answers.series import series
from energy_workbench.core import results
from energy_workbench.core.entities import Meter
from energy_workbench.core.errors import InputError
from energy_workbench.core.period import Period, local_midnight

if TYPE_CHECKING:
    from energy_workbench.lake import Reader

SHAPES = ("weekday-hour", "hour", "duration", "shift")
AGAINST = ("previous", "year")


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
    found = series(reader, meter, span)
    kw = found.energy * 4
    demand = load_shape.certain(kw, found.step)
    times = load_shape.LocalTimes(found.start, len(kw), zone)
    rows: list[dict[str, Any]]
    if by == "weekday-hour":
        rows = load_shape.heat_map(kw, demand, times)
    elif by == "hour":
        rows = load_shape.typical_day(kw, times)
    elif by == "duration":
        rows = load_shape.load_duration(kw)
    else:
        rows = load_shape.by_shift(kw, demand, times, load_shape.parse_shifts(shifts or load_shape.SHIFTS))
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
        base_kw=load_shape.base_load(kw),
        completeness=round(len(known) / len(kw), 4) if len(kw) else 0.0,
        start=span.start.astimezone(zone).isoformat(),
        end=span.end.astimezone(zone).isoformat(),
        timezone=zone.key,
    )


def earlier(span: Period, against: str, zone: ZoneInfo) -> Period:
    """The period that one is compared with, as long on the site's calendar.

    Parameters
    ----------
    against : str
        `previous`: the period just before it, a month before a month; `year`: the same one a year earlier.

    Raises
    ------
    InputError
        If there is no such comparison.
    """
    if against not in AGAINST:
        raise InputError(f"{against!r} is no comparison: {', '.join(AGAINST)}")
    start, end = span.start.astimezone(zone), span.end.astimezone(zone)
    if against == "year":
        return Period(_moved(start, zone, 12), _moved(end, zone, 12), f"a year before {span.text}")
    months = (end.year - start.year) * 12 + end.month - start.month
    whole_months = months > 0 and start.day == end.day == 1 and _is_midnight(start) and _is_midnight(end)
    if whole_months:
        return Period(_moved(start, zone, months), span.start, f"before {span.text}")
    length = end.replace(tzinfo=None) - start.replace(tzinfo=None)
    before = (start.replace(tzinfo=None) - length).replace(tzinfo=zone).astimezone(UTC)
    return Period(before, span.start, f"before {span.text}")


def compared(now: results.Pattern, before: results.Pattern, against: str) -> results.Comparison:
    """Two patterns side by side, bucket by bucket; only buckets that are over and that both know are compared."""
    rows = []
    both_now = both_before = 0.0
    for index, (mine, theirs) in enumerate(zip_longest(now.rows, before.rows, fillvalue=_NO_BUCKET)):
        energy, former = mine["energy_kwh"], theirs["energy_kwh"]
        over = not (now.running and index == len(now.rows) - 1)
        if over and energy is not None and former is not None:
            both_now, both_before = both_now + energy, both_before + former
        rows.append(
            {
                "start": mine["start"],
                "energy_kwh": energy,
                "quality": mine["quality"],
                "completeness": mine["completeness"],
                "before_start": theirs["start"],
                "before_kwh": former,
                "before_quality": theirs["quality"],
                "before_completeness": theirs["completeness"],
                "change_percent": _percent(energy, former) if over else None,
            }
        )
    return results.Comparison(
        rows=tuple(rows),
        meter=now.meter,
        number=now.number,
        name=now.name,
        against=against,
        every=now.every,
        total_kwh=now.total_kwh,
        before_kwh=before.total_kwh,
        change_percent=_percent(both_now or None, both_before or None),
        completeness=now.completeness,
        before_completeness=before.completeness,
        start=now.start,
        end=now.end,
        before_start=before.start,
        before_end=before.end,
        timezone=now.timezone,
    )


_NO_BUCKET: dict[str, Any] = dict.fromkeys(("start", "energy_kwh", "quality", "completeness"))
"""Where one of two periods is longer."""


def _percent(value: float | None, before: float | None) -> float | None:
    return None if value is None or not before else round(100 * (value / before - 1), 2)


def _is_midnight(local: datetime) -> bool:
    return not (local.hour or local.minute or local.second or local.microsecond)


def _moved(local: datetime, zone: ZoneInfo, months: int) -> datetime:
    """The same time on the calendar some months earlier; the last day of a month that is shorter."""
    count = local.year * 12 + local.month - 1 - months
    year, month = divmod(count, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = (following - timedelta(days=1)).day
    day = date(year, month + 1, min(local.day, last))
    if _is_midnight(local):
        return local_midnight(day, zone)
    return datetime.combine(day, local.time(), zone).astimezone(UTC)
