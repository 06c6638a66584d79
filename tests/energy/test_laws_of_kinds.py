"""Laws of what counters are: net ones conserve both ways' difference, and steps are found whatever they are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy_workbench.domain.time.axis import INTERVAL_MICROS as QUARTER
from energy_workbench.energy.counter_steps import Nature
from energy_workbench.energy.counter_traits import traits
from energy_workbench.energy.interval_builder import IntervalBuilder
from energy_workbench.energy.multipliers import Multipliers
from tests.examples import examples
from tests.lake.helpers import T0_US

NET = "energy_active_net"
STEPS = [0.001, 0.01, 0.1, 0.2, 0.25, 0.5, 1.0, 2.5, 10.0]


@settings(max_examples=examples(40), deadline=None)
@given(
    flows=st.lists(st.integers(-400, 400), min_size=2, max_size=120),
    seconds=st.sampled_from([60, 300, 900]),
    sizes=st.lists(st.integers(1, 40), min_size=1, max_size=6),
)
def test_a_net_counter_conserves_the_difference_and_invents_no_way(
    flows: list[int], seconds: int, sizes: list[int]
) -> None:
    """Import less export is last less first, to the step; neither is more than what flowed that way."""
    value = 5000.0 + np.cumsum([0, *flows]) * 0.01
    ts = T0_US + np.arange(len(value)) * seconds * 1_000_000
    builder = IntervalBuilder([1], T0_US // QUARTER - 1, T0_US // QUARTER + len(value) + 2, Multipliers([]))
    first = 0
    for size in [*sizes, len(value)]:
        rows = slice(first, min(first + size, len(value)))
        if rows.start < rows.stop:
            builder.book(np.ones(rows.stop - rows.start, "int32"), ts[rows], {NET: value[rows]})
        first = rows.stop
    builder.close()
    rows = builder.table().to_pylist()
    imported, exported = (sum(row[name] or 0.0 for row in rows) for name in ("energy_import_kwh", "energy_export_kwh"))
    slack = 0.02 + 1e-9
    assert imported - exported == pytest.approx(value[-1] - value[0], abs=slack)
    assert -1e-9 <= imported <= sum(max(each, 0) for each in flows) * 0.01 + slack
    assert -1e-9 <= exported <= sum(max(-each, 0) for each in flows) * 0.01 + slack


@settings(max_examples=examples(100), deadline=None)
@given(
    step=st.sampled_from(STEPS),
    many=st.lists(st.integers(1, 60), min_size=30, max_size=200),
    begin=st.integers(0, 10**6),
    single=st.booleans(),
)
def test_the_least_step_is_found_whatever_it_is(step: float, many: list[int], begin: int, single: bool) -> None:
    """A counter of steps that shows loads of every size; as decimal numbers, and as a float32 register."""
    many = [*many, 1, 2, 3, 5, 7, 11, 13]
    value = np.round((begin + np.cumsum([0, *many])) * step, 6)
    if single and value[-1] < 1000:
        value = value.astype("float32").astype("float64")
    told = traits(value)
    assert told is not None
    assert told.nature is Nature.COUNTER
    assert told.step in (0.0, pytest.approx(step))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("wild", [1e30, -1e30, 3.4e38, np.inf])
def test_a_wild_value_among_them_hides_nothing(wild: float) -> None:
    value = np.cumsum(np.tile([1.0, 3.0, 2.0, 5.0], 20))
    value[17] = wild
    told = traits(value)
    assert told is not None
    assert told.step == 1.0
