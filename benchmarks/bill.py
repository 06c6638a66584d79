"""What a year's bill of one meter costs ÷ the same sums written by hand in numpy, for this one tariff.

Usage: python -m benchmarks bill

The tariff has three windows by season, type of day and hour, with holidays, demand in kVA and in a window, reactive
energy, fixed charges, per cent and tax. By hand are: the clock of the zone, which hour is of which window, sums and
maxima of months, and the products. Ours gives the lines too, in decimals, with when demands were and what is estimated.
Told is the processor's time, the best of several rounds of each in turn; then what costs of intervals, and an
allocation to twenty units, cost ÷ the bill.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from energy_workbench.analytics.tariffs.allocation import User, allocated
from energy_workbench.analytics.tariffs.bill import Agreement
from energy_workbench.analytics.tariffs.billing import Supply, bills, priced_months
from energy_workbench.analytics.tariffs.interval_costs import interval_costs
from energy_workbench.analytics.tariffs.metered_energy import MINUTE, MeteredEnergy
from energy_workbench.domain.tariffs.files.tariff_yaml import read_tariff
from energy_workbench.domain.time.clock import to_micros
from energy_workbench.domain.time.period import local_midnight

ZONE = ZoneInfo("Europe/Berlin")
FIRST, END = date(2026, 1, 1), date(2027, 1, 1)
ROUNDS = 40
TARIFF = """
name: bench
currency: EUR
holidays: {country: DE, region: BY}
versions:
  - valid_from: 2026-01-01
    seasons: {summer: [04-01/09-30], winter: [10-01/03-31]}
    day_types: {working: [mon, tue, wed, thu, fri], off: [sat, sun, holiday]}
    schedules:
      tou:
        peak:
          - {seasons: summer, days: working, hours: 10:00-16:00}
          - {seasons: winter, days: working, hours: 16:00-20:00}
        night: [{hours: 22:00-06:00}]
        day: rest
    charges:
      - {kind: energy, name: Energy, schedule: tou, rates: {peak: 0.31, night: 0.18, day: 0.24}}
      - {kind: demand, name: Demand, unit: kVA, rate: 9.5}
      - {kind: demand, name: Peak demand, schedule: tou, rates: {peak: 4, night: 0, day: 0}}
      - {kind: reactive, name: Reactive, rate: 0.012, free_share: 0.5}
      - {kind: fixed, name: Meter, rate: 40}
      - {kind: percent, name: Discount, percent: -2, of: [Energy]}
      - {kind: tax, name: Tax, rate: 0.0205}
      - {kind: tax, name: VAT, percent: 19}
"""


def load() -> MeteredEnergy:
    """A year of quarter-hours."""
    random = np.random.default_rng(1)
    start, end = (to_micros(local_midnight(day, ZONE)) for day in (FIRST, END))
    starts = np.arange(start, end, 15 * MINUTE, dtype=np.int64)
    imported = np.round(random.uniform(5, 60, len(starts)), 3)
    return MeteredEnergy(starts=starts, minutes=15, imported=imported, reactive=np.round(imported * 0.6, 3))


def by_hand(energy: MeteredEnergy, holidays: pd.DatetimeIndex) -> float:
    """The same total, of this tariff alone."""
    local = pd.to_datetime(energy.starts, unit="us", utc=True).tz_convert(ZONE).tz_localize(None)
    hour, month = local.hour.to_numpy(), local.month.to_numpy() - 1
    working = (local.day_of_week.to_numpy() < 5) & ~local.normalize().isin(holidays)
    summer = (month >= 3) & (month <= 8)
    peak = working & np.where(summer, (hour >= 10) & (hour < 16), (hour >= 16) & (hour < 20))
    night = (hour >= 22) | (hour < 6)
    window = np.where(peak, 0, np.where(night, 1, 2))
    kwh = np.bincount(month * 3 + window, energy.imported, 36).reshape(12, 3)
    assert energy.reactive is not None
    kvarh = np.bincount(month, energy.reactive, 12)
    edges = np.searchsorted(month, np.arange(12))
    kva = np.maximum.reduceat(np.hypot(energy.imported, energy.reactive), edges) * 4
    in_peak, in_night, in_day = (
        np.maximum.reduceat(np.where(window == each, energy.imported, 0), edges) * 4 for each in range(3)
    )
    priced = kwh @ np.array([0.31, 0.18, 0.24])
    demand = kva * 9.5 + in_peak * 4 + in_night * 0 + in_day * 0
    reactive = np.maximum(kvarh - kwh.sum(axis=1) * 0.5, 0) * 0.012
    before = priced + demand + reactive + 40 - priced * 0.02 + kwh.sum(axis=1) * 0.0205
    return float((before * 1.19).sum())


def best(*tried: Callable[[], object]) -> list[float]:
    """Least seconds of the processor of each, in turn."""
    found = [float("inf")] * len(tried)
    for _ in range(ROUNDS):
        for index, each in enumerate(tried):
            begin = time.process_time()
            each()
            found[index] = min(found[index], time.process_time() - begin)
    return found


def main() -> None:
    """Print the ratios."""
    tariff, energy, supply = read_tariff(TARIFF), load(), Supply(zone=ZONE, agreement=Agreement(meters=1))
    assert tariff.holidays is not None
    days = pd.DatetimeIndex(sorted(pd.Timestamp(day) for day in tariff.holidays.of_years(2025, 2026)))

    def ours() -> Decimal:
        return sum((bill.total for bill in bills(tariff, energy, FIRST, END, supply)), Decimal(0))

    hand = by_hand(energy, days)
    assert abs(float(ours()) - hand) < 0.5, (ours(), hand)
    bill, numpy = best(ours, lambda: by_hand(energy, days))
    print(f"a year's bill ÷ numpy by hand: {bill / numpy:.2f} ({bill * 1000:.1f} ms ÷ {numpy * 1000:.1f} ms)")
    months = priced_months(tariff, energy, FIRST, END, supply)
    units = [np.random.default_rng(each).uniform(0, 2, len(energy.starts)) for each in range(20)]
    users = [User(name=f"unit {each}", energy=unit[: months[0].span.count]) for each, unit in enumerate(units)]
    costs, shares = best(
        lambda: [interval_costs(month) for month in months],
        lambda: allocated(months[0], users),
    )
    print(f"costs of its intervals ÷ the bill: {costs / bill:.2f}; allocations to 20 a minute: {60 / shares:,.0f}")


if __name__ == "__main__":
    main()
