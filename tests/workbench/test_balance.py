"""The balance out of a home: with the tree of that time, the same everywhere."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from energy_workbench.client.workbench import RemoteWorkbench
from energy_workbench.domain.errors import InputError, NotFoundError
from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.services.workbench import Workbench
from tests.workbench.plant import NOW, add_history, make_home


def test_each_node_is_its_supply_less_its_demand(wb: Workbench) -> None:
    found = {row["number"]: row for row in wb.balance("2026-10-10")}
    assert list(found) == ["GRID", "MAIN", "UNIT-A"]
    assert found["GRID"]["loss_kwh"] == pytest.approx((100 - 98) * 24, abs=1e-3)
    assert found["MAIN"]["supply_kwh"] == pytest.approx((98 + 10 + 20) * 24)
    assert found["MAIN"]["loss_kwh"] == pytest.approx(8 * 24, abs=1e-3)
    assert found["MAIN"]["verdict"] == "hotspot"
    assert all(row["completeness"] == 1.0 for row in found.values())


def test_a_branch_is_a_part_of_the_whole(wb: Workbench) -> None:
    whole = {row["number"]: row for row in wb.balance("2026-10-10")}
    part = wb.balance("2026-10-10", meter="UNIT-A")
    assert [dict(row) for row in part] == [whole["UNIT-A"]]
    with pytest.raises(NotFoundError):
        wb.balance("2026-10-10", meter="NONE")


def test_the_threshold_is_the_sites_unless_one_is_asked_for(wb: Workbench) -> None:
    assert wb.balance("2026-10-10").threshold_percent == 3.0
    strict = {row["number"]: row["verdict"] for row in wb.balance("2026-10-10", threshold_percent=50)}
    assert strict["MAIN"] == "ok"
    with pytest.raises(InputError, match="threshold"):
        wb.balance("2026-10-10", threshold_percent=-1)


def test_time_that_has_not_been_is_not_missing(wb: Workbench) -> None:
    assert all(row["completeness"] == 1.0 for row in wb.balance("today"))
    assert all(row["verdict"] == "insufficient_data" for row in wb.balance("2026-09-01"))
    assert len(wb.balance("2027")) == 0


def test_over_the_service_it_is_the_same(wb: Workbench, far: RemoteWorkbench) -> None:
    assert far.balance("2026-10") == wb.balance("2026-10")
    assert far.balance("2026-10-10", meter="MAIN", threshold_percent=9) == wb.balance(
        "2026-10-10", meter="MAIN", threshold_percent=9
    )


def test_hotspots_are_ranked_by_what_they_lose(wb: Workbench) -> None:
    found = wb.balance("2026-10-05/2026-10-09", threshold_percent=0).to_frame()
    hot = found[found["verdict"] == "hotspot"].sort_values("rank")
    assert len(hot) > 0
    assert hot["rank"].tolist() == list(range(1, len(hot) + 1))
    assert hot["loss_kwh"].is_monotonic_decreasing
    assert found[found["verdict"] != "hotspot"]["rank"].isna().all()


def test_it_shows_itself(wb: Workbench) -> None:
    found = wb.balance("2026-10-10")
    assert found.to_frame()["number"].tolist() == ["GRID", "MAIN", "UNIT-A"]
    assert "hotspot" in found._repr_html_()
    figure = found.figure()
    assert set(figure.data[0].y) == {"GRID", "MAIN", "UNIT-A"}


def test_a_move_today_leaves_the_balance_of_before_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    home = make_home(tmp_path / "home")
    add_history(home)
    before = Workbench.at(home.home)
    yesterday = before.balance("2026-10-11")
    move = NOW - timedelta(hours=2)
    monkeypatch.setenv(FIXED_NOW, move.isoformat())
    before.update_meter("UNIT-A-MACHINE-01", {"parent": "MAIN"})
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    after = Workbench.at(home.home)
    assert after.balance("2026-10-11") == yesterday
    today = {row["number"]: row for row in after.balance("today")}
    # Unit A had its machine below it until two hours ago, Main has had it since.
    since = NOW.replace(hour=7, minute=45)
    assert today["UNIT-A"]["supply_kwh"] == pytest.approx(
        120 * (since - timedelta(minutes=15) - TODAY).total_seconds() / 3600
    )
    hours = (NOW.replace(minute=30) - since).total_seconds() / 3600
    whole = (NOW.replace(minute=30) - TODAY).total_seconds() / 3600 - 0.25
    assert today["MAIN"]["demand_kwh"] == pytest.approx(120 * whole + 115 * hours)


TODAY = NOW.replace(hour=18, minute=30) - timedelta(days=1)
"""Midnight in the site's zone."""


def test_a_coarse_counter_widens_the_uncertainty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    home = make_home(tmp_path / "home")
    add_history(home)
    wb = Workbench.at(home.home)
    fine = wb.balance("2026-10-11", meter="UNIT-A").rows[0]["uncertainty_kwh"]
    home.profiles_path.mkdir(exist_ok=True)
    lines = ["registers:", "  - {quantity: energy_active_import, address: 0, type: uint32, unit: kWh, scale: 100}"]
    (home.profiles_path / "coarse.yaml").write_text("\n".join(lines))
    wb.update_meter("UNIT-A", {"profile": "coarse", "gateway": "tcp://10.0.0.9:502", "unit_id": 1})
    # One count is 100 kWh secondary, 2000 kWh primary.
    assert wb.balance("2026-10-11", meter="UNIT-A").rows[0]["uncertainty_kwh"] > fine + 1000
