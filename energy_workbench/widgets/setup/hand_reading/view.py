"""View of readings by hand: the form, what each register becomes by it, the question, and the last readings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from energy_workbench.domain.quantities import QUANTITIES
from energy_workbench.domain.time.period import zone_of
from energy_workbench.energy.counters import COUNTERS
from energy_workbench.widgets.parts import dressed, put, shown
from energy_workbench.widgets.setup.hand_reading import markup
from energy_workbench.widgets.setup.hand_reading.model import HandReadingModel
from energy_workbench.widgets.setup.instant_input import InstantInput
from energy_workbench.widgets.setup.parts import SetupParts, alert, told


class HandReadingView:
    """Renders a model; `widget` is what to display, empty until somebody opens it."""

    def __init__(
        self, model: HandReadingModel, make: SetupParts, back: Callable[[], None], guard: Callable[..., Any]
    ) -> None:
        self.model = model
        self._make, self._back, self._guard = make, back, guard
        self._writing = False
        self.widget = make.box([], "ew-bulk ew-hand-reading")
        model.observe(lambda _: self._build(), "meter")

    def _build(self) -> None:
        """Make the widgets, the first time that they are needed."""
        if self.widget.children or not self.model.meter:
            return
        make, model = self._make, self.model
        self.title = make.text("ew-h")
        self.at = InstantInput(make, "Read at", lambda text: model.set("at", text))
        self.inputs = {name: make.input(f"{QUANTITIES[name].label} [{QUANTITIES[name].unit}]") for name in COUNTERS}
        self.notes = {name: make.text("ew-note") for name in ("at", *COUNTERS)}
        self.rows = {
            name: make.box([widget, self.notes[name]], f"ew-field ew-field-{name}")
            for name, widget in self.inputs.items()
        }
        when = make.box([self.at.widget, self.notes["at"]], "ew-field ew-field-at")
        self.failure, self.history, self.asked = make.text("ew-failure"), make.text("ew-section"), make.text("ew-asked")
        self.save = make.button("Store the reading", model.save, kind="primary", classes="ew-do-save-reading")
        self.form = make.box([when, make.box(list(self.rows.values()), "ew-grid")], "ew-group")
        anyway = make.button("Store it anyway", model.save, kind="danger", classes="ew-do-confirm")
        self.question = make.box(
            [
                self.asked,
                make.box([make.button("Correct it", model.keep, classes="ew-do-refuse"), anyway], "ew-buttons"),
            ],
            "ew-ask",
        )
        self.widget.children = [
            make.box([self.title, make.button("Close", self._back, classes="ew-do-back")], "ew-bar"),
            self.form,
            self.failure,
            make.box([self.save], "ew-buttons"),
            self.question,
            self.history,
        ]
        for name, widget in self.inputs.items():
            widget.observe(self._guard(self._typed(name)), "value")
        model.observe(
            lambda _: self._show(),
            ["meter", "values", "problems", "failure", "busy", "rows", "known", "counted", "asking", "zone"],
        )
        self._show()

    def _typed(self, name: str) -> Callable[[dict[str, Any]], None]:
        def handler(change: dict[str, Any]) -> None:
            if not self._writing:
                self.model.set(name, str(change["new"] or ""))

        return handler

    def _show(self) -> None:
        model, zone = self.model, zone_of(self.model.zone)
        registers = {each.quantity: each for each in model.registers}
        put(self.title, markup.title(model.meter))
        self.at.show(model.values.get("at", ""), zone)
        self._writing = True
        try:
            for name, widget in self.inputs.items():
                if widget.value != (text := model.values.get(name, "")):
                    widget.value = text
        finally:
            self._writing = False
        for name, note in self.notes.items():
            problem = model.problems.get(name, "")
            hint = markup.hint(registers[name], zone) if name in registers and model.known else ""
            put(note, told(problem, hint=hint))
            if name in self.inputs:
                dressed(self.inputs[name], "ew-invalid", bool(problem))
                shown(self.rows[name], name in model.counted)
        put(self.failure, alert(model.failure))
        put(self.asked, markup.asked(model.registers) if model.asking else markup.Markup())
        put(self.history, markup.history(model.rows, model.counted, zone) if model.known else markup.Markup())
        shown(self.question, model.asking)
        shown(self.save, not model.asking)
        self.save.description = "Storing…" if model.busy else "Store the reading"
        self.save.disabled = model.busy
