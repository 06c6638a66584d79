"""Cost of importing a meter file, by its size: per meter it must not grow.

Usage: python -m benchmarks.meter_import
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from energy_workbench.registry import Registry
from energy_workbench.registry.meter_files.meter_file import apply_import, plan_import, read_meter_file

SIZES = (100, 1_000, 10_000)
ROUNDS = 3
HEADER = "number,name,type,parent,ct_primary,ct_secondary,ratio_applied_by,gateway,unit_id,profile"


def write_file(path: Path, meters: int) -> None:
    """A tree of which each meter has eight below it, on gateways of 32 meters."""
    with path.open("w", encoding="utf-8") as file:
        print(HEADER, file=file)
        for i in range(meters):
            parent = f"M-{(i - 1) // 8}" if i else ""
            gateway = f"tcp://10.0.{i // 8192}.{i // 32 % 256}:502"
            print(f"M-{i},Machine {i},machine,{parent},100,5,workbench,{gateway},{i % 32},schneider_pm5xxx", file=file)


def seconds_of(folder: Path, meters: int) -> tuple[float, float]:
    """Seconds of a first import and of the same file again, which changes nothing."""
    path = folder / "meters.csv"
    write_file(path, meters)
    registry = Registry(f"sqlite:///{folder}/registry.db")
    registry.migrate()
    times = []
    for _ in range(2):
        start = time.perf_counter()
        apply_import(registry, plan_import(registry, read_meter_file(path)), by="benchmark")
        times.append(time.perf_counter() - start)
    registry.close()
    return times[0], times[1]


def main() -> None:
    """Print seconds and the cost per meter beside that of the smallest file."""
    seconds_once(SIZES[0])  # What is imported and compiled once counts for no size.
    base: float | None = None
    print(f"{'meters':>8} {'import':>9} {'again':>9} {'per meter':>10} {'beside ' + str(SIZES[0]):>11}")
    for meters in SIZES:
        best, again = min(seconds_once(meters) for _ in range(ROUNDS))
        base = base or best / meters
        ratio = best / meters / base
        print(f"{meters:>8,} {best:>8.3f}s {again:>8.3f}s {best / meters * 1e3:>8.3f}ms {ratio:>10.2f}x")


def seconds_once(meters: int) -> tuple[float, float]:
    """`seconds_of` in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        return seconds_of(Path(folder), meters)


if __name__ == "__main__":
    main()
