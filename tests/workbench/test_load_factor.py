"""Load factor and mean load: the same wherever they are told, and true where much of the time is a gap."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.api.app import create_app
from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.services.workbench import Workbench
from tests.workbench.counted import count, home_of

ZONE = "Asia/Kolkata"
START = datetime(2026, 9, 30, 18, 30, tzinfo=UTC)
"""Midnight of 1 October there."""
DAY = 96
GAP = [(10 * DAY, 4.0), (20 * DAY - 1, 100.0, False), (1, 100.0), (DAY, 4.0)]
"""Ten days at 4 kW, 20 days that nobody read and that carried 48,000 kWh, a day at 4 kW."""
SOLAR = {"number": "SOLAR", "name": "Solar", "type": "solar", "production_register": "export"}
METERS = [{"number": "GRID", "name": "Grid", "type": "grid"}, SOLAR]
FLOAT = "registers:\n  - {quantity: energy_active_import, address: 0, type: float32, unit: kWh, scale: 1}\n"


def opened(home: Any, monkeypatch: pytest.MonkeyPatch, now: datetime) -> Workbench:
    monkeypatch.setenv(FIXED_NOW, now.isoformat())
    return Workbench.at(home.home)


def faces(wb: Workbench, number: str, period: str) -> dict[str, Any]:
    """Load factor by each face that tells one."""
    steps = [wb.pattern(number, period, every=every) for every in ("15min", "1h", "1d", "1w", "1mo")]
    found = {f"pattern {n}": each.load_factor for n, each in enumerate(steps)}  # type: ignore[union-attr]
    found["energies"] = next(row["load_factor"] for row in wb.energies(period) if row["number"] == number)
    found["demand"] = wb.demand(number, period).rows[0]["load_factor"]
    headers = {"Authorization": f"Bearer {tokens_of(wb.settings).viewer}"}
    with TestClient(create_app(wb.settings), base_url="http://127.0.0.1:3000", headers=headers) as rest:
        asked = {"meter": number, "period": period}
        found["GET pattern"] = rest.get("/api/Energy/consumption/pattern", params=asked).json()["load_factor"]
        for path in ("energies", "demand"):
            found[f"GET {path}"] = rest.get(f"/api/Energy/{path}", params=asked).json()["items"][0]["load_factor"]
    return found


@pytest.mark.parametrize(("number", "side"), [("GRID", "import"), ("SOLAR", "export")])
def test_a_gap_that_carries_much_energy_makes_no_load_factor_above_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: str, side: str
) -> None:
    home = home_of(tmp_path / "home", ZONE, METERS)
    count(home, START, {number: GAP}, side=side)
    wb = opened(home, monkeypatch, START + timedelta(days=40))
    assert set(faces(wb, number, "2026-10").values()) == {1.0}
    for block in ("15min", "30min", "60min"):
        for kind in ("block", "sliding"):
            (row,) = wb.demand(number, "2026-10", block=block, kind=kind)
            assert (row["load_factor"], row["maximum"]) == (1.0, pytest.approx(4.0))
    found: Any = wb.pattern(number, "2026-10")
    (row,) = [each for each in wb.energies("2026-10") if each["number"] == number]
    assert found.total_kwh == pytest.approx(48_000 + 11 * 24 * 4)
    assert found.mean_load_kw == pytest.approx(found.total_kwh / (31 * 24))
    assert (found.mean_load_share, found.load_factor_share) == (1.0, pytest.approx(11 / 31, abs=1e-4))
    told = ("load_factor", "load_factor_share", "mean_load_kw", "mean_load_share")
    assert {name: row[name] for name in told} == {name: getattr(found, name) for name in told}
    assert wb.demand(number, "2026-10").rows[0]["load_factor_share"] == found.load_factor_share


def test_mean_load_is_of_the_hours_that_the_registers_span_and_not_of_the_period(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = home_of(tmp_path / "home", ZONE, METERS)
    count(home, START + timedelta(days=20), {"GRID": [(5 * DAY, 12.0)]})
    wb = opened(home, monkeypatch, START + timedelta(days=40))
    found: Any = wb.pattern("GRID", "2026-10", by="day")
    assert found.mean_load_kw == pytest.approx(12.0)
    assert found.mean_load_share == pytest.approx(5 / 31, abs=1e-4)
    nothing: Any = wb.pattern("SOLAR", "2026-10", by="day")
    assert (nothing.mean_load_kw, nothing.mean_load_share, nothing.load_factor_share) == (None, 0.0, 0.0)


@pytest.mark.parametrize(("later", "expected"), [(2.0, 0.75), (5.6, None)])
def test_blocks_too_coarse_for_a_maximum_count_in_the_mean_and_none_lies_above_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, later: float, expected: float | None
) -> None:
    home = home_of(tmp_path / "home", ZONE, METERS)
    home.profiles_path.mkdir()
    (home.profiles_path / "single.yaml").write_text(FLOAT)
    wb = opened(home, monkeypatch, START + timedelta(days=40))
    wb.update_meter("GRID", {"profile": "single", "gateway": "tcp://10.0.0.9:502", "unit_id": 1})
    # A float32 of 2¹⁸ steps by 1/32 kWh: 2 % of a quarter's energy below 6.25 kW, and half of that up to there.
    count(home, START, {"GRID": [(DAY, 4.0), (DAY, later)]}, level=2.0**18 - 96.0)
    assert wb.pattern("GRID", "2026-10").peak_kw == pytest.approx(4.0)  # type: ignore[union-attr]
    assert set(faces(wb, "GRID", "2026-10").values()) == {expected}
    # Of an hour every block is fine enough.
    (row,) = wb.demand("GRID", "2026-10", block="60min")
    assert row["load_factor"] == pytest.approx((4.0 + later) / 2 / max(4.0, later), abs=1e-4)


def test_with_no_block_fine_enough_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = home_of(tmp_path / "home", ZONE, METERS)
    home.profiles_path.mkdir()
    (home.profiles_path / "single.yaml").write_text(FLOAT)
    wb = opened(home, monkeypatch, START + timedelta(days=40))
    wb.update_meter("GRID", {"profile": "single", "gateway": "tcp://10.0.0.9:502", "unit_id": 1})
    count(home, START, {"GRID": [(2 * DAY, 4.0)]}, level=2.0**19)
    assert set(faces(wb, "GRID", "2026-10").values()) == {None}
    found: Any = wb.pattern("GRID", "2026-10")
    assert (found.peak_kw, found.mean_load_kw) == (None, pytest.approx(4.0))


def test_a_billing_month_has_the_load_factor_of_its_own_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = home_of(tmp_path / "home", ZONE, METERS)
    count(home, START, {"GRID": [(14 * DAY, 4.0), (DAY // 2, 2.0), (DAY // 2, 8.0), (8 * DAY, 6.0)]})
    wb = opened(home, monkeypatch, START + timedelta(days=40))
    rows = wb.demand("GRID", "2026-10", billing_day=15).rows
    for row, period in zip(rows, ("2026-10-01/2026-10-14", "2026-10-15/2026-10-31"), strict=True):
        assert row["load_factor"] == wb.pattern("GRID", period).load_factor  # type: ignore[union-attr]
    assert rows[0]["load_factor"] == 1.0
    assert rows[1]["load_factor"] == pytest.approx((5.0 + 8 * 6.0) / 9 / 8.0, abs=1e-4)


def test_an_edited_interval_is_one_of_the_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from energy_workbench.lake.build.intervals import build

    home = home_of(tmp_path / "home", ZONE, METERS)
    count(home, START, {"GRID": GAP})
    wb = opened(home, monkeypatch, START + timedelta(days=40))
    wb.edit_interval("GRID", "2026-10-15T10:15:00+05:30", {"energy_import_kwh": 5.0, "reason": "read off the incomer"})
    build(wb.reader.lake, wb.registry.all_ratios(), evidence=wb.registry.evidence(wb.settings.profiles_path))
    mean = (11 * DAY * 4.0 + 20.0) / (11 * DAY + 1)
    assert set(faces(wb, "GRID", "2026-10").values()) == {round(mean / 20.0, 4)}


def test_two_meters_of_the_same_energy_and_peak_have_the_same_load_factor_in_a_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from energy_workbench.reports.report_context import ReportContext
    from energy_workbench.reports.sections import front, meters

    home = home_of(
        tmp_path / "home", ZONE, [METERS[0], {"number": "MAIN", "name": "Main", "type": "main", "parent": "GRID"}]
    )
    day = [(DAY // 2, 10.0), (DAY // 2, 50.0)]
    silent = [(DAY // 2, 10.0, False), (DAY // 2 - 1, 50.0, False), (1, 50.0)]
    count(home, START, {"GRID": day * 31, "MAIN": [*(day * 10), *(silent * 3), *(day * 18)]})
    wb = opened(home, monkeypatch, START + timedelta(days=40))
    (table,) = [part for part in meters.by_tree(ReportContext(wb, "2026-10")).parts if hasattr(part, "rows")]
    columns = [column.head for column in table.columns]
    energy, peak, factor, complete = (
        [row[columns.index(name)] for row in table.rows] for name in ("Energy", "Peak", "Load factor", "Complete")
    )
    assert energy[0] == pytest.approx(energy[1])
    assert peak[0] == pytest.approx(peak[1])
    assert factor == [0.6, 0.6]
    assert complete == [1.0, pytest.approx(28 / 31, abs=1e-3)]
    for number in ("GRID", "MAIN"):
        (figures,) = [
            part for part in front.summary(ReportContext(wb, "2026-10", number)).parts if hasattr(part, "items")
        ]
        cards = {card.label: card for card in figures.items}
        assert (cards["Load factor"].value, cards["Mean load"].value) == ("60.0 %", "30.0")
    assert cards["Load factor"].note == "mean of the known blocks ÷ maximum, 90.3 % of the time"
    assert cards["Mean load"].note == "mean by registers, 100.0 % of the time"
