#!/usr/bin/env python
"""Make `data/sample`, the small fixed home of the tutorials: a plant of 42 meters with ten days of history.

Run it only when what a home holds has changed, and run the tutorials again afterwards:

    python scripts/make_sample.py
    jupyter nbconvert --to notebook --execute --inplace notebooks/tutorials/*.ipynb
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "data" / "sample"
NOW = "2026-10-15T12:00:00+05:30"
"""The instant at which the sample stands still; the tutorials set it as their now."""
METERS, DAYS, SEED = 42, 10, 92
IGNORED = "*-wal\n*-shm\n*.lock\nspool.db\n*.token\n"
"""What opening a home leaves in it."""


def make(home: Path) -> None:
    """Write the sample home anew."""
    os.environ["ENERGY_WORKBENCH_NOW"] = NOW
    os.environ["ENERGY_WORKBENCH_HOME"] = str(home)
    from collector.plant.prepare import prepare
    from energy_workbench.runtime.settings import load

    shutil.rmtree(home, ignore_errors=True)
    prepare(load(), print, meters=METERS, seed=SEED, days=DAYS)
    _live(home)
    # A home that only answers needs no plant and no spool; opening it makes an empty spool again.
    for path in (home / "plant.json", *home.glob("spool.db*")):
        path.unlink(missing_ok=True)
    for log in home.glob("lake/*/_delta_log/*.json"):
        # delta-rs notes where the table was made; nobody reads it, and it is a path of this machine.
        log.write_text(log.read_text("utf-8").replace(home.as_uri() + "/", ""), "utf-8")
    (home / ".gitignore").write_text(IGNORED, "utf-8")
    size = sum(path.stat().st_size for path in home.rglob("*") if path.is_file())
    print(f"{home}: {size / 1e6:.1f} MB")


def _live(home: Path) -> None:
    """Let every meter have been seen at the last reading: the state that polling would have left."""
    import energy_workbench
    from energy_workbench.domain.entities import Live
    from energy_workbench.domain.status import Communication
    from energy_workbench.domain.time.period import parse_instant, zone_of

    wb = energy_workbench.open(str(home))
    zone = zone_of(wb.site()["timezone"])
    seen = {}
    for meter in wb.meters():
        last = wb.readings(meter["number"], limit=1).rows[-1]
        instant = parse_instant(last["ts"], zone)
        seen[int(meter["id"].removeprefix("mtr_"))] = Live(
            communication=Communication.ONLINE, last_seen=instant, values=last["values"]
        )
    wb.state.write(seen)  # type: ignore[union-attr]


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    make(Path(sys.argv[1]).absolute() if len(sys.argv) > 1 else SAMPLE)
