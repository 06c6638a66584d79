"""Diesel, solar and carbon out of a home; factors that a site states itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from energy_workbench.client.workbench import RemoteWorkbench
from energy_workbench.domain.errors import InputError, NotFoundError
from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.services.workbench import Workbench
from tests.workbench.plant import NOW, add_history, make_home


def test_energies_of_the_period_are_those_of_the_meters(wb: Workbench) -> None:
    found = wb.generation("2026-10-05/2026-10-06")
    assert (found.dg_kwh, found.solar_kwh) == pytest.approx((10 * 48, 20 * 48))
    assert (found.grid_import_kwh, found.grid_export_kwh) == pytest.approx((100 * 48, 0))
    assert found.solar_self_used_kwh == pytest.approx(20 * 48)
    assert found.use_kwh == pytest.approx(130 * 48)
    assert found.dg_run_hours == pytest.approx(48)
    assert found.completeness == 1.0
    assert [day["day"] for day in found.days] == ["2026-10-05", "2026-10-06"]


def test_fuel_by_load_is_called_estimated(wb: Workbench) -> None:
    found = wb.generation("2026-10-05")
    assert found.diesel_estimated
    (generator,) = found.generators
    assert generator["rated_assumed"]
    # Its highest power stands in for the rated one, so it runs at full load all day.
    assert found.litres_per_kwh == pytest.approx(0.31, abs=0.005)


def test_scopes_are_energies_times_factors(wb: Workbench) -> None:
    found = wb.generation("2026-10-05")
    assert found.scope2_location_kg == pytest.approx(0.7117 * found.grid_import_kwh)
    assert found.scope2_market_kg == found.scope2_location_kg
    assert found.market_is_location
    assert found.scope1_kg == pytest.approx(2.68 * found.diesel_litres, rel=1e-4)
    assert found.avoided_kg == pytest.approx(0.7117 * found.solar_self_used_kwh)
    assert found.net_kg == pytest.approx(found.scope1_kg + found.scope2_location_kg, abs=1e-3)
    assert {factor["name"] for factor in found.factors} == {"grid_location", "diesel", "export_credit"}


def test_time_of_which_nothing_is_known_is_not_time_in_which_nothing_flowed(wb: Workbench) -> None:
    found = wb.generation("2026-09-01")
    assert (found.completeness, found.dg_kwh, found.litres_per_kwh) == (0.0, None, None)
    assert wb.generation("2027").days == ()


def test_days_add_up_to_the_period(wb: Workbench) -> None:
    found = wb.generation("2026-10-05/2026-10-09").to_dict()
    names = (
        "scope1_kg",
        "scope2_location_kg",
        "scope2_market_kg",
        "avoided_kg",
        "solar_self_used_kwh",
        "diesel_litres",
    )
    for name in (*names, "grid_import_kwh", "dg_kwh", "solar_kwh"):
        assert sum(day[name] for day in found["days"]) == pytest.approx(found[name], rel=1e-6)
    assert found["generators"][0]["mean_load"] == pytest.approx(1.0)


def test_over_the_service_it_is_the_same(wb: Workbench, far: RemoteWorkbench) -> None:
    assert far.generation("2026-10") == wb.generation("2026-10")
    assert far.factors() == wb.factors()
    assert wb.generation("2026-10-05").figure().data[0].name == "grid"
    assert wb.generation("2026-10-05").to_frame()["dg_kwh"].tolist() == [240.0]


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    home = make_home(tmp_path / "home")
    add_history(home)
    return Workbench.at(home.home)


def test_a_factor_from_a_day_on_changes_only_what_follows(own: Workbench) -> None:
    before, after = own.generation("2026-10-06"), own.generation("2026-10-08")
    own.set_factor({"name": "grid_location", "value": 0.5, "valid_from": "2026-10-07", "source": "a test"})
    assert own.generation("2026-10-06").to_dict() | {"factors": 0} == before.to_dict() | {"factors": 0}
    assert own.generation("2026-10-08").scope2_location_kg == pytest.approx(0.5 * after.grid_import_kwh)
    both = own.generation("2026-10-06/2026-10-08")
    assert both.scope2_location_kg == pytest.approx((0.7117 + 0.5 + 0.5) * 2400)


def test_a_factor_is_audited_and_undone(own: Workbench) -> None:
    own.set_factor({"name": "grid_market", "value": 0.0, "source": "a wind contract"})
    assert own.generation("2026-10-06").scope2_market_kg == 0.0
    assert not own.generation("2026-10-06").market_is_location
    assert own.audit(1)[0]["action"] == "factor.set"
    own.undo()
    assert own.generation("2026-10-06").market_is_location
    assert own.registry.audit_differences() == []


def test_a_shipped_factor_comes_back_when_the_sites_own_is_taken_away(own: Workbench) -> None:
    own.set_factor({"name": "diesel", "value": 2.66155, "source": "DEFRA 2025"})
    assert next(row for row in own.factors() if row["name"] == "diesel")["own"]
    own.delete_factor("diesel")
    assert next(row for row in own.factors() if row["name"] == "diesel")["value"] == 2.68
    with pytest.raises(NotFoundError, match="diesel"):
        own.delete_factor("diesel")


def test_fuel_is_metered_by_the_volume_in_the_tank(own: Workbench) -> None:
    day = datetime(2026, 10, 6, tzinfo=ZoneInfo("Asia/Kolkata"))
    minutes = range(0, 24 * 60 + 1, 5)
    # 6 litres an hour, and 500 more at noon.
    rows = [(day + timedelta(minutes=m), 700 - 6 * m / 60 + 500 * (m >= 12 * 60)) for m in minutes]
    own.record("DG", [{"ts": at.isoformat(), "values": {"fuel_volume": litres}} for at, litres in rows])
    found = own.generation("2026-10-06")
    assert not found.diesel_estimated
    # What was burnt within the quarter of an hour of the filling is not seen.
    assert found.diesel_litres == pytest.approx(24 * 6, abs=2)
    assert found.generators[0]["fuel_deviation"] is not None
    assert own.generation("2026-10-08").diesel_estimated


def test_fuel_is_metered_by_its_counter_before_its_tank(own: Workbench) -> None:
    day = datetime(2026, 10, 6, tzinfo=ZoneInfo("Asia/Kolkata"))
    for hour, used in ((0, 50.0), (24, 194.5)):
        own.record("DG", [{"ts": (day + timedelta(hours=hour)).isoformat(), "values": {"fuel_used": used}}])
    assert own.generation("2026-10-06").diesel_litres == pytest.approx(144.5)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"name": "coal", "value": 1, "source": "x"}, "name"),
        ({"name": "diesel", "value": -1, "source": "x"}, "value"),
        ({"name": "diesel", "value": True, "source": "x"}, "value"),
        ({"name": "diesel", "value": 2, "source": " "}, "source"),
        ({"name": "diesel", "value": 2, "source": "x", "valid_from": "last year"}, "valid_from"),
        ({"name": "diesel", "value": 2, "source": "x", "unit": "t"}, "unit"),
        ({}, "name"),
    ],
)
def test_a_factor_that_cannot_be_is_refused(own: Workbench, fields: dict[str, Any], named: str) -> None:
    with pytest.raises(InputError) as caught:
        own.set_factor(fields)
    assert named in {problem.field for problem in caught.value.problems}
    assert own.registry.factors() == []
