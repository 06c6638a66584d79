"""A home of an earlier version moves on to this one: it may be interrupted at any time, and gives the same numbers.

`before/home.zip` was written by that version, `before/answers.json` is what it answered (`before/make.py`).
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from energy_workbench.domain.errors import HomeError
from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.lake import Lake
from energy_workbench.lake.storage.failpoints import VARIABLE
from energy_workbench.registry import Registry, StateStore
from energy_workbench.registry.migrate import steps
from energy_workbench.runtime import settings
from energy_workbench.services.measuring.build import IntervalBuild
from energy_workbench.services.workbench import Workbench
from tests.backup.before.make import answers
from tests.waiting import patience
from tests.workbench.plant import NOW

BEFORE = Path(__file__).parent / "before"
MOVE_ON = """
import sys
from pathlib import Path
from energy_workbench.lake import Lake
from energy_workbench.registry import Registry, StateStore
from energy_workbench.runtime import settings
from energy_workbench.services.measuring.build import IntervalBuild
found = settings.load(Path(sys.argv[1]))
registry, state = Registry(found.registry_url), StateStore(found.state_url)
registry.migrate()
state.migrate()
print("migrated", flush=True)
IntervalBuild(found, Lake(found.lake_path), registry, state).run()
print("built", flush=True)
"""
"""What `up` does with a home first, in a process that can be killed."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """That home, unpacked."""
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    folder = tmp_path / "home"
    with zipfile.ZipFile(BEFORE / "home.zip") as packed:
        packed.extractall(folder)
    return folder


def same(told: Any, before: Any, where: str = "") -> None:
    """Every value that was told before is told now; members of later versions may be beside it."""
    if isinstance(before, dict):
        for name, value in before.items():
            assert name in told, where
            same(told[name], value, f"{where}.{name}")
    elif isinstance(before, list):
        assert len(told) == len(before), where
        for nth, (one, other) in enumerate(zip(told, before, strict=True)):
            same(one, other, f"{where}[{nth}]")
    elif isinstance(before, float):
        assert told == pytest.approx(before, abs=2e-6, rel=1e-12), where
    elif not (isinstance(before, str) and " " in before):
        # Sentences may be put otherwise.
        assert told == before, where


def check(home: Path) -> None:
    """It answers what it answered before."""
    workbench = Workbench.at(home)
    told = json.loads(json.dumps(answers(workbench), default=str))
    workbench.close()
    same(told, json.loads((BEFORE / "answers.json").read_text("utf-8")))


def test_it_gives_the_same_numbers_before_and_after_its_intervals_are_built_anew(home: Path) -> None:
    found = settings.load(home)
    registry, state = Registry(found.registry_url), StateStore(found.state_url)
    with pytest.raises(HomeError, match="run `energy-workbench init` to migrate it"):
        registry.check()
    registry.migrate()
    state.migrate()
    check(home)
    report = IntervalBuild(found, Lake(found.lake_path), registry, state).run()
    check(home)
    assert IntervalBuild(found, Lake(found.lake_path), registry, state).run() != report
    check(home)
    registry.close()
    state.close()


@pytest.mark.parametrize(
    "where",
    ["lake.write.before", "lake.write.after", "lake.fsync.before", "lake.fsync.after", "intervals.state.before"],
)
def test_it_may_be_interrupted_anywhere_and_goes_on(home: Path, where: str) -> None:
    command = [sys.executable, "-c", MOVE_ON, str(home)]
    killed = subprocess.run(
        command, env={**os.environ, VARIABLE: where}, capture_output=True, text=True, check=False, timeout=patience(120)
    )
    assert (killed.returncode, killed.stdout) == (-9, "migrated\n"), killed.stderr
    check(home)
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=patience(120))
    assert done.stdout == "migrated\nbuilt\n"
    check(home)


def test_a_schema_that_is_interrupted_is_the_one_before(home: Path) -> None:
    wait = "import alembic.command as c; c.upgrade = lambda *_, **__: __import__('os')._exit(9)\n"
    command = [sys.executable, "-c", wait + MOVE_ON, str(home)]
    before = (home / "registry.db").read_bytes()
    assert subprocess.run(command, check=False, timeout=patience(120)).returncode == 9
    assert version(home) == "0015"
    assert len(before) == (home / "registry.db").stat().st_size
    registry = Registry(settings.load(home).registry_url)
    registry.migrate()
    registry.close()
    assert version(home) == steps()[-1]
    check(home)


def version(home: Path) -> str:
    """Of the schema in the registry."""
    with closing(sqlite3.connect(home / "registry.db")) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])
