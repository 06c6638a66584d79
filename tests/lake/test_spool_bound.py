"""The lake cannot be reached, or a disk is full: polling goes on, people are warned, nothing acknowledged is lost."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from energy_workbench.domain.errors import LakeError
from energy_workbench.lake import Lake, Spool
from energy_workbench.lake.build.intervals import build
from energy_workbench.lake.spool.fullness import SPARING
from energy_workbench.runtime.incidents import incidents
from tests.lake.helpers import ENERGY, intervals, reading, readings
from tests.waiting import patience

BOUND = 400_000
PERIOD = 10.0


def fill(spool: Spool, first: int, count: int, meters: tuple[int, ...] = (1, 2)) -> None:
    """Poll so many times, as the collector does."""
    for step in range(first, first + count):
        spool.add([reading(meter, step * PERIOD, float(step)) for meter in meters], sparing=True)


def until(spool: Spool, share: float, first: int = 0) -> int:
    while spool.state().share < share:
        fill(spool, first, 50)
        first += 50
    return first


def test_what_waits_is_told_before_it_is_too_late(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db", BOUND)
    (tmp_path / "lake").write_text("a mount that went away")
    assert not spool.state().worrying
    until(spool, 0.3)
    with pytest.raises(LakeError):
        Lake(tmp_path / "lake").commit(spool)
    state = spool.state()
    assert state.worrying
    assert 0.25 < state.share < 0.5
    assert state.failing_since_us is not None
    # At 20 s of 2 meters a row pair the rest of the bound lasts for hours, not days.
    assert state.seconds_left is not None
    assert 3600 < state.seconds_left < 86_400
    words = state.words()
    assert "commits fail since" in words
    assert "room for" in words
    (tmp_path / "lake").unlink()
    Lake(tmp_path / "lake").commit(spool)
    state = spool.state()
    assert (state.rows, state.worrying, state.failing_why) == (0, False, "")
    assert state.committed_us is not None


def test_a_full_spool_keeps_a_reading_a_quarter_of_an_hour_and_all_energy(tmp_path: Path) -> None:
    spool, lake = Spool(tmp_path / "spool.db", BOUND), Lake(tmp_path / "lake")
    step = until(spool, SPARING)
    before = spool.depth()
    fill(spool, step, 900)
    state = spool.state()
    assert state.spared > 1700
    assert state.lost == 0
    assert state.share < 1
    assert 2 * 10 <= spool.depth() - before <= 2 * 12
    with pytest.raises(LakeError, match="spool_max_mb"):
        spool.append([reading(3, 0, 1.0)])
    lake.commit(spool)
    assert (spool.depth(), spool.state().spared) == (0, 0)
    [incident] = incidents(tmp_path)
    assert f"{state.spared} readings were thinned" in incident.text
    fill(spool, step + 900, 1)
    lake.commit(spool)
    build(lake, [])
    for meter in (1, 2):
        assert sum(row["energy_import_kwh"] for row in intervals(lake) if row["meter"] == meter) == step + 900
        inner = [row["energy_import_kwh"] for row in intervals(lake) if row["meter"] == meter][1:-1]
        assert inner == pytest.approx([90.0] * len(inner))


def test_at_the_bound_what_is_acknowledged_stays_and_what_comes_is_counted(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db", 120_000)
    step = until(spool, SPARING)
    # Many meters, a quarter each: even the sparing ones fill it.
    for number in range(4000):
        if spool.state().share >= 1:
            break
        spool.add([reading(meter, number * 900.0, 1.0) for meter in range(10, 60)], sparing=True)
    kept = spool.rows()
    added = spool.add([reading(1, (step + 10**6) * PERIOD, 1.0)], sparing=True)
    assert (added.new, added.lost) == (0, 1)
    assert spool.rows() == kept
    assert spool.state().lost == 1
    assert "1 readings were given up" in spool.state().words()


def test_a_large_backlog_gives_its_room_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("energy_workbench.lake.spool.file._RETURN_BYTES", 100_000)
    spool, lake = Spool(tmp_path / "spool.db"), Lake(tmp_path / "lake")
    spool.append([reading(1, step * PERIOD, float(step)) for step in range(5000)])
    name = spool.app
    lake.commit(spool)
    assert (tmp_path / "spool.db").stat().st_size < 100_000
    assert spool.app == name
    assert spool.append([reading(1, 10**6, 1.0)]) == 5001


@pytest.mark.parametrize(
    "scenario", ["lake_full", "lake_read_only", "spool_full", "heartbeat_full", "not_mended_when_full"]
)
def test_a_real_disk_that_is_full_or_read_only(tmp_path: Path, scenario: str) -> None:
    mounts = subprocess.run(
        ["unshare", "-m", "mount", "-t", "tmpfs", "none", str(tmp_path)], capture_output=True, text=True
    )
    if mounts.returncode:
        pytest.skip(f"no file system can be mounted here: {mounts.stderr.strip()}")
    disk = tmp_path / "disk"
    disk.mkdir()
    script = 'mount -t tmpfs -o size=3m none "$1" && exec "$2" -m tests.lake.full_disk "$3" "$1" "$4"'
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script, "sh", str(disk), sys.executable, scenario, str(tmp_path)],
        capture_output=True, text=True, timeout=patience(120), env={**os.environ, "PYTHONPATH": os.getcwd()},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith("ok")


def test_the_readings_of_a_spool_that_is_emptied_again_are_all_there(tmp_path: Path) -> None:
    spool, lake = Spool(tmp_path / "spool.db", BOUND), Lake(tmp_path / "lake")
    for start in range(0, 300, 100):
        fill(spool, start, 100)
        lake.commit(spool)
    assert [int(row[ENERGY]) for row in readings(lake)] == list(range(300))
