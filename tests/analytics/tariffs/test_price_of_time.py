"""What energy costs now, and a year of it by month and hour."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from energy_workbench.analytics.tariffs.billing import Supply
from energy_workbench.analytics.tariffs.price_of_time import rates_at, year_of
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.tariffs import examples
from tests.analytics.tariffs.loads import BERLIN, KOLKATA, tariff_of

VERSION = """
    seasons: {summer: [04-01/09-30], winter: [10-01/03-31]}
    day_types: {working: [mon, tue, wed, thu, fri], off: [sat, sun, holiday]}
    schedules:
      tou:
        peak:
          - {days: working, seasons: summer, hours: 10:00-16:00}
          - {days: working, seasons: winter, hours: 16:00-20:00}
        night: [{hours: 22:00-06:00}]
        day: rest
"""
TARIFF = tariff_of(
    """
    kind: energy, name: Energy, schedule: tou, rates: {peak: [{to: 9, rate: 0.40}, {rate: 0.5}], night: 0.10, day: 0.20}
    kind: energy, name: Levy, rate: 0.01
    kind: energy, name: Reactive, unit: kvarh, rate: 9
    kind: demand, name: Demand, rate: 5
    """,
    head="holidays: {country: DE}",
    version=VERSION,
)


@pytest.mark.parametrize(
    ("instant", "window"),
    [
        ("2026-05-13T10:00+02:00", "peak"),
        ("2026-05-13T09:59+02:00", "day"),
        ("2026-05-14T12:00+02:00", "day"),  # Ascension
        ("2026-05-17T23:00+02:00", "night"),
        ("2026-01-14T16:00+01:00", "peak"),
    ],
)
def test_rates_of_an_instant(instant: str, window: str) -> None:
    found = {each.charge: each for each in rates_at(TARIFF, datetime.fromisoformat(instant), Supply(zone=BERLIN))}
    assert found["Energy"].window == window
    assert found["Energy"].rate == TARIFF.versions[0].charges[0].rates[window]  # type: ignore[attr-defined]
    assert (found["Levy"].unit, found["Demand"].unit) == ("kWh", "kW")


def test_a_year_by_month_and_hour() -> None:
    (version,) = TARIFF.versions
    working = year_of(version, "wed")
    assert len(working) == 12
    assert working[5][:7] == (Decimal("0.11"),) * 6 + (Decimal("0.21"),)
    assert (working[5][10], working[0][10], working[0][16]) == (Decimal("0.41"), Decimal("0.21"), Decimal("0.41"))
    assert year_of(version, "holiday")[5][10] == Decimal("0.21")
    assert year_of(version, "wed", "Levy") == ((Decimal("0.01"),) * 24,) * 12
    for day, charge, reason in (("workday", None, "no type of day"), ("mon", "Fuel", "no energy charge")):
        with pytest.raises(InputError, match=reason):
            year_of(version, day, charge)


def test_examples_have_a_picture() -> None:
    for name in examples.names():
        tariff = examples.example(name)
        assert len(year_of(tariff.versions[0], "mon")) == 12
        assert rates_at(tariff, datetime.fromisoformat("2026-06-01T12:00+05:30"), Supply(zone=KOLKATA))


def test_before_its_first_version_there_is_none() -> None:
    with pytest.raises(InputError, match="begins on 2018-01-01"):
        rates_at(TARIFF, datetime(2017, 6, 1, tzinfo=BERLIN), Supply(zone=BERLIN))
    assert TARIFF.versions[0].valid_from == date(2018, 1, 1)
