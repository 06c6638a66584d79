"""View of the CT/PT history below the details, and of the pair that is edited."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup

from energy_workbench.domain.time.period import zone_of
from energy_workbench.widgets.parts import dressed, put, shown
from energy_workbench.widgets.setup.form.fields import APPLIED, CT, PT
from energy_workbench.widgets.setup.instant_input import InstantInput
from energy_workbench.widgets.setup.parts import SetupParts, told
from energy_workbench.widgets.setup.ratios import markup
from energy_workbench.widgets.setup.ratios.model import RatiosModel

NONE = ""
"""Value of the menu while no pair is chosen."""


class RatiosView:
    """Renders a model; `widget` is what to display."""

    def __init__(self, model: RatiosModel, make: SetupParts, guard: Callable[..., Any]) -> None:
        self.model = model
        self.history = make.text("ew-section")
        self.pick = make.select("Correct the pair from", [("Choose…", NONE)])
        self.add = make.button("Add a pair from a date…", lambda: model.begin(), classes="ew-do-ratio")
        self.bar = make.box([self.add, self.pick], "ew-buttons ew-pick")
        self.since = InstantInput(make, "Valid from (site's time)", lambda text: model.set("valid_from", text))
        self.inputs: dict[str, Any] = {}
        for field in (*CT, *PT):
            self.inputs[field.name] = make.input(field.label)
        self.inputs["ratio_applied_by"] = make.select(APPLIED[0].label, APPLIED[0].options)
        self.reason = make.input("Reason (a locked month is altered)", "Why, for those who ask later")
        self.reason.observe(guard(lambda change: model.set_trait("reason", str(change["new"] or ""))), "value")
        fields = {"valid_from": self.since.widget, **self.inputs, "reason": self.reason}
        self.notes = {name: make.text("ew-note") for name in fields}
        self.rows = {
            name: make.box([widget, self.notes[name]], f"ew-field ew-field-{name}") for name, widget in fields.items()
        }
        locked = self.rows.pop("reason")
        self.locked = locked
        self.example = make.text("ew-example")
        self.impact = make.text("ew-note")
        self.failure = make.text("ew-note")
        self.save = make.button("Save and recompute", model.save, kind="primary", classes="ew-do-save-ratio")
        self.delete = make.button("Take this pair away", model.delete, kind="danger")
        buttons = make.box([self.save, make.button("Cancel", model.cancel), self.delete], "ew-buttons")
        self.form = make.box(
            [
                make.box([*self.rows.values()], "ew-grid ew-grid-ct"), self.example, self.impact, locked, self.failure,
                buttons,
            ],
            "ew-ask",
        )  # fmt: skip
        self.widget = make.box([self.history, self.bar, self.form], "ew-ratios")
        self._writing = False
        for name, widget in self.inputs.items():
            widget.observe(guard(self._typed(name)), "value")
        self.pick.observe(guard(self._picked), "value")
        model.observe(lambda _: self._show_rows(), ["rows", "known", "meter"])
        model.observe(
            lambda _: self._show(),
            [
                "editing",
                "values",
                "impact",
                "problems",
                "warnings",
                "example",
                "failure",
                "busy",
                "first",
                "reason",
                "zone",
            ],
        )
        self._show_rows()
        self._show()

    def _typed(self, name: str) -> Callable[[dict[str, Any]], None]:
        def handler(change: dict[str, Any]) -> None:
            if not self._writing:
                self.model.set(name, str(change["new"] or ""))

        return handler

    def _picked(self, change: dict[str, Any]) -> None:
        if not self._writing and change["new"] not in (None, NONE):
            self.model.begin(self.model.rows[int(change["new"])])

    def _show_rows(self) -> None:
        rows = self.model.rows
        put(self.history, markup.history(rows))
        self._writing = True
        try:
            options = [("Choose…", NONE), *((markup.since(row), str(place)) for place, row in enumerate(rows))]
            if list(self.pick.options) != options:
                self.pick.options = options
        finally:
            self._writing = False
        self.add.disabled = not self.model.known
        shown(self.widget, bool(self.model.meter))

    def _show(self) -> None:
        model = self.model
        shown(self.form, model.editing)
        shown(self.bar, not model.editing)
        self._writing = True
        try:
            for name, widget in self.inputs.items():
                if name in model.values and widget.value != model.values[name]:
                    widget.value = model.values[name]
            if self.reason.value != model.reason:
                self.reason.value = model.reason
            if not model.editing and self.pick.value != NONE:
                self.pick.value = NONE
        finally:
            self._writing = False
        self.since.show(model.values.get("valid_from", ""), zone_of(model.zone))
        self.since.picker.disabled = model.first
        hints = {"valid_from": "It holds from the beginning of time." if model.first else ""}
        for name, note in self.notes.items():
            problem = model.problems.get(name, "")
            put(note, told(problem, model.warnings.get(name, ""), hints.get(name, "")))
            dressed(self._input(name), "ew-invalid", bool(problem))
        shown(self.locked, bool(model.impact and model.impact["locked_months"]))
        put(self.example, told(hint=model.example))
        put(self.impact, markup.impact(model.impact, looking=model.looking))
        put(
            self.failure,
            Markup('<p class="ew-wrong" role="alert">✕ {}</p>').format(model.failure) if model.failure else Markup(),
        )
        self.save.description = "Saving…" if model.busy else "Save and recompute"
        self.save.disabled = model.busy
        shown(self.delete, model.removable)

    def _input(self, name: str) -> Any:
        return {"valid_from": self.since.picker, "reason": self.reason}.get(name) or self.inputs[name]
