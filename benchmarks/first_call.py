"""The first call in a fresh kernel: what importing costs, what the first answers take, and how much memory is used.

Usage: python -m benchmarks first_call

Each is a Python of its own on the sample home, the best of five; beside it one that imports DuckDB or pandas only.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SAMPLE = Path(__file__).resolve().parent.parent / "data" / "sample"
NOW = "2026-10-15T12:00:00+05:30"
ROUNDS = 5
MEASURE = """
import json, resource, time
begun = time.perf_counter()
{prepare}
imported = time.perf_counter()
{work}
done = time.perf_counter()
print(json.dumps([imported - begun, done - imported, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""
OPEN = "import energy_workbench as ew"
CALLS = {
    "import alone": "",
    "meters": "ew.open().meters()",
    "consumption of seven days": "ew.open().consumption('UNIT-A', 'last 7 days')",
    "balance of a month": "ew.open().balance('2026-10')",
    "demand of a month": "ew.open().demand('MAIN', '2026-10', block='30min')",
    "generation of a month": "ew.open().generation('2026-10')",
    "consumption as a frame": "ew.open().consumption('UNIT-A', 'last 7 days').to_frame()",
}
OTHERS = {"a bare Python": "pass", "DuckDB alone": "import duckdb", "pandas alone": "import pandas"}


def measured(prepare: str, work: str, home: Path) -> tuple[float, float, float]:
    """The least import time [ms], time of the call [ms] and peak memory [MB] of some fresh Pythons."""
    environment = os.environ | {"ENERGY_WORKBENCH_HOME": str(home), "ENERGY_WORKBENCH_NOW": NOW}
    found = []
    for _ in range(ROUNDS):
        program = [sys.executable, "-c", MEASURE.format(prepare=prepare, work=work)]
        done = subprocess.run(program, capture_output=True, text=True, env=environment, check=True)
        found.append(json.loads(done.stdout))
    imported, took, memory = (min(values) for values in zip(*found, strict=True))
    return 1000 * imported, 1000 * took, memory


def main() -> None:
    """Print every figure."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(shutil.copytree(SAMPLE, Path(folder) / "home"))
        for name, prepare in OTHERS.items():
            imported, _, memory = measured(prepare, "", home)
            print(f"{name:28} {imported:6.0f} ms {memory:6.0f} MB")
        for name, work in CALLS.items():
            imported, took, memory = measured(OPEN, work, home)
            print(f"{name:28} import {imported:4.0f} ms, call {took:5.0f} ms, {memory:4.0f} MB", flush=True)


if __name__ == "__main__":
    main()
