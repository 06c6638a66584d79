"""Every analysis at the grain of the readings: a plant read every half hour, beside meters read oftener and by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from energy_workbench.domain.time.clock import FIXED_NOW, to_micros
from energy_workbench.lake import Lake, Reading, Spool
from energy_workbench.lake.build.intervals import build
from energy_workbench.registry import Registry, StateStore
from energy_workbench.runtime import settings
from energy_workbench.services.workbench import Workbench
from tests.migrated import migrated

LONDON = ZoneInfo("Europe/London")
FIRST = datetime(2026, 9, 30, 23, tzinfo=UTC)
"""Midnight in London of 1 October, summer time."""
LAST = datetime(2026, 11, 1, tzinfo=UTC)
NOW = LAST + timedelta(hours=1)
EVERY = {"SUPPLY": 30, "SHOP": 30, "OFFICE": 5, "PUMP": 1440}
"""Minutes between two readings of the register."""
METERS = [
    {"number": "SUPPLY", "name": "Supply", "type": "grid"},
    {"number": "SHOP", "name": "Shop", "type": "unit", "parent": "SUPPLY"},
    {"number": "OFFICE", "name": "Office", "type": "unit", "parent": "SUPPLY"},
    {"number": "PUMP", "name": "Pump", "type": "machine", "parent": "SHOP"},
    {"number": "FAN", "name": "Fan, power only", "type": "machine", "parent": "OFFICE"},
]


def kw(number: str) -> pd.Series:
    """Power in every five minutes of the month, independent of the workbench [kW]."""
    at = pd.date_range(FIRST, LAST, freq="5min", inclusive="left")
    local = at.tz_convert(LONDON)
    day = 1 + np.sin(np.arange(len(at)) / 37) ** 2
    shop = 20 * day + 15 * ((local.hour >= 8) & (local.hour < 18))
    office = 8 * day + 5 * (local.day_of_week < 5)
    parts = {"SHOP": shop, "OFFICE": office, "PUMP": 0 * day + 4.0, "FAN": 2 * day, "SUPPLY": 1.02 * (shop + office)}
    return pd.Series(parts[number], at)


def register(number: str) -> pd.Series:
    """What the register shows at each of these instants, and at the end [kWh]."""
    flowed = (kw(number) / 12).cumsum()
    flowed.index = flowed.index + pd.Timedelta("5min")
    return pd.concat([pd.Series([0.0], [pd.Timestamp(FIRST)]), flowed]) + 1000


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("halfhours") / "home"
    home.mkdir()
    found = settings.load(home)
    registry = migrated(Registry(found.registry_url), timezone=LONDON.key, site_name="Shop")
    StateStore(found.state_url).migrate()
    keys = {each["number"]: registry.create_meter(each, by="test").key for each in METERS}

    def readings() -> Iterator[Reading]:
        for number, key in keys.items():
            if number == "FAN":
                yield from (
                    Reading(key, to_micros(at.to_pydatetime()), 0, {"active_power_total": value})
                    for at, value in kw(number).items()
                )
                continue
            for at, value in register(number).items():
                if (at - pd.Timestamp(FIRST)) % pd.Timedelta(minutes=EVERY[number]) == pd.Timedelta(0):
                    yield Reading(key, to_micros(at.to_pydatetime()), 0, {"energy_active_import": value})

    spool, lake = Spool(found.spool_path), Lake(found.lake_path)
    spool.append(readings())
    lake.commit(spool)
    build(lake, registry.all_ratios())
    spool.close()
    registry.close()
    return home


@pytest.fixture
def wb(made: Path, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    return Workbench.at(made)


def blocks(number: str, freq: str = "30min") -> pd.Series:
    """Mean power of blocks of the site's clock [kW]."""
    return kw(number).tz_convert(LONDON).resample(freq).mean()


def test_energies_demand_and_completeness_are_those_of_the_half_hours(wb: Workbench) -> None:
    rows = {row["number"]: row for row in wb.energies("2026-10").rows}
    for number in ("SUPPLY", "SHOP", "OFFICE"):
        own = blocks(number, "15min" if number == "OFFICE" else "30min")
        assert rows[number]["total_kwh"] == pytest.approx(kw(number).sum() / 12, abs=1e-4)
        assert rows[number]["peak_kw"] == pytest.approx(own.max(), abs=1e-4)
        assert datetime.fromisoformat(rows[number]["peak_at"]) == own.idxmax()
        assert rows[number]["load_factor"] == pytest.approx(own.mean() / own.max(), abs=1e-3)
        assert (rows[number]["completeness"], rows[number]["estimated_days"]) == (1.0, 0)
        assert rows[number]["mean_load_kw"] == pytest.approx(own.mean(), abs=1e-3)
    # Read at 23:00 UTC each day, so for the last time an hour before the month ends, after the clock change.
    assert rows["PUMP"]["total_kwh"] == pytest.approx(4 * 744)
    assert rows["PUMP"]["completeness"] == pytest.approx(744 / 745, abs=1e-3)
    assert rows["PUMP"]["peak_kw"] is None


def test_demand_is_told_over_the_period_of_the_meter_and_says_so(wb: Workbench) -> None:
    found = wb.demand("SUPPLY", "2026-10")
    assert found.block_minutes == 30
    assert "30 min" in found.note
    (row,) = found.rows
    assert row["maximum"] == pytest.approx(blocks("SUPPLY").max(), abs=1e-4)
    assert row["completeness"] == 1.0
    children = {child["number"]: child["kw"] for child in row["children"]}
    assert children["SHOP"] == pytest.approx(blocks("SHOP")[blocks("SUPPLY").idxmax()], abs=1e-3)
    assert children["OFFICE"] == pytest.approx(blocks("OFFICE")[blocks("SUPPLY").idxmax()], abs=1e-3)
    hour = wb.demand("SUPPLY", "2026-10", block="60min")
    assert (hour.block_minutes, hour.note) == (60, "")
    assert hour.rows[0]["maximum"] == pytest.approx(blocks("SUPPLY", "1h").max(), abs=1e-4)
    sliding = wb.demand("SUPPLY", "2026-10", block="60min", kind="sliding").rows[0]["maximum"]
    assert sliding == pytest.approx(blocks("SUPPLY").rolling(2).mean().max(), abs=1e-4)


def test_load_shape_and_duration_are_there(wb: Workbench) -> None:
    heat = wb.load_shape("SHOP", "2026-10", by="weekday-hour")
    assert heat.completeness == 1.0
    assert heat.maximum_kw == pytest.approx(blocks("SHOP").max(), abs=1e-4)
    assert wb.load_shape("SHOP", "2026-10", by="duration").rows


def test_the_balance_is_that_of_the_registers_with_members_of_other_grains(wb: Workbench) -> None:
    rows = {row["number"]: row for row in wb.balance("2026-10").rows}
    assert rows["SUPPLY"]["completeness"] == pytest.approx(1.0)
    assert rows["SUPPLY"]["estimated"] == 0
    assert rows["SUPPLY"]["loss_kwh"] == pytest.approx(0.02 / 1.02 * kw("SUPPLY").sum() / 12, abs=1e-3)
    assert rows["SHOP"]["completeness"] > 0.95
    assert rows["SHOP"]["demand_kwh"] == pytest.approx(4 * 745, rel=0.01)


def test_quarter_hours_of_it_stay_estimates_and_half_hours_are_measured(wb: Workbench) -> None:
    quarters = wb.intervals("SHOP", "2026-10-05", every="15min").rows
    assert {(row["quality"], row["completeness"]) for row in quarters} == {("estimated", 0.0)}
    halves = wb.intervals("SHOP", "2026-10-05", every="30min").rows
    assert {(row["quality"], row["completeness"]) for row in halves} == {("actual", 1.0)}
    day = kw("SHOP").tz_convert(LONDON)["2026-10-05"]
    assert sum(row["energy_import_kwh"] for row in halves) == pytest.approx(day.sum() / 12)


def test_power_alone_tells_energy_and_demand_with_a_quality_of_its_own(wb: Workbench) -> None:
    row = {row["number"]: row for row in wb.energies("2026-10").rows}["FAN"]
    assert row["total_kwh"] == pytest.approx(kw("FAN").sum() / 12, rel=1e-3)
    assert row["peak_kw"] == pytest.approx(blocks("FAN", "15min").max(), rel=0.01)
    assert {each["quality"] for each in wb.intervals("FAN", "2026-10-05").rows} == {"from_power"}
    assert wb.load_shape("FAN", "2026-10").completeness > 0.99


def test_the_site_has_a_use_a_peak_and_a_report_of_its_month(wb: Workbench) -> None:
    figures = wb.site_figures("2026-10")
    assert figures["energy_kwh"] == pytest.approx(kw("SUPPLY").sum() / 12, abs=1e-3)
    assert figures["demand_peak_kw"] == pytest.approx(blocks("SUPPLY").max(), abs=1e-4)
    assert figures["demand_block_minutes"] == 30
    assert [wb.over_time(number, "2026-10").block_minutes for number in ("SUPPLY", "OFFICE", "FAN")] == [30, 15, 15]
    rows = {row["number"]: row["block_minutes"] for row in wb.energies("2026-10").rows}
    assert (rows["SHOP"], rows["OFFICE"]) == (30, 15)


def test_what_is_stated_holds_before_what_readings_tell(wb: Workbench) -> None:
    assert wb.meter("SHOP")["metering_period"] is None
    wb.update_meter("SHOP", {"metering_period": "15min; 30min from 2026-10-11"})
    try:
        found = wb.intervals("SHOP", "2026-10", every="1d").rows
        assert [row["quality"] for row in found] == ["estimated"] * 10 + ["actual"] * 21
    finally:
        wb.update_meter("SHOP", {"metering_period": None})
