"""A report tells the alarms of its period: what health knew, what held before, and what intervals tell."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from energy_workbench.analytics.alarms import Spell, low_power_factor, overload, spells
from energy_workbench.domain.time.clock import FIXED_NOW, to_micros
from energy_workbench.lake import Lake, Reading, Spool
from energy_workbench.lake.build.intervals import build
from energy_workbench.registry import Registry
from energy_workbench.reports import sections
from energy_workbench.reports.report_context import ReportContext
from energy_workbench.services.workbench import Workbench
from tests.workbench.plant import NOW, make_home

START = datetime.fromisoformat("2026-10-01T00:00+05:30")
END = datetime.fromisoformat("2026-11-01T00:00+05:30")
DAY = timedelta(days=1)


def event(at: datetime, of: str, before: str, after: str, reason: str = "") -> dict[str, Any]:
    return {"at": at.isoformat(), "of": of, "from": before, "to": after, "reason": reason}


def test_an_alarm_that_began_before_and_one_that_still_holds_are_told() -> None:
    found = spells(
        [
            event(END - DAY, "communication", "online", "offline", "no answer"),
            event(START + DAY, "health", "critical", "good"),
            event(START - DAY, "health", "good", "critical", "hot"),
            event(START - 3 * DAY, "health", "good", "warning", "warm"),
            event(START - 2 * DAY, "health", "warning", "good"),
            event(END + DAY, "health", "good", "critical", "later"),
        ],
        START,
        END,
    )
    assert found == [
        Spell(None, START + DAY, "Health critical", "hot"),
        Spell(END - DAY, None, "Not reachable", "no answer"),
    ]


def test_one_that_held_all_the_time_is_told_though_nothing_changed() -> None:
    assert spells([event(START - DAY, "health", "good", "warning", "warm")], START, END) == [
        Spell(None, None, "Health warning", "warm")
    ]
    # The first change that is kept is later: what it says was before held.
    assert spells([event(END + DAY, "health", "warning", "good")], START, END) == [
        Spell(None, None, "Health warning", "")
    ]
    assert spells([event(END + DAY, "health", "good", "warning")], START, END) == []


@pytest.mark.parametrize("at", [END + DAY, START + DAY])
def test_a_meter_that_nobody_had_asked_yet_was_not_unreachable(at: datetime) -> None:
    """Its readings of before may all be there: of a file, or of a plant whose past was prepared."""
    assert spells([event(at, "communication", "offline", "online")], START, END) == []
    assert [spell.since for spell in spells([event(START, "communication", "online", "offline")], START, END)] == [
        START
    ]


def test_an_overload_is_judged_by_the_limit_of_health() -> None:
    points = [{"start": (START + k * timedelta(minutes=15)).isoformat(), "demand_kw": kw} for k, kw in enumerate([100.0, 210.0, None, 111.0, 110.0])]  # fmt: skip # noqa: E501
    found = overload(points, 100.0, 110.0)
    assert found is not None
    assert (found.since, found.until) == (START + timedelta(minutes=15), START + timedelta(minutes=60))
    assert found.reason.startswith("210 kW of 100 kW rated (210 %) by the 15-minute mean; above 110 % for 0.5 h")
    tall = [points[0] | {"demand_kw": kw} for kw in (1168.46, 12_345.6)]
    told = [overload([point], 900.0, 110.0, 0.006) for point in tall]
    assert [spell.reason.partition(" kW")[0] for spell in told if spell] == ["1,168.5", "12,346"], "as tables have it"
    assert overload(points[:1], 100.0, 110.0) is None
    assert low_power_factor(0.7, 0.7) is None
    assert low_power_factor(0.62, 0.7) is not None


def test_a_report_tells_an_overload_that_only_intervals_know(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    home = make_home(tmp_path / "home")
    registry, spool, lake = Registry(home.registry_url), Spool(home.spool_path), Lake(home.lake_path)
    meters = {meter.number: meter.key for meter in registry.meters()}
    registry.update_meter("UNIT-A", {"rated_kw": 100}, by="test")
    first = NOW.replace(day=10, hour=18, minute=30)
    counted = {"GRID": 60.0, "MAIN": 60.0, "UNIT-A": 52.5 / 20}
    # Its registers are secondary values, with a CT of 20.
    for number, kwh in counted.items():
        readings = [
            Reading(
                meters[number], to_micros(first + k * timedelta(minutes=15)), 0, {"energy_active_import": 9e3 + kwh * k}
            )
            for k in range(97)
        ]
        spool.append(readings)
    lake.commit(spool)
    build(lake, registry.all_ratios(), evidence=registry.evidence(home.profiles_path))
    about = ReportContext(Workbench.at(home.home), "2026-10-11", "UNIT-A")
    (alarm,) = [spell for number, spell in about.alarms if number == "UNIT-A"]
    assert (alarm.what, "210 kW of 100 kW rated (210 %)" in alarm.reason) == ("Overload", True)
    shown = "".join(part._repr_mimebundle_()["text/html"] for part in sections.alarms(about).parts)
    assert "210 kW of 100 kW rated" in shown
    summary = "".join(part._repr_mimebundle_()["text/html"] for part in sections.summary(about).parts)
    assert "UNIT-A: overload, 210 kW of 100 kW rated" in summary
    spool.close()
    registry.close()
