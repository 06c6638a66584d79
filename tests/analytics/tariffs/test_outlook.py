"""What a running month is expected to come to, and how far that was off before."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pytest

from energy_workbench.analytics.tariffs.billing import Supply
from energy_workbench.analytics.tariffs.metered_energy import MeteredEnergy
from energy_workbench.analytics.tariffs.outlook import outlook
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.tariffs.holiday_calendar import HolidayCalendar
from tests.analytics.tariffs.loads import BERLIN, intervals, metered, tariff_of

FIRST, TODAY = date(2025, 1, 1), date(2026, 5, 12)


def weekly(noise: float = 0.0, seed: int = 1) -> MeteredEnergy:
    """A plant that works from Monday to Friday, until the day before today."""
    count = intervals(FIRST, TODAY, BERLIN)
    noisy = 1 + noise * np.random.default_rng(seed).uniform(-1, 1, count)
    starts = metered(FIRST, noisy, BERLIN).starts
    weekday = np.array([datetime.fromtimestamp(start / 1e6, BERLIN).weekday() for start in starts.tolist()])
    energy = np.where(weekday < 5, 20.0, 4.0) * noisy
    return metered(FIRST, energy, BERLIN, reactive=energy / 2)


def test_a_load_that_repeats_each_week_is_expected_as_it_comes() -> None:
    tariff = tariff_of("kind: energy, name: Energy, unit: kVAh, rate: 0.2\nkind: demand, name: D, unit: kVA, rate: 10")
    found = outlook(weekly(), TODAY, Supply(zone=BERLIN), tariff)
    working = sum(date(2026, 5, day).weekday() < 5 for day in range(1, 32))
    expected = 96 * (20 * working + 4 * (31 - working))
    assert found.energy.low == found.energy.middle == found.energy.high == expected
    assert found.maximum_demand.middle == 80
    assert found.cost is not None
    kva = Decimal(str(5**0.5 / 2))
    assert found.cost.middle == pytest.approx(
        found.energy.middle * kva * Decimal("0.2") + 80 * kva * 10, abs=Decimal(1)
    )
    assert found.months_tried == 12
    assert found.energy_error == pytest.approx(0, abs=0.001)
    assert (found.first, found.end) == (date(2026, 5, 1), date(2026, 6, 1))


def test_a_holiday_that_is_left_is_as_a_sunday() -> None:
    """Ascension and Whit Monday are left in May."""
    site = Supply(zone=BERLIN, holidays=HolidayCalendar(country="DE"))
    less = outlook(weekly(), TODAY, Supply(zone=BERLIN)).energy.middle - outlook(weekly(), TODAY, site).energy.middle
    assert less == 2 * 96 * 16


def test_a_load_that_varies_has_a_range_and_an_error() -> None:
    found = outlook(weekly(noise=0.5), TODAY, Supply(zone=BERLIN))
    assert found.energy.low < found.energy.middle < found.energy.high
    assert found.demand_error is not None
    assert 0 < found.demand_error < 0.2


def test_without_a_whole_day_before_nothing_is_expected() -> None:
    with pytest.raises(InputError, match="no whole day before 2026-05-12 is known"):
        outlook(metered(TODAY, np.ones(4), BERLIN), TODAY, Supply(zone=BERLIN))
