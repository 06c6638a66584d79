"""A works in Berlin of real shares of load and solar (tests/readings/real), that takes from the grid and feeds into it.

Its grid and load are counters, its roof a file of energies, over the beginning of summer time. Every analysis stands
beside an independent computation, in pandas, over the values of the file.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.services.workbench import Workbench
from tests.readings.real_plants import REAL, by_label, made, monthly_maxima, near, share, told

FILE = REAL / "berlin_quarter_hours.csv.gz"
LOAD_KW, PV_KW = 400.0, 500.0
"""What the file's shares are shares of: a works and its roof."""
SPRING = "2016-03-14/2016-04-10"
FACTOR = 0.38
"""Grid's emission factor [kg/kWh]."""


@pytest.fixture(scope="module")
def power() -> pd.DataFrame:
    """Load and solar of each quarter-hour, by the site's clock [kW]."""
    frame = pd.read_csv(FILE, sep=";")
    index = pd.DatetimeIndex(pd.to_datetime(frame["time"], format="%d.%m.%Y %H:%M")).tz_localize("Europe/Berlin")
    values = {"load": frame["G3-A_pload"].to_numpy() * LOAD_KW, "solar": frame["PV3"].to_numpy() * PV_KW}
    return pd.DataFrame(values, index=index)


@pytest.fixture(scope="module")
def net(power: pd.DataFrame) -> pd.DataFrame:
    """Energy over the grid's meter, the load's and the roof's by quarter-hours [kWh]."""
    exchange = (power["load"] - power["solar"]) / 4
    return pd.DataFrame(
        {
            "import": exchange.clip(lower=0),
            "export": (-exchange).clip(lower=0),
            "load": power["load"] / 4,
            "solar": power["solar"] / 4,
        }
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, net: pd.DataFrame) -> Path:
    home = tmp_path_factory.mktemp("berlin") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FIXED_NOW, "2016-04-11T08:00:00+00:00")
        wb = made(
            home,
            "Europe/Berlin",
            {"number": "GRID", "name": "Grid", "type": "grid"},
            {"number": "PV", "name": "Roof", "type": "solar", "parent": "GRID"},
            {"number": "WORKS", "name": "Works", "type": "unit", "parent": "GRID"},
        )
        wb.set_factor({"name": "grid_location", "value": FACTOR, "valid_from": "2010-01-01", "source": "test"})
        edges = [net.index[0], *(net.index + timedelta(minutes=15))]
        shown = {name: np.concatenate([[0.0], net[name].cumsum()]) + 5000 for name in ("import", "export", "load")}
        grid = {"energy_active_import": shown["import"], "energy_active_export": shown["export"]}
        wb.import_readings(pd.DataFrame({"meter": "GRID", "ts": edges} | grid))
        wb.import_readings(pd.DataFrame({"meter": "WORKS", "ts": edges, "energy_active_import": shown["load"]}))
        # The roof's as its file has them: the local clock, the end of each interval, a decimal comma.
        ends = (net.index + timedelta(minutes=15)).strftime("%d.%m.%Y %H:%M")
        lines = [f"{at};{value:.9f}".replace(".", ",") for at, value in zip(ends, net["solar"], strict=True)]
        lines = [line.replace(",", ".", 2) for line in lines]
        text = "\n".join(["Zeit;Energie [kWh]", *lines])
        told = wb.import_readings(("dach.csv", text.encode()), meter="PV", kind="interval", stamps="end")
        assert told["new"] == len(net)
    return home


@pytest.fixture
def wb(home: Path, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    monkeypatch.setenv(FIXED_NOW, "2016-04-11T08:00:00+00:00")
    return Workbench.at(home)


def test_quarters_days_and_the_day_of_23_hours(wb: Workbench, net: pd.DataFrame) -> None:
    for meter, name in (("GRID", "import"), ("WORKS", "load"), ("PV", "solar")):
        rows = wb.intervals(meter, SPRING, every="15min").rows
        assert [row["energy_import_kwh"] for row in rows] == pytest.approx(net[name].tolist(), abs=1e-6), meter
        assert {row["quality"] for row in rows} == {"actual"}
        days = wb.pattern(meter, SPRING, by="day").points
        assert told(days, "%Y-%m-%d") == near(by_label(net[name], "%Y-%m-%d"))
    assert len(wb.intervals("WORKS", "2016-03-27", every="1h").rows) == 23


def test_own_generation_and_what_it_avoids(wb: Workbench, net: pd.DataFrame) -> None:
    found, sums = wb.generation(SPRING), net.sum()
    used = sums["solar"] - sums["export"]
    assert found.solar_kwh == pytest.approx(sums["solar"], abs=1e-4)
    assert found.grid_import_kwh == pytest.approx(sums["import"])
    assert found.grid_export_kwh == pytest.approx(sums["export"])
    assert found.use_kwh == pytest.approx(sums["load"], abs=1e-4)
    assert found.solar_self_used_kwh == pytest.approx(used, abs=1e-4)
    assert found.solar_self_used_share == share(used / sums["solar"])
    assert found.solar_share == share(used / sums["load"])
    assert found.scope2_location_kg == pytest.approx(sums["import"] * FACTOR)
    days = {row["day"]: row["solar_kwh"] for row in found.days}
    assert days == pytest.approx(by_label(net["solar"], "%Y-%m-%d"), abs=1e-4)


def test_the_balance_and_the_flow_have_no_loss(wb: Workbench, net: pd.DataFrame) -> None:
    (node,) = [row for row in wb.balance(SPRING).rows if row["number"] == "GRID"]
    assert node["loss_kwh"] == pytest.approx(0, abs=1e-3)
    assert node["verdict"] in ("ok", "within_error")
    assert wb.energies(SPRING).rows[0]["total_kwh"] == pytest.approx(net["import"].sum())


def test_peaks_of_what_is_taken_and_of_what_is_used(wb: Workbench, net: pd.DataFrame) -> None:
    for meter, name in (("GRID", "import"), ("WORKS", "load")):
        kw = 4 * net[name]
        assert [row["maximum"] for row in wb.demand(meter, SPRING).rows] == pytest.approx(monthly_maxima(kw))
        found = wb.pattern(meter, SPRING, by="day")
        assert found.load_factor == share(kw.mean() / kw.max())
        halves = kw.resample("30min").mean()
        half = wb.demand(meter, SPRING, block="30min").rows[-1]
        assert half["maximum"] == pytest.approx(monthly_maxima(halves)[-1])


def test_the_week_and_the_duration_of_loads(wb: Workbench, power: pd.DataFrame) -> None:
    index = pd.DatetimeIndex(power.index)
    means = power["load"].groupby([index.day_name(), index.hour]).mean().to_dict()
    found = wb.load_shape("WORKS", SPRING, by="weekday-hour")
    assert {(row["weekday"], row["hour"]): row["mean_kw"] for row in found.rows} == near(means)
    assert wb.load_shape("WORKS", SPRING, by="duration").maximum_kw == pytest.approx(power["load"].max())
