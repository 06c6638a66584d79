"""A year's bill of one meter, beside the same sums with numpy by hand, and the cost of every interval.

Usage: python -m benchmarks bill

The tariff has three windows by day, a demand in one of them, a fixed charge and a tax: twelve bills of 35,040 quarters.
By hand: one pass of numpy over the year with the same windows, in a zone without clock changes, floats, no lines.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from energy_workbench.analytics.tariffs.bill import Bill, bill
from energy_workbench.analytics.tariffs.load import Load
from energy_workbench.analytics.tariffs.local_time import midnight
from energy_workbench.domain.tariffs.reader import read_tariff

ZONE, OFFSET_MINUTES = ZoneInfo("Asia/Kolkata"), 330
GOAL = 2.0
ROUNDS = 21
TARIFF = """
tariff: Bench
currency: INR
versions:
  - from: 2020-01-01
    windows:
      w: {peak: {days: workday, at: 18:00-22:00}, night: 22:00-06:00, day: rest}
    charges:
      - {charge: Energy, kind: energy, unit: kWh, windows: w, rate: {peak: 9, night: 6, day: 7.5}}
      - {charge: Demand, kind: demand, unit: kW, block minutes: 30, rate: 400}
      - {charge: Fixed, kind: fixed, rate: 1000, per: month}
      - {charge: Duty, kind: tax, percent: 15, on: all}
"""
MONTHS = [date(2026, month, 1) for month in range(1, 13)] + [date(2027, 1, 1)]


def by_hand(starts: Any, kwh: Any) -> Any:
    """Amounts of twelve months."""
    minute = starts // 60_000_000 + OFFSET_MINUTES
    day, of_day = minute // 1440, minute % 1440
    weekday = (day + 3) % 7
    night = (of_day >= 1320) | (of_day < 360)
    peak = (weekday < 5) & (of_day >= 1080) & (of_day < 1320)
    rate = np.where(night, 6.0, np.where(peak, 9.0, 7.5))
    days = day.astype("datetime64[D]").astype("datetime64[M]")
    month = (days - days[0]).astype(int)
    amounts = np.bincount(month, kwh * rate, 12)
    demand = (kwh[::2] + kwh[1::2]) * 2
    peaks = np.zeros(12)
    np.maximum.at(peaks, month[::2], demand)
    return (amounts + peaks * 400 + 1000) * 1.15


def least(what: Callable[[], Any]) -> float:
    """Least time of some rounds [s]."""
    spent = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        what()
        spent.append(time.process_time() - begin)
    return min(spent)


def main() -> None:
    begin, end = midnight(MONTHS[0], ZONE), midnight(MONTHS[-1], ZONE)
    starts = np.arange(begin, end, 900_000_000, dtype=np.int64)
    kwh = np.round(np.random.default_rng(1).gamma(2.0, 15.0, len(starts)), 3)
    tariff = read_tariff(TARIFF)

    def ours() -> list[Bill]:
        load = Load.of(starts, kwh, minutes=15)
        return [bill(tariff, load, MONTHS[at], MONTHS[at + 1], zone=ZONE) for at in range(12)]

    bills = ours()
    assert np.abs(np.array([float(each.total) for each in bills]) - by_hand(starts, kwh)).max() < 0.05
    hand, mine = least(lambda: by_hand(starts, kwh)), least(ours)
    costs = least(lambda: [each.costs() for each in bills])
    print(
        f"a year's bill of one meter: {mine * 1e3:.1f} ms, by hand {hand * 1e3:.1f} ms: {mine / hand:.2f} × "
        f"(goal {GOAL:g} ×)"
    )
    print(f"and the cost of each of its {len(starts):,} intervals: {costs * 1e3:.1f} ms, {(mine + costs) / hand:.2f} ×")


if __name__ == "__main__":
    main()
