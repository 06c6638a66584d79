"""Energies of consecutive intervals, as they are billed: whole milliwatt-hours on the site's clock.

Each interval's energy is rounded once, to 10⁻⁶ kWh. From there on all sums are of whole numbers, which a double holds
exactly up to 9 × 10⁹ kWh: they are the same in whatever order they are added, and a month's is the sum of its parts'.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from energy_workbench.domain.errors import InputError
from energy_workbench.domain.tariffs.holiday_calendar import HolidayCalendar
from energy_workbench.domain.tariffs.tariff import Version
from energy_workbench.domain.time.clock import EPOCH, to_micros
from energy_workbench.domain.time.period import local_midnight

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

MINUTE = 60_000_000
DAY = 1440 * MINUTE
PER_KWH = 1_000_000
"""Units of 10⁻⁶ kWh in a kWh."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeteredEnergy:
    """What a meter metered, in any order.

    Attributes
    ----------
    starts : array of int64, shape (n,)
        When each interval begins [µs since 1970, UTC].
    minutes : int
        How long each is [min].
    imported : array of float, shape (n,)
        [kWh]; NaN where it is missing.
    exported, reactive, apparent : array of float, shape (n,), optional
        [kWh, kvarh, kVAh]; None where the meter does not tell. Where apparent energy is not told, it is
        √(kWh² + kvarh²) of each interval.
    estimated : array of bool, shape (n,), optional
        Of which intervals the energy, or how it is distributed, was not measured.
    """

    starts: Ints
    minutes: int
    imported: Floats
    exported: Floats | None = None
    reactive: Floats | None = None
    apparent: Floats | None = None
    estimated: Flags | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    """One quantity of the intervals of a span.

    Attributes
    ----------
    values : array of float, shape (n,)
        Whole numbers [10⁻⁶ of the unit]; 0 where it is missing.
    missing, unsure : array of bool or None, shape (n,)
        Where it is not known, and where it is not known or estimated; None where that is nowhere.
    """

    values: Floats
    missing: Flags | None
    unsure: Flags | None

    def cut(self, begin: int, end: int) -> Channel:
        """Some of its intervals."""
        missing, unsure = (None if each is None else each[begin:end] for each in (self.missing, self.unsure))
        return Channel(self.values[begin:end], missing, unsure)


@dataclass(frozen=True)
class Span:
    """Intervals between two days of a site, without a gap: what was not metered is missing.

    Attributes
    ----------
    start : int
        Of the first interval [µs since 1970, UTC].
    minutes : int
    count : int
    zone : ZoneInfo
    holidays : HolidayCalendar
    """

    start: int
    minutes: int
    count: int
    zone: ZoneInfo
    holidays: HolidayCalendar
    channels: dict[str, Channel]
    _codes: dict[tuple[int, str], NDArray[np.int16]] = field(default_factory=dict)
    _straddles: dict[tuple[int, str], bool] = field(default_factory=dict)

    @cached_property
    def local(self) -> Ints:
        """Each interval's start on the site's clock [min since 1970-01-01 00:00 there]."""
        begin = self.start // MINUTE
        local = begin + self.minutes * np.arange(self.count, dtype=np.int64)
        changes, offsets = _offsets(begin, begin + self.count * self.minutes, self.zone)
        local += offsets[0]
        for change, before, after in zip(changes, offsets, offsets[1:], strict=False):
            local[-((begin - change) // self.minutes) :] += after - before
        return local

    @cached_property
    def day(self) -> Ints:
        """The day of each interval [days since 1970-01-01]."""
        return self.local // 1440

    @cached_property
    def minute(self) -> Ints:
        """Minute of the clock at which each interval begins."""
        return self.local - self.day * 1440

    @cached_property
    def holiday_numbers(self) -> frozenset[int]:
        """Holidays among its days, and the day before [days since 1970-01-01]."""
        if not self.count:
            return frozenset()
        first, last = (date.fromordinal(int(each) + _EPOCH_DAY) for each in (self.day[0] - 1, self.day[-1]))
        return frozenset(each.toordinal() - _EPOCH_DAY for each in self.holidays.of_years(first.year, last.year))

    def windows(self, version: Version, schedule: str) -> NDArray[np.int16]:
        """Index of the window of each interval, by where it begins."""
        key = (id(version), schedule)
        if key not in self._codes:
            self._codes[key] = self._windows(version, schedule)
        return self._codes[key]

    def _windows(self, version: Version, schedule: str) -> NDArray[np.int16]:
        if not schedule:
            return np.zeros(self.count, np.int16)
        table = version.compiled[schedule]
        first = int(self.day[0]) - 1
        days = np.arange(first, int(self.day[-1]) + 1)
        dates = days.astype("datetime64[D]")
        months = dates.astype("datetime64[M]")
        in_month = (dates - months.astype("datetime64[D]")).astype(np.int64) + 1
        season = version.season_table[(months.astype(np.int64) % 12 + 1) * 32 + in_month]
        base = (days + 3) % 7  # 1970-01-01 was a Thursday
        if table.holidays:
            base = np.where(np.isin(days, list(self.holiday_numbers)), 7, base)
        classes = season.astype(np.int64) * 8 + base
        pairs, pair_of_day = np.unique(classes[:-1] * 4096 + classes[1:], return_inverse=True)
        rows = np.concatenate([table.of_day(*divmod(pair, 4096)) for pair in pairs.tolist()])
        return rows[pair_of_day[self.day - first - 1] * 1440 + self.minute]

    def straddles(self, version: Version, schedule: str) -> bool:
        """Whether an edge of a window lies within an interval: it is priced by where it begins."""
        key = (id(version), schedule)
        if key not in self._straddles:
            begins = np.flatnonzero(np.bincount(self.minute, minlength=1440))
            ahead = (np.array(sorted(version.compiled[schedule].edges))[:, None] - begins) % 1440
            self._straddles[key] = bool(((ahead > 0) & (ahead < self.minutes)).any())
        return self._straddles[key]

    def cut(self, begin: int, end: int) -> Span:
        """Some of its intervals, with what is known of them."""
        found = Span(
            self.start + begin * self.minutes * MINUTE,
            self.minutes,
            end - begin,
            self.zone,
            self.holidays,
            {name: each.cut(begin, end) for name, each in self.channels.items()},
            {key: each[begin:end] for key, each in self._codes.items()},
            self._straddles,
        )
        for name in ("local", "day", "minute"):
            found.__dict__[name] = getattr(self, name)[begin:end]
        if "holiday_numbers" in self.__dict__:
            found.__dict__["holiday_numbers"] = self.holiday_numbers
        return found

    def index_of(self, day: date) -> int:
        """How many of its intervals begin before a day of the site."""
        ahead = to_micros(local_midnight(day, self.zone)) - self.start
        return min(max(-(-ahead // (self.minutes * MINUTE)), 0), self.count)

    def at(self, index: int) -> datetime:
        """When an interval begins, UTC."""
        return datetime.fromtimestamp((self.start + index * self.minutes * MINUTE) / 1e6, UTC)


_EPOCH_DAY = EPOCH.toordinal()


def span(energy: MeteredEnergy, first: date, end: date, zone: ZoneInfo, holidays: HolidayCalendar) -> Span:
    """The intervals that begin between two days, of which the second is left out.

    Raises
    ------
    InputError
        If intervals are of no length that a day has, lie on no common grid, or two begin at once.
    """
    if energy.minutes <= 0 or 1440 % energy.minutes:
        raise InputError(f"intervals of {energy.minutes} min divide no day: 5, 10, 15, 20, 30 or 60 are billed")
    step = energy.minutes * MINUTE
    begin, stop = (to_micros(local_midnight(day, zone)) for day in (first, end))
    starts = np.asarray(energy.starts, np.int64)
    if len(starts) and (np.diff(starts) == step).all():
        # As they mostly come: without a gap, one after the other.
        low, high = (min(max(-((int(starts[0]) - edge) // step), 0), len(starts)) for edge in (begin, stop))
        inside: Places = slice(low, high)
        first_start = int(starts[low]) if low < high else begin
    else:
        inside = np.flatnonzero((starts >= begin) & (starts < stop))
        first_start = int(starts[inside[0]]) if len(inside) else begin
        if ((starts[inside] - first_start) % step).any():
            raise InputError(f"intervals of {energy.minutes} min do not begin on a common grid: bring them onto one")
    start = begin + (first_start - begin) % step
    count = -(-(stop - start) // step)
    if isinstance(inside, slice):
        offset = (first_start - start) // step
        places: Places = slice(offset, offset + inside.stop - inside.start)
    else:
        places = (starts[inside] - start) // step
        if np.bincount(places, minlength=1).max() > 1:
            raise InputError("two intervals begin at the same instant: give each once")
    return Span(start, energy.minutes, count, zone, holidays, _channels(energy, inside, places, count))


Places = slice | Ints
"""Which intervals: from one to another, or each by itself."""


def _channels(energy: MeteredEnergy, inside: Places, places: Places, count: int) -> dict[str, Channel]:
    estimated = np.zeros(count, bool)
    if energy.estimated is not None:
        estimated[places] = np.asarray(energy.estimated, bool)[inside]
    imported, reactive = energy.imported, energy.reactive
    apparent = energy.apparent
    if reactive is not None:
        combined = np.hypot(imported, reactive)
        apparent = combined if apparent is None else np.where(np.isnan(apparent), combined, apparent)
    told = {"kWh": imported, "export": energy.exported, "kvarh": reactive, "kVAh": apparent}
    found = {}
    for name, values in told.items():
        if values is None:
            continue
        grid = np.full(count, np.nan)
        grid[places] = np.asarray(values, np.float64)[inside]
        missing = np.isnan(grid)
        if missing.any():
            grid[missing] = 0.0
            found[name] = Channel(np.rint(grid * PER_KWH), missing, missing | estimated)
        else:
            found[name] = Channel(np.rint(grid * PER_KWH), None, estimated if estimated.any() else None)
    return found


def _offsets(first: int, last: int, zone: ZoneInfo) -> tuple[list[int], list[int]]:
    """When a zone's clock changes between two instants, and its offsets, one more; all in minutes."""

    def offset(minute: int) -> int:
        found = datetime.fromtimestamp(minute * 60, zone).utcoffset()
        return int(found.total_seconds() // 60) if found else 0

    # No zone changes its clock twice within four days, and back.
    marks = [*range(first, last, 4 * 1440), last]
    values = [offset(each) for each in marks]
    changes, offsets = [], [values[0]]
    for before, after, low, high in zip(values, values[1:], marks, marks[1:], strict=False):
        if before != after:
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle) == before else (low, middle)
            changes.append(high)
            offsets.append(after)
    return changes, offsets
