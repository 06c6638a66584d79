"""Many meters chosen and changed together, and commissioning sheets, on the setup page; without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.services.workbench import Workbench
from energy_workbench.widgets.background import AtOnce
from energy_workbench.widgets.browser.files import Files
from energy_workbench.widgets.setup.page_model import SetupModel
from energy_workbench.widgets.setup.page_view import SetupView
from tests.workbench.plant import NOW, make_home


@pytest.fixture
def wb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    with closing(Workbench.at(make_home(tmp_path / "home").home)) as found:
        yield found


@pytest.fixture
def view(wb: Workbench) -> SetupView:
    """The page of a small plant."""
    model = SetupModel(wb, AtOnce())
    model.refresh()
    return SetupView(model, Files(accept=".csv,.xlsx"), lambda act: act)


def numbers(view: SetupView) -> list[str]:
    model = view.model
    return [model.meters.number_of(key) for key in model.together.chosen]


def test_meters_are_chosen_by_filter_and_by_clicks_in_the_tree(view: SetupView) -> None:
    model = view.model
    model.open("together")
    view.together.filters["below"].value = "MAIN"
    view.together.filters["gateway"].value = "none"
    assert numbers(view) == ["DG", "SOLAR", "UNIT-A", "UNIT-A-MACHINE-01"]
    for number in ("GRID", "DG", "SOLAR", "DG"):
        model.tree.selected = model.meters.id_of(number)
    assert model.side == "together"
    assert numbers(view) == ["GRID", "DG", "UNIT-A", "UNIT-A-MACHINE-01"]
    view.together.filters["commissioned"].value = "yes"
    assert numbers(view) == ["GRID", "DG"]
    assert "<b>2 meters</b> are chosen: GRID, DG" in view.together.chosen.value


def test_the_preview_shows_each_before_and_after_and_one_undo_takes_it_back(view: SetupView, wb: Workbench) -> None:
    model, panel = view.model, view.together
    model.open("together")
    panel.filters["type"].value = "machine"
    panel.field.value = "poll_seconds"
    panel.value.value = "30"
    panel.set.click()
    panel.field.value = "limit.nominal_voltage"
    panel.value.value = "415"
    panel.set.click()
    panel.look.click()
    assert "Poll every: 10 → 30" in panel.preview.value
    assert "nominal voltage: – → 415" in panel.preview.value
    assert wb.meter("UNIT-A-MACHINE-01")["poll_seconds"] == 10.0
    assert panel.apply.description == "Change 1 meters"
    panel.apply.click()
    assert wb.meter("UNIT-A-MACHINE-01")["poll_seconds"] == 30.0
    assert "1 meters were changed together" in model.notice
    model.undo.undo()
    assert wb.meter("UNIT-A-MACHINE-01")["poll_seconds"] == 10.0
    assert wb.limits("UNIT-A-MACHINE-01")["own"] == {}


def test_what_is_refused_is_named_and_nothing_can_be_done_before(view: SetupView, wb: Workbench) -> None:
    model, panel = view.model, view.together
    model.open("together")
    panel.filters["q"].value = "UNIT-A"
    panel.field.value = "parent"
    panel.value.value = "UNIT-A-MACHINE-01"
    panel.set.click()
    panel.look.click()
    assert "cannot be below itself" in panel.preview.value
    assert not model.together.ready
    panel.apply.click()
    assert wb.meter("UNIT-A-MACHINE-01")["parent_id"] == model.meters.id_of("UNIT-A")
    panel.leave.click()
    assert model.together.changes == {}
    assert model.together.preview is None


def test_a_preview_that_is_out_of_date_says_so(view: SetupView, wb: Workbench) -> None:
    model, panel = view.model, view.together
    model.open("together")
    panel.filters["type"].value = "unit"
    panel.field.value = "location"
    panel.value.value = "Hall 9"
    panel.set.click()
    panel.look.click()
    wb.update_meter("GRID", {"location": "yard"})
    panel.apply.click()
    assert model.together.failure
    assert wb.meter("UNIT-A")["location"] == "Hall 1"


def test_a_sheet_is_checked_signed_and_listed(view: SetupView, wb: Workbench) -> None:
    model = view.model
    found = {"active_power_l1": 5.0, "active_power_l2": -5.0, "active_power_l3": 5.0}
    found |= {f"reactive_power_{phase}": 1.0 if value > 0 else -1.0 for phase, value in
              zip(("l1", "l2", "l3"), found.values(), strict=True)}  # fmt: skip
    wb.record("UNIT-A", [{"ts": NOW.isoformat(), "values": found | {"energy_active_import": 1204.5}}])
    model.choose(model.meters.id_of("UNIT-A"))
    model.begin_service()
    panel = view.service
    assert "not commissioned yet" in panel.sheets.value
    panel.inputs["energy_active_import"].value = "1204.5"
    panel.look.click()
    assert "the CT of L2 is reversed" in panel.found.value
    panel.sign.click()
    assert "is required" in panel.notes["signed_by"].value
    assert "is required" in panel.notes["remarks"].value
    panel.inputs["signed_by"].value = "A. Rao"
    panel.inputs["remarks"].value = "turned <b>tomorrow</b>"
    panel.sign.click()
    assert "Sheet 1, 2026-10-12 15:07 by A. Rao" in panel.sheets.value
    assert "<b>tomorrow" not in panel.sheets.value
    assert model.side == "service"
    assert "is signed by A. Rao" in model.notice
    assert wb.meter("UNIT-A")["commissioned"] is True
    # Who signs the next one is likely the same person.
    model.choose(model.meters.id_of("GRID"))
    model.begin_service()
    assert panel.inputs["signed_by"].value == "A. Rao"


def test_sheets_and_labels_are_handed_out_and_the_beginning_is_offered(wb: Workbench) -> None:
    given: list[tuple[str, bytes]] = []
    model = SetupModel(wb, AtOnce(), lambda name, content: given.append((name, content)))
    model.refresh()
    view = SetupView(model, Files(accept=".csv,.xlsx"), lambda act: act)
    model.choose(model.meters.id_of("UNIT-A"))
    model.begin_service()
    panel = view.service
    assert model.service.unstated
    panel.look.click()
    panel.inputs["commissioned_at"].value = "signing"
    assert "That is 2026-10-12" in panel.notes["commissioned_at"].value
    panel.inputs["signed_by"].value = "A. Rao"
    panel.sign.click()
    assert wb.meter("UNIT-A")["commissioned_at"] == "2026-10-12"
    assert not model.service.unstated
    panel.take.click()
    assert [name for name, _ in given] == ["commissioning-UNIT-A-1.pdf"]
    assert given[0][1].startswith(b"%PDF")
    # No phone reaches a service of this machine alone: the panel says what to set.
    panel.label.click()
    assert "set public_url" in model.service.failure
    model.open("together")
    view.together.labels.click()
    assert "Choose meters" in model.together.failure
