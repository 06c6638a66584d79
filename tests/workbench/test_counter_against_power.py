"""Counter against power: what differs between the two is found, named, and told once a meter, wherever people look."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.services.workbench import Workbench
from tests.workbench.plant import make_home

NAME = "counter.disagrees_with_power"
NOW = datetime(2026, 10, 20, tzinfo=UTC)
KOLKATA = ZoneInfo("Asia/Kolkata")
BEGIN = datetime(2026, 10, 1, tzinfo=KOLKATA)


@pytest.fixture
def wb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    """The small plant without readings, in Kolkata."""
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    with closing(Workbench.at(make_home(tmp_path / "home").home)) as found:
        yield found


def load(hours: float, minutes: int = 1, seed: int = 7, size: float = 60.0) -> tuple[pd.DatetimeIndex, np.ndarray]:
    """Instants, and what flows from each to the next [kW]: a working day, with machines that come and go."""
    count = round(hours * 60 / minutes)
    ts = pd.date_range(BEGIN, periods=count + 1, freq=f"{minutes}min")
    random = np.random.default_rng(seed)
    day = 1 + 0.6 * np.sin((ts.hour * 60 + ts.minute) / 1440 * 2 * math.pi)
    machines = np.repeat(random.uniform(0.2, 1.8, len(ts) // 20 + 1), 20)[: len(ts)]
    return ts, np.asarray(size * day * machines * random.uniform(0.9, 1.1, len(ts)))


def frame(
    ts: pd.DatetimeIndex, power: np.ndarray, minutes: int, *, meter: str = "UNIT-A", power_by: Any = 1.0,
    counter_by: float = 1.0, step: float = 0.01,
) -> pd.DataFrame:  # fmt: skip
    """Readings: the counter as it stands at each instant, and the power then."""
    energy = np.concatenate([[0.0], np.cumsum(power[:-1]) * minutes / 60]) * counter_by
    counted = 12_345.0 + np.floor(energy / step) * step
    return pd.DataFrame(
        {"meter": meter, "ts": ts, "energy_active_import": counted.round(6), "active_power_total": power * power_by}
    )


def found(wb: Workbench, meter: str = "UNIT-A", name: str = NAME) -> list[Any]:
    return [dict(row) for row in wb.findings(meter, name=name)]


@pytest.mark.parametrize("minutes", [1, 5, 15])
def test_counter_and_power_that_agree_are_no_finding(wb: Workbench, minutes: int) -> None:
    wb.import_readings(frame(*load(72, minutes), minutes))
    assert found(wb) == []


@pytest.mark.parametrize(("by", "minutes", "name"), [(1000.0, 1, "10^3"), (math.sqrt(3), 15, "√3"), (-1.0, 5, "sign")])
def test_a_factor_between_the_two_is_named(wb: Workbench, by: float, minutes: int, name: str) -> None:
    wb.import_readings(frame(*load(48, minutes), minutes, power_by=by))
    (row,) = found(wb)
    assert name in row["factors"]
    assert row["likely"] in row["factors"]
    assert row["evidence"]["power_by_counter"] == pytest.approx(by, rel=0.1)
    assert row["number"] == "UNIT-A"


def test_a_day_is_enough_and_less_is_not(wb: Workbench) -> None:
    table = frame(*load(24), 1, power_by=10.0)
    wb.import_readings(table.iloc[:720])
    assert found(wb) == []
    wb.import_readings(table)
    (row,) = found(wb)
    assert row["likely"] == "10^1"


@pytest.mark.parametrize(
    ("by", "name", "applied"), [(40.0, "CT", "meter"), (1 / 40.0, "1/CT", "workbench"), (100.0, "PT", "workbench")]
)
def test_a_transformer_in_one_of_them_only(wb: Workbench, by: float, name: str, applied: str) -> None:
    wb.create_meter(
        {
            "number": "PRESS", "name": "Press", "type": "machine", "ct_primary": 200, "ct_secondary": 5,
            "pt_primary": 11000, "pt_secondary": 110, "ratio_applied_by": applied,
        }
    )  # fmt: skip
    wb.import_readings(frame(*load(30), 1, meter="PRESS", power_by=by))
    (row,) = found(wb, "PRESS")
    assert row["likely"] == name
    # What is 100 may be the PT, or two places of decimals: both are said.
    assert ("10^2" in row["factors"]) == (by == 100.0)


def test_a_range_that_comes_and_goes_and_one_that_stays(wb: Workbench) -> None:
    ts, power = load(96)
    wb.import_readings(frame(ts, power, 1, power_by=np.where(np.repeat(power[::60], 60)[: len(ts)] > 60, 0.001, 1.0)))
    (row,) = found(wb)
    assert row["likely"] == "range"
    ts, power = load(96)
    since = ts >= pd.Timestamp(BEGIN + timedelta(hours=50))
    wb.import_readings(frame(ts, power, 1, meter="UNIT-A-MACHINE-01", power_by=np.where(since, 0.001, 1.0)))
    (row,) = found(wb, "UNIT-A-MACHINE-01")
    assert {"range", "10^-3"} <= set(row["factors"])
    assert abs(datetime.fromisoformat(row["from"]) - (BEGIN + timedelta(hours=50))) <= timedelta(hours=1)


def test_few_or_rough_samples_and_an_idle_meter_are_no_finding(wb: Workbench) -> None:
    ts, power = load(72)
    half_hourly = frame(ts, power, 1, power_by=2.0)
    half_hourly.loc[ts.minute % 30 != 0, "active_power_total"] = np.nan
    wb.import_readings(half_hourly)
    assert found(wb) == []
    idle = frame(*load(72, size=0.002), 1, meter="UNIT-A-MACHINE-01", power_by=30.0)
    wb.import_readings(idle)
    assert found(wb, "UNIT-A-MACHINE-01") == []


def test_export_is_compared_with_export(wb: Workbench) -> None:
    ts, power = load(48)
    signed = np.where((ts.hour >= 9) & (ts.hour < 16), -power, power)
    table = frame(ts, np.maximum(signed, 0), 1)
    table["energy_active_export"] = frame(ts, np.maximum(-signed, 0), 1)["energy_active_import"]
    table["active_power_total"] = signed
    wb.import_readings(table)
    assert found(wb) == []
    wb.import_readings(table.assign(meter="UNIT-A-MACHINE-01", active_power_total=-signed))
    (row,) = found(wb, "UNIT-A-MACHINE-01")
    assert row["factors"] == ["sign"]


def test_days_of_the_same_are_one_finding_and_a_mended_meter_is_left_alone(wb: Workbench) -> None:
    ts, power = load(8 * 24)
    by = np.where(ts < pd.Timestamp(BEGIN + timedelta(days=5)), 10.0, 1.0)
    table = frame(ts, power, 1, power_by=by)
    for day in range(8):
        wb.import_readings(table.iloc[day * 1440 : (day + 1) * 1440 + 1])
    (row,) = found(wb)
    assert datetime.fromisoformat(row["from"]) == BEGIN
    assert abs(datetime.fromisoformat(row["to"]) - (BEGIN + timedelta(days=5))) <= timedelta(hours=1)


def phases(ts: pd.DatetimeIndex, power: np.ndarray, turned: str = "") -> dict[str, np.ndarray]:
    """Powers of the phases of a load with a power factor of 0.9, the CT of one of them reversed."""
    found: dict[str, np.ndarray] = {}
    for phase in ("l1", "l2", "l3"):
        sign = -1.0 if phase == turned else 1.0
        found[f"active_power_{phase}"] = sign * power / 3
        found[f"reactive_power_{phase}"] = sign * power / 3 * 0.48
    return found


def test_a_reversed_ct_is_told_by_the_phases_and_joined_with_what_power_tells(wb: Workbench) -> None:
    ts, power = load(48, 5)
    right = frame(ts, power, 5).assign(**phases(ts, power))
    wb.import_readings(right)
    assert wb.findings("UNIT-A") == []
    # Power and counter are made of the same currents, so they agree in what is a third of what flows.
    third = frame(ts, power / 3, 5, meter="MAIN").assign(**phases(ts, power, turned="l2"))
    wb.import_readings(third)
    (row,) = [dict(row) for row in wb.findings("MAIN")]
    assert row["name"] == "wiring.phases"
    assert "the CT of L2 is reversed" in row["text"]
    both = frame(ts, power / 3, 5, meter="UNIT-A-MACHINE-01", power_by=10.0).assign(**phases(ts, power * 10, "l3"))
    wb.import_readings(both)
    (row,) = [dict(row) for row in wb.findings("UNIT-A-MACHINE-01")]
    assert row["name"] == NAME
    assert "10^1" in row["factors"]
    assert "the CT of L3 is reversed" in row["evidence"]["wiring"]


def test_a_wrong_ct_is_told_by_the_balance_with_the_neighbours(wb: Workbench) -> None:
    wb.create_meter({"number": "BUSBAR", "name": "Busbar", "type": "distribution"})
    for number in ("PRESS", "OVEN", "PUMP"):
        wb.create_meter({"number": number, "name": number.title(), "type": "machine", "parent": "BUSBAR",
                         "ct_primary": 100, "ct_secondary": 5})  # fmt: skip
    loads = {number: load(72, 5, seed) for seed, number in enumerate(("PRESS", "OVEN", "PUMP"))}
    ts = loads["PRESS"][0]
    whole = sum(power for _, power in loads.values()) * 1.01
    half = {"OVEN": 0.5}
    tables = [frame(ts, whole, 5, meter="BUSBAR")]
    tables += [frame(ts, power * half.get(number, 1.0), 5, meter=number) for number, (_, power) in loads.items()]
    wb.import_readings(pd.concat(tables))
    (row,) = [dict(row) for row in wb.findings() if row["name"].startswith(("ratio", "counter"))]
    assert (row["name"], row["number"]) == ("ratio.disagrees_with_neighbours", "OVEN")
    assert row["evidence"]["factor_by_neighbours"] == pytest.approx(2.0, rel=0.02)
    assert "200/5" in row["text"]


def test_a_load_that_nobody_meters_blames_no_ct(wb: Workbench) -> None:
    wb.create_meter({"number": "BUSBAR", "name": "Busbar", "type": "distribution"})
    for number in ("PRESS", "OVEN", "PUMP"):
        wb.create_meter({"number": number, "name": number.title(), "type": "machine", "parent": "BUSBAR",
                         "ct_primary": 100, "ct_secondary": 5})  # fmt: skip
    loads = {number: load(72, 5, seed) for seed, number in enumerate(("PRESS", "OVEN", "PUMP", "nobody"))}
    ts = loads["PRESS"][0]
    whole = sum(power for _, power in loads.values()) * 1.01
    tables = [frame(ts, power, 5, meter=number) for number, (_, power) in loads.items() if number != "nobody"]
    wb.import_readings(pd.concat([frame(ts, whole, 5, meter="BUSBAR"), *tables]))
    assert [dict(row) for row in wb.findings()] == []


def test_page_doctor_and_report_tell_the_same(wb: Workbench) -> None:
    wb.import_readings(frame(*load(48), 1, power_by=1000.0))
    (row,) = found(wb)
    (check,) = [each for each in wb.doctor()["checks"] if each["name"] == "measuring"]
    assert check["verdict"] == "warning"
    assert f"UNIT-A: {row['text']}" in check["text"]
    assert wb.findings("UNIT-A", "2026-10")[0]["text"] == row["text"]
