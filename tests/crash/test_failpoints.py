"""Killed around every fsync, commit and trim: nothing is lost, nothing is there twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from energy_workbench.lake import Lake, Spool
from energy_workbench.lake.build.intervals import build
from energy_workbench.lake.maintenance import maintain
from energy_workbench.lake.storage.failpoints import FAILPOINTS, VARIABLE
from energy_workbench.lake.thinning.thinner import due
from tests.lake.helpers import ENERGY, T0, intervals, reading, readings
from tests.lake.thinning.lakes import NEVER, append, bits, counting, rebuilt, sized, thin
from tests.waiting import patience

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "0"))
"""Kills that `make soak` spreads over all points; a few of the most telling ones otherwise."""

FEW = (
    "spool.commit.before:1", "spool.commit.after:2", "spool.trim.before:2", "spool.trim.after:1",
    "lake.write.after:2", "lake.fsync.before:9", "lake.compact.before:1", "lake.checkpoint.before:2",
)  # fmt: skip

CYCLE = """
import sys
from datetime import UTC, datetime
from energy_workbench.lake import Lake, Spool
from energy_workbench.lake.build.intervals import build
from energy_workbench.lake.maintenance import maintain
from tests.lake.helpers import reading
lake, spool = Lake(sys.argv[1]), Spool(sys.argv[2])
for step in range(int(sys.argv[3]), int(sys.argv[3]) + 6):
    spool.append([reading(meter, step * 10.0, float(step)) for meter in (1, 2)])
    print(step, flush=True)
    if step % 2:
        lake.commit(spool)
        build(lake, [])
maintain(lake, datetime(2026, 12, 1, tzinfo=UTC))
"""


def points() -> list[str]:
    if not ROUNDS:
        return list(FEW)
    luck = random.Random(20_261_001)
    places = [name for name in FAILPOINTS if not name.startswith(("mend.", "lake.thin."))]
    return [f"{places[index % len(places)]}:{luck.randint(1, 6)}" for index in range(ROUNDS)]


def run(code: str, point: str, *arguments: object) -> tuple[int, str]:
    """Run a program that dies at that point, if it comes by."""
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        env={**os.environ, VARIABLE: point}, stdout=subprocess.PIPE, text=True, timeout=patience(120), check=False,
    )  # fmt: skip
    assert done.returncode in (0, -signal.SIGKILL)
    return done.returncode, done.stdout


@pytest.mark.slow
def test_a_kill_at_a_named_point_loses_and_repeats_nothing(tmp_path: Path) -> None:
    lake_path, spool_path = tmp_path / "lake", tmp_path / "spool.db"
    told, kills = -1, 0
    for point in points():
        code, out = run(CYCLE, point, lake_path, spool_path, told + 1)
        kills += code == -signal.SIGKILL
        told = max([told, *(int(line) for line in out.splitlines() if line.isdigit())])
        lake, spool = Lake(lake_path), Spool(spool_path)
        lake.commit(spool)
        assert spool.depth() == 0, point
        build(lake, [])
        for meter in (1, 2):
            steps = [int(row[ENERGY]) for row in readings(lake, meter)]
            assert steps == list(range(len(steps))), point
            assert told + 1 <= len(steps) <= told + 2, point
            total = sum(row["energy_import_kwh"] for row in intervals(lake) if row["meter"] == meter)
            assert total == pytest.approx(max(len(steps) - 1, 0)), point
        told = len(steps) - 1
        spool.close()
    assert kills >= len(points()) * 0.6


THINNING = """
import sys
from tests.lake.thinning.lakes import Lake, thin
thin(Lake(sys.argv[1]))
"""


@pytest.mark.parametrize(
    "place", ["lake.thin.before:2", "lake.write.before:2", "lake.fsync.before:3", "lake.thin.after:1"]
)
def test_a_kill_while_readings_are_thinned_changes_no_interval(tmp_path: Path, place: str) -> None:
    lake = Lake(tmp_path)
    append(lake, 1, counting(4.0))
    maintain(lake, T0 + timedelta(days=800))
    build(lake, [])
    before, (count, _) = bits(lake), sized(lake)
    code, _ = run(THINNING, place, tmp_path)
    assert code == -signal.SIGKILL
    again = Lake(tmp_path)
    assert rebuilt(again) == before, "at any moment a day is whole or thinned"
    thin(again)
    assert rebuilt(again) == before
    assert sized(again)[0] < count
    assert due(again, NEVER) == []


@pytest.mark.parametrize("place", [name for name in FAILPOINTS if name.startswith("mend.")])
def test_a_kill_while_a_spool_is_mended_loses_nothing(tmp_path: Path, place: str) -> None:
    path = tmp_path / "spool.db"
    spool = Spool(path)
    spool.append([reading(meter, step * 10.0, float(step)) for meter in (1, 2) for step in range(50)])
    spool.close()
    content = bytearray(path.read_bytes())
    content[:16] = b"no database here"
    path.write_bytes(content)
    code, _ = run("import sys; from energy_workbench.lake import Spool; Spool(sys.argv[1])", place, path)
    assert code == -signal.SIGKILL
    again = Spool(path)
    assert again.depth() == 100
    assert sorted(p.name.partition("-2")[0] for p in tmp_path.glob("spool.db*broken*"))
    again.close()
