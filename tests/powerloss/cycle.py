"""What is traced: spool → lake → trim, intervals, upkeep, and the spool closed and opened again.

Each step is told to standard output once it must never be lost again.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from energy_workbench.lake import Lake, Spool
from energy_workbench.lake.build.intervals import build
from energy_workbench.lake.maintenance import maintain
from tests.lake.helpers import reading

METERS = (1, 2)
CYCLES, STEPS = 3, 2
LATER = datetime(2026, 12, 1, tzinfo=UTC)


def main(home: Path) -> None:
    step = 0
    for _ in range(CYCLES):
        spool, lake = Spool(home / "spool.db"), Lake(home / "lake")
        for _ in range(STEPS):
            spool.append([reading(meter, step * 10.0, float(step)) for meter in METERS])
            print(f"told {step}", flush=True)
            step += 1
        lake.commit(spool)
        build(lake, [])
        spool.close()
    maintain(lake, LATER)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
