"""A billing month: its intervals, its versions with their shares of days, and what earlier months are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from energy_workbench.analytics.tariffs.load import Load
from energy_workbench.analytics.tariffs.local_time import EPOCH_DAY, local
from energy_workbench.domain.tariffs.charges.charge import Charge
from energy_workbench.domain.tariffs.days import WEEKDAYS, HolidayCalendar
from energy_workbench.domain.tariffs.rounding import EXACT, Rounding
from energy_workbench.domain.tariffs.tariff import Tariff, Version
from energy_workbench.domain.tariffs.windows import Plan

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from energy_workbench.analytics.tariffs.prices import Prices

    Array = NDArray[Any]

SHARE = Decimal("0.000001")


@dataclass(frozen=True)
class Account:
    """What a supply contract says of one meter: its contract demand [kW or kVA], and how many meters are paid for."""

    contract: Decimal | None = None
    meters: int = 1


@dataclass(frozen=True)
class EarlierMonth:
    """What later bills need of a month.

    Attributes
    ----------
    energies : mapping of str to Decimal
        By charge (`Energy`, or `Energy: peak` where it has windows) its energy [unit of the charge].
    demands : mapping of str to Decimal
        By charge in the same way the measured demand [kW or kVA].
    kwh, peak_kw : Decimal or None
        Of the meter, for hours of use.
    """

    energies: Mapping[str, Decimal] = field(default_factory=dict)
    demands: Mapping[str, Decimal] = field(default_factory=dict)
    kwh: Decimal | None = None
    peak_kw: Decimal | None = None


@dataclass(frozen=True)
class Part:
    """The days of a billing month that one version has.

    Attributes
    ----------
    first : date
    cut : slice
        Its intervals.
    days, of : int
        So many days of those of the month.
    """

    version: Version
    first: date
    cut: slice
    days: int
    of: int

    def days_of(self, scheme_name: str, window: str) -> int:
        """Its days on which a window may be, by its seasons: a month in which the season changes has a part of each."""
        if not scheme_name:
            return self.days
        found = next(each for each in self.version.schemes[scheme_name].windows if each.name == window)
        seasons = {season for span in found.spans for season in span.seasons}
        if found.rest or any(not span.seasons for span in found.spans):
            return self.days
        names = self.version.seasons.names
        days = (self.first + timedelta(day) for day in range(self.days))
        return sum(names[self.version.seasons.of(day)] in seasons for day in days)

    @property
    def share(self) -> Decimal:
        """Of the month's days [1], to six digits; what is paid is worked out with the whole days."""
        return EXACT.divide(Decimal(self.days), Decimal(self.of)).quantize(SHARE)

    def prorated(self, value: Decimal, days: int | None = None) -> Decimal:
        """What falls on its days, or on so many of them, of what a month has."""
        share = self.days if days is None else days
        if share == self.of:
            return value
        return EXACT.divide(EXACT.multiply(value, Decimal(share)), Decimal(self.of))


def key(charge: Charge, window: str) -> str:
    """How a charge's window is named among months."""
    return f"{charge.name}: {window}" if window else charge.name


class BillingMonth:
    """All that a charge's price is made of.

    Parameters
    ----------
    load : Load
        Whole: every interval of the month.
    first, end : date
        Its first day, and the day after its last.
    earlier : mapping of str to EarlierMonth
        By month (`2026-03`: in which it begins).
    """

    def __init__(
        self,
        tariff: Tariff,
        load: Load,
        first: date,
        end: date,
        *,
        zone: ZoneInfo,
        calendar: HolidayCalendar,
        account: Account,
        earlier: Mapping[str, EarlierMonth],
        prices: Mapping[str, Prices],
    ) -> None:
        self.tariff, self.load, self.first, self.end = tariff, load, first, end
        self.zone, self.calendar, self.account, self.prices = zone, calendar, account, prices
        self._earlier = earlier
        self.asked: set[str] = set()
        self.facts_energy: dict[str, Decimal] = {}
        self.facts_demand: dict[str, Decimal] = {}
        self.day, self.minute = local(load.starts, zone)
        self.parts = self._parts()
        self._codes: dict[tuple[int, str], Array] = {}

    @cached_property
    def has_estimates(self) -> bool:
        """Whether any interval is estimated."""
        return bool(self.load.estimated.any())

    @cached_property
    def complete(self) -> bool:
        """Whether all intervals are known."""
        return bool(self.load.known.all())

    def rounding(self, charge: Charge) -> Rounding:
        """Of a charge's amounts."""
        return charge.common.rounding or self.tariff.rounding

    def earlier(self, back: int) -> EarlierMonth | None:
        """The month so many before this one; None where nothing is known of it. It is one that the bill depends on."""
        name = months_before(self.first, back)
        self.asked.add(name)
        return self._earlier.get(name)

    def codes(self, part: Part, scheme_name: str) -> Array:
        """Of each interval of a part its window, as the place in the scheme.

        A window over midnight belongs to the day on which it begins: it goes before what the next day says.
        """
        at = (part.cut.start, scheme_name)
        if at not in self._codes:
            self._codes[at] = self._classified(part, scheme_name)
        return self._codes[at]

    def in_window(self, charge: Charge, window: str) -> Array | None:
        """Which intervals of the month are in a charge's window, by the version of each; None is all."""
        if all(_windows(part.version, charge.name) == "" for part in self.parts):
            return None
        masks = []
        for part in self.parts:
            size, scheme = part.cut.stop - part.cut.start, _windows(part.version, charge.name)
            if not scheme:
                masks.append(np.full(size, scheme is not None and not window))
                continue
            names = part.version.schemes[scheme].names
            masks.append(
                self.codes(part, scheme) == names.index(window) if window in names else np.zeros(size, bool)
            )  # fmt: skip
        return np.concatenate(masks)

    def coarse(self, part: Part, scheme_name: str) -> bool:
        """Whether intervals reach over an edge of a window, so that they count where they begin."""
        if not len(self.minute):
            return False
        edges = part.version.schemes[scheme_name].edges() if scheme_name else frozenset((0,))
        phase = int(self.minute[0]) % self.load.minutes
        return 1440 % self.load.minutes > 0 or any((edge - phase) % self.load.minutes for edge in edges)

    def _parts(self) -> list[Part]:
        days = (self.end - self.first).days
        parts = []
        for version, begin, until in self.tariff.within(self.first, self.end):
            low, high = np.searchsorted(self.day, (begin.toordinal() - EPOCH_DAY, until.toordinal() - EPOCH_DAY))
            parts.append(Part(version, begin, slice(int(low), int(high)), (until - begin).days, days))
        return parts

    def _classified(self, part: Part, scheme_name: str) -> Array:
        scheme, seasons = part.version.schemes[scheme_name], part.version.seasons
        day, minute = self.day[part.cut], self.minute[part.cut]
        if not len(day):
            return np.empty(0, np.int16)
        first, kinds = int(day[0]) - 1, set(scheme.kinds)
        rows: dict[tuple[int, str], int] = {}
        plans: list[Plan] = []
        of_day = []
        for ordinal in range(first, int(day[-1]) + 1):
            at = date.fromordinal(ordinal + EPOCH_DAY)
            kind = self.calendar.kind(at)
            named = (seasons.of(at), kind if kind in kinds else WEEKDAYS[at.weekday()])
            if named not in rows:
                rows[named] = len(plans)
                plans.append(scheme.plan(seasons.names[named[0]], named[1]))
            of_day.append(rows[named])
        row = np.array(of_day)
        place = day - first
        today, tails = (np.array([plan[at] for plan in plans], np.int16) for at in (0, 1))
        codes = today[row[place], minute]
        if (tails >= 0).any():
            before = tails[row[place - 1], minute]
            codes = np.where(before >= 0, before, codes)
        return np.where(codes < 0, scheme.rest, codes) if scheme.rest >= 0 else codes


def _windows(version: Version, name: str) -> str | None:
    """The scheme of a version's charge of a name; None where it has no such charge."""
    charge = next((each for each in version.charges if each.name == name), None)
    if charge is None:
        return None
    rates = getattr(charge, "rates", None)
    return rates.scheme if rates is not None else ""


def months_before(day: date, back: int) -> str:
    """The month so many before that of a day: `2026-03`."""
    at = day.year * 12 + day.month - 1 - back
    return f"{at // 12:04}-{at % 12 + 1:02}"
