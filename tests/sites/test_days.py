"""Each site has its own days: at one moment it is another day in Kolkata than in Berlin."""

from __future__ import annotations

import pytest

import energy_workbench as ew
from energy_workbench.domain.errors import PeriodError
from energy_workbench.runtime.settings import Settings
from tests.sites.conftest import KW


def test_today_is_each_sites_own(measured: Settings) -> None:
    berlin, kolkata = ew.open(site="berlin").fleet("today")
    assert (berlin["start"], berlin["end"]) == ("2026-10-12T00:00:00+02:00", "2026-10-13T00:00:00+02:00")
    assert (kolkata["start"], kolkata["end"]) == ("2026-10-13T00:00:00+05:30", "2026-10-14T00:00:00+05:30")
    # By the last quarter: 22:30 in Berlin, 02:00 in Kolkata.
    assert berlin["energy_kwh"] == pytest.approx(KW["berlin"] * 22.5, rel=1e-6)
    assert kolkata["energy_kwh"] == pytest.approx(KW["kolkata"] * 2, rel=1e-6)
    assert (berlin["currency"], kolkata["currency"]) == ("EUR", "INR")


def test_a_day_has_the_energy_of_its_own_hours(measured: Settings) -> None:
    for row in ew.open(site="kolkata").fleet("2026-10-11"):
        assert row["energy_kwh"] == pytest.approx(KW[row["site"]] * 24, rel=1e-6)
        assert row["demand_peak_kw"] == pytest.approx(KW[row["site"]], rel=1e-6)
        assert row["loss_percent"] == pytest.approx(10, abs=0.01)
        assert row["completeness"] == pytest.approx(1)
        assert sum(row["colours"].values()) == row["meters"] == 2


def test_the_figures_side_by_side_are_those_of_each_site(measured: Settings) -> None:
    for row in ew.open(site="berlin").fleet("yesterday"):
        wb = ew.open(site=row["site"])
        figures = wb.site_figures("yesterday")
        assert {name: row[name] for name in ("energy_kwh", "demand_peak_kw", "demand_peak_at", "completeness")} == {
            name: figures[name] for name in ("energy_kwh", "demand_peak_kw", "demand_peak_at", "completeness")
        }
        assert row["loss_percent"] == wb.balance("yesterday").lost["site_percent"]
        assert row["colours"] == wb.status_summary().colour


def test_a_period_that_is_none_is_refused(measured: Settings) -> None:
    with pytest.raises(PeriodError):
        ew.open(site="berlin").fleet("yesterdya")
