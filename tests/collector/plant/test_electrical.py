from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.plant import electrical
from collector.plant.tree import build

METERS = {m.number: m for m in build()}
powers = st.floats(-2000, 2000)


@given(p=powers, q=st.floats(0, 1500), second=st.floats(1.7e9, 1.9e9), number=st.sampled_from(sorted(METERS)))
def test_power_voltage_current_and_power_factor_belong_together(p, q, second, number):
    wired = electrical.wiring(METERS[number], seed=7)
    v = electrical.gauges(math, wired, p, q, 1.0, second)
    s = math.hypot(p, q)
    assert v["apparent_power_total"] == pytest.approx(s)
    assert s * v["power_factor_total"] == pytest.approx(p, abs=1e-3)
    # P = √3 U I PF, but for the small unbalance of the phases.
    balanced = 3**0.5 * v["voltage_ll_avg"] * v["current_avg"] * v["power_factor_total"] / 1000
    assert balanced == pytest.approx(p, rel=2e-3, abs=1e-3)
    for phase in ("l1", "l2", "l3"):
        apparent = v[f"voltage_{phase}_n"] * v[f"current_{phase}"] / 1000
        assert apparent == pytest.approx(v[f"apparent_power_{phase}"], rel=1e-9, abs=1e-9)
    for magnitude in ("active", "reactive", "apparent"):
        total = sum(v[f"{magnitude}_power_{phase}"] for phase in ("l1", "l2", "l3"))
        assert total == pytest.approx(v[f"{magnitude}_power_total"], rel=1e-9, abs=1e-9)
    assert 49.9 <= v["frequency"] <= 50.1
    assert v["voltage_ll_avg"] == pytest.approx(METERS[number].voltage * (1 + METERS[number].tap), rel=0.03)


def test_one_instant_and_many_give_the_same_values():
    meters = [METERS[n] for n in ("GRID", "MAIN", "UNIT-C")]
    wired = [electrical.wiring(m, seed=3) for m in meters]
    rng = np.random.default_rng(1)
    p, q = rng.uniform(-100, 2000, (3, 5)), rng.uniform(0, 900, (3, 5))
    seconds = 1.79e9 + np.arange(5) * 977.0
    live = np.array([1.0, 1, 1, 1, 0])
    p[:, 4] = q[:, 4] = 0
    many = electrical.gauges(np, electrical.together(wired), p, q, live, seconds)
    for row in range(3):
        for at in range(5):
            one = electrical.gauges(
                math, wired[row], float(p[row, at]), float(q[row, at]), float(live[at]), float(seconds[at])
            )
            for name, value in one.items():
                column = np.broadcast_to(many[name], (3, 5))
                assert column[row, at] == pytest.approx(value, rel=1e-9, abs=1e-7), name


def test_without_voltage_everything_but_the_idle_power_factor_is_zero():
    dark = electrical.gauges(math, electrical.wiring(METERS["PMD"], 7), 0.0, 0.0, 0.0, 1.79e9)
    assert {name for name, value in dark.items() if value} == {n for n in dark if "power_factor" in n or "pf" in n}
