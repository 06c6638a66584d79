"""View of the limits of health: a table of all rules, a menu to choose one, and its fields with defaults."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from energy_workbench.widgets.parts import dressed, put, shown
from energy_workbench.widgets.setup.limits import markup
from energy_workbench.widgets.setup.limits.model import NOMINAL, PARTS, REFERENCE, LimitsModel, fields
from energy_workbench.widgets.setup.limits.model import shown as typed
from energy_workbench.widgets.setup.parts import SetupParts, alert, told

NONE = ""
"""Value of the menu while no rule is chosen."""
LABELS = {
    "warning": "Warning from [{unit}]",
    "critical": "Critical from [{unit}]",
    "hysteresis": "Leaves the limit by [{unit}]",
    "seconds": "Must last [s]",
}


class LimitsView:
    """Renders a model; `widget` is what to display."""

    def __init__(
        self, model: LimitsModel, make: SetupParts, back: Callable[[], None], guard: Callable[..., Any]
    ) -> None:
        self.model = model
        self.title = make.text("ew-h")
        self.table = make.text("ew-section")
        self.pick = make.select("Change", [("Choose a rule…", NONE)], classes="ew-input ew-pick-limit")
        # One set of inputs for all rules: a page has hundreds of widgets already.
        self.inputs = {name: make.input("") for name in (*PARTS, *NOMINAL)}
        self.notes = {name: make.text("ew-note") for name in self.inputs}
        self.rows = {
            name: make.box([widget, self.notes[name]], f"ew-field ew-field-{name}")
            for name, widget in self.inputs.items()
        }
        for name, label in NOMINAL.items():
            self.inputs[name].description = label
        self.source = make.text("ew-note")
        self.failure = make.text("ew-failure")
        self.save = make.button("Save limits", model.save, kind="primary", classes="ew-do-save-limits")
        buttons = make.box([self.save, make.button("Cancel", model.cancel, classes="ew-do-leave-limits")], "ew-buttons")
        self.form = make.box([make.box([*self.rows.values()], "ew-grid"), self.source, self.failure, buttons], "ew-ask")
        close = make.button("Close", back, classes="ew-do-back")
        bar = make.box([self.title, close], "ew-bar")
        self.widget = make.box([bar, self.table, self.pick, self.form], "ew-bulk ew-limits")
        self._writing = False
        for name, widget in self.inputs.items():
            widget.observe(guard(self._typed(name)), "value")
        self.pick.observe(guard(self._picked), "value")
        model.observe(lambda _: self._show_table(), ["answer", "number"])
        model.observe(lambda _: self._show(), ["rule", "values", "problems", "failure", "busy", "answer"])
        self._show_table()
        self._show()

    def _field(self, name: str) -> str:
        """The field that an input edits now."""
        return name if name in NOMINAL else f"{self.model.rule}_{name}"

    def _typed(self, name: str) -> Callable[[dict[str, Any]], None]:
        def handler(change: dict[str, Any]) -> None:
            if not self._writing and self._field(name) in self.model.values:
                self.model.set(self._field(name), str(change["new"] or ""))

        return handler

    def _picked(self, change: dict[str, Any]) -> None:
        if self._writing:
            return
        if change["new"]:
            self.model.begin(str(change["new"]))
        else:
            self.model.cancel()

    def _show_table(self) -> None:
        model = self.model
        put(self.title, markup.title(model.number))
        put(self.table, markup.table(model.answer))
        rows = model.answer["rules"] if model.answer else []
        rules = [(rule["label"], rule["name"]) for rule in rows]
        options = [("Choose a rule…", NONE), *rules, ("Nominal values and rest", REFERENCE)]
        if rules and list(self.pick.options) != options:
            self._writing = True
            try:
                self.pick.options = options
            finally:
                self._writing = False
        shown(self.pick, bool(rules))

    def _show(self) -> None:
        model = self.model
        shown(self.form, bool(model.rule))
        edited = fields(model.rule) if model.rule else ()
        defaults, rules = (model.answer["defaults"], model.answer["rules"]) if model.answer else ({}, [])
        rule = next((rule for rule in rules if rule["name"] == model.rule), None)
        unit = rule["unit"] if rule else ""
        put(self.source, markup.source(rule))
        self._writing = True
        try:
            if self.pick.value != model.rule and model.rule in [value for _, value in self.pick.options]:
                self.pick.value = model.rule
            for name, widget in self.inputs.items():
                field = self._field(name)
                shown(self.rows[name], field in edited)
                if field not in edited:
                    continue
                if name in LABELS:
                    widget.description = LABELS[name].format(unit=unit)
                if widget.value != model.values.get(field, ""):
                    widget.value = model.values.get(field, "")
                whose = "the site's" if model.meter else "the default"
                switch = ", or off" if name in PARTS[:2] else ""
                problem = model.problems.get(field, "")
                put(self.notes[name], told(problem, hint=f"Empty: {whose} {typed(defaults.get(field))}{switch}"))
                dressed(widget, "ew-invalid", bool(problem))
        finally:
            self._writing = False
        put(self.failure, alert(model.failure))
        self.save.description = "Saving…" if model.busy else "Save limits"
        self.save.disabled = model.busy
