"""Bills that utilities and public bodies worked out themselves, each cited where it was read.

What a page leaves open (when energy flowed, in which month) is chosen here so that its quantities come out.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from energy_workbench.analytics.tariffs.bill import Agreement, MonthFacts
from energy_workbench.analytics.tariffs.billing import Supply, bills
from tests.analytics.tariffs.loads import BERLIN, KOLKATA, amount, intervals, line, lines, metered, one_bill, tariff_of

CHICAGO = ZoneInfo("America/Chicago")
COLOMBO = ZoneInfo("Asia/Colombo")


def evenly(total: float, first: date, end: date, zone: ZoneInfo) -> np.ndarray:
    """A total over all quarter-hours: shares that sum to it, as whole millionths do."""
    count = intervals(first, end, zone)
    found = np.full(count, np.floor(total * 1e6 / count) / 1e6)
    found[0] += total - found.sum()
    return found


def test_a_medium_voltage_customer_of_swm() -> None:
    """https://swm-online.de/netzentgelte-berechnen, "Rechenbeispiel ab 01.01.2024": 5,000 kW, 25 GWh."""
    tariff = tariff_of(
        """
        kind: demand, name: Leistung, unit: kW, block: 15, per: year, rate: 147.35, hours_of_use: {at_least: 2500}
        kind: energy, name: Arbeit, rate: 0.0049, hours_of_use: {at_least: 2500}
        kind: demand, name: Leistung darunter, per: year, rate: 25, hours_of_use: {below: 2500, demand: Leistung}
        kind: energy, name: Arbeit darunter, rate: 0.06, hours_of_use: {below: 2500, demand: Leistung}
        """,
        since="2024-01-01",
    )
    count = intervals(date(2024, 1, 1), date(2025, 1, 1), BERLIN)
    energy = np.full(count, np.round((25_000_000 - 1250) / (count - 1), 6))
    energy[20_000] = 1250  # 5,000 kW for a quarter of an hour, in July
    energy[0] += 25_000_000 - energy.sum()
    found = bills(
        tariff, metered(date(2024, 1, 1), energy, BERLIN), date(2024, 1, 1), date(2025, 1, 1), Supply(zone=BERLIN)
    )
    # Month by month, with what earlier months are short of once the maximum is known.
    assert sum((amount(bill, "Leistung") for bill in found), Decimal(0)) == pytest.approx(
        Decimal("736750"), abs=Decimal("0.06")
    )
    assert sum((amount(bill, "Arbeit") for bill in found), Decimal(0)) == pytest.approx(
        Decimal("122500"), abs=Decimal("0.06")
    )
    assert sum((bill.total for bill in found), Decimal(0)) == pytest.approx(Decimal("859250"), abs=Decimal("0.12"))
    assert found[6].lines[1].detail == "correction"


SEYMOUR = """
kind: fixed, name: Base customer charge, rate: 7.50
kind: energy, name: Rate schedule, rate: [{blocks}]
kind: energy, name: Power cost, rate: 0.085
kind: tax, name: City sales tax, percent: 1
"""


@pytest.mark.parametrize(
    ("used", "blocks", "pieces", "tax", "total"),
    [
        pytest.param(
            1200,
            "{to: 250, rate: 0.064}, {to: 700, rate: 0.049}, {rate: 0.0446}",
            ["16.00", "22.05", "22.30"],
            "1.70",
            "171.55",
            id="winter",
        ),
        pytest.param(
            2000,
            "{to: 250, rate: 0.064}, {to: 700, rate: 0.049}, {to: 1250, rate: 0.0475}, {rate: 0.0446}",
            ["16.00", "22.05", "26.13", "33.45"],
            "2.75",
            "277.88",
            id="summer",
        ),
    ],
)
def test_a_household_of_the_city_of_seymour(used: float, blocks: str, pieces: list[str], tax: str, total: str) -> None:
    """https://cityofseymour.org/departments/utilities/residential-electricity/bill-comparison/: blocks, and a tax."""
    tariff = tariff_of(SEYMOUR.replace("{blocks}", blocks))
    bill = one_bill(
        tariff,
        metered(date(2026, 1, 1), evenly(used, date(2026, 1, 1), date(2026, 2, 1), CHICAGO), CHICAGO),
        date(2026, 1, 1),
        date(2026, 2, 1),
        CHICAGO,
    )
    assert [each.amount for each in lines(bill, "Rate schedule")] == [Decimal(each) for each in pieces]
    assert bill.taxes == Decimal(tax)
    assert bill.total == Decimal(total)


RIVER_FALLS = """
kind: energy, name: Energy, schedule: tod, rates: {on: 0.1910, off: 0.0660}
kind: fixed, name: Customer charge, rate: 14
"""
TOD = """
    schedules:
      tod:
        on:
          - {days: working, hours: 08:00-20:00}
        off: rest
    day_types: {working: [mon, tue, wed, thu, fri], off: [sat, sun, holiday]}
"""


@pytest.mark.parametrize(
    ("share", "total"), [("0.45", "96.58"), ("0.35", "88.14"), ("0.30", "83.92"), ("0.25", "79.70")]
)
def test_a_household_of_river_falls_by_time_of_day(share: str, total: str) -> None:
    """https://wi-riverfalls.civicplus.com/606/Time-of-Day-Rates: 45 % of 675.54 kWh on peak, or 10 to 20 % moved.

    On-peak is 8 to 20 on weekdays that are no holiday; the month is that of Independence Day, of which all is off peak.
    The customer charge is what the page's bill at the standard rate, 88.98, has beside 675.54 kWh at 0.1110.
    """
    tariff = tariff_of(RIVER_FALLS, head="holidays: {country: US}", version=TOD)
    first, end = date(2024, 7, 1), date(2024, 8, 1)
    count = intervals(first, end, CHICAGO)
    slot, day = np.arange(count) % 96, np.arange(count) // 96
    weekday = (day + first.weekday()) % 7 < 5
    on_peak = weekday & (slot >= 32) & (slot < 80) & (day != 3)
    energy = np.zeros(count)
    on = round(675.54 * float(share), 6)
    for where, quantity in ((on_peak, on), (~on_peak, 675.54 - on)):
        energy[where] = np.floor(quantity * 1e6 / where.sum()) / 1e6
        energy[np.flatnonzero(where)[0]] += quantity - energy[where].sum()
    bill = one_bill(tariff, metered(first, energy, CHICAGO), first, end, CHICAGO)
    assert line(bill, "Energy", "on").quantity == pytest.approx(Decimal(on), abs=Decimal("0.000002"))
    assert bill.total == pytest.approx(Decimal(total), abs=Decimal("0.011"))  # the page rounds once, the bill each line


def test_a_household_of_the_ceylon_electricity_board() -> None:
    """http://www.lankafreezone.com/mypage_35_Ceylon-Electricity-Board-Bill-Calculator.html: 210 units in 31 days.

    Blocks of 30, 60, 90, 120 and 180 units are of 30 days: of 31 days they are 31, 62, 93, 124 and 186. Fuel is 40 %.
    """
    blocks = (
        "{to: 1, rate: 3}, {to: 2, rate: 4.7}, {to: 3, rate: 7.5}, {to: 4, rate: 21}, {to: 6, rate: 24}, {rate: 36}"
    )
    units = f"kind: energy, name: Units, blocks_per: day, rate: [{blocks}]"
    tariff = tariff_of(f"{units}\nkind: percent, name: Fuel, percent: 40")
    first, end = date(2026, 1, 1), date(2026, 2, 1)
    bill = one_bill(tariff, metered(first, evenly(210, first, end, COLOMBO), COLOMBO), first, end, COLOMBO)
    units = lines(bill, "Units")
    assert [each.quantity for each in units] == [31, 31, 31, 31, 62, 24]
    assert [each.block for each in units] == ["0-31", "31-62", "62-93", "93-124", "124-186", "over 186"]
    expected = ["130.20", "203.98", "325.50", "911.40", "2083.20", "1209.60"]
    assert [each.amount * Decimal("1.4") for each in units] == [Decimal(each) for each in expected]
    assert bill.total == sum(map(Decimal, expected))


def test_fixed_charges_of_some_days_in_india() -> None:
    """https://alumniagri.in/task/in-which-step-electric-bill-details-were-discussed-18934246.

    The steps of a distributor, as they are quoted there.

    24.07.2014 to 06.08.2014 is 0.4516 of a month, 14 days of 31: 6 kW at 25 rupees are 67.74, 8 % of that 5.42.
    """
    tariff = tariff_of(
        "kind: fixed, name: Fixed, rate: 25, times: contract_demand\nkind: percent, name: Surcharge, percent: 8",
        head="billing_day: 24",
        since="2014-01-01",
    )
    first, end = date(2014, 7, 24), date(2014, 8, 7)
    energy = metered(first, np.zeros(intervals(first, end, KOLKATA)), KOLKATA)
    bill = one_bill(tariff, energy, first, end, KOLKATA, Agreement(contract_demand=Decimal(6)))
    assert float(line(bill, "Fixed").share) == pytest.approx(0.4516, abs=5e-5)
    assert (line(bill, "Fixed").amount, line(bill, "Surcharge").amount) == (Decimal("67.74"), Decimal("5.42"))


def test_a_customer_charge_by_days_at_otter_tail() -> None:
    """https://www.otpco.com/pay-my-bill/how-to-read-my-bill/: $9.75 a month of 365/12 days, of 29 days, is $9.30."""
    tariff = tariff_of("kind: fixed, name: Customer charge, per: day, rate: 0.320547945", head="billing_day: 11")
    first, end = date(2018, 12, 11), date(2019, 1, 9)
    energy = metered(first, np.zeros(intervals(first, end, CHICAGO)), CHICAGO)
    assert one_bill(tariff, energy, first, end, CHICAGO).total == Decimal("9.30")


@pytest.mark.parametrize(
    ("power_factor", "billed", "charge"), [(0.95, "51.09", "1215.94"), (0.871, "54.55", "1298.29")]
)
def test_a_demand_by_power_factor_at_norris_public_power_district(
    power_factor: float, billed: str, charge: str
) -> None:
    """https://norrisppd.com/wp-content/uploads/IrrigationNewsletter/files/basic-html/page3.html: 93 % is required."""
    tariff = tariff_of("kind: demand, name: Demand, rate: 23.80, target_power_factor: 0.93, rounding: {quantity: 2}")
    first, end = date(2026, 7, 1), date(2026, 8, 1)
    active = np.full(intervals(first, end, CHICAGO), 51.09 / 4)
    energy = metered(first, active, CHICAGO, apparent=active / power_factor)
    found = line(one_bill(tariff, energy, first, end, CHICAGO), "Demand")
    assert (found.quantity, found.amount) == (Decimal(billed), Decimal(charge))


@pytest.mark.parametrize(
    ("share", "earlier", "now", "billed"),
    [
        pytest.param("0.8", 1000, 500, 800, id="https://feds.pnnl.gov/faq/what-demand-ratchet"),
        pytest.param("0.5", 200, 80, 100, id="https://help.energytoolbase.com/hc/en-us/articles/18367495622164 May"),
        pytest.param("0.5", 200, 105, 105, id="https://help.energytoolbase.com/hc/en-us/articles/18367495622164 June"),
    ],
)
def test_a_ratchet(share: str, earlier: int, now: int, billed: int) -> None:
    tariff = tariff_of(f"kind: demand, name: Demand, rate: 1, ratchet: {{share: {share}, months: 11}}")
    first, end = date(2026, 5, 1), date(2026, 6, 1)
    energy = metered(first, np.full(intervals(first, end), now / 4))
    history = {date(2025, 8, 1): MonthFacts(demands={"Demand": Decimal(earlier)})}
    assert line(one_bill(tariff, energy, first, end, history=history), "Demand").quantity == billed


def test_a_household_of_johnson_city_power_board() -> None:
    """http://jcpb.com/yourHome/meters/calcBill.asp: readings 8865 and 9975, $.0951 a kWh, availability $18.48."""
    tariff = tariff_of("kind: energy, name: Base bill, rate: 0.0951\nkind: fixed, name: Availability, rate: 18.48")
    first, end = date(2026, 1, 1), date(2026, 2, 1)
    bill = one_bill(tariff, metered(first, evenly(9975 - 8865, first, end, CHICAGO), CHICAGO), first, end, CHICAGO)
    assert line(bill, "Base bill").amount == Decimal("105.56")
    assert bill.total == Decimal("105.56") + Decimal("18.48")


def test_a_high_tension_customer_in_maharashtra() -> None:
    """https://scribd.com/document/471158390/Assignment-1-docx: a bill by its parts, of 220 kVA and 75,895 units.

    Its 24,052.5 back by night and 11,732 and 11,198 more at the peaks are 16,035, 14,665 and 10,180 units at 1.50, 0.80
    and 1.10; fuel comes to 27.79 and the tax on sale to 9.04 paise a unit; a power factor of 0.998 gives 7 % back.
    """
    tariff = tariff_of(
        """
        kind: demand, name: Demand, unit: kVA, block: 30, rate: 295
        kind: energy, name: Energy, rate: 8.41
        kind: energy, name: Time of day, schedule: tod, rates: {A: -1.50, B: 0, C: 0.80, D: 1.10}
        kind: adjustment, name: Fuel, months: {2018-01: 0.2779}
        kind: power_factor, name: Power factor, neutral: 0.9, decimals: 3, bands: [{low: 0.995, high: 1, percent: -7}]
        kind: tax, name: Tax on sale, rate: 0.0904, unit: kWh
        """,
        version="""
    schedules:
      tod:
        A: [{hours: 22:00-06:00}]
        C: [{hours: 09:00-12:00}]
        D: [{hours: 18:00-22:00}]
        B: rest
""",
    )
    first, end = date(2018, 1, 1), date(2018, 2, 1)
    hour = np.arange(intervals(first, end, KOLKATA)) % 96 // 4
    energy = np.zeros(len(hour))
    zones = {"A": (hour >= 22) | (hour < 6), "C": (hour >= 9) & (hour < 12), "D": (hour >= 18) & (hour < 22)}
    zones["B"] = ~(zones["A"] | zones["C"] | zones["D"])
    for name, units in (("A", 16035), ("C", 14665), ("D", 10180), ("B", 75895 - 16035 - 14665 - 10180)):
        energy[zones[name]] = np.floor(units * 1e6 / zones[name].sum()) / 1e6
        energy[np.flatnonzero(zones[name])[0]] += units - energy[zones[name]].sum()
    apparent = energy / 0.998
    peak = np.flatnonzero(zones["B"])[5]
    apparent[peak - 1 : peak + 1] = 55.0
    bill = one_bill(tariff, metered(first, energy, KOLKATA, apparent=apparent), first, end, KOLKATA)
    amounts = {
        name: amount(bill, name) for name in ("Demand", "Energy", "Time of day", "Fuel", "Tax on sale", "Power factor")
    }
    assert amounts == {
        "Demand": Decimal("64900"),
        "Energy": Decimal("638276.95"),
        "Time of day": Decimal("-1122.50"),
        "Fuel": Decimal("21091.22"),
        "Tax on sale": Decimal("6860.91"),
        "Power factor": Decimal("-50620.20"),
    }
    assert bill.total == Decimal("679386.38")
