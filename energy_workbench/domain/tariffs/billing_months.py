"""Billing months, which begin on any day of a month, as days of the site's calendar."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from energy_workbench.domain.errors import InputError
from energy_workbench.domain.time.billing import month_begins


class BillingMonth(NamedTuple):
    """A billing month, or the days of it that are billed.

    Attributes
    ----------
    first, end : date
        What is billed; `end` is left out.
    month_first, month_end : date
        The whole month that they are of.
    """

    first: date
    end: date
    month_first: date
    month_end: date

    @property
    def days(self) -> int:
        """Of the whole month."""
        return (self.month_end - self.month_first).days

    @property
    def whole(self) -> bool:
        """Whether all of it is billed."""
        return (self.first, self.end) == (self.month_first, self.month_end)


def month_of(day: date, billing_day: int) -> tuple[date, date]:
    """The billing month that has a day: its first day, and that of the next."""
    first = month_begins(day.year, day.month, billing_day)
    if first > day:
        return month_begins(day.year, day.month - 1, billing_day), first
    return first, month_begins(day.year, day.month + 1, billing_day)


def earlier(first: date, count: int, billing_day: int) -> list[date]:
    """First days of so many months before the one that begins then, oldest first."""
    return [month_begins(first.year, first.month - back, billing_day) for back in range(count, 0, -1)]


def earlier_of_year(first: date, year_begins: int, billing_day: int) -> list[date]:
    """First days of the months before it of a year that begins in a month, oldest first."""
    return earlier(first, (first.month - year_begins) % 12, billing_day)


def billing_months(first: date, end: date, billing_day: int) -> list[BillingMonth]:
    """The months between two days, of which the second is left out; the outer ones may be cut.

    Raises
    ------
    InputError
        If there is no such day to begin with, or nothing between them.
    """
    if not 1 <= billing_day <= 31:
        raise InputError(f"a billing month cannot begin on day {billing_day}: 1 to 31")
    if end <= first:
        raise InputError(f"nothing can be billed from {first} to {end}: the end comes after the beginning")
    found = []
    day = first
    while day < end:
        since, until = month_of(day, billing_day)
        found.append(BillingMonth(day, min(until, end), since, until))
        day = until
    return found
