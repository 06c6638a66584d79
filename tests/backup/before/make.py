"""Makes the home of an earlier version that `test_home_of_before` moves on, and what that version answered.

Run it in a check-out of that version: `PYTHONPATH=. python make.py TARGET`. The one that is kept was made by that of
schema 0015.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from energy_workbench.domain.ratios import Ratio
from energy_workbench.domain.time.clock import FIXED_NOW, to_micros
from energy_workbench.lake import Lake, Reading, Spool
from energy_workbench.lake.build.intervals import build
from energy_workbench.registry import Registry
from energy_workbench.services.workbench import Workbench
from tests.workbench.plant import NOW, make_home, readings

PERIODS = ("today", "2026-10-05/2026-10-11", "2026-10")
SILENT = (to_micros(NOW - timedelta(days=4)), to_micros(NOW - timedelta(days=4) + timedelta(hours=20)))
RESET = to_micros(NOW - timedelta(days=2))


def told(registry: Registry) -> Iterator[Reading]:
    """A week of six meters: one silent for 20 hours while it counted on, one whose counter begins again."""
    keys = {meter.number: meter.key for meter in registry.meters()}
    for each in readings(registry):
        if each.meter == keys["MAIN"] and SILENT[0] <= each.slot_us < SILENT[1]:
            continue
        values = dict(each.values)
        if each.meter == keys["UNIT-A-MACHINE-01"] and each.slot_us >= RESET:
            values["energy_active_import"] -= 20_000.0
        if each.meter == keys["UNIT-A-MACHINE-01"]:
            values["energy_active_import"] += 1_000.0
        yield each._replace(values=values)


def answers(wb: Workbench) -> dict[str, Any]:
    """What people read, by the question."""
    found: dict[str, Any] = {}
    for period in PERIODS:
        found[f"energies {period}"] = [dict(row) for row in wb.energies(period)]
        found[f"balance {period}"] = [dict(row) for row in wb.balance(period)]
        found[f"site {period}"] = dict(wb.site_figures(period))
        found[f"demand {period}"] = [dict(row) for row in wb.demand("UNIT-A", period)]
        found[f"hours {period}"] = [dict(row) for row in wb.intervals("MAIN", period, every="1h")]
    found["meters"] = [dict(row) for row in wb.meters()]
    found["history"] = [dict(row) for row in wb.history("2026-10", meter="UNIT-A")]
    return found


def main(target: Path) -> None:
    """Write `home.zip` and `answers.json`."""
    os.environ[FIXED_NOW] = NOW.isoformat()
    home = Path(tempfile.mkdtemp()) / "home"
    found = make_home(home)
    registry, spool, lake = Registry(found.registry_url), Spool(found.spool_path), Lake(found.lake_path)
    registry.add_ratio("UNIT-A", Ratio(ct_primary=200, ct_secondary=5, valid_from=NOW - timedelta(days=3)), by="a")
    registry.update_meter("DG", {"location": "Yard"}, by="a")
    registry.set_status("SOLAR", "maintenance", "cleaning", by="a", valid_from=NOW - timedelta(days=1))
    every = list(told(registry))
    late = [each for each in every if each.slot_us >= to_micros(NOW - timedelta(hours=2))]
    spool.append([each for each in every if each.slot_us < to_micros(NOW - timedelta(hours=2))])
    lake.commit(spool)
    build(lake, registry.all_ratios(), evidence=registry.evidence(found.profiles_path))
    # Not in the lake yet.
    spool.append(late)
    registry.close()
    spool.close()
    wb = Workbench(found)
    (target / "answers.json").write_text(json.dumps(answers(wb), separators=(",", ":"), default=str), "utf-8")
    wb.close()
    with zipfile.ZipFile(target / "home.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for path in sorted(home.rglob("*")):
            if path.is_file() and not path.name.endswith(("-wal", "-shm", ".lock")):
                packed.write(path, path.relative_to(home).as_posix())
    shutil.rmtree(home.parent)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
