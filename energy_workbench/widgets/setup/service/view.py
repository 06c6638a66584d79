"""View of a meter's commissioning sheet: usable on a phone in front of the switchboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from energy_workbench.domain.quantities import QUANTITIES
from energy_workbench.widgets.parts import dressed, put, shown
from energy_workbench.widgets.setup.parts import SetupParts, alert, told
from energy_workbench.widgets.setup.service import markup
from energy_workbench.widgets.setup.service.model import DISPLAYED, ServiceModel

BEGINS = [
    ("Do not state it", ""), ("The day of signing", "signing"), ("The day of its first reading", "first_reading"),
]  # fmt: skip
"""From when on the meter may be said to be there."""
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
            name: make.input(f"{label} [{QUANTITIES[name].unit}]") for name, label in DISPLAYED.items()
        }
        self.inputs |= {"signed_by": make.input("Signed by"), "remarks": make.input("Remarks")}
        self.inputs["commissioned_at"] = make.select("In service since", BEGINS)
        self.notes = {name: make.text("ew-note") for name in self.inputs}
        rows = {
            name: make.box([widget, self.notes[name]], f"ew-field ew-field-{name.replace('_', '-')}")
            for name, widget in self.inputs.items()
        }
        self.found, self.failure, self.sheets = make.text("ew-plan"), make.text("ew-failure"), make.text("ew-section")
        self.look = make.button("Check the meter", model.check, classes="ew-do-check-meter")
        self.sign = make.button("Sign the sheet", model.sign, kind="primary", classes="ew-do-sign")
        self.label = make.button("Label (PDF)", model.print_label, classes="ew-do-label")
        self.print = make.button("PDF, not signed", model.print_check, classes="ew-do-print-check")
        self.version = make.select("Signed sheet", [])
        self.take = make.button("PDF of the sheet", self._print_sheet, classes="ew-do-print-sheet")
        self.begins = rows["commissioned_at"]
        self.taken = make.box([make.box([self.version], "ew-grid"), make.box([self.take], "ew-buttons")], "ew-section")
        self.widget.children = [
            make.box([self.title, make.button("Close", self._back, classes="ew-do-back")], "ew-bar"),
            make.box([rows[name] for name in DISPLAYED], "ew-grid"),
            make.box([self.look, self.print, self.label], "ew-buttons"),
            self.found,
            make.box([rows["signed_by"], rows["remarks"], rows["commissioned_at"]], "ew-grid"),
            self.failure,
            make.box([self.sign], "ew-buttons"),
            self.sheets,
            self.taken,
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

    def _print_sheet(self) -> None:
        if self.version.value is not None:
            self.model.print_sheet(int(self.version.value))

    def _begins_at(self) -> str:
        """What the choice of the beginning means."""
        offered, said = self.model.offered, self.model.values.get("commissioned_at", "")
        if day := offered.get(said):
            return f"That is {day}, from which balances count on it"
        if offered and said:
            return "It has no reading yet"
        return "Balances count on it from then on; by its first reading, as an assumption, where nobody says so"

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
                hint = self._begins_at() if name == "commissioned_at" else HINTS.get(name, "Empty: it is not compared")
                put(self.notes[name], told(problem, hint=hint))
                dressed(widget, "ew-invalid", bool(problem))
        finally:
            self._writing = False
        shown(self.begins, model.unstated)
        shown(self.taken, bool(model.sheets))
        options = [(f"Sheet {row['version']}, by {row['signed_by'][:40]}", str(row["version"])) for row in model.sheets]
        if list(self.version.options) != options:
            self.version.options = options
            # The newest; a menu that was empty chooses nothing by itself.
            self.version.value = options[0][1] if options else None
        for button in (self.look, self.sign, self.print, self.label, self.take):
            button.disabled = bool(model.busy)
