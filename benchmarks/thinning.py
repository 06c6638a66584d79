"""What thinning old readings saves, and costs: bytes before and after, at several paces of reading.

Usage: python -m benchmarks.thinning [--meters 10] [--days 60]
The first 31 days of each meter stay whole where no profile states its least step: here it is stated. Told are bytes of
the table of readings, compacted, of the days that were thinned, and the seconds of the processor that each took.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa

from energy_workbench.domain.time.clock import to_micros
from energy_workbench.energy.counter_steps import Evidence, Facts, Register
from energy_workbench.lake import Lake
from energy_workbench.lake.build.intervals import build
from energy_workbench.lake.maintenance import maintain
from energy_workbench.lake.thinning.thinner import Thinner, due

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
COUNTERS = ("energy_active_import", "energy_reactive_import", "energy_apparent_import")
VOLTAGES = tuple(f"voltage_l{phase}_n" for phase in (1, 2, 3))
CURRENTS = tuple(f"current_l{phase}" for phase in (1, 2, 3))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--meters", type=int, default=10)
    parser.add_argument("--days", type=int, default=60)
    asked = parser.parse_known_args()[0]
    for step, days in ((60, asked.days), (10, max(3, asked.days // 6)), (300, asked.days)):
        compare(step, asked.meters, days)


def compare(step: int, meters: int, days: int) -> None:
    """Meters that are read every so many seconds."""
    facts = Facts(rated_kw=500.0, registers={name: Register(step=0.01) for name in COUNTERS})
    evidence: Evidence = dict.fromkeys(range(1, meters + 1), facts)
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(Path(folder) / "lake")
        for day in range(days):
            lake.append(pa.concat_tables([readings(meter, day, step) for meter in evidence]))
        build(lake, [], evidence=evidence)
        maintain(lake, FIRST + timedelta(days=days + 2))
        begun = time.process_time()
        done = []
        for file in due(lake, (FIRST + timedelta(days=days - 1)).date()):
            thinned = Thinner(lake, [], evidence, lambda *_: ()).thin(file, lambda _: None)
            assert thinned is not None
            done.append(thinned)
        took = time.process_time() - begun
    done = done[1:]  # before its first reading nothing is known of a meter's counter: some of that day stays
    rows, kept = sum(each.readings for each in done), sum(each.kept for each in done)
    size, left = sum(each.size for each in done), sum(each.size_kept for each in done)
    each = meters * len(done)
    print(
        f"read every {step:3} s: {rows / each:7,.0f} → {kept / each:4,.0f} readings and {size / each / 1e3:6.1f} → "
        f"{left / each / 1e3:5.1f} kB a meter and day: {size / left:.1f} times less; a year of a meter "
        f"{365 * size / each / 1e6:.1f} → {365 * left / each / 1e6:.1f} MB; {1e3 * took / each:.0f} ms of the processor"
    )


def readings(meter: int, day: int, step: int) -> pa.Table:
    """A day of a meter of a load that follows the hours: counters in hundredths, power, voltages, currents."""
    luck = np.random.default_rng(1000 * meter + day)
    second = np.arange(0, 86_400, step)
    load = 100 + 60 * np.sin(second / 86_400 * 2 * np.pi) + np.cumsum(luck.normal(0, 0.5, len(second)))
    power = np.abs(load * luck.normal(1, 0.01, len(second))).round(2)
    counted = 3000.0 * day + np.cumsum(power * step / 3600)
    values = {name: (share * counted).round(2) for name, share in zip(COUNTERS, (1.0, 0.3, 1.05), strict=True)}
    values |= {"active_power_total": power, "power_factor_total": luck.normal(0.95, 0.005, len(second)).round(3)}
    values |= {name: luck.normal(231, 0.8, len(second)).round(1) for name in VOLTAGES}
    values |= {name: (power / 0.69 * luck.normal(1, 0.01, len(second))).round(2) for name in CURRENTS}
    slots = to_micros(FIRST) + day * 86_400_000_000 + second * 1_000_000
    return pa.table({
        "meter": pa.array(np.full(len(second), meter), pa.int32()),
        "slot": pa.array(slots).cast(pa.timestamp("us", "UTC")),
        "offset_ms": pa.array(luck.integers(20, 400, len(second)), pa.int32()),
        **values,
    })  # fmt: skip


if __name__ == "__main__":
    main()
