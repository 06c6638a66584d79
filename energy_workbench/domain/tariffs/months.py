"""Billing months, which begin on any day of a month: the last one of a month that is shorter."""

from __future__ import annotations

import calendar
from datetime import date


def billing_month(day: date, begins: int = 1) -> tuple[date, date]:
    """The billing month that a day is in: its first day, and the day after its last.

    Parameters
    ----------
    begins : int
        On which day it begins, 1 to 31.
    """
    first = _begin(day.year, day.month, begins)
    if first > day:
        year, month = (day.year, day.month - 1) if day.month > 1 else (day.year - 1, 12)
        return _begin(year, month, begins), first
    year, month = (day.year, day.month + 1) if day.month < 12 else (day.year + 1, 1)
    return first, _begin(year, month, begins)


def billing_months(first: date, end: date, begins: int = 1) -> list[tuple[date, date]]:
    """The billing months that the days from one to the day before another touch, whole."""
    months = []
    while first < end:
        months.append(billing_month(first, begins))
        first = months[-1][1]
    return months


def _begin(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))
