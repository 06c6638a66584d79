"""Worked bills that utilities and handbooks published, with their own figures to the cent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from energy_workbench.analytics.tariffs.bill import bill
from energy_workbench.analytics.tariffs.load import Load
from energy_workbench.analytics.tariffs.month import EarlierMonth
from tests.analytics.tariffs.loads import starts, tariff

INDIANA, BERLIN, NEW_YORK = (
    ZoneInfo("America/Indiana/Indianapolis"),
    ZoneInfo("Europe/Berlin"),
    ZoneInfo("America/New_York"),
)


def shaped(first, end, zone, kwh, peak_kw=None):
    """So many kWh, alike but for one quarter of the peak."""
    at = starts(first, end, zone)
    values = np.full(len(at), kwh / len(at))
    if peak_kw is not None:
        values[:] = (kwh - peak_kw / 4) / (len(at) - 1)
        values[1000] = peak_kw / 4
    # What whole milliwatt-hours leave is in the last quarter.
    values = np.round(values, 6)
    values[-1] += kwh - values.sum()
    return Load.of(at, values, minutes=15)


@pytest.mark.parametrize(
    ("month", "kwh", "amounts", "tax", "total"),
    [
        (1, 1200, ["16.00", "22.05", "22.30"], "1.70", "171.55"),
        (7, 2000, ["16.00", "22.05", "26.13", "33.45"], "2.75", "277.88"),
    ],
)
def test_a_city_with_blocks_by_season(month, kwh, amounts, tax, total):
    """City of Seymour: https://cityofseymour.org/departments/utilities/residential-electricity/bill-comparison/"""
    made = tariff(
        """- charge: Energy
  kind: energy
  unit: kWh
  windows: w
  rate:
    winter: [{up to: 250, rate: 0.064}, {up to: 700, rate: 0.049}, {rate: 0.0446}]
    summer: [{up to: 250, rate: 0.064}, {up to: 700, rate: 0.049}, {up to: 1250, rate: 0.0475}, {rate: 0.0446}]
- {charge: Power cost, kind: energy, unit: kWh, rate: 0.085}
- {charge: Base, kind: fixed, rate: 7.50, per: month}
- {charge: City sales tax, kind: tax, percent: 1, on: all}
""",
        version="    seasons: {summer: 06-01..09-30, winter: 10-01..05-31}\n",
        windows="w: {winter: {seasons: winter}, summer: {seasons: summer}}",
    )
    first, end = date(2026, month, 1), date(2026, month + 1, 1)
    found = bill(made, shaped(first, end, INDIANA, kwh), first, end, zone=INDIANA)
    assert [str(line.amount) for line in found.lines if line.charge == "Energy"] == amounts
    assert (found.taxes, found.total) == (Decimal(tax), Decimal(total))


def test_a_shop_with_an_adjustment_and_a_demand():
    """Public Service Electric & Gas, table 18.2: https://www.civilengineeringhandbook.tk/energy-management/185-calculation-of-a-monthly-bill.html

    The rate of a kW is not in the text: of its demand charge only the amount is taken, $262.34.
    """
    made = tariff(
        """- {charge: Customer, kind: fixed, rate: 3.74, per: month}
- {charge: Energy, kind: energy, unit: kWh, rate: 0.09444}
- {charge: Energy cost adjustment, kind: adjustment, unit: kWh, months: {2026-06: -0.017192}}
"""
    )
    first, end = date(2026, 6, 1), date(2026, 7, 1)
    found = bill(made, shaped(first, end, NEW_YORK, 17588, 30), first, end, zone=NEW_YORK)
    # The book cuts 302.3729 to 302.37, and 1661.0107 to 1661.01; its total is these with the demand.
    assert [str(line.amount) for line in found.lines] == ["3.74", "1661.01", "-302.37"]
    assert found.total + Decimal("262.34") == Decimal("1624.72")


def test_a_grid_fee_by_annual_demand_and_hours_of_use():
    """SWM grid fees from 2024-01-01: https://www.swm-online.de/netzentgelte-berechnen/"""
    made = tariff(
        """- {charge: Demand, kind: annual demand, unit: kW, rate: 147.35, hours of use from: 2500}
- {charge: Energy, kind: energy, unit: kWh, rate: 0.0049, hours of use from: 2500}
- {charge: Low use, kind: fixed, rate: 1, per: month, hours of use below: 2500}
"""
    )
    earlier: dict[str, EarlierMonth] = {}
    total = Decimal(0)
    for month in range(1, 13):
        first, end = date(2025, month, 1), date(2025 + month // 12, month % 12 + 1, 1)
        days = (end - first).days
        load = shaped(first, end, BERLIN, round(25_000_000 * days / 365, 6), 5000)
        found = bill(made, load, first, end, zone=BERLIN, earlier=earlier)
        earlier[f"2025-{month:02}"] = found.facts
        assert {line.charge for line in found.lines} == {"Demand", "Energy"}
        total += found.total
    assert abs(total - Decimal("859250")) < Decimal("0.10")  # Twelve months are rounded, the year is not.
