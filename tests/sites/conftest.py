"""An installation of two sites, in Berlin and in Kolkata."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from energy_workbench.domain.time.clock import to_micros
from energy_workbench.lake import Lake, Reading, Spool
from energy_workbench.lake.build.intervals import build
from energy_workbench.registry import Registry, StateStore
from energy_workbench.runtime import settings
from energy_workbench.runtime.settings import Settings, sites
from energy_workbench.services.sites.changes import added
from tests.migrated import migrated

NOW = datetime(2026, 10, 12, 20, 37, tzinfo=UTC)
"""22:37 of 12 October in Berlin, 02:07 of 13 October in Kolkata."""
DAYS = 3
KW = {"berlin": 100.0, "kolkata": 40.0}
"""What the meter MAIN of each site draws, all the time [kW]."""


def cheaply(name: str, **stated: str) -> object:
    """What makes a home of a folder, without the price of each step of the schema."""

    def prepare(found: Settings) -> None:
        above = found.site_number * sites.KEYS
        registry = migrated(
            Registry(found.registry_url),
            timezone=found.timezone,
            site_name=name,
            keys_above=above,  # type: ignore[arg-type]
        )
        registry.update_site(stated, by="setup")
        registry.close()
        StateStore(found.state_url).migrate()

    return prepare


def make_installation(home: Path) -> Settings:
    """Two sites, each with a meter called MAIN and one below it; no reading."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "workbench.toml").write_text('timezone = "Europe/Berlin"\n')
    cheaply("Berlin", country="DE", currency="EUR")(settings.load(home))  # type: ignore[operator]
    base = settings.load(home)
    added(base, "Kolkata", "Asia/Kolkata", cheaply("Kolkata", country="IN", currency="INR"))  # type: ignore[arg-type]
    for each in settings.load_all(settings.load_base(home)):
        registry = Registry(each.registry_url)
        registry.create_meter({"number": "MAIN", "name": "Main", "type": "main"}, by="test")
        registry.create_meter({"number": "LINE", "name": "Line", "type": "machine", "parent": "MAIN"}, by="test")
        registry.close()
    return settings.load_base(home)


def add_history(base: Settings) -> None:
    """Readings of every quarter of an hour up to now, and their intervals."""
    first = NOW - timedelta(days=DAYS, minutes=NOW.minute % 15)
    for each in settings.load_all(base):
        registry, spool, lake = Registry(each.registry_url), Spool(each.spool_path), Lake(each.lake_path)
        for meter in registry.meters():
            kw = KW[each.site] * (1.0 if meter.number == "MAIN" else 0.9)
            spool.append(
                Reading(
                    meter.key,
                    to_micros(first + timedelta(minutes=15 * step)),
                    0,
                    {"energy_active_import": 1000.0 + kw * step / 4, "active_power_total": kw},
                )
                for step in range(DAYS * 96 + 1)
            )
        lake.commit(spool)
        build(lake, registry.all_ratios())
        spool.close()
        registry.close()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installation without readings, to be copied."""
    return make_installation(tmp_path_factory.mktemp("sites") / "home").home


@pytest.fixture(scope="session")
def measured_template(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installation with some days of readings, to be copied."""
    home = Path(shutil.copytree(template, tmp_path_factory.mktemp("measured") / "home"))
    add_history(settings.load_base(home))
    return home


@pytest.fixture
def base(tmp_path: Path, template: Path) -> Settings:
    """The installation, in the place that the environment names."""
    return settings.load_base(shutil.copytree(template, tmp_path / "home"))


@pytest.fixture
def measured(tmp_path: Path, measured_template: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The same with readings, at a moment in which it is another day in each of its sites."""
    monkeypatch.setenv("ENERGY_WORKBENCH_NOW", NOW.isoformat())
    return settings.load_base(shutil.copytree(measured_template, tmp_path / "home"))
