"""Homes of the plants whose behaviour is recorded: the tests' own, and two odd ones."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

NOW = datetime(2026, 10, 12, 9, 37, tzinfo=UTC)
"""At which everything is asked."""


def homes(folder: Path) -> None:
    """Make a home of each plant."""
    for name, make in {"demo": demo, "berlin": berlin, "kolkata": kolkata}.items():
        make(folder / name / "home")


def demo(home: Path) -> None:
    """The plant of the tests: a week of quarters, ratios of the workbench's, solar and a generator."""
    from tests.workbench.plant import add_history, make_home

    add_history(make_home(home))


def berlin(home: Path) -> None:
    """Half-hours across a meter exchange, a node without a meter's readings, a counter that resets, two roots."""
    meters = [
        {"number": "NETZ", "name": "Netz", "type": "grid"},
        {"number": "NETZ-2", "name": "Netz 2", "type": "grid"},
        {"number": "HV", "name": "Hauptverteilung", "type": "main", "parent": "NETZ"},
        {"number": "LÜCKE", "name": "Ohne Zähler", "type": "unit", "parent": "HV"},
        {"number": "HALLE/1", "name": "Halle 1 <b>", "type": "unit", "parent": "LÜCKE"},
        {"number": "PV", "name": "PV", "type": "solar", "parent": "HV", "production_register": "import"},
        {"number": "AUS", "name": "Ausser Betrieb", "type": "machine", "parent": "HALLE/1", "status": "inactive"},
    ]
    made(home, "Europe/Berlin", {"country": "DE", "currency": "EUR"}, meters)
    silent = range(150, 190)
    rows = {
        "NETZ": [(n, 5e4 + 60 * n / 2, 0.0) for n in range(9 * 48) if n not in silent],
        "HV": [(n, 1e3 + 58 * n / 2, 2.0 * n) for n in range(9 * 48)],
        "HALLE/1": [(n, (7e3 + 40 * n / 2) if n < 250 else 40 * (n - 250) / 2, 0.0) for n in range(9 * 48)],
        "PV": [(n, 100 + 15 * (n // 48 * 24 + max(0, min(24, n % 48 - 12))) / 2, 0.0) for n in range(9 * 48)],
    }
    filled(home, rows, timedelta(minutes=30))


def kolkata(home: Path) -> None:
    """A root that cannot be read, five-minute power with a gap at the peak, a deep line of meters."""
    line = [f"L{n:02}" for n in range(12)]
    meters = [
        {"number": "ROOT", "name": "Root", "type": "grid"},
        {"number": "L00", "name": "Line 0", "type": "main", "parent": "ROOT", "ct_primary": 400, "ct_secondary": 5},
        *({"number": n, "name": n, "type": "unit", "parent": p} for p, n in itertools.pairwise(line)),
        {"number": "DG", "name": "Gen set", "type": "generator", "parent": "L00"},
    ]
    made(home, "Asia/Kolkata", {"country": "IN", "currency": "INR"}, meters)
    gap = {n for n in range(9 * 288) if 120 <= n % 288 < 150}
    rows = {
        name: [(n, 1e5 + (100 - 3 * at) * n / 12, 0.0) for n in range(9 * 288) if name != "L03" or n not in gap]
        for at, name in enumerate(line)
    }
    filled(home, rows | {"DG": [(n, 20 * min(n, 300) / 12, 0.0) for n in range(9 * 288)]}, timedelta(minutes=5))


def made(home: Path, zone: str, site: dict[str, Any], meters: list[dict[str, Any]]) -> None:
    """A home with a site and meters."""
    from energy_workbench.registry import Registry, StateStore
    from energy_workbench.runtime import settings

    home.mkdir(parents=True)
    found = settings.load(home)
    registry = Registry(found.registry_url)
    registry.migrate(timezone=zone, site_name="Werk")
    registry.update_site(site, by="setup")
    StateStore(found.state_url).migrate()
    for fields in meters:
        registry.create_meter(fields, by="setup")
    registry.close()


def filled(home: Path, rows: dict[str, list[tuple[int, float, float]]], step: timedelta) -> None:
    """Counters of meters, as (step, import, export) up to now, and their intervals."""
    from energy_workbench.domain.time.clock import to_micros
    from energy_workbench.lake import Lake, Reading, Spool
    from energy_workbench.lake.build.intervals import build
    from energy_workbench.registry import Registry
    from energy_workbench.runtime import settings

    found = settings.load(home)
    registry, spool, lake = Registry(found.registry_url), Spool(found.spool_path), Lake(found.lake_path)
    first, hours = NOW.replace(minute=30) - timedelta(days=9), step / timedelta(hours=1)
    keys = {meter.number: meter.key for meter in registry.meters()}
    readings = []
    for number, counted in rows.items():
        last: float | None = None
        for n, imported, exported in counted:
            power = 0.0 if last is None or imported < last else (imported - last) / hours
            last = imported
            values = {"energy_active_import": imported, "energy_active_export": exported, "active_power_total": power}
            readings.append(Reading(keys[number], to_micros(first + n * step), 0, values))
    spool.append(readings)
    lake.commit(spool)
    build(lake, registry.all_ratios())
    spool.close()
    registry.close()
