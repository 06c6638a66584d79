"""A tariff: dated versions, each a list of charges in the order in which they are billed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple

from energy_workbench.domain.errors import InputError
from energy_workbench.domain.tariffs.calendar_words import BASE_DAYS, DaySpan
from energy_workbench.domain.tariffs.charges.charge import Charge, OnLines, Windowed
from energy_workbench.domain.tariffs.charges.demand import DemandCharge
from energy_workbench.domain.tariffs.charges.energy import EnergyCharge
from energy_workbench.domain.tariffs.holiday_calendar import HolidayCalendar
from energy_workbench.domain.tariffs.rounding import UNSTATED, Rounding
from energy_workbench.domain.tariffs.schedule import Calendar, Codes, Compiled, Window, Wrong, compiled


@dataclass(frozen=True, kw_only=True)
class Version:
    """What a tariff says from a day on.

    Attributes
    ----------
    valid_from : date
        First day on which it holds.
    seasons : mapping of str to tuple of DaySpan
    day_types : mapping of str to tuple of str
    schedules : mapping of str to mapping of str to Window
        Windows by schedule: at each instant one of each schedule holds.
    note : str
    charges : tuple of Charge
        In their order: one that is a part of others comes after them.
    """

    valid_from: date
    seasons: Mapping[str, tuple[DaySpan, ...]] = field(default_factory=dict)
    day_types: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    schedules: Mapping[str, Mapping[str, Window]] = field(default_factory=dict)
    note: str = ""
    charges: tuple[Charge, ...]

    @property
    def calendar(self) -> Calendar:
        """What its windows are told in."""
        return Calendar(seasons=self.seasons, day_types=self.day_types)

    @cached_property
    def compiled(self) -> Mapping[str, Compiled]:
        """Its schedules as tables."""
        return {name: compiled(windows, self.calendar) for name, windows in self.schedules.items()}

    @cached_property
    def season_table(self) -> Codes:
        """Index of the season of each day of a year, by month × 32 + day."""
        return self.calendar.season_table()

    def demand_named(self, name: str) -> DemandCharge | None:
        """The demand charge of a name; the first one for none."""
        found = (each for each in self.charges if isinstance(each, DemandCharge) and name in ("", each.name))
        return next(found, None)

    def wrong(self) -> Iterator[Wrong]:
        """What does not fit together."""
        sound = True
        for each in self.calendar.wrong():
            sound = False
            yield each
        for name, windows in self.schedules.items():
            for problem in self._windows_wrong(name, windows):
                sound = False
                yield problem
            if sound:
                try:
                    compiled(windows, self.calendar)
                except ValueError as error:
                    yield ("schedules", name), str(error)
        if not self.charges:
            yield ("charges",), "are none: write at least one"
        above: list[str] = []
        for number, charge in enumerate(self.charges):
            for path, reason in self._charge_wrong(charge, above):
                yield ("charges", number, *path), reason
            above.append(charge.name)

    def _windows_wrong(self, name: str, windows: Mapping[str, Window]) -> Iterator[Wrong]:
        rests = [window for window, each in windows.items() if each.rest]
        if len(rests) > 1:
            yield ("schedules", name, rests[1]), f"{rests[0]} has the rest already: list when it is"
        for window, each in windows.items():
            for number, clause in enumerate(each.clauses):
                for season in clause.seasons:
                    if season not in self.seasons:
                        known = ", ".join(self.seasons) or "the version has none"
                        yield ("schedules", name, window, number, "seasons"), f"{season!r} is no season: {known}"
                for day in clause.days:
                    if day not in self.day_types and day not in BASE_DAYS:
                        known = ", ".join((*self.day_types, *BASE_DAYS))
                        yield ("schedules", name, window, number, "days"), f"{day!r} is no type of day: {known}"

    def _charge_wrong(self, charge: Charge, above: list[str]) -> Iterator[Wrong]:
        if charge.name in above:
            yield ("name",), "another charge has that name: each has its own"
        if isinstance(charge, Windowed) and charge.schedule:
            windows = self.schedules.get(charge.schedule)
            if windows is None:
                known = ", ".join(self.schedules) or "the version has none"
                yield ("schedule",), f"there is no schedule {charge.schedule!r}: {known}"
            else:
                for window in charge.rates:
                    if window not in windows:
                        yield ("rates", window), f"is no window of {charge.schedule}: {', '.join(windows)}"
                if charge.rates and (missing := [window for window in windows if window not in charge.rates]):
                    yield ("rates",), f"has none for {', '.join(missing)}: write 0 where nothing is charged"
        if isinstance(charge, OnLines):
            for name in charge.of:
                if name not in above:
                    known = ", ".join(above) or "none is above it"
                    yield ("of",), f"there is no charge {name!r} above it: {known}"
        if isinstance(charge, EnergyCharge) and charge.per_demand and not self.demand_named(charge.demand):
            yield ("blocks_per",), "is by demand, and there is no such demand charge: add one, at rate 0 if need be"
        uses = charge.hours_of_use if isinstance(charge, EnergyCharge | DemandCharge) else None
        if uses and not self.demand_named(uses.demand):
            yield ("hours_of_use",), "needs a demand charge, whose maximum the energy is divided by"


class Part(NamedTuple):
    """Days of a billing month for which one version holds; `end` is left out."""

    version: Version
    first: date
    end: date


@dataclass(frozen=True, kw_only=True)
class Tariff:
    """A tariff.

    Attributes
    ----------
    name : str
    currency : str
        ISO 4217.
    utility, note : str
    source : str
        Where it was read.
    example : bool
        Whether it only shows how such a tariff is written.
    billing_day : int
        Day of the month on which a billing month begins, 1 to 31; the last of a month that is shorter.
    ends : date or None
        First day on which it holds no longer.
    holidays : HolidayCalendar or None
        None for those of the site.
    rounding : Rounding
        Of charges that state none.
    versions : tuple of Version
        By the day from which they hold, each later than the one before.
    """

    name: str
    currency: str
    utility: str = ""
    source: str = ""
    example: bool = False
    note: str = ""
    billing_day: int = 1
    ends: date | None = None
    holidays: HolidayCalendar | None = None
    rounding: Rounding = UNSTATED
    versions: tuple[Version, ...]

    def wrong(self) -> Iterator[Wrong]:
        """What does not fit together."""
        if len(self.currency) != 3 or not self.currency.isalpha() or not self.currency.isupper():
            yield ("currency",), "is no currency: write its ISO 4217 code, such as INR"
        if not self.name.strip():
            yield ("name",), "is empty: name it"
        if not 1 <= self.billing_day <= 31:
            yield ("billing_day",), "is a day of the month, 1 to 31"
        if not self.versions:
            yield ("versions",), "are none: write at least one"
        for number, (before, after) in enumerate(zip(self.versions, self.versions[1:], strict=False), start=1):
            if after.valid_from <= before.valid_from:
                yield (
                    ("versions", number, "valid_from"),
                    f"is not after the version above it, which holds from {before.valid_from}: write the oldest first",
                )
        for number, version in enumerate(self.versions):
            schedules = version.schedules.values()
            if (
                self.holidays
                and schedules
                and not any(version.calendar.has_holidays(each.values()) for each in schedules)
            ):
                yield (
                    ("versions", number, "schedules"),
                    "name no `holiday`, and the tariff states holidays: add it to a type of day, or to a window",
                )
        if self.ends and self.versions and self.ends <= self.versions[-1].valid_from:
            yield ("ends",), "is before its newest version begins"

    def rounding_of(self, charge: Charge) -> Rounding:
        """How a charge rounds."""
        return charge.rounding or self.rounding

    def parts(self, first: date, end: date) -> list[Part]:
        """The versions that hold between two days, of which the second is left out.

        Raises
        ------
        InputError
            If some of them are before its first version, or after its end.
        """
        began = self.versions[0].valid_from
        if first < began:
            raise InputError(
                f"tariff {self.name!r} begins on {began}, and {first} to {end} begins before it: "
                "ask from there on, or add the version that held before"
            )
        if self.ends and end > self.ends:
            raise InputError(f"tariff {self.name!r} ended on {self.ends}: assign the one that followed it")
        edges = [each.valid_from for each in self.versions] + [date.max]
        return [
            Part(version, max(first, since), min(end, until))
            for version, since, until in zip(self.versions, edges, edges[1:], strict=False)
            if max(first, since) < min(end, until)
        ]
