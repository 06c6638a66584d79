"""The preview of a ratio: the energy of each month before and after, as consumption tells it then."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from energy_workbench.api.app import create_app
from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.lake import Lake
from energy_workbench.lake.build.intervals import build
from energy_workbench.registry import Registry
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.workbench import Workbench
from tests.workbench.plant import add_history, make_home

LATER = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
AT = "2026-10-05T10:00:00+05:30"
NEW = {"ct_primary": 200, "ct_secondary": 5, "ratio_applied_by": "workbench"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = make_home(tmp_path_factory.mktemp("preview") / "home")
    add_history(found)
    return found.home


@pytest.fixture
def wb(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    monkeypatch.setenv(FIXED_NOW, LATER.isoformat())
    with closing(Workbench.at(shutil.copytree(made, tmp_path / "home"))) as found:
        yield found


def energy(wb: Workbench, meter: str, month: str) -> tuple[float | None, float | None]:
    """Import and export of a month [kWh], as consumption has them."""
    (row,) = wb.intervals(meter, month, every="1mo").rows
    return row["energy_import_kwh"], row["energy_export_kwh"]


def rebuilt(settings: Settings) -> None:
    """What the schedule does after a change."""
    registry = Registry(settings.registry_url)
    build(Lake(settings.lake_path), registry.all_ratios(), evidence=registry.evidence(settings.profiles_path))
    registry.close()


@pytest.mark.parametrize(
    ("asked", "do"),
    [
        ({"fields": {**NEW, "valid_from": AT}}, lambda wb: wb.add_ratio("UNIT-A", {**NEW, "valid_from": AT})),
        ({"fields": NEW, "replaces": "beginning"}, lambda wb: wb.edit_ratio("UNIT-A", None, NEW)),
    ],
)
def test_the_months_are_those_that_consumption_has_before_and_after_the_change(
    wb: Workbench, asked: dict[str, Any], do: Callable[[Workbench], Any]
):
    rebuilt(wb.settings)
    (month,) = wb.preview_ratio("UNIT-A", **asked)["months"]
    assert month["month"] == "2026-10"
    assert (month["before_import_kwh"], month["before_export_kwh"]) == energy(wb, "UNIT-A", "2026-10")
    do(wb)
    rebuilt(wb.settings)
    assert (month["after_import_kwh"], month["after_export_kwh"]) == energy(wb, "UNIT-A", "2026-10")
    assert month["before_import_kwh"] != month["after_import_kwh"]
    # After it, there is nothing that the same would change.
    (same,) = wb.preview_ratio("UNIT-A", **asked)["months"]
    assert same["before_import_kwh"] == same["after_import_kwh"] == month["after_import_kwh"]


def test_a_pair_that_moves_gives_back_what_it_held(wb: Workbench):
    wb.add_ratio("UNIT-A", {**NEW, "valid_from": AT})
    rebuilt(wb.settings)
    later = "2026-10-08T10:00:00+05:30"
    told = wb.preview_ratio("UNIT-A", {**NEW, "valid_from": later}, replaces=AT)
    (month,) = told["months"]
    assert (told["from"], told["until"]) == (AT, None)
    wb.edit_ratio("UNIT-A", AT, {**NEW, "valid_from": later})
    rebuilt(wb.settings)
    assert (month["after_import_kwh"], month["after_export_kwh"]) == energy(wb, "UNIT-A", "2026-10")


def test_of_a_time_without_readings_there_are_no_months(wb: Workbench):
    told = wb.preview_ratio("UNIT-A", {**NEW, "valid_from": "2026-11-01T00:00:00+05:30"})
    assert (told["months"], told["intervals"], told["locked_months"]) == ([], 0, [])


def test_rest_says_the_same_with_what_is_locked(wb: Workbench):
    wb.lock_month("2026-10")
    here = wb.preview_ratio("UNIT-A", NEW, replaces="beginning")
    assert here["locked_months"] == ["2026-10"]
    assert [each["locked"] for each in here["months"]] == [True]
    token = Registry(wb.settings.registry_url).create_token("anna", "editor")
    with TestClient(create_app(wb.settings), base_url="http://localhost") as client:
        answer = client.post(
            "/api/Energy/meters/UNIT-A/ratios/preview",
            params={"replaces": "beginning"},
            json=NEW,
            headers={"Authorization": f"Bearer {token}"},
        )
    assert answer.status_code == 200, answer.text
    assert answer.json() == here
