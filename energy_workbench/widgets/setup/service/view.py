"""View of a meter's commissioning sheet: usable on a phone in front of the switchboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from energy_workbench.domain.quantities import QUANTITIES
from energy_workbench.widgets.parts import dressed, put
from energy_workbench.widgets.setup.parts import SetupParts, alert, told
from energy_workbench.widgets.setup.service import markup
from energy_workbench.widgets.setup.service.model import DISPLAYED, ServiceModel

HINTS = {"signed_by": "Your name", "remarks": "Needed where something is wrong"}


class ServiceView:
    """Renders a model; `widget` is what to display, empty until somebody opens it."""

    def __init__(
        self, model: ServiceModel, make: SetupParts, back: Callable[[], None], guard: Callable[..., Any]
    ) -> None:
        self.model = model
        self._make, self._back, self._guard = make, back, guard
        self._writing = False
        self.widget = make.box([], "ew-bulk ew-service")
        model.observe(lambda _: self._build(), "meter")

    def _build(self) -> None:
        """Make the widgets, the first time that they are needed."""
        if self.widget.children or not self.model.meter:
            return
        make, model = self._make, self.model
        self.title = make.text("ew-h")
        self.inputs: dict[str, Any] = {
            name: make.input(f"Display shows, {QUANTITIES[name].label.lower()} [{QUANTITIES[name].unit}]")
            for name in DISPLAYED
        }
        self.inputs |= {"signed_by": make.input("Signed by"), "remarks": make.input("Remarks")}
        self.notes = {name: make.text("ew-note") for name in self.inputs}
        rows = {
            name: make.box([widget, self.notes[name]], f"ew-field ew-field-{name.replace('_', '-')}")
            for name, widget in self.inputs.items()
        }
        self.found, self.failure, self.sheets = make.text("ew-plan"), make.text("ew-failure"), make.text("ew-section")
        self.look = make.button("Check the meter", model.check, classes="ew-do-check-meter")
        self.sign = make.button("Sign the sheet", model.sign, kind="primary", classes="ew-do-sign")
        self.widget.children = [
            make.box([self.title, make.button("Close", self._back, classes="ew-do-back")], "ew-bar"),
            make.box([rows[name] for name in DISPLAYED], "ew-grid"),
            make.box([self.look], "ew-buttons"),
            self.found,
            make.box([rows["signed_by"], rows["remarks"]], "ew-grid"),
            self.failure,
            make.box([self.sign], "ew-buttons"),
            self.sheets,
        ]
        for name, widget in self.inputs.items():
            widget.observe(self._guard(self._typed(name)), "value")
        model.observe(
            lambda _: self._show(), ["meter", "sheets", "known", "values", "found", "problems", "failure", "busy"]
        )
        self._show()

    def _typed(self, name: str) -> Callable[[dict[str, Any]], None]:
        def handler(change: dict[str, Any]) -> None:
            if not self._writing:
                self.model.set(name, str(change["new"] or ""))

        return handler

    def _show(self) -> None:
        model = self.model
        put(self.title, markup.title(model.meter))
        put(self.found, markup.found(model.found, model.busy))
        put(self.sheets, markup.sheets(model.sheets, known=model.known))
        put(self.failure, alert(model.failure))
        self._writing = True
        try:
            for name, widget in self.inputs.items():
                if widget.value != model.values.get(name, ""):
                    widget.value = model.values.get(name, "")
                problem = model.problems.get(name, "")
                put(self.notes[name], told(problem, hint=HINTS.get(name, "Empty: it is not compared")))
                dressed(widget, "ew-invalid", bool(problem))
        finally:
            self._writing = False
        self.look.disabled = self.sign.disabled = bool(model.busy)
