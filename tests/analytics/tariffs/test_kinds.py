"""Each kind of charge, beside what it comes to by hand."""

from __future__ import annotations

from datetime import UTC as UTC_OFFSET
from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pytest

from energy_workbench.analytics.tariffs.bill import Agreement, MonthFacts
from energy_workbench.analytics.tariffs.billing import Supply, bills, months_needed
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.tariffs.charges.prices import PriceSeries
from tests.analytics.tariffs.loads import UTC, line, lines, metered, one_bill, tariff_of

FIRST, END = date(2026, 4, 1), date(2026, 5, 1)
COUNT = 30 * 96


def load(**peaks: float) -> np.ndarray:
    """1 kW, and other powers at quarters of the month: `q500=20`."""
    found = np.full(COUNT, 0.25)
    for name, power in peaks.items():
        found[int(name[1:])] = power / 4
    return found


@pytest.mark.parametrize(
    ("charge", "billed", "at"),
    [
        pytest.param("block: 15", "20", [500], id="the highest quarter"),
        pytest.param("block: 30", "15", [500], id="half-hours side by side"),
        pytest.param("block: 60, sliding: true", "8", [498], id="sliding hours"),
        pytest.param("block: 60", "8", [500], id="hours side by side"),
        pytest.param("block: 15, highest: 3", "14", [500, 900, 501], id="the mean of the three highest"),
        pytest.param(
            "block: 15, highest: 3, on_different_days: true", "13", [500, 900, 1500], id="of three different days"
        ),
        pytest.param("minimum: 25", "25", [500], id="a minimum"),
        pytest.param("peaks: [2026-04-06T05:20Z, 2026-04-10T09:00Z]", "11", [501, 900], id="at named instants"),
    ],
)
def test_a_demand(charge: str, billed: str, at: list[int]) -> None:
    energy = metered(FIRST, load(q500=20, q501=10, q502=1, q900=12, q1500=7))
    found = line(one_bill(tariff_of(f"kind: demand, name: Demand, rate: 2, {charge}"), energy, FIRST, END), "Demand")
    assert found.quantity == Decimal(billed)
    assert [(each - datetime(2026, 4, 1, tzinfo=UTC_OFFSET)).total_seconds() / 900 for each in found.at] == at
    assert found.amount == 2 * Decimal(billed)


def test_a_demand_of_no_named_instant_is_nothing() -> None:
    tariff = tariff_of("kind: demand, name: Triad, rate: 2, named_peaks: true")
    energy = metered(FIRST, load(q500=20))
    assert line(one_bill(tariff, energy, FIRST, END), "Triad").quantity == 0
    agreement = Agreement(peaks={"Triad": (datetime(2026, 4, 6, 5, 0, tzinfo=UTC_OFFSET),)})
    assert line(one_bill(tariff, energy, FIRST, END, agreement=agreement), "Triad").quantity == 20


def test_a_demand_of_each_window_has_its_own_maximum() -> None:
    version = """
    schedules:
      tou:
        peak: [{hours: 16:00-20:00}]
        off: rest
"""
    tariff = tariff_of(
        "kind: demand, name: Demand, schedule: tou, rates: {peak: 10, off: [{to: 5, rate: 1}, {rate: 2}]}",
        version=version,
    )
    bill = one_bill(tariff, metered(FIRST, load(q500=20, q162=9)), FIRST, END)
    assert (line(bill, "Demand", "peak").quantity, line(bill, "Demand", "peak").amount) == (9, 90)
    assert [(each.quantity, each.amount) for each in lines(bill, "Demand", "off")] == [(5, 5), (15, 30)]


def test_the_maximum_of_each_day_is_billed_on_its_day() -> None:
    bill = one_bill(
        tariff_of("kind: demand, name: Daily, per: day, rate: 0.1"), metered(FIRST, load(q500=20, q501=30)), FIRST, END
    )
    assert (line(bill, "Daily").quantity, line(bill, "Daily").unit, line(bill, "Daily").amount) == (
        59,
        "kW · d",
        Decimal("5.90"),
    )


@pytest.mark.parametrize(
    ("peak", "expected"),
    [
        pytest.param(20, [("", 75, 750)], id="below the minimum share"),
        pytest.param(90, [("", 90, 900)], id="below the contract"),
        pytest.param(104, [("", 104, 1040)], id="within the tolerance"),
        pytest.param(120, [("", 105, 1050), ("excess", 15, 300)], id="above it"),
    ],
)
def test_a_contract_demand(peak: float, expected: list[tuple[str, int, int]]) -> None:
    terms = "{minimum_share: 0.75, tolerance: 0.05, excess_rate: 20}"
    tariff = tariff_of(f"kind: demand, name: Demand, unit: kVA, rate: 10, contract: {terms}")
    energy = metered(FIRST, load(q500=peak), apparent=load(q500=peak))
    bill = one_bill(tariff, energy, FIRST, END, agreement=Agreement(contract_demand=Decimal(100)))
    assert [(each.detail, each.quantity, each.amount) for each in lines(bill, "Demand")] == expected
    with pytest.raises(InputError, match="by contract demand, and none is stated"):
        one_bill(tariff, energy, FIRST, END)


def test_a_demand_in_kva_is_of_active_and_reactive_energy() -> None:
    tariff = tariff_of(
        "kind: demand, name: Demand, unit: kVA, rate: 1\nkind: energy, name: Energy, unit: kVAh, rate: 1"
    )
    bill = one_bill(tariff, metered(FIRST, np.full(COUNT, 3.0), reactive=np.full(COUNT, 4.0)), FIRST, END)
    assert (line(bill, "Demand").quantity, line(bill, "Energy").quantity) == (20, 5 * COUNT)
    with pytest.raises(InputError, match="'Demand' is by kVAh, and the meter tells no reactive or apparent energy"):
        one_bill(tariff, metered(FIRST, np.full(COUNT, 3.0)), FIRST, END)


def test_the_years_maximum_is_billed_monthly_and_earlier_months_are_settled() -> None:
    tariff = tariff_of("kind: demand, name: Leistung, per: year, rate: 120", since="2026-01-01")
    energy = np.full(365 * 96, 0.25)
    energy[10], energy[96 * 35], energy[96 * 70] = 5, 10, 7.5  # 20 kW in January, 40 in February, 30 in March
    found = bills(tariff, metered(date(2026, 1, 1), energy), date(2026, 1, 1), date(2027, 1, 1), Supply(zone=UTC))
    told = [[(each.detail, each.amount) for each in lines(bill, "Leistung")] for bill in found[:4]]
    assert told == [[("", 200)], [("", 400), ("correction", 200)], [("", 400)], [("", 400)]]
    assert sum(bill.total for bill in found) == 40 * 120
    assert found[2].depends_on == (date(2026, 1, 1), date(2026, 2, 1))
    assert "earlier month" in line(found[2], "Leistung").notes[0]


def test_a_years_maximum_of_a_season_has_its_twelfth_in_each_month() -> None:
    version = """
    seasons: {winter: [11-01/03-31], rest: [04-01/10-31]}
    schedules:
      season:
        winter: [{seasons: winter}]
        summer: [{seasons: rest}]
"""
    charge = "kind: demand, name: Winter, per: year, schedule: season, rates: {winter: 120, summer: 0}"
    tariff = tariff_of(charge, since="2026-01-01", version=version)
    energy = np.full(365 * 96, 0.25)
    energy[10], energy[96 * 320] = 5, 7.5  # 20 kW in January, 30 in November
    found = bills(tariff, metered(date(2026, 1, 1), energy), date(2026, 1, 1), date(2027, 1, 1), Supply(zone=UTC))
    assert [bill.total for bill in found] == [200] * 10 + [300 + 1000, 300]


def test_a_ratchet_and_an_excess_do_not_add_up() -> None:
    """Billed are 100 kVA: 80 % of 125, of which 10 are above the contract."""
    terms = "contract: {demand: 80, excess_rate: 20}, ratchet: {share: 0.8, months: 1}"
    tariff = tariff_of(f"kind: demand, name: Demand, rate: 10, {terms}")
    history = {date(2026, 3, 1): MonthFacts(demands={"Demand": Decimal(125)})}
    bill = one_bill(tariff, metered(FIRST, load(q500=90)), FIRST, END, history=history)
    assert [(each.detail, each.quantity) for each in lines(bill, "Demand")] == [("", 90), ("excess", 10)]


def test_the_rate_by_hours_of_use_is_settled_when_it_changes() -> None:
    """January is of 744 h at full load, as a year's 8,928 h; then a maximum comes that makes them fewer than 2,500."""
    tariff = tariff_of(
        """
        kind: demand, name: From 2500, per: year, rate: 120, hours_of_use: {at_least: 2500}
        kind: demand, name: Below 2500, per: year, rate: 24, hours_of_use: {below: 2500, demand: From 2500}
        kind: energy, name: Energy from, rate: 0.01, hours_of_use: {at_least: 2500}
        kind: energy, name: Energy below, rate: 0.05, hours_of_use: {below: 2500, demand: From 2500}
        """,
        since="2026-01-01",
    )
    energy = np.full(365 * 96, 0.25)
    energy[96 * 40] = 25  # 100 kW
    found = bills(tariff, metered(date(2026, 1, 1), energy), date(2026, 1, 1), date(2027, 1, 1), Supply(zone=UTC))
    january, february = ({(each.charge, each.detail): each.amount for each in bill.lines} for bill in found[:2])
    assert january == {("From 2500", ""): 10, ("Energy from", ""): Decimal("7.44")}
    assert february == {
        ("From 2500", "correction"): -10,
        ("Below 2500", ""): 200,
        ("Below 2500", "correction"): 200,
        ("Energy from", "correction"): Decimal("-7.44"),
        ("Energy below", ""): Decimal("34.84"),
        ("Energy below", "correction"): Decimal("37.20"),
    }
    kwh = Decimal(str(energy.sum()))
    assert sum(bill.total for bill in found) == pytest.approx(2400 + kwh * Decimal("0.05"), abs=Decimal("0.06"))


def test_fixed_charges() -> None:
    tariff = tariff_of(
        """
        kind: fixed, name: a day, rate: 0.5, per: day
        kind: fixed, name: a month, rate: 10
        kind: fixed, name: a year, rate: 120, per: year
        kind: fixed, name: a meter, rate: 10, times: meters
        kind: fixed, name: more meters, rate: 10, times: further_meters
        kind: fixed, name: contracted, rate: 2, times: contract_demand
        """
    )
    agreement = Agreement(meters=3, contract_demand=Decimal(250))
    bill = one_bill(tariff, metered(FIRST, load()), FIRST, END, agreement=agreement)
    assert [each.amount for each in bill.lines] == [15, 10, 10, 30, 20, 500]
    assert {each.kind for each in bill.lines} == {"fixed"}


@pytest.mark.parametrize(
    ("power_factor", "percent"),
    [("0.95", "0"), ("0.92", "0"), ("0.88", "2"), ("0.83", "9"), ("0.60", "24"), ("0.97", "-1"), ("1", "-3.5")],
)
def test_a_power_factor_table(power_factor: str, percent: str) -> None:
    """1 % for each 0.01 below 0.90, 2 % below 0.85, 24 % at most; 0.5 % back for each above 0.95, more at 1."""
    bands = (
        "{low: 0.85, high: 0.90, percent: 1, each: 0.01}, {low: 0.755, high: 0.85, percent: 2, each: 0.01}, "
        "{low: 0.95, high: 0.99, percent: -0.5, each: 0.01}, {low: 0.99, high: 1, percent: -1.5}"
    )
    table = f"kind: power_factor, name: PF, neutral: 0.90, of: [Energy], bands: [{bands}]"
    tariff = tariff_of(f"kind: energy, name: Energy, rate: 1\n{table}")
    active = np.full(COUNT, 1.0)
    bill = one_bill(tariff, metered(FIRST, active, apparent=active / float(power_factor)), FIRST, END)
    found = line(bill, "PF")
    assert found.rate == Decimal(percent)
    assert found.amount == COUNT * Decimal(percent) / 100


def test_reactive_energy_beyond_a_free_share() -> None:
    tariff = tariff_of("kind: reactive, name: Reactive, rate: 0.01, free_share: 0.5")
    bill = one_bill(tariff, metered(FIRST, np.full(COUNT, 1.0), reactive=np.full(COUNT, 0.75)), FIRST, END)
    assert (line(bill, "Reactive").quantity, line(bill, "Reactive").amount) == (COUNT // 4, Decimal("7.20"))
    within = one_bill(tariff, metered(FIRST, np.full(COUNT, 1.0), reactive=np.full(COUNT, 0.25)), FIRST, END)
    assert line(within, "Reactive").quantity == 0


def test_an_adjustment_is_that_of_the_month_and_the_newest_where_there_is_none_yet() -> None:
    tariff = tariff_of(
        "kind: energy, name: Energy, rate: 1\n"
        "kind: adjustment, name: Fuel, months: {2026-03: 0.1, 2026-04: -0.05}\n"
        "kind: adjustment, name: Percent, unit: percent, of: [Energy], months: {2026-02: 10}"
    )
    bill = one_bill(tariff, metered(FIRST, load()), FIRST, END)
    assert (line(bill, "Fuel").amount, line(bill, "Fuel").provisional) == (-36, False)
    assert (line(bill, "Percent").amount, line(bill, "Percent").provisional) == (72, True)
    with pytest.raises(InputError, match="has no value for 2026-01: its first is 2026-03"):
        one_bill(tariff, metered(date(2026, 1, 1), load()), date(2026, 1, 1), date(2026, 1, 31))


def test_energy_at_prices_of_its_hour() -> None:
    tariff = tariff_of("kind: prices, name: Spot, series: day ahead, factor: 1.05, adder: 0.02")
    values = tuple(Decimal(hour % 24 - 4) / 100 for hour in range(30 * 24))
    series = PriceSeries(start=datetime(2026, 4, 1, tzinfo=UTC_OFFSET), minutes=60, values=values)
    bill = one_bill(tariff, metered(FIRST, load()), FIRST, END, agreement=Agreement(series={"day ahead": series}))
    mean = sum(values) / len(values)
    assert line(bill, "Spot").quantity == 720
    assert line(bill, "Spot").amount == 720 * (mean * Decimal("1.05") + Decimal("0.02"))
    short = PriceSeries(start=series.start, minutes=60, values=values[:-24])
    bill = one_bill(tariff, metered(FIRST, load()), FIRST, END, agreement=Agreement(series={"day ahead": short}))
    assert (line(bill, "Spot").quantity, line(bill, "Spot").provisional) == (696, True)
    assert "24" in line(bill, "Spot").notes[1]
    with pytest.raises(InputError, match="'Spot' is by the prices 'day ahead', and there are: none is given"):
        one_bill(tariff, metered(FIRST, load()), FIRST, END)


def test_export_is_credited() -> None:
    tariff = tariff_of("kind: energy, name: Energy, rate: 1\nkind: export, name: Export, rate: 0.4")
    bill = one_bill(tariff, metered(FIRST, load(), exported=np.full(COUNT, 0.5)), FIRST, END)
    assert (line(bill, "Export").quantity, line(bill, "Export").amount) == (1440, -576)
    assert bill.total == 720 - 576


def test_per_cent_taxes_and_a_minimum_in_order() -> None:
    tariff = tariff_of(
        """
        kind: energy, name: Energy, rate: 1
        kind: fixed, name: Meter, rate: 80
        kind: percent, name: Discount, percent: -10, of: [Energy]
        kind: minimum, name: Least, least: 1000
        kind: tax, name: Duty, rate: 0.02, unit: kWh
        kind: tax, name: VAT, percent: 19
        """
    )
    bill = one_bill(tariff, metered(FIRST, load()), FIRST, END)
    assert [each.amount for each in bill.lines] == [720, 80, -72, 272, Decimal("14.40"), Decimal("192.74")]
    assert (bill.taxes, bill.total) == (Decimal("207.14"), Decimal("1207.14"))
    assert [each.kind for each in bill.lines if each.charge in ("Duty", "VAT")] == ["tax", "tax"]


def test_the_minimum_of_a_year_is_looked_at_in_its_last_month() -> None:
    tariff = tariff_of(
        "kind: energy, name: Energy, rate: 0.1\nkind: minimum, name: Least, least: 1000, per: year", since="2026-01-01"
    )
    energy = metered(date(2026, 1, 1), np.full(365 * 96, 0.25))
    found = bills(tariff, energy, date(2026, 1, 1), date(2027, 1, 1), Supply(zone=UTC))
    assert [len(bill.lines) for bill in found] == [1] * 11 + [2]
    assert sum(bill.total for bill in found) == 1000
    assert len(found[-1].depends_on) == 11


def test_thresholds_by_hours_of_use_of_the_demand() -> None:
    """The first 100 kWh of each kilowatt that is billed."""
    tariff = tariff_of(
        "kind: energy, name: Energy, blocks_per: kW, rate: [{to: 100, rate: 0.2}, {rate: 0.1}]\n"
        "kind: demand, name: Demand, rate: 5"
    )
    bill = one_bill(tariff, metered(FIRST, load(q500=5)), FIRST, END)
    assert [(each.block, each.quantity) for each in lines(bill, "Energy")] == [("0-500", 500), ("over 500", 221)]


def test_windows_share_a_block_or_have_their_own() -> None:
    version = """
    schedules:
      tou:
        day: [{hours: 06:00-22:00}]
        night: rest
"""
    rates = "schedule: tou, rates: {day: [{to: 300, rate: 2}, {rate: 3}], night: [{to: 300, rate: 1}, {rate: 2}]}"
    shared = one_bill(
        tariff_of(f"kind: energy, name: Energy, {rates}", version=version), metered(FIRST, load()), FIRST, END
    )
    assert [each.quantity for each in shared.lines] == [200, 280, 100, 140]
    own = one_bill(
        tariff_of(f"kind: energy, name: Energy, blocks_of: window, {rates}", version=version),
        metered(FIRST, load()),
        FIRST,
        END,
    )
    assert [each.quantity for each in own.lines] == [300, 180, 240]


def test_a_quantity_is_rounded_before_it_is_priced_and_an_amount_after() -> None:
    tariff = tariff_of(
        """
        kind: energy, name: whole, rate: 0.333, rounding: {quantity: 0}
        kind: energy, name: down, rate: 0.333, rounding: {quantity: -1, amount: 1, mode: down}
        kind: energy, name: exact, rate: 0.3333333, rounding: {amount: null}
        """
    )
    bill = one_bill(tariff, metered(FIRST, load(q3=3.5)), FIRST, END)
    assert [each.quantity for each in bill.lines] == [721, 720, Decimal("720.625")]
    exact = Decimal("720.625") * Decimal("0.3333333")
    assert [each.amount for each in bill.lines] == [Decimal("240.09"), Decimal("239.7"), exact]


def test_the_months_that_a_tariff_asks_for_are_known_before() -> None:
    tariff = tariff_of(
        "kind: demand, name: Demand, rate: 1, ratchet: {share: 0.8, months: 2}\n"
        "kind: demand, name: Annual, rate: 1, per: year, year_begins: 2",
    )
    assert months_needed(tariff, FIRST, END) == [date(2026, 2, 1), date(2026, 3, 1)]


def test_months_before_may_be_typed_in() -> None:
    tariff = tariff_of("kind: demand, name: Annual, rate: 12, per: year")
    history = {date(2026, month, 1): MonthFacts(demands={"Annual": Decimal(7)}) for month in (1, 2, 3)}
    bill = one_bill(tariff, metered(FIRST, load(q500=10)), FIRST, END, history=history)
    assert [each.amount for each in bill.lines] == [10, 9]
    assert not bill.provisional
    assert one_bill(tariff, metered(FIRST, load(q500=10)), FIRST, END).provisional


def test_intervals_that_are_longer_than_the_demands_block_are_told() -> None:
    energy = metered(FIRST, np.full(720, 2.0), minutes=60)
    found = line(one_bill(tariff_of("kind: demand, name: Demand, rate: 1"), energy, FIRST, END), "Demand")
    assert found.quantity == 2
    assert "tell no demand over 15 min" in found.notes[0]
    with pytest.raises(InputError, match="which intervals of 20 min do not make up"):
        one_bill(
            tariff_of("kind: demand, name: Demand, block: 30, rate: 1"),
            metered(FIRST, np.ones(2160), minutes=20),
            FIRST,
            END,
        )


def test_intervals_twice_or_on_no_grid_are_refused() -> None:
    tariff = tariff_of("kind: energy, name: Energy, rate: 1")
    energy = metered(FIRST, np.ones(4))
    twice = metered(FIRST, np.ones(4))
    object.__setattr__(twice, "starts", energy.starts[[0, 1, 1, 2]])
    off = metered(FIRST, np.ones(4))
    object.__setattr__(off, "starts", energy.starts + np.array([0, 0, 60_000_000, 0]))
    for wrong, reason in ((twice, "begin at the same instant"), (off, "common grid")):
        with pytest.raises(InputError, match=reason):
            one_bill(tariff, wrong, FIRST, END)


def test_thresholds_of_a_year_are_used_up_month_by_month() -> None:
    tariff = tariff_of(
        "kind: energy, name: Energy, blocks_per: year, year_begins: 3, "
        "rate: [{to: 1000, rate: 3}, {to: 2000, rate: 2}, {rate: 1}]",
        since="2026-01-01",
    )
    energy = metered(date(2026, 2, 1), np.full(150 * 96, 0.25))
    found = bills(tariff, energy, date(2026, 2, 1), date(2026, 7, 1), Supply(zone=UTC))
    pieces = [[(each.rate, each.quantity) for each in bill.lines] for bill in found]
    # 672 kWh in February, then 744, 720, 744 and 720 of the year that begins in March.
    assert pieces == [[(3, 672)], [(3, 744)], [(3, 256), (2, 464)], [(2, 536), (1, 208)], [(1, 720)]]
    assert found[0].provisional
    assert found[3].depends_on == (date(2026, 3, 1), date(2026, 4, 1))
    half = tariff_of(
        "kind: energy, name: Energy, blocks_per: year, rate: [{to: 100, rate: 3}, {rate: 1}]", since="2026-01-01"
    )
    (bill,) = bills(half, energy, date(2026, 2, 1), date(2026, 2, 11), Supply(zone=UTC))
    assert [each.quantity for each in bill.lines] == [100, 140]


def test_what_is_estimated_is_told_of_each_line_by_energy() -> None:
    tariff = tariff_of(
        "kind: energy, name: Energy, rate: 1\nkind: tax, name: Duty, rate: 0.2\n"
        "kind: adjustment, name: Fuel, months: {2026-04: 0.1}"
    )
    estimated = np.arange(COUNT) < 96
    bill = one_bill(tariff, metered(FIRST, load(), estimated=estimated), FIRST, END)
    assert [(each.kind, each.estimated) for each in bill.lines] == [("energy", 24), ("tax", 24), ("adjustment", 24)]
    assert [each.could_change for each in bill.lines] == [24, Decimal("4.80"), Decimal("2.40")]
