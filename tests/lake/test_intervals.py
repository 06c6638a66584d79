"""Energy of intervals: exact, never invented, never lost, and the same however it was built."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy_workbench.domain.ratios import AppliedBy, Ratio
from energy_workbench.domain.time.axis import INTERVAL_MICROS as QUARTER
from energy_workbench.energy.interval_builder import IntervalBuilder
from energy_workbench.energy.multipliers import Multipliers
from energy_workbench.lake import Lake, Reader, Spool
from energy_workbench.lake.build.intervals import build
from energy_workbench.lake.storage.build_state import FILE
from tests.lake.helpers import ENERGY, T0, T0_US, counter, intervals, reading, table

IMPORT = "energy_import_kwh"


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def built(lake: Lake, *tables: object, ratios: list[tuple[int, Ratio]] | None = None) -> list[dict[str, object]]:
    for given_table in tables:
        lake.append(given_table)
    build(lake, ratios or [])
    return intervals(lake)


def energy(rows: list[dict[str, object]], name: str = IMPORT) -> list[object]:
    return [None if row[name] is None else pytest.approx(row[name], abs=1e-9) for row in rows]


def test_an_interval_is_the_difference_of_the_counter_at_its_edges(lake: Lake) -> None:
    rows = built(lake, counter([(s, s / 100) for s in range(0, 2700 + 1, 30)]))
    assert energy(rows) == [9.0, 9.0, 9.0]
    assert [row["start"] for row in rows] == [T0 + k * timedelta(minutes=15) for k in range(3)]
    assert {row["quality"] for row in rows} == {"actual"}
    assert [row["demand_kw"] for row in rows] == [pytest.approx(36.0)] * 3
    assert [row["completeness"] for row in rows] == [1.0] * 3


def test_a_counter_between_readings_is_interpolated_to_the_edge(lake: Lake) -> None:
    rows = built(lake, counter([(600, 0.0), (1200, 60.0)]))
    assert energy(rows) == [30.0, 30.0]
    assert [row["demand_kw"] for row in rows] == [None, None]


def test_a_meter_polled_every_quarter_hour_is_actual(lake: Lake) -> None:
    rows = built(lake, counter([(900 * k + k % 3, 5.0 * k) for k in range(97)]))
    assert {row["quality"] for row in rows[:95]} == {"actual"}
    assert all(row["demand_kw"] is not None for row in rows[:95])


def test_energy_across_a_gap_is_the_register_difference_and_estimated(lake: Lake) -> None:
    before = [(s, s / 3600) for s in range(0, 901, 10)]
    day = 3 * 86_400
    after = [(day + s, 100 + s / 3600) for s in range(0, 1800, 10)]
    rows = built(lake, counter(before + after))
    assert sum(row[IMPORT] for row in rows) == pytest.approx(100 + 1790 / 3600)
    inside = rows[1:288]
    assert {row["quality"] for row in inside} == {"estimated"}
    assert {row["demand_kw"] for row in inside} == {None}
    assert {row["completeness"] for row in inside} == {0.0}
    assert len(rows) == 290


def test_a_few_missed_polls_are_estimated_only_where_they_are(lake: Lake) -> None:
    points = [(s, s / 100) for s in range(0, 3601, 10) if not 1000 < s < 1600]
    rows = built(lake, counter(points))
    assert energy(rows) == [9.0] * 4
    assert [row["quality"] for row in rows] == ["actual", "estimated", "actual", "actual"]


def test_a_reset_counts_only_what_is_known(lake: Lake) -> None:
    points = [(s, 1000 + s / 100) for s in range(0, 1801, 60)] + [(s, (s - 1860) / 100) for s in range(1860, 3601, 60)]
    rows = built(lake, counter(points))
    assert sum(row[IMPORT] for row in rows) == pytest.approx(18 + 17.4)
    assert [row["quality"] for row in rows] == ["actual", "actual", "estimated", "actual"]
    assert rows[2]["demand_kw"] is None


def test_an_exchange_over_days_leaves_missing_not_zero(lake: Lake) -> None:
    rows = built(lake, counter([(0, 5000.0), (86_400, 10.0), (87_300, 12.0)]))
    assert [row["quality"] for row in rows[:96]] == ["missing"] * 96
    assert {row[IMPORT] for row in rows[:96]} == {None}
    assert energy(rows[96:]) == [2.0]


@pytest.mark.parametrize(
    ("wrong", "rows_wrong"),
    [(0.0, 1), (0.0, 2), (0.0, 3), (0.5, 1), (400.0, 3), (9_999_999.0, 1)],
)
def test_a_glitch_books_nothing(lake: Lake, wrong: float, rows_wrong: int) -> None:
    points = [(s, 1000 + s / 100) for s in range(0, 3601, 60)]
    for k in range(rows_wrong):
        points[20 + k] = (points[20 + k][0], wrong)
    rows = built(lake, counter(points))
    assert sum(row[IMPORT] for row in rows) == pytest.approx(36.0)


def test_nothing_is_invented_from_gauges(lake: Lake) -> None:
    assert built(lake, table([(1, s, {"current_l1": 5.0, "frequency": 50.0}) for s in range(0, 3600, 60)])) == []


def test_a_single_reading_is_no_interval(lake: Lake) -> None:
    assert built(lake, counter([(0, 1.0)])) == []


def test_the_running_interval_is_there_incomplete(lake: Lake) -> None:
    rows = built(lake, counter([(s, s / 100) for s in range(0, 1201, 10)]))
    assert energy(rows) == [9.0, 3.0]
    assert rows[1]["completeness"] == pytest.approx(1 / 3)
    assert rows[1]["demand_kw"] is None


def test_a_total_counter_serves_where_there_is_no_import(lake: Lake) -> None:
    rows = built(lake, counter([(0, 0.0), (900, 5.0)], name="energy_active_total"))
    assert energy(rows) == [5.0]


def test_an_import_counter_wins_over_a_total(lake: Lake) -> None:
    values = [{ENERGY: 0.0, "energy_active_total": 0.0}, {ENERGY: 5.0, "energy_active_total": 8.0}]
    assert energy(built(lake, table([(1, 0, values[0]), (1, 900, values[1])]))) == [5.0]


def test_power_factor_comes_from_energies(lake: Lake) -> None:
    values = [(0, 0.0, 0.0), (900, 4.0, 3.0)]
    rows = built(lake, table([(1, s, {ENERGY: p, "energy_reactive_import": q}) for s, p, q in values]))
    assert rows[0]["power_factor"] == pytest.approx(0.8)
    assert rows[0]["energy_reactive_kvarh"] == pytest.approx(3.0)


def test_export_is_counted_beside_import(lake: Lake) -> None:
    rows = built(lake, table([(1, s, {ENERGY: 0.0, "energy_active_export": s / 100}) for s in (0, 450, 900)]))
    assert (rows[0][IMPORT], rows[0]["energy_export_kwh"]) == (0.0, pytest.approx(9.0))


def test_the_ratio_valid_then_scales_and_a_change_cuts_the_pair(lake: Lake) -> None:
    first = Ratio(ct_primary=100, ct_secondary=5, applied_by=AppliedBy.WORKBENCH)
    later = Ratio(
        ct_primary=200, ct_secondary=5, applied_by=AppliedBy.WORKBENCH, valid_from=T0 + timedelta(seconds=1350)
    )
    rows = built(lake, counter([(900 * k, float(k)) for k in range(4)]), ratios=[(1, first), (1, later)])
    assert energy(rows) == [20.0, 30.0, 40.0]


def test_a_ratio_that_the_meter_applies_is_not_applied_again(lake: Lake) -> None:
    ratio = Ratio(ct_primary=100, ct_secondary=5, applied_by=AppliedBy.METER)
    assert energy(built(lake, counter([(0, 0.0), (900, 3.0)]), ratios=[(1, ratio)])) == [3.0]


def test_a_changed_ratio_rebuilds_only_from_its_instant(lake: Lake) -> None:
    one = Ratio(ct_primary=5, ct_secondary=5, applied_by=AppliedBy.WORKBENCH)
    two = Ratio(ct_primary=10, ct_secondary=5, applied_by=AppliedBy.WORKBENCH, valid_from=T0 + timedelta(minutes=30))
    lake.append(counter([(900 * k, float(k)) for k in range(5)]))
    build(lake, [(1, one)])
    result = build(lake, [(1, one), (1, two)])
    assert energy(intervals(lake)) == [1.0, 1.0, 2.0, 2.0]
    assert result.rows == 2
    build(lake, [(1, one)])
    assert energy(intervals(lake)) == [1.0] * 4


def test_building_again_does_nothing(lake: Lake) -> None:
    lake.append(counter([(0, 0.0), (900, 3.0)]))
    assert build(lake, []).rows == 1
    version = lake.intervals.snapshot().version
    assert build(lake, []).rows == 0
    assert lake.intervals.snapshot().version == version


def test_a_late_reading_moves_energy_between_intervals_only(lake: Lake) -> None:
    rows = built(lake, counter([(900 * k, 10.0 * k) for k in (0, 1, 5, 6)]))
    assert energy(rows) == [10.0] * 6
    rows = built(lake, counter([(2700, 40.0)]))
    assert energy(rows) == [10.0, 15.0, 15.0, 5.0, 5.0, 10.0]


def test_the_neighbour_of_a_window_may_lie_months_before(lake: Lake) -> None:
    built(lake, counter([(0, 0.0), (900, 10.0)]))
    rows = built(lake, counter([(70 * 86_400, 110.0), (70 * 86_400 + 900, 120.0)]))
    assert sum(row[IMPORT] for row in rows) == pytest.approx(120.0)
    assert len(rows) == 70 * 96 + 1


def test_a_span_can_be_built_anew(lake: Lake) -> None:
    lake.append(counter([(900 * k, float(k)) for k in range(200)]))
    build(lake, [])
    whole = intervals(lake)
    assert build(lake, [], start=T0 + timedelta(hours=3), end=T0 + timedelta(hours=30)).rows == 27 * 4
    assert intervals(lake) == whole


def test_a_lost_state_costs_a_full_build_only(lake: Lake) -> None:
    lake.append(counter([(900 * k, float(k)) for k in range(20)]))
    build(lake, [])
    whole = intervals(lake)
    (lake.path / FILE).write_text("{torn")
    assert build(lake, []).rows == 19
    assert intervals(lake) == whole


def test_other_meters_stay_when_one_is_rebuilt(lake: Lake) -> None:
    for meter in (1, 2, 3):
        lake.append(counter([(900 * k, float(k * meter)) for k in range(10)], meter))
    build(lake, [])
    lake.append(counter([(9000, 100.0)], 2))
    build(lake, [])
    by_meter = {m: sum(r[IMPORT] for r in intervals(lake) if r["meter"] == m) for m in (1, 2, 3)}
    assert by_meter == {1: pytest.approx(9), 2: pytest.approx(100), 3: pytest.approx(27)}


def test_a_counter_that_was_silent_beside_others_loses_nothing(tmp_path: Path) -> None:
    rows = [(1, 60 * k, {"energy_active_export": 0.5 * k}) for k in range(300)]
    rows = [(m, s, v if 60 * 20 < s < 60 * 280 else v | {ENERGY: 100 + s / 60}) for m, s, v in rows]
    whole, live = Lake(tmp_path / "whole"), Lake(tmp_path / "live")
    expected = built(whole, table(rows))
    assert sum(row[IMPORT] for row in expected) == pytest.approx(299.0)
    for at in range(0, len(rows), 20):
        live.append(table(rows[at : at + 20]))
        build(live, [])
    found = intervals(live)
    assert energy(found) == [row[IMPORT] for row in expected]
    assert energy(found, "energy_export_kwh") == [row["energy_export_kwh"] for row in expected]


def test_counters_read_at_different_times_are_each_counted_in_full(tmp_path: Path) -> None:
    often = [(1, 60 * k, {ENERGY: 0.5 * k}) for k in range(600)]
    seldom = [(1, 1800 * k + 7, {"energy_reactive_import": 3.0 * k}) for k in range(20)]
    rows = sorted([*often, *seldom], key=lambda row: row[1])
    live = Lake(tmp_path / "live")
    for at in range(0, len(rows), 57):
        live.append(table(rows[at : at + 57]))
        build(live, [])
    found = intervals(live)
    assert sum(row[IMPORT] for row in found) == pytest.approx(299.5)
    assert sum(row["energy_reactive_kvarh"] or 0.0 for row in found) == pytest.approx(57.0)


def test_live_commits_give_what_one_import_gives(tmp_path: Path) -> None:
    points = [(s, 0.01 * s + (0.5 if s % 70 == 0 else 0.0)) for s in range(0, 3000, 10)]
    points = [(s, round(max(v for _, v in points[: k + 1]), 2)) for k, (s, _) in enumerate(points)]
    whole, live = Lake(tmp_path / "whole"), Lake(tmp_path / "live")
    expected = built(whole, counter(points))
    spool = Spool(tmp_path / "spool.db")
    for at in range(0, len(points), 7):
        spool.append([reading(1, s, v) for s, v in points[at : at + 7]])
        live.commit(spool)
        build(live, [])
    assert [
        {**row, IMPORT: pytest.approx(row[IMPORT]), "demand_kw": row["demand_kw"] and pytest.approx(row["demand_kw"])}
        for row in expected
    ] == intervals(live)


steps = st.tuples(
    st.sampled_from([1, 7, 10, 60, 61, 300, 900, 1000, 7200, 90_000]), st.floats(0, 50).map(lambda v: round(v, 2))
)


def booked(points: list[tuple[float, float]], days: int) -> list[dict[str, object]]:
    """The intervals of a counter, by the books alone, its readings coming in portions."""
    builder = IntervalBuilder([1], T0_US // QUARTER - 4, T0_US // QUARTER + days * 96, Multipliers([]))
    size = max(1, len(points) // 3)
    for first in range(0, len(points), size):
        part = points[first : first + size]
        ts = np.array([T0_US + round(s * 1e6) for s, _ in part])
        builder.book(np.ones(len(part), "int32"), ts, {ENERGY: np.array([v for _, v in part])})
    builder.close()
    return builder.table().to_pylist()


@settings(max_examples=200, deadline=None)
@given(walk=st.lists(steps, min_size=1, max_size=60))
def test_energy_is_conserved_whatever_the_spacing(walk: list[tuple[int, float]]) -> None:
    points, at, value = [(17.0, 100.0)], 17.0, 100.0
    for seconds, amount in walk:
        at, value = at + seconds, round(value + amount, 2)
        points.append((at, value))
    rows = booked(points, 70)
    assert sum(row[IMPORT] for row in rows) == pytest.approx(value - 100.0, abs=1e-6)
    assert all(row[IMPORT] >= -1e-12 for row in rows)
    assert all(0 <= row["completeness"] <= 1 for row in rows)


def test_intervals_of_an_earlier_version_answer_until_they_are_built_anew(tmp_path: Path) -> None:
    from deltalake import write_deltalake

    from energy_workbench.energy.interval_schema import interval_schema

    lake = Lake(tmp_path / "lake")
    lake.append(counter([(900 * k, 2.0 * k) for k in range(9)]))
    build(lake, [])
    whole = intervals(lake)
    former = pa.Table.from_pylist([row | {"month": "2026-10"} for row in whole], interval_schema())
    shutil.rmtree(lake.path / "intervals")
    path = str(lake.path / "intervals")
    write_deltalake(path, former.drop_columns(["export_demand_kw", "step_kwh", "covered"]), partition_by=["month"])
    old = Lake(tmp_path / "lake")
    day = [T0, T0 + timedelta(days=1)]
    (sums,) = Reader(old).energy([1], day, peaks=True).to_pylist()
    assert (sums["energy_import_kwh"], sums["demand_kw"], sums["export_demand_kw"]) == (16.0, 8.0, None)
    assert [row["step_kwh"] for row in intervals(old)] == [None] * 8
    (matrix,) = Reader(old).matrices([1], day[0], day[1], 0.999)
    assert matrix.imported[0][:8].tolist() == [2.0] * 8
    (old.path / "intervals.build.json").write_text("{}")
    assert build(old, []).rows == len(whole)
    assert intervals(old) == whole
    assert {"step_kwh", "covered"} <= {*old.intervals.snapshot().columns}
