"""View of the page of scheduled reports: the list on the left, one schedule or its form on the right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets
from markupsafe import Markup

from energy_workbench.widgets.markup import problem
from energy_workbench.widgets.parts import dressed, put, shown
from energy_workbench.widgets.period_picker import PeriodPicker, meaning
from energy_workbench.widgets.schedules import markup
from energy_workbench.widgets.schedules.form_view import FormView
from energy_workbench.widgets.schedules.model import SchedulesModel
from energy_workbench.widgets.setup.parts import SetupParts, told

KINDS = {"pdf": "PDF", "html": "HTML", "xlsx": "Excel"}
"""Kind of file → what its button says."""
NOTHING = Markup('<p class="ew-hint">Nothing is scheduled yet. “Add schedule” plans the first report.</p>')


class SchedulesView:
    """Renders a model; `widget` is what to display.

    Parameters
    ----------
    model : SchedulesModel
    leave : callable
        Shows the other page of editors.
    guard : callable
        Wraps a handler of a browser's message in the error boundary.
    """

    def __init__(self, model: SchedulesModel, leave: Callable[[], None], guard: Callable[..., Any]) -> None:
        self.model, self._guard = model, guard
        make = self._make = SetupParts(guard)
        self.title = make.text("ew-head")
        self.notice = make.text("ew-notice-line")
        self.problem = make.text("ew-problems")
        self.add = make.button("+ Add schedule", model.form.add, kind="primary", classes="ew-do-add")
        self.test = make.button("Test mail…", lambda: model.put_question("mail"), classes="ew-do-test-mail")
        tools = make.box([self.test, make.button("Meter setup", leave, classes="ew-do-leave")], "ew-buttons")
        self.nothing = make.text("ew-note")
        self.lines: list[tuple[ipywidgets.Box, ipywidgets.Button, ipywidgets.HTML]] = []
        self.list = make.box([], "ew-schedule-list")
        left = make.box(
            [make.box([make.text("ew-h", Markup("<h2>Schedules</h2>")), self.add], "ew-bar"), self.nothing, self.list],
            "ew-panel ew-left",
        )
        self.form = FormView(model.form, make, guard)
        self.details = self._details(make)
        self.right = make.box([self.details, self.form.widget], "ew-panel ew-right")
        self.widget = make.box(
            [make.box([self.title, self.notice, tools], "ew-top"), self.problem, self._mail(make), left, self.right],
            "ew-app ew-setup ew-schedules",
        )
        for names, handler in (
            (["site"], lambda: put(self.title, markup.header(model.site))),
            (["problem", "failure"], lambda: put(self.problem, problem(model.failure or model.problem))),
            (["notice"], lambda: put(self.notice, _notice(model.notice))),
            (["rows", "selected", "known"], self._show_list),
            (["rows", "selected", "runs", "question", "period", "busy", "overdue"], self._show_details),
            (["question", "busy", "address"], self._show_mail),
        ):
            model.observe(lambda _, handler=handler: handler(), names)
            handler()
        model.form.observe(lambda _: self._show_side(), "kind")
        self.pick.observe(guard(lambda _: self._show_files()), "value")
        self._show_side()

    def _details(self, make: SetupParts) -> ipywidgets.Box:
        model = self.model
        self.about = make.text("ew-meter ew-about")
        self.run = make.button("Send now", lambda: model.put_question("run"), kind="primary", classes="ew-do-run")
        self.pause = make.button("Pause", model.pause, classes="ew-do-pause")
        edit = make.button("Edit", model.edit, classes="ew-do-edit")
        delete = make.button("Delete", lambda: model.put_question("delete"), kind="danger", classes="ew-do-delete")
        self.buttons = make.box([self.run, self.pause, edit, delete], "ew-buttons")
        self.asked = make.text("ew-asked")
        self.confirm = make.button("", model.confirm, kind="primary", classes="ew-do-confirm")
        refuse = make.button("Cancel", model.refuse, classes="ew-do-refuse")
        self.period = PeriodPicker(layout=make.layout)
        self.period.on_choose(self._make.guard(model.choose_period))
        self.period.on_step(self._make.guard(model.step_period))
        self.question = make.box([self.asked, self.period, make.box([self.confirm, refuse], "ew-buttons")], "ew-ask")
        self.progress = make.text("ew-note ew-progress")
        self.stop = make.button("Cancel this run", model.cancel_run, kind="danger", classes="ew-do-cancel-run")
        self.pick = make.select("Files of", [("None", "")], classes="ew-input ew-pick-run")
        self.gets = {
            kind: make.button(f"Download {word}", self._get(kind), classes=f"ew-do-get-{kind}")
            for kind, word in KINDS.items()
        }
        self.files = make.box([self.pick, *self.gets.values()], "ew-buttons ew-files-of")
        self.history = make.text("ew-section ew-history")
        return make.box(
            [
                self.about,
                self.buttons,
                self.question,
                self.progress,
                self.stop,
                make.text("ew-section", Markup("<h3>History</h3>")),
                self.history,
                self.files,
            ],
            "ew-details",
        )

    def _mail(self, make: SetupParts) -> ipywidgets.Box:
        """The question to whom a test mail goes."""
        model = self.model
        self.address = make.input("Send a test mail to", "anna@example.com", classes="ew-input ew-mail-to")
        self.address.observe(self._guard(lambda change: model.set_trait("address", str(change["new"] or ""))), "value")
        self.send = make.button("Send test mail", model.confirm, kind="primary", classes="ew-do-send-test")
        leave = make.button("Cancel", model.refuse, classes="ew-do-refuse")
        note = make.text("ew-note", told(hint="By the mail server of the settings, as reports are sent."))
        self.mail = make.box(
            [self.address, note, make.box([self.send, leave], "ew-buttons")], "ew-ask ew-panel ew-mail"
        )
        return self.mail

    def _show_mail(self) -> None:
        model = self.model
        shown(self.mail, model.question == "mail")
        self.send.description = "Sending…" if model.busy else "Send test mail"
        self.send.disabled = model.busy

    def _get(self, kind: str) -> Callable[[], None]:
        def get() -> None:
            if self.pick.value:
                self.model.download(int(self.pick.value), kind)

        return get

    def _show_side(self) -> None:
        formed = bool(self.model.form.kind)
        shown(self.form.widget, formed)
        shown(self.details, not formed)
        shown(self.right, formed or bool(self.model.row))

    def _show_list(self) -> None:
        model = self.model
        put(self.nothing, NOTHING if model.known and not model.rows else Markup())
        while len(self.lines) < len(model.rows):
            self.lines.append(self._line(len(self.lines)))
            self.list.children = [box for box, _, _ in self.lines]
        for index, (box, button, text) in enumerate(self.lines):
            shown(box, index < len(model.rows))
            if index >= len(model.rows):
                continue
            row = model.rows[index]
            if button.description != row["name"]:
                button.description = row["name"]
            put(text, markup.line(row))
            dressed(box, "ew-chosen", row["id"] == model.selected)

    def _line(self, index: int) -> tuple[ipywidgets.Box, ipywidgets.Button, ipywidgets.HTML]:
        """The widgets of one row, which is another schedule's when the list changes."""

        def choose() -> None:
            if index < len(self.model.rows):
                self.model.choose(str(self.model.rows[index]["id"]))

        button = self._make.button("", choose, kind="quiet", classes="ew-name-of", tooltip="Show this schedule")
        text = self._make.text("ew-line")
        return self._make.box([button, text], "ew-schedule"), button, text

    def _show_details(self) -> None:
        model, row = self.model, self.model.row
        for widget in (self.buttons, self.history, self.files):
            shown(widget, bool(row))
        shown(self.right, bool(row or model.form.kind))
        put(self.about, markup.details(row) if row else Markup())
        self.pause.description = "Resume" if row and row["paused"] else "Pause"
        self.run.disabled = self.pause.disabled = model.busy
        self._show_question()
        run = model.open_run
        put(self.progress, markup.progress(run, model.overdue))
        shown(self.stop, run is not None and not run["cancelling"])
        put(self.history, markup.history(model.runs) if row else Markup())
        made = [run for run in model.runs if run["files"]]
        options = [(f"{run['period']} ({markup.when(run['planned_at'])})", str(run["id"])) for run in made]
        if list(self.pick.options) != (options or [("None", "")]):
            held = self.pick.value
            self.pick.options = options or [("None", "")]
            if held in [value for _, value in options]:
                self.pick.value = held
        shown(self.files, bool(made))
        self._show_files()

    def _show_question(self) -> None:
        model, row = self.model, self.model.row
        shown(self.question, bool(model.question in ("run", "delete") and row))
        shown(self.period, model.question == "run")
        if not row or model.question == "mail":
            return
        if model.question == "run":
            self.period.show(model.period, meaning(model.period, model.zone))
        name = row["name"]
        people = len(row["recipients"])
        whom = f"{people} recipient{'s' if people != 1 else ''}" if people else "the folder of reports"
        asked = {
            "delete": Markup("Delete <b>{}</b>? Nothing is sent any more. Its reports and its history stay.").format(
                name
            ),
            "run": Markup("Send <b>{}</b> now, to {}? Of this period:").format(name, whom),
            "": Markup(),
        }
        put(self.asked, asked[model.question])
        self.confirm.description = "Delete" if model.question == "delete" else "Send now"
        self.confirm.disabled = model.busy
        dressed(self.confirm, "ew-danger", model.question == "delete")
        dressed(self.confirm, "ew-primary", model.question != "delete")

    def _show_files(self) -> None:
        run = next((run for run in self.model.runs if str(run["id"]) == self.pick.value), None)
        for kind, button in self.gets.items():
            shown(button, run is not None and kind in run["files"])


def _notice(text: str) -> Markup:
    return Markup('<div class="ew-done" role="status">✓ {}</div>').format(text) if text else Markup()
