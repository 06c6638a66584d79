"""Fuel by load, solar used on site, and emissions with dated factors."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy_workbench.analytics.diesel import LITRES_PER_KWH, LOADS, burnt_from_tank, litres_an_hour
from energy_workbench.analytics.generation import Flows, Generator, by_interval, emissions, emitted
from energy_workbench.core.factors import Factor, effective, steps


@pytest.mark.parametrize("size", list(LITRES_PER_KWH))
def test_fuel_at_the_charted_loads_is_as_charted(size: float) -> None:
    hourly = litres_an_hour(LOADS * size, size)
    assert hourly / (LOADS * size) == pytest.approx(LITRES_PER_KWH[size])


@given(st.floats(5, 3000), st.lists(st.floats(0, 5000), min_size=2, max_size=30))
def test_more_power_never_burns_less(rated: float, powers: list[float]) -> None:
    kw = np.sort(np.array(powers))
    hourly = litres_an_hour(kw, rated)
    assert (np.diff(hourly) >= -1e-9).all()
    assert (hourly[kw == 0] == 0).all()


def test_a_generator_idling_burns_more_per_kwh() -> None:
    low, full = litres_an_hour(np.array([10.0, 100.0]), 100.0) / np.array([10.0, 100.0])
    assert low > 1.5 * full


def test_run_hours_are_counted_or_seen() -> None:
    energy = np.array([0.0, 0.0, 10.0, 12.0, np.nan, 0.001])
    assert Generator("DG", energy, rated_kw=100).run_hours == 0.5
    assert Generator("DG", energy, rated_kw=100, counted_hours=0.6).run_hours == 0.6
    assert Generator("DG", np.full(4, np.nan)).run_hours == 0.0


def test_metered_fuel_is_kept_exactly_and_checked_against_the_load() -> None:
    energy = np.array([0.0, 20.0, 20.0, 0.0])
    by_load = Generator("DG", energy, rated_kw=100)
    expected = float(by_load.litres.sum())
    metered = Generator("DG", energy, rated_kw=100, metered_litres=1.2 * expected)
    assert metered.litres.sum() == pytest.approx(1.2 * expected)
    assert metered.litres[0] == 0
    assert metered.fuel_deviation == pytest.approx(0.2)
    assert by_load.fuel_deviation is None
    lost = Generator("DG", np.zeros(4), rated_kw=100, metered_litres=5.0)
    assert lost.litres.sum() == pytest.approx(5.0)


def test_a_tank_that_is_filled_has_burnt_what_left_it_all_the_same() -> None:
    burning = [400.0, 395.2, 390.1, 391.0, 380.0]  # it sloshes a little
    assert burnt_from_tank(np.array(burning)) == pytest.approx(20.0)
    filled = [*burning, 620.0, 900.0, 890.0]
    assert burnt_from_tank(np.array(filled)) == pytest.approx(20.0 + 10.0)
    assert burnt_from_tank(np.array([400.0])) == 0.0
    assert burnt_from_tank(np.array([400.0, 401.0])) == 0.0


def test_solar_that_leaves_the_site_is_not_used_on_it() -> None:
    flows = Flows(np.array([5.0, 0.0, 0.0]), np.array([0.0, 3.0, 12.0]), np.array([2.0, 10.0, 10.0]))
    assert flows.solar_self_used.tolist() == [2.0, 7.0, 0.0]


def test_emissions_are_gross_and_the_net_is_no_difference_of_gross_and_avoided() -> None:
    flows = Flows(np.array([100.0, 50.0]), np.array([0.0, 10.0]), np.array([20.0, 30.0]))
    ones = np.ones(2)
    carbon = emitted(flows, np.array([4.0, 0.0]), diesel=2.5 * ones, grid_location=0.7 * ones, grid_market=0.2 * ones)
    found = emissions(carbon, flows.grid_export, 0.1 * ones)
    assert found.scope1 == pytest.approx(10.0)
    assert found.scope2_location == pytest.approx(105.0)
    assert found.scope2_market == pytest.approx(30.0)
    assert found.avoided == pytest.approx(0.7 * 40)
    assert found.net == pytest.approx(10 + 105 - 1)
    nothing = emitted(flows, np.zeros(2), diesel=ones, grid_location=None, grid_market=None)
    unknown = emissions(nothing, flows.grid_export, None)
    assert (unknown.scope2_location, unknown.net) == (None, None)


def test_a_factor_holds_from_its_day_and_the_first_from_the_beginning() -> None:
    days = np.array([(date(2024, 3, 31) - date(1970, 1, 1)).days, (date(2024, 4, 1) - date(1970, 1, 1)).days])
    assert by_interval(steps(effective("IN", []), "grid_location"), days).tolist() == [0.727, 0.7117]
    assert by_interval([(date(2030, 1, 1), 0.5)], days).tolist() == [0.5, 0.5]
    assert by_interval([], days) is None


def test_a_sites_own_factor_replaces_the_shipped_one_of_the_same_date() -> None:
    own = [Factor(name="diesel", value=2.75, source="DEFRA 2025"), Factor(name="grid_market", value=0.1)]
    found = effective("IN", own)
    assert steps(found, "diesel") == [(None, 2.75)]
    assert steps(found, "grid_market") == [(None, 0.1)]
    assert steps(effective("DE", []), "grid_location") == []
    assert all(each.source for each in effective("IN", []))
