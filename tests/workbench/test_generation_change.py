"""Generation beside an earlier time: the same change as a comparison of its meters tells."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.domain.time.period import local_midnight
from energy_workbench.services.workbench import Workbench
from tests.workbench.counted import count, home_of
from tests.workbench.test_like_days import FIRST, stretches

ZONE = ZoneInfo("Europe/Berlin")
METERS = [
    {"number": "GRID", "name": "Grid", "type": "grid"},
    {"number": "DG", "name": "Generator", "type": "generator", "parent": "GRID", "rated_kw": 400},
]


@pytest.mark.parametrize("now", ["2026-11-02T06:00:00+01:00", "2026-10-14T12:40:00+02:00"])
def test_it_is_the_change_of_the_meters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, now: str) -> None:
    home = home_of(tmp_path / "home", ZONE.key, METERS)
    loads = stretches(ZONE, silent=lambda day: day.month == 9 and day.day in (8, 9))
    count(home, local_midnight(FIRST, ZONE), {"GRID": loads, "DG": stretches(ZONE)})
    monkeypatch.setenv(FIXED_NOW, now)
    wb = Workbench.at(home.home)
    found = {row["name"]: row for row in wb.compare_generation("2026-10")}
    for number, name in (("GRID", "grid_import_kwh"), ("DG", "dg_kwh")):
        told = wb.compare(number, "2026-10")
        assert told.change_percent is not None
        assert found[name]["change_percent"] == told.change_percent
    week = {row["name"]: row["totals_percent"] for row in wb.compare_generation("2026-W41")}
    assert week["dg_kwh"] == wb.compare("DG", "2026-W41").totals_percent
    # A tenth more load burns less than a tenth more: idling burns too.
    assert 0 < found["diesel_litres"]["change_percent"] < 10
    assert found["solar_kwh"]["change_percent"] is None


def test_a_time_of_which_little_is_known_has_no_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = home_of(tmp_path / "home", ZONE.key, METERS)
    count(home, local_midnight(FIRST, ZONE), {"GRID": stretches(ZONE, silent=lambda day: day.month == 9)})
    monkeypatch.setenv(FIXED_NOW, "2026-11-02T06:00:00+01:00")
    wb = Workbench.at(home.home)
    for period, against in (("2026-10", "previous"), ("2026-10", "year"), ("2027-01", "previous")):
        assert {row["change_percent"] for row in wb.compare_generation(period, against=against)} == {None}
