"""The Sankey of losses where a node has no balance: what is metered below it is drawn, and nothing is lost unseen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.services.workbench import Workbench
from energy_workbench.widgets.choices import Choices
from energy_workbench.widgets.losses.model import Model
from tests.workbench.plant import NOW, add_history, make_home

DAY = "2026-10-10"


@pytest.fixture
def wb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    home = make_home(tmp_path / "home")
    add_history(home)
    return Workbench.at(home.home)


def model(wb: Workbench, meter: str = "") -> Model:
    found = Model(wb, Choices(period=DAY, meter=meter))
    found.refresh()
    return found


def bars(found: Model) -> dict[str, str]:
    """What is said of each bar, by its name without an icon."""
    told = (label.split("  ") for label in found.flow_figure["data"][0]["node"]["label"])
    return {name.split(" ")[-1]: "  ".join(rest) for name, *rest in told}


def flows(found: Model) -> dict[str, float]:
    trace: dict[str, Any] = found.flow_figure["data"][0]
    told = [about[1] for about in trace["link"]["customdata"]]
    return dict(zip(told, trace["link"]["value"], strict=True))


@pytest.mark.parametrize("meter", ["", "MAIN"])
def test_what_is_metered_below_a_meter_out_of_service_is_drawn(wb: Workbench, meter: str) -> None:
    wb.set_status("MAIN", "inactive", "gone", valid_from="beginning")
    found = model(wb, meter)
    assert bars(found)["MAIN"].endswith(", itself not metered")
    # 24 hours at 120 kW; nothing says what the machine's own balance does not.
    assert bars(found)["UNIT-A"].startswith("2,880 kWh")
    assert {"DG", "SOLAR", "MACHINE-01"} <= set(bars(found))
    assert not [text for text in flows(found) if "MAIN" in text and "loss" in text]


def test_the_flow_into_it_is_a_stub_and_the_meter_above_says_its_own(wb: Workbench) -> None:
    wb.set_status("MAIN", "inactive", "gone", valid_from="beginning")
    found = model(wb)
    assert bars(found)["GRID"] == "2,400 kWh"
    assert "GRID → MAIN<br><b>not metered</b>" in flows(found)
    row = next(row for row in found.flow_table().rows if row[:2] == ("GRID", "MAIN"))
    assert row[2:] == ("not_metered", None)


def test_a_leaf_out_of_service_leaves_its_siblings(wb: Workbench) -> None:
    wb.set_status("UNIT-A", "inactive", "gone", valid_from="beginning")
    found = model(wb)
    assert "MAIN → UNIT-A<br><b>not metered</b>" in flows(found)
    assert bars(found)["UNIT-A"] == "2,760 kWh, itself not metered"
    assert {"DG", "SOLAR"} <= set(bars(found))


def test_a_root_out_of_service_is_drawn_with_what_is_below(wb: Workbench) -> None:
    wb.set_status("GRID", "inactive", "gone", valid_from="beginning")
    found = model(wb)
    assert bars(found)["GRID"] == "2,352 kWh, itself not metered"
    assert "MAIN" in bars(found)


def test_a_meter_of_which_nothing_is_known_is_unknown(wb: Workbench) -> None:
    wb.create_meter({"number": "UNIT-B", "name": "Unit B", "type": "unit", "parent": "MAIN"})
    found = model(wb)
    assert bars(found)["UNIT-B"] == "unknown"
    assert "MAIN → UNIT-B<br><b>unknown</b>" in flows(found)
    assert bars(found)["UNIT-A"].startswith("2,880 kWh")
