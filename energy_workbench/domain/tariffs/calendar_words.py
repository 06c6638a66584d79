"""Words of a tariff's calendar: days of the year, hours of the day, days of the week."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOLIDAY: Final = "holiday"
BASE_DAYS: Final = (*WEEKDAYS, HOLIDAY)
"""Each day is one of them: a holiday is no weekday, where a tariff says what holidays are."""

DAY_MINUTES: Final = 1440
LEAP: Final = 2024
"""A year that has every day of a year."""


@dataclass(frozen=True, slots=True)
class DaySpan:
    """Days of any year, the last one too: `06-01/09-30`; one that ends before it begins goes on over new year."""

    first: tuple[int, int]
    last: tuple[int, int]

    @classmethod
    def of_text(cls, text: str) -> DaySpan:
        """From `06-01/09-30`.

        Raises
        ------
        ValueError
            If it is none.
        """
        match = re.fullmatch(r"(\d\d)-(\d\d)\s*/\s*(\d\d)-(\d\d)", text.strip())
        try:
            if not match:
                raise ValueError
            month, day, until_month, until_day = map(int, match.groups())
            # Days that no year has are found out.
            first, last = date(LEAP, month, day), date(LEAP, until_month, until_day)
        except ValueError:
            raise ValueError("is no span of a year: write its first and last day, such as 06-01/09-30") from None
        return cls((first.month, first.day), (last.month, last.day))

    def text(self) -> str:
        """As it is written."""
        return "{:02}-{:02}/{:02}-{:02}".format(*self.first, *self.last)

    def holds(self, day: date) -> bool:
        """Whether a day is one of them."""
        at = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= at <= self.last
        return at >= self.first or at <= self.last


@dataclass(frozen=True, slots=True)
class Hours:
    """A stretch of the clock: `08:00-12:00`, `22:00-06:00` over midnight, `00:00-24:00`.

    Attributes
    ----------
    start, end : int
        Minutes from midnight of the day on which it begins; `end` is past 1440 where it ends on the next day.
    """

    start: int
    end: int

    @classmethod
    def of_text(cls, text: str) -> Hours:
        """From `22:00-06:00`.

        Raises
        ------
        ValueError
            If it is none.
        """
        match = re.fullmatch(r"(\d\d?):(\d\d)\s*[-–]\s*(\d\d?):(\d\d)", text.strip())
        if match:
            hour, minute, until_hour, until_minute = map(int, match.groups())
            start, end = hour * 60 + minute, until_hour * 60 + until_minute
            if minute < 60 and until_minute < 60 and start < DAY_MINUTES and end <= DAY_MINUTES:
                return cls(start, end if end > start else end + DAY_MINUTES)
        raise ValueError("is no stretch of the clock: write it as 08:00-12:00, or 22:00-06:00 over midnight")

    def text(self) -> str:
        """As it is written."""
        end = self.end if self.end <= DAY_MINUTES else self.end - DAY_MINUTES
        return f"{self.start // 60:02}:{self.start % 60:02}-{end // 60:02}:{end % 60:02}"


ALL_DAY: Final = Hours(0, DAY_MINUTES)
