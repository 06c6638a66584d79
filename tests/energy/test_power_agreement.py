"""Counter against power as arrays of hours: stretches, ratios, scatter, and what a factor may be."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy_workbench.analytics.measuring.causes import causes
from energy_workbench.domain.ratios import Ratio
from energy_workbench.energy.power_agreement import Hours, Way, agreements

PLAIN = Ratio()
BEHIND = Ratio(ct_primary=200, ct_secondary=5, pt_primary=11000, pt_secondary=110)


def hours(
    count: int,
    by: object = 1.0,
    *,
    scatter: float = 0.0,
    export: object = None,
    step: float = 0.0,
    first: int = 495_000,
) -> Hours:
    """Hours of a load that varies, and of power that is so many times the counter, scattered by hours."""
    random = np.random.default_rng(3)
    flow = 50 * random.uniform(0.4, 1.6, count)
    given = np.zeros(count) if export is None else flow * export
    drawn = flow * (1 if export is None else 1 - np.asarray(export))
    counted = np.stack([drawn, given if export is not None else np.full(count, np.nan)], axis=1)
    noise = 1 + scatter * random.standard_normal(count)
    powered = np.stack([drawn * by * noise, given * by * noise], axis=1)
    begin = 4 * (first + np.arange(count))
    return Hours(begin, begin + 4, counted, powered, step)


@pytest.mark.parametrize("power", [-6, -3, -2, -1, 1, 2, 3, 6])
def test_powers_of_ten(power: int) -> None:
    (found,) = agreements(hours(48, 10.0**power, scatter=0.05))
    assert next(cause.name for cause in causes(found, PLAIN)) == f"10^{power}"


@pytest.mark.parametrize(
    ("by", "name"),
    [(math.sqrt(3), "√3"), (1 / math.sqrt(3), "1/√3"), (2.0, "2"), (0.5, "1/2"), (3.0, "3"), (1 / 3, "1/3")],
)
def test_small_factors_that_little_scatter_tells_apart(by: float, name: str) -> None:
    (found,) = agreements(hours(72, by, scatter=0.05))
    assert [cause.name for cause in causes(found, PLAIN)] == [name]


def test_what_the_scatter_does_not_tell_apart_is_named_together() -> None:
    (found,) = agreements(hours(48, math.sqrt(3), scatter=0.6))
    assert {"√3", "2"} <= {cause.name for cause in causes(found, PLAIN)}


@pytest.mark.parametrize(
    ("by", "first", "also"),
    [
        (40, "CT", set()),
        (1 / 40, "1/CT", set()),
        (100, "PT", {"10^2"}),
        (0.01, "1/PT", {"10^-2"}),
        (4000, "CT·PT", set()),
    ],
)
def test_transformers_that_are_entered_come_first(by: float, first: str, also: set[str]) -> None:
    (found,) = agreements(hours(48, by, scatter=0.05))
    names = [cause.name for cause in causes(found, BEHIND)]
    assert names[0] == first
    assert set(names[1:]) == also


def test_a_transformer_that_nobody_entered() -> None:
    (found,) = agreements(hours(48, 80.0))
    (cause,) = causes(found, PLAIN)
    assert (cause.name, "400/5" in cause.text) == ("CT", True)


def test_a_factor_that_nothing_explains_is_told_without_a_cause() -> None:
    (found,) = agreements(hours(48, 1.37))
    assert not found.agrees
    assert causes(found, Ratio(ct_primary=100, ct_secondary=5)) == []


def test_signs() -> None:
    part = np.where(np.arange(48) % 24 < 8, 1.0, 0.0)
    right = hours(48, export=part)
    turned = Hours(right.begin, right.end, right.counted, right.powered[:, ::-1])
    (found,) = agreements(turned)
    assert (found.way, [cause.name for cause in causes(found, PLAIN)]) == (Way.TURNED, ["sign"])
    one = np.stack([right.counted.sum(axis=1), np.full(48, np.nan)], axis=1)
    (found,) = agreements(Hours(right.begin, right.end, one, right.powered))
    assert (found.way, [cause.name for cause in causes(found, PLAIN)]) == (Way.BOTH, ["sign"])
    (found,) = agreements(right)
    assert found.agrees


def test_a_counter_of_import_alone_is_compared_with_what_is_drawn() -> None:
    part = np.where(np.arange(48) % 24 < 8, 1.0, 0.0)
    both = hours(48, export=part)
    alone = np.stack([both.counted[:, 0], np.full(48, np.nan)], axis=1)
    (found,) = agreements(Hours(both.begin, both.end, alone, both.powered))
    assert found.agrees


@pytest.mark.parametrize("at", [29, 48, 53, 60, 71])
@pytest.mark.parametrize("by", [1000.0, 0.001, 3.0])
def test_stretches_begin_and_end_at_the_hour(at: int, by: float) -> None:
    ratio = np.where(np.arange(120) < at, 1.0, by)
    before, after = agreements(hours(120, ratio, scatter=0.02))
    assert before.agrees
    assert (after.begin / 4 - 495_000, after.hours) == (at, 120 - at)
    assert [cause.name for cause in causes(after, PLAIN, changed=True)] == (
        ["range", f"10^{round(math.log10(by))}"] if by != 3.0 else ["3"]
    )


def test_a_range_that_comes_and_goes() -> None:
    (found,) = agreements(hours(96, np.where(np.arange(96) % 5 < 2, 0.001, 1.0)))
    assert found.ranges == -3
    assert [cause.name for cause in causes(found, PLAIN)] == ["range"]


def test_less_than_a_day_or_than_fifty_steps_tells_nothing() -> None:
    assert agreements(hours(20, 10.0)) == []
    assert agreements(hours(48, 10.0, step=100.0)) == []
    assert len(agreements(hours(48, 10.0, step=10.0))) == 1
    assert agreements(hours(0)) == []


def test_a_misread_power_is_left_out() -> None:
    rows = hours(48)
    rows.powered[17, 0] = 1e30
    (found,) = agreements(rows)
    assert found.agrees


@settings(deadline=None)
@given(st.floats(-4, 4), st.integers(24, 200), st.floats(0, 0.2), st.booleans(), st.integers(490_000, 500_000))
def test_what_is_found_is_the_ratio_of_the_sums(
    power: float, count: int, scatter: float, exports: bool, first: int
) -> None:
    export = np.where(np.arange(count) % 24 < 8, 1.0, 0.0) if exports else None
    rows = hours(count, 10.0**power, scatter=scatter, export=export, first=first)
    found = agreements(rows)
    assert sum(each.hours for each in found) <= count
    for each in found:
        mine = (rows.begin >= each.begin) & (rows.end <= each.end)
        told = np.nan_to_num(rows.counted[mine]).sum()
        assert each.ratio == pytest.approx(rows.powered[mine].sum() / told)
        if abs(power) > 0.1 and scatter < 0.1:
            assert not each.agrees
