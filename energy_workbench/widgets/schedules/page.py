"""The page of scheduled reports within the editors' app: it polls the service while it is in front."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from energy_workbench.widgets.background import Doer
from energy_workbench.widgets.browser.location import Location
from energy_workbench.widgets.browser.polling import Poller
from energy_workbench.widgets.live_page import LivePage
from energy_workbench.widgets.schedules.model import Answer, SchedulesModel
from energy_workbench.widgets.schedules.view import SchedulesView

if TYPE_CHECKING:
    from energy_workbench.contract.everything import WorkbenchContract

EVERY_SECONDS = 2.0
"""How often it asks: a run shows how far it is [s]."""

FIRST_INPUT = ".ew-schedules .ew-form input"

WRONG = ".ew-schedules .ew-invalid input, .ew-schedules .ew-invalid select"


class SchedulesPage(LivePage):
    """Controller of model and view, and of the app's location.

    Parameters
    ----------
    location : Location
        Of the app.
    deliver : callable
        Hands the reader a file: name and content.
    leave : callable
        Shows the other page.
    """

    def __init__(
        self,
        workbench: WorkbenchContract,
        doer: Doer,
        guard: Callable[..., Any],
        location: Location,
        deliver: Callable[[str, bytes], None],
        leave: Callable[[], None],
    ) -> None:
        self.location = location
        self.model = SchedulesModel(workbench, doer, deliver)
        self.view = SchedulesView(self.model, leave, guard)
        self.poller: Poller[Answer] = Poller(self.model.ask, self._take, self._fail, every=EVERY_SECONDS, ease=2.0)
        self.model.observe(guard(self._went), "selected")
        self.model.form.observe(guard(self._focus), "kind")
        self.model.form.observe(guard(lambda _: self.location.focus(WRONG)), "refusals")
        self.model.observe(guard(self._asked), "question")

    def _went(self, _: Any) -> None:
        if row := self.model.row:
            self.location.go({"schedule": row["name"]})

    def _focus(self, change: dict[str, Any]) -> None:
        if change["new"]:
            self.location.focus(FIRST_INPUT, entering=True)

    def _asked(self, change: dict[str, Any]) -> None:
        if change["new"]:
            # Never the button that deletes: a key held too long must not press it.
            self.location.focus(".ew-schedules .ew-ask .ew-do-refuse")
