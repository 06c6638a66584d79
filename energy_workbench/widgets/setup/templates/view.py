"""View of the templates: the list, one of them with its actions, its form, and the question before it is deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup

from energy_workbench.widgets.parts import dressed, put, shown
from energy_workbench.widgets.setup.form.fields import FIELDS
from energy_workbench.widgets.setup.parts import SetupParts, alert, told
from energy_workbench.widgets.setup.templates import markup
from energy_workbench.widgets.setup.templates.model import HELD, TemplatesModel

LEFT = ("Left to each meter", "")
"""Of a menu: the template does not say."""


class TemplatesView:
    """Renders a model; `widget` is what to display, empty until somebody opens it."""

    def __init__(
        self, model: TemplatesModel, make: SetupParts, back: Callable[[], None], guard: Callable[..., Any]
    ) -> None:
        self.model = model
        self._make, self._back, self._guard = make, back, guard
        self._writing = False
        self.widget = make.box([], "ew-bulk ew-templates")
        model.observe(lambda _: self._build(), ["known", "kind"])

    def _build(self) -> None:
        """Make the widgets, the first time that they are needed."""
        if self.widget.children:
            return
        make, model, guard = self._make, self.model, self._guard
        self.table = make.text("ew-section")
        self.pick = make.select("Look at", [("Choose…", "")], classes="ew-input ew-pick-template")
        self.details = make.text("ew-section")
        self.use = make.button("New meter from it", model.use, kind="primary", classes="ew-do-use-template")
        self.edit = make.button("Edit…", model.edit, classes="ew-do-edit-template")
        self.delete = make.button("Delete…", model.ask_delete, kind="danger", classes="ew-do-delete-template")
        self.acts = make.box([self.use, self.edit, self.delete], "ew-buttons")
        self.asked = make.text("ew-asked")
        self.sure = make.button("Delete", model.delete, kind="danger", classes="ew-do-confirm-template")
        keep = make.button("Keep it", model.cancel, classes="ew-do-refuse")
        self.question = make.box([self.asked, make.box([keep, self.sure], "ew-buttons")], "ew-ask")
        self.name = make.input("Name of the template")
        self.inputs = {name: self._input(name) for name in HELD}
        self.notes = {name: make.text("ew-note") for name in ("name", *HELD)}
        rows = [
            make.box([widget, self.notes[name]], f"ew-field ew-field-{name}")
            for name, widget in {"name": self.name, **self.inputs}.items()
        ]
        self.failure = make.text("ew-failure")
        self.save = make.button("Save template", model.save, kind="primary", classes="ew-do-save-template")
        cancel = make.button("Cancel", model.cancel, classes="ew-do-leave-template")
        hint = make.text("ew-section", Markup('<p class="ew-hint">What is empty is left to each meter.</p>'))
        self.form = make.box([hint, make.box(rows, "ew-grid"), make.box([self.save, cancel], "ew-buttons")], "ew-ask")
        add = make.button("+ New template", model.add, classes="ew-do-add-template")
        title = make.text("ew-h", Markup("<h2>Templates</h2>"))
        self.widget.children = [
            make.box([title, add, make.button("Close", self._back, classes="ew-do-back")], "ew-bar"),
            self.table, self.pick, self.details, self.acts, self.question, self.form, self.failure,
        ]  # fmt: skip
        self.pick.observe(guard(self._picked), "value")
        self.name.observe(guard(self._typed("name")), "value")
        for name, widget in self.inputs.items():
            widget.observe(guard(self._typed(name)), "value")
        model.observe(
            lambda _: self._show(),
            ["rows", "known", "chosen", "kind", "name", "values", "problems", "failure", "busy", "profiles"],
        )
        self._show()

    def _input(self, name: str) -> Any:
        field = FIELDS[name]
        if name == "profile":
            return self._make.select(field.label, [LEFT])
        if field.options:
            return self._make.select(field.label, [LEFT, *(each for each in field.options if each[1])])
        return self._make.input(field.label)

    def _typed(self, name: str) -> Callable[[dict[str, Any]], None]:
        def handler(change: dict[str, Any]) -> None:
            if self._writing:
                return
            text = str(change["new"] or "")
            if name == "name":
                self.model.name = text
            else:
                self.model.set(name, text)

        return handler

    def _picked(self, change: dict[str, Any]) -> None:
        if not self._writing:
            self.model.choose(str(change["new"] or ""))

    def _show(self) -> None:
        model = self.model
        put(self.table, markup.table(model.rows, known=model.known))
        put(self.details, markup.details(model.row))
        put(self.asked, markup.asked(model.row))
        put(self.failure, alert(model.failure))
        self._writing = True
        try:
            self._fill()
        finally:
            self._writing = False
        for name, note in self.notes.items():
            problem = model.problems.get(name, "")
            put(note, told(problem, hint=FIELDS[name].hint if name in FIELDS else ""))
            dressed(self.name if name == "name" else self.inputs[name], "ew-invalid", bool(problem))
        writing = model.kind in ("add", "edit")
        shown(self.pick, len(model.rows) > 1 and not writing)
        shown(self.details, not writing)
        shown(self.acts, bool(model.row) and not model.kind)
        shown(self.question, model.kind == "delete")
        shown(self.form, writing)
        self.name.disabled = model.kind == "edit"
        self.save.disabled = self.sure.disabled = model.busy

    def _fill(self) -> None:
        model = self.model
        options = [("Choose…", ""), *((row["name"], row["name"]) for row in model.rows)]
        if list(self.pick.options) != options:
            self.pick.options = options
        self.pick.value = model.chosen if model.row else ""
        if self.name.value != model.name:
            self.name.value = model.name
        profiles = [LEFT, *((f"{row['vendor']} {row['model']}".strip(), row["id"]) for row in model.profiles)]
        for name, widget in self.inputs.items():
            text = model.values.get(name, "")
            if FIELDS[name].options or name == "profile":
                menu = profiles if name == "profile" else list(widget.options)
                if text not in [value for _, value in menu]:
                    menu = [*menu, (text, text)]
                if list(widget.options) != menu:
                    widget.options = menu
            if widget.value != text:
                widget.value = text
