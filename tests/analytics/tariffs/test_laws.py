"""Laws that every bill keeps, whatever its tariff and load."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from energy_workbench.analytics.tariffs.bill import bill
from energy_workbench.analytics.tariffs.load import Load
from tests.analytics.tariffs.loads import random, starts, tariff
from tests.examples import examples

ZONES = st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata", "America/New_York", "Australia/Adelaide"])
FIRST = st.builds(date, st.just(2026), st.integers(1, 11), st.integers(1, 28))
RATE = st.decimals(-1, 20, places=4)
WINDOWS = "w: {peak: {days: workday, at: [07:00-10:00, 17:30-21:00]}, night: 22:00-06:00, day: rest}"
ROUND = st.sampled_from(["round: 0.01", "round: 0.05 half even", "round: none", "round: 1 up"])


@st.composite
def tariffs(draw, added=Decimal(0)):
    """Every kind that needs nothing but the load, with drawn numbers; `added` to each flat rate of energy."""
    rates = {window: draw(RATE) for window in ("peak", "night", "day")}
    blocks = sorted(draw(st.lists(st.integers(1, 5000), min_size=2, max_size=2, unique=True)))
    unit, minutes = draw(st.sampled_from(["kW", "kVA"])), draw(st.sampled_from([15, 30, 60]))
    shape = f"unit: {unit}, block minutes: {minutes}, sliding: {draw(st.sampled_from(['yes', 'no']))}"
    charges = """- {{charge: E, kind: energy, unit: kWh, windows: w, rate: {{{rates}}}}}
- {{charge: B, kind: energy, unit: {energy}, blocks per: {per},
   rate: [{{up to: {b[0]}, rate: 3}}, {{up to: {b[1]}, rate: 1}}, {{rate: 2}}]}}
- {{charge: X, kind: export, unit: kWh, rate: 0.07}}
- {{charge: D, kind: demand, {shape}, windows: w, rate: {{peak: 9.5, night: 0, day: 2}},
   mean of highest: {n}, on different days: yes}}
- {{charge: C, kind: demand, unit: kVA, rate: 3.3, contract: 100, minimum share: 0.9, excess: {{rate: 7}}}}
- {{charge: F, kind: fixed, rate: 33.33, per: month}}
- {{charge: R, kind: reactive, free share: 0.3, rate: 0.011}}
- {{charge: PF, kind: power factor, on: [E, D], table: [{{below: 0.9, each point: 1}}, {{percent: -1}}]}}
- {{charge: S, kind: percent, percent: {percent}, on: [E, F]}}
- {{charge: M, kind: minimum, rate: 20000, on: [E, D]}}
- {{charge: T, kind: tax, percent: 19, on: all}}
""".format(
        rates=", ".join(f"{name}: {rate + added}" for name, rate in rates.items()),
        energy=draw(st.sampled_from(["kWh", "kVAh"])),
        per=draw(st.sampled_from(["month", "day"])),
        b=blocks,
        shape=shape,
        n=draw(st.integers(1, 4)),
        percent=draw(st.decimals(-10, 20, places=2)),
    )
    return tariff(charges, windows=WINDOWS, head=draw(ROUND))


@given(tariffs(), FIRST, ZONES, st.integers(0, 1000), st.sampled_from([5, 15, 30]))
@settings(max_examples=examples(10), deadline=None)
def test_the_total_is_its_lines_and_its_intervals_and_the_order_does_not_matter(made, first, zone, seed, minutes):
    zone, end = ZoneInfo(zone), date(first.year, first.month + 1, first.day)
    load = random(first, end, zone, seed, minutes)
    found = bill(made, load, first, end, zone=zone)
    assert found.total == sum(line.amount for line in found.lines)
    assert found.taxes == sum(line.amount for line in found.lines if line.kind == "tax")
    costs = found.costs()
    assert sum((Decimal(int(each)) for each in costs.micro), Decimal(0)).scaleb(-6) + costs.remainder == found.total
    assert abs(costs.remainder) < Decimal("0.5")
    at = starts(first, end, zone, minutes)
    order = np.random.default_rng(seed).permutation(len(at))
    back = {name: getattr(load, name) / 1e6 for name in ("kwh", "export", "kvarh")}
    shuffled = Load.of(
        at[order], back["kwh"][order], minutes=minutes, export=back["export"][order], kvarh=back["kvarh"][order],
        estimated=load.estimated[order],
    )  # fmt: skip
    assert bill(made, shuffled, first, end, zone=zone).lines == found.lines


@given(st.data(), st.decimals("0.0001", 5, places=4), FIRST, ZONES, st.integers(0, 1000))
@settings(max_examples=examples(10), deadline=None)
def test_what_is_added_to_all_rates_is_paid_for_each_kwh(data, added, first, zone, seed):
    zone, end = ZoneInfo(zone), date(first.year, first.month + 1, first.day)
    load = random(first, end, zone, seed)
    rates = {window: data.draw(RATE) for window in ("peak", "night", "day")}

    def energy(more):
        text = ", ".join(f"{name}: {rate + more}" for name, rate in rates.items())
        made = tariff(
            f"- {{charge: E, kind: energy, unit: kWh, windows: w, rate: {{{text}}}}}",
            windows=WINDOWS,
            head="round: none",
        )
        return bill(made, load, first, end, zone=zone).total

    assert energy(added) - energy(Decimal(0)) == added * Decimal(int(load.kwh.sum())).scaleb(-6)


@given(FIRST, ZONES, st.integers(0, 1000))
@settings(max_examples=examples(10), deadline=None)
def test_a_grain_that_divides_windows_and_blocks_does_not_matter(first, zone, seed):
    """Five minutes, each a third of its quarter: whole milliwatt-hours, so that nothing is rounded on the way."""
    zone, end = ZoneInfo(zone), date(first.year, first.month + 1, first.day)
    at, fine = starts(first, end, zone), starts(first, end, zone, 5)
    kwh = np.random.default_rng(seed).integers(0, 10_000_000, len(at)) * 3 / 1e6
    made = tariff(
        """- {charge: E, kind: energy, unit: kWh, windows: w, rate: {peak: 3, night: 1, day: 2}}
- {charge: D, kind: demand, unit: kW, block minutes: 30, windows: w, rate: {peak: 3, night: 1, day: 2}}
""",
        windows=WINDOWS,
    )
    coarse = bill(made, Load.of(at, kwh, minutes=15), first, end, zone=zone)
    assert bill(made, Load.of(fine, np.repeat(kwh / 3, 3), minutes=5), first, end, zone=zone).lines == coarse.lines
