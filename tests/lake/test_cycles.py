"""A cycle costs what is new: of however many meters, however long a history, wherever in it something comes late."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from energy_workbench.domain.time.axis import INTERVAL_MICROS as QUARTER
from energy_workbench.lake import Lake, Spool
from energy_workbench.lake.build.intervals import build
from energy_workbench.lake.maintenance import maintain
from energy_workbench.lake.reading import Reading
from energy_workbench.lake.storage import duck
from tests.lake.helpers import ENERGY, T0, T0_US, intervals, reading, table

MANY = 2500
EXPORT = "energy_active_export"


def history(lake: Lake, meters: int, quarters: int) -> None:
    """Counters of meters, a reading each quarter of an hour."""
    slots = np.tile(T0_US + QUARTER * np.arange(quarters), meters)
    lake.append(
        pa.table({
            "meter": pa.array(np.repeat(np.arange(1, meters + 1), quarters), pa.int32()),
            "slot": pa.array(slots).cast(pa.timestamp("us", "UTC")),
            ENERGY: (slots - T0_US) / QUARTER,
        })
    )  # fmt: skip


def test_a_minute_of_thousands_of_meters_looks_at_their_newest_readings_only(tmp_path: Path) -> None:
    lake, spool = Lake(tmp_path / "lake"), Spool(tmp_path / "spool.db")
    history(lake, MANY, 96)
    build(lake, [])
    spool.append([Reading(meter, T0_US + 96 * QUARTER, 0, {ENERGY: 96.0}) for meter in range(1, MANY + 1)])
    lake.commit(spool)
    again = build(lake, [])
    assert again.readings < 45 * MANY
    assert again.rows < 20 * MANY
    before = intervals(lake)
    build(lake, [], start=T0)
    assert intervals(lake) == before


@pytest.fixture
def scanned(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Files of readings that were made a relation of."""
    files: set[str] = set()
    scan = duck.scan

    def noted(paths: list[str]) -> str:
        files.update(path for path in paths if "day=" in path)
        return scan(paths)

    monkeypatch.setattr(duck, "scan", noted)
    return files


def test_a_late_reading_in_the_middle_looks_at_its_days_only(tmp_path: Path, scanned: set[str]) -> None:
    lake, spool = Lake(tmp_path / "lake"), Spool(tmp_path / "spool.db")
    days = 100
    # Meter 2 counts what it exports, too: a column that meter 1 never has a value of.
    for day in range(days):
        rows = []
        for quarter in range(96):
            values: dict[str, float | None] = {ENERGY: day * 96 + quarter}
            rows += [
                (1, 86_400 * day + 900 * quarter, values),
                (2, 86_400 * day + 900 * quarter, values | {EXPORT: 1.0}),
            ]
        lake.append(table(rows))
    build(lake, [])
    spool.append([reading(1, 86_400 * 50 + 450, 50 * 96 + 0.5)])
    lake.commit(spool)
    scanned.clear()
    build(lake, [])
    seen = {path.partition("day=")[2][:10] for path in scanned}
    assert seen <= {f"{T0 + timedelta(days=50 + near):%Y-%m-%d}" for near in (-2, -1, 0, 1, 2)}
    before = intervals(lake)
    build(lake, [], start=T0)
    assert intervals(lake) == before


def test_a_meter_of_long_ago_does_not_make_the_others_days_dirty(tmp_path: Path, scanned: set[str]) -> None:
    lake, spool = Lake(tmp_path / "lake"), Spool(tmp_path / "spool.db")
    for day in range(60):
        lake.append(
            table([(meter, 86_400 * day + 900 * q, {ENERGY: day * 96 + q}) for meter in (1, 2) for q in range(96)])
        )
    build(lake, [])
    spool.append([reading(1, 86_400 * 5 + 450, 5 * 96 + 0.5), reading(2, 86_400 * 60, 60 * 96.0)])
    lake.commit(spool)
    scanned.clear()
    build(lake, [])
    assert len({path.partition("day=")[2][:10] for path in scanned}) < 12
    before = intervals(lake)
    build(lake, [], start=T0)
    assert intervals(lake) == before


def test_upkeep_makes_few_files_of_many_cycles_and_rewrites_none_it_need_not(tmp_path: Path) -> None:
    lake, spool = Lake(tmp_path / "lake"), Spool(tmp_path / "spool.db")
    now = T0
    for step in range(36):
        now = T0 + step * timedelta(hours=1)
        spool.append([reading(meter, 3600 * step, float(step)) for meter in (1, 2)])
        lake.commit(spool)
        build(lake, [])
        if step % 6 == 5:
            maintain(lake, now)
    assert len(lake.intervals.snapshot().files) < 20
    assert len(lake.readings.snapshot().files) < 12
    before, count = intervals(lake), lake.readings.snapshot().rows
    maintain(lake, now + timedelta(days=40))
    assert maintain(lake, now + timedelta(days=40)).compacted == 0, "what is joined stays"
    assert len(lake.intervals.snapshot().files) == 1
    assert len(lake.readings.snapshot().files) == 2
    assert intervals(lake) == before
    assert lake.readings.snapshot().rows == count
