"""Every question about a time, answered with sums by day and without: the same numbers; and which of them ask sums."""

from __future__ import annotations

import inspect
import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from energy_workbench.contract.everything import WorkbenchContract
from energy_workbench.contract.operation import operations
from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.lake import Lake
from energy_workbench.lake.rollups.folder import FOLDER
from energy_workbench.registry import Registry, StateStore
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.measuring.build import IntervalBuild
from energy_workbench.services.workbench import Workbench
from tests.lake.rollups.watched import alike, small_files_too
from tests.workbench.plant import NOW

WEEK = "2026-10-05/2026-10-11"

BY_DAY: list[tuple[str, dict[str, Any]]] = [
    ("intervals", {"meter": "UNIT-A", "period": WEEK, "every": "1d"}),
    ("intervals", {"meter": "GRID", "period": "2026-10", "every": "1w"}),
    ("intervals", {"meter": "MAIN", "period": "2026", "every": "1mo"}),
    ("energies", {"period": WEEK}),
    ("energies", {"period": "this month"}),
    ("energies", {"period": "today"}),
    ("energies", {"start": "2026-10-04T10:00:00+05:30", "end": "2026-10-10T16:45:00+05:30"}),
    ("completeness", {"period": WEEK}),
    ("flow", {"period": WEEK}),
    ("overview", {"period": "this month"}),
    ("overview", {"period": "today"}),
    ("site_figures", {"period": WEEK}),
    ("pattern", {"meter": "UNIT-A", "period": WEEK, "every": "1d"}),
    ("pattern", {"meter": "UNIT-A", "period": WEEK, "by": "day"}),
    ("pattern", {"meter": "UNIT-A", "period": "2026", "by": "month"}),
    ("compare", {"meter": "UNIT-A", "period": WEEK, "every": "1d"}),
    # But for what is lost, which is told interval by interval.
    ("balance", {"period": WEEK}),
    ("generation", {"period": WEEK}),
    ("compare_generation", {"period": WEEK}),
    ("fleet", {"period": WEEK}),
]
"""Questions whose buckets are made of local days."""

BY_INTERVAL: list[tuple[str, dict[str, Any], str]] = [
    ("intervals", {"meter": "REST", "period": "2026", "every": "1mo"}, "is calculated of others interval by interval"),
    ("intervals", {"meter": "UNIT-A", "period": WEEK, "every": "1h"}, "its buckets are shorter than a day"),
    ("pattern", {"meter": "UNIT-A", "period": WEEK, "every": "1h"}, "its buckets are shorter than a day"),
    ("pattern", {"meter": "UNIT-A", "period": WEEK, "by": "weekday-hour"}, "shows the hours of each weekday"),
    ("pattern", {"meter": "UNIT-A", "period": WEEK, "by": "hour"}, "shows hours"),
    ("pattern", {"meter": "UNIT-A", "period": WEEK, "by": "duration"}, "sorts intervals"),
    ("pattern", {"meter": "UNIT-A", "period": WEEK, "by": "shift"}, "a shift is no day"),
    ("demand", {"meter": "GRID", "period": WEEK}, "sorts blocks of some minutes"),
    ("losses", {"meter": "MAIN", "period": WEEK}, "compares what is above and below a node interval by interval"),
    ("readings", {"meter": "GRID", "period": WEEK, "limit": 20}, "tells readings"),
    ("metering_periods", {"meter": "GRID", "period": WEEK}, "tells how often readings came"),
    ("events", {"meter": "GRID", "period": WEEK}, "tells what happened, and no energy"),
    ("history", {"period": WEEK}, "tells what was changed, and no energy"),
    ("findings", {"period": WEEK}, "tells findings, and no energy"),
    ("audit", {"period": WEEK}, "tells who did what, and no energy"),
    ("audit_summary", {"period": WEEK}, "tells who did what, and no energy"),
]
"""Questions that sums by day cannot answer, and why."""


@pytest.fixture(scope="module")
def rolled_home(plant_home: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The plant with a calculated meter, and sums by day as a build makes them."""
    home = tmp_path_factory.mktemp("rolled") / "home"
    shutil.copytree(plant_home.home, home)
    found = Workbench.at(home).settings
    registry, state = Registry(found.registry_url), StateStore(found.state_url)
    registry.create_meter(
        {"number": "REST", "name": "Rest", "type": "virtual", "parent": "GRID", "formula": "[GRID] - [MAIN]"}, by="test"
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(FIXED_NOW, NOW.isoformat())
        small_files_too(patched)
        IntervalBuild(found, Lake(found.lake_path), registry, state).run()
    registry.close()
    assert list((Path(found.lake_path) / FOLDER).iterdir())
    return found


@pytest.fixture
def asked_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    small_files_too(monkeypatch)


def answer(home: Path, name: str, given: dict[str, Any]) -> tuple[Any, int]:
    """What a workbench that knows nothing yet answers, and how many of its queries looked at sums."""
    wb = Workbench.at(home)
    rolled, run = 0, wb.reader.run

    def counted(query: str, **tables: pa.Table) -> pa.Table:
        nonlocal rolled
        rolled += f"/{FOLDER}/" in query
        return run(query, **tables)

    wb.reader.run = counted  # type: ignore[method-assign]
    told = getattr(wb, name)(**given)
    plain = told.to_dict() if hasattr(told, "to_dict") else told
    frame = plain.to_json(orient="table") if hasattr(plain, "to_json") else json.dumps(plain, default=str)
    return json.loads(frame), rolled


@pytest.fixture(scope="module")
def plain_home(rolled_home: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Its twin without any sums."""
    home = tmp_path_factory.mktemp("plain") / "home"
    shutil.copytree(rolled_home.home, home)
    twin = Workbench.at(home).settings
    shutil.rmtree(Path(twin.lake_path) / FOLDER)
    return twin


@pytest.mark.usefixtures("asked_small")
@pytest.mark.parametrize(("name", "given"), BY_DAY, ids=str)
def test_sums_by_day_answer(name: str, given: dict[str, Any], rolled_home: Settings, plain_home: Settings) -> None:
    told, rolled = answer(rolled_home.home, name, given)
    plain, none = answer(plain_home.home, name, given)
    assert alike(told, plain)
    assert rolled > 0 == none


@pytest.mark.usefixtures("asked_small")
@pytest.mark.parametrize(("name", "given", "why"), BY_INTERVAL, ids=str)
def test_intervals_answer(
    name: str, given: dict[str, Any], why: str, rolled_home: Settings, plain_home: Settings
) -> None:
    told, rolled = answer(rolled_home.home, name, given)
    assert alike(told, answer(plain_home.home, name, given)[0])
    assert rolled == 0, f"{why}: does it still?"


def test_every_question_about_a_time_is_among_them() -> None:
    changes = {"edit_interval", "restore_interval", "run_schedule"}
    questions = {
        name for name, method, _ in operations(WorkbenchContract) if "period" in inspect.signature(method).parameters
    }
    assert questions - changes <= {name for name, *_ in (*BY_DAY, *BY_INTERVAL)}
