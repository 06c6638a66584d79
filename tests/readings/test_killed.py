"""An import killed at any point has stored nothing or all; done again, everything is there once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from energy_workbench.lake import Lake
from energy_workbench.lake.imports import staging
from energy_workbench.lake.imports.importing import Importer
from tests.lake.helpers import counter
from tests.waiting import patience

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "4"))
"""`make soak` takes many more."""

METERS = 8
STEPS = 4_000

IMPORT = """
import sys
from tests.readings.test_killed import take
print("ready", flush=True)
take(sys.argv[1], sys.argv[2])
print("done", flush=True)
"""


def take(lake: str, path: str) -> int:
    """Import the file; how many readings were new."""
    meters: dict[str, int | None] = {f"m{key}": key for key in range(1, METERS + 1)}
    importer = Importer(Lake(lake), meters, {}, ZoneInfo("UTC"), datetime(2026, 12, 1, tzinfo=UTC))
    return importer.take(Path(path), "readings.csv").new


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Readings of some meters over four weeks."""
    path = tmp_path_factory.mktemp("import") / "readings.csv"
    with path.open("w") as file:
        print("meter,ts,energy_active_import", file=file)
        for step in range(STEPS):
            stamp = datetime.fromtimestamp(1_790_000_000 + 600 * step, UTC).isoformat()
            file.writelines(f"m{meter},{stamp},{step}\n" for meter in range(1, METERS + 1))
    return path


def start(lake: Lake, path: Path, **more: str) -> subprocess.Popen[str]:
    """An import in a process of its own, into a lake that has something already."""
    lake.append(counter([(0, 1.0)], meter=99))
    process = subprocess.Popen(
        [sys.executable, "-c", IMPORT, str(lake.path), str(path)],
        stdout=subprocess.PIPE, text=True, env={**os.environ, **more},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "ready"
    return process


def check(folder: Path, path: Path) -> int:
    """Nothing or all is there, and after another import everything once; how much was there."""
    stored = Lake(folder).readings.snapshot().rows - 1
    assert stored in (0, METERS * STEPS)
    # A commit that was not made durable yet is not believed, and made again.
    assert take(str(folder), str(path)) in {METERS * STEPS - stored, METERS * STEPS}
    assert take(str(folder), str(path)) == 0
    assert Lake(folder).readings.snapshot().rows == METERS * STEPS + 1
    assert list(folder.glob(f"{staging.PREFIX}*")) == []
    return stored


@pytest.mark.slow
def test_an_import_killed_at_any_point_is_nothing_or_all_and_completes_when_done_again(
    tmp_path: Path, file: Path
) -> None:
    luck = random.Random(20_261_005)
    times = [0.3]
    for round_ in range(ROUNDS):
        lake = Lake(tmp_path / str(round_))
        process = start(lake, file)
        begun = time.monotonic()
        # The moment of death is random on purpose: it is what the test varies.
        try:
            process.wait(luck.uniform(0.0, 1.1 * max(times)))
            times.append(time.monotonic() - begun)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        process.communicate(timeout=patience(60))
        check(lake.path, file)


@pytest.mark.parametrize(
    ("place", "share"), [("lake.write.before", 0), ("lake.write.after", 1), ("lake.fsync.before", 1)]
)
def test_an_import_that_dies_around_its_commit_is_nothing_or_all(
    tmp_path: Path, file: Path, place: str, share: int
) -> None:
    lake = Lake(tmp_path / "lake")
    process = start(lake, file, ENERGY_WORKBENCH_FAILPOINT=place)
    process.communicate(timeout=patience(240))
    assert process.returncode == -signal.SIGKILL
    assert check(lake.path, file) == share * METERS * STEPS
