"""The losses of a node over time: the same as its balance, bucket by bucket, out of one pass."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from energy_workbench.client.workbench import RemoteWorkbench
from energy_workbench.domain.errors import InputError, NotFoundError
from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.lake import Reader
from energy_workbench.services.workbench import Workbench
from tests.workbench.plant import NOW, add_history, make_home

SAME = ("supply_kwh", "demand_kwh", "loss_kwh", "loss_percent", "completeness", "verdict")


def test_each_day_is_the_balance_of_that_day(wb: Workbench) -> None:
    found = wb.losses("MAIN", "2026-10-08/2026-10-11")
    assert [row["start"][:10] for row in found] == ["2026-10-08", "2026-10-09", "2026-10-10", "2026-10-11"]
    for row in found:
        (node,) = (each for each in wb.balance(row["start"][:10]) if each["number"] == "MAIN")
        assert {name: row[name] for name in SAME} == {name: node[name] for name in SAME}
        assert row["uncertainty_kwh"] == pytest.approx(node["uncertainty_kwh"])
        assert row["reason"] == node["reason"]


@pytest.mark.parametrize("every", ["15min", "1h", "1d", "1w", "1mo"])
def test_buckets_add_up_to_the_whole(wb: Workbench, every: str) -> None:
    whole = next(row for row in wb.balance("last 7 days") if row["number"] == "MAIN")
    found = wb.losses("MAIN", "last 7 days", every=every)
    for name in ("supply_kwh", "demand_kwh", "loss_kwh"):
        assert sum(row[name] for row in found) == pytest.approx(whole[name])


def test_all_days_take_one_query(wb: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    matrices = Reader.matrices

    def counted(self: Reader, meters: Any, *more: Any, **named: Any) -> Any:
        asked.append(list(meters))
        return matrices(self, meters, *more, **named)

    monkeypatch.setattr(Reader, "matrices", counted)
    assert len(wb.losses("UNIT-A", "last 6 days")) == 6
    assert [len(meters) for meters in asked] == [2]


def test_the_sites_root_is_the_default_and_a_leaf_has_no_balance(wb: Workbench) -> None:
    assert wb.losses().number == "GRID"
    with pytest.raises(InputError, match="no meters below"):
        wb.losses("UNIT-A-MACHINE-01")
    with pytest.raises(NotFoundError):
        wb.losses("NONE")
    with pytest.raises(InputError, match="threshold"):
        wb.losses("MAIN", threshold_percent=101)
    with pytest.raises(InputError, match="too many"):
        wb.losses("MAIN", "2024-01-01/2026-10-01", every="15min")


def test_what_has_not_been_is_no_row_and_what_is_not_known_is_no_zero(wb: Workbench) -> None:
    assert len(wb.losses("MAIN", "this month")) == NOW.day
    assert wb.losses("MAIN", "2027").rows == ()
    (row,) = wb.losses("MAIN", "2026-09-01")
    assert (row["loss_kwh"], row["completeness"], row["verdict"]) == (None, 0.0, "insufficient_data")


def test_over_the_service_it_is_the_same(wb: Workbench, far: RemoteWorkbench) -> None:
    assert far.losses("MAIN", "2026-10", every="1w") == wb.losses("MAIN", "2026-10", every="1w")
    assert far.losses("MAIN", "2026-10-10", threshold_percent=50).rows[0]["verdict"] == "ok"
    assert wb.losses("MAIN").to_frame()["loss_kwh"].iloc[0] == pytest.approx(8 * 24)
    assert wb.losses("MAIN").figure().data[0].type == "bar"


def test_days_before_a_move_have_the_tree_of_that_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    home = make_home(tmp_path / "home")
    add_history(home)
    before = Workbench.at(home.home)
    days = before.losses("UNIT-A", "2026-10-09/2026-10-11")
    monkeypatch.setenv(FIXED_NOW, (NOW - timedelta(hours=2)).isoformat())
    before.update_meter("UNIT-A-MACHINE-01", {"parent": "MAIN"})
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    after = Workbench.at(home.home).losses("UNIT-A", "2026-10-09/2026-10-12")
    assert after.rows[:3] == days.rows
    assert after.rows[3]["supply_kwh"] < 120 * 14


def test_a_balance_says_what_each_child_took(wb: Workbench) -> None:
    for row in wb.balance("2026-10-10"):
        children = row["children"]
        own_import = row["supply_kwh"] - sum(child["delivered_kwh"] for child in children)
        own_export = row["demand_kwh"] - sum(child["taken_kwh"] for child in children)
        expected = {"GRID": 2400.0, "MAIN": 98.0 * 24, "UNIT-A": 2880.0}[row["number"]]
        assert (own_import, own_export) == pytest.approx((expected, 0.0), abs=1e-3)
    main = {child["number"]: child for child in wb.balance("2026-10-10").rows[1]["children"]}
    assert set(main) == {"DG", "SOLAR", "UNIT-A"}
    assert (main["SOLAR"]["taken_kwh"], main["SOLAR"]["delivered_kwh"]) == pytest.approx((0.0, 480.0))
