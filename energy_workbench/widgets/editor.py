"""The app of the editors' pages: it follows the browser's address, and polls the service while it is visible.

Meter setup is there from the start, scheduled reports once they are opened; changing the page keeps the kernel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets

from energy_workbench.domain.pages import SCHEDULES, SETUP, Page
from energy_workbench.widgets.background import Background, Doer
from energy_workbench.widgets.boundary import guarded
from energy_workbench.widgets.browser.files import Files
from energy_workbench.widgets.browser.location import Here, Location
from energy_workbench.widgets.browser.polling import Poller
from energy_workbench.widgets.live_page import LivePage, service
from energy_workbench.widgets.parts import Parts, shown
from energy_workbench.widgets.schedules.page import SchedulesPage
from energy_workbench.widgets.setup.page_model import Answer, SetupModel
from energy_workbench.widgets.setup.page_view import SetupView
from energy_workbench.widgets.shell.switch import SiteSwitch

if TYPE_CHECKING:
    from energy_workbench.contract.everything import WorkbenchContract

MAX_CHOICE = 64
"""Longest meter that an address may name [characters]."""

EASE = 9.0
"""Asking for the meters takes a tenth of the time at most [1]."""

MAX_NAME = 200
"""Longest schedule that an address may name [characters]."""

FIRST_INPUT = {
    "form": ".ew-form input",
    "bulk": ".ew-files input",
    "readings": ".ew-readings .ew-files input",
    "deleted": ".ew-deleted select",
    "exchange": ".ew-exchange input",
}
"""Where the keyboard goes when the right side changes."""


class Editor(LivePage):
    """Controller of models, views and the browser's location; no request is made before the browser's first message."""

    reports: SchedulesPage | None

    def __init__(self, workbench: WorkbenchContract, doer: Doer | None = None) -> None:
        self.page, self.reports = SETUP, None
        guard = guarded(self._report)
        self.files = Files(accept=".csv,.xlsx")
        self.model = SetupModel(workbench, doer or Background(self._report), self.files.deliver)
        self.view = SetupView(self.model, self.files, guard)
        self.location = Location(layout=self.view.widget.layout, reopens=False)
        self.poller: Poller[Answer] = Poller(self.model.question, self._take, self._fail, ease=EASE)
        self.location.on_move(guard(self._moved))
        self.location.on_find(guard(self.model.tree.enter))
        self.files.on_file(guard(self.model.bulk.take))
        self.files.on_refused(guard(self.model.bulk.refuse))
        self.model.details.observe(guard(self._went), "row")
        self.model.tree.observe(guard(self._reveal), ["selected", "note"])
        self.model.observe(guard(self._focus), "side")
        self.model.ask.observe(guard(self._focus_question), "question")
        self.model.form.observe(guard(self._show_refusal), "failure")
        for name in ("probed", "suggested"):
            self.model.form.observe(guard(self._show_answer), name)
        self.view.schedules.on_click(guard(lambda _: self._open(SCHEDULES, push=True)))
        self._visible = False
        self._workbench, self._doer, self._guard = workbench, doer or Background(self._report), guard
        switch = SiteSwitch(workbench, self.location, Parts(guard).text("ew-site-line"), self._doer)
        self.widget = ipywidgets.Box([self.location, switch.widget, self.view.widget], layout=self.view.widget.layout)
        self.widget.add_class("ew-page")

    def _moved(self, here: Here) -> None:
        self._visible = here.visible
        if here.moved:
            self._open(SCHEDULES if here.page == SCHEDULES.name else SETUP)
            if self.page is SETUP:
                self.model.want(here.query.get("meter", "")[:MAX_CHOICE])
            elif self.reports:
                self.reports.model.want(here.query.get("schedule", "")[:MAX_NAME])
        self._heard()

    def _open(self, page: Page, *, push: bool = False) -> None:
        """Show a page; the other one is asked for nothing meanwhile, and is as it was when people come back."""
        if page is SCHEDULES and self.reports is None:
            self.reports = SchedulesPage(
                self._workbench, self._doer, self._guard, self.location, self.files.deliver, self._leave_reports
            )
            self.widget.children = [*self.widget.children, self.reports.view.widget]
        self.page = page
        shown(self.view.widget, page is SETUP)
        if self.reports:
            shown(self.reports.view.widget, page is SCHEDULES)
        if push:
            self.location.go({}, page=page.name, title=page.title, push=True)
            self._heard()

    def _leave_reports(self) -> None:
        self._open(SETUP, push=True)

    def _heard(self) -> None:
        self.poller.heard(self._visible and self.page is SETUP)
        if self.reports:
            self.reports.poller.heard(self._visible and self.page is SCHEDULES)

    def _report(self, text: str) -> None:
        if self.page is SCHEDULES and self.reports:
            self.reports.model.problem = text
        else:
            super()._report(text)

    def _went(self, _: Any) -> None:
        if self.page is SETUP and (number := self.model.details.row.get("number")):
            self.location.go({"meter": str(number)})

    def _reveal(self, change: dict[str, Any]) -> None:
        if change["name"] == "note" and change["new"]:
            # While people search, the list stays where it is; once they end, the chosen one is in sight.
            return
        if selector := self.view.tree.selector():
            self.location.reveal(selector, grows=change["name"] == "note")

    def _focus(self, change: dict[str, Any]) -> None:
        self.location.reveal(".ew-right h2")
        if selector := FIRST_INPUT.get(change["new"]):
            self.location.focus(selector, entering=True)
        else:
            self._find_keyboard()

    def _find_keyboard(self) -> None:
        """Focus the first button of what is shown, where what had the focus is hidden now."""
        self.location.focus(".ew-right button", lost=True)

    def _focus_question(self, change: dict[str, Any]) -> None:
        if change["new"]:
            # Never the button that deletes: a key held too long must not press it.
            self.location.focus(".ew-ask input, .ew-ask select, .ew-ask .ew-do-refuse")
        else:
            self._find_keyboard()

    def _show_refusal(self, change: dict[str, Any]) -> None:
        """Bring what was refused into view: a conflict's versions, or the first field with a problem."""
        if self.model.form.conflict:
            self.location.reveal(".ew-versions")
        elif change["new"] and self.model.form.problems:
            self.location.focus(".ew-form .ew-invalid input, .ew-form .ew-invalid select")

    def _show_answer(self, change: dict[str, Any]) -> None:
        if change["new"]:
            box = ".ew-suggestions" if change["name"] == "suggested" else ".ew-group > .ew-probed"
            self.location.reveal(f"{box} .ew-answer")


def build() -> ipywidgets.Widget:
    """The app over the service that the environment names.

    Raises
    ------
    SettingsError
        If it names none.
    """
    workbench = service("editor")
    app = Editor(workbench)
    app.location.on_site(workbench.ask_of)
    return app.widget
