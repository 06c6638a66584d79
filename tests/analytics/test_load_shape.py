"""Shapes of a load agree with the same worked out the slow way, at the site's time of day."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy_workbench.analytics import load_shape
from energy_workbench.analytics.demand import Block, aligned, contributions, demands, diversity_factor, maximum
from energy_workbench.analytics.load_shape import LocalTimes
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.time import axis
from energy_workbench.domain.time.billing import billing_edges
from energy_workbench.domain.time.period import Period, parse_period
from energy_workbench.runtime.settings.shifts import SHIFTS, parse_shifts

ZONES = ["Asia/Kolkata", "Australia/Lord_Howe", "Europe/Berlin", "America/New_York", "UTC"]
DAYS = 60


def naive(zone: str, start: datetime, kw: np.ndarray) -> pd.DataFrame:
    """The same intervals as a frame with the site's times."""
    times = pd.date_range(start, periods=len(kw), freq="15min").tz_convert(zone)
    return pd.DataFrame({"kw": kw, "at": times})


def load(seed: int, count: int, holes: float = 0.05) -> np.ndarray:
    luck = np.random.default_rng(seed)
    kw = luck.uniform(5, 400, count)
    kw[luck.random(count) < holes] = np.nan
    return kw


# Around the clock changes of autumn (north) and spring (south).
START = datetime(2026, 10, 1, tzinfo=UTC)


@pytest.mark.parametrize("zone", ZONES)
def test_local_times_are_those_of_the_sites_clock(zone: str) -> None:
    times = LocalTimes(START, DAYS * 96, ZoneInfo(zone))
    frame = naive(zone, START, np.zeros(DAYS * 96))
    assert (times.weekday == frame["at"].dt.day_of_week).all()
    assert (times.quarter == frame["at"].dt.hour * 4 + frame["at"].dt.minute // 15).all()
    assert len(np.unique(times.day)) == frame["at"].dt.date.nunique()


@pytest.mark.parametrize("zone", ZONES)
def test_the_heat_map_is_the_mean_of_each_weekday_and_hour(zone: str) -> None:
    kw = load(1, DAYS * 96)
    frame = naive(zone, START, kw).dropna()
    expected = frame.groupby([frame["at"].dt.day_of_week, frame["at"].dt.hour])["kw"].agg(
        ["mean", "min", "max", "count"]
    )
    found = load_shape.heat_map(kw, kw, LocalTimes(START, len(kw), ZoneInfo(zone)))
    assert len(found) == 168
    for row in found:
        there = expected.loc[(load_shape.WEEKDAYS.index(row["weekday"]), row["hour"])]
        assert row["mean_kw"] == pytest.approx(there["mean"], abs=1e-6)
        assert (row["minimum_kw"], row["maximum_kw"]) == pytest.approx((there["min"], there["max"]), abs=1e-6)
        assert row["hours"] == there["count"] / 4


def test_the_typical_day_has_its_spread() -> None:
    kw = load(2, DAYS * 96)
    frame = naive("Asia/Kolkata", START, kw).dropna()
    frame = frame[frame["at"].dt.day_of_week < 5]
    grouped = frame.groupby(frame["at"].dt.strftime("%H:%M"))["kw"]
    found = load_shape.typical_day(kw, LocalTimes(START, len(kw), ZoneInfo("Asia/Kolkata")))
    workdays = [row for row in found if row["day"] == "workday"]
    assert [row["time"] for row in workdays] == sorted(grouped.groups)
    for row in workdays:
        values = grouped.get_group(row["time"])
        assert row["median_kw"] == pytest.approx(values.median(), abs=1e-6)
        assert row["p10_kw"] == pytest.approx(values.quantile(0.1), abs=1e-6)
        assert row["p90_kw"] == pytest.approx(values.quantile(0.9), abs=1e-6)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=400))
def test_the_duration_curve_only_falls_and_begins_at_the_maximum(values: list[float]) -> None:
    found = [row["kw"] for row in load_shape.load_duration(np.array([*values, np.nan]))]
    assert found[0] == pytest.approx(max(values), abs=1e-6)
    assert found[-1] == pytest.approx(min(values), abs=1e-6)
    assert found == sorted(found, reverse=True)


def test_the_base_load_is_exceeded_nearly_always() -> None:
    kw = load(3, 5000)
    none = np.zeros(len(kw))
    base = load_shape.base_load(kw, none, producer=False).kw
    assert base is not None
    assert np.mean(kw[~np.isnan(kw)] > base) == pytest.approx(0.95, abs=0.001)
    assert load_shape.base_load(np.array([np.nan]), none[:1], producer=False) == load_shape.BaseLoad(None)


@pytest.mark.parametrize(("share", "there"), [(0.0, True), (0.04, True), (0.06, False), (0.5, False)])
def test_what_a_meter_imports_while_it_exports_is_no_base_load(share: float, there: bool) -> None:
    kw = np.full(1000, 80.0)
    other = np.where(np.arange(1000) < 1000 * share, 5.0, np.nan)
    kw[: int(1000 * share)] = 0.0
    found = load_shape.base_load(kw, other, producer=False)
    assert (found.kw is not None) is there
    assert found.reason == ("" if there else f"none, as it exports {share:.0%} of the time")


def test_a_producer_has_no_base_load() -> None:
    kw = np.full(100, 80.0)
    assert load_shape.base_load(kw, np.full(100, np.nan), producer=True) == load_shape.BaseLoad(
        None, "a producer has none"
    )


@pytest.mark.parametrize("zone", ZONES)
def test_a_shift_over_midnight_belongs_to_the_day_on_which_it_began(zone: str) -> None:
    kw = load(4, DAYS * 96)
    frame = naive(zone, START, kw).dropna()
    minute = frame["at"].dt.hour * 60 + frame["at"].dt.minute
    shift = np.select([(minute >= 360) & (minute < 840), (minute >= 840) & (minute < 1320)], ["A", "B"], "C")
    night = (frame["at"].dt.tz_localize(None) - pd.Timedelta(hours=6)).dt.date
    found = load_shape.by_shift(kw, kw, LocalTimes(START, len(kw), ZoneInfo(zone)), parse_shifts(SHIFTS))
    assert [row["shift"] for row in found] == ["A", "B", "C"]
    for row in found:
        mine = shift == row["shift"]
        assert row["energy_kwh"] == pytest.approx(frame["kw"][mine].sum() / 4, abs=1e-4)
        assert row["maximum_kw"] == pytest.approx(frame["kw"][mine].max(), abs=1e-6)
        assert row["shifts"] == night[mine].nunique()
    assert sum(row["share"] for row in found) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    "text",
    ["A", "A 25:00", "A 06:10", "06:00", "A 06:00, A 14:00", "A 06:00, B 06:00", "", "A 06:00:00.5", "A 06:00+01:00"],
)
def test_shifts_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_shifts(text)


@settings(max_examples=30)
@given(seed=st.integers(0, 1000), block=st.sampled_from(["15min", "30min", "60min"]), zone=st.sampled_from(ZONES))
def test_a_block_demand_is_the_mean_over_the_sites_half_hours_and_hours(seed: int, block: str, zone: str) -> None:
    kw = load(seed, 5 * 96, holes=0.02)
    frame = naive(zone, START, kw)
    # By wall clock in UTC offsets of quarters: the blocks of a zone's hours begin at :30 in India.
    local = frame["at"].dt.tz_localize(None)
    frame["block"] = local.dt.floor(block.replace("60min", "1h"))
    grouped = frame.groupby("block")["kw"]
    size = {"15min": 1, "30min": 2, "60min": 4}[block]
    whole = grouped.mean()[(grouped.count() == size) & (grouped.size() == size)]
    how = Block.of(block, "block", "kw")
    span = Period(START, START + timedelta(days=5), "five days")
    edges = axis.edges(span, {1: "15min", 2: "30min", 4: "1h"}[size], ZoneInfo(zone))
    found = demands(kw / 4, how, aligned(START, len(kw), edges, size))
    assert np.nanmax(found) == pytest.approx(whole.max())
    at = maximum(found)
    assert at is not None
    assert local[at] == whole.idxmax()


@given(st.lists(st.floats(0, 1e4), min_size=8, max_size=200))
def test_a_sliding_demand_is_never_below_that_of_blocks(values: list[float]) -> None:
    energy = np.array(values)
    begins = np.arange(len(energy)) % 2 == 0
    block = demands(energy, Block.of("30min", "block", "kw"), begins)
    sliding = demands(energy, Block.of("30min", "sliding", "kw"), np.ones(len(energy), bool))
    assert np.nanmax(sliding) >= np.nanmax(block)
    assert np.nanmax(sliding) == pytest.approx(max(sum(pair) * 2 for pair in itertools.pairwise(values)))


def test_a_block_with_a_hole_is_no_maximum() -> None:
    energy = np.array([1.0, 1.0, 50.0, np.nan, 2.0, 2.0])
    found = demands(energy, Block.of("30min", "block", "kw"), np.arange(6) % 2 == 0)
    at = maximum(found)
    assert at == 4
    assert found[at] == 8.0
    assert maximum(np.array([np.nan])) is None


def test_a_counters_step_forbids_short_blocks_and_not_long_ones() -> None:
    energy, step = np.array([10.0, 12.0, 40.0, 40.0, 60.0, 0.0]), np.full(6, 1.0)
    quarters = demands(energy, Block.of("15min", "block", "kw"), np.ones(6, bool), step)
    assert [None if np.isnan(kw) else kw for kw in quarters] == [None, None, None, None, 240.0, None]
    hours = demands(energy, Block.of("60min", "sliding", "kw"), np.ones(6, bool), step)
    assert [None if np.isnan(kw) else kw for kw in hours] == [102.0, 152.0, 140.0, None, None, None]
    assert np.array_equal(load_shape.certain(energy * 4, step), quarters, equal_nan=True)


def test_who_made_a_maximum_is_told_the_greatest_first() -> None:
    block = Block.of("30min", "block", "kw")
    children = {"A": np.array([1.0, 1.0]), "B": np.array([3.0, 3.0]), "C": np.array([np.nan, 1.0])}
    assert contributions(0, block, children, 20.0) == [
        {"number": "B", "kw": 12.0, "share": 0.6, "reason": ""},
        {"number": "A", "kw": 4.0, "share": 0.2, "reason": ""},
    ]  # fmt: skip
    assert diversity_factor([12.0, 8.0], 16.0) == 1.25
    assert diversity_factor([12.0], 12.0) is None


@pytest.mark.parametrize("given_", [("20min", "block", "kw"), ("15min", "rolling", "kw"), ("15min", "block", "kvar")])
def test_words_that_are_none_are_refused(given_: tuple[str, str, str]) -> None:
    with pytest.raises(InputError):
        Block.of(*given_)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (1, ["2026-01-15", "2026-02-01", "2026-03-01", "2026-03-10"]),
        (10, ["2026-01-15", "2026-02-10", "2026-03-10"]),
        (31, ["2026-01-15", "2026-01-31", "2026-02-28", "2026-03-10"]),
    ],
)
def test_billing_months_begin_on_any_day(day: int, expected: list[str]) -> None:
    zone = ZoneInfo("Asia/Kolkata")
    span = parse_period("2026-01-15/2026-03-10T00:00", zone, START)
    found = [f"{edge.astimezone(zone):%Y-%m-%d}" for edge in billing_edges(span, day, zone)]
    assert found == expected


def test_a_leap_day_ends_a_billing_month() -> None:
    zone = ZoneInfo("Europe/Berlin")
    span = parse_period("2028", zone, START)
    found = [f"{edge.astimezone(zone):%m-%d}" for edge in billing_edges(span, 30, zone)]
    assert found[:4] == ["01-01", "01-30", "02-29", "03-30"]
    with pytest.raises(InputError):
        billing_edges(span, 0, zone)
