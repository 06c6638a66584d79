"""Which readings intervals need: the ends of each quarter, some between, and all around what is odd."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy_workbench.domain.time.axis import INTERVAL_MICROS as QUARTER
from energy_workbench.energy.interpolation import are_close
from energy_workbench.energy.needed_readings import AFTER, BEFORE, needed
from tests.examples import examples

DAY = 96 * QUARTER
FIRST = 20_000 * DAY
MINUTE = 60_000_000


def asked(ts: Any, value: Any, *, limit: float = np.inf, named: Any = (), meter: Any = None) -> Any:
    count = len(ts)
    return needed(
        np.ones(count, "int32") if meter is None else meter, ts, np.zeros(count, bool), {"e": ~np.isnan(value)},
        {"e": value}, np.full(count, limit), {1: list(named)} if named else {},
    )  # fmt: skip


def minutes(days: float = 1.0) -> tuple[Any, Any]:
    """A reading 20 s after each full minute of a counter that counts."""
    count = round(days * 1440)
    return FIRST + MINUTE * np.arange(count) + 20_000_000, 1000.0 + 0.01 * np.arange(count)


def test_of_a_reading_a_minute_four_an_interval_stay() -> None:
    ts, value = minutes()
    kept = asked(ts, value)
    middle = kept[15 * 4 : 15 * 90].reshape(-1, 15)
    assert (middle.sum(axis=1) == 4).all()
    assert middle[:, 0].all(), "the first of each quarter"
    assert middle[:, -1].all(), "and the last"


def test_what_is_close_stays_close_and_what_is_not_does_not_become_so() -> None:
    ts, value = minutes()
    luck = np.random.default_rng(5)
    there = luck.random(len(ts)) > 0.3
    there[300:340] = False
    ts, value = ts[there], value[there]
    _as_close(ts, asked(ts, value))


@settings(max_examples=examples(40), deadline=None)
@given(st.lists(st.sampled_from([10, 60, 170, 181, 300, 450, 900, 961, 4000]), min_size=2, max_size=400))
def test_of_readings_however_far_apart_as_much_time_is_close(spans: list[int]) -> None:
    ts = FIRST + np.cumsum(np.array(spans)) * 1_000_000
    _as_close(ts, asked(ts, 1000.0 + np.arange(len(ts))))


def _as_close(ts: Any, kept: Any) -> None:
    """The time between close readings is the same in each stretch between two that stay."""
    span = np.diff(ts)
    told = np.r_[0, np.cumsum(span * are_close(span, np.ones(len(span), bool)))]
    stays = np.flatnonzero(kept)
    apart = np.diff(ts[stays])
    assert (apart * are_close(apart, np.ones(len(apart), bool)) == np.diff(told[stays])).all()


@pytest.mark.parametrize("odd", ["fall", "rise"])
def test_all_that_judges_an_odd_step_stays(odd: str) -> None:
    ts, value = minutes()
    value[700:] += -5.0 if odd == "fall" else 500.0
    kept = asked(ts, value, limit=100.0)
    assert kept[700 - 1 - BEFORE : 700 + AFTER].all()
    assert not kept[600 : 700 - 1 - BEFORE].all()


def test_what_is_named_stays_with_what_stands_around_it() -> None:
    ts, value = minutes()
    since, until = int(ts[600]) - MINUTE // 2, int(ts[640])
    kept = asked(ts, value, named=[(since, until)])
    assert kept[599 - BEFORE : 641 + AFTER].all()
    assert not asked(ts, value)[599:641].all()


def test_meters_beside_each_other_do_not_touch_each_other() -> None:
    ts, value = minutes()
    other = value.copy()
    other[700:] -= 5.0
    both = asked(
        np.r_[ts, ts], np.r_[value, other], limit=100.0, meter=np.repeat(np.array([1, 2], "int32"), len(ts))
    )  # fmt: skip
    assert (both == np.r_[asked(ts, value, limit=100.0), asked(ts, other, limit=100.0)]).all()


def test_of_each_quantity_the_ends_of_each_quarter_stay() -> None:
    ts, value = minutes()
    seldom = np.arange(len(ts)) % 15 == 7
    count = len(ts)
    kept = needed(
        np.ones(count, "int32"), ts, np.zeros(count, bool), {"e": np.ones(count, bool), "fuel_volume": seldom},
        {"e": value}, np.full(count, np.inf), {},
    )  # fmt: skip
    assert kept[seldom].all()
