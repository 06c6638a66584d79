"""Time windows of a tariff: which of them an instant lies in, by season, type of day and hour.

A window over midnight belongs to the day on which it begins: of a working day's `22:00-06:00`, what lies on Saturday
morning is Friday's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from energy_workbench.domain.tariffs.calendar_words import (
    ALL_DAY,
    BASE_DAYS,
    DAY_MINUTES,
    HOLIDAY,
    LEAP,
    WEEKDAYS,
    DaySpan,
    Hours,
)

Codes = NDArray[np.int16]
Wrong = tuple[tuple[str | int, ...], str]
"""What is wrong with a value: the keys that lead to it, and why."""

REST: Final = "rest"
NONE: Final = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """When a window is: seasons, days and hours that hold together; what is not named holds always."""

    seasons: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    hours: tuple[Hours, ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """A window: any of its clauses, or `rest`, what no other window of its schedule has."""

    clauses: tuple[Clause, ...] = ()
    rest: bool = False

    ITEMS: ClassVar = "clauses"

    @classmethod
    def of_text(cls, text: str) -> Window:
        """The word `rest`.

        Raises
        ------
        ValueError
            If it is another.
        """
        if text != REST:
            raise ValueError(f"is no window: list when it is, or write {REST} for what no other window has")
        return cls(rest=True)

    def text(self) -> str | None:
        """`rest`, or None where it has clauses."""
        return REST if self.rest else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Seasons and types of days that the windows of a version are told in.

    Attributes
    ----------
    seasons : mapping of str to tuple of DaySpan
        Each day of a year is in one of them; empty for one season all year.
    day_types : mapping of str to tuple of str
        Of `mon` … `sun` and `holiday`; days may be named one by one too.
    """

    seasons: Mapping[str, tuple[DaySpan, ...]]
    day_types: Mapping[str, tuple[str, ...]]

    def season(self, day: date) -> int:
        """Index of the season of a day; 0 where there are none, -1 where no season has it."""
        if not self.seasons:
            return 0
        found = (index for index, spans in enumerate(self.seasons.values()) if any(each.holds(day) for each in spans))
        return next(found, NONE)

    def season_table(self) -> Codes:
        """Index of the season of each day of a year, by month × 32 + day."""
        table = np.zeros(13 * 32, np.int16)
        for each in range(366):
            day = date(LEAP, 1, 1) + timedelta(days=each)
            table[day.month * 32 + day.day] = self.season(day)
        return table

    def base_days(self, names: Iterable[str]) -> frozenset[int]:
        """Indices of the base days of some names; all for none."""
        found = {each for name in names for each in self.day_types.get(name, (name,))}
        return frozenset(BASE_DAYS.index(each) for each in found or BASE_DAYS if each in BASE_DAYS)

    def has_holidays(self, windows: Iterable[Window]) -> bool:
        """Whether a holiday is a day of its own for some windows: named by them, or by the types of days they use."""
        used = {day for window in windows for clause in window.clauses for day in clause.days}
        typed = any(HOLIDAY in days for days in self.day_types.values()) and used & set(self.day_types)
        return HOLIDAY in used or bool(typed)

    def wrong(self) -> Iterator[Wrong]:
        """What is wrong with it."""
        year = [date(LEAP, 1, 1) + timedelta(days=each) for each in range(366)]
        if self.seasons:
            for day in year:
                holding = [name for name, spans in self.seasons.items() if any(each.holds(day) for each in spans)]
                if len(holding) != 1:
                    what = f"are in {' and '.join(holding)}" if holding else "are in no season"
                    yield ("seasons",), f"days from {day:%m-%d} on {what}: each day of a year is in one"
                    break
        for name, days in self.day_types.items():
            if name in BASE_DAYS:
                yield ("day_types", name), "is the name of a day itself: name the type otherwise"
            for each in days:
                if each not in BASE_DAYS:
                    yield ("day_types", name), f"{each!r} is no day: {', '.join(BASE_DAYS)}"


@dataclass(frozen=True, slots=True)
class Compiled:
    """A schedule as tables: of each class of days, which window holds at a minute of the clock.

    Attributes
    ----------
    names : tuple of str
        Of the windows, by index.
    own, spilled : array of int16, shape (classes, 1440)
        What began on a day itself, and what is left on the day after one of that class; -1 for nothing.
    rest : int
        Index of the window that has what is left; -1 for none.
    holidays : bool
        Whether a holiday is a day of its own.
    edges : frozenset of int
        Minutes of the clock at which some window begins or ends.
    """

    names: tuple[str, ...]
    own: Codes
    spilled: Codes
    rest: int
    holidays: bool
    edges: frozenset[int]

    def of_day(self, before: int, day: int) -> Codes:
        """Index of the window at each minute of a day, by the classes of the day before and of itself."""
        spilled, own = self.spilled[before], self.own[day]
        found = np.where(spilled == NONE, own, spilled)
        return np.where(found == NONE, np.int16(self.rest), found)


def class_of(season: int, base_day: int) -> int:
    """Number of a class of days."""
    return season * len(BASE_DAYS) + base_day


def compiled(windows: Mapping[str, Window], calendar: Calendar) -> Compiled:
    """The tables of a schedule.

    Raises
    ------
    ValueError
        If two windows hold at once, by what they say of one day, or none does: it says when.
    """
    seasons = list(calendar.seasons) or [""]
    own = np.full((len(seasons) * len(BASE_DAYS), DAY_MINUTES), NONE, np.int16)
    spilled = own.copy()
    edges: set[int] = set()
    rest = NONE
    names = list(windows)
    for index, window in enumerate(windows.values()):
        if window.rest:
            rest = index
        for clause in window.clauses:
            for season in clause.seasons or seasons:
                for base in calendar.base_days(clause.days):
                    row = class_of(seasons.index(season), base)
                    for hours in clause.hours or (ALL_DAY,):
                        edges |= {hours.start, hours.end % DAY_MINUTES}
                        told = f"within {hours.text()} {_told(season, base)}"
                        _put(own[row, hours.start : hours.end], index, names, told)
                        _put(spilled[row, : max(hours.end - DAY_MINUTES, 0)], index, names, told)
    found = Compiled(tuple(windows), own, spilled, rest, calendar.has_holidays(windows.values()), frozenset(edges))
    _check(found, calendar, seasons)
    return found


def _put(stretch: Codes, index: int, names: list[str], told: str) -> None:
    taken = stretch[(stretch != NONE) & (stretch != index)]
    if taken.size:
        raise ValueError(
            f"{names[taken[0]]} and {names[index]} overlap {told}: let one of them end where the other begins"
        )
    stretch[:] = index


def _check(found: Compiled, calendar: Calendar, seasons: list[str]) -> None:
    for before, day in _neighbours(calendar, found.holidays):
        spilled, own = found.spilled[before], found.own[day]
        both = (spilled != NONE) & (own != NONE) & (spilled != own)
        told = _told(seasons[day // 8], day % 8)
        if both.any():
            minute = int(np.flatnonzero(both)[0])
            first, second = found.names[spilled[minute]], found.names[own[minute]]
            raise ValueError(
                f"{first}, begun the day before ({_told(seasons[before // 8], before % 8)}), and {second} overlap "
                f"at {minute // 60:02}:{minute % 60:02} {told}: a window over midnight belongs to the day it begins on"
            )
        none = (spilled == NONE) & (own == NONE)
        if found.rest == NONE and none.any():
            minutes = np.flatnonzero(none)
            last = minutes[0] + int(np.argmax(np.append(np.diff(minutes) != 1, True))) + 1
            raise ValueError(
                f"no window has {minutes[0] // 60:02}:{minutes[0] % 60:02}-{last // 60:02}:{last % 60:02} {told}: "
                f"add it to one, or write `{REST}` for one of them"
            )


def _neighbours(calendar: Calendar, holidays: bool) -> list[tuple[int, int]]:
    """Classes of two days that may follow each other."""
    following = {(0, 0)}
    if calendar.seasons:
        year = [calendar.season(date(LEAP, 1, 1) + timedelta(days=each)) for each in range(366)]
        following = set(zip(year, year[1:] + year[:1], strict=True))
    holiday = BASE_DAYS.index(HOLIDAY)
    pairs = set()
    for before, after in following:
        for base in range(len(WEEKDAYS)):
            for first in (base, holiday) if holidays else (base,):
                for second in ((base + 1) % 7, holiday) if holidays else ((base + 1) % 7,):
                    pairs.add((class_of(before, first), class_of(after, second)))
    return sorted(pairs)


def _told(season: str, base: int) -> str:
    return f"on {BASE_DAYS[base]}" + (f" in {season}" if season else "")
