"""The folder of sums by day: what is made, when, and what becomes of sums that are lost, damaged or of nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from energy_workbench.domain.time import clock
from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.lake import Lake
from energy_workbench.lake.maintenance import maintain
from energy_workbench.lake.rollups import folder
from energy_workbench.lake.rollups.folder import FOLDER, Rollups
from energy_workbench.lake.storage import replacing
from energy_workbench.lake.storage.failpoints import VARIABLE
from tests.lake.helpers import T0, T0_US
from tests.lake.rollups.test_rollups_equal_intervals import QUARTER, intervals
from tests.lake.rollups.watched import Watched, alike, small_files_too, summed_up

KOLKATA = ZoneInfo("Asia/Kolkata")
DAYS = [T0 + timedelta(days=nth) for nth in range(31)]


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """A lake with three files of ten days each."""
    small_files_too(monkeypatch)
    made = Lake(tmp_path / "lake")
    for part in range(3):
        write(made, part * 10 * 96, 960, part)
    return made


def write(lake: Lake, first: int, count: int, seed: int) -> None:
    begin = T0_US + first * QUARTER
    with lake.intervals.writer():
        new = intervals([1, 2], begin, count, seed)
        replacing.replace(lake.intervals, new, [1, 2], begin, begin + count * QUARTER)


def sums(lake: Lake) -> list[Path]:
    """Files of sums, by the time at which they were written."""
    if not (lake.path / FOLDER).exists():
        return []
    return sorted((lake.path / FOLDER).iterdir(), key=lambda path: path.stat().st_mtime_ns)


def test_only_what_has_no_sums_yet_is_summed_up_and_a_turn_has_an_end(lake: Lake) -> None:
    rollups, snapshot = Rollups(lake.path), lake.intervals.snapshot()
    newest = max(snapshot.files, key=lambda file: file.last_us)
    assert rollups.make(snapshot, UTC, most=1) == newest.rows, "the newest first"
    assert sums(lake)[0].name.startswith(Path(newest.path).stem)
    assert rollups.make(snapshot, UTC) == snapshot.rows - newest.rows
    assert rollups.make(snapshot, UTC) == 0
    assert len(sums(lake)) == 3
    write(lake, 5, 10, 9)
    written = {file.path for file in lake.intervals.snapshot().files} - {file.path for file in snapshot.files}
    rows = sum(file.rows for file in lake.intervals.snapshot().files if file.path in written)
    assert rollups.make(lake.intervals.snapshot(), UTC) == rows


def test_files_that_are_read_as_quickly_themselves_have_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "LEAST_ROWS", 1000)
    lake = Lake(tmp_path / "lake")
    write(lake, 0, 96, 0)
    assert summed_up(lake, UTC) == 0, "few intervals"
    monkeypatch.setattr(folder, "LEAST_ROWS", 1)
    write(lake, 96, 8, 1)
    assert summed_up(lake, UTC) == lake.intervals.snapshot().of_partition("2026-10")[0].rows
    assert len(lake.intervals.snapshot().files) == 2, "and two hours, of which there are hardly fewer sums"


def test_a_version_that_is_pinned_takes_the_sums_of_its_own_files(lake: Lake) -> None:
    reader = Watched(lake, UTC)
    summed_up(lake, UTC)
    before = reader.energy(None, DAYS, peaks=True).to_pylist()
    pinned = lake.intervals.snapshot()
    write(lake, 0, 2880, 7)
    summed_up(lake, UTC)
    after = reader.energy(None, DAYS, peaks=True).to_pylist()
    assert not alike(before, after)
    lake.intervals.snapshot = lambda: pinned  # type: ignore[method-assign]
    assert reader.energy(None, DAYS, peaks=True).to_pylist() == before


def test_another_zone_has_other_days(lake: Lake) -> None:
    summed_up(lake, UTC)
    reader = Watched(lake, KOLKATA)
    local = [datetime(2026, 10, day, tzinfo=KOLKATA) for day in range(2, 30)]
    told = reader.energy(None, local).to_pylist()
    assert reader.rolled == 0, "days of UTC tell nothing of India's"
    summed_up(lake, KOLKATA)
    assert alike(reader.energy(None, local).to_pylist(), told)
    assert reader.rolled == 1
    first = sums(lake)[:3]
    maintain(lake, T0 + timedelta(hours=1))
    assert not any(path.exists() for path in first), "the days of the zone before are removed"
    assert len(sums(lake)) == 3
    assert Rollups(lake.path).make(lake.intervals.snapshot(), KOLKATA) == 0


def test_zones_with_the_same_days_share_them(lake: Lake) -> None:
    assert summed_up(lake, ZoneInfo("Europe/Berlin"))
    assert summed_up(lake, ZoneInfo("Europe/Paris")) == 0


@pytest.mark.parametrize("harm", ["gone", "cut", "spoilt", "empty"])
def test_sums_that_are_lost_or_damaged_are_answered_from_intervals_and_made_anew(harm: str, lake: Lake) -> None:
    reader = Watched(lake, UTC)
    plain = reader.energy(None, DAYS, peaks=True).to_pylist()
    summed_up(lake, UTC)
    reader.energy([1], DAYS)  # knows what there is
    victim, stamp = sums(lake)[1], (lake.path / FOLDER).stat()
    content = victim.read_bytes()
    if harm == "gone":
        victim.unlink()
        os.utime(lake.path / FOLDER, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))  # just now, and not seen yet
    else:
        size = len(content)
        victim.write_bytes({"cut": content[: size // 2], "spoilt": b"\0" * size, "empty": b""}[harm])
    assert alike(reader.energy(None, DAYS, peaks=True).to_pylist(), plain)
    assert not victim.exists()
    assert summed_up(lake, UTC) > 0
    reader.rolled = 0
    assert alike(reader.energy(None, DAYS, peaks=True).to_pylist(), plain)
    assert reader.rolled == 1


def test_a_flipped_bit_is_found_by_upkeep(lake: Lake) -> None:
    summed_up(lake, UTC)
    victim = sums(lake)[0]
    content = bytearray(victim.read_bytes())
    content[len(content) // 3] ^= 4
    victim.write_bytes(content)
    maintain(lake, T0 + timedelta(hours=1), check=True)
    assert not victim.exists()
    assert len(sums(lake)) == 2


def test_sums_go_with_the_file_that_they_are_of(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    summed_up(lake, UTC)
    rest = lake.path / FOLDER / ".killed.1234"
    rest.write_bytes(b"half")
    write(lake, 0, 960, 5)
    maintain(lake, T0 + timedelta(hours=1))
    assert len(sums(lake)) == 4, "who pinned the version before still asks them"
    later = clock.now() + timedelta(days=2)
    monkeypatch.setenv(FIXED_NOW, later.isoformat())
    for file in lake.intervals.path.glob("*=*/*.parquet"):
        if str(file) not in {each.path for each in lake.intervals.snapshot().files}:
            file.unlink()  # as retention does after a day
    maintain(lake, T0 + timedelta(hours=1))
    assert len(sums(lake)) == 2
    assert not rest.exists()


KILLED = """
import sys
from datetime import UTC
from energy_workbench.lake import Lake
from energy_workbench.lake.rollups import folder
folder.LEAST_ROWS = 1
lake = Lake(sys.argv[1])
folder.Rollups(lake.path).make(lake.intervals.snapshot(), UTC)
"""


def test_who_is_killed_while_summing_up_leaves_nothing_that_is_asked(lake: Lake) -> None:
    reader = Watched(lake, UTC)
    plain = reader.energy(None, DAYS, peaks=True).to_pylist()
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(lake.path)],
        env={**os.environ, VARIABLE: "rollups.write.before:2"},
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    assert len(Rollups(lake.path).of(lake.intervals.snapshot().files, UTC)) == 1
    assert alike(reader.energy(None, DAYS, peaks=True).to_pylist(), plain), "one file's sums, and the others' intervals"
    assert reader.rolled == 1
    summed_up(lake, UTC)
    assert alike(reader.energy(None, DAYS, peaks=True).to_pylist(), plain)
