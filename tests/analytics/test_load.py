"""Load factor and mean load as pure rules."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy_workbench.analytics.load import Blocks, load_factor, mean_load

POWERS = st.lists(st.floats(0, 1e7) | st.just(float("nan")), min_size=1, max_size=40)


@given(POWERS, st.lists(st.booleans(), min_size=40, max_size=40))
def test_it_never_exceeds_one_whatever_is_coarse(powers: list[float], coarse: list[bool]) -> None:
    complete = np.array(powers)
    fine = np.where(coarse[: len(powers)], np.nan, complete)
    maximum = None if np.isnan(fine).all() else float(np.nanmax(fine))
    found = load_factor(Blocks.of(complete, len(complete)), maximum)
    assert found is None or 0 <= found <= 1


@pytest.mark.parametrize("maximum", [None, 0.0, -1.0])
def test_without_a_maximum_there_is_none(maximum: float | None) -> None:
    assert load_factor(Blocks.of(np.array([0.0, 0.0]), 2), maximum) is None


def test_the_share_is_of_the_blocks_that_there_were() -> None:
    nan = float("nan")
    assert Blocks.of(np.array([4.0, nan, 2.0, nan]), 4) == Blocks(2, 3.0, 4.0, 0.5)
    assert Blocks.of(np.array([nan]), 1) == Blocks(0, None, None, 0.0)


def test_noise_of_sums_is_no_block_above_the_maximum() -> None:
    assert load_factor(Blocks.of(np.array([4.0, 4.0 + 1e-9]), 2), 4.0) == 1.0


@pytest.mark.parametrize(("energy", "hours"), [(None, 1.0), (1.0, 0.0)])
def test_a_mean_load_without_meaning_is_none(energy: float | None, hours: float) -> None:
    assert mean_load(energy, hours) is None
