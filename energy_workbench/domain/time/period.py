"""Periods as people write them: ISO (`2026-10`, `2026-W41`, `2026-Q4`, `a/b`) or words (`last 7 days`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from energy_workbench.domain.errors import PeriodError, printable

HELP = (
    "write a year (2026), quarter (2026-Q4), month (2026-10), week (2026-W41), day (2026-10-05), "
    "range (2026-10-01/2026-10-15), or today, yesterday, this week, last week, this month, last month, this year, "
    "last 7 days, last 24 hours"
)


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open span of time.

    Attributes
    ----------
    start, end : datetime
        UTC; `end` is not part of it.
    text : str
        As the user wrote it.
    """

    start: datetime
    end: datetime
    text: str

    @property
    def hours(self) -> float:
        """Elapsed length [h]; a day may have 23 or 25."""
        return (self.end - self.start).total_seconds() / 3600

    def slug(self) -> str:
        """The period as a part of a file name."""
        return re.sub(r"[^0-9A-Za-z-]+", "_", self.text.strip())


def zone_of(name: str) -> ZoneInfo:
    """The IANA zone of that name.

    Raises
    ------
    PeriodError
        If there is none.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise PeriodError(f"there is no time zone {name!r}: use an IANA name, such as Asia/Kolkata") from None


def local_midnight(day: date, zone: tzinfo) -> datetime:
    """The UTC instant at which that local day begins.

    Where a clock change skips midnight, the first instant that exists; where it repeats it, the first.
    """
    local = datetime.combine(day, time(), zone)
    as_utc = local.astimezone(UTC)
    if as_utc.astimezone(zone).utcoffset() != local.utcoffset():
        before = (as_utc - timedelta(hours=3)).astimezone(zone).utcoffset() or timedelta()
        after = (as_utc + timedelta(hours=3)).astimezone(zone).utcoffset() or timedelta()
        naive = datetime.combine(day, time(), UTC)
        as_utc = naive - max(before, after) + (abs(after - before))
    return as_utc


def parse_period(text: str, zone: ZoneInfo, now: datetime) -> Period:
    """Understand a period.

    Parameters
    ----------
    text : str
        ISO or words; see `HELP`. A range may also be of instants (`2026-10-01T06:00/2026-10-01T14:00`);
        times without an offset are the site's.
    zone : ZoneInfo
        The site's zone, in which days, weeks and months are cut.
    now : datetime
        What "today" refers to, aware.

    Raises
    ------
    PeriodError
        If it cannot be understood, or ends before it starts.
    """
    try:
        return _parsed(text, zone, now)
    except OverflowError:
        raise PeriodError(f"the period {printable(text)!r} is beyond the calendar") from None


def _parsed(text: str, zone: ZoneInfo, now: datetime) -> Period:
    words = " ".join(text.strip().lower().split())
    today = now.astimezone(zone).date()
    span = _words(words, today) or _iso(text.strip())
    if span:
        start, end = (local_midnight(day, zone) for day in span)
    elif match := re.fullmatch(r"last (\d{1,5}) hours?", words):
        start, end = now - timedelta(hours=int(match[1])), now
    elif "/" in text:
        first, _, last = (part.strip() for part in text.partition("/"))
        start, end = _edge(first, zone, last=False), _edge(last, zone, last=True)
    else:
        raise PeriodError(f"cannot read the period {text!r}: {HELP}")
    if end <= start:
        raise PeriodError(f"the period {text!r} ends before it starts")
    return Period(start.astimezone(UTC), end.astimezone(UTC), text.strip())


def parse_instant(text: str, zone: ZoneInfo) -> datetime:
    """The UTC instant of an ISO text; without an offset it is the site's time.

    Raises
    ------
    PeriodError
        If it is no ISO instant, or does not exist or exists twice in the zone.
    """
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise PeriodError(f"{text!r} is no ISO 8601 time, such as 2026-10-05T14:30:00+05:30") from None
    if not 2 <= instant.year <= 9998:
        raise PeriodError(f"{text!r} is beyond the calendar")
    if instant.tzinfo is not None:
        return instant.astimezone(UTC)
    early, late = (instant.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if early.utcoffset() != late.utcoffset():
        exists = early.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == instant
        what = "is ambiguous (the clock shows it twice)" if exists else "does not exist (the clock skips it)"
        raise PeriodError(f"{text!r} {what} in {zone.key}: write it with an offset")
    return early.astimezone(UTC)


def beginning(text: str, zone: ZoneInfo) -> datetime:
    """The UTC instant of an ISO text, of a day, week, month or year its first; without an offset it is the site's time.

    Raises
    ------
    PeriodError
        As `parse_instant`.
    """
    return _edge(text.strip(), zone, last=False)


def between(first: str, last: str, zone: ZoneInfo) -> Period:
    """From the `beginning` of a text to that of another, which is not part of it.

    Raises
    ------
    PeriodError
        If it is empty, or one of them no instant.
    """
    start, end = beginning(first, zone), beginning(last, zone)
    if end == start:
        raise PeriodError(
            f"from {printable(first)} to {printable(last)} is no time: its end is not part of it, and a date is its "
            f"first instant; give a later end, or the period {printable(last)}"
        )
    if end < start:
        raise PeriodError(f"from {printable(first)} to {printable(last)} ends before it starts")
    return Period(start, end, f"{start.isoformat()}/{end.isoformat()}")


def _edge(text: str, zone: ZoneInfo, *, last: bool) -> datetime:
    """One side of a range; a day, month or year as its last side is included."""
    if span := _iso(text):
        try:
            return local_midnight(span[1] if last else span[0], zone)
        except OverflowError:
            raise PeriodError(f"{printable(text)!r} is beyond the calendar") from None
    return parse_instant(text, zone)


def _first_of_month(year: int, month: int) -> date:
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def _words(words: str, today: date) -> tuple[date, date] | None:
    day = timedelta(days=1)
    monday = today - today.weekday() * day
    month = today.replace(day=1)
    fixed = {
        "today": (today, today + day),
        "yesterday": (today - day, today),
        "this week": (monday, monday + 7 * day),
        "last week": (monday - 7 * day, monday),
        "this month": (month, _first_of_month(today.year, today.month + 1)),
        "last month": (_first_of_month(today.year, today.month - 1), month),
        "this year": (date(today.year, 1, 1), date(today.year + 1, 1, 1)),
        "last year": (date(today.year - 1, 1, 1), date(today.year, 1, 1)),
    }
    if words in fixed:
        return fixed[words]
    if match := re.fullmatch(r"last (\d{1,5}) days?", words):
        return today - (int(match[1]) - 1) * day, today + day
    if match := re.fullmatch(r"last (\d{1,4}) weeks?", words):
        return monday - (int(match[1]) - 1) * 7 * day, monday + 7 * day
    if match := re.fullmatch(r"last (\d{1,4}) months?", words):
        return _first_of_month(today.year, today.month - int(match[1]) + 1), _first_of_month(
            today.year, today.month + 1
        )
    return None


def _iso(text: str) -> tuple[date, date] | None:
    try:
        if re.fullmatch(r"\d{4}", text):
            return date(int(text), 1, 1), date(int(text) + 1, 1, 1)
        if match := re.fullmatch(r"(\d{4})-(\d{2})", text):
            first = date(int(match[1]), int(match[2]), 1)
            return first, _first_of_month(first.year, first.month + 1)
        if match := re.fullmatch(r"(\d{4})-?[Qq]([1-4])", text):
            first = date(int(match[1]), 3 * int(match[2]) - 2, 1)
            return first, _first_of_month(first.year, first.month + 3)
        if match := re.fullmatch(r"(\d{4})-W(\d{2})", text):
            monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
            return monday, monday + timedelta(days=7)
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            day = date.fromisoformat(text)
            return day, day + timedelta(days=1)
    except (ValueError, OverflowError) as error:
        raise PeriodError(f"there is no such date as {text!r}: {error}") from None
    return None
