"""A real meter in Chicago (tests/readings/real) that gives the energy of each hour, over the end of summer time.

Every analysis stands beside an independent computation, in pandas, over the values of the file.
"""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.services.workbench import Workbench
from tests.readings.real_plants import REAL, by_label, local, made, near, share, told

FILE = REAL / "chicago_hours.csv.gz"
FALL = "2016-09-15/2016-11-20"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("chicago") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FIXED_NOW, "2016-11-21T08:00:00+00:00")
        wb = made(home, "America/Chicago", {"number": "HOUSE", "name": "House", "type": "main"})
        name, content = "usage.csv", gzip.decompress(FILE.read_bytes())
        stated: dict[str, Any] = {"meter": "HOUSE", "kind": "interval", "stamps": "start", "interval": "1h"}
        assert wb.import_readings((name, content), **stated)["new"] == 1609
        assert wb.import_readings((name, content), **stated)["new"] == 0
    return home


@pytest.fixture
def wb(home: Path, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    monkeypatch.setenv(FIXED_NOW, "2016-11-21T08:00:00+00:00")
    return Workbench.at(home)


@pytest.fixture(scope="module")
def energy() -> pd.Series[float]:
    """Energy by the start of its hour, by the site's clock [kWh]."""
    frame = pd.read_csv(FILE)
    index = pd.to_datetime(frame["start"], utc=True).dt.tz_convert("America/Chicago")
    return pd.Series(frame["value"].to_numpy(float), index=pd.DatetimeIndex(index))


@pytest.mark.parametrize(("by", "form"), [("month", "%Y-%m"), ("day", "%Y-%m-%d")])
def test_months_and_days(wb: Workbench, energy: pd.Series[float], by: str, form: str) -> None:
    found = wb.pattern("HOUSE", FALL, by=by)
    assert told(found.points, form) == near(by_label(energy, form))
    assert {each["quality"] for each in found.points} == {"actual"}
    assert found.total_kwh == pytest.approx(energy.sum())
    assert found.completeness == 1


def test_hours_with_the_one_that_the_clock_shows_twice(wb: Workbench, energy: pd.Series[float]) -> None:
    rows = wb.intervals("HOUSE", FALL, every="1h").rows
    assert [row["energy_import_kwh"] for row in rows] == pytest.approx(energy.tolist())
    assert [row["start"] for row in rows] == [at.isoformat() for at in energy.index]
    assert len(wb.intervals("HOUSE", "2016-11-06", every="1h").rows) == 25


def test_peak_load_factor_duration_and_base(wb: Workbench, energy: pd.Series[float]) -> None:
    found = wb.pattern("HOUSE", FALL, by="day")
    assert found.peak_kw == pytest.approx(energy.max())
    assert found.load_factor == share(energy.mean() / energy.max())
    assert found.peak_at is not None
    assert energy[local(wb, found.peak_at)] == energy.max()
    demand = wb.demand("HOUSE", FALL)
    assert demand.block_minutes == 60  # type: ignore[union-attr]
    assert [row["maximum"] for row in demand.rows] == pytest.approx(energy.groupby(energy.index.month).max().tolist())  # type: ignore[union-attr]
    shape = wb.load_shape("HOUSE", FALL, by="duration")
    assert shape.maximum_kw == pytest.approx(energy.max())
    kw = [row["kw"] for row in shape.rows]
    assert kw == sorted(kw, reverse=True)


def test_the_week_by_weekday_and_hour(wb: Workbench, energy: pd.Series[float]) -> None:
    index = pd.DatetimeIndex(energy.index)
    means = energy.groupby([index.day_name(), index.hour]).mean().to_dict()
    found = wb.load_shape("HOUSE", FALL, by="weekday-hour")
    assert {(row["weekday"], row["hour"]): row["mean_kw"] for row in found.rows} == near(means)
