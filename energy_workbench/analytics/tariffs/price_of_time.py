"""What energy costs at an instant, and a year of it as a picture of months and hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

import numpy as np

from energy_workbench.analytics.tariffs.billing import Supply, holidays_of
from energy_workbench.analytics.tariffs.metered_energy import MINUTE, Span
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.tariffs.calendar_words import BASE_DAYS
from energy_workbench.domain.tariffs.charges.charge import Windowed
from energy_workbench.domain.tariffs.charges.demand import DemandCharge
from energy_workbench.domain.tariffs.charges.energy import EnergyCharge, ExportCredit
from energy_workbench.domain.tariffs.money import EXACT
from energy_workbench.domain.tariffs.rates import Rate
from energy_workbench.domain.tariffs.schedule import class_of
from energy_workbench.domain.tariffs.tariff import Tariff, Version
from energy_workbench.domain.time.clock import to_micros

MIDDLE: Final = 15
"""Day of a month whose season a picture takes for the month's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateNow:
    """A rate of a charge by time, at an instant.

    Attributes
    ----------
    charge, kind, window, unit : str
    rate : Rate
        With its blocks, where it has some.
    """

    charge: str
    kind: str
    window: str
    unit: str
    rate: Rate


def rates_at(tariff: Tariff, instant: datetime, supply: Supply) -> list[RateNow]:
    """The rates of energy, export and demand that hold at an instant.

    Raises
    ------
    InputError
        If the tariff does not hold then.
    """
    day = instant.astimezone(supply.zone).date()
    ((version, _, _),) = tariff.parts(day, day + timedelta(days=1))
    minute = to_micros(instant) // MINUTE * MINUTE
    moment = Span(minute, 1, 1, supply.zone, holidays_of(tariff, supply), {})
    found = []
    for charge in version.charges:
        if isinstance(charge, EnergyCharge | ExportCredit | DemandCharge):
            names = version.compiled[charge.schedule].names if charge.schedule else ("",)
            window = names[int(moment.windows(version, charge.schedule)[0])]
            found.append(
                RateNow(
                    charge=charge.name,
                    kind=charge.kind,
                    window=window,
                    unit=charge.unit,
                    rate=charge.by_window[window],
                )
            )
    return found


def year_of(version: Version, day: str, charge: str | None = None) -> tuple[tuple[Decimal, ...], ...]:
    """Rates of imported energy of a type of day, by month and hour: 12 rows of 24, as at each hour's beginning.

    Of rates with blocks the first is meant. A day is taken to follow one of its own type.

    Parameters
    ----------
    day : str
        `mon` … `sun`, or `holiday`.
    charge : str, optional
        One energy charge; the sum of all by kWh by default.

    Raises
    ------
    InputError
        If there is no such day, or no such charge.
    """
    if day not in BASE_DAYS:
        raise InputError(f"{day!r} is no type of day: {', '.join(BASE_DAYS)}")
    charges = [
        each
        for each in version.charges
        if isinstance(each, EnergyCharge) and (each.name == charge if charge else each.unit == "kWh")
    ]
    if charge and not charges:
        raise InputError(f"there is no energy charge {charge!r}")
    rows = []
    for month in range(1, 13):
        season = version.calendar.season(date(2024, month, MIDDLE))
        row = [Decimal(0)] * 24
        for each in charges:
            row = [
                EXACT.add(before, rate) for before, rate in zip(row, _hours(version, each, season, day), strict=True)
            ]
        rows.append(tuple(row))
    return tuple(rows)


def _hours(version: Version, charge: Windowed, season: int, day: str) -> list[Decimal]:
    if not charge.schedule:
        return [charge.by_window[""].blocks[0].rate] * 24
    table = version.compiled[charge.schedule]
    base = BASE_DAYS.index(day)
    # Where holidays are days as others, one looks like a Sunday.
    kind = class_of(season, base if table.holidays or base < 7 else 6)
    windows = table.of_day(kind, kind)[np.arange(24) * 60]
    return [charge.rates[table.names[index]].blocks[0].rate for index in windows.tolist()]
