"""Panels of the setup page: exchange of a device, templates, deleted meters, and the first steps; without a browser."""

from __future__ import annotations

from typing import Any

import pytest

from energy_workbench.widgets.background import AtOnce
from energy_workbench.widgets.browser.files import Files
from energy_workbench.widgets.setup.deleted import markup as deleted_markup
from energy_workbench.widgets.setup.exchange import markup as exchange_markup
from energy_workbench.widgets.setup.page_model import PANELS, SetupModel
from energy_workbench.widgets.setup.page_view import TOOLS, SetupView
from energy_workbench.widgets.setup.templates import markup as template_markup
from tests.widgets.setup_stand_in import SetupStandIn


@pytest.fixture
def stand_in() -> SetupStandIn:
    return SetupStandIn()


@pytest.fixture
def model(stand_in: SetupStandIn) -> SetupModel:
    model = SetupModel(stand_in, AtOnce())
    model.refresh()
    return model


@pytest.fixture
def view(model: SetupModel) -> SetupView:
    return SetupView(model, Files(accept=".csv,.xlsx"), lambda act: act)


def called(stand_in: SetupStandIn, what: str) -> list[Any]:
    return [call for call in stand_in.calls if call[0] == what]


def visible(widget: Any) -> bool:
    return "ew-hidden" not in widget._dom_classes


def test_every_panel_of_the_plant_has_a_button_and_is_shown_alone(model: SetupModel, view: SetupView) -> None:
    assert {panel for panel, *_ in TOOLS} == set(PANELS)
    for panel in PANELS:
        model.side = panel
        assert [name for name, widget in view.sides.items() if visible(widget)] == [panel]
    model.back()
    assert model.side == "details"


# Exchange


def chosen(model: SetupModel, number: str = "UNIT-A") -> str:
    key = model.meters.id_of(number)
    model.choose(key)
    model.begin_exchange()
    return key


def test_an_exchange_sends_what_was_read_and_only_what_is_other_with_the_new_device(
    model: SetupModel, stand_in: SetupStandIn, view: SetupView
) -> None:
    key = chosen(model)
    form = model.exchange
    assert model.side == "exchange"
    assert form.counted == ("energy_active_import",)
    view.exchange.inputs["new_serial"].value = "N-2"
    view.exchange.inputs["closing.energy_active_import"].value = "91240.5"
    view.exchange.inputs["opening.energy_active_import"].value = "0.2"
    form.set("at", "2026-10-05T10:00")
    assert called(stand_in, "preview exchange")[-1][2]["closing"] == {"energy_active_import": 91240.5}
    form.save()
    ((_, of, fields, revision),) = called(stand_in, "exchange")
    assert (of, revision) == (key, 1)
    assert fields == {
        "at": "2026-10-05T10:00", "new_serial": "N-2", "note": "", "closing": {"energy_active_import": 91240.5},
        "opening": {"energy_active_import": 0.2},
    }  # fmt: skip
    assert (model.side, model.details.row["serial"]) == ("details", "N-2")
    assert "UNIT-A was recorded: N-2" in model.notice


def test_another_profile_and_ratio_go_with_it_whole(model: SetupModel, stand_in: SetupStandIn) -> None:
    chosen(model)
    model.exchange.set("new_serial", "N-2")
    model.exchange.set("profile", "eastron_sdm630")
    model.exchange.set("ct_primary", "400")
    model.exchange.save()
    fields = called(stand_in, "exchange")[-1][2]
    assert fields["profile"] == "eastron_sdm630"
    assert fields["ratio"] == {
        "ct_primary": 400.0, "ct_secondary": 5.0, "pt_primary": None, "pt_secondary": None, "ratio_applied_by": "meter",
    }  # fmt: skip


def test_what_it_changes_is_shown_in_kwh_before_it_is_stored(model: SetupModel, stand_in: SetupStandIn) -> None:
    chosen(model)
    shown = exchange_markup.preview(model.exchange.preview, looking=False, removing=False)
    assert "Day of the exchange, import" in shown
    assert "+4.5 kWh" in shown
    assert "⚠ &lt;b&gt;look&lt;/b&gt;" in shown
    assert "2026-10 is locked: a reason is asked for" in shown
    assert "&lt;b&gt;Board&lt;/b&gt;, 2026-10 (sent" in shown
    assert called(stand_in, "exchange") == []


def test_what_is_wrong_stands_at_its_field_and_a_serial_number_is_needed(
    model: SetupModel, stand_in: SetupStandIn
) -> None:
    chosen(model)
    model.exchange.set("at", "tomorrow")
    assert model.exchange.problems == {"at": "is no instant"}
    model.exchange.set("at", "2026-10-05T10:00")
    assert model.exchange.problems == {}
    model.exchange.save()
    assert "new_serial" in model.exchange.problems
    assert called(stand_in, "exchange") == []


def test_an_exchange_is_taken_away_after_a_question_that_says_what_it_changes(
    model: SetupModel, stand_in: SetupStandIn, view: SetupView
) -> None:
    key = chosen(model)
    model.exchange.set("new_serial", "N-2")
    model.exchange.set("at", "2026-10-05T10:00")
    model.exchange.save()
    model.begin_exchange()
    (row,) = model.exchange.rows
    view.exchange.pick.value = row["at"]
    assert called(stand_in, "preview exchange")[-1][2:] == ({"at": row["at"]}, True)
    assert visible(view.exchange.question)
    assert not visible(view.exchange.save)
    model.exchange.keep()
    assert not visible(view.exchange.question)
    assert called(stand_in, "delete exchange") == []
    model.exchange.ask_remove(row["at"])
    model.exchange.remove()
    assert called(stand_in, "delete exchange") == [("delete exchange", key, row["at"])]
    assert "was taken away" in model.notice


# Templates


def test_a_template_is_written_and_a_meter_is_made_from_it(model: SetupModel, stand_in: SetupStandIn) -> None:
    model.open("templates")
    assert "There is none yet" in template_markup.table(model.templates.rows, known=model.templates.known)
    model.templates.add()
    model.templates.save()
    assert "name" in model.templates.problems
    model.templates.name = "Feeder"
    for name, text in (("type", "machine"), ("ct_primary", "400"), ("ct_secondary", "5"), ("location", "Hall 7")):
        model.templates.set(name, text)
    model.templates.save()
    assert called(stand_in, "put template")[-1][1:] == (
        "Feeder", {"type": "machine", "ct_primary": 400.0, "ct_secondary": 5.0, "location": "Hall 7"},
    )  # fmt: skip
    assert model.notice == "Template Feeder was saved."
    model.templates.use()
    assert (model.side, model.form.values["ct_primary"], model.form.values["location"]) == ("form", "400", "Hall 7")
    model.form.set("number", "NEW-1")
    model.form.set("name", "New")
    # What the template holds and somebody emptied stays empty.
    model.form.set("location", "")
    model.form.save()
    (_, fields, template) = called(stand_in, "create")[-1]
    assert (template, fields["location"], fields["ct_primary"]) == ("Feeder", None, 400.0)


def test_a_template_is_changed_and_deleted_after_a_question_that_says_who_uses_it(
    model: SetupModel, stand_in: SetupStandIn, view: SetupView
) -> None:
    stand_in.held, stand_in.made = {"Feeder <b>": {"type": "machine"}}, {"Feeder <b>": ["M2", "M10"]}
    model.open("templates")
    assert "<dd>M2, M10</dd>" in template_markup.details(model.templates.row)
    model.templates.edit()
    assert model.templates.values["type"] == "machine"
    model.templates.set("ct_primary", "many")
    model.templates.save()
    assert model.templates.problems == {"ct_primary": "is no number"}
    model.templates.cancel()
    model.templates.ask_delete()
    asked = template_markup.asked(model.templates.row)
    assert "Feeder &lt;b&gt;" in asked
    assert "The 2 meters that were made from it stay as they are" in asked
    assert called(stand_in, "delete template") == []
    view.templates.sure.click()
    assert called(stand_in, "delete template") == [("delete template", "Feeder <b>")]
    assert (model.templates.rows, model.templates.kind) == ([], "")


# Deleted meters


def test_what_is_in_the_way_of_restoring_is_said_and_it_is_not_tried(
    model: SetupModel, stand_in: SetupStandIn, view: SetupView
) -> None:
    key = model.meters.id_of("SOLAR")
    stand_in.delete_meter(key)
    stand_in.conflicts = ["the number 'SOLAR' is in use by mtr_99 (SOLAR): take another"]
    model.open("deleted")
    assert "asha" in deleted_markup.table(model.deleted.rows, known=True)
    view.deleted.pick.value = key
    assert "It cannot come back now: the number" in view.deleted.preview.value
    assert view.deleted.restore.disabled
    model.deleted.restore()
    assert stand_in.stored[key]["deleted_at"]
    stand_in.conflicts = []
    model.deleted.choose("")
    view.deleted.pick.value = key
    view.deleted.restore.click()
    assert stand_in.stored[key]["deleted_at"] is None
    assert model.details.row["number"] == "SOLAR"


# First steps


def test_an_empty_plant_leads_to_the_first_meter_the_file_and_templates() -> None:
    stand_in, delivered = SetupStandIn(0), list[tuple[str, bytes]]()
    model = SetupModel(stand_in, AtOnce(), lambda name, content: delivered.append((name, content)))
    view = SetupView(model, Files(accept=".csv,.xlsx"), lambda act: act)
    # Before it is known, nothing is said of the plant.
    assert not visible(view.first_run.widget)
    assert view.first_run.widget.children == ()
    model.refresh()
    assert len(view.first_run.widget.children) == 4
    assert visible(view.first_run.widget)
    assert not any(visible(widget) for widget in view.sides.values())
    assert model.cards == []
    model.bulk.download("template", "xlsx")
    assert delivered[0][0] == "meter-template.xlsx"
    for panel in ("bulk", "templates"):
        model.open(panel)
        assert not visible(view.first_run.widget)
        model.back()
    model.begin_add()
    model.form.set("number", "GRID")
    model.form.set("name", "Grid")
    model.form.save()
    assert not visible(view.first_run.widget)
    assert visible(view.sides["details"])
