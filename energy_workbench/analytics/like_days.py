"""How an energy has changed against an earlier time, by like days: the one rule of all that print a change.

A Monday is compared with the mean of the earlier Mondays, so that neither the number of days nor where the weekends
fall makes a change. What was not measured changes nothing: a day counts where nearly all of it was.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from energy_workbench.domain.time.axis import INTERVAL, floor_interval
from energy_workbench.domain.time.period import Period, local_midnight

MEASURED = 0.95
"""Share of a day that is measured where it counts [1]."""

ENOUGH = 0.5
"""Share of the days of either time that count where a change is told [1]."""

DAY = 1440
"""Minutes of the site's clock from midnight to midnight, also where it changes."""

TICK = timedelta(microseconds=1)

Clock = tuple[int, int]
"""From and to on the site's clock [min after midnight]."""


@dataclass(frozen=True, slots=True)
class Hours:
    """A day of the site, or those hours of it that are compared.

    Attributes
    ----------
    start, end : datetime
        UTC, half-open.
    weekday : int
        0 is Monday.
    clock : Clock
        Only the same hours of other days are like them.
    """

    start: datetime
    end: datetime
    weekday: int
    clock: Clock


@dataclass(frozen=True, slots=True)
class Part:
    """What is known of hours: energy, or another amount that adds up, and which share was measured [0 to 1]."""

    weekday: int
    clock: Clock
    amount: float | None
    measured: float

    @property
    def counts(self) -> bool:
        """Whether enough of it is known."""
        return self.amount is not None and self.measured >= MEASURED


def change(now: Sequence[Part], before: Iterable[Part]) -> float | None:
    """Change by like days [1]: Σ of the days that count ÷ Σ of the earlier mean of the same weekday and hours − 1.

    Parameters
    ----------
    now : sequence of Part
        The days that have been; of the running one the hours that are over.
    before : iterable of Part
        Each earlier day, cut to the hours of each kind of day there is in `now`.

    Returns
    -------
    float or None
        None where fewer than half of the days of either time count, a weekday has no earlier day that counts, or
        nothing flowed then.
    """
    earlier = list(before)
    counting = [part for part in now if part.counts]
    if not counting or not _enough(now):
        return None
    for clock in {part.clock for part in counting}:
        if not _enough([part for part in earlier if part.clock == clock]):
            return None
    amounts: dict[tuple[int, Clock], list[float]] = {}
    for part in earlier:
        if part.counts and part.amount is not None:
            amounts.setdefault((part.weekday, part.clock), []).append(part.amount)
    means = {like: math.fsum(found) / len(found) for like, found in amounts.items()}
    if any((part.weekday, part.clock) not in means for part in counting):
        return None
    usual = math.fsum(means[part.weekday, part.clock] for part in counting)
    return math.fsum(part.amount or 0.0 for part in counting) / usual - 1 if usual > 0 else None


def _enough(parts: Sequence[Part]) -> bool:
    return bool(parts) and sum(part.counts for part in parts) >= ENOUGH * len(parts)


def telling(span: Period, known: Period, zone: ZoneInfo) -> Period:
    """The part of a time whose days tell how an energy has changed: the others alter nothing, however many they are.

    Days of which nothing is known do not count. Where a time, or a part of it, has more than twice as many of them in
    a row as there are days in all that may count, fewer than half count: how many more there are need not be known.

    Parameters
    ----------
    known : Period
        The part of it outside of which nothing is known.

    Returns
    -------
    Period
        Cut at midnights of the site.
    """
    room = 2 * (known.end - known.start) + timedelta(days=7)
    start, end = span.start, span.end
    if known.start - start > room:
        start = max(start, local_midnight((known.start - room).astimezone(zone).date(), zone))
    if end - known.end > room:
        end = min(end, local_midnight((known.end + room).astimezone(zone).date(), zone))
    return Period(start, end, span.text)


def days_of(span: Period, zone: ZoneInfo, now: datetime) -> list[Hours]:
    """The days of a period that have been, cut to it; of the running one the hours that are over."""
    until = span.end if span.end <= now else now.astimezone(zone).replace(minute=0, second=0, microsecond=0)
    # An interval belongs to the hours in which it begins, and only whole ones are compared.
    start, end = (floor_interval(edge).astimezone(zone) for edge in (span.start + INTERVAL - TICK, until))
    found = _hours(start.date(), end.date(), lambda day: (_minutes(start, day), _minutes(end, day)), zone)
    return [hours for hours in found if hours.start < hours.end]


def like(span: Period, clock: Clock, zone: ZoneInfo) -> list[Hours]:
    """The same hours of each day of an earlier period, where they lie in it."""
    first, last = (edge.astimezone(zone).date() for edge in (span.start, span.end))
    found = _hours(first, last, lambda _: clock, zone)
    return [hours for hours in found if span.start <= hours.start < hours.end <= span.end]


def _minutes(edge: datetime, day: date) -> int:
    """Where on the clock of a day an edge is: at its begin or end, where it is on another day."""
    if edge.date() != day:
        return 0 if edge.date() < day else DAY
    return edge.hour * 60 + edge.minute


def _hours(first: date, last: date, clock_of: Callable[[date], Clock], zone: ZoneInfo) -> Iterator[Hours]:
    """Those hours of each day; a day ends where the next one begins."""
    midnight = local_midnight(first, zone)
    for nth in range((last - first).days + 1):
        day = first + timedelta(days=nth)
        following, clock = local_midnight(day + timedelta(days=1), zone), clock_of(day)
        known = {0: midnight, DAY: following}
        start, end = (known.get(minutes) or _instant(day, minutes, zone) for minutes in clock)
        yield Hours(start, end, day.weekday(), clock)
        midnight = following


def _instant(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(*divmod(minutes, 60)), zone).astimezone(UTC)
