"""The form of a meter: answers, checks, saving and conflicts, without a browser."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from energy_workbench.domain.errors import InputError, Problem, ServiceError
from energy_workbench.widgets.background import AtOnce
from energy_workbench.widgets.setup.form import fields, markup
from energy_workbench.widgets.setup.form.model import FormModel
from energy_workbench.widgets.setup.form.view import FormView
from energy_workbench.widgets.setup.meter_tree import MeterTree
from energy_workbench.widgets.setup.parts import SetupParts
from tests.widgets.setup_stand_in import SetupStandIn

SEED = {
    "number": "UNIT-A-MACHINE-15", "name": "CNC Machine 05", "type": "machine", "parent": "UNIT-A", "ct_primary": "100",
    "ct_secondary": "5", "pt_primary": "415", "pt_secondary": "110", "gateway": "192.168.1.105", "unit_id": "5",
}  # fmt: skip


@pytest.fixture
def stand_in() -> SetupStandIn:
    return SetupStandIn()


@pytest.fixture
def saved() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def form(stand_in: SetupStandIn, saved: list[tuple[str, str]]) -> FormModel:
    def keep(meter: Mapping[str, Any], verb: str) -> None:
        saved.append((str(meter["number"]), verb))

    model = FormModel(stand_in, AtOnce(), keep)
    model.meters = MeterTree(stand_in.meters().rows)
    model.gateways = [item["url"] for item in stand_in.gateways()]
    return model


def fill(form: FormModel, answers: Mapping[str, str]) -> None:
    for name, text in answers.items():
        form.set(name, text)


def test_the_seed_example_is_added(form: FormModel, stand_in: SetupStandIn, saved: list[tuple[str, str]]) -> None:
    form.add()
    fill(form, SEED)
    form.save()
    assert saved == [("UNIT-A-MACHINE-15", "added")]
    row = stand_in.row_of("UNIT-A-MACHINE-15")
    assert (row["ct_ratio"], row["pt_ratio"]) == ("100/5", "415/110")
    assert row["gateway"] == "tcp://192.168.1.105"
    assert row["unit_id"] == 5
    assert row["parent_id"] == stand_in.row_of("UNIT-A")["id"]
    assert form.kind == ""


def test_an_empty_form_complains_of_nothing_before_somebody_answers(form: FormModel) -> None:
    form.add()
    assert form.problems == {}
    form.set("unit_id", "300")
    assert set(form.problems) == {"unit_id"}
    form.set("unit_id", "255")
    assert form.problems == {}


def test_saving_a_form_shows_every_problem_beside_its_field(form: FormModel, saved: list[tuple[str, str]]) -> None:
    form.add()
    fill(form, {"number": "GRID", "unit_id": "x", "ct_primary": "many", "parent": "NOWHERE"})
    form.save()
    assert saved == []
    assert {"number", "name", "unit_id", "ct_primary", "parent"} <= set(form.problems)
    assert "marked" in form.failure
    assert form.values["ct_primary"] == "many"


def test_a_suspicious_ratio_is_a_warning_and_can_be_saved(form: FormModel, saved: list[tuple[str, str]]) -> None:
    form.add()
    fill(form, SEED | {"ct_secondary": "4", "ratio_applied_by": "workbench"})
    assert "1 A or 5 A" in form.warnings["ct_secondary"]
    assert form.example == "meter says 4.2 A → 84 A"
    form.save()
    assert saved


def test_an_edit_sends_only_what_was_changed(form: FormModel, stand_in: SetupStandIn) -> None:
    form.edit(stand_in.meter("mtr_2"))
    form.set("location", "Substation")
    form.save()
    assert stand_in.calls[-1] == ("update", "mtr_2", {"location": "Substation"}, 1)


def test_an_edit_without_a_change_stores_nothing(form: FormModel, stand_in: SetupStandIn) -> None:
    form.edit(stand_in.meter("mtr_2"))
    form.save()
    assert form.kind == ""
    assert not [call for call in stand_in.calls if call[0] == "update"]


def test_the_second_editor_sees_both_versions_and_overwrites_nothing_unseen(
    form: FormModel, stand_in: SetupStandIn
) -> None:
    form.edit(stand_in.meter("mtr_2"))
    form.set("location", "Mine")
    stand_in.edited_elsewhere("MAIN", location="Theirs", name="Other name")
    form.save()
    assert stand_in.row_of("MAIN")["location"] == "Theirs"
    assert ("Location", "Hall 1", "Theirs", "Mine") in form.conflict
    assert ("Meter name", "Main incomer", "Other name", "Main incomer") in form.conflict
    assert form.values["location"] == "Mine"


def test_own_changes_can_be_kept_without_touching_the_others(form: FormModel, stand_in: SetupStandIn) -> None:
    form.edit(stand_in.meter("mtr_2"))
    form.set("location", "Mine")
    stand_in.edited_elsewhere("MAIN", location="Theirs", name="Other name")
    form.save()
    form.keep_mine()
    assert (stand_in.row_of("MAIN")["location"], stand_in.row_of("MAIN")["name"]) == ("Mine", "Other name")


def test_a_third_editor_is_a_conflict_again(form: FormModel, stand_in: SetupStandIn) -> None:
    form.edit(stand_in.meter("mtr_2"))
    form.set("location", "Mine")
    stand_in.edited_elsewhere("MAIN", location="Theirs")
    form.save()
    stand_in.edited_elsewhere("MAIN", location="A third one's")
    form.keep_mine()
    assert stand_in.row_of("MAIN")["location"] == "A third one's"
    assert ("Location", "Hall 1", "A third one's", "Mine") in form.conflict


def test_what_is_stored_can_be_taken_over(form: FormModel, stand_in: SetupStandIn) -> None:
    form.edit(stand_in.meter("mtr_2"))
    form.set("location", "Mine")
    stand_in.edited_elsewhere("MAIN", location="Theirs")
    form.save()
    form.take_theirs()
    assert form.values["location"] == "Theirs"
    assert form.conflict == []
    form.set("name", "Main")
    form.save()
    assert stand_in.row_of("MAIN")["name"] == "Main"


def test_a_copy_takes_over_all_but_what_is_the_meters_own(form: FormModel, stand_in: SetupStandIn) -> None:
    form.add(like=stand_in.meter(stand_in.row_of("UNIT-A-MACHINE-01")["id"]))
    assert form.values["parent"] == "UNIT-A"
    assert form.values["ct_primary"] == "1000"
    assert form.values["gateway"] == "tcp://127.0.0.1:5020"
    own = {name: form.values[name] for name in fields.INDIVIDUAL}
    assert own == {name: fields.FIELDS[name].default for name in own}
    assert own.keys() >= {"number", "name", "serial", "unit_id", "shares_device", "commissioned_at", "formula", "heads"}


def test_a_template_fills_in_and_leaves_the_rest(form: FormModel) -> None:
    form.templates = [{"name": "Press", "fields": {"type": "machine", "ct_primary": 200.0, "ct_secondary": 1.0}}]
    form.add(parent="UNIT-A")
    form.set("number", "P-1")
    form.use_template("Press")
    assert (form.values["ct_primary"], form.values["ct_secondary"]) == ("200", "1")
    assert (form.values["number"], form.values["parent"]) == ("P-1", "UNIT-A")


def test_a_connection_test_shows_raw_and_scaled_or_what_to_try(form: FormModel) -> None:
    form.add()
    fill(form, {"gateway": "127.0.0.1:5020", "unit_id": "7", "profile": "schneider_pm5xxx"})
    form.test()
    assert form.probed["values"][0] == {
        "quantity": "current_l1", "label": "Current L1", "unit": "A", "raw": 4.2, "scaled": 840.0,
    }  # fmt: skip
    assert "12 ms" in markup.probed(form.probed)
    form.set("gateway", "10.0.0.1")
    form.test()
    assert "Check address" in markup.probed(form.probed)


def test_a_suggested_profile_is_taken_with_one_click(form: FormModel, stand_in: SetupStandIn) -> None:
    view = FormView(form, SetupParts(lambda handler: handler), lambda handler: handler)
    form.add()
    found = view.suggestions
    found.find.click()  # nobody has said where the meter is
    assert found.model.problems["gateway"] == "is needed to find out the profile"
    fill(form, {"gateway": "127.0.0.1:5020", "unit_id": "5"})
    assert not found.find.disabled
    found.find.click()
    assert stand_in.calls[-1] == ("suggest", {"gateway": "tcp://127.0.0.1:5020", "unit_id": 5})
    pairs = zip(found.takes, found.rows, strict=True)
    shown = [take.description for take, row in pairs if "ew-hidden" not in row._dom_classes]
    assert shown == ["Use eastron_sdm630:little", "Use eastron_sdm72dm_v2:little"]
    assert "&lt;SDM&gt;" in found.reasons[0].value
    assert "frequency 50.02 Hz" in found.reasons[0].value
    found.takes[0].click()
    assert form.values["profile"] == view.inputs["profile"].value == "eastron_sdm630:little"
    assert found.takes[0].description == "✓ eastron_sdm630:little"
    form.add()
    assert all("ew-hidden" in row._dom_classes for row in found.rows)


def test_what_cannot_be_found_out_says_why_and_partial_values_are_shown(form: FormModel) -> None:
    form.add()
    fill(form, {"gateway": "10.0.0.1", "unit_id": "5"})
    form.suggest()
    assert not form.suggesting
    assert "Check the address" in markup.suggested(form.suggested)
    value = {"quantity": "current_l1", "label": "Current L1", "unit": "A", "raw": 4.2, "scaled": 840.0}
    half = markup.probed(
        {"ok": False, "error": "the time was up", "advice": "try again", "milliseconds": 9, "values": [value]}
    )
    assert "The time was up" in half
    assert "840" in half


def test_a_service_that_is_away_keeps_what_was_typed(form: FormModel, stand_in: SetupStandIn) -> None:
    form.edit(stand_in.meter("mtr_2"))
    form.set("location", "Mine")
    stand_in.broken = ServiceError("away")
    form.save()
    assert "does not answer" in form.failure
    assert form.values["location"] == "Mine"
    assert not form.busy


def test_a_parent_is_never_suggested_below_the_meter_itself(form: FormModel, stand_in: SetupStandIn) -> None:
    form.edit(stand_in.meter(stand_in.row_of("UNIT-A")["id"]))
    form.set("parent", "unit-a")
    assert form.suggestions("parent") == []
    form.set("parent", "b-mach")
    assert form.suggestions("parent")[0] == "UNIT-B-MACHINE-01"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("192.168.1.105", "tcp://192.168.1.105"),
        ("plc-7.local:1502", "tcp://plc-7.local:1502"),
        ("tcp://10.0.0.1:502", "tcp://10.0.0.1:502"),
        ("rtu:///dev/ttyUSB0?baudrate=9600", "rtu:///dev/ttyUSB0?baudrate=9600"),
        ("http//typo", "http//typo"),
        ("", ""),
    ],
)
def test_a_bare_address_is_modbus_tcp(typed: str, meant: str) -> None:
    assert fields.address(typed) == meant


def test_texts_and_what_is_sent_agree(stand_in: SetupStandIn) -> None:
    row = stand_in.meter("mtr_2")
    sent = fields.sent(fields.texts(row, "GRID"))
    assert {name: sent[name] for name in ("ct_primary", "unit_id", "seen_by_parent", "gateway")} == {
        name: row[name] for name in ("ct_primary", "unit_id", "seen_by_parent", "gateway")
    }
    assert sent["pt_primary"] is None


def test_what_others_typed_is_escaped(form: FormModel) -> None:
    hostile = '<img src=x onerror="alert(1)">'
    shown = markup.conflict([("Name", hostile, hostile, "\u202e" + hostile)])
    assert "<img" not in shown
    assert "\u202e" not in shown
    assert "<img" not in markup.probed(
        {"ok": False, "error": hostile, "advice": hostile, "milliseconds": 9, "values": []}
    )


def test_the_view_is_built_once_and_typing_is_never_written_back(form: FormModel, stand_in: SetupStandIn) -> None:
    view = FormView(form, SetupParts(lambda handler: handler), lambda handler: handler)
    assert view.widget.children == ()
    form.add()
    number = view.inputs["number"]
    written: list[str] = []
    number.value = "M-1"
    assert form.values["number"] == "M-1"
    number.observe(lambda change: written.append(change["new"]), "value")
    form.meters = MeterTree(stand_in.meters().rows)
    form.profiles = stand_in.profiles()
    view.inputs["name"].value = "Name"
    assert written == []
    form.cancel()
    form.edit(stand_in.meter("mtr_2"))
    assert view.inputs["number"] is number
    assert number.value == "MAIN"
    assert view.inputs["profile"].value == "schneider_pm5xxx"


def test_a_profile_that_is_not_known_any_more_is_still_shown(form: FormModel, stand_in: SetupStandIn) -> None:
    view = FormView(form, SetupParts(lambda handler: handler), lambda handler: handler)
    stand_in.stored["mtr_2"]["profile"] = "our_own"
    form.edit(stand_in.meter("mtr_2"))
    form.profiles = stand_in.profiles()
    assert view.inputs["profile"].value == "our_own"
    assert "profile" not in form.changed


def test_a_meter_that_cannot_be_asked_says_what_is_missing_beside_the_field(
    form: FormModel, stand_in: SetupStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Any) -> None:
        raise InputError("the meter cannot be read", [Problem("body", "gateway", "", "is needed to read a meter")])

    monkeypatch.setattr(stand_in, "probe", refuse)
    form.add()
    form.test()
    shown = markup.probed(form.probed)
    assert "Gateway is needed to read a meter" in shown
    assert "body" not in shown
    assert form.problems["gateway"] == "is needed to read a meter"


def test_a_counter_of_a_connection_test_keeps_its_digits() -> None:
    values = [
        {"quantity": "vt_primary", "label": "VT", "unit": "V", "raw": 415.0, "scaled": 415.0},
        {"quantity": "energy_active_import", "label": "Energy", "unit": "kWh", "raw": 456675.2, "scaled": 34458176.4},
        {"quantity": "active_power_total", "label": "Power", "unit": "kW", "raw": 0.1234567, "scaled": None},
    ]
    shown = markup.probed({"ok": True, "error": "", "advice": "", "values": values, "milliseconds": 7})
    assert "34,458,176" in shown
    assert "0.123457" in shown
    assert shown.index("Power") < shown.index("Energy") < shown.index("VT")


def test_a_refused_form_opens_what_is_folded_away_and_typing_ends_the_banner(form: FormModel) -> None:
    view = FormView(form, SetupParts(lambda handler: handler), lambda handler: handler)
    form.add()
    fill(form, SEED)
    view.more.selected_index = None
    form.problems = {"rated_kw": "above 0"}
    assert view.more.selected_index == 0
    form.set("unit_id", "300")
    form.save()
    assert "marked" in view.failure.value
    form.set("unit_id", "5")
    assert view.failure.value == ""


def test_a_conflict_offers_to_choose_and_follows_what_is_typed_then(form: FormModel, stand_in: SetupStandIn) -> None:
    view = FormView(form, SetupParts(lambda handler: handler), lambda handler: handler)
    form.edit(stand_in.meter(str(stand_in.row_of("UNIT-A")["id"])))
    form.set("location", "Mine")
    stand_in.edited_elsewhere("UNIT-A", location="Theirs")
    form.save()
    hidden = ["ew-hidden" in button._dom_classes for button in (view.save, view.mine, view.theirs)]
    assert hidden == [True, False, False]
    form.set("location", "Mine again")
    assert "Mine again" in view.versions.value
    assert "Nothing was overwritten" in view.failure.value
    form.keep_mine()
    assert stand_in.row_of("UNIT-A")["location"] == "Mine again"
