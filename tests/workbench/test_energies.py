"""All meters at once say what each says alone."""

from __future__ import annotations

import pytest

from energy_workbench.client.workbench import RemoteWorkbench
from energy_workbench.services.workbench import Workbench
from tests.workbench.plant import KW


@pytest.mark.parametrize("period", ["2026-10-10", "2026-10", "today", "2026-10-05T03:00/2026-10-09T17:30", "2026-09"])
def test_every_meter_is_as_its_pattern_says(wb: Workbench, period: str) -> None:
    found = wb.energies(period)
    assert [row["number"] for row in found] == list(KW)
    for row in found:
        alone = wb.pattern(row["number"], period, every="1d")
        loads = ("load_factor", "load_factor_share", "mean_load_kw", "mean_load_share")
        for name in ("total_kwh", "peak_kw", "peak_at", *loads, "completeness", "power_factor"):
            assert row[name] == getattr(alone, name), (row["number"], name)
        assert row["days"] == len(alone.points)
        assert row["missing_days"] == sum(point["quality"] == "missing" for point in alone.points)


def test_energy_is_known_exactly_both_ways(wb: Workbench) -> None:
    found = {row["number"]: row for row in wb.energies("2026-10-10")}
    assert {number: row["total_kwh"] for number, row in found.items()} == pytest.approx(
        {number: max(kw) * 24 for number, kw in KW.items()}
    )
    assert found["SOLAR"]["energy_export_kwh"] == pytest.approx(480.0)
    assert found["SOLAR"]["peak_kw"] == pytest.approx(20.0)
    assert found["GRID"]["peak_at"] is not None


def test_what_is_not_known_is_none_and_not_zero(wb: Workbench) -> None:
    for row in wb.energies("2026-09-01"):
        assert (row["total_kwh"], row["peak_kw"], row["load_factor"]) == (None, None, None)
        assert (row["completeness"], row["days"], row["missing_days"]) == (0.0, 1, 1)
    assert all(row["days"] == 0 for row in wb.energies("2027"))


def test_a_frame_has_a_row_a_meter(wb: Workbench) -> None:
    frame = wb.energies("2026-10-10").to_frame()
    assert frame["number"].tolist() == list(KW)
    assert str(frame["peak_at"].dt.tz) == "Asia/Kolkata"


def test_over_the_service_it_is_the_same(wb: Workbench, far: RemoteWorkbench) -> None:
    assert far.energies("2026-10") == wb.energies("2026-10")
