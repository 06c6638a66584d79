"""Trees of the past are read once for all the time in which nothing was changed, whatever is asked, and whenever."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from energy_workbench.domain.ratios import Ratio
from energy_workbench.domain.time.clock import FIXED_NOW, to_micros
from energy_workbench.lake import Reading
from energy_workbench.lake.build.intervals import build
from energy_workbench.registry import Registry
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.workbench import Workbench
from tests.workbench.plant import NOW


@pytest.fixture
def wb(plant_home: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    """A plant of one's own, one of whose meters got another CT, and was moved a day after."""
    home = tmp_path / "home"
    shutil.copytree(plant_home.home, home)
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    made = Workbench.at(home)
    made.registry.add_ratio("UNIT-A", Ratio(ct_primary=200, ct_secondary=5, valid_from=NOW - timedelta(days=3)), by="a")
    made.registry.add_parent("UNIT-A", "GRID", NOW - timedelta(days=2), by="a")
    return made


def asked(wb: Workbench) -> list[Any]:
    periods = ("today", "yesterday", "last 7 days", "last 30 days", "2026-10-06/2026-10-11")
    return [(wb.balance(each), wb.flow(each), wb.site_figures(each), wb.overview(each).tree) for each in periods]


def test_few_trees_are_read_and_answers_are_those_of_who_has_read_none(
    wb: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Any] = []
    real = Registry.meters

    def counting(*given: Any, **named: Any) -> Any:
        read.append(named)
        return real(*given, **named)

    monkeypatch.setattr(Registry, "meters", counting)
    told = asked(wb)
    # Before the ratio, before the move, and now.
    assert len(read) <= 3
    read.clear()
    wb.spool.append([Reading(wb.registry.meter("UNIT-A").key, to_micros(NOW), 0, {"energy_active_import": 2000.0})])
    wb.reader.lake.commit(wb.spool)
    build(wb.reader.lake, wb.registry.all_ratios())
    asked(wb)
    assert read == []
    assert repr(asked(Workbench.at(wb.settings.home))) == repr(asked(wb)) != repr(told)


def test_the_meters_of_an_instant_are_those_that_the_registry_has_for_it(wb: Workbench) -> None:
    wb.registry.set_status("MAIN", "maintenance", "works", by="a", valid_from=NOW - timedelta(days=1))
    for hours in (0, 1, 23, 24, 25, 47, 48, 49, 71, 72, 73, 300):
        at = NOW - timedelta(hours=hours, seconds=1)
        assert wb._meters_at(at) == wb.registry.meters(at=at)
    for change in wb.registry.changes():
        assert wb._meters_at(change) == wb.registry.meters(at=change)
