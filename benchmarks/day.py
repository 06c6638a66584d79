"""A day of very many meters from end to end: spool, commits, intervals and upkeep, and what a year of it comes to.

Usage: python -m benchmarks day
   or: python -m benchmarks.day [METERS [MINUTES]]

All meters say their counter and power every so many minutes. A cycle follows each round; upkeep is done every hour.
Told are the processor's time by part, the most memory, what was asked of the disk, and what lies on it at the end.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from benchmarks.cycle import Plant, forget_peak, peak_megabytes

METERS, EVERY = 10_000, 15


def main(meters: int = METERS, every: int = EVERY) -> None:
    """Print a day, and a year on paper."""
    with tempfile.TemporaryDirectory(prefix="bench-day-") as folder:
        began = time.monotonic()
        plant = Plant(Path(folder), meters, 0)
        print(f"{meters:,} meters set up in {time.monotonic() - began:.0f} s", flush=True)
        forget_peak()
        began, used, before = time.monotonic(), time.process_time(), _asked()
        rounds = 1440 // every
        slowest = 0.0
        for nth in range(rounds):
            start = time.monotonic()
            plant.cycle(every)
            slowest = max(slowest, time.monotonic() - start)
            if (nth + 1) % max(1, 60 // every) == 0:
                plant.upkeep()
        spent, lasted = time.process_time() - used, time.monotonic() - began
        asked = {name: value - before[name] for name, value in _asked().items()}
        readings = meters * rounds
        stored = sum(path.stat().st_size for path in plant.lake.path.rglob("*") if path.is_file())
        live = sum(
            file.size for store in (plant.lake.readings, plant.lake.intervals) for file in store.snapshot().files
        )
        parts = ", ".join(f"{name} {value:.0f}" for name, value in plant.parts.most_common())
        print(
            f"a day, a reading every {every} minutes: {readings:,} readings in {lasted:.0f} s, the slowest of {rounds} "
            f"rounds {slowest:.1f} s; {spent:.0f} s of the processor ({1e6 * spent / readings:.0f} µs a reading: "
            f"{parts}); memory at most {peak_megabytes():.0f} MB\n"
            f"written {asked['write_bytes'] / 1e9:.2f} GB in {asked['syscw']:,} calls, read {asked['rchar'] / 1e9:.2f} "
            f"GB in {asked['syscr']:,}; {live / 1e6:.0f} MB of data at the end ({live / readings:.1f} bytes a reading "
            f"with its interval), {stored / 1e6:.0f} MB with what upkeep removes a day later\n"
            f"a year on paper: {365 * live / 1e9:.0f} GB, {365 * spent / 3600:.0f} hours of a core "
            f"({100 * spent / 86_400:.1f} % of one)",
            flush=True,
        )


def _asked() -> dict[str, int]:
    """What this process asked of the disk until now."""
    lines = Path("/proc/self/io").read_text().splitlines()
    return {name: int(value) for name, _, value in (line.partition(":") for line in lines)}


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
