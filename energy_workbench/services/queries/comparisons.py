"""Energy of a meter beside that of an earlier period."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from energy_workbench.analytics import like_days
from energy_workbench.analytics.buckets import consumed_column
from energy_workbench.analytics.like_days import Hours, Part
from energy_workbench.contract import results
from energy_workbench.contract.rows.energy import ComparisonRow, PatternPoint
from energy_workbench.domain.entities import Meter
from energy_workbench.domain.errors import InputError, PeriodError, printable
from energy_workbench.domain.time import axis, period_text
from energy_workbench.domain.time.period import Period

if TYPE_CHECKING:
    from energy_workbench.lake import Reader

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
AGAINST = ("previous", "year")
LONGER = ("w", "mo", "y")
"""Units of buckets that hold more than one day."""

MOST_ROWS = 40_000
"""Rows of one comparison, those to come too: a year of 15 minutes."""


def earlier(span: Period, against: str, zone: ZoneInfo) -> Period:
    """The period that one is compared with.

    Raises
    ------
    InputError
        If there is no such comparison.
    """
    if against not in AGAINST:
        raise InputError(f"{against!r} is no comparison: {', '.join(AGAINST)}")
    try:
        return period_text.before(span, against, zone)
    except (OverflowError, ValueError):
        raise PeriodError(f"before {printable(span.text)!r} the calendar has no such time") from None


def check_rows(span: Period, every: str) -> None:
    """Refuse what would have too many rows, before one is cut.

    Raises
    ------
    PeriodError
        If a period makes too many of that resolution, or there is no such one.
    """
    if (span.end - span.start) / axis.longest(every) > MOST_ROWS:
        raise PeriodError(
            f"{printable(span.text)!r} every {every} makes more than {MOST_ROWS:,} rows to compare: "
            "ask for a longer `every`, or a shorter period"
        )


def parts(reader: Reader, meter: Meter, hours: Sequence[Hours], now: datetime) -> list[Part]:
    """What is known of a meter in hours that do not overlap, by one query."""
    if not hours:
        return []
    edges = sorted({edge for each in hours for edge in (each.start, each.end)})
    column, buckets = consumed_column(meter), reader.energy([meter.key], edges, now).to_pylist()
    known = {edges[row["bucket"]]: (row[column], row["completeness"] or 0.0) for row in buckets}
    return [Part(each.weekday, each.clock, *known.get(each.start, (None, 0.0))) for each in hours]


class Beside:
    """A meter's days in a period and in an earlier one.

    Parameters
    ----------
    now : datetime
        Later time has not been yet.
    """

    def __init__(
        self, reader: Reader, meter: Meter, span: Period, before: Period, *, zone: ZoneInfo, now: datetime
    ) -> None:
        self.span, self.before = span, before
        here, there = (
            known and like_days.telling(each, known, zone)
            for each in (span, before)
            for known in [reader.stored([meter.key], each)]
        )
        days = like_days.days_of(here, zone, now) if here else []
        self._days = _Told(days, parts(reader, meter, days, now))
        self._earlier: list[_Told] = []
        for clock in dict.fromkeys(each.clock for each in days):
            hours = like_days.like(there, clock, zone) if there else []
            self._earlier.append(_Told(hours, parts(reader, meter, hours, now)))

    def change(self, here: Period | None = None, there: Period | None = None) -> float | None:
        """Change by like days [%], of all or between a part of either time."""
        before = chain.from_iterable(each.within(there) for each in self._earlier)
        return _percent(like_days.change(self._days.within(here), before))


class _Told:
    """What is known of hours in order, that do not overlap."""

    def __init__(self, hours: Sequence[Hours], found: Sequence[Part]) -> None:
        self._starts, self._ends = [each.start for each in hours], [each.end for each in hours]
        self._found = found

    def within(self, span: Period | None) -> Sequence[Part]:
        """Of those that lie in a time."""
        if span is None:
            return self._found
        return self._found[bisect_left(self._starts, span.start) : bisect_right(self._ends, span.end)]


def compared(
    now: results.Pattern, before: results.Pattern, against: str, beside: Beside, *, zone: ZoneInfo, at: datetime
) -> results.Comparison:
    """Two patterns side by side.

    Parameters
    ----------
    beside : Beside
        The days of both.
    at : datetime
        Now.
    """
    mine, theirs = Buckets(now, beside.span, zone), Buckets(before, beside.before, zone)
    return results.Comparison(
        rows=tuple(_rows(mine, theirs, beside)),
        meter=now.meter,
        number=now.number,
        name=now.name,
        against=against,
        every=now.every,
        total_kwh=now.total_kwh,
        before_kwh=before.total_kwh,
        change_percent=beside.change(),
        totals_percent=_totals(now, before),
        days=period_text.elapsed_days(beside.span, zone, at),
        before_days=period_text.elapsed_days(beside.before, zone, at),
        shift_days=mine.shift(theirs) // DAY,
        completeness=now.completeness,
        before_completeness=before.completeness,
        start=now.start,
        end=now.end,
        before_start=before.start,
        before_end=before.end,
        timezone=now.timezone,
    )


class Buckets:
    """The buckets of a pattern, those to come too."""

    def __init__(self, found: results.Pattern, span: Period, zone: ZoneInfo) -> None:
        self.found, self.span = found, span
        self._edges = axis.edges(span, found.every, zone)
        self.clock = [edge.astimezone(zone).replace(tzinfo=None) for edge in self._edges]
        """What the site's clock shows at each edge."""

    def row(self, place: int) -> PatternPoint | None:
        """None of a bucket that is to come."""
        return self.found.rows[place] if place < len(self.found.rows) else None

    def over(self, place: int) -> bool:
        return place < len(self.found.rows) - self.found.running

    def bucket(self, place: int) -> Period:
        return Period(self._edges[place], self._edges[place + 1], "")

    def shift(self, earlier: Buckets) -> timedelta:
        """By how much earlier the buckets lie that those of a day or less are beside: whole weeks."""
        return max(round((self.clock[0] - earlier.clock[0]) / WEEK), 1) * WEEK


def _rows(mine: Buckets, theirs: Buckets, beside: Beside) -> Iterator[ComparisonRow]:
    """A row a bucket; beside a week or more the earlier one of the same place, beside less that of the same weekday."""
    longer, shift = mine.found.every.endswith(LONGER), mine.shift(theirs)
    places = {clock: place for place, clock in reversed([*enumerate(theirs.clock[:-1])])}
    for place, clock in enumerate(mine.clock[:-1]):
        other = place if longer else places.get(clock - shift)
        if other is None or other >= len(theirs.clock) - 1:
            yield _row(mine.row(place), None, None)
            continue
        former = theirs.row(other)
        change = None
        if mine.over(place) and longer:
            change = beside.change(mine.bucket(place), theirs.bucket(other))
        elif mine.over(place) and mine.clock[place + 1] - clock == theirs.clock[other + 1] - theirs.clock[other]:
            change = _percent(like_days.change([_part(mine.row(place))], [_part(former)]))
        yield _row(mine.row(place), former, change)


def _row(mine: PatternPoint | None, theirs: PatternPoint | None, change: float | None) -> ComparisonRow:
    """A bucket beside the other; None is one that is to come, or that there is not."""
    return {
        "start": mine and mine["start"],
        "energy_kwh": mine and mine["energy_kwh"],
        "quality": mine and mine["quality"],
        "completeness": mine and mine["completeness"],
        "before_start": theirs and theirs["start"],
        "before_kwh": theirs and theirs["energy_kwh"],
        "before_quality": theirs and theirs["quality"],
        "before_completeness": theirs and theirs["completeness"],
        "change_percent": change,
    }


def _part(row: PatternPoint | None) -> Part:
    """A bucket beside one that is like it."""
    return Part(0, (0, 0), row["energy_kwh"], row["completeness"]) if row else Part(0, (0, 0), None, 0.0)


def _totals(now: results.Pattern, before: results.Pattern) -> float | None:
    """Plain ratio of the totals [%]; None where the registers span too little of either time to call it a total."""
    spanned = min(now.mean_load_share, before.mean_load_share) >= like_days.MEASURED
    if not spanned or now.total_kwh is None or not before.total_kwh:
        return None
    return _percent(now.total_kwh / before.total_kwh - 1)


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 2)
