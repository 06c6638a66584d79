"""Patterns and demands beside a second implementation: pandas, from the counters, the slow and plain way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.lake import Lake
from energy_workbench.lake.build.intervals import build
from energy_workbench.registry import Registry, StateStore
from energy_workbench.runtime import settings
from energy_workbench.services.workbench import Workbench
from tests.migrated import migrated

ZONE = "Europe/Berlin"
START, END = pd.Timestamp("2026-09-01", tz=ZONE), pd.Timestamp("2026-11-20", tz=ZONE)
"""With the day of 25 hours in it."""
SHIFTS = "early 05:45, late 13:45, night 21:45"
BLOCKS = ["15min", "30min", "60min"]


@pytest.fixture(scope="module")
def counters() -> pd.DataFrame:
    """What two meters counted at each quarter of an hour, with readings that failed; kWh and kvarh."""
    luck = np.random.default_rng(5)
    times = pd.date_range(START, END, freq="15min")
    hour = np.asarray(times.hour + times.minute / 60)
    work = np.asarray(times.day_of_week < 5)
    base = 40 + 160 * work * np.exp(-(((hour - 13) / 4) ** 2))
    frames = []
    for meter, share in ((1, 1.0), (2, 0.35)):
        kw = share * base * luck.lognormal(0, 0.2, len(times))
        frame = pd.DataFrame({"meter": meter, "at": times})
        frame["kwh"] = 5000 + np.r_[0, np.cumsum(kw[:-1] / 4)]
        frame["kvarh"] = 900 + np.r_[0, np.cumsum(kw[:-1] / 4 * luck.uniform(0.2, 0.8, len(times) - 1))]
        kept = luck.random(len(times)) > 0.01
        kept[3000:3100] = False
        kept[[0, -1]] = True
        frames.append(frame[kept])
    return pd.concat(frames, ignore_index=True)


@pytest.fixture(scope="module")
def found_home(tmp_path_factory: pytest.TempPathFactory, counters: pd.DataFrame) -> Path:
    home = tmp_path_factory.mktemp("pandas") / "home"
    home.mkdir()
    own = settings.load(home)
    registry = migrated(Registry(own.registry_url), timezone=ZONE, site_name="Works")
    StateStore(own.state_url).migrate()
    registry.create_meter({"number": "ALL", "name": "All", "type": "main"}, by="test")
    registry.create_meter({"number": "PART", "name": "Part", "type": "unit", "parent": "ALL"}, by="test")
    names = {"kwh": "energy_active_import", "kvarh": "energy_reactive_import", "at": "slot"}
    table = counters.rename(columns=names)
    table["slot"] = table["slot"].dt.tz_convert("UTC")
    table["meter"] = table["meter"].astype("int32")
    import pyarrow as pa

    lake = Lake(own.lake_path)
    lake.append(pa.Table.from_pandas(table, preserve_index=False))
    build(lake, registry.all_ratios())
    registry.close()
    return home


@pytest.fixture
def wb(found_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    monkeypatch.setenv(FIXED_NOW, END.isoformat())
    return Workbench.at(found_home)


@pytest.fixture(scope="module")
def plain(counters: pd.DataFrame) -> pd.DataFrame:
    """A row a quarter of an hour: energies, and whether both its edges were read. By the site's clock."""
    found = []
    for meter, mine in counters.groupby("meter"):
        # Each reading's way to the next one, shared out evenly among the quarters in between.
        way = mine.set_index("at").diff().shift(-1).iloc[:-1][["kwh", "kvarh"]]
        count = (mine["at"].diff().iloc[1:] // pd.Timedelta(minutes=15)).to_numpy()
        quarters = way.div(count, axis=0).assign(meter=meter, read=count == 1).loc[way.index.repeat(count)]
        times = pd.date_range(mine["at"].iloc[0], mine["at"].iloc[-1], freq="15min", inclusive="left")
        found.append(quarters.assign(at=times))
    return pd.concat(found, ignore_index=True)


def of(plain: pd.DataFrame, meter: int) -> pd.DataFrame:
    """A meter's quarters, what is not read closely as NaN."""
    mine = plain[plain["meter"] == meter].set_index("at")
    return mine.assign(kw=(mine["kwh"] * 4).where(mine["read"]), kvar=(mine["kvarh"] * 4).where(mine["read"]))


@pytest.mark.parametrize(("by", "rule"), [("day", "D"), ("week", "W-MON"), ("month", "MS")])
def test_energy_and_peaks_over_time(wb: Workbench, plain: pd.DataFrame, by: str, rule: str) -> None:
    mine = of(plain, 1)
    grouped = mine.resample(rule, closed="left", label="left")
    found: Any = wb.pattern("ALL", f"{START:%Y-%m-%d}/2026-11-19", by=by)
    assert [row["energy_kwh"] for row in found] == pytest.approx(grouped["kwh"].sum().tolist(), abs=2e-6)
    assert [row["demand_kw"] for row in found] == pytest.approx(grouped["kw"].max().tolist(), abs=2e-6)
    assert [row["completeness"] for row in found] == pytest.approx(grouped["read"].mean().tolist(), abs=1e-4)
    assert datetime.fromisoformat(found.peak_at) == mine["kw"].idxmax()
    assert found.load_factor == pytest.approx(mine["kw"].mean() / mine["kw"].max(), abs=1e-4)
    assert found.mean_load_kw == pytest.approx(mine["kwh"].mean() * 4, abs=2e-6)
    assert (found.load_factor_share, found.mean_load_share) == (pytest.approx(mine["read"].mean(), abs=1e-4), 1.0)
    assert found.reactive_kvarh == pytest.approx(mine["kvarh"].sum(), abs=2e-6)
    apparent = np.hypot(mine["kwh"], mine["kvarh"])
    assert found.power_factor == pytest.approx(mine["kwh"].sum() / apparent.sum(), abs=1e-6)


@pytest.mark.parametrize("unit", ["kw", "kva"])
@pytest.mark.parametrize("kind", ["block", "sliding"])
@pytest.mark.parametrize("block", BLOCKS)
def test_maximum_demand_of_billing_months(wb: Workbench, plain: pd.DataFrame, block: str, kind: str, unit: str) -> None:
    mine, part = of(plain, 1), of(plain, 2)
    power = mine["kw"] if unit == "kw" else np.sqrt(mine["kw"] ** 2 + mine["kvar"] ** 2)
    size = 2 ** BLOCKS.index(block)
    found = wb.demand("ALL", f"{START:%Y-%m-%d}/2026-11-19", block=block, kind=kind, unit=unit, billing_day=15)
    edges = [START, *(pd.Timestamp(f"2026-{month:02d}-15", tz=ZONE) for month in (9, 10, 11)), END]
    assert len(found.rows) == 4
    for row, low, high in zip(found.rows, edges[:-1], edges[1:], strict=True):
        inside = power[(power.index >= low) & (power.index < high)]
        if kind == "block":
            minutes = inside.index.hour * 60 + inside.index.minute
            begins = minutes % (15 * size) == 0
        else:
            begins = np.ones(len(inside), bool)
        best, at, blocks = -1.0, None, list[float]()
        powers = inside.to_numpy()
        for place in np.flatnonzero(begins):
            values = powers[place : place + size]
            if len(values) == size and not np.isnan(values).any():
                blocks.append(float(values.mean()))
                if blocks[-1] > best:
                    best, at = blocks[-1], inside.index[place]
        assert row["maximum"] == pytest.approx(best, abs=2e-6)
        assert datetime.fromisoformat(row["at"]) == at
        assert row["energy"] == pytest.approx(inside.sum() / 4, abs=2e-6)
        assert row["load_factor"] == pytest.approx(np.mean(blocks) / best, abs=1e-4)
        drawn = part["kw"].reindex(pd.date_range(at, periods=size, freq="15min"))
        wanted = [] if drawn.isna().any() else [round(float(drawn.mean()), 3)]
        assert [child["kw"] for child in row["children"]] == pytest.approx(wanted, abs=1e-3)


def test_shapes_of_a_load(wb: Workbench, plain: pd.DataFrame) -> None:
    period, mine = f"{START:%Y-%m-%d}/2026-11-19", of(plain, 1)
    kw = mine["kw"].dropna()
    heat = {(row["weekday"], row["hour"]): row for row in wb.pattern("ALL", period, by="weekday-hour")}
    for (day, hour), values in kw.groupby([kw.index.day_name(), kw.index.hour]):
        assert heat[(day, hour)]["mean_kw"] == pytest.approx(values.mean(), abs=1e-6)
        assert heat[(day, hour)]["maximum_kw"] == pytest.approx(values.max(), abs=1e-6)
    typical = {(row["day"], row["time"]): row for row in wb.pattern("ALL", period, by="hour")}
    kind = np.where(kw.index.day_of_week < 5, "workday", "weekend")
    for (day, time), values in kw.groupby([kind, kw.index.strftime("%H:%M")]):
        assert typical[(day, time)]["median_kw"] == pytest.approx(values.median(), abs=1e-6)
        assert typical[(day, time)]["p90_kw"] == pytest.approx(values.quantile(0.9), abs=1e-6)
    curve: Any = wb.pattern("ALL", period, by="duration")
    ordered = kw.sort_values(ascending=False).to_numpy()
    for row in curve:
        assert row["kw"] == pytest.approx(ordered[min(int(row["share"] * len(ordered)), len(ordered) - 1)], rel=1e-6)
    assert curve.base_kw == pytest.approx(kw.quantile(0.05), abs=1e-6)
    minute = kw.index.hour * 60 + kw.index.minute
    name = np.select([(minute >= 345) & (minute < 825), (minute >= 825) & (minute < 1305)], ["early", "late"], "night")
    for row in wb.pattern("ALL", period, by="shift", shifts=SHIFTS):
        mean = kw[name == row["shift"]]
        assert row["energy_kwh"] == pytest.approx(mean.sum() / 4, abs=2e-6)
        assert row["mean_kw"] == pytest.approx(mean.mean(), rel=1e-6)


def test_a_month_beside_the_one_before(wb: Workbench, plain: pd.DataFrame) -> None:
    mine = of(plain, 1)
    daily = mine.resample("D").agg({"kwh": "sum", "read": "mean"})
    october, september = (daily[daily.index.month == month] for month in (10, 9))
    found = wb.compare("ALL", "2026-10")
    assert [row["energy_kwh"] for row in found] == pytest.approx(october["kwh"].tolist())
    # Four weeks before the first of October is the third of September.
    beside = [*(pytest.approx(each) for each in september["kwh"].iloc[2:]), None, None, None]
    assert [row["before_kwh"] for row in found] == beside
    counting, before = (each[each["read"] >= 0.95] for each in (october, september))
    usual = before.groupby(before.index.day_of_week)["kwh"].mean()
    expected = counting["kwh"].sum() / usual.loc[counting.index.day_of_week].sum() - 1
    assert found.change_percent == pytest.approx(100 * expected, abs=0.006)
    assert found.totals_percent == pytest.approx(100 * (october["kwh"].sum() / september["kwh"].sum() - 1), abs=0.006)


def test_every_meter_at_once(wb: Workbench, plain: pd.DataFrame) -> None:
    for meter, row in enumerate(wb.energies("2026-10"), start=1):
        mine = of(plain, meter)
        mine = mine[mine.index.month == 10]
        assert row["total_kwh"] == pytest.approx(mine["kwh"].sum(), abs=2e-6)
        assert row["peak_kw"] == pytest.approx(mine["kw"].max(), abs=2e-6)
        assert row["completeness"] == pytest.approx(mine["read"].mean(), abs=1e-4)


def test_power_factor_and_demand_in_kva_tell_one_apparent_energy(wb: Workbench) -> None:
    period = "2026-09"
    kwh = sum(row["energy"] for row in wb.demand("ALL", period, unit="kw").rows)
    kvah = sum(row["energy"] for row in wb.demand("ALL", period, unit="kva").rows)
    known: Any = wb.sql(
        "SELECT sum(energy_import_kwh) kwh, sum(sqrt(energy_import_kwh ** 2 + energy_reactive_kvarh ** 2)) kvah "
        "FROM intervals i JOIN meters m ON m.key = i.meter WHERE m.number = 'ALL' AND quality = 'actual' "
        "AND completeness >= 0.999 AND start >= '2026-08-31T22:00:00Z' AND start < '2026-09-30T22:00:00Z'"
    )
    assert kwh / kvah == pytest.approx(known["kwh"][0] / known["kvah"][0], rel=1e-6)
    faces = [wb.pattern("ALL", period, by=by).power_factor for by in ("day", "month")]
    faces.append(next(row for row in wb.energies(period).rows if row["number"] == "ALL")["power_factor"])
    assert faces == [faces[0]] * 3
