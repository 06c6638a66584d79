"""Grain of the intervals: what meters read every half hour, hour, day or month measure, and what is a guess."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from energy_workbench.domain.time import axis
from energy_workbench.domain.time.clock import to_micros
from energy_workbench.domain.time.period import Period
from energy_workbench.energy.metering_period import inferred
from energy_workbench.lake import Lake, Reader
from energy_workbench.lake.build.intervals import build
from energy_workbench.lake.metering import Rules, Stated
from tests.lake.helpers import T0, counter

KOLKATA, BERLIN = ZoneInfo("Asia/Kolkata"), ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 12, 31, tzinfo=UTC)


def load(nth: int) -> float:
    """What flows in the nth block [kWh]."""
    return 10.0 + nth * 7 % 13


def read_every(tmp_path: Path, minutes: int, begin: datetime, count: int, *, off: Sequence[int] = ()) -> Lake:
    """A lake with a counter read so often; readings with these numbers are missing."""
    lake, value, points = Lake(tmp_path / "lake"), 1000.0, []
    for nth in range(count + 1):
        if nth not in off:
            points.append(((begin - T0).total_seconds() + nth * minutes * 60, value))
        value += load(nth)
    lake.append(counter(points))
    build(lake, [])
    return lake


def reader(lake: Lake, zone: tzinfo = UTC, stated: Stated | None = None) -> Reader:
    return Reader(lake, metering=Rules(zone=lambda: zone, stated=lambda: stated or {}))


@pytest.mark.parametrize("minutes", [30, 60])
@pytest.mark.parametrize("zone", [UTC, KOLKATA, BERLIN])
def test_blocks_at_the_grain_of_the_readings_are_measured_and_shorter_ones_are_estimates(
    minutes: int, zone: tzinfo, tmp_path: Path
) -> None:
    begin = datetime(2026, 10, 1, tzinfo=zone).astimezone(UTC)
    count = 31 * 24 * 60 // minutes
    asked = reader(read_every(tmp_path, minutes, begin, count), zone)
    edges = [begin + nth * timedelta(minutes=minutes) for nth in range(count + 1)]
    rows = asked.energy([1], edges, NOW, peaks=True).to_pylist()
    assert [row["energy_import_kwh"] for row in rows] == pytest.approx([load(nth) for nth in range(count)])
    assert {(row["quality"], row["completeness"]) for row in rows} == {("actual", 1.0)}
    assert [row["demand_kw"] for row in rows] == pytest.approx([load(nth) * 60 / minutes for nth in range(count)])
    (month,) = asked.energy([1], [edges[0], edges[-1]], NOW, peaks=True).to_pylist()
    assert (month["quality"], month["completeness"]) == ("actual", 1.0)
    assert month["demand_kw"] == pytest.approx(22 * 60 / minutes)
    assert month["import_hours"] == pytest.approx(count * minutes / 60)
    assert month["import_blocks"] == count * minutes // 15
    assert month["greatest_import_kwh"] == pytest.approx(22 * 15 / minutes)
    highest = asked.first_at("demand_kw", {1: month["demand_kw"]}, edges[0], edges[-1])
    assert highest == {1: edges[next(nth for nth in range(count) if load(nth) == 22)]}
    quarters = [begin + nth * axis.INTERVAL for nth in range(9)]
    short = asked.energy([1], quarters, NOW, peaks=True).to_pylist()
    assert {(row["quality"], row["completeness"], row["demand_kw"]) for row in short} == {("estimated", 0.0, None)}


def test_a_missing_reading_leaves_the_blocks_beside_it_estimates_and_their_sum_right(tmp_path: Path) -> None:
    asked = reader(read_every(tmp_path, 30, T0, 96, off=[11]))
    rows = asked.energy([1], [T0 + nth * timedelta(minutes=30) for nth in range(97)], NOW).to_pylist()
    assert [nth for nth, row in enumerate(rows) if row["quality"] != "actual"] == [10, 11]
    assert rows[10]["energy_import_kwh"] + rows[11]["energy_import_kwh"] == pytest.approx(load(10) + load(11))
    assert rows[10]["demand_kw"] is None
    day = asked.energy([1], [T0, T0 + timedelta(days=1)], NOW).to_pylist()[0]
    assert (day["quality"], day["completeness"]) == ("estimated", pytest.approx(46 / 48))


def test_a_meter_read_each_minute_with_a_gap_is_not_taken_for_one_that_is_read_seldom(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    lake.append(counter([(60 * nth, nth * 0.1) for nth in range(2000) if not 600 <= nth < 1800]))
    build(lake, [])
    assert reader(lake).periods([1], T0, T0 + timedelta(days=30)) == []
    assert "estimated" in reader(lake).intervals([1], T0, T0 + timedelta(days=2), shortest=60)["quality"].to_pylist()


def test_hand_readings_of_days_measure_days_and_those_of_months_measure_months(tmp_path: Path) -> None:
    days = reader(read_every(tmp_path / "days", 1440, T0, 31))
    marks = [T0 + timedelta(days=nth) for nth in range(32)]
    rows = days.energy([1], marks, NOW, peaks=True).to_pylist()
    assert {(row["quality"], row["completeness"], row["demand_kw"]) for row in rows} == {("actual", 1.0, None)}
    hours = days.energy([1], [T0 + timedelta(hours=nth) for nth in range(25)], NOW).to_pylist()
    assert {(row["quality"], row["completeness"]) for row in hours} == {("estimated", 0.0)}
    lake = Lake(tmp_path / "months")
    firsts = [datetime(2026, month, 1, tzinfo=UTC) for month in range(1, 11)]
    lake.append(counter([((first - T0).total_seconds(), 5000.0 + 100 * nth) for nth, first in enumerate(firsts)]))
    build(lake, [])
    rows = reader(lake).energy([1], firsts, NOW).to_pylist()
    assert {(row["quality"], row["completeness"]) for row in rows} == {("actual", 1.0)}
    assert [row["energy_import_kwh"] for row in rows] == pytest.approx([100.0] * 9)


def test_each_month_has_the_period_that_its_own_readings_tell(tmp_path: Path) -> None:
    lake, value, points = Lake(tmp_path / "lake"), 0.0, []
    for month, minutes in ((10, 60), (11, 15)):
        at = datetime(2026, month, 1, tzinfo=KOLKATA).astimezone(UTC)
        until = datetime(2026, month + 1, 1, tzinfo=KOLKATA).astimezone(UTC)
        while at < until:
            points.append(((at - T0).total_seconds(), value))
            at, value = at + timedelta(minutes=minutes), value + minutes
    lake.append(counter(points))
    build(lake, [])
    asked = reader(lake, KOLKATA)
    october = datetime(2026, 10, 1, tzinfo=KOLKATA)
    (grain,) = asked.periods([1], october, NOW)
    assert (grain.minutes, grain.until) == (60, to_micros(datetime(2026, 11, 1, tzinfo=KOLKATA)))
    edges = axis.edges(Period(october, datetime(2026, 11, 30, tzinfo=KOLKATA), ""), "1h", KOLKATA)
    rows = asked.energy([1], edges, NOW).to_pylist()
    assert {(row["quality"], row["completeness"]) for row in rows} == {("actual", 1.0)}


def test_what_people_state_holds_from_its_instant_on(tmp_path: Path) -> None:
    lake = read_every(tmp_path, 30, T0, 30 * 48)
    half = T0 + timedelta(days=10)
    asked = reader(lake, stated={1: [(None, 15), (to_micros(half), 60)]})
    assert [(grain.since, grain.minutes) for grain in asked.periods([1], T0, NOW)] == [(to_micros(half), 60)]
    rows = asked.energy([1], [T0 + timedelta(days=nth) for nth in range(0, 21, 10)], NOW, peaks=True).to_pylist()
    assert [row["quality"] for row in rows] == ["estimated", "actual"]
    assert rows[0]["demand_kw"] is None
    assert rows[1]["demand_kw"] == pytest.approx(max(load(nth) + load(nth + 1) for nth in range(480, 960, 2)))


@pytest.mark.parametrize(
    ("spans", "period"),
    [
        ([(None, 2900)], 15),
        ([(30.0, 1440)], 30),
        ([(30.0, 900), (60.0, 500)], 30),
        ([(30.5, 800)], 30),
        ([(20.0, 800)], 30),
        ([(120.0, 300)], 1440),
        ([(1440.0, 30)], 1440),
        ([(10_080.0, 4)], 44_640),
        ([(44_640.0, 1)], 44_640),
        ([(90_000.0, 1)], 15),
        ([], 15),
    ],
)
def test_the_period_is_the_median_of_the_times_between_readings(
    spans: list[tuple[float | None, float]], period: int
) -> None:
    assert inferred(spans) == period
