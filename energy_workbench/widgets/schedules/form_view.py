"""View of the form of a schedule: inputs are built once, those of a report's own parameters when it is chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets
from markupsafe import Markup

from energy_workbench.widgets.parts import Retired, dressed, put, shown
from energy_workbench.widgets.schedules import markup
from energy_workbench.widgets.schedules.fields import FIELDS, OWN, TIMES, WHAT, WHEN, WHOM, Field
from energy_workbench.widgets.schedules.form_model import FormModel
from energy_workbench.widgets.setup.parts import SetupParts, alert, told


class FormView:
    """Renders a model; `widget` is what to display, empty until the first form."""

    def __init__(self, model: FormModel, make: SetupParts, guard: Callable[..., Any]) -> None:
        self.model, self._make, self._guard = model, make, guard
        self.inputs: dict[str, Any] = {}
        self.notes: dict[str, ipywidgets.HTML] = {}
        self.rows: dict[str, ipywidgets.Box] = {}
        self._own: tuple[Field, ...] = ()
        self._retired = Retired()
        self._writing = False
        self.widget = make.box([], "ew-form")
        model.observe(lambda _: self._build(), "kind")

    def _build(self) -> None:
        if self.inputs or not self.model.kind:
            return
        make, model = self._make, self.model
        self.title = make.text("ew-h")
        self.preview = make.text("ew-note ew-preview-box")
        self.failure = make.text("ew-failure")
        self.save = make.button("Save schedule", model.save, kind="primary", classes="ew-do-save")
        self.cancel = make.button("Cancel", model.cancel, classes="ew-do-cancel")
        self.what = self._grid(WHAT)
        self.widget.children = [
            self.title,
            self._group("What", self.what),
            self._group("When", self._grid(WHEN), self.preview),
            self._group("To whom", self._grid(WHOM)),
            make.box([self.failure, make.box([self.save, self.cancel], "ew-buttons")], "ew-sticky"),
        ]
        for names, handler in (
            (["values", "reports"], self._show_values),
            (["problems", "warnings", "values", "reports"], self._show_notes),
            (["title", "failure", "busy", "described", "next_runs"], self._show_state),
        ):
            model.observe(lambda _, handler=handler: handler(), names)
            handler()

    def _group(self, heading: str, *widgets: ipywidgets.Widget) -> ipywidgets.Box:
        return self._make.box(
            [self._make.text("ew-section", Markup("<h3>{}</h3>").format(heading)), *widgets], "ew-group"
        )

    def _grid(self, fields: tuple[Field, ...]) -> ipywidgets.Box:
        return self._make.box([self._row(field) for field in fields], "ew-grid")

    def _row(self, field: Field) -> ipywidgets.Box:
        make = self._make
        if field.options:
            widget = make.select(field.label, field.options)
        elif field.yes_no:
            widget = make.tick(field.label)
        elif field.suggests:
            widget = make.suggesting(field.label)
            widget.options = field.suggests
        else:
            widget = make.input(field.label, field.default if field.name not in FIELDS else "")
        widget.observe(self._guard(self._typed(field.name)), "value")
        self.inputs[field.name] = widget
        self.notes[field.name] = make.text("ew-note", told(hint=field.hint))
        self.rows[field.name] = make.box([widget, self.notes[field.name]], f"ew-field ew-field-{field.name}")
        return self.rows[field.name]

    def _show_own(self) -> None:
        """Ask for the parameters of the chosen report: the widgets of another report's are given up."""
        if self.model.own == self._own:
            return
        left = [each.pop(field.name) for field in self._own for each in (self.rows, self.inputs, self.notes)]
        self._own = self.model.own
        self.what.children = [self.rows[field.name] for field in WHAT] + [self._row(field) for field in self._own]
        self._retired.retire(left)

    def _typed(self, name: str) -> Callable[[dict[str, Any]], None]:
        def handler(change: dict[str, Any]) -> None:
            if not self._writing:
                new = change["new"]
                self.model.set(name, str(new).lower() if isinstance(new, bool) else str(new or ""))

        return handler

    def _show_values(self) -> None:
        model = self.model
        self._writing = True
        try:
            names = [("Choose…", ""), *((each["name"], each["name"]) for each in model.reports)]
            self._show_own()
            for name, field in FIELDS.items():
                text, widget = model.values.get(name, ""), self.inputs[name]
                if field.options:
                    self._offer(widget, names if name == "report" else list(field.options), text)
                if widget.value != text:
                    widget.value = text
            for field in self._own:
                text = model.values.get(field.name, "")
                self.inputs[field.name].value = (text or field.default) == "true" if field.yes_no else text
        finally:
            self._writing = False
        shown(self.rows["cron"], model.values.get(TIMES) == OWN)
        shown(self.rows["meter"], model.takes_meter)

    def _offer(self, widget: ipywidgets.Dropdown, options: list[tuple[str, str]], value: str) -> None:
        """Write a menu, with a value that it does not know in it."""
        if value not in [known for _, known in options]:
            options.append((value, value))
        if list(widget.options) != options:
            widget.options = options

    def _show_notes(self) -> None:
        model = self.model
        hints = {field.name: field.hint for field in (*FIELDS.values(), *self._own)}
        for name, note in self.notes.items():
            problem = model.problems.get(name, "")
            put(note, told(problem, model.warnings.get(name, ""), hints[name]))
            dressed(self.inputs[name], "ew-invalid", bool(problem))

    def _show_state(self) -> None:
        model = self.model
        put(self.title, Markup("<h2>{}</h2>").format(model.title))
        put(self.preview, markup.preview(model.described, model.next_runs))
        put(self.failure, alert(model.failure))
        self.save.description = "Saving…" if model.busy else "Save schedule"
        self.save.disabled = model.busy
