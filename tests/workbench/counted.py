"""A home of meters whose counters are given, so that every energy in it is known exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from energy_workbench.lake import Lake
from energy_workbench.lake.build.intervals import build
from energy_workbench.registry import Registry, StateStore
from energy_workbench.runtime import settings
from energy_workbench.runtime.settings import Settings
from tests.migrated import migrated

QUARTER = timedelta(minutes=15)
Stretch = tuple[int, float] | tuple[int, float, bool]
"""Intervals, the power in them [kW], and whether they were read; they are unless said."""


def home_of(folder: Path, zone: str, meters: Sequence[Mapping[str, Any]]) -> Settings:
    """A home with these meters and no reading."""
    folder.mkdir(parents=True)
    found = settings.load(folder)
    registry = migrated(Registry(found.registry_url), timezone=zone, site_name="Works")
    StateStore(found.state_url).migrate()
    for fields in meters:
        registry.create_meter(dict(fields), by="test")
    registry.close()
    return found


def count(
    home: Settings, start: datetime, loads: Mapping[str, Sequence[Stretch]], *, side: str = "import", level: float = 1e3
) -> None:
    """Readings of counters at every quarter of an hour, primary, and the intervals of them.

    Parameters
    ----------
    loads : mapping of str to sequence of Stretch
        By number, one stretch after the other.
    level : float
        Where the counters begin [kWh].
    """
    registry = Registry(home.registry_url)
    keys = {meter.number: meter.key for meter in registry.meters()}
    rows = []
    for number, stretches in loads.items():
        at, stood = start, level
        rows.append({"meter": keys[number], "slot": at, f"energy_active_{side}": stood})
        for length, kw, *read in stretches:
            for _ in range(length):
                at, stood = at + QUARTER, stood + kw / 4
                if not read or read[0]:
                    rows.append({"meter": keys[number], "slot": at, f"energy_active_{side}": stood})
    lake = Lake(home.lake_path)
    times = pa.array([row["slot"] for row in rows], pa.timestamp("us", "UTC"))
    columns = {"meter": pa.array([row["meter"] for row in rows], pa.int32()), "slot": times}
    lake.append(pa.table(columns | {f"energy_active_{side}": [row[f"energy_active_{side}"] for row in rows]}))
    build(lake, registry.all_ratios(), evidence=registry.evidence(home.profiles_path))
    registry.close()
