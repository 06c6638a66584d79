"""Of maxima that are equal but for rounding, the first one in time is meant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy_workbench.analytics.demand import maximum
from energy_workbench.analytics.overview import site_peak
from energy_workbench.domain import maxima
from energy_workbench.domain.entities import Meter, MeterType

START = datetime(2026, 10, 5, tzinfo=UTC)


@given(
    register=st.floats(0, 1e9),
    quarters=st.lists(st.sampled_from([1.0, 0.25, 0.1, 7.3]), min_size=2, max_size=30),
)
def test_the_noise_of_registers_does_not_choose(register: float, quarters: list[float]) -> None:
    """The same energies as differences of a register that counts on from anywhere."""
    counted = np.cumsum([register, *quarters])
    drawn = np.diff(counted) * 4
    highest = quarters.index(max(quarters))
    assert maximum(drawn) == maxima.first(drawn.tolist()) == highest


def test_what_is_greater_is_greater() -> None:
    assert maxima.first([None, 10.0, 10.00001, None]) == 2
    assert maxima.first([-1.0, 0.0, 0.0]) == 1
    assert maxima.first([None]) is None
    assert maximum(np.array([np.nan, np.nan])) is None


def test_of_several_of_the_greatest_those_that_are_as_great_come_in_time() -> None:
    values = [7.0, 9.0, 7.0000000001, None, 9.0000000001, 3.0]
    assert maxima.greatest(values, 4) == [1, 4, 0, 2]
    assert maxima.greatest(values, 9) == [1, 4, 0, 2, 5]
    assert maxima.greatest([None], 2) == []


def test_the_peak_of_the_site_is_the_first_of_equal_ones_in_whatever_order_intervals_come() -> None:
    grid = Meter(key=1, number="GRID", name="Grid", type=MeterType.GRID)
    rows = [
        {
            "meter": 1, "start": START + k * timedelta(minutes=15), "energy_import_kwh": kwh, "energy_export_kwh": 0.0,
            "quality": "actual", "completeness": 1.0,
        }
        for k, kwh in enumerate([5.0, 0.1 + 0.2, 25.0, 25.0 + 1e-9, 5.0])
    ]  # fmt: skip
    for found in (rows, rows[::-1]):
        assert site_peak([grid], found) == (pytest.approx(100.0), START + timedelta(minutes=30))
