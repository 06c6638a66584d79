"""What a running month comes to: its energy, its maximum demand and its bill, as ranges of what like days were.

Each day that is left is taken to be as a past day of its kind (weekday, or holiday as Sunday): a path takes for all of
them their most recent like days, the next one the second most recent ones, and so on. The middle of the paths is what
is expected, the lowest and the highest are the range. How far that is off is tried on the months before, from the
same day of each, by what was known then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from statistics import fmean, median
from typing import Final

import numpy as np

from energy_workbench.analytics.tariffs.bill import History
from energy_workbench.analytics.tariffs.billing import Supply, bills
from energy_workbench.analytics.tariffs.metered_energy import (
    MINUTE,
    PER_KWH,
    Channel,
    Floats,
    Ints,
    MeteredEnergy,
    Span,
    span,
)
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.tariffs.billing_months import earlier, month_of
from energy_workbench.domain.tariffs.tariff import Tariff

PATHS: Final = 8
"""Like days that are looked at: so many weeks of a weekday."""
LOOKBACK_DAYS: Final = 7 * (PATHS + 4)
MONTHS_TRIED: Final = 12
METHOD: Final = (
    f"each day that is left as each of the last {PATHS} days of its weekday (a holiday as a Sunday) was; "
    "the middle of these, and the lowest and highest"
)


@dataclass(frozen=True, slots=True)
class Range:
    """What is expected, and between what."""

    low: Decimal
    middle: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a month is expected to come to.

    Attributes
    ----------
    first, end : date
        Of the billing month; `end` is left out.
    energy : Range
        [kWh].
    maximum_demand : Range
        Mean power of an interval [kW].
    cost : Range or None
        [currency]; None without a tariff.
    method : str
    energy_error, demand_error : float or None
        Mean of the amounts by which the middle was off in the months that could be tried, as a share of what they came
        to; None where none could.
    months_tried : int
    """

    first: date
    end: date
    energy: Range
    maximum_demand: Range
    cost: Range | None
    method: str
    energy_error: float | None
    demand_error: float | None
    months_tried: int


def outlook(
    energy: MeteredEnergy,
    today: date,
    supply: Supply,
    tariff: Tariff | None = None,
    history: History | None = None,
) -> Outlook:
    """What the billing month of a day is expected to come to.

    Parameters
    ----------
    energy : MeteredEnergy
        Of the month so far and the time before it; what is from `today` on is not looked at.
    today : date
        First day that is not known yet.
    tariff : Tariff, optional
        For what it costs, with the `history` of earlier months.

    Raises
    ------
    InputError
        If there is no whole day before to go by.
    """
    billing_day = supply.billing_day or (tariff.billing_day if tariff else 1)
    first, end = month_of(today, billing_day)
    paths = _paths(energy, first, end, today, supply)
    costs = None
    if tariff is not None:
        found = [bills(tariff, path, first, end, supply, history)[0].total for path in paths]
        costs = _range(found)
    tried = [
        each
        for begin in earlier(first, MONTHS_TRIED, billing_day)
        for each in _tried(energy, begin, first, today, supply)
    ]
    return Outlook(
        first=first,
        end=end,
        energy=_range([_energy(path) for path in paths]),
        maximum_demand=_range([_maximum(path) for path in paths]),
        cost=costs,
        method=METHOD,
        energy_error=fmean(each for each, _ in tried) if tried else None,
        demand_error=fmean(each for _, each in tried) if tried else None,
        months_tried=len(tried),
    )


def _tried(
    energy: MeteredEnergy, begin: date, first: date, today: date, supply: Supply
) -> Iterator[tuple[float, float]]:
    """By how much an earlier month was off, from the same day of it; nothing where it is not known in whole."""
    _, end = month_of(begin, begin.day)
    known = span(energy, begin, end, supply.zone, supply.holidays)
    if known.channels["kWh"].missing is not None:
        return
    then = min(begin + (today - first), end - timedelta(days=1))
    try:
        paths = _paths(energy, begin, end, then, supply)
    except InputError:
        return
    values = known.channels["kWh"].values
    was_energy, was_maximum = float(values.sum()) / PER_KWH, float(values.max()) / PER_KWH * 60 / known.minutes
    if was_energy:
        yield (
            abs(float(_range([_energy(path) for path in paths]).middle) - was_energy) / was_energy,
            abs(float(_range([_maximum(path) for path in paths]).middle) - was_maximum) / was_maximum,
        )


def _paths(energy: MeteredEnergy, first: date, end: date, today: date, supply: Supply) -> list[MeteredEnergy]:
    """The month as it may turn out, some times."""
    whole = span(energy, min(first, today - timedelta(days=LOOKBACK_DAYS)), end, supply.zone, supply.holidays)
    known, month = whole.index_of(today), whole.index_of(first)
    kinds = _kinds(whole)
    days = whole.day - int(whole.day[0])
    like = _whole_days(whole, known, days, kinds)
    if not any(like.values()):
        raise InputError(f"nothing can be expected of the month from {first} on: no whole day before {today} is known")
    slots = whole.minute // whole.minutes
    left = [np.flatnonzero(days == day) for day in np.unique(days[known:]).tolist()]
    starts = whole.start + whole.minutes * MINUTE * np.arange(whole.count, dtype=np.int64)
    found = []
    for path in range(PATHS):
        channels = {name: _known(channel) for name, channel in whole.channels.items()}
        for places in left:
            past = like[int(kinds[places[0]])] or max(like.values(), key=len)
            source = np.flatnonzero(days == past[min(path, len(past) - 1)])
            ahead = places[places >= known]
            for values in channels.values():
                values[ahead] = _by_slot(values, slots, source, 1440 // whole.minutes)[slots[ahead]]
        exported, reactive, apparent = (channels.get(name) for name in ("export", "kvarh", "kVAh"))
        found.append(
            MeteredEnergy(
                starts=starts[month:],
                minutes=whole.minutes,
                imported=channels["kWh"][month:],
                exported=None if exported is None else exported[month:],
                reactive=None if reactive is None else reactive[month:],
                apparent=None if apparent is None else apparent[month:],
            )
        )
    return found


def _known(channel: Channel) -> Floats:
    values = channel.values / PER_KWH
    if channel.missing is not None:
        values[channel.missing] = np.nan
    return values


def _kinds(whole: Span) -> Ints:
    """Weekday of each interval's day, from 0; a holiday is a Sunday."""
    weekday = (whole.day + 3) % 7
    return np.where(np.isin(whole.day, list(whole.holiday_numbers)), 6, weekday)


def _whole_days(whole: Span, known: int, days: Ints, kinds: Ints) -> dict[int, list[int]]:
    """Days before what is known ends of which nothing is missing, by kind, the newest first."""
    missing = whole.channels["kWh"].missing
    found: dict[int, list[int]] = {kind: [] for kind in range(7)}
    for day in np.unique(days[:known])[::-1].tolist():
        places = np.flatnonzero(days == day)
        if places[-1] < known and (missing is None or not missing[places].any()):
            found[int(kinds[places[0]])].append(day)
    return found


def _by_slot(values: Floats, slots: Ints, places: Ints, count: int) -> Floats:
    """A day by its slots of the clock: of an hour that it skipped, the energy of the slot before."""
    found = np.full(count, np.nan)
    found[slots[places]] = values[places]
    for slot in np.flatnonzero(np.isnan(found)).tolist():
        found[slot] = found[slot - 1]
    return found


def _energy(path: MeteredEnergy) -> Decimal:
    return Decimal(str(round(float(np.nansum(path.imported)), 3)))


def _maximum(path: MeteredEnergy) -> Decimal:
    return Decimal(str(round(float(np.nanmax(path.imported)) * 60 / path.minutes, 3)))


def _range(values: Sequence[Decimal]) -> Range:
    return Range(min(values), median(values), max(values))
