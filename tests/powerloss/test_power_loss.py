"""The power goes at any point of a cycle: no spooled reading is lost, none is twice, and the lake opens."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from energy_workbench.lake import Lake, Spool
from energy_workbench.lake.build.intervals import build
from tests.lake.helpers import ENERGY, intervals, reading, readings
from tests.powerloss import cycle, disk, trace
from tests.powerloss.disk import Disk, State
from tests.powerloss.trace import Op

MOST = int(os.environ.get("POWER_LOSS_STATES", "80"))
"""States that are opened; `make soak` opens every one that is found."""

EACH = int(os.environ.get("POWER_LOSS_EACH", "12"))
"""States tried at each point, where more changes are in flight than can be combined."""


@pytest.fixture(scope="module")
def operations(tmp_path_factory: pytest.TempPathFactory) -> list[Op]:
    if why := trace.why_not():
        pytest.skip(why)
    folder = tmp_path_factory.mktemp("traced")
    home = folder / "home"
    home.mkdir()
    return trace.run(["-m", "tests.powerloss.cycle", str(home)], home, folder / "log")


def found(operations: list[Op]) -> Iterator[tuple[State, int, str]]:
    """Every state before each sync and at the end, with the last step told by then, and where it was."""
    luck = random.Random(20_261_001)
    medium, told, seen = Disk(), -1, set[int]()
    for number, op in enumerate([*operations, Op("sync", "the end")]):
        if op.kind == "told":
            told = max(told, *(int(word) for word in op.other.split() if word.isdigit()), -1)
        elif op.kind == "sync":
            for state in medium.states(luck, EACH):
                key = hash((told, frozenset(state.items())))
                if key not in seen:
                    seen.add(key)
                    yield state, told, f"call {number}, before the sync of {op.path}"
        if op.path != "the end":
            medium.apply(op)


@pytest.mark.slow
def test_no_power_cut_loses_or_repeats_a_reading(operations: list[Op], tmp_path: Path) -> None:
    states = list(found(operations))
    assert len(states) > 200
    luck = random.Random(4)
    for number, (state, told, where) in enumerate(luck.sample(states, min(MOST, len(states)))):
        home = tmp_path / f"home{number}"
        home.mkdir()
        disk.write(state, home)
        try:
            check(home, told)
        except BaseException as error:
            error.add_note(f"{where}; the state is kept in {home}")
            raise
        shutil.rmtree(home)
    print(f"{min(MOST, len(states))} of {len(states)} states opened")


def check(home: Path, told: int) -> None:
    """What was told is there once, what else is there was begun, and life goes on."""
    lake, spool = Lake(home / "lake"), Spool(home / "spool.db")
    lake.commit(spool)
    assert spool.depth() == 0
    build(lake, [])
    everything = cycle.CYCLES * cycle.STEPS
    for meter in cycle.METERS:
        steps = [int(row[ENERGY]) for row in readings(lake, meter)]
        assert steps == list(range(len(steps)))
        assert told + 1 <= len(steps) <= everything
        total = sum(row["energy_import_kwh"] for row in intervals(lake) if row["meter"] == meter)
        assert total == pytest.approx(max(len(steps) - 1, 0))
    spool.append([reading(9, 0, 1.0)])
    assert lake.commit(spool) == 1
    spool.close()


def test_the_replay_finds_a_missing_fsync(operations: list[Op], tmp_path: Path) -> None:
    """What the test is worth: without the syncs of the lake's files some state must lose readings."""
    careless = [op for op in operations if not (op.kind == "sync" and op.path.startswith("lake"))]
    states = sorted(found(careless), key=lambda state: -state[1])
    for number, (state, told, _) in enumerate(states[:MOST]):
        home = tmp_path / f"home{number}"
        home.mkdir()
        disk.write(state, home)
        try:
            check(home, told)
        except Exception:
            return
    pytest.fail("a lake that is never synced survived every power cut")
