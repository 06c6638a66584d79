"""View of the panel of the site: its fields, each with its hint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets
from markupsafe import Markup

from energy_workbench.domain.site.places import countries, currencies, zones
from energy_workbench.widgets.parts import dressed, put, shown
from energy_workbench.widgets.setup.parts import SetupParts, alert, told
from energy_workbench.widgets.setup.site.model import FIELDS, SiteModel

NOT_STATED = ("Not stated", "")
HINTS = {
    "name": "On pages, reports and in mail.",
    "timezone": "An IANA name, such as Europe/Berlin: days, weeks and months are cut by it.",
    "country": "Chooses the grid's emission factor; without it the grid's carbon is not told.",
    "currency": "In which the site pays.",
    "keep_readings_days": "Empty: for ever. Older readings are thinned to those that intervals are made of.",
}
MOVES = (
    "Another zone: days, weeks and months are cut anew, also in the past. Energies of quarter hours stay as they are."
)
THINS = "Every interval stays as it is, bit by bit; readings that are taken away do not come back."


class SiteView:
    """Renders a model; `widget` is what to display."""

    def __init__(
        self,
        model: SiteModel,
        make: SetupParts,
        back: Callable[[], None],
        guard: Callable[..., Any],
        *below: ipywidgets.Widget,
    ) -> None:
        self.model = model
        self.inputs: dict[str, Any] = {
            "name": make.input("Name"),
            "timezone": make.suggesting("Time zone"),
            "country": make.select("Country", [NOT_STATED]),
            "currency": make.select("Currency", [NOT_STATED]),
            "keep_readings_days": make.input("Days for which every reading is kept"),
        }
        self.notes = {name: make.text("ew-note") for name in FIELDS}
        rows = [make.box([self.inputs[name], self.notes[name]], f"ew-field ew-field-{name}") for name in FIELDS]
        self.failure = make.text("ew-failure")
        self.save = make.button("Save site", model.save, kind="primary", classes="ew-do-save-site")
        close = make.button("Close", back, classes="ew-do-back")
        bar = make.box([make.text("ew-h", Markup("<h2>The site</h2>")), close], "ew-bar")
        buttons = make.box([self.save], "ew-buttons")
        self.form = make.box([make.box(rows, "ew-grid"), self.failure, buttons], "ew-ask")
        self.widget = make.box([bar, self.form, *below], "ew-bulk ew-site")
        self._writing = False
        for name, widget in self.inputs.items():
            widget.observe(guard(self._typed(name)), "value")
        model.observe(lambda _: self._show(), ["stored", "values", "problems", "failure", "busy"])
        self._show()

    def _typed(self, name: str) -> Callable[[dict[str, Any]], None]:
        def handler(change: dict[str, Any]) -> None:
            if not self._writing:
                self.model.set(name, str(change["new"] or ""))

        return handler

    def _fill(self) -> None:
        """Give the lists their entries, when they are first needed."""
        if len(self.inputs["country"].options) > 1:
            return
        self.inputs["timezone"].options = sorted(zones())
        by_name = sorted((f"{name} ({code})", code) for code, name in countries().items())
        self.inputs["country"].options = [NOT_STATED, *by_name]
        self.inputs["currency"].options = [
            NOT_STATED,
            *((f"{code}, {name}", code) for code, name in currencies().items()),
        ]

    def _show(self) -> None:
        model = self.model
        shown(self.form, bool(model.stored))
        if not model.stored:
            return
        self._writing = True
        try:
            self._fill()
            for name, widget in self.inputs.items():
                value, problem = model.values.get(name, ""), model.problems.get(name, "")
                if widget.value != value:
                    widget.value = value
                careful = MOVES if name == "timezone" and model.moves else ""
                careful = THINS if name == "keep_readings_days" and model.thins else careful
                put(self.notes[name], told(problem, careful, HINTS[name]))
                dressed(widget, "ew-invalid", bool(problem))
        finally:
            self._writing = False
        put(self.failure, alert(model.failure))
        self.save.description = "Saving…" if model.busy else "Save site"
        self.save.disabled = model.busy
