"""What a counter's readings tell of it where no profile does."""

from __future__ import annotations

import numpy as np
import pytest

from energy_workbench.energy.counter_steps import Nature
from energy_workbench.energy.counter_traits import Traits, agreed, traits

QUARTERS = np.arange(96)


@pytest.mark.parametrize("step", [0.001, 0.1, 0.4, 1.0, 5.0])
def test_the_step_of_a_counter_that_shows_whole_ones(step: float) -> None:
    energy = np.cumsum(6.37 * step * (1 + 0.3 * np.sin(QUARTERS / 9)))
    found = traits(np.floor(energy / step) * step + 1000)
    assert found is not None
    assert found.step == pytest.approx(step)
    assert found.nature is Nature.COUNTER


def test_a_reading_typed_in_by_hand_hides_it_not() -> None:
    value = np.floor(np.cumsum(6.37 * (1 + 0.3 * np.sin(QUARTERS / 9))))
    value[40] += 0.123
    found = traits(value)
    assert found is not None
    assert found.step == 1.0


def test_pulses_of_a_small_load_show_it() -> None:
    found = traits(np.floor(np.arange(1440) * 0.2 + 7))
    assert found is not None
    assert found.step == 1.0


def test_a_steady_load_shows_no_step() -> None:
    assert traits(np.arange(96) * 5.0) == Traits()
    two = np.cumsum(np.where(QUARTERS < 40, 5.0, 10.0))
    assert traits(two) == Traits()
    assert traits(np.arange(5.0)) is None


def test_a_counter_that_falls_for_hours_is_a_net_counter() -> None:
    found = traits(1000 + 20 * np.sin(np.arange(288) / 40))
    assert found is not None
    assert found.nature is Nature.NET


def test_energy_of_each_interval_is_no_counter() -> None:
    luck = np.random.default_rng(3)
    found = traits(np.round(luck.uniform(0.1, 3.0, 96), 3))
    assert found is not None
    assert found.nature is Nature.INTERVAL


@pytest.mark.parametrize("base", [0.2, 100.0])
def test_noise_around_a_value_is_a_counter(base: float) -> None:
    luck = np.random.default_rng(3)
    found = traits(np.round(base + 0.1 * luck.integers(-1, 2, 1440), 1))
    assert found is not None
    assert found.nature is Nature.COUNTER
    assert found.step == pytest.approx(0.1)


def test_a_daily_reset_is_a_counter() -> None:
    found = traits(np.r_[200 + QUARTERS * 0.5, QUARTERS * 0.5])
    assert found is not None
    assert found.nature is Nature.COUNTER


def test_days_agree() -> None:
    assert agreed([Traits(1.0), Traits(1.0), Traits(0.1), Traits()]) == Traits(1.0)
    assert agreed([Traits(1.0), *[Traits()] * 9]) == Traits()
    assert agreed([Traits(), Traits(nature=Nature.NET)]).nature is Nature.NET
