"""What it costs to look at how meters measure: counters against power, phases and neighbours, beside the build.

Usage: python -m benchmarks.measuring [--days 30]
The demo plant, 92 meters read each quarter of an hour. All intervals are built anew, and all of them are looked at;
then one day is, which is what happens once a day. Each as a share of the build of the same time, in one run. What is
found in a plant that measures as it should is printed too: it should be nothing.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from collector.plant.prepare import prepare
from energy_workbench.lake import Lake
from energy_workbench.lake.build.intervals import BuildResult, Window, build
from energy_workbench.registry import Registry, StateStore
from energy_workbench.runtime import settings
from energy_workbench.services.measuring.checks import MeasuringChecks

ROUNDS = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--days", type=int, default=30)
    days = parser.parse_known_args()[0].days
    with tempfile.TemporaryDirectory() as folder:
        home = settings.load(Path(folder) / "home")
        prepare(home, days=days, say=lambda _: None)
        registry, state, lake = Registry(home.registry_url), StateStore(home.state_url), Lake(home.lake_path)
        state.migrate()
        evidence, ratios = registry.evidence(home.profiles_path), registry.all_ratios()
        keys = tuple(sorted(meter.key for meter in registry.meters()))
        last = lake.readings.snapshot().files[-1].last_us
        checks = MeasuringChecks(lake, registry, state)
        whole = BuildResult(windows=(Window(keys, None, None),))
        day = BuildResult(windows=(Window(keys, last - 86_400_000_000, last),))

        def once() -> tuple[float, float, float]:
            built = timed(lambda: build(lake, ratios, keys, evidence=evidence))
            looked = [timed(lambda of=of: checks.after(of, at_once=True)) for of in (whole, day)]
            print(
                f"build {built:.2f} s; looked at all {looked[0] / built:.3f} of it, at one day {looked[1] / built:.3f}"
            )
            return built, *looked

        rounds = [once() for _ in range(ROUNDS)]
        for place, name in ((1, "all"), (2, "one day")):
            print(f"{name}: {median(each[place] / each[0] for each in rounds):.3f} of the build of {days} days")
        found = state.findings()
        print(f"findings in the demo plant: {len(found)}")
        for each in found:
            print(f"  {each.meter} {each.name}: {each.text}")


def timed(work: Callable[[], object]) -> float:
    """Seconds that something takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
