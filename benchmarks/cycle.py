"""What one cycle costs: a new minute of all meters goes through the spool into the lake, and becomes intervals.

Usage: python -m benchmarks cycle
   or: python -m benchmarks.cycle [METERS:DAYS ...]

Each plant has meters that are polled every minute, and days of history in which each said its counter every quarter of
an hour. Cycles follow each other as the jobs run them: commit of the spool, then a build. Told are the processor's
time a meter, where it went, and how many intervals were written by those that changed.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

PLANTS = ("92:30", "1000:30", "10000:30", "92:365", "1000:365")
CYCLES = 8
MINUTE = 60_000_000
QUARTER = 15 * MINUTE
DAY = 96 * QUARTER
NOW = datetime(2026, 11, 20, 12, 3, tzinfo=UTC)


def measure(meters: int, days: int) -> None:
    """Print a plant's line."""
    with tempfile.TemporaryDirectory(prefix="bench-cycle-") as folder:
        bench = Plant(Path(folder), meters, days)
        bench.cycle()
        forget_peak()
        spent: list[float] = []
        written, changed = 0, 0
        for _ in range(CYCLES):
            used = time.process_time()
            bench.cycle()
            spent.append(time.process_time() - used)
            written += bench.written
            changed += bench.changed
        parts = ", ".join(f"{name} {1e6 * value / CYCLES / meters:.0f}" for name, value in bench.parts.most_common(9))
        peak = peak_megabytes()
        middle = statistics.median(spent)
        print(
            f"{meters:>6} meters, {days:>3} days: {1e6 * middle / meters:7.0f} µs of the processor a meter "
            f"({middle:.2f} s a cycle, worst {max(spent):.2f}); intervals written by those changed "
            f"{written / max(changed, 1):.2f}; memory at most {peak:.0f} MB\n        µs a meter: {parts}",
            flush=True,
        )


def forget_peak() -> None:
    """Have the most memory that was in use counted from now on (Linux)."""
    Path("/proc/self/clear_refs").write_text("5")


def peak_megabytes() -> float:
    """The most memory in use since then [MB]."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


class Plant:
    """A home with history, and its next minute."""

    def __init__(self, home: Path, meters: int, days: int) -> None:
        from energy_workbench.lake import Spool
        from energy_workbench.lake.lake import Lake
        from energy_workbench.registry import Registry
        from energy_workbench.registry.meter_files.import_plan import MeterRow
        from energy_workbench.registry.meter_files.meter_file import apply_import, plan_import
        from energy_workbench.runtime import settings as settings_room
        from energy_workbench.services.home import Home
        from energy_workbench.services.measuring.build import IntervalBuild

        self.settings = settings_room.load(home, {})
        self.registry = Registry(self.settings.registry_url)
        self.registry.migrate()
        rows = [
            MeterRow(line, {"number": f"M{line}", "name": "M", "type": "machine", "profile": "schneider_pm5xxx"})
            for line in range(meters)
        ]
        apply_import(self.registry, plan_import(self.registry, rows), by="bench")
        self.keys = sorted(meter.key for meter in self.registry.meters())
        self.lake = Lake(self.settings.lake_path)
        self.spool = Spool(self.settings.spool_path)
        state = Home(self.settings).state
        state.migrate()
        self.build = IntervalBuild(self.settings, self.lake, self.registry, state)
        self.parts: Counter[str] = Counter()
        self.written = self.changed = 0
        self.minute = int(NOW.timestamp() * 1e6) // MINUTE
        for first in range(days):
            self._day(self.minute - (days - first) * 1440)
        if days:
            self.build.run()
            self.upkeep()
            self._sum_days()

    def _sum_days(self) -> None:
        """Sums by day of all history, as later turns of the build make them."""
        from energy_workbench.domain.time.period import zone_of
        from energy_workbench.lake.rollups.folder import Rollups

        zone = zone_of(self.registry.site().timezone)
        Rollups(self.lake.path).make(self.lake.intervals.snapshot(), zone, most=2**62)

    def upkeep(self) -> None:
        """What is done once an hour."""
        from energy_workbench.domain.time.clock import from_micros
        from energy_workbench.lake.maintenance import maintain

        with self._timed("upkeep"):
            maintain(self.lake, from_micros(self.minute * MINUTE))

    def _day(self, minute: int) -> None:
        """A day of history, a reading every quarter of an hour."""
        import numpy as np
        import pyarrow as pa

        slots = (minute + 15 * np.arange(96)) * MINUTE
        meter = np.repeat(np.asarray(self.keys, "int32"), 96)
        slot = np.tile(slots, len(self.keys))
        self.lake.append(
            pa.table(
                {
                    "meter": meter,
                    "slot": pa.array(slot, pa.timestamp("us", "UTC")),
                    "offset_ms": pa.array(np.zeros(len(meter), "int32")),
                    "active_power_total": pa.array(np.full(len(meter), 60.0), pa.float32()),
                    "energy_active_import": (slot // MINUTE % 100_000_000).astype("float64"),
                }
            )
        )

    def cycle(self, minutes: int = 1) -> None:
        """The next reading of all meters, so many minutes later."""
        from energy_workbench.lake.reading import Reading

        at = self.minute * MINUTE
        with self._timed("append"):
            self.spool.append([Reading(key, at, 0, self._values(key)) for key in self.keys])
        with self._timed("commit"):
            self.lake.commit(self.spool)
        before = {file.path: file.rows for file in self.lake.intervals.snapshot().files}
        with self._timed("build"):
            built = self.build.run(at_once=False)
        after = {file.path: file.rows for file in self.lake.intervals.snapshot().files}
        self.written = sum(rows for path, rows in after.items() if path not in before)
        self.changed = built.rows
        self.minute += minutes

    def _values(self, key: int) -> dict[str, float | None]:
        """What a meter says now: a load that wavers."""
        wavers = (31 * key + 17 * self.minute) % 97 / 100
        return {"active_power_total": 60 + wavers, "energy_active_import": self.minute % 100_000_000 + wavers}

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        used = time.process_time()
        yield
        self.parts[name] += time.process_time() - used


def main(*plants: str) -> None:
    """Print a line a plant, each in a process of its own."""
    for plant in plants or PLANTS:
        subprocess.run([sys.executable, "-m", "benchmarks.cycle", "--one", plant], check=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        measure(*map(int, sys.argv[2].split(":")))
    else:
        main(*sys.argv[1:])
