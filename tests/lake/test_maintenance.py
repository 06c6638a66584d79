"""Upkeep changes files, never answers."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from energy_workbench.domain.errors import BusyError
from energy_workbench.domain.time import clock
from energy_workbench.lake import Lake, Reader, Spool, maintenance
from energy_workbench.lake.build.intervals import build
from energy_workbench.lake.maintenance import maintain
from energy_workbench.lake.storage.lock import exclusive
from tests.lake.helpers import ENERGY, T0, intervals, reading, readings


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """A lake of many small commits over two days."""
    lake, spool = Lake(tmp_path / "lake"), Spool(tmp_path / "spool.db")
    for step in range(12):
        for meter in (2, 1):
            spool.append([reading(meter, step * 7200.0, float(step * meter), frequency=50.0)])
        lake.commit(spool)
    build(lake, [])
    return lake


def test_a_closed_day_becomes_one_file_with_the_same_rows(lake: Lake) -> None:
    before = [readings(lake, meter) for meter in (1, 2)]
    assert len(lake.readings.snapshot().files) == 12
    result = maintain(lake, T0 + timedelta(days=2))
    assert result.compacted >= 1
    assert len(lake.readings.snapshot().files) == 1
    assert [readings(lake, meter) for meter in (1, 2)] == before


def test_of_today_what_is_over_becomes_one_file(lake: Lake) -> None:
    before = [readings(lake, meter) for meter in (1, 2)]
    maintain(lake, T0 + timedelta(minutes=30))
    assert len(lake.readings.snapshot().files) == 12, "nothing is over yet"
    # Every two hours there is a reading, and four hours are over.
    maintain(lake, T0 + timedelta(hours=5))
    assert len(lake.readings.snapshot().files) == 11
    maintain(lake, T0 + timedelta(hours=23))
    assert len(lake.readings.snapshot().files) == 7
    assert [readings(lake, meter) for meter in (1, 2)] == before


def test_compaction_is_no_reason_to_build(lake: Lake) -> None:
    before = intervals(lake)
    maintain(lake, T0 + timedelta(days=2))
    assert build(lake, []).rows == 0
    assert intervals(lake) == before


def test_parts_of_a_reading_become_one_row(lake: Lake, tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db")
    spool.append([reading(1, 0, 0.0, voltage_l1_n=230.0)])
    lake.commit(spool)
    assert lake.readings.snapshot().rows == 25
    before = readings(lake)
    maintain(lake, T0 + timedelta(days=2))
    assert lake.readings.snapshot().rows == 24
    assert readings(lake) == before


def test_a_pinned_reader_survives_compaction(lake: Lake) -> None:
    pinned = lake.readings.snapshot()
    maintain(lake, T0 + timedelta(days=2))
    assert all(Path(file.path).exists() for file in pinned.files)


def test_replaced_files_go_after_their_retention(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    old = [Path(file.path) for file in lake.readings.snapshot().files]
    maintain(lake, T0 + timedelta(days=2))
    monkeypatch.setattr(maintenance, "RETENTION_HOURS", 0)
    assert maintain(lake, T0 + timedelta(days=2)).removed >= 12
    assert not any(path.exists() for path in old)
    assert len(readings(lake)) == 12


def test_the_spools_place_survives_checkpoints(lake: Lake, tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db")
    before = lake.readings.transaction(spool.app)
    maintain(lake, T0 + timedelta(days=2))
    assert before == lake.readings.transaction(spool.app) == 24
    spool.append([reading(1, 90_000, 100.0)])
    assert lake.commit(spool) == 1
    assert [row[ENERGY] for row in readings(lake)][-1] == 100.0


def test_sixty_commits_make_a_checkpoint_that_opens(tmp_path: Path) -> None:
    lake, spool = Lake(tmp_path / "lake"), Spool(tmp_path / "spool.db")
    for step in range(65):
        spool.append([reading(1, step * 10.0, float(step))])
        lake.commit(spool)
    assert list((tmp_path / "lake/readings/_delta_log").glob("*.checkpoint.parquet"))
    fresh = Lake(tmp_path / "lake")
    assert len(readings(fresh)) == 65
    assert fresh.readings.transaction(spool.app) == 65


def test_a_lock_held_elsewhere_is_told(tmp_path: Path) -> None:
    path = tmp_path / ".lock"
    with exclusive(path), pytest.raises(BusyError, match="another process"), exclusive(path, seconds=0.1):
        pass
    with exclusive(path, seconds=0.1):
        pass


def test_an_empty_lake_needs_no_upkeep(tmp_path: Path) -> None:
    assert maintain(Lake(tmp_path / "none"), clock.now()).compacted == 0


def test_a_reader_open_during_upkeep_sees_the_same(lake: Lake) -> None:
    reader = Reader(lake)
    before = reader.readings(2).to_pylist()
    maintain(lake, T0 + timedelta(days=2))
    assert reader.readings(2).to_pylist() == before
