"""Tables of 12 months × 24 hours as windows of seasons, weekdays and hours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from energy_workbench.domain.tariffs.calendar_words import WEEKDAYS, DaySpan, Hours
from energy_workbench.domain.tariffs.schedule import Clause, Window

Matrix = tuple[tuple[int, ...], ...]
Seasons = Mapping[str, tuple[int, ...]]
"""Calendar months of each season."""

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LAST: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DAYS: Final = (WEEKDAYS[:5], WEEKDAYS[5:])

SEASONS: Final[Seasons] = {name: (number,) for number, name in enumerate(_MONTHS, start=1)}
"""Each month is a season of its own: tables of energy and of demand may group them differently."""


def as_windows(weekday: Matrix, weekend: Matrix) -> tuple[dict[str, Window], Seasons]:
    """A window for each period that occurs (`period 0`, …), and the seasons that they are told in."""
    found: dict[int, list[Clause]] = {}
    for months, days, row in _alike(weekday, weekend):
        for period in sorted(set(row)):
            hours = tuple(_stretches(row, period))
            names = tuple(_MONTHS[month] for month in months) if len(months) < 12 else ()
            found.setdefault(period, []).append(Clause(seasons=names, days=days, hours=hours))
    return {f"period {period}": Window(tuple(found[period])) for period in sorted(found)}, SEASONS


def month_windows(periods: Sequence[Decimal]) -> tuple[dict[str, Window], Seasons]:
    """The same of a list of 12 months."""
    matrix = tuple((int(each),) * 24 for each in periods)
    return as_windows(matrix, matrix)


def spans(months: Sequence[int]) -> tuple[DaySpan, ...]:
    """Days of a year of some calendar months."""
    return tuple(DaySpan((month, 1), (month, _LAST[month - 1])) for month in months)


def _alike(weekday: Matrix, weekend: Matrix) -> Iterator[tuple[list[int], tuple[str, ...], tuple[int, ...]]]:
    """Months and days that have the same row; no days where all have."""
    same_all_week = weekday == weekend
    for days, matrix in (((), weekday),) if same_all_week else zip(_DAYS, (weekday, weekend), strict=True):
        rows: dict[tuple[int, ...], list[int]] = {}
        for month, row in enumerate(matrix):
            rows.setdefault(row, []).append(month)
        for row, months in rows.items():
            yield months, tuple(days), row


def _stretches(row: tuple[int, ...], period: int) -> Iterator[Hours]:
    begin = None
    for hour in range(25):
        inside = hour < 24 and row[hour] == period
        if inside and begin is None:
            begin = hour
        elif not inside and begin is not None:
            if (begin, hour) != (0, 24):
                yield Hours(begin * 60, hour * 60)
            begin = None
