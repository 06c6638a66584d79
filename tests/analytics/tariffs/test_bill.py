"""Bills by hand: windows, days, blocks, demand, fixed charges, what is made of lines, and versions that change."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from energy_workbench.analytics.tariffs.bill import bill
from energy_workbench.analytics.tariffs.load import Load
from energy_workbench.analytics.tariffs.local_time import local, micros, midnight
from energy_workbench.analytics.tariffs.month import Account, EarlierMonth
from energy_workbench.analytics.tariffs.prices import Prices
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.tariffs.days import HolidayCalendar
from energy_workbench.domain.tariffs.reader import read_tariff
from tests.analytics.tariffs.loads import flat, starts, tariff

UTC_ZONE, BERLIN, KOLKATA = ZoneInfo("UTC"), ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata")
MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)
D = Decimal


def lines(made, name):
    return [line for line in made.lines if line.charge == name]


def at(day, hour, minute=0, zone=UTC_ZONE):
    return micros(datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).astimezone(UTC))


def shaped(first, end, zone, where, kwh, minutes=15, **more):
    """Nothing but so many kWh at some instants."""
    grid = starts(first, end, zone, minutes)
    values = np.zeros(len(grid))
    for instant, value in zip(where, kwh, strict=True):
        values[np.searchsorted(grid, instant)] = value
    return Load.of(grid, values, minutes=minutes, **more)


def test_a_window_over_midnight_belongs_to_the_day_on_which_it_begins():
    made = tariff(
        "- {charge: E, kind: energy, unit: kWh, windows: w, rate: {friday: 1, other: 100}}",
        windows="w: {friday: {days: fri, at: 22:00-06:00}, other: rest}",
    )
    friday, saturday = date(2026, 5, 8), date(2026, 5, 9)
    moments = [(friday, 3, 0), (friday, 23, 0), (saturday, 5, 45), (saturday, 6, 0)]
    load = shaped(MAY, JUNE, BERLIN, [at(*moment, BERLIN) for moment in moments], [1, 2, 4, 8])
    quantities = {line.window: line.quantity for line in bill(made, load, MAY, JUNE, zone=BERLIN).lines}
    assert quantities == {"friday": 6, "other": 9}


@pytest.mark.parametrize(
    ("first", "hours"), [(date(2026, 10, 1), 31 * 24 + 1), (date(2026, 3, 1), 31 * 24 - 1), (date(2026, 5, 1), 31 * 24)]
)
def test_an_hour_that_is_there_twice_is_paid_twice_and_one_that_is_not_is_not(first, hours):
    end = date(2026, first.month + 1, 1)
    made = tariff(
        "- {charge: E, kind: energy, unit: kWh, windows: w, rate: {night: 1, day: 2}}",
        windows="w: {night: 02:00-03:00, day: rest}",
    )
    night, day = bill(made, flat(first, end, BERLIN), first, end, zone=BERLIN).lines
    assert night.quantity + day.quantity == hours * 4
    assert day.quantity == 31 * 23 * 4
    assert night.quantity == 4 * (hours - 31 * 23)


def test_windows_are_of_a_clock_that_is_half_an_hour_off():
    made = tariff(
        "- {charge: E, kind: energy, unit: kWh, windows: w, rate: {peak: 3, other: 1}}",
        windows="w: {peak: 18:00-22:00, other: rest}",
    )
    load = shaped(MAY, JUNE, KOLKATA, [at(MAY, 12, 30), at(MAY, 16, 15), at(MAY, 16, 30)], [1, 2, 4])
    assert [line.quantity for line in bill(made, load, MAY, JUNE, zone=KOLKATA).lines] == [3, 4]
    day, minute = local(starts(MAY, JUNE, KOLKATA), KOLKATA)
    assert (minute[0], len(np.unique(day))) == (0, 31)


def test_a_holiday_has_the_windows_of_holidays_and_a_plants_own_day_its_own():
    head = "holidays: {country: DE, region: BY, days: {2026-05-15: shutdown}}"
    made = tariff(
        "- {charge: E, kind: energy, unit: kWh, windows: w, rate: {work: 1, free: 1, shut: 1}}",
        head=head,
        windows="w: {free: {days: [weekend, holiday]}, shut: {days: shutdown}, work: rest}",
    )
    quantities = {
        line.window: line.quantity for line in bill(made, flat(MAY, JUNE, BERLIN), MAY, JUNE, zone=BERLIN).lines
    }
    # May 2026 has ten days of weekends; Labour Day, Ascension and Whit Monday are on weekdays.
    assert quantities == {"free": 13 * 96, "shut": 96, "work": 17 * 96}
    bare = tariff("- {charge: E, kind: energy, unit: kWh, windows: w, rate: {work: 1, free: 1}}",
                  windows="w: {free: {days: [weekend, holiday]}, work: rest}")  # fmt: skip
    of_site = bill(bare, flat(MAY, JUNE, BERLIN), MAY, JUNE, zone=BERLIN, calendar=HolidayCalendar("DE", "BY"))
    assert lines(of_site, "E")[1].quantity == 13 * 96


def test_a_tariff_that_names_no_holiday_takes_it_for_its_weekday():
    made = tariff(
        "- {charge: E, kind: energy, unit: kWh, windows: w, rate: {work: 1, free: 1}}",
        windows="w: {free: {days: weekend}, work: {days: workday}}",
    )
    work, free = bill(made, flat(MAY, JUNE, BERLIN), MAY, JUNE, zone=BERLIN, calendar=HolidayCalendar("DE", "BY")).lines
    assert (free.quantity, work.quantity) == (10 * 96, 21 * 96)


def test_blocks_of_a_month_of_days_and_of_the_demand():
    load = flat(MAY, JUNE, UTC_ZONE)  # 96 kWh a day, 2,976 a month, 4 kW
    blocks = "rate: [{up to: 100, rate: 1}, {up to: 1000, rate: 2}, {rate: 3}]"
    made = tariff(
        f"""- {{charge: Month, kind: energy, unit: kWh, {blocks}}}
- {{charge: Day, kind: energy, unit: kWh, blocks per: day, rate: [{{up to: 90, rate: 1}}, {{rate: 10}}]}}
- {{charge: Hours, kind: energy, unit: kWh, blocks per: kWh per kW, demand: {{unit: kW}},
   rate: [{{up to: 200, rate: 1}}, {{rate: 0.5}}]}}
"""
    )
    found = bill(made, load, MAY, JUNE, zone=UTC_ZONE)
    assert [(line.quantity, line.amount) for line in lines(found, "Month")] == [(100, 100), (900, 1800), (1976, 5928)]
    assert [(line.quantity, line.amount) for line in lines(found, "Day")] == [(90 * 31, 2790), (6 * 31, 1860)]
    assert [(line.quantity, line.amount) for line in lines(found, "Hours")] == [(800, 800), (2176, 1088)]


def test_windows_that_fill_blocks_together_share_each_by_their_energy():
    made = tariff(
        "- {charge: E, kind: energy, unit: kWh, windows: w, windows together: yes, rate: {a: [{up to: 744, rate: 1}, "
        "{rate: 2}], b: [{up to: 744, rate: 10}, {rate: 20}]}}",
        windows="w: {a: 00:00-06:00, b: rest}",
    )
    found = bill(made, flat(MAY, JUNE, UTC_ZONE), MAY, JUNE, zone=UTC_ZONE)
    assert [(line.quantity, line.amount) for line in found.lines] == [
        (186, 186),
        (558, 1116),
        (558, 5580),
        (1674, 33480),
    ]


def test_blocks_of_a_year_go_on_where_the_months_before_ended():
    made = tariff(
        "- {charge: E, kind: energy, unit: kWh, blocks per: year, rate: [{up to: 10000, rate: 2}, {rate: 1}]}"
    )
    load = flat(MAY, JUNE, UTC_ZONE)
    known = {f"2026-0{month}": EarlierMonth({"E": D(2250)}) for month in range(1, 5)}
    found = bill(made, load, MAY, JUNE, zone=UTC_ZONE, earlier=known)
    assert [(line.quantity, line.rate) for line in found.lines] == [(1000, 2), (1976, 1)]
    assert found.depends_on == ("2026-01", "2026-02", "2026-03", "2026-04")
    assert not found.provisional
    assert bill(made, load, MAY, JUNE, zone=UTC_ZONE).provisional


def test_the_demand_of_a_month_says_when_it_was_and_heeds_contract_and_excess():
    load = shaped(MAY, JUNE, UTC_ZONE, [at(MAY, 10), at(MAY, 10, 15), at(MAY, 11)], [30, 30, 40])
    charge = "- {{charge: D, kind: demand, unit: kW, rate: 10, block minutes: {}, contract: 100, {}}}"
    quarter = bill(tariff(charge.format(15, "minimum share: 0.8")), load, MAY, JUNE, zone=UTC_ZONE).lines[0]
    half = bill(tariff(charge.format(30, "minimum share: 0.8")), load, MAY, JUNE, zone=UTC_ZONE).lines[0]
    hour = bill(tariff(charge.format(60, "minimum share: 0.8")), load, MAY, JUNE, zone=UTC_ZONE).lines[0]
    assert [(line.quantity, line.at) for line in (quarter, half, hour)] == [
        (160, (at(MAY, 11),)), (120, (at(MAY, 10),)), (80, (at(MAY, 10),)),
    ]  # fmt: skip
    sliding = bill(tariff(charge.format(60, "sliding: yes")), load, MAY, JUNE, zone=UTC_ZONE).lines[0]
    assert (sliding.quantity, sliding.at) == (D(70), (at(MAY, 10, 15),))
    excess = bill(tariff(charge.format(15, "excess: {rate: 5, above share: 1.2}")), load, MAY, JUNE, zone=UTC_ZONE)
    assert [(line.quantity, line.amount) for line in excess.lines] == [(160, 1600), (40, 200)]
    instead = tariff(charge.format(15, "excess: {rate: 20, instead: yes}"))
    assert [(x.quantity, x.amount) for x in bill(instead, load, MAY, JUNE, zone=UTC_ZONE).lines] == [
        (100, 1000),
        (60, 1200),
    ]
    other = bill(instead, load, MAY, JUNE, zone=UTC_ZONE, account=Account(contract=D(150)))
    assert [line.quantity for line in other.lines] == [150, 10]


def test_the_mean_of_the_highest_may_be_of_different_days():
    load = shaped(MAY, JUNE, UTC_ZONE, [at(MAY, 10), at(MAY, 11), at(date(2026, 5, 7), 9)], [10, 9, 5])
    charge = "- {{charge: D, kind: demand, unit: kW, rate: 1, mean of highest: 2, on different days: {}}}"
    for given, kw in (("no", 38), ("yes", 30)):
        assert bill(tariff(charge.format(given)), load, MAY, JUNE, zone=UTC_ZONE).lines[0].quantity == kw


def test_apparent_demand_is_of_the_sums_of_a_block():
    grid = starts(MAY, JUNE, UTC_ZONE)
    load = Load.of(
        grid, np.where(grid == at(MAY, 0), 3.0, 0), minutes=15, kvarh=np.where(grid == at(MAY, 0, 15), 4.0, 0)
    )
    made = tariff("- {charge: D, kind: demand, unit: kVA, block minutes: 30, rate: 1}")
    assert bill(made, load, MAY, JUNE, zone=UTC_ZONE).lines[0].quantity == 10
    with pytest.raises(InputError, match="neither apparent nor reactive"):
        bill(made, flat(MAY, JUNE, UTC_ZONE), MAY, JUNE, zone=UTC_ZONE)


def test_a_ratchet_looks_back_and_what_it_does_not_know_is_provisional():
    made = tariff("- {charge: D, kind: demand, unit: kW, rate: 10, ratchet: {share: 0.5, months: 2}}")
    load = flat(MAY, JUNE, UTC_ZONE)
    months = {"2026-03": EarlierMonth(demands={"D": D(20)}), "2026-04": EarlierMonth(demands={"D": D(6)})}
    found = bill(made, load, MAY, JUNE, zone=UTC_ZONE, earlier=months)
    assert (found.lines[0].quantity, found.total, found.provisional) == (10, 100, False)
    assert found.depends_on == ("2026-03", "2026-04")
    assert "measured 4 kW" in found.lines[0].notes
    del months["2026-03"]
    found = bill(made, load, MAY, JUNE, zone=UTC_ZONE, earlier=months)
    assert (found.lines[0].quantity, found.provisional) == (4, True)


def test_a_gap_or_an_estimate_at_the_peak_is_told_and_not_billed():
    grid, peak = starts(MAY, JUNE, UTC_ZONE), at(MAY, 10)
    made = tariff("- {charge: D, kind: demand, unit: kW, rate: 10}\n- {charge: E, kind: energy, unit: kWh, rate: 1}")
    kwh = np.where(grid == peak, 50.0, 1.0)
    estimated = bill(made, Load.of(grid, kwh, minutes=15, estimated=grid == peak), MAY, JUNE, zone=UTC_ZONE)
    demand, energy = estimated.lines
    assert (demand.quantity, demand.could_change) == (4, 1960)
    assert (energy.quantity, energy.could_change) == (3025, D("50.00"))
    assert energy.estimated == (D(50) / 3025).quantize(D("1e-6"))
    missing = bill(made, Load.of(grid, np.where(grid == peak, np.nan, kwh), minutes=15), MAY, JUNE, zone=UTC_ZONE)
    assert missing.lines[0].missing == (D(1) / 2976).quantize(D("1e-6")) == missing.lines[1].missing
    assert missing.completeness == (D(2975) / 2976).quantize(D("1e-6"))
    absent = bill(made, Load.of(grid[grid != peak], kwh[grid != peak], minutes=15), MAY, JUNE, zone=UTC_ZONE)
    assert absent.lines == missing.lines


TWO_VERSIONS = """
tariff: Two
currency: EUR
round: none
versions:
  - from: 2026-01-01
    charges: &charges
      - {charge: E, kind: energy, unit: kWh, rate: [{up to: 310, rate: 1}, {rate: 2}]}
      - {charge: D, kind: demand, unit: kW, rate: 31}
      - {charge: F, kind: fixed, rate: 62, per: month}
      - {charge: T, kind: tax, percent: 10, on: all}
  - from: 2026-05-11
    charges:
      - {charge: E, kind: energy, unit: kWh, rate: 5}
      - {charge: D, kind: demand, unit: kW, rate: 62}
      - {charge: F, kind: fixed, rate: 31, per: month}
"""


def test_two_versions_in_a_month_share_its_days():
    load = shaped(MAY, JUNE, UTC_ZONE, [at(MAY, 10), at(date(2026, 5, 20), 10)], [150, 200])
    found = bill(read_tariff(TWO_VERSIONS), load, MAY, JUNE, zone=UTC_ZONE)
    told = [(line.charge, line.quantity, line.amount) for line in found.lines]
    assert told == [
        ("E", 100, 100), ("E", 50, 100), ("D", 800, 8000), ("F", 1, 20), ("T", 8220, 822),
        ("E", 200, 1000), ("D", 800, 33600), ("F", 1, 21),
    ]  # fmt: skip
    assert found.total == sum(line.amount for line in found.lines)
    assert found.costs().total == found.total


def test_a_period_before_the_first_version_is_refused():
    first, end = date(2025, 12, 1), date(2026, 1, 1)
    with pytest.raises(InputError, match="begins on 2026-01-01: nothing is known of 2025-12-01"):
        bill(read_tariff(TWO_VERSIONS), flat(first, end, UTC_ZONE), first, end, zone=UTC_ZONE)


def test_a_month_from_the_twenty_first_has_the_days_of_two():
    first, end = date(2026, 5, 21), date(2026, 6, 21)
    made = tariff(
        """- {charge: E, kind: energy, unit: kWh, rate: 1}
- {charge: F, kind: fixed, rate: 2, per: day}
- {charge: A, kind: adjustment, unit: kWh, months: {2026-05: 0.1, 2026-06: 0.2}}
- {charge: P, kind: adjustment, unit: "%", on: E, months: {2026-05: 10}}
"""
    )
    found = bill(made, flat(first, end, BERLIN), first, end, zone=BERLIN)
    assert [(line.charge, line.quantity, line.amount) for line in found.lines] == [
        ("E", 31 * 96, 31 * 96), ("F", 31, 62), ("A", 11 * 96, D("105.60")), ("A", 20 * 96, D("384.00")),
        ("P", 11 * 96, D("105.60")), ("P", 20 * 96, D("192.00")),
    ]  # fmt: skip
    assert [line.provisional for line in found.lines] == [False] * 5 + [True]


def test_a_poor_power_factor_costs_and_a_good_one_gives_back():
    made = tariff(
        """- {charge: E, kind: energy, unit: kWh, rate: 1}
- charge: PF
  kind: power factor
  on: E
  table: [{below: 0.90, each point: 1}, {below: 0.95}, {percent: -0.5, each point: -0.5}]
"""
    )
    amounts = {}
    for factor in (0.85, 0.92, 0.97):
        load = flat(MAY, JUNE, UTC_ZONE, kvah=np.full(2976, 1 / factor))
        amounts[factor] = [line.rate for line in lines(bill(made, load, MAY, JUNE, zone=UTC_ZONE), "PF")]
    assert amounts == {0.85: [D("0.05")], 0.92: [0], 0.97: [D("-0.015")]}


def test_reactive_energy_above_the_free_share_is_paid():
    made = tariff("- {charge: R, kind: reactive, free share: 0.5, rate: 0.02}")
    found = bill(made, flat(MAY, JUNE, UTC_ZONE, kvarh=np.full(2976, 0.75)), MAY, JUNE, zone=UTC_ZONE)
    assert (found.lines[0].quantity, found.total) == (744, D("14.88"))


def test_a_least_amount_counts_only_what_it_names_and_export_is_a_credit():
    made = tariff(
        """- {charge: E, kind: energy, unit: kWh, rate: 0.1}
- {charge: X, kind: export, unit: kWh, rate: 0.05}
- {charge: M, kind: minimum, rate: 400, on: E}
- {charge: T, kind: tax, percent: 19, on: [E, M]}
"""
    )
    found = bill(made, flat(MAY, JUNE, UTC_ZONE, export=np.full(2976, 1.0)), MAY, JUNE, zone=UTC_ZONE)
    assert [line.amount for line in found.lines] == [D("297.60"), D("-148.80"), D("102.40"), D("76.00")]
    assert found.taxes == 76


def test_prices_of_a_series_with_an_adder():
    made = tariff("- {charge: S, kind: price series, series: day ahead, prices per: MWh, factor: 2, adder: 0.01}")
    hours = starts(MAY, JUNE, UTC_ZONE, 60)
    series = [D(50)] * 372 + [D(-10)] * 372
    given = Prices.of(hours.tolist(), series, midnight(JUNE, UTC_ZONE))
    found = bill(made, flat(MAY, JUNE, UTC_ZONE), MAY, JUNE, zone=UTC_ZONE, prices={"day ahead": given})
    assert found.total == D("148.80") - D("29.76") + D("29.76")
    assert found.costs().total == found.total
    short = Prices.of(hours[:-1].tolist(), series[:-1], int(hours[-1]))
    found = bill(made, flat(MAY, JUNE, UTC_ZONE), MAY, JUNE, zone=UTC_ZONE, prices={"day ahead": short})
    assert found.provisional
    with pytest.raises(InputError, match="needs the prices 'day ahead'"):
        bill(made, flat(MAY, JUNE, UTC_ZONE), MAY, JUNE, zone=UTC_ZONE)


def test_a_years_demand_is_billed_in_twelfths_with_a_correction():
    made = tariff("- {charge: L, kind: annual demand, unit: kW, rate: 120}")
    known = {"2026-01": (80, 100), "2026-02": (70, 0), "2026-03": (60, 0), "2026-04": (100, 0)}
    earlier = {month: EarlierMonth(demands={"L": D(kw)}) for month, (kw, _) in known.items()}
    low = bill(made, flat(MAY, JUNE, UTC_ZONE, 20), MAY, JUNE, zone=UTC_ZONE, earlier=earlier)
    assert [(line.quantity, line.amount) for line in low.lines] == [(100, 1000)]
    high = bill(made, flat(MAY, JUNE, UTC_ZONE, 30), MAY, JUNE, zone=UTC_ZONE, earlier=earlier)
    assert [(line.quantity, line.amount) for line in high.lines] == [(120, 1200), (20, 800)]
    assert high.depends_on == tuple(known)


def test_a_year_in_twelfths_is_the_years_demand():
    made = tariff("- {charge: L, kind: annual demand, unit: kW, rate: 100}\n", head="round: none")
    earlier, total = {}, D(0)
    for month, kwh in enumerate((10, 14, 12, 20, 19, 25, 1, 2, 30, 3, 4, 5), 1):
        first, end = date(2026, month, 1), date(2026 + month // 12, month % 12 + 1, 1)
        found = bill(made, flat(first, end, UTC_ZONE, kwh), first, end, zone=UTC_ZONE, earlier=earlier)
        earlier[f"2026-{month:02}"] = found.facts
        total += found.total
    assert total.quantize(D("0.000001")) == 120 * 100


def test_the_rate_is_chosen_by_hours_of_use():
    made = tariff(
        """- {charge: Low, kind: energy, unit: kWh, rate: 2, hours of use below: 2500}
- {charge: High, kind: energy, unit: kWh, rate: 1, hours of use from: 2500}
"""
    )
    even = bill(made, flat(MAY, JUNE, UTC_ZONE), MAY, JUNE, zone=UTC_ZONE)
    peaky = bill(made, shaped(MAY, JUNE, UTC_ZONE, [at(MAY, 1)], [10]), MAY, JUNE, zone=UTC_ZONE)
    assert [made.lines[0].charge for made in (even, peaky)] == ["High", "Low"]
    assert len(even.depends_on) == 11


def test_peaks_at_instants_that_the_utility_names():
    made = tariff(
        "- {charge: Triad, kind: named peaks, unit: kW, block minutes: 30, rate: 10, "
        "instants: ['2026-05-05T17:10+00:00', '2026-05-12T17:30+01:00', '2026-01-12T17:30+00:00']}"
    )
    first, second = date(2026, 5, 5), date(2026, 5, 12)
    load = shaped(MAY, JUNE, UTC_ZONE, [at(first, 17), at(first, 17, 15), at(second, 16, 45)], [10, 10, 20])
    line = bill(made, load, MAY, JUNE, zone=UTC_ZONE).lines[0]
    assert (line.quantity, line.amount, line.at) == (40, 400, (at(first, 17), at(second, 16, 30)))


def test_what_rounding_of_the_total_adds_is_a_line():
    made = tariff("- {charge: E, kind: energy, unit: kWh, rate: 0.1}", head="round total: 1 up")
    found = bill(made, flat(MAY, JUNE, UTC_ZONE), MAY, JUNE, zone=UTC_ZONE)
    assert [(line.kind, line.amount) for line in found.lines] == [("energy", D("297.60")), ("rounding", D("0.40"))]
    assert found.total == 298


def test_a_running_month_is_provisional_in_every_line():
    found = bill(tariff("- {charge: F, kind: fixed, rate: 1, per: month}"), flat(MAY, JUNE, UTC_ZONE), MAY, JUNE,
                 zone=UTC_ZONE, running=True)  # fmt: skip
    assert all(line.provisional for line in found.lines)


def test_a_grain_that_reaches_over_a_window_is_flagged():
    made = tariff(
        """- {charge: E, kind: energy, unit: kWh, windows: w, rate: {a: 1, b: 2}}
- {charge: D, kind: demand, unit: kW, rate: 1}
""",
        windows="w: {a: 00:00-06:30, b: rest}",
    )
    fine, coarse = (
        bill(made, flat(MAY, JUNE, UTC_ZONE, minutes=minutes), MAY, JUNE, zone=UTC_ZONE) for minutes in (15, 60)
    )
    assert not any(line.notes for line in fine.lines)
    assert all(line.notes for line in coarse.lines)


def test_two_intervals_at_one_time_are_refused():
    moment = micros(datetime(2026, 5, 1, tzinfo=UTC))
    with pytest.raises(InputError, match="begin at the same time"):
        Load.of(np.array([moment, moment]), np.ones(2), minutes=15)
    with pytest.raises(InputError, match="whole 15 minutes apart"):
        Load.of(np.array([moment, moment + 1]), np.ones(2), minutes=15)


def test_a_day_that_begins_at_one_has_its_first_instant():
    zone = ZoneInfo("America/Santiago")  # The clock goes from 24:00 to 01:00 on 2026-09-06.
    begin = midnight(date(2026, 9, 6), zone)
    assert datetime.fromtimestamp(begin / 1e6, UTC).astimezone(zone).date() == date(2026, 9, 6)
    before = datetime.fromtimestamp(begin / 1e6, UTC) - timedelta(microseconds=1)
    assert before.astimezone(zone).date() == date(2026, 9, 5)
