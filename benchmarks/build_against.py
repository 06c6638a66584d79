"""What the interval build costs beside that of another check-out of this project: what rules since then have cost.

Usage: python -m benchmarks.build_against CHECKOUT [--days 30] [--rounds 5]
Both build all intervals of the same readings (the demo plant, 92 meters each quarter of an hour) in a process of their
own, in turns, from a copy of the same lake. `git worktree add CHECKOUT COMMIT` makes one; it is run by this
check-out's Python, which must have what both need. Told is the time of the processor, whole, as a ratio of each round.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from collector.plant.prepare import prepare
from energy_workbench.runtime import settings

HERE = Path(__file__).parents[1]
PROGRAM = """
import sys, time
from energy_workbench.lake import Lake
from energy_workbench.lake.build.intervals import build
from energy_workbench.registry import Registry
from energy_workbench.runtime import settings

home = settings.load(sys.argv[1])
registry, lake = Registry(home.registry_url), Lake(home.lake_path)
ratios = registry.all_ratios()
evidence = registry.evidence(home.profiles_path)
keys = sorted({key for key, _ in ratios})
began = time.process_time()
build(lake, ratios, keys, evidence=evidence)
print(time.process_time() - began)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("checkout", type=Path, nargs="?")
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_known_args()[0]
    if asked.checkout is None or not (asked.checkout / "energy_workbench").is_dir():
        print("build_against: name a check-out to compare with (git worktree add CHECKOUT COMMIT)")
        return
    with tempfile.TemporaryDirectory() as folder:
        home = settings.load(Path(folder) / "home")
        prepare(home, days=asked.days, say=lambda _: None)
        ratios = []
        for nth in range(asked.rounds):
            sides = [HERE, asked.checkout] if nth % 2 else [asked.checkout, HERE]
            told = {side: seconds(side, home.home, Path(folder)) for side in sides}
            ratios.append(told[HERE] / told[asked.checkout])
            print(f"here {told[HERE]:.2f} s, there {told[asked.checkout]:.2f} s: {ratios[-1]:.3f}")
        print(f"build of {asked.days} days here / there: {median(ratios):.3f} (median of {asked.rounds})")


def seconds(checkout: Path, home: Path, folder: Path) -> float:
    """What a check-out needs for all intervals of a copy of the home [s of the processor]."""
    copy = folder / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(home, copy)
    environment = os.environ | {"PYTHONPATH": str(checkout.resolve()), "ENERGY_WORKBENCH_HOME": str(copy)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(copy)], cwd=checkout, env=environment, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"{checkout}: {done.stderr[-2000:]}")
    return float(done.stdout)


if __name__ == "__main__":
    main()
