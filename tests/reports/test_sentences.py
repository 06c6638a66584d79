"""What a report says in sentences is so, also where nothing stands out."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.reports import sections
from energy_workbench.reports.content.blocks import Section
from energy_workbench.reports.report_context import ReportContext
from energy_workbench.services.workbench import Workbench
from tests.workbench.counted import Stretch, count, home_of

START = datetime(2026, 9, 30, 22, tzinfo=UTC)
"""Midnight of 1 October in Berlin."""
DAY = 96


def about(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    loads: list[Stretch],
    level: float = 1e3,
    period: str = "2026-10-01/2026-10-10",
) -> ReportContext:
    units = [{"number": f"UNIT-{n}", "name": f"Unit {n}", "type": "unit", "parent": "GRID"} for n in range(3)]
    home = home_of(folder / "home", "Europe/Berlin", [{"number": "GRID", "name": "Grid", "type": "grid"}, *units])
    count(home, START, {"GRID": loads, "UNIT-0": loads, "UNIT-1": loads}, level=level)
    monkeypatch.setenv(FIXED_NOW, (START + timedelta(days=40)).isoformat())
    return ReportContext(Workbench.at(home.home), period)


def text(part: Section) -> str:
    return "".join(each._repr_mimebundle_().get("text/html", "") for each in part.parts)


def test_of_days_that_took_the_same_none_took_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = text(sections.summary(about(tmp_path, monkeypatch, [(10 * DAY, 7.0)]), says=["days"]))
    assert "Every known day used the same energy (168.0 kWh)." in told
    assert "Most energy" not in told


def test_the_first_of_the_days_that_took_most_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[Stretch] = [(2 * DAY, 7.0), (DAY, 9.0), (DAY, 3.0), (DAY, 9.0), (5 * DAY, 7.0)]
    told = text(sections.summary(about(tmp_path, monkeypatch, loads), says=["days"]))
    assert "Most energy was used on Sat 3 Oct (216.0 kWh), least on Sun 4 Oct (72.0 kWh)." in told


def test_of_equal_highest_demands_the_first_ones_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A register that is as large loses a digit within the day: of the same load it then tells another last one.
    level = 2.0**30 - 4 * 24 * 7.3 - 20
    found = about(tmp_path, monkeypatch, [(10 * DAY, 7.3000045)], level=level, period="2026-10-05")
    assert len({point["demand_kw"] for point in found.quarters.points}) > 1
    told = text(sections.peaks(found))
    assert re.findall(r"\d\d:\d\d", told) == ["00:00", "00:15", "00:30", "00:45", "01:00"]


def test_one_unit_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Of 1 unit nothing is known." in text(sections.by_unit(about(tmp_path, monkeypatch, [(10 * DAY, 7.0)])))
