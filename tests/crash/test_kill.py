"""Killed with SIGKILL at any point, no spooled reading is lost and none is there twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from energy_workbench.lake import Lake, Spool
from energy_workbench.lake.build.intervals import build
from tests.lake.helpers import ENERGY, intervals, readings
from tests.waiting import patience

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "6"))
"""`make soak` takes many more."""

WRITER = """
import sys
from energy_workbench.lake import Spool
from tests.lake.helpers import reading
print("ready", flush=True)
spool, first = Spool(sys.argv[1]), int(sys.argv[2])
for step in range(first, first + 100_000):
    spool.append([reading(meter, step * 10.0, float(step)) for meter in (1, 2, 3)])
    print(step, flush=True)
"""

COMMITTER = """
import sys
from datetime import UTC, datetime
from energy_workbench.lake import Lake, Spool
from energy_workbench.lake.build.intervals import build
from energy_workbench.lake.maintenance import maintain
lake, spool = Lake(sys.argv[1]), Spool(sys.argv[2])
print("ready", flush=True)
while True:
    lake.commit(spool)
    build(lake, [])
    maintain(lake, datetime(2026, 12, 1, tzinfo=UTC))
"""


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", code, *map(str, arguments)], stdout=subprocess.PIPE, text=True)


def kill(process: subprocess.Popen[str]) -> str:
    process.send_signal(signal.SIGKILL)
    out, _ = process.communicate(timeout=patience(30))
    return out


@pytest.mark.slow
def test_kill_at_any_point_loses_and_repeats_nothing(tmp_path: Path) -> None:
    luck = random.Random(20_261_001)
    lake_path, spool_path = tmp_path / "lake", tmp_path / "spool.db"
    acknowledged, rounds = -1, 0
    # A slow machine needs more rounds until something was written in them.
    while rounds < ROUNDS or acknowledged <= 10:
        rounds += 1
        committer = start(COMMITTER, lake_path, spool_path)
        writer = start(WRITER, spool_path, acknowledged + 1)
        for process in (committer, writer):
            assert process.stdout is not None
            assert process.stdout.readline().strip() == "ready"
        # The moment of death is random on purpose: it is what the test varies.
        time.sleep(luck.uniform(0.5, 1.5))
        victims = [committer, writer]
        luck.shuffle(victims)
        outputs = {victim: kill(victim) for victim in victims}
        steps = [int(line) for line in outputs[writer].splitlines() if line.strip().isdigit()]
        acknowledged = max([acknowledged, *steps])
        check(lake_path, spool_path, acknowledged)


def check(lake_path: Path, spool_path: Path, acknowledged: int) -> None:
    """Everything acknowledged is there once, and the intervals agree with it."""
    lake, spool = Lake(lake_path), Spool(spool_path)
    lake.commit(spool)
    assert spool.depth() == 0
    build(lake, [])
    for meter in (1, 2, 3):
        steps = [int(row[ENERGY]) for row in readings(lake, meter)]
        # The cycle that was killed may be there although nobody was told.
        assert steps == list(range(len(steps)))
        assert len(steps) in (acknowledged + 1, acknowledged + 2)
        total = sum(row["energy_import_kwh"] for row in intervals(lake) if row["meter"] == meter)
        assert total == pytest.approx(max(len(steps) - 1, 0))
