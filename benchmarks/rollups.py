"""What questions about days cost where sums by day lie beside the intervals, and where they do not.

Usage: python -m benchmarks rollups
   or: python -m benchmarks.rollups [METERS:DAYS ...]

Each plant has files of intervals as upkeep leaves them. Told are the processor's time of each question with sums by
day ÷ without, what it takes to make the sums, and their bytes ÷ those of the intervals.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from energy_workbench.lake.lake import Lake

PLANTS = ("92:30", "1000:30", "10000:30", "1000:365")
QUARTER = 900_000_000
ZONE = ZoneInfo("Asia/Kolkata")
END = datetime(2026, 12, 1, tzinfo=UTC)
ROUNDS = 3


def measure(meters: int, days: int) -> None:
    """Print a plant's lines."""
    from energy_workbench.lake.lake import Lake
    from energy_workbench.lake.metering import Rules
    from energy_workbench.lake.reader import Reader
    from energy_workbench.lake.rollups.folder import FOLDER, Rollups

    with tempfile.TemporaryDirectory(prefix="bench-rollups-") as folder:
        lake = Lake(Path(folder) / "lake")
        fill(lake, meters, days)
        reader = Reader(lake, metering=Rules(zone=lambda: ZONE))
        last = (END - timedelta(days=1)).replace(tzinfo=None)
        marks = [(last - timedelta(days=day)).replace(tzinfo=ZONE) for day in range(days - 2, -1, -1)]
        cut = [marks[0], marks[-1] - timedelta(hours=9, minutes=15), marks[-1] - timedelta(hours=9)]
        highest = dict.fromkeys(range(1, meters + 1), 60.0)
        one = meters // 2
        asked: dict[str, Callable[[], object]] = {
            "all meters, day by day": lambda: reader.energy(None, marks, peaks=True),
            "all meters, one sum": lambda: reader.energy(None, [marks[0], marks[-1]]),
            "all meters, a day of large files cut": lambda: reader.energy(None, cut),
            "all meters, when they drew the most": lambda: reader.first_at("demand_kw", highest, marks[0], marks[-1]),
            "one meter, day by day": lambda: reader.energy([one], marks, peaks=True),
        }
        plain = {name: spent(ask) for name, ask in asked.items()}
        snapshot, rollups = lake.intervals.snapshot(), Rollups(lake.path)
        made = spent(lambda: rollups.make(snapshot, ZONE, most=2**62), 1)
        size = sum(path.stat().st_size for path in (lake.path / FOLDER).iterdir())
        share = size / sum(file.size for file in snapshot.files)
        print(
            f"{meters:>6} meters, {days:>3} days: {len(snapshot.files)} files of {snapshot.rows / 1e6:.1f} M intervals"
        )
        print(f"        sums made: {1e6 * made / snapshot.rows:.2f} µs an interval; bytes ÷ intervals' {share:.3f}")
        for name, ask in asked.items():
            with_sums = spent(ask)
            print(
                f"        {name}: {1000 * with_sums:.0f} ms ÷ {1000 * plain[name]:.0f} = {with_sums / plain[name]:.3f}"
            )
        fresh = Reader(lake, metering=Rules(zone=lambda: ZONE))
        looked = spent(lambda: fresh.periods(None, marks[0], marks[-1]), 1)
        shutil.rmtree(lake.path / FOLDER)
        fresh = Reader(lake, metering=Rules(zone=lambda: ZONE))
        plain_look = spent(lambda: fresh.periods(None, marks[0], marks[-1]), 1)
        print(f"        who is read seldom, first look: {looked / plain_look:.3f}", flush=True)


def spent(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The least of the processor's time that a piece of work takes in some rounds [s]."""
    times = []
    for _ in range(rounds):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return min(times)


def fill(lake: Lake, meters: int, days: int) -> None:
    """Write the intervals of the days before `END`, month by month, a file a group of meters."""
    import numpy as np

    from energy_workbench.energy.interval_schema import interval_schema
    from energy_workbench.lake.storage.data_files import DataFile
    from energy_workbench.lake.storage.replacing import ROWS, write_sorted

    random, store, added = np.random.default_rng(1), lake.intervals, list[DataFile]()
    with store.writer():
        store.widen(interval_schema())
        low = END - timedelta(days=days)
        while low < END:
            high = min(END, (low.replace(day=1) + timedelta(days=32)).replace(day=1))
            count = (high - low) // timedelta(minutes=15)
            starts = int(low.timestamp()) * 1_000_000 + np.arange(count, dtype="int64") * QUARTER
            group = max(1, ROWS // count)
            for first in range(1, meters + 1, group):
                keys = np.arange(first, min(first + group, meters + 1))
                added += write_sorted(store, f"{low:%Y-%m}", _rows(keys, starts, random))
            low = high
        store.swap([], added)


def _rows(keys: NDArray[np.int64], starts: NDArray[np.int64], random: np.random.Generator) -> pa.Table:
    """Intervals of these meters at each of these times, sorted, without the partition's column."""
    import numpy as np
    import pyarrow as pa

    from energy_workbench.lake.interval_files import no_intervals

    size = len(keys) * len(starts)
    kwh = np.round(random.gamma(4.0, 3.0, size), 3)
    columns = {
        "meter": np.repeat(keys, len(starts)).astype("int32"),
        "start": np.tile(starts, len(keys)),
        "energy_import_kwh": kwh,
        "energy_export_kwh": np.zeros(size),
        "energy_reactive_kvarh": kwh * 0.4,
        "demand_kw": kwh * 4,
        "power_factor": np.full(size, 0.92847669),
        "quality": pa.array(["actual"]).take(pa.array(np.zeros(size, "int8"))),
        "completeness": np.ones(size, "float32"),
        "export_demand_kw": np.zeros(size),
        "step_kwh": np.full(size, 0.001),
        "covered": np.ones(size, "float32"),
        "edges": np.full(size, 3, "int8"),
    }
    schema = no_intervals().schema
    arrays = [pa.array(columns[field.name]).cast(field.type) if field.name in columns else pa.nulls(size, field.type)
              for field in schema]  # fmt: skip
    return pa.table(arrays, schema=schema)


def main(*plants: str) -> None:
    """Print the lines of each plant, each in a process of its own."""
    for plant in plants or PLANTS:
        subprocess.run([sys.executable, "-m", "benchmarks.rollups", "--one", plant], check=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        measure(*map(int, sys.argv[2].split(":")))
    else:
        main(*sys.argv[1:])
