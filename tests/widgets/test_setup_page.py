"""The setup page's model: what one part does and the others show."""

from __future__ import annotations

import copy
from datetime import datetime
from typing import NoReturn
from zoneinfo import ZoneInfo

import pytest

from energy_workbench.domain.errors import ConflictError, InputError, Problem, ServiceError
from energy_workbench.widgets.background import AtOnce
from energy_workbench.widgets.setup.bulk import markup as bulk_markup
from energy_workbench.widgets.setup.deleted import markup as deleted_markup
from energy_workbench.widgets.setup.details import markup
from energy_workbench.widgets.setup.instant_input import InstantInput
from energy_workbench.widgets.setup.page_model import SetupModel
from energy_workbench.widgets.setup.parts import SetupParts
from energy_workbench.widgets.setup.ratios import markup as ratios_markup
from energy_workbench.widgets.setup.ratios.model import NO_INSTANT, WRONG
from energy_workbench.widgets.setup.ratios.view import RatiosView
from tests.widgets.setup_stand_in import SetupStandIn


@pytest.fixture
def stand_in() -> SetupStandIn:
    return SetupStandIn()


@pytest.fixture
def delivered() -> list[tuple[str, bytes]]:
    return []


@pytest.fixture
def model(stand_in: SetupStandIn, delivered: list[tuple[str, bytes]]) -> SetupModel:
    model = SetupModel(stand_in, AtOnce(), lambda name, content: delivered.append((name, content)))
    model.refresh()
    return model


def choose(model: SetupModel, number: str) -> None:
    model.choose(model.meters.id_of(number))


def test_the_page_opens_at_the_top_with_its_numbers(model: SetupModel) -> None:
    assert [(card.label, card.value) for card in model.cards] == [
        ("Total", "92"), ("Active", "89"), ("Online", "91"), ("Warnings", "3"), ("Offline", "1"),
        ("Not connected", "0"), ("Inactive", "1"),
    ]  # fmt: skip
    assert model.details.row["number"] == "GRID"
    assert model.details.values["active_power_total"] == 41.25


def test_a_wanted_meter_is_chosen_once_the_meters_are_known(stand_in: SetupStandIn) -> None:
    model = SetupModel(stand_in, AtOnce())
    model.want("unit-c-machine-02")
    model.refresh()
    assert model.details.row["number"] == "UNIT-C-MACHINE-02"
    assert model.details.path == ("GRID", "MAIN", "PMD", "UNIT-C")


def test_an_edit_begins_from_what_is_stored_this_instant(model: SetupModel, stand_in: SetupStandIn) -> None:
    choose(model, "UNIT-A")
    stand_in.edited_elsewhere("UNIT-A", location="Hall 9")
    model.begin_edit()
    assert model.side == "form"
    assert model.form.values["location"] == "Hall 9"
    assert [item["id"] for item in model.form.profiles] == ["schneider_pm5xxx", "eastron_sdm630"]


def test_new_states_reach_tree_and_details_but_not_the_form(model: SetupModel, stand_in: SetupStandIn) -> None:
    choose(model, "UNIT-A")
    model.begin_edit()
    model.form.set("location", "half typ")
    model.tree.set_open(model.meters.id_of("UNIT-B"), True)
    stand_in.edited_elsewhere("UNIT-A", status="faulty", colour="orange", location="Elsewhere")
    model.refresh()
    assert model.form.values["location"] == "half typ"
    assert model.details.row["status"] == "faulty"
    assert "UNIT-B-MACHINE-01" in str(model.tree.branches)


def test_the_same_answer_again_changes_nothing(model: SetupModel) -> None:
    seen: list[str] = []
    for part in (model, model.tree, model.details, model.form):
        part.observe(lambda change: seen.append(change["name"]))
    model.refresh()
    assert set(seen) <= {"as_of"}


def test_an_answer_that_was_overtaken_is_left_aside(model: SetupModel, stand_in: SetupStandIn) -> None:
    late = model.question()()
    stand_in.edited_elsewhere("GRID", name="New name")
    model.refresh()
    model.take(late)
    assert model.details.row["name"] == "New name"


def test_what_is_open_beside_the_tree_stays_open_when_the_meters_change(
    model: SetupModel, stand_in: SetupStandIn
) -> None:
    choose(model, "UNIT-A-MACHINE-01")
    late = model.question()
    stand_in.delete_meter(model.details.selected)
    model.open("deleted")
    model.take(late())
    stand_in.delete_meter(model.meters.id_of("SOLAR"))
    model.refresh()
    assert model.details.row["number"] == "UNIT-A"
    assert (model.side, len(model.deleted.rows)) == ("deleted", 2)
    choose(model, "UNIT-B")
    assert model.side == "details"


def test_an_added_meter_is_chosen_and_said(model: SetupModel) -> None:
    choose(model, "UNIT-A")
    model.begin_add()
    assert model.form.values["parent"] == "UNIT-A"
    model.form.set("number", "UNIT-A-MACHINE-15")
    model.form.set("name", "CNC")
    model.form.save()
    assert (model.side, model.notice) == ("details", "UNIT-A-MACHINE-15 was added.")
    assert model.details.row["number"] == "UNIT-A-MACHINE-15"
    assert model.tree.selected == model.details.selected
    assert model.cards[0].value == "93"


def test_a_move_takes_the_meter_along(model: SetupModel, stand_in: SetupStandIn) -> None:
    choose(model, "UNIT-A-MACHINE-01")
    model.question_about("move")
    assert model.ask.parent == "UNIT-A"
    model.ask.parent = "unit-b"
    model.ask.confirm()
    assert model.details.path[-1] == "UNIT-B"
    assert model.notice == "UNIT-A-MACHINE-01 was moved below UNIT-B."
    assert stand_in.calls[-1][3] == 1


def test_a_move_to_nowhere_is_refused_before_it_is_sent(model: SetupModel, stand_in: SetupStandIn) -> None:
    choose(model, "UNIT-A")
    model.question_about("move")
    model.ask.parent = "NOWHERE"
    model.ask.confirm()
    assert "NOWHERE" in model.ask.problem
    assert not [call for call in stand_in.calls if call[0] == "update"]
    assert "UNIT-A-MACHINE-01" not in model.ask.suggestions()


def test_a_move_of_a_meter_that_changed_meanwhile_is_refused(model: SetupModel, stand_in: SetupStandIn) -> None:
    choose(model, "UNIT-A")
    model.question_about("move")
    stand_in.edited_elsewhere("UNIT-A", name="Other")
    model.ask.parent = "SMD"
    model.ask.confirm()
    assert "meanwhile" in model.ask.problem
    assert model.ask.question == "move"


def test_what_one_does_next_is_no_conflict_with_ones_own_change(model: SetupModel, stand_in: SetupStandIn) -> None:
    choose(model, "UNIT-A-MACHINE-01")
    model.question_about("move")
    model.ask.parent = "UNIT-B"
    # The list of all meters is still on its way.
    listed = copy.deepcopy(stand_in.meters())
    stand_in.meters = lambda: listed  # type: ignore[method-assign]
    shown: list[int] = []
    key = model.details.selected
    model.ask.observe(lambda change: shown.append(change["new"][key]["revision"]), "meters")
    model.ask.confirm()
    assert shown[0] == 2


def test_a_status_needs_its_reason(model: SetupModel) -> None:
    choose(model, "UNIT-A")
    model.question_about("status")
    model.ask.status = "maintenance"
    model.ask.confirm()
    assert "required" in model.ask.problem
    model.ask.reason = "new CT"
    model.ask.confirm()
    assert model.ask.question == ""
    assert "Maintenance: new CT" in markup.state(model.details.row)


@pytest.mark.parametrize(("children", "left"), [("reparent", 91), ("cascade", 85)])
def test_deleting_asks_what_becomes_of_the_meters_below(
    model: SetupModel, stand_in: SetupStandIn, children: str, left: int
) -> None:
    choose(model, "UNIT-A")
    model.question_about("delete")
    assert model.ask.below == 6
    model.ask.confirm()
    assert "Choose" in model.ask.problem
    assert not [call for call in stand_in.calls if call[0] == "delete"]
    model.ask.children = children
    model.ask.confirm()
    assert model.cards[0].value == str(left)
    assert model.details.row["number"] == "PMD"


def test_a_deleted_meter_can_be_restored(model: SetupModel) -> None:
    choose(model, "SOLAR")
    model.question_about("delete")
    model.ask.confirm()
    model.open("deleted")
    (row,) = model.deleted.rows
    assert (row["number"], row["deleted_by"]) == ("SOLAR", "asha")
    model.deleted.choose(row["id"])
    assert "below MAIN" in deleted_markup.preview(row, model.deleted.preview)
    model.deleted.restore()
    assert (model.deleted.rows, model.side) == ([], "details")
    assert model.meters.id_of("SOLAR")


def test_the_last_change_can_be_undone(model: SetupModel) -> None:
    assert model.undo.text == ""
    choose(model, "SOLAR")
    model.question_about("delete")
    model.ask.confirm()
    assert model.undo.text == "GRID changed"
    model.undo.undo()
    assert model.notice == "Undone: GRID changed."
    assert model.meters.id_of("SOLAR")


def test_an_undo_that_cannot_be_is_told_and_leaves_the_button(model: SetupModel) -> None:
    with pytest.raises(ConflictError):
        model.undo.undo()
    assert not model.undo.busy


def test_a_template_is_saved_and_offered(model: SetupModel) -> None:
    choose(model, "UNIT-A-MACHINE-01")
    model.question_about("template")
    model.ask.confirm()
    assert "must not be empty" in model.ask.problem
    model.ask.name = "Press"
    model.ask.confirm()
    model.begin_add()
    assert [item["name"] for item in model.form.templates] == ["Press"]


def test_choosing_another_meter_drops_an_open_question(model: SetupModel) -> None:
    choose(model, "UNIT-A")
    model.question_about("delete")
    choose(model, "UNIT-B")
    assert model.ask.question == ""


def test_a_ratio_is_stored_only_after_its_impact_was_shown(model: SetupModel, stand_in: SetupStandIn) -> None:
    choose(model, "UNIT-A")
    model.ratios.begin()
    model.ratios.set("ct_primary", "2000")
    model.ratios.save()
    assert not [call for call in stand_in.calls if call[0] == "ratio"]
    assert model.ratios.problems["valid_from"] == NO_INSTANT
    model.ratios.set("ct_primary", "2100")
    assert model.ratios.problems["valid_from"] == NO_INSTANT, "another answer does not give the date"
    model.ratios.set("ct_primary", "2000")
    model.ratios.set("valid_from", "yesterday-ish")
    assert "valid_from" in model.ratios.problems
    model.ratios.set("valid_from", "2026-11-01 06:00")
    assert model.ratios.impact["intervals"] == 2880
    model.ratios.save()
    assert [call[2] for call in stand_in.calls if call[0] == "ratio"] == [
        {"ct_primary": 2000.0, "ct_secondary": 5.0, "pt_primary": None, "pt_secondary": None,
         "ratio_applied_by": "meter", "valid_from": "2026-11-01T06:00"}
    ]  # fmt: skip
    assert len(model.ratios.rows) == 2
    assert not model.ratios.editing


def test_a_check_of_a_ratio_that_fails_takes_no_other_word_away(
    model: SetupModel, stand_in: SetupStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> NoReturn:
        raise InputError("it cannot be", [Problem("", "ct_primary", "x", "must be a number")])

    choose(model, "UNIT-A")
    model.ratios.begin()
    model.ratios.save()
    monkeypatch.setattr(stand_in, "check_meter", refused)
    model.ratios.set("ct_primary", "x")
    assert model.ratios.problems == {"valid_from": NO_INSTANT, "ct_primary": "must be a number"}


def test_the_first_ratio_is_corrected_from_the_beginning_and_never_taken_away(
    model: SetupModel, stand_in: SetupStandIn
) -> None:
    choose(model, "UNIT-A")
    model.ratios.begin(model.ratios.rows[0])
    assert (model.ratios.first, model.ratios.removable) == (True, False)
    model.ratios.set("ct_primary", "1200")
    model.ratios.save()
    kind, _, since, sent, revision = stand_in.calls[-2] if stand_in.calls[-1][0] != "edit ratio" else stand_in.calls[-1]
    assert (kind, since, sent["valid_from"], sent["ct_primary"], revision) == ("edit ratio", None, None, 1200.0, 1)


def test_a_ratio_that_alters_a_locked_month_asks_why_and_shows_energy_and_reports(
    model: SetupModel, stand_in: SetupStandIn
) -> None:
    stand_in.locked = ["2026-11"]
    view = RatiosView(model.ratios, SetupParts(lambda handler: handler), lambda handler: handler)
    choose(model, "UNIT-A")
    model.ratios.begin()
    assert "ew-hidden" in view.locked._dom_classes
    view.since.picker.value = datetime(2026, 11, 1, 6, 0)
    assert model.ratios.values["valid_from"] == "2026-11-01T06:00"
    for told in ("2026-11", "20,160", "40,320", "locked", "&lt;Board&gt;", "Import before [kWh]"):
        assert told in view.impact.value
    assert "ew-hidden" not in view.locked._dom_classes
    view.save.click()
    assert "Say why" in view.notes["reason"].value
    view.reason.value = "the plate was misread"
    view.save.click()
    assert [call[-1] for call in stand_in.calls if call[0] == "ratio"] == ["the plate was misread"]


def test_a_button_that_cannot_do_it_says_why(model: SetupModel) -> None:
    view = RatiosView(model.ratios, SetupParts(lambda handler: handler), lambda handler: handler)
    choose(model, "UNIT-A")
    model.ratios.begin()
    assert not view.save.disabled
    view.save.click()
    assert "Choose the date and time" in view.notes["valid_from"].value
    view.since.picker.value = datetime(2026, 11, 1, 6, 0)
    assert view.notes["valid_from"].value == ""
    # What a browser gives for a date that is none.
    view.since.picker.value = None
    view.save.click()
    assert "Choose the date and time" in view.notes["valid_from"].value


def test_a_time_that_the_clock_shows_twice_is_chosen_of_two_and_one_that_nobody_touches_keeps_its_offset() -> None:
    heard: list[str] = []
    given = InstantInput(SetupParts(lambda handler: handler), "At", heard.append)
    zone = ZoneInfo("Europe/Berlin")
    given.show("2026-10-25T02:30:15+01:00", zone)
    assert given.picker.value == datetime(2026, 10, 25, 2, 30, 15)
    assert heard == []
    given.picker.value = datetime(2026, 10, 25, 2, 45)
    assert heard == ["2026-10-25T02:45:00+02:00"]
    assert [label for label, _ in given.which.options] == ["First, UTC+02:00", "Second, UTC+01:00"]
    given.which.value = "2026-10-25T02:45:00+01:00"
    assert heard[-1] == "2026-10-25T02:45:00+01:00"
    given.picker.value = datetime(2026, 10, 26, 2, 45)
    assert heard[-1] == "2026-10-26T02:45"
    assert "ew-hidden" in given.which._dom_classes
    given.picker.value = None
    assert heard[-1] == ""


def test_a_later_ratio_can_be_taken_away(model: SetupModel, stand_in: SetupStandIn) -> None:
    choose(model, "UNIT-A")
    model.ratios.begin()
    model.ratios.set("valid_from", "2026-11-01 06:00")
    model.ratios.save()
    model.ratios.begin(model.ratios.rows[1])
    assert model.ratios.removable
    model.ratios.delete()
    assert len(model.ratios.rows) == 1


def test_what_a_pair_makes_of_each_month_is_said_to_be_worked_out_once_its_instant_is_chosen(
    model: SetupModel, stand_in: SetupStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(model, "UNIT-A")
    model.ratios.begin()
    assert not model.ratios.looking, "nothing is asked before somebody says from when on it holds"
    monkeypatch.setattr(model.ratios, "_take_impact", lambda _: None)  # the answer is on its way
    model.ratios.set("valid_from", "2026-10-05 10:00+05:30")
    assert model.ratios.looking
    assert "Working out" in ratios_markup.impact(model.ratios.impact, looking=model.ratios.looking)


def test_a_file_is_shown_before_it_is_imported(model: SetupModel, stand_in: SetupStandIn) -> None:
    model.open("bulk")
    model.bulk.take("plant.csv", b"number,name,type,unit_id\n")
    assert [call[3] for call in stand_in.calls if call[0] == "import"] == [True]
    shown = bulk_markup.plan(model.bulk.plan, model.bulk.filename)
    assert "NEW-1" in shown
    assert "=cmd()&lt;b&gt;" in shown
    model.bulk.apply()
    assert [call[3] for call in stand_in.calls if call[0] == "import"] == [True, False]
    assert "plant.csv: 2 meters" in model.notice


def test_a_file_with_problems_cannot_be_imported(model: SetupModel, stand_in: SetupStandIn) -> None:
    model.bulk.take("bad.csv", b"number\n")
    assert not model.bulk.ready
    model.bulk.apply()
    assert [call[3] for call in stand_in.calls if call[0] == "import"] == [True]
    shown = bulk_markup.plan(model.bulk.plan, model.bulk.filename)
    assert "&lt;300&gt;" in shown
    assert "must be 0 to 255" in shown


def test_a_file_that_cannot_be_read_says_why(
    model: SetupModel, stand_in: SetupStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = InputError("plant.csv: is not UTF-8", [Problem("line 3", "name", "M\xfcller", "save it as UTF-8")])

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(stand_in, "import_meters", fail)
    model.bulk.take("plant.csv", b"...")
    assert model.bulk.failure == "plant.csv: is not UTF-8"
    assert model.bulk.plan["problems"][0]["line"] == "line 3"


def test_files_are_handed_out_by_their_name(model: SetupModel, delivered: list[tuple[str, bytes]]) -> None:
    model.bulk.download("template", "xlsx")
    model.bulk.download("meters", "csv")
    assert [name for name, _ in delivered] == ["meter-template.xlsx", "meters.csv"]


def test_details_are_escaped(model: SetupModel, stand_in: SetupStandIn) -> None:
    hostile = '<script>alert("1")</script>\n\u202e'
    stand_in.edited_elsewhere("GRID", name=hostile, location=hostile, status_reason=hostile, error=hostile)
    model.refresh()
    row = model.details.row
    shown = "".join(draw(row) for draw in (markup.basic, markup.state, markup.transformers, markup.connection))
    shown += markup.title(row, (hostile,)) + markup.changes(
        model.details.changes, row, model.meters.number_of, ZoneInfo("UTC")
    )
    shown += markup.values({hostile: 1.0}, "")
    assert "<script" not in shown
    assert "\u202e" not in shown
    assert "&lt;b&gt;old" in shown


def test_a_service_that_is_away_is_the_callers_to_report(model: SetupModel, stand_in: SetupStandIn) -> None:
    stand_in.broken = ServiceError("gone")
    with pytest.raises(ServiceError):
        model.refresh()
    assert model.cards[0].value == "92"


def test_a_dragged_meter_is_moved_once_that_is_confirmed(model: SetupModel, stand_in: SetupStandIn) -> None:
    machine, unit = model.meters.id_of("UNIT-A-MACHINE-01"), model.meters.id_of("UNIT-B")
    model.drop(machine, unit)
    assert (model.details.row["number"], model.ask.question, model.ask.parent) == (
        "UNIT-A-MACHINE-01", "move", "UNIT-B",
    )  # fmt: skip
    assert not [call for call in stand_in.calls if call[0] == "update"]
    model.ask.confirm()
    assert model.details.path[-1] == "UNIT-B"
    model.drop(machine, "", at_top=True)
    assert (model.ask.question, model.ask.parent) == ("move", "")


@pytest.mark.parametrize(
    ("dragged", "onto"),
    [
        ("UNIT-A", "UNIT-A"),
        ("UNIT-A", "UNIT-A-MACHINE-01"),
        ("UNIT-A-MACHINE-01", "UNIT-A"),
        ("", "UNIT-A"),
        ("UNIT-A", ""),
    ],
)
def test_a_drag_that_means_nothing_asks_nothing(model: SetupModel, dragged: str, onto: str) -> None:
    model.drop(model.meters.id_of(dragged), model.meters.id_of(onto))
    assert model.ask.question == ""


def test_a_drag_leaves_an_open_form_alone(model: SetupModel) -> None:
    choose(model, "UNIT-A")
    model.begin_edit()
    model.form.set("location", "half typ")
    model.drop(model.meters.id_of("UNIT-A-MACHINE-01"), model.meters.id_of("UNIT-B"))
    assert (model.side, model.ask.question, model.form.values["location"]) == ("form", "", "half typ")
    assert "form first" in model.problem


def test_a_move_to_where_it_hangs_already_is_no_change(model: SetupModel, stand_in: SetupStandIn) -> None:
    choose(model, "UNIT-A-MACHINE-01")
    model.question_about("move")
    model.ask.confirm()
    assert "already" in model.ask.problem
    assert not [call for call in stand_in.calls if call[0] == "update"]


def test_a_ratio_is_checked_and_worked_out_while_it_is_typed(model: SetupModel, stand_in: SetupStandIn) -> None:
    choose(model, "UNIT-A")
    model.ratios.begin()
    model.ratios.set("ratio_applied_by", "workbench")
    assert model.ratios.example == "meter says 4.2 A → 84 A"
    model.ratios.set("ct_secondary", "7")
    assert "1 A or 5 A" in model.ratios.warnings["ct_secondary"]
    model.ratios.set("valid_from", "2026-11-01 06:00")
    model.ratios.set("ct_primary", "much")
    assert set(model.ratios.problems) == {"ct_primary"}
    model.ratios.set("valid_from", "yesterday-ish")
    assert set(model.ratios.problems) == {"ct_primary", "valid_from"}
    model.ratios.set("ct_primary", "100")
    assert set(model.ratios.problems) == {"valid_from"}
    model.ratios.save()
    assert not [call for call in stand_in.calls if call[0] == "ratio"]
    assert model.ratios.failure == WRONG


def test_a_new_meter_of_a_file_is_shown_with_its_place(model: SetupModel) -> None:
    fields = {"name": "Lathe", "type": "machine", "parent": "UNIT-<A>"}
    changed = {"number": "M-2", "fields": {"ct_primary": [100.0, None]}}
    found = {"new": [{"number": "M-1", "fields": fields}], "changed": [changed], "moved": [], "unchanged": 3}
    shown = bulk_markup.plan(found, "<b>.csv")
    assert "Lathe (machine, below UNIT-&lt;A&gt;)" in shown
    assert "ct_primary: 100 → –" in shown
    assert "&lt;b&gt;.csv" in shown


def test_the_preview_of_a_file_names_locked_months_and_the_sent_reports_that_differ() -> None:
    sent = {
        "run": 1,
        "name": "Board <1>",
        "report": "monthly",
        "period": "2026-09",
        "sent_at": "2026-10-01T06:00+05:30",
    }
    plan = {"new": [], "changed": [{"number": "M", "fields": {"rated_kw": [None, 90.0]}}], "moved": [], "unchanged": 0}
    change = {"months": ["2026-08", "2026-09"], "reason": "", "reports": [sent]}
    shown = bulk_markup.plan(plan | {"locked_change": change}, "plant.csv")
    assert "2026-08 and 2026-09 are locked: a reason is asked for" in shown
    assert "Board &lt;1&gt;, 2026-09 (sent 01 Oct 2026 06:00)" in shown
    assert "locked" not in bulk_markup.plan(plan, "plant.csv")


def test_what_would_happen_to_meters_that_are_there_comes_before_the_new_ones() -> None:
    fields = {"name": "Lathe", "type": "machine"}
    many = [{"number": f"N-{place}", "fields": fields} for place in range(1200)]
    moved = [{"number": f"M-{place}", "fields": {"parent": ["UNIT-A", "UNIT-B"]}} for place in (1, 2)]
    changed = [{"number": "M-2", "fields": {"name": ["Old", "New"]}}]
    shown = bulk_markup.plan({"new": many, "changed": changed, "moved": moved, "unchanged": 40}, "plant.csv")
    assert "<b>2</b> moved, <b>1</b> changed, <b>1,200</b> new, 40 unchanged" in shown
    places = [shown.index(text) for text in ("UNIT-A → UNIT-B", "Old → New", "N-0")]
    assert places == sorted(places)
    headings = ("Moved in the tree <small>2</small>", "Changed <small>1</small>", "New <small>1,200</small>")
    assert all(text in shown for text in headings)


def test_the_last_changes_are_told_as_on_the_page_of_changes_with_a_link_there() -> None:
    pair = {"ct_primary": 1200.0, "ct_secondary": 5.0, "pt_primary": None, "applied_by": "workbench"}
    entry = {
        "at": "2026-11-01T06:00:00+05:30", "by": "editor", "action": "ratio.add", "subject": "mtr_7",
        "number": "UNIT A&B", "before": None, "after": {**pair, "valid_from": "2026-10-31T18:30:00+00:00"},
        "change": 9, "undoes": None,
    }  # fmt: skip
    shown = markup.changes([entry], {"number": "UNIT A&B"}, lambda _: "", ZoneInfo("Asia/Kolkata"))
    assert "Ratio of UNIT A&amp;B added" in shown
    assert "<span>CT primary</span> <b>1,200 A</b>" in shown
    assert "<span>From</span> <b>01 Nov 2026 00:00:00</b>" in shown
    assert 'href="audit?meter=UNIT%20A%26B&amp;period=2000-01-01/2099-12-31"' in shown
