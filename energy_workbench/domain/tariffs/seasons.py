"""Seasons of a year: named runs of its days that cover it once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from energy_workbench.domain.tariffs.fields import Fields

_LEAP = 2000
"""A year in which every day of a month is."""
_RANGE = re.compile(r"(\d\d)-(\d\d)\s*(?:\.\.|to)\s*(\d\d)-(\d\d)")
DAYS = [date(_LEAP, 1, 1) + timedelta(day) for day in range(366)]


@dataclass(frozen=True)
class Seasons:
    """Names, and which one each of the 366 days of a leap year has; one without a name where a tariff has none."""

    names: tuple[str, ...] = ("",)
    by_day: tuple[int, ...] = (0,) * 366

    def of(self, day: date) -> int:
        """The season of a day, as its place in `names`."""
        return self.by_day[(date(_LEAP, day.month, day.day) - DAYS[0]).days]

    @classmethod
    def of_months(cls) -> Seasons:
        """Twelve of them, `01` to `12`."""
        return cls(tuple(f"{month:02}" for month in range(1, 13)), tuple(day.month - 1 for day in DAYS))


def read_seasons(fields: Fields | None) -> Seasons:
    """`summer: 04-01..09-30`, or a list of such runs; both ends are within."""
    if fields is None:
        return Seasons()
    names = tuple(fields.names())
    owners: list[set[int]] = [set() for _ in DAYS]
    for at, name in enumerate(names):
        for text in fields.words(name):
            run = _run(text)
            if run is None:
                fields.tell(name, text, "is no run of days: write it as 04-01..09-30")
                continue
            for day in run:
                owners[day].add(at)
    for count, what in ((0, "belong to no season"), (2, "belong to two seasons")):
        wrong = [day for day, owner in zip(DAYS, owners, strict=True) if min(len(owner), 2) == count]
        if wrong and not fields.problems.found:
            fields.tell("", "", f"{_spelled(wrong)} {what}: cover the year once")
    return Seasons(names, tuple(min(owner, default=0) for owner in owners)) if names else Seasons()


def _run(text: str) -> list[int] | None:
    match = _RANGE.fullmatch(text)
    try:
        month, day, last_month, last_day = map(int, match.groups()) if match else (0, 0, 0, 0)
        first, last = (date(_LEAP, *pair) - DAYS[0] for pair in ((month, day), (last_month, last_day)))
    except ValueError:
        return None
    return [day % 366 for day in range(first.days, last.days + 1 + (366 if last < first else 0))]


def _spelled(days: list[date]) -> str:
    runs = [[day for _, day in run] for _, run in groupby(enumerate(days), lambda pair: pair[1].toordinal() - pair[0])]
    return ", ".join(f"{run[0]:%m-%d}..{run[-1]:%m-%d}" for run in runs)
