"""The page of scheduled reports without a browser: what it knows, asks and shows."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from energy_workbench.domain.errors import ConflictError, InputError, NotFoundError, Problem, ServiceError
from energy_workbench.widgets.background import AtOnce
from energy_workbench.widgets.boundary import guarded
from energy_workbench.widgets.schedules.fields import sent, texts
from energy_workbench.widgets.schedules.model import SchedulesModel
from energy_workbench.widgets.schedules.view import SchedulesView

NOW = "2026-10-12T12:00:00+05:30"
RUN: dict[str, Any] = {
    "id": 7, "schedule": "sch_01", "name": "Daily", "report": "daily", "period": "2026-10-11", "manual": False,
    "planned_at": NOW, "due_at": NOW, "state": "done", "started_at": NOW, "finished_at": NOW, "seconds": 12.0,
    "attempts": 1, "reason": "", "progress": 0.0, "step": "", "completeness": 0.99, "incomplete": False,
    "delivered": ["folder"], "files": ["html", "pdf"], "cancelling": False,
}  # fmt: skip
ROW: dict[str, Any] = {
    "id": "sch_01", "name": "Daily", "report": "daily", "parameters": {"meter": "UNIT-A", "depth": "2"},
    "cron": "30 5 * * *", "period": "yesterday", "formats": ["html", "pdf"], "webhook": "", "owner": "o@works.example",
    "recipients": [
        {"address": "anna@works.example", "language": "de"}, {"address": "b@works.example", "language": "en"},
    ],
    "completeness_percent": 95.0, "wait_hours": 12.0, "paused": False, "since": NOW, "described": "At 05:30 every day",
    "next_run": NOW, "run": RUN, "warnings": {}, "revision": 5,
}  # fmt: skip
REPORTS = [
    {"name": "daily", "parameters": [{"name": "meter", "type": "str", "default": "", "help": "Meter"}]},
    {
        "name": "generation",
        "parameters": [
            {"name": "period", "type": "str", "default": "last month", "help": "Period"},
            {"name": "depth", "type": "int", "default": 1, "help": "How deep <b>"},
            {"name": "with_fuel", "type": "bool", "default": True, "help": "Fuel too"},
        ],
    },
]


class StandIn:
    """Answers like a façade with an editor's token; `calls` has what was asked to change."""

    def __init__(self) -> None:
        self.stored = {
            "sch_01": copy.deepcopy(ROW),
            "sch_02": {**copy.deepcopy(ROW), "id": "sch_02", "name": "<b>W</b>", "run": None},
        }
        self.calls: list[tuple[Any, ...]] = []
        self.refusal: Exception | None = None
        self.problems: dict[str, str] = {}

    def site(self) -> dict[str, str]:
        return {"name": "Works & Co", "timezone": "Asia/Kolkata"}

    def reports(self) -> list[dict[str, Any]]:
        return REPORTS

    def schedules(self) -> list[dict[str, Any]]:
        return list(self.stored.values())

    def schedule(self, key: str) -> dict[str, Any]:
        if key not in self.stored:
            raise NotFoundError(f"there is no schedule {key!r}")
        return self.stored[key]

    def runs(self, key: str, limit: int) -> list[dict[str, Any]]:
        return [RUN] if key == "sch_01" else []

    def check_schedule(self, fields: Any, id: str | None = None) -> dict[str, Any]:
        return {
            "problems": self.problems,
            "warnings": {},
            "described": "At 05:30 every day",
            "next_runs": [{"at": NOW, "period": "2026-10-11"}],
        }

    def _change(self, *call: Any) -> None:
        if self.refusal:
            raise self.refusal
        self.calls.append(call)

    def create_schedule(self, fields: Any) -> dict[str, Any]:
        self._change("create", fields)
        self.stored["sch_03"] = {**ROW, "id": "sch_03", "name": fields["name"], "run": None}
        return self.stored["sch_03"]

    def update_schedule(self, key: str, fields: Any, *, revision: int | None = None) -> dict[str, Any]:
        self._change("update", key, fields, revision)
        self.stored[key] |= {name: value for name, value in fields.items() if name == "paused"}
        return self.stored[key]

    def delete_schedule(self, key: str) -> None:
        self._change("delete", key)
        del self.stored[key]

    def test_mail(self, address: str) -> dict[str, Any]:
        self._change("mail", address)
        error = "" if address.startswith("anna") else "mail.works.example:587 refused it: 550 No such mailbox"
        return {"ok": not error, "address": address, "server": "mail.works.example:587", "error": error}

    def run_schedule(self, key: str, period: str | None = None) -> dict[str, Any]:
        self._change("run", key, *([period] if period else []))
        self.stored[key]["run"] = {**RUN, "id": 8, "state": "running", "progress": 0.4, "step": "Typesetting"}
        return self.stored[key]["run"]

    def cancel_run(self, run: int) -> dict[str, Any]:
        self._change("cancel", run)
        return RUN

    def run_file(self, run: int, kind: str) -> tuple[str, bytes]:
        return f"daily.{kind}", b"content"


class Page:
    def __init__(self) -> None:
        self.stand_in = StandIn()
        self.delivered: list[tuple[str, bytes]] = []
        self.model = SchedulesModel(self.stand_in, AtOnce(), lambda *file: self.delivered.append(file))
        self.view = SchedulesView(self.model, lambda: None, guarded(lambda text: self.model.set_trait("problem", text)))
        self.model.refresh()
        self.model.refresh()  # the first round did not know yet whose history to ask for


@pytest.fixture
def page() -> Page:
    return Page()


def visible(widget: Any) -> bool:
    return "ew-hidden" not in widget._dom_classes


def test_the_list_shows_what_runs_next_and_how_the_last_went(page: Page):
    assert [button.description for _, button, _ in page.view.lines] == ["Daily", "<b>W</b>"]
    assert "sent" in page.view.lines[0][2].value
    assert "2026-10-11" in page.view.lines[0][2].value
    assert "Not run yet" in page.view.lines[1][2].value
    assert "Works &amp; Co" in page.view.title.value
    assert "anna@works.example (de)" in page.view.about.value
    assert "12 s" in page.view.history.value


def test_names_with_markup_are_shown_as_text(page: Page):
    page.model.choose("sch_02")
    assert "&lt;b&gt;W&lt;/b&gt;" in page.view.about.value
    page.model.put_question("delete")
    assert "&lt;b&gt;W&lt;/b&gt;" in page.view.asked.value


def test_nothing_is_deleted_without_a_yes(page: Page):
    page.model.put_question("delete")
    assert visible(page.view.question)
    page.model.refuse()
    assert (visible(page.view.question), page.stand_in.calls) == (False, [])
    page.model.put_question("delete")
    page.model.confirm()
    assert page.stand_in.calls == [("delete", "sch_01")]
    assert (page.model.selected, len(page.model.rows)) == ("sch_02", 1)
    assert "history stay" in page.view.notice.value


def test_what_is_sent_now_shows_how_far_it_is_and_can_be_cancelled(page: Page):
    page.model.put_question("run")
    page.model.confirm()
    assert 'aria-valuenow="40"' in page.view.progress.value
    assert "Typesetting" in page.view.progress.value
    assert visible(page.view.stop)
    page.model.cancel_run()
    assert page.stand_in.calls == [("run", "sch_01"), ("cancel", 8)]


def test_a_report_is_sent_of_the_period_that_is_chosen_and_the_question_stays_until_it_can_be(page: Page):
    model, view = page.model, page.view
    view.run.click()
    assert visible(view.period)
    assert view.period.value == "yesterday"
    assert view.period.label
    view.period._on_message(None, {"kind": "period", "text": "2026-09"}, [])
    assert (view.period.value, view.period.label, view.period.first) == ("2026-09", "September 2026", "2026-09-01")
    view.period._on_message(None, {"kind": "step", "by": -1}, [])
    assert model.period == "2026-08"
    page.stand_in.refusal = InputError("the period 2026-08 lies before the first reading")
    view.confirm.click()
    model.refresh()
    assert "lies before the first reading" in view.problem.value
    assert visible(view.question)
    page.stand_in.refusal = None
    view.confirm.click()
    assert page.stand_in.calls == [("run", "sch_01", "2026-08")]
    assert "2026-08" in view.notice.value
    assert view.problem.value == ""


def test_the_mail_server_is_tried_and_what_it_refused_stays_in_view(page: Page):
    model, view = page.model, page.view
    assert not visible(view.mail)
    view.test.click()
    assert visible(view.mail)
    view.address.value = "gone@works.example"
    view.send.click()
    model.refresh()
    assert "550 No such mailbox" in view.problem.value
    view.address.value = "anna@works.example"
    view.send.click()
    assert not visible(view.mail)
    assert "mail.works.example:587 took a test mail to anna@works.example" in view.notice.value
    assert page.stand_in.calls == [("mail", "gone@works.example"), ("mail", "anna@works.example")]


def test_a_schedule_whose_mail_no_server_takes_says_so_once_it_is_saved(page: Page):
    page.model._saved({**ROW, "warnings": {"recipients": "no server", "owner": "no server"}}, "added")
    assert page.view.notice.value.count("no server") == 1


@pytest.mark.parametrize(("state", "told"), [("due", True), ("retrying", True), ("running", False), ("done", False)])
def test_a_run_that_nobody_takes_up_is_told_of(page: Page, state: str, told: bool):
    page.stand_in.stored["sch_01"]["run"] = {**RUN, "state": state, "due_at": "2020-01-01T00:00:00+05:30"}
    page.model.refresh()
    assert ("energy-workbench schedule" in page.view.progress.value) is told


def test_pausing_turns_into_resuming(page: Page):
    page.model.pause()
    assert page.stand_in.calls == [("update", "sch_01", {"paused": True}, None)]
    assert page.view.pause.description == "Resume"
    assert "Paused" in page.view.lines[0][2].value


def test_a_file_of_a_run_is_handed_out(page: Page):
    assert (visible(page.view.gets["pdf"]), visible(page.view.gets["xlsx"])) == (True, False)
    page.view.gets["pdf"].click()
    assert page.delivered == [("daily.pdf", b"content")]


def test_what_is_wrong_shows_beside_its_field_once_it_was_touched(page: Page):
    form = page.model.form
    page.stand_in.problems = {"name": "is needed", "cron": "bad minute", "parameters.meter": "there is no meter X"}
    form.add()
    assert form.problems == {}
    form.set("times", "own")
    form.set("cron", "61 * * * *")
    assert form.problems == {"cron": "bad minute"}
    assert "bad minute" in page.view.form.notes["cron"].value
    assert "ew-invalid" in page.view.form.inputs["cron"]._dom_classes
    form.save()
    assert form.problems == {"name": "is needed", "cron": "bad minute", "meter": "there is no meter X"}
    assert page.stand_in.calls == []
    page.stand_in.problems = {}
    form.set("name", "Night")
    form.save()
    assert page.stand_in.calls[0][0] == "create"
    assert (form.kind, page.model.row["name"]) == ("", "Night")


def test_a_stored_schedule_survives_its_form(page: Page):
    given = sent(texts(ROW))
    assert given["parameters"] == {"meter": "UNIT-A", "depth": "2"}  # as long as nobody knows what the report takes
    assert given["recipients"] == "anna@works.example de, b@works.example"
    assert (given["cron"], given["formats"]) == ("30 5 * * *", ["html", "pdf"])
    page.model.edit()
    assert page.model.form.values["times"] == "own"
    assert visible(page.view.form.rows["cron"])
    page.model.form.save()
    assert page.stand_in.calls[0][:2] == ("update", "sch_01")
    assert page.stand_in.calls[0][3] == 5


def test_a_report_without_a_meter_asks_for_none(page: Page):
    page.model.form.add()
    page.model.form.set("report", "daily")
    assert visible(page.view.form.rows["meter"])
    page.model.form.set("report", "generation")
    assert not visible(page.view.form.rows["meter"])


def test_the_parameters_of_a_report_are_fields_of_their_types(page: Page):
    form, view = page.model.form, page.view.form
    form.add()
    form.set("report", "generation")
    depth, fuel = view.inputs["parameters.depth"], view.inputs["parameters.with_fuel"]
    assert (depth.description, depth.placeholder, depth.value) == ("Depth", "1", "")
    assert "How deep &lt;b&gt;" in view.notes["parameters.depth"].value
    assert (fuel.description, fuel.value) == ("With fuel", True)
    fuel.value = False
    page.stand_in.problems = {"parameters.depth": "is no whole number"}
    depth.value = "deep"
    assert "is no whole number" in view.notes["parameters.depth"].value
    assert "ew-invalid" in depth._dom_classes
    page.stand_in.problems = {}
    depth.value = "3"
    assert "ew-invalid" not in depth._dom_classes
    form.set("name", "Night")
    form.save()
    assert page.stand_in.calls[0][1]["parameters"] == {"depth": "3", "with_fuel": "false"}


def test_another_report_is_not_asked_with_the_parameters_of_the_first(page: Page):
    form, view = page.model.form, page.view.form
    form.add()
    form.set("report", "generation")
    depth = view.inputs["parameters.depth"]
    depth.value = "3"
    form.set("report", "daily")
    assert "parameters.depth" not in view.inputs
    # What the browser still says of it is not for the form; it is closed when the next ones leave.
    depth.value = "4"
    assert "parameters.depth" not in form.values
    assert depth.comm is not None
    form.set("report", "generation")
    assert view.inputs["parameters.depth"].value == ""
    form.set("report", "daily")
    assert depth.comm is None


def test_a_parameter_that_the_report_has_no_longer_is_left_out(page: Page):
    page.model.edit()  # `daily` takes no depth
    page.model.form.save()
    assert page.stand_in.calls[0][2]["parameters"] == {"meter": "UNIT-A"}


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ConflictError("changed meanwhile", stored={"name": "x"}), "open it again"),
        (ServiceError("gone"), "Look before you try again"),
        (InputError("no", [Problem("", "owner", "", "nobody there")]), ""),
    ],
)
def test_a_refused_save_keeps_the_form_and_says_why(page: Page, error: Exception, told: str):
    page.stand_in.refusal = error
    page.model.edit()
    page.model.form.save()
    assert page.model.form.kind == "edit"
    assert told in page.model.form.failure
    assert not page.model.form.busy
    if not told:
        assert page.model.form.problems == {"owner": "nobody there"}


def test_rows_are_reused_when_the_list_changes(page: Page):
    before = page.view.list.children
    page.model.refresh()
    assert page.view.list.children == before
    del page.stand_in.stored["sch_01"]
    page.model.refresh()
    assert page.view.list.children == before
    assert [visible(box) for box, _, _ in page.view.lines] == [True, False]
