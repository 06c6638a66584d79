"""Fuel by load, solar used on site, and emissions with dated factors."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy_workbench.analytics.generation import emissions
from energy_workbench.analytics.generation.diesel import LITRES_PER_KWH, LOADS, burnt_from_tank, litres_an_hour
from energy_workbench.analytics.generation.emissions import by_interval
from energy_workbench.analytics.generation.generation import Generator, self_used
from energy_workbench.domain.emission_factors import Factor, effective, gases_of, steps


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


def test_metered_fuel_is_kept_exactly_and_checked_against_the_load() -> None:
    energy = np.array([0.0, 20.0, 20.0, 0.0])
    by_load = Generator("DG", energy, rated_kw=100)
    expected = float(by_load.curve_litres.sum())
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


ALL, NONE = np.ones(3, bool), np.zeros(3, bool)


def test_solar_that_leaves_the_site_is_not_used_on_it() -> None:
    solar, exported = np.array([2.0, 10.0, 10.0]), np.array([0.0, 3.0, 12.0])
    assert self_used(solar, exported, ALL).tolist() == [2.0, 7.0, 0.0]


def test_in_a_gap_the_sums_tell_what_left_not_their_even_spread() -> None:
    # Spread evenly, 3 kWh would seem to have left in the dark.
    solar, exported = np.array([0.0, 12.0, 12.0]), np.array([3.0, 3.0, 3.0])
    assert self_used(solar, exported, NONE).sum() == pytest.approx(24 - 9)
    assert self_used(solar, 10 * exported, NONE).tolist() == [0, 0, 0]


def test_solar_of_which_it_is_not_known_whether_it_left_is_not_used() -> None:
    used = self_used(np.array([0.0, 5.0, np.nan]), np.array([np.nan, np.nan, 0.0]), ALL)
    assert used[0] == 0
    assert np.isnan(used[1:]).all()


def test_a_generator_in_a_gap_ran_as_it_usually_does() -> None:
    energy = np.array([20.0, 20.0, 0.0, 0.0, 5.0, 5.0, 5.0, 5.0])
    close = np.array([True] * 4 + [False] * 4)
    usual, gap = Generator("DG", energy[:4], rated_kw=100), Generator("DG", energy, rated_kw=100, close=close)
    assert gap.run_hours == pytest.approx(0.5 + 20 / 80)
    assert gap.litres is not None
    assert usual.litres is not None
    assert gap.litres.sum() == pytest.approx(usual.litres.sum() * 60 / 40)
    assert (usual.hours_estimated, gap.hours_estimated) == (False, True)


def test_a_generator_of_which_only_a_sum_is_known_ran_at_a_usual_load() -> None:
    found = Generator("DG", np.full(8, 7.5), rated_kw=100, close=np.zeros(8, bool))
    assert found.run_hours == pytest.approx(60 / 75)
    assert found.litres is not None
    assert found.litres.sum() == pytest.approx(60 * 0.29)


def test_a_generator_of_which_nothing_is_known_neither_rests_nor_runs() -> None:
    silent = Generator("DG", np.full(4, np.nan), rated_kw=100, close=np.zeros(4, bool))
    assert (silent.run_hours, silent.litres, silent.hours_estimated) == (None, None, True)
    metered = Generator("DG", np.full(4, np.nan), metered_litres=8.0, counted_hours=2.0)
    assert metered.litres is not None
    assert (metered.litres.sum(), metered.run_hours) == (8.0, 2.0)


def test_an_emission_needs_its_factor_all_the_time_and_is_of_what_is_known() -> None:
    amount = np.array([100.0, np.nan, 50.0])
    assert emissions.total(amount, np.full(3, 0.7)) == pytest.approx(105)
    assert emissions.total(amount, np.array([np.nan, 0.7, 0.7])) is None
    assert emissions.total(np.full(3, np.nan), np.full(3, 0.7)) is None


def test_the_net_is_gross_less_the_credit_and_no_difference_of_gross_and_avoided() -> None:
    exported = np.array([0.0, 10.0])
    assert emissions.net(10.0, 105.0, exported, np.full(2, 0.1)) == pytest.approx(114)
    assert emissions.net(10.0, None, exported, np.full(2, 0.1)) is None
    assert emissions.net(10.0, 105.0, np.full(2, np.nan), np.full(2, 0.1)) is None
    assert emissions.net(10.0, 105.0, np.full(2, np.nan), np.zeros(2)) == 115


def test_a_factor_holds_from_its_day_and_none_before_the_first() -> None:
    days = np.array([(day - date(1970, 1, 1)).days for day in (date(2023, 3, 31), date(2024, 3, 31), date(2024, 4, 1))])
    found = by_interval(steps(effective("IN", []), "grid_location"), days)
    assert np.isnan(found[0])
    assert found[1:].tolist() == [0.727, 0.7117]
    assert np.isnan(by_interval([], days)).all()
    assert by_interval([(None, 0.5)], days).tolist() == [0.5] * 3


def test_a_factor_of_a_year_long_past_is_old() -> None:
    factor = Factor(name="grid_location", value=0.7, valid_from=date(2024, 4, 1))
    assert (factor.year, factor.is_old(date(2027, 4, 1)), factor.is_old(date(2027, 4, 2))) == (2024, False, True)
    assert not Factor(name="diesel", value=2.7).is_old(date(2099, 1, 1))


def test_a_factor_says_which_gases_it_counts() -> None:
    carbon = Factor(name="diesel", value=2.68)
    assert (carbon.unit, carbon.gases) == ("kg CO₂/L", "CO₂")
    all_gases = Factor(name="diesel", value=2.75, gases=gases_of("n2o, CO2,ch4"))
    assert (all_gases.unit, all_gases.gases) == ("kg CO₂e/L", "CO₂, CH₄, N₂O")
    with pytest.raises(ValueError, match="h2o"):
        gases_of("CO2, H2O")


def test_a_sites_own_factor_replaces_the_shipped_one_of_the_same_date() -> None:
    own = [Factor(name="diesel", value=2.75, source="DEFRA 2025"), Factor(name="grid_market", value=0.1)]
    found = effective("IN", own)
    assert steps(found, "diesel") == [(None, 2.75)]
    assert steps(found, "grid_market") == [(None, 0.1)]
    assert steps(effective("DE", []), "grid_location") == steps(effective(None, []), "grid_location") == []
    assert all(each.source for each in effective("IN", []))
