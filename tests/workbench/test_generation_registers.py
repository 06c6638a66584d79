"""Generation tells what the registers tell: gaps, silent meters, several incomers, trees that change."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from energy_workbench.cli.home.init import prepare_home
from energy_workbench.domain.time.clock import FIXED_NOW, to_micros
from energy_workbench.lake import Reading
from energy_workbench.lake.build.intervals import build
from energy_workbench.registry import Registry
from energy_workbench.runtime import settings
from energy_workbench.services.workbench import Workbench
from tests.migrated import migrated
from tests.workbench.plant import NOW

DAY = datetime(2026, 10, 1, tzinfo=ZoneInfo("Asia/Kolkata"))
PERIOD = "2026-10-01/2026-10-10"
HOURS = 240

Make = Callable[..., Workbench]
Told = tuple[dict[str, Any], float | None, float | None, int, int]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """A plant of these meters: `number=(fields, import kW, export kW, silent from hour, to hour)`."""
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())

    def made(**meters: Told) -> Workbench:
        home = tmp_path / "home"
        shutil.copytree(_template(json.dumps(meters)), home)
        return Workbench.at(home)

    return made


@cache
def _template(told: str) -> Path:
    """A home with such a plant, to be copied: many tests begin with the same."""
    meters: dict[str, Told] = json.loads(told)
    folder = tempfile.mkdtemp(prefix="energy-workbench-plant-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    own = settings.load(Path(folder) / "home")
    migrated(Registry(own.registry_url)).close()
    prepare_home(own)
    with closing(Workbench.at(own.home)) as found:
        found.set_site(timezone="Asia/Kolkata", country="IN")
        for number, (fields, *values) in meters.items():
            found.create_meter({"number": number, "name": number, "type": "other"} | fields)
            record(found, number, *values)
        committed(found)
    return own.home


def committed(wb: Workbench) -> None:
    wb.reader.lake.commit(wb.spool)
    build(wb.reader.lake, wb.registry.all_ratios())


def record(wb: Workbench, number: str, imported: Any, exported: Any, silent: int = 0, until: int = 0) -> None:
    """Write a meter's readings of every quarter-hour, as an import does: nothing is judged."""
    key = wb.registry.meter(number).key
    told = {name: kw for name, kw in (("import", imported), ("export", exported)) if kw is not None}
    wb.spool.append(
        Reading(
            key,
            to_micros(DAY + timedelta(hours=hours)),
            0,
            {f"energy_active_{name}": 1000 + kw * hours for name, kw in told.items()},
        )
        for hours in (quarter / 4 for quarter in range(HOURS * 4 + 1))
        if told and not (until and silent <= hours < until)
    )


GRID: dict[str, Any] = {"type": "grid"}
DG: dict[str, Any] = {"type": "generator", "rated_kw": 100}
SOLAR: dict[str, Any] = {"type": "solar"}


def test_a_gap_over_which_the_counters_went_on_is_in_every_total(make: Make) -> None:
    wb = make(GRID=(GRID, 40, 80, 60, 180), SOLAR=(SOLAR, 120, 0, 0, 0))
    found = wb.generation(PERIOD)
    assert (found.grid_import_kwh, found.grid_export_kwh) == (9600, 19_200)
    assert found.solar_self_used_kwh == pytest.approx(9600)
    assert found.avoided_kg == pytest.approx(6832.32)
    assert found.scope2_location_kg == pytest.approx(9600 * 0.7117)
    assert found.dg_kwh == found.diesel_litres == found.scope1_kg == 0
    assert {"solar_self_used_kwh", "avoided_kg"} <= set(found.estimated)
    assert "solar_kwh" not in found.estimated
    assert found.known == pytest.approx({"grid": 0.5, "solar": 1, "generators": 1}, abs=0.002)
    for name in ("grid_import_kwh", "solar_self_used_kwh", "avoided_kg", "scope2_location_kg"):
        assert sum(day[name] for day in found.days) == pytest.approx(getattr(found, name))


def test_totals_are_those_of_energies(make: Make) -> None:
    wb = make(GRID=(GRID, 40.123457, 7.3, 55, 121), DG=(DG, 13.7, None, 30, 77), SOLAR=(SOLAR, 31.7, 0, 100, 140))
    for period in (PERIOD, "2026-10-04", "2026-10-01T05:00/2026-10-04T17:15"):
        found, rows = wb.generation(period), {row["number"]: row for row in wb.energies(period).rows}
        assert found.grid_import_kwh == rows["GRID"]["energy_import_kwh"]
        assert found.grid_export_kwh == rows["GRID"]["energy_export_kwh"]
        assert found.dg_kwh == rows["DG"]["total_kwh"]
        assert found.solar_kwh == rows["SOLAR"]["total_kwh"]


def test_a_solar_meter_that_told_nothing_is_not_one_that_made_nothing(make: Make) -> None:
    found = make(GRID=(GRID, 40, 0, 0, 0), SOLAR=(SOLAR, None, None, 0, 0)).generation(PERIOD)
    assert (found.solar_kwh, found.solar_self_used_kwh, found.avoided_kg, found.use_kwh) == (None,) * 4
    assert (found.grid_import_kwh, found.scope1_kg) == (9600, 0)
    assert [row["meter"] for row in found.unknown] == ["SOLAR"]
    assert {day["solar_kwh"] for day in found.days} == {None}


def test_one_of_two_solar_meters_that_told_nothing_leaves_the_sum_unknown(make: Make) -> None:
    wb = make(GRID=(GRID, 40, 0, 0, 0), S1=(SOLAR, 10, 0, 0, 0), S2=(SOLAR, None, None, 0, 0))
    assert wb.generation(PERIOD).solar_kwh is None
    wb.set_status("S2", "inactive", "not built yet", valid_from="beginning")
    assert wb.generation(PERIOD).solar_kwh == 2400


def test_what_a_site_does_not_have_is_nothing_and_needs_no_factor(make: Make) -> None:
    found = make(SOLAR=(SOLAR, 10, 0, 0, 0)).generation(PERIOD)
    assert (found.grid_import_kwh, found.grid_export_kwh, found.dg_kwh, found.dg_run_hours) == (0, 0, 0, 0)
    assert (found.solar_kwh, found.solar_self_used_kwh, found.scope2_location_kg) == (2400, 2400, 0)


def test_a_generator_that_told_nothing_burnt_nobody_knows_what(make: Make) -> None:
    found = make(GRID=(GRID, 40, 0, 0, 0), DG=(DG, None, None, 0, 0)).generation(PERIOD)
    assert (found.dg_kwh, found.dg_run_hours, found.diesel_litres, found.scope1_kg, found.net_kg) == (None,) * 5
    assert found.scope2_location_kg == pytest.approx(9600 * 0.7117)


def test_several_incomers_add_up_and_a_check_meter_does_not(make: Make) -> None:
    found = make(
        G1=(GRID, 40, 5, 0, 0), G2=(GRID, 20, 2, 60, 120), CHECKED=(GRID | {"parent": "G1"}, 39, 4, 0, 0),
        SECOND=(GRID | {"parent": "G1", "seen_by_parent": False}, 1, 0, 0, 0),
    ).generation(PERIOD)  # fmt: skip
    assert (found.grid_import_kwh, found.grid_export_kwh) == (240 * 61, 240 * 7)


def test_a_generator_below_another_counts_once_and_one_it_does_not_see_for_itself(make: Make) -> None:
    found = make(
        DG=(DG, 50, None, 0, 0), DG2=(DG | {"parent": "DG"}, 20, None, 0, 0),
        DG3=(DG | {"parent": "DG", "seen_by_parent": False}, 7, None, 0, 0),
    ).generation(PERIOD)  # fmt: skip
    assert found.dg_kwh == 240 * 57


def test_a_producer_that_counts_in_its_export_register(make: Make) -> None:
    found = make(SOLAR=(SOLAR | {"production_register": "export"}, 0.5, 30, 24, 72)).generation(PERIOD)
    assert (found.solar_kwh, found.grid_import_kwh) == (7200, 0)


def test_a_half_known_gap_is_compared_as_far_as_both_are_known(make: Make) -> None:
    # The grid's meter came late: of the time before nobody knows what left.
    found = make(GRID=(GRID, 40, 10, -1, 120), SOLAR=(SOLAR, 30, 0, 0, 0)).generation(PERIOD)
    assert (found.grid_import_kwh, found.solar_kwh) == (4800, 7200)
    assert found.solar_self_used_kwh == pytest.approx(120 * 20)
    assert found.known["grid"] == pytest.approx(0.5, abs=0.01)


def test_a_meter_that_was_deleted_counts_as_long_as_it_was_there(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    wb = make(GRID=(GRID, 40, 0, 0, 0), SOLAR=(SOLAR, 30, 0, 0, 0))
    monkeypatch.setenv(FIXED_NOW, (DAY + timedelta(hours=120)).isoformat())
    wb.delete_meter("SOLAR")
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    assert wb.generation(PERIOD).solar_kwh == 120 * 30


def test_a_generator_that_moved_below_another_counts_until_then(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    wb = make(DG=(DG, 50, None, 0, 0), DG2=(DG, 20, None, 100, 140))
    monkeypatch.setenv(FIXED_NOW, (DAY + timedelta(hours=120)).isoformat())
    wb.update_meter("DG2", {"parent_id": "DG"})
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    found = wb.generation(PERIOD)
    assert found.dg_kwh == pytest.approx(240 * 50 + 120 * 20)
    assert {row["number"]: row["energy_kwh"] for row in found.generators}["DG2"] == pytest.approx(120 * 20)


def test_without_a_country_there_is_no_carbon_of_the_grid_and_it_says_why(make: Make) -> None:
    wb = make(GRID=(GRID, 40, 0, 0, 0), DG=(DG, 50, None, 0, 0))
    wb.set_site({"country": None})
    found = wb.generation(PERIOD)
    assert (found.scope2_location_kg, found.scope2_market_kg, found.net_kg) == (None, None, None)
    assert found.scope1_kg is not None
    (row,) = found.missing_factors
    assert row["name"] == "grid_location"
    assert "states no country" in row["reason"]
    wb.set_site({"country": "DE"})
    assert "grid of DE" in wb.generation(PERIOD).missing_factors[0]["reason"]
    wb.set_factor(
        {"name": "grid_location", "value": 0.363, "valid_from": "2024-01-01", "source": "UBA", "gases": "CO2"}
    )
    found = wb.generation(PERIOD)
    assert found.scope2_location_kg == pytest.approx(9600 * 0.363)
    assert found.missing_factors == ()


def test_a_period_before_the_first_factor_has_none_and_an_old_one_is_told(make: Make) -> None:
    wb = make(GRID=(GRID, 40, 0, 0, 0))
    early = wb.generation("2016-10")
    assert early.scope2_location_kg is None
    assert "2023" in early.missing_factors[0]["reason"]
    held = [row for row in wb.generation(PERIOD).factors if row["holds"] and row["name"] == "grid_location"]
    assert [(row["year"], row["old"], row["gases"]) for row in held] == [(2024, False, "CO₂")]
    late = [row for row in wb.generation("2027-10").factors if row["holds"] and row["name"] == "grid_location"]
    assert [(row["year"], row["old"]) for row in late] == [(2024, True)]


def test_a_factor_of_all_gases_makes_the_figure_one_of_equivalents(make: Make) -> None:
    wb = make(GRID=(GRID, 40, 0, 0, 0), DG=(DG, 50, None, 0, 0))
    assert set(wb.generation(PERIOD).units.values()) == {"kg CO₂"}
    wb.set_factor({"name": "diesel", "value": 2.75, "source": "DEFRA", "gases": "CO2, CH4, N2O"})
    units = wb.generation(PERIOD).units
    assert (units["scope1_kg"], units["net_kg"], units["scope2_location_kg"]) == ("kg CO₂e", "kg CO₂e", "kg CO₂")
