"""A generator that burns no diesel is another producer: no litre and no factor of diesel is ever told of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from energy_workbench.domain.errors import InputError
from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.registry.meter_files.meter_file import export_meters, plan_import, read_meter_file
from energy_workbench.services.workbench import Workbench
from tests.workbench.plant import NOW, add_history, make_home

DAY = "2026-10-10"
DG = 24 * 10.0
"""What DG delivers a day [kWh]."""


@pytest.fixture
def wb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    home = make_home(tmp_path / "home")
    add_history(home)
    return Workbench.at(home.home)


def told(wb: Workbench) -> dict[str, Any]:
    return wb.generation(DAY).to_dict()


@pytest.mark.parametrize("fuel", ["gas", "other"])
def test_of_a_generator_of_another_fuel_nothing_is_diesel(wb: Workbench, fuel: str) -> None:
    before = told(wb)
    assert (before["dg_kwh"], before["other_kwh"]) == (DG, 0.0)
    wb.update_meter("DG", {"fuel": fuel})
    found = told(wb)
    assert (found["dg_kwh"], found["diesel_litres"], found["other_kwh"]) == (0.0, 0.0, DG)
    assert found["generators"] == []
    assert (found["scope1_kg"], found["net_kg"]) == (None, None)
    (lacking,) = [each for each in found["missing_factors"] if each["name"] == "other_producers"]
    assert lacking["reason"].startswith("DG ")
    assert found["use_kwh"] == before["use_kwh"]
    assert found["days"][0]["diesel_litres"] == 0.0
    assert found["days"][0]["other_kwh"] == DG

    wb.set_factor({"name": "other_producers", "value": 0.5, "source": "maker's sheet"})
    stated = told(wb)
    assert stated["scope1_kg"] == pytest.approx(0.5 * DG)
    assert stated["diesel_litres"] == 0.0


@pytest.mark.parametrize("fuel", ["", None, "diesel"])
def test_a_generator_of_which_nobody_said_so_burns_diesel_as_before(wb: Workbench, fuel: str | None) -> None:
    before = told(wb)
    wb.update_meter("DG", {"fuel": "gas"})
    wb.update_meter("DG", {"fuel": fuel})
    assert told(wb) == before


def test_what_it_burns_is_stated_through_every_door_and_undone(wb: Workbench, tmp_path: Path) -> None:
    assert wb.meter("DG")["fuel"] is None
    wb.update_meter("DG", {"fuel": "Gas"}, by="asha")
    assert wb.meter("DG")["fuel"] == "gas"
    assert wb.sql("SELECT fuel FROM meters WHERE number = 'DG'")["fuel"].to_list() == ["gas"]
    with pytest.raises(InputError, match="diesel, gas, other"):
        wb.update_meter("DG", {"fuel": "coal"})
    export_meters(wb.registry, tmp_path / "meters.csv")
    rows = read_meter_file(tmp_path / "meters.csv")
    assert {row.cells["number"]: row.cells["fuel"] for row in rows}["DG"] == "gas"
    assert plan_import(wb.registry, rows).updates == []
    wb.undo(by="asha")
    assert wb.meter("DG")["fuel"] is None
    assert wb.registry.audit_differences() == []
