"""Bills over changes of the clock, in zones of half an hour, on holidays, over months from the 21st, and over gaps."""

from __future__ import annotations

from datetime import UTC as UTC_OFFSET
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from energy_workbench.analytics.tariffs.bill import MonthFacts
from energy_workbench.analytics.tariffs.billing import Supply, bills
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.tariffs.holiday_calendar import HolidayCalendar
from tests.analytics.tariffs.loads import BERLIN, KOLKATA, UTC, intervals, line, lines, metered, one_bill, tariff_of

TOU = "kind: energy, name: Energy, schedule: tou, rates: {night: 0.10, day: 0.30}"
NIGHT = """
    schedules:
      tou:
        night: [{hours: 22:00-06:00}]
        day: rest
"""


@pytest.mark.parametrize(
    ("first", "end", "night_hours", "day_hours"),
    [
        pytest.param(date(2026, 10, 1), date(2026, 11, 1), 31 * 8 + 1, 31 * 16, id="a day of 25 hours"),
        pytest.param(date(2026, 3, 1), date(2026, 4, 1), 31 * 8 - 1, 31 * 16, id="a day of 23 hours"),
    ],
)
def test_an_hour_that_the_clock_repeats_or_skips_is_of_its_window(
    first: date, end: date, night_hours: int, day_hours: int
) -> None:
    count = intervals(first, end, BERLIN)
    assert count == (night_hours + day_hours) * 4
    bill = one_bill(tariff_of(TOU, version=NIGHT), metered(first, np.ones(count), BERLIN), first, end, BERLIN)
    assert line(bill, "Energy", "night").quantity == night_hours * 4
    assert line(bill, "Energy", "day").quantity == day_hours * 4
    assert bill.completeness == 1


def test_demand_is_measured_in_a_repeated_hour_too() -> None:
    first, end = date(2026, 10, 25), date(2026, 10, 26)
    energy = np.ones(intervals(first, end, BERLIN))
    energy[12:16] = 5  # the second 02:00, which is 01:00 UTC
    tariff = tariff_of("kind: demand, name: Demand, block: 60, rate: 1")
    found = line(one_bill(tariff, metered(first, energy, BERLIN), first, end, BERLIN), "Demand")
    assert (found.quantity, found.at) == (Decimal(20), (datetime(2026, 10, 25, 1, tzinfo=UTC_OFFSET),))


def test_a_zone_of_half_an_hour_has_its_own_midnight() -> None:
    """A day in Kolkata begins at 18:30 UTC; quarter-hours fit its windows, hours of UTC do not, which is told."""
    first, end = date(2026, 5, 1), date(2026, 6, 1)
    tariff = tariff_of(TOU, version=NIGHT)
    quarters = metered(first, np.ones(intervals(first, end, KOLKATA)), KOLKATA)
    bill = one_bill(tariff, quarters, first, end, KOLKATA)
    assert (line(bill, "Energy", "night").quantity, line(bill, "Energy", "day").quantity) == (31 * 32, 31 * 64)
    assert not line(bill, "Energy", "night").notes
    hours = metered(date(2026, 4, 30), np.full(24 * 33, 4.0), UTC, minutes=60)
    bill = one_bill(tariff, hours, first, end, KOLKATA)
    assert "reach over edges of windows" in line(bill, "Energy", "night").notes[0]
    assert sum(each.quantity for each in lines(bill, "Energy")) == 31 * 96


def test_a_window_over_midnight_is_of_the_day_on_which_it_begins() -> None:
    """Friday's night ends on Saturday morning; Sunday's evening has none, so that Monday's morning has none."""
    version = """
    schedules:
      tou:
        night: [{days: [mon, tue, wed, thu, fri], hours: 22:00-06:00}]
        day: rest
"""
    tariff = tariff_of(TOU, version=version)
    friday, saturday, monday = (date(2026, 5, day) for day in (1, 2, 4))
    assert friday.weekday() == 4
    for day, night in ((friday, 6 + 2), (saturday, 6), (monday, 2)):
        energy = metered(day, np.ones(96), UTC)
        end = date.fromordinal(day.toordinal() + 1)
        assert line(one_bill(tariff, energy, day, end), "Energy", "night").quantity == night * 4, day


def test_a_holiday_is_no_weekday_where_a_tariff_says_so() -> None:
    version = """
    day_types: {working: [mon, tue, wed, thu, fri, sat, sun], feast: [holiday]}
    schedules:
      tou:
        day: [{days: working, hours: 08:00-20:00}]
        night: rest
"""
    first, end = date(2026, 5, 1), date(2026, 6, 1)
    energy = metered(first, np.ones(intervals(first, end, BERLIN)), BERLIN)
    whole = tariff_of(TOU, head="holidays: {country: DE, region: BY}", version=version)
    own = tariff_of(
        TOU, head="holidays: {country: DE, region: BY, days: [2026-05-15], working: [2026-05-25]}", version=version
    )
    plain = tariff_of(TOU, version=version)
    # Labour Day, Ascension, Whit Monday; one more of the plant, one that it works on.
    for tariff, holidays in ((whole, 3), (own, 3), (plain, 0)):
        bill = one_bill(tariff, energy, first, end, BERLIN)
        assert line(bill, "Energy", "day").quantity == (31 - holidays) * 48
    site = Supply(zone=BERLIN, holidays=HolidayCalendar(days=(date(2026, 5, 6),)))
    assert line(bills(plain, energy, first, end, site)[0], "Energy", "day").quantity == 30 * 48
    assert line(bills(whole, energy, first, end, site)[0], "Energy", "day").quantity == 27 * 48


def test_months_begin_on_the_21st_and_on_the_last_day_of_a_shorter_one() -> None:
    first, end = date(2026, 1, 21), date(2026, 4, 21)
    energy = metered(first, np.ones(intervals(first, end, BERLIN)), BERLIN)
    tariff = tariff_of(
        "kind: energy, name: Energy, rate: 1\nkind: fixed, name: Meter, rate: 31", head="billing_day: 21"
    )
    found = bills(tariff, energy, first, end, Supply(zone=BERLIN))
    assert [(bill.first, bill.end) for bill in found] == [
        (date(2026, 1, 21), date(2026, 2, 21)),
        (date(2026, 2, 21), date(2026, 3, 21)),
        (date(2026, 3, 21), date(2026, 4, 21)),
    ]
    # The clock goes forward on 29 March.
    assert [line(bill, "Energy").quantity for bill in found] == [31 * 96, 28 * 96, 31 * 96 - 4]
    assert [line(bill, "Meter").amount for bill in found] == [31, 31, 31]
    last = bills(tariff, energy, date(2026, 1, 31), date(2026, 3, 31), Supply(zone=BERLIN, billing_day=31))
    assert [(bill.first, bill.end) for bill in last] == [
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2026, 2, 28), date(2026, 3, 31)),
    ]


def test_at_a_change_of_version_energy_is_priced_by_time_and_the_rest_by_days() -> None:
    text = """
name: test
currency: EUR
versions:
  - valid_from: 2026-01-01
    charges:
      - {kind: energy, name: Energy, rate: [{to: 300, rate: 1}, {rate: 2}]}
      - {kind: demand, name: Demand, rate: 30}
      - {kind: fixed, name: Meter, rate: 30}
  - valid_from: 2026-04-11
    charges:
      - {kind: energy, name: Energy, rate: [{to: 600, rate: 10}, {rate: 20}]}
      - {kind: demand, name: Demand, rate: 60}
      - {kind: fixed, name: Meter, rate: 60}
      - {kind: tax, name: New tax, percent: 10}
"""
    first, end = date(2026, 4, 1), date(2026, 5, 1)
    energy = np.full(30 * 96, 0.25)
    energy[96 * 5] = 5  # 20 kW on the sixth
    bill = one_bill(text, metered(first, energy), first, end)
    old, new = (
        {(each.charge, each.block): each.amount for each in bill.lines if each.since == since}
        for since in (date(2026, 4, 1), date(2026, 4, 11))
    )
    # 10 of 30 days have a third of each threshold: 100 of 244.75 kWh, then 400 of 480.
    assert old == {
        ("Energy", "0-100"): 100,
        ("Energy", "over 100"): Decimal("289.50"),
        ("Demand", ""): 200,
        ("Meter", ""): 10,
    }
    assert new == {
        ("Energy", "0-400"): 4000,
        ("Energy", "over 400"): 1600,
        # The month's one maximum, at the new rate for its share of the days.
        ("Demand", ""): 800,
        ("Meter", ""): 40,
        ("New tax", ""): 644,
    }
    assert bill.total == sum(old.values()) + sum(new.values())


def test_a_gap_is_no_energy_and_the_line_tells_what_it_could_change() -> None:
    first, end = date(2026, 4, 1), date(2026, 5, 1)
    energy = np.full(30 * 96, 0.5)
    energy[96:192] = np.nan
    bill = one_bill(tariff_of("kind: energy, name: Energy, rate: 0.2"), metered(first, energy), first, end)
    found = line(bill, "Energy")
    assert (found.quantity, found.missing_hours, found.could_change) == (29 * 48, 24, Decimal("9.60"))
    assert bill.completeness == pytest.approx(29 / 30)


def test_an_estimate_is_no_peak_and_a_gap_at_the_peak_is_told() -> None:
    first, end = date(2026, 4, 1), date(2026, 5, 1)
    energy = np.full(30 * 96, 0.5)
    energy[500], energy[900], energy[1000] = 3, 4, np.nan
    estimated = np.zeros(len(energy), bool)
    estimated[900] = True
    tariff = tariff_of("kind: energy, name: Energy, rate: 1\nkind: demand, name: Demand, rate: 10")
    bill = one_bill(tariff, metered(first, energy, estimated=estimated), first, end)
    demand = line(bill, "Demand")
    assert (demand.quantity, demand.at[0]) == (12, datetime(2026, 4, 6, 5, tzinfo=UTC_OFFSET))
    assert (demand.could_change, demand.missing_hours) == (40, Decimal("0.25"))
    assert line(bill, "Energy").estimated == 4


def test_where_nothing_was_measured_the_estimate_is_taken_and_told() -> None:
    first, end = date(2026, 4, 1), date(2026, 5, 1)
    energy = metered(first, np.full(30 * 96, 0.5), estimated=np.ones(30 * 96))
    demand = line(one_bill(tariff_of("kind: demand, name: Demand, rate: 10"), energy, first, end), "Demand")
    assert demand.quantity == 2
    assert "by estimates" in demand.notes[0]


def test_days_before_the_first_version_are_refused() -> None:
    energy = metered(date(2025, 12, 1), np.ones(96 * 62))
    tariff = tariff_of("kind: energy, name: Energy, rate: 1", since="2026-01-01")
    with pytest.raises(InputError, match="begins on 2026-01-01, and 2025-12-01 to 2026-02-01 begins before it"):
        bills(tariff, energy, date(2025, 12, 1), date(2026, 2, 1), Supply(zone=UTC))


def test_days_after_its_end_are_refused() -> None:
    energy = metered(date(2026, 1, 1), np.ones(96 * 31))
    tariff = tariff_of("kind: energy, name: Energy, rate: 1", head="ends: 2026-01-15")
    with pytest.raises(InputError, match="ended on 2026-01-15"):
        bills(tariff, energy, date(2026, 1, 1), date(2026, 2, 1), Supply(zone=UTC))


def test_a_running_month_is_provisional() -> None:
    first = date(2026, 4, 1)
    energy = metered(first, np.ones(96 * 10))
    tariff = tariff_of("kind: energy, name: Energy, rate: 1\nkind: fixed, name: Meter, rate: 30")
    (bill,) = bills(tariff, energy, first, date(2026, 4, 11), Supply(zone=UTC), today=date(2026, 4, 11))
    assert bill.provisional
    assert line(bill, "Meter").amount == 10


def test_a_ratchet_says_on_which_months_it_rests_and_whether_they_are_known() -> None:
    first, end = date(2026, 4, 1), date(2026, 5, 1)
    energy = metered(first, np.full(30 * 96, 25.0))
    tariff = tariff_of("kind: demand, name: Demand, rate: 1, ratchet: {share: 0.8, months: 3}")
    known = {
        date(2026, month, 1): MonthFacts(demands={"Demand": Decimal(value)})
        for month, value in ((1, 90), (2, 150), (3, 110))
    }
    bill = one_bill(tariff, energy, first, end, history=known)
    assert bill.depends_on == (date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1))
    assert (line(bill, "Demand").quantity, bill.provisional) == (120, False)
    del known[date(2026, 2, 1)]
    bill = one_bill(tariff, energy, first, end, history=known)
    assert (line(bill, "Demand").quantity, bill.provisional) == (100, True)


@pytest.mark.parametrize(
    "zone", ["Australia/Lord_Howe", "Pacific/Chatham", "Africa/Casablanca", "America/Sao_Paulo", "Asia/Tehran"]
)
def test_odd_zones_have_the_time_of_their_clocks(zone: str) -> None:
    """Beside the clock of Python, interval by interval, over a year with all of its changes."""
    where = ZoneInfo(zone)
    first, end = date(2018, 1, 1), date(2019, 1, 1)
    energy = metered(first, np.ones(intervals(first, end, where)), where)
    expected = np.zeros(2)
    for start in energy.starts.tolist():
        hour = datetime.fromtimestamp(start / 1e6, where).hour
        expected[int(hour >= 22 or hour < 6)] += 1
    found = bills(tariff_of(TOU, version=NIGHT), energy, first, end, Supply(zone=where))
    for index, window in enumerate(("day", "night")):
        assert sum(line(bill, "Energy", window).quantity for bill in found) == expected[index]
