"""Periods as text: a title for people, ISO for addresses and files, and the ones beside."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from energy_workbench.domain.errors import PeriodError
from energy_workbench.domain.time.period import Period, local_midnight

WEEK = timedelta(days=7)
YEAR = timedelta(days=364)
"""52 weeks."""


def span(period: Period, zone: ZoneInfo) -> str:
    """A period as a title: `October 2026`, `5 October 2026`, `1 – 15 October 2026`, or with times."""
    start, end = period.start.astimezone(zone), period.end.astimezone(zone)
    if (start.hour, start.minute, end.hour, end.minute) != (0, 0, 0, 0):
        return f"{start.day} {start:%b %Y %H:%M} – {end.day} {end:%b %Y %H:%M}"
    last = end - timedelta(hours=12)
    if start.day == 1 and end.day == 1:
        if (last.year, last.month) == (start.year, start.month):
            return f"{start:%B %Y}"
        if start.month == 1 and end.month == 1 and end.year == start.year + 1:
            return f"{start:%Y}"
    if last.date() == start.date():
        return f"{start.day} {start:%B %Y}"
    if (last.year, last.month) == (start.year, start.month):
        return f"{start.day} – {last.day} {start:%B %Y}"
    return f"{start.day} {start:%B %Y} – {last.day} {last:%B %Y}"


def iso(period: Period, zone: ZoneInfo) -> str:
    """A period that was given in words, as the same one in ISO: `2026-10`, `2026-10-05`, `2026-10-01/2026-10-15`."""
    start, end = period.start.astimezone(zone), period.end.astimezone(zone)
    if (start.hour, start.minute, end.hour, end.minute) != (0, 0, 0, 0):
        return f"{period.start.isoformat(timespec='seconds')}/{period.end.isoformat(timespec='seconds')}"
    last = end - timedelta(hours=12)
    if start.day == end.day == 1:
        if (last.year, last.month) == (start.year, start.month):
            return f"{start:%Y-%m}"
        if start.month == end.month == 1 and end.year == start.year + 1:
            return f"{start:%Y}"
    return f"{start:%Y-%m-%d}" if last.date() == start.date() else f"{start:%Y-%m-%d}/{last:%Y-%m-%d}"


def not_begun(start: datetime, now: datetime) -> str:
    """That a period lies in the future, in words; empty once it has begun.

    Parameters
    ----------
    start : datetime
        On the site's clock.
    """
    if start <= now:
        return ""
    at = f" at {start:%H:%M}" if start.time() != time() else ""
    return f"This period lies in the future: it begins on {start.day} {start:%B %Y}{at}, so nothing is known of it yet"


def beside(period: Period, by: int, zone: ZoneInfo) -> Period:
    """The period as long as this one that is so many of its lengths later, or earlier.

    A month or year of the calendar gives another; any other span moves by its own length on the site's clock.

    Parameters
    ----------
    by : int
        1 for the next, -1 for the one before.

    Raises
    ------
    PeriodError
        If the calendar ends there.
    """
    start, end = (edge.astimezone(zone).replace(tzinfo=None) for edge in (period.start, period.end))
    months = (end.year - start.year) * 12 + end.month - start.month
    try:
        if start.day == end.day == 1 and start.time() == end.time() == time() and months > 0:
            edges = [_months_later(edge, by * months) for edge in (start, end)]
        else:
            edges = [edge + by * (end - start) for edge in (start, end)]
        first, last = (_instant(edge, zone) for edge in edges)
    except (ValueError, OverflowError):
        raise PeriodError(f"there is no period beside {period.text!r}: the calendar ends there") from None
    moved = Period(first, last, "")
    return Period(first, last, iso(moved, zone))


def before(period: Period, against: str, zone: ZoneInfo) -> Period:
    """The earlier time that a period is compared with; never a part of the period itself.

    Parameters
    ----------
    against : str
        `previous`: the period just before it, a month before a month; of less than a week the same one 7 days earlier,
        so that weekdays agree. `year`: the same one 364 days earlier, for the same reason.

    Raises
    ------
    PeriodError
        If the calendar ends there.
    """
    start, end = _local(period.start, zone), _local(period.end, zone)
    if against != "year" and end - start >= WEEK:
        return beside(period, -1, zone)
    shift = YEAR if against == "year" else WEEK
    try:
        first, last = (_instant(edge - shift, zone) for edge in (start, end))
    except (ValueError, OverflowError):
        raise PeriodError(f"there is nothing before {period.text!r}: the calendar ends there") from None
    earlier = Period(first, min(last, period.start), "")
    return Period(earlier.start, earlier.end, iso(earlier, zone))


def elapsed_days(period: Period, zone: ZoneInfo, now: datetime) -> float:
    """How much of a period has been, by the site's clock: 31 days of October, whether or not the clock changed."""
    whole = (_local(period.end, zone) - _local(period.start, zone)) / timedelta(days=1)
    been = (min(now, period.end) - period.start) / (period.end - period.start)
    return round(whole * max(been, 0.0), 4)


def lengths(days: float, before_days: float) -> str:
    """How long two times are, in words: `31 and 30 days`, `9.5 and 24 h`."""
    if min(days, before_days) >= 1:
        return f"{round(days, 1):g} and {round(before_days, 1):g} days"
    return f"{round(24 * days, 1):g} and {round(24 * before_days, 1):g} h"


def _local(instant: datetime, zone: ZoneInfo) -> datetime:
    """What the site's clock shows."""
    return instant.astimezone(zone).replace(tzinfo=None)


def _months_later(edge: datetime, months: int) -> datetime:
    year, month = divmod(edge.year * 12 + edge.month - 1 + months, 12)
    return edge.replace(year=year, month=month + 1, day=min(edge.day, monthrange(year, month + 1)[1]))


def _instant(edge: datetime, zone: ZoneInfo) -> datetime:
    return local_midnight(edge.date(), zone) if edge.time() == time() else edge.replace(tzinfo=zone).astimezone(UTC)
