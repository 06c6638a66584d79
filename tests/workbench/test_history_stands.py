"""What a past period's answers were does not change because the plant is changed today."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.services.workbench import Workbench
from tests.workbench.plant import NOW, add_history, make_home

BEFORE = "2026-10-05/2026-10-10"


@pytest.fixture
def wb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    home = make_home(tmp_path / "home")
    add_history(home)
    return Workbench.at(home.home)


def test_a_meter_that_moves_keeps_its_part_in_demands_and_flows_of_before(wb: Workbench) -> None:
    demand, flow, balance = wb.demand("UNIT-A", BEFORE), wb.flow(BEFORE), wb.balance(BEFORE)
    assert [child["number"] for child in demand.rows[0]["children"]] == ["UNIT-A-MACHINE-01"]
    wb.update_meter("UNIT-A-MACHINE-01", {"parent": "MAIN"})
    assert wb.demand("UNIT-A", BEFORE) == demand
    assert wb.flow(BEFORE).links == flow.links
    assert wb.balance(BEFORE) == balance
    assert wb.flow("today").links != flow.links


def test_a_meter_that_is_deleted_keeps_what_it_measured(wb: Workbench) -> None:
    generation, flow, balance = wb.generation(BEFORE), wb.flow(BEFORE), wb.balance(BEFORE)
    demand = wb.demand("MAIN", BEFORE)
    wb.delete_meter("DG")
    assert wb.generation(BEFORE).to_dict() == generation.to_dict()
    assert wb.flow(BEFORE).links == flow.links
    assert wb.balance(BEFORE) == balance
    assert wb.demand("MAIN", BEFORE) == demand


def test_a_node_is_balanced_without_a_meter_from_its_deletion_on(
    wb: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    deleted = NOW - timedelta(days=1, minutes=7)
    monkeypatch.setenv(FIXED_NOW, deleted.isoformat())
    wb.delete_meter("UNIT-A-MACHINE-01")
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    row = {each["number"]: each for each in wb.balance("2026-10-10/2026-10-12")}["UNIT-A"]
    # Until then it had its machine below it; afterwards it has nothing to be balanced with.
    assert row["completeness"] == 1.0
    assert row["loss_percent"] == pytest.approx(100 * 5 / 120, abs=0.01)


def test_of_the_running_day_the_hours_that_are_over_are_compared(wb: Workbench) -> None:
    found = wb.compare("UNIT-A", "2026-10-11/2026-10-12")
    assert found.rows[-1]["energy_kwh"] < found.rows[-1]["before_kwh"]
    assert [row["change_percent"] for row in found] == [0.0, None]
    assert found.change_percent == 0.0
    assert {row["quality"] for row in found} == {row["before_quality"] for row in found} == {"actual"}


def test_an_edited_interval_is_the_maximum_wherever_one_is_told(wb: Workbench) -> None:
    from energy_workbench.lake.build.intervals import build

    at = "2026-10-07T10:15:00+05:30"
    wb.edit_interval("UNIT-A", at, {"energy_import_kwh": 99.0, "reason": "read off the incomer"})
    build(wb.reader.lake, wb.registry.all_ratios(), evidence=wb.registry.evidence(wb.settings.profiles_path))
    period = "2026-10-07"
    (energies,) = [row for row in wb.energies(period) if row["number"] == "UNIT-A"]
    (demand,) = wb.demand("UNIT-A", period)
    assert energies["peak_kw"] == demand["maximum"] == wb.pattern("UNIT-A", period, by="hour").maximum_kw == 396.0
    assert energies["peak_at"] == demand["at"] == wb.pattern("UNIT-A", period).peak_at == at
    assert wb.demand("UNIT-A", period, block="30min").rows[0]["maximum"] == (99.0 + 30.0) * 2


@pytest.mark.parametrize("number", ["UNIT-A", "SOLAR"])
def test_a_step_too_coarse_for_a_quarter_is_fine_enough_for_an_hour(wb: Workbench, number: str) -> None:
    from energy_workbench.lake.build.intervals import build

    period = "2026-10-07"
    scale, kw = (0.05, 120.0) if number == "UNIT-A" else (0.2, 20.0)
    lines = ["registers:"] + [
        f"  - {{quantity: energy_active_{way}, address: {place}, type: uint32, unit: kWh, scale: {scale}}}"
        for place, way in ((0, "import"), (2, "export"))
    ]
    wb.settings.profiles_path.mkdir(exist_ok=True)
    (wb.settings.profiles_path / "coarse.yaml").write_text("\n".join(lines))
    wb.update_meter(number, {"profile": "coarse", "gateway": "tcp://10.0.0.9:502", "unit_id": 1})
    build(wb.reader.lake, wb.registry.all_ratios(), evidence=wb.registry.evidence(wb.settings.profiles_path))
    # A step is 1 of the unit's 30 kWh a quarter, and 0.2 of the solar meter's 5 kWh.
    (energies,) = [row for row in wb.energies(period) if row["number"] == number]
    assert energies["peak_kw"] is None
    assert wb.pattern(number, period).peak_kw is None
    shape = wb.pattern(number, period, by="shift")
    assert (shape.maximum_kw, shape.mean_kw) == (None, pytest.approx(kw))
    assert wb.demand(number, period).rows[0]["maximum"] is None
    assert wb.demand(number, period, block="60min").rows[0]["maximum"] == pytest.approx(kw)
