"""A small plant in a home of its own, with a week of 15-minute readings whose energies are known exactly."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from energy_workbench.domain.time.clock import to_micros
from energy_workbench.lake import Lake, Reading, Spool
from energy_workbench.lake.build.intervals import build
from energy_workbench.registry import Registry, StateStore
from energy_workbench.runtime import settings
from energy_workbench.runtime.settings import Settings
from tests.migrated import migrated

NOW = datetime(2026, 10, 12, 9, 37, tzinfo=UTC)
"""15:07 in the site's zone."""

DAYS = 9

METERS: list[dict[str, Any]] = [
    {"number": "GRID", "name": "Grid", "type": "grid"},
    {"number": "MAIN", "name": "Main", "type": "main", "parent": "GRID"},
    {"number": "DG", "name": "Generator", "type": "generator", "parent": "MAIN"},
    {"number": "SOLAR", "name": "Solar", "type": "solar", "parent": "MAIN", "production_register": "export"},
    {
        "number": "UNIT-A",
        "name": "Unit A",
        "type": "unit",
        "parent": "MAIN",
        "ct_primary": 100,
        "ct_secondary": 5,
        "ratio_applied_by": "workbench",
        "location": "Hall 1",
    },
    {"number": "UNIT-A-MACHINE-01", "name": "Press", "type": "machine", "parent": "UNIT-A", "status": "maintenance"},
]

KW = {"GRID": (100.0, 0.0), "MAIN": (98.0, 0.0), "DG": (10.0, 0.0), "SOLAR": (0.0, 20.0), "UNIT-A": (120.0, 0.0)} | {
    "UNIT-A-MACHINE-01": (115.0, 0.0)
}
"""Constant primary import and export of each meter [kW]."""


def make_home(home: Path) -> Settings:
    """A home with the meters and no reading."""
    found = settings.load(home)
    home.mkdir(parents=True, exist_ok=True)
    registry = migrated(Registry(found.registry_url), timezone="Asia/Kolkata", site_name="Works")
    registry.update_site({"country": "IN", "currency": "INR"}, by="setup")
    StateStore(found.state_url).migrate()
    for fields in METERS:
        registry.create_meter(fields, by="test")
    registry.close()
    return found


def add_history(found: Settings) -> None:
    """Readings at every quarter up to now, committed, and their intervals."""
    registry = Registry(found.registry_url)
    spool, lake = Spool(found.spool_path), Lake(found.lake_path)
    spool.append(readings(registry))
    lake.commit(spool)
    build(lake, registry.all_ratios())
    spool.close()
    registry.close()


def readings(registry: Registry) -> Iterator[Reading]:
    """What the meters would report: UNIT-A secondary values, the others primary ones."""
    first = NOW - timedelta(days=DAYS, minutes=NOW.minute % 15)
    for meter in registry.meters():
        imported, exported = KW[meter.number]
        scale = 20.0 if meter.number == "UNIT-A" else 1.0
        for quarter in range(DAYS * 96 + 1):
            hours = quarter / 4
            yield Reading(
                meter.key,
                to_micros(first + timedelta(hours=hours)),
                0,
                {
                    "energy_active_import": 1000.0 + imported * hours / scale,
                    "energy_active_export": exported * hours / scale,
                    "active_power_total": (imported - exported) / scale,
                },
            )
