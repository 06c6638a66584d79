"""A home in which a counter fell, in the process and behind its service."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

import energy_workbench as ew
from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.client.workbench import RemoteWorkbench
from energy_workbench.domain.time.clock import FIXED_NOW, to_micros
from energy_workbench.lake import Lake, Reading, Spool
from energy_workbench.registry import Registry
from energy_workbench.runtime import settings
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.workbench import Workbench
from tests.energy.fallen import ENERGY, FIRST, STEP, rebuild
from tests.workbench.plant import NOW, make_home
from tests.workbench.served import served


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two days of quarter-hour readings of GRID and MAIN; the counter of GRID falls to a third in between."""
    found = make_home(tmp_path_factory.mktemp("made") / "home")
    registry, spool, lake = Registry(found.registry_url), Spool(found.spool_path), Lake(found.lake_path)
    rows = []
    for number in ("GRID", "MAIN"):
        key = registry.meter(number).key
        for k in range(193):
            base = 3000.0 if number == "GRID" and k >= STEP else 9000.0
            rows.append(Reading(key, to_micros(FIRST + timedelta(minutes=15 * k)), 0, {ENERGY: base + 5.0 * k}))
    spool.append(rows)
    lake.commit(spool)
    spool.close()
    registry.close()
    rebuild(found)
    return found.home


@pytest.fixture
def home(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A copy of that home, at its fixed now."""
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    return settings.load(shutil.copytree(made, tmp_path / "home"))


@pytest.fixture
def wb(home: Settings) -> Workbench:
    return Workbench.at(home.home)


@pytest.fixture
def far(home: Settings) -> Iterator[RemoteWorkbench]:
    """The same home over its service, with an editor's token."""
    with served(home) as address:
        remote = ew.open(address, token=tokens_of(home).editor)
        assert isinstance(remote, RemoteWorkbench)
        yield remote
        remote.close()
