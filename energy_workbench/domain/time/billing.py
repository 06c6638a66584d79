"""Billing months, which begin on any day of a month."""

from __future__ import annotations

import calendar
from datetime import date, datetime
from zoneinfo import ZoneInfo

from energy_workbench.domain.errors import InputError
from energy_workbench.domain.time.period import Period, local_midnight


def billing_edges(span: Period, day: int, zone: ZoneInfo) -> list[datetime]:
    """Edges of the billing months that a span touches, cut to the span: n + 1 for n months, UTC.

    Parameters
    ----------
    day : int
        On which a billing month begins, 1 to 31; the last day of a month that is shorter.

    Raises
    ------
    InputError
        If there is no such day.
    """
    if not 1 <= day <= 31:
        raise InputError(f"a billing month cannot begin on day {day}: 1 to 31")
    first = span.start.astimezone(zone).date()
    month = first.month
    edges = [span.start]
    while (edge := local_midnight(month_begins(first.year, month, day), zone)) < span.end:
        if edge > span.start:
            edges.append(edge)
        month += 1
    return [*edges, span.end]


def month_begins(year: int, month: int, day: int) -> date:
    """When the billing month begins that begins in a calendar month: on a day, or the last of a month that is shorter.

    Parameters
    ----------
    month : int
        Counted on over years: 13 is the first of the next, 0 the last of the one before.
    day : int
        1 to 31.
    """
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))
