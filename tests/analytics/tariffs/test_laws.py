"""Laws of bills, whatever the tariff, the load, its order and its grain."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from energy_workbench.analytics.tariffs.allocation import User, allocated
from energy_workbench.analytics.tariffs.bill import Agreement, Bill
from energy_workbench.analytics.tariffs.billing import Supply, bills, priced_months
from energy_workbench.analytics.tariffs.interval_costs import interval_costs
from energy_workbench.analytics.tariffs.largest_remainder import divided
from energy_workbench.analytics.tariffs.metered_energy import MeteredEnergy
from energy_workbench.domain.tariffs.charges.energy import EnergyCharge
from energy_workbench.domain.tariffs.files.tariff_yaml import read_tariff, write_tariff
from energy_workbench.domain.tariffs.money import total
from energy_workbench.domain.tariffs.rates import Block, Rate
from energy_workbench.domain.tariffs.tariff import Tariff
from tests.analytics.tariffs.loads import intervals, metered, unrounded
from tests.examples import examples

ZONES = ("UTC", "Asia/Kolkata", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")
dear = settings(max_examples=examples(12), deadline=None, suppress_health_check=list(HealthCheck))

HEAD = """
name: random
currency: EUR
billing_day: {day}
holidays: {{country: DE}}
rounding: {{amount: {amount}}}
versions:
"""
VERSION = """
  - valid_from: {since}
    seasons: {{warm: [04-15/10-14], cold: [10-15/04-14]}}
    day_types: {{working: [mon, tue, wed, thu, fri], off: [sat, sun, holiday]}}
    schedules:
      tou:
        peak:
          - {{days: working, seasons: warm, hours: [{peak}]}}
          - {{days: working, seasons: cold, hours: [16:00-20:00]}}
        night: [{{hours: 22:00-06:00}}]
        day: rest
      weekend:
        week: [{{days: working}}]
        end: [{{days: off}}]
    charges:
"""
CHARGES = (
    "kind: energy, name: A, schedule: tou, rates: {{peak: {0}, night: {1}, day: {2}}}",
    "kind: energy, name: B, schedule: weekend, blocks_per: day, "
    "rates: {{week: [{{to: 20, rate: {0}}}, {{rate: {1}}}], end: {2}}}",
    "kind: energy, name: C, unit: kVAh, rate: [{{to: 1000, rate: {0}}}, {{to: 5000, rate: {1}}}, {{rate: {2}}}]",
    "kind: demand, name: D, unit: kVA, block: 30, rate: {0}, contract: {{minimum_share: 0.8, excess_rate: {1}}}",
    "kind: demand, name: E, schedule: tou, rates: {{peak: {0}, night: {1}, day: {2}}}, block: 60, highest: 2",
    "kind: demand, name: F, rate: {0}, sliding: true, block: 30, ratchet: {{share: 0.7, months: 2}}",
    "kind: fixed, name: G, rate: {0}",
    "kind: fixed, name: H, rate: {0}, per: day",
    "kind: reactive, name: I, schedule: tou, rates: {{peak: {0}, night: {1}, day: {2}}}, free_share: 0.3",
    "kind: export, name: J, rate: {0}",
    "kind: demand, name: P, per: year, year_begins: 4, rate: {0}",
    "kind: demand, name: Q, schedule: tou, per: day, rates: {{peak: {0}, night: {1}, day: {2}}}",
    "kind: adjustment, name: R, months: {{2025-01: {0}, 2026-03: {1}}}",
    "kind: energy, name: S, blocks_per: year, rate: [{{to: 9000, rate: {0}}}, {{to: 50000, rate: {1}}}, {{rate: {2}}}]",
    "kind: demand, name: T, target_power_factor: 0.93, rate: {0}",
    "kind: percent, name: K, percent: {0}",
    "kind: power_factor, name: L, neutral: 0.9, bands: [{{low: 0, high: 0.9, percent: {0}, each: 0.01}}]",
    "kind: minimum, name: M, least: 2000",
    "kind: tax, name: N, percent: {0}",
    "kind: tax, name: O, rate: {0}, unit: kWh",
)


class Case(NamedTuple):
    """A tariff, a load, and where."""

    tariff: Tariff
    zone: ZoneInfo
    first: date
    end: date
    seed: int
    gaps: bool

    @property
    def supply(self) -> Supply:
        return Supply(zone=self.zone, agreement=Agreement(contract_demand=Decimal(150)))

    def load(self, minutes: int = 15) -> MeteredEnergy:
        random = np.random.default_rng(self.seed)
        count = intervals(self.first, self.end, self.zone, minutes)
        imported = np.round(random.uniform(0, 60, count) * (random.uniform(0, 1, count) > 0.1), 3)
        gaps = random.uniform(0, 1, count) < 0.02
        return metered(
            self.first,
            np.where(gaps, np.nan, imported) if self.gaps else imported,
            self.zone,
            minutes,
            exported=np.round(random.uniform(0, 5, count), 3),
            reactive=np.round(random.uniform(0, 40, count), 3),
            estimated=(random.uniform(0, 1, count) < 0.05) & self.gaps,
        )

    def bills(self, energy: MeteredEnergy | None = None) -> list[Bill]:
        return bills(self.tariff, energy or self.load(), self.first, self.end, self.supply)


@st.composite
def cases(draw: st.DrawFn, *, amount: str = "2", gaps: bool | None = None, charges: tuple[str, ...] = CHARGES) -> Case:
    first = date(2026, 1, 1) + timedelta(draw(st.integers(0, 330)))
    end = first + timedelta(draw(st.integers(1, 75)))
    price = st.integers(-300, 3000).map(lambda each: f"{each / 1000:.3f}")
    text = HEAD.format(day=draw(st.integers(1, 31)), amount=amount)
    since = [date(2025, 1, 1)]
    if draw(st.booleans()):
        since.append(first + timedelta(draw(st.integers(0, 40))))
    for each in since:
        peak = draw(st.sampled_from(["08:00-12:00", "07:00-11:00, 17:00-21:00", "10:00-20:00"]))
        text += VERSION.format(since=each, peak=peak)
        wanted = draw(st.lists(st.sampled_from(charges), min_size=1, max_size=9, unique=True))
        for charge in sorted(wanted, key=charges.index):
            text += f"      - {{{charge.format(*(draw(price) for _ in range(3)))}}}\n"
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    seed, with_gaps = draw(st.integers(0, 10**6)), draw(st.booleans()) if gaps is None else gaps
    return Case(read_tariff(text), zone, first, end, seed, with_gaps)


@dear
@given(cases())
def test_lines_intervals_and_shares_add_up_to_the_bill(case: Case) -> None:
    for month in priced_months(case.tariff, case.load(), case.first, case.end, case.supply):
        bill = month.bill
        assert bill.total == total(line.amount for line in bill.lines)
        costs = interval_costs(month)
        assert costs.total == bill.total
        assert abs(costs.remainder) < Decimal("0.05") * (len(bill.lines) + 1)
        each = [interval_costs(month, name) for name in dict.fromkeys(line.charge for line in bill.lines)]
        assert total(found.total for found in each) == bill.total
        random = np.random.default_rng(case.seed)
        users = [
            User(name=name, energy=random.uniform(0, 20, month.span.count), key=float(random.integers(0, 5)))
            for name in ("north", "south", "yard")
        ]
        for demand_by in ("coincidence", "own_peak"):
            shares = allocated(month, users, demand_by)
            assert shares.total == bill.total
            assert total(shares.totals.values()) == bill.total
            for line in {line.charge for line in bill.lines}:
                assert total(share.amount for share in shares.shares if share.charge == line) == total(
                    found.amount for found in bill.lines if found.charge == line
                )


@dear
@given(cases())
def test_the_order_of_readings_does_not_matter(case: Case) -> None:
    energy = case.load()
    order = np.random.default_rng(case.seed).permutation(len(energy.starts))
    shuffled = replace(
        energy,
        **{
            name: None if values is None else values[order]
            for name in ("starts", "imported", "exported", "reactive", "apparent", "estimated")
            for values in [getattr(energy, name)]
        },
    )
    assert case.bills(shuffled) == case.bills(energy)


@dear
@given(cases(gaps=False, charges=tuple(each for each in CHARGES if "kVA" not in each and "power_factor" not in each)))
def test_the_grain_does_not_matter_where_it_divides_windows_and_blocks(case: Case) -> None:
    """Quarter-hours, and the same as five-minute intervals; where it is coarser than a block, that is told.

    Apparent energy is √(kWh² + kvarh²) of each interval, which is another of a finer one.
    """
    coarse = case.load()

    def split(values: np.ndarray) -> np.ndarray:
        third = np.round(values / 3, 6)
        return np.stack([third, third, np.round(values - 2 * third, 6)], axis=1).ravel()

    offsets = np.array([0, 5, 10]) * 60_000_000
    fine = MeteredEnergy(
        starts=(coarse.starts[:, None] + offsets).ravel(),
        minutes=5,
        imported=split(coarse.imported),
        exported=None if coarse.exported is None else split(coarse.exported),
        reactive=None if coarse.reactive is None else split(coarse.reactive),
    )

    # Where blocks slide, they may begin within a quarter.
    def told(bill: Bill) -> list[tuple[object, ...]]:
        return [
            (line.charge, line.window, line.block, line.quantity, line.amount)
            for line in bill.lines
            if line.charge in ("A", "B", "E", "G", "H", "I", "J", "O")
        ]

    assert [told(bill) for bill in case.bills(fine)] == [told(bill) for bill in case.bills(coarse)]


@dear
@given(cases(amount="null"), st.integers(-500, 500))
def test_a_price_more_is_that_much_for_each_kilowatt_hour(case: Case, thousandths: int) -> None:
    """Before taxes, per cent and minimum, under flat rates of energy."""
    more = Decimal(thousandths) / 1000

    def raised(charge: object) -> object:
        if not isinstance(charge, EnergyCharge) or charge.unit != "kWh":
            return charge
        rates = {
            name: Rate(tuple(replace(block, rate=block.rate + more) for block in rate.blocks))
            for name, rate in charge.rates.items()
        }
        return replace(charge, rates=rates)

    versions = tuple(replace(each, charges=tuple(map(raised, each.charges))) for each in case.tariff.versions)  # type: ignore[arg-type]
    other = case._replace(tariff=replace(case.tariff, versions=versions))
    for before, after in zip(case.bills(), other.bills(), strict=True):
        for name in ("A", "B"):
            energy = total(line.quantity for line in before.lines if line.charge == name)
            was, now = (total(line.amount for line in bill.lines if line.charge == name) for bill in (before, after))
            assert now - was == pytest.approx(energy * more, abs=Decimal("1e-9"))


@dear
@given(cases(amount="null", gaps=False), st.integers(1, 74))
def test_merged_loads_cost_what_they_cost_apart_under_flat_rates(case: Case, seed: int) -> None:
    flat = replace(
        case.tariff,
        versions=(
            replace(
                case.tariff.versions[0],
                valid_from=date(2025, 1, 1),
                charges=(
                    EnergyCharge(
                        name="A",
                        schedule="tou",
                        rates={
                            name: Rate((Block(rate=Decimal(seed + n)),))
                            for n, name in enumerate(("peak", "night", "day"))
                        },
                    ),
                ),
            ),
        ),
    )
    one, other = case._replace(tariff=flat), case._replace(tariff=flat, seed=seed)
    both = replace(one.load(), imported=one.load().imported + other.load().imported)
    apart = [a.total + b.total for a, b in zip(one.bills(), other.bills(), strict=True)]
    assert [bill.total for bill in one.bills(both)] == apart


@dear
@given(cases())
def test_what_is_written_is_read_back(case: Case) -> None:
    assert read_tariff(write_tariff(case.tariff)) == case.tariff


@dear
@given(cases(amount="null"))
def test_months_are_the_same_one_by_one(case: Case) -> None:
    """What is billed at once is billed month by month too, with what the months before were."""
    whole = unrounded(case.tariff)
    at_once = bills(whole, case.load(), case.first, case.end, case.supply)
    history = {}
    for bill in at_once:
        (again,) = bills(whole, case.load(), bill.first, bill.end, case.supply, history)
        assert again == bill
        if bill.first == bill.month:
            history[bill.month] = bill.facts


@given(
    st.integers(-(10**9), 10**9).map(lambda cents: Decimal(cents) / 100),
    st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 10**12), min_size=1, max_size=9),
)
def test_shares_are_the_amount_and_none_is_a_cent_away_from_its_quota(amount: Decimal, weights: dict[str, int]) -> None:
    shares = divided(amount, weights)
    assert sum(shares.values()) == amount
    whole = sum(weights.values())
    for name, share in shares.items():
        quota = amount * weights[name] / whole if whole else amount / len(weights)
        assert abs(share - quota) < Decimal("0.01")
