"""Edges of the buckets of a period: by UTC arithmetic up to 15 minutes, by the site's clock above."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from energy_workbench.domain.errors import PeriodError, printable
from energy_workbench.domain.time.period import Period, local_midnight

INTERVAL = timedelta(minutes=15)
"""Length of an interval, the grain of every number people read."""

INTERVAL_MICROS = 900_000_000

LONGEST_DAYS = {"d": 1, "w": 7, "mo": 31, "y": 366}
"""Of a bucket, by its unit; without the hour of a clock change."""

MAX_EDGES = 400_000
TOO_LONG = f"the period makes more than {MAX_EDGES:,} rows: ask for a shorter one, or a longer resolution"


def floor_interval(instant: datetime) -> datetime:
    """Start of the interval that holds the instant (UTC quarters align in every zone in use)."""
    seconds = int(instant.timestamp())
    return datetime.fromtimestamp(seconds - seconds % 900, UTC)


def edges(period: Period, every: str, zone: ZoneInfo) -> list[datetime]:
    """Local edges of buckets that cover the period, first and last included.

    Parameters
    ----------
    every : str
        `15min` or any multiple of it that divides a day (`30min`, `1h`, `2h`, …), `1d`, `1w`, `1mo`, `1y`.
    zone : ZoneInfo
        Hours and longer are cut at local wall time: a day of a clock change has 23 or 25 hours.

    Returns
    -------
    list of datetime
        UTC, ascending, n + 1 edges for n buckets. The first and the last are those of the period,
        so a bucket that the period cuts is shorter.

    Raises
    ------
    PeriodError
        If `every` cannot be understood or would make more than `MAX_EDGES` buckets.
    """
    count, unit = _read(every)
    # Before they are counted one by one, which takes long.
    if (period.end - period.start) / longest(every) > MAX_EDGES:
        raise PeriodError(TOO_LONG)
    try:
        inner = _hours(period, count, zone) if unit == "min" else _days(period, count, unit, zone)
    except (OverflowError, ValueError):
        raise PeriodError(f"rows of {every} lead beyond the calendar") from None
    return [period.start, *(edge for edge in inner if period.start < edge < period.end), period.end]


def longest(every: str) -> timedelta:
    """How long a bucket of a resolution is at most, without the hour of a clock change.

    Raises
    ------
    PeriodError
        If it cannot be understood.
    """
    count, unit = _read(every)
    return timedelta(minutes=count) if unit == "min" else timedelta(days=count * LONGEST_DAYS[unit])


def _read(every: str) -> tuple[int, str]:
    """How many of which unit; hours are minutes."""
    match = re.fullmatch(r"(\d{1,3})(min|h|d|w|mo|y)", every)
    if not match or int(match[1]) == 0:
        raise PeriodError(f"cannot read the resolution {printable(every)!r}: write 15min, 30min, 1h, 1d, 1w, 1mo or 1y")
    count, unit = int(match[1]), match[2]
    if unit not in ("min", "h"):
        return count, unit
    minutes = count * (60 if unit == "h" else 1)
    if minutes % 15 or 1440 % minutes:
        raise PeriodError(f"a resolution of {minutes} minutes is not a multiple of 15 that divides a day")
    return minutes, "min"


def _hours(period: Period, minutes: int, zone: ZoneInfo) -> list[datetime]:
    step = timedelta(minutes=minutes)
    # Wall-clock alignment within each stretch of one UTC offset: edges are where local time is a multiple of the step.
    found: list[datetime] = []
    day = period.start.astimezone(zone).date()
    while (midnight := local_midnight(day, zone)) < period.end:
        following = local_midnight(day + timedelta(days=1), zone)
        edge = midnight
        while edge < following:
            found.append(edge)
            ahead = edge + step
            shift = (ahead.astimezone(zone).utcoffset() or timedelta()) - (
                edge.astimezone(zone).utcoffset() or timedelta()
            )
            # A bucket over a clock change keeps its wall-clock end, unless that would make it empty.
            if minutes > 60:
                edge = ahead - shift if ahead - shift > edge else ahead
            else:
                edge = _aligned(edge, ahead, step, zone)
        day += timedelta(days=1)
    return found


def _aligned(edge: datetime, ahead: datetime, step: timedelta, zone: ZoneInfo) -> datetime:
    """The next instant at which the clock begins another multiple of the step: some zones change by half an hour."""
    late = _past(ahead, step, zone)
    if not late:
        return ahead
    before = ahead - timedelta(seconds=1)
    begun, former = (each.astimezone(zone).replace(tzinfo=None) - _past(each, step, zone) for each in (ahead, before))
    if begun > former and _past(before, step, zone) > late:
        return ahead  # the clock skipped the multiple: what is left of its hour begins here
    back = ahead - late
    return back if back > edge and not _past(back, step, zone) else ahead + (step - late)


def _past(instant: datetime, step: timedelta, zone: ZoneInfo) -> timedelta:
    local = instant.astimezone(zone)
    return timedelta(hours=local.hour, minutes=local.minute, seconds=local.second) % step


def _days(period: Period, count: int, unit: str, zone: ZoneInfo) -> list[datetime]:
    first = period.start.astimezone(zone).date()
    if unit == "w":
        first -= timedelta(days=first.weekday())
    elif unit == "mo":
        first = first.replace(day=1)
    elif unit == "y":
        first = date(first.year, 1, 1)
    found: list[datetime] = []
    day = first
    while (edge := local_midnight(day, zone)) < period.end:
        found.append(edge)
        if len(found) > MAX_EDGES:
            raise PeriodError(TOO_LONG)
        if unit in ("d", "w"):
            day += timedelta(days=count * (7 if unit == "w" else 1))
        else:
            months = day.month - 1 + count * (12 if unit == "y" else 1)
            day = date(day.year + months // 12, months % 12 + 1, 1)
    return found
