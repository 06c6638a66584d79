"""A week offline: how long the spool takes to be emptied, how much memory that needs, and how much room it took.

The same commit is measured with a backlog of an eighth: memory must not grow with it.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from energy_workbench.lake import Lake, Reading, Spool

METERS, PERIOD_US = 92, 10_000_000
START_US = 1_790_812_800_000_000
QUANTITIES = [
    *(f"voltage_l{p}_n" for p in (1, 2, 3)), *(f"current_l{p}" for p in (1, 2, 3)), "frequency",
    *(f"active_power_l{p}" for p in (1, 2, 3)), *(f"reactive_power_l{p}" for p in (1, 2, 3)),
    "active_power_total", "reactive_power_total", "apparent_power_total", "power_factor_total",
    "energy_active_import", "energy_active_export", "energy_reactive_import", "energy_apparent_import",
]  # fmt: skip


def fill(path: Path, count: int) -> float:
    """Spool that many readings, a minute's worth a transaction; seconds that it took."""
    spool, began = Spool(path), time.perf_counter()
    for first in range(0, count, METERS * 6):
        rows = range(first, min(first + METERS * 6, count))
        spool.append([_reading(number) for number in rows])
    took = time.perf_counter() - began
    spool.close()
    return took


def commit(path: Path, lake: Path) -> None:
    """Empty the spool, in a process of its own, and print what that took."""
    spool, began = Spool(path), time.perf_counter()
    state = spool.state()
    looked = time.perf_counter() - began
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    stored = Lake(lake).commit(spool)
    took = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(stored, took, peak / 1024, base / 1024, looked, state.used_bytes)


def _reading(number: int) -> Reading:
    step, meter = divmod(number, METERS)
    values: dict[str, float | None] = {
        name: 1000.0 * index + (step * 7 + meter * 13 + index) % 1000 / 10 for index, name in enumerate(QUANTITIES)
    }
    values["energy_active_import"] = step * 0.1 + meter
    return Reading(meter + 1, START_US + step * PERIOD_US, (number * 37) % 400, values)


def measured(folder: Path, count: int) -> dict[str, float]:
    """One backlog, from empty to empty."""
    path = folder / f"spool{count}.db"
    filled = fill(path, count)
    arguments = [sys.executable, "-m", "benchmarks.backlog", "--commit", str(path), str(folder / f"lake{count}")]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    stored, took, peak, base, looked, used = map(float, done.stdout.split())
    assert stored == count
    left = path.stat().st_size
    return {"fill": count / filled, "commit": count / took, "took": took, "peak": peak, "base": base,
            "bytes": used / count, "used": used, "looked": looked, "left": left}  # fmt: skip


def main(count: int = 800_000) -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as name:
        small, large = measured(Path(name), count // 8), measured(Path(name), count)
    print(
        f"backlog of {count:,} readings of {len(QUANTITIES)} quantities: spooled at {large['fill']:,.0f}/s, "
        f"{large['used'] / 1e6:,.0f} MB ({large['bytes']:.0f} bytes a reading), "
        f"looked at in {large['looked'] * 1e3:.0f} ms"
    )
    print(
        f"committed in {large['took']:.0f} s, {large['commit']:,.0f} readings/s; peak memory {large['peak']:.0f} MB, "
        f"of an eighth of it {small['peak']:.0f} MB: ratio {large['peak'] / small['peak']:.2f}; "
        f"the spool's file afterwards {large['left'] / 1e6:.1f} MB"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readings", type=int, default=800_000)
    parser.add_argument("--commit", nargs=2, type=Path)
    given = parser.parse_args()
    if given.commit:
        commit(*given.commit)
    else:
        main(given.readings)
