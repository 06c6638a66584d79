"""View of the form of a meter: inputs are built once, when it is first opened, and reused."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import ipywidgets
from markupsafe import Markup

from energy_workbench.domain.fields.natural_order import natural
from energy_workbench.widgets.parts import dressed, put, shown
from energy_workbench.widgets.setup.form import markup
from energy_workbench.widgets.setup.form.fields import APPLIED, BASIC, CONNECTION, CT, FIELDS, MORE, PT, Field
from energy_workbench.widgets.setup.form.model import FormModel
from energy_workbench.widgets.setup.form.suggestions import Suggestions
from energy_workbench.widgets.setup.parts import SetupParts, alert, told

FROM_NOW = "Another CT/PT holds from now on: last month does not change. To correct the past, use the CT/PT history."


class FormView:
    """Renders a model; `widget` is what to display, empty until the first form."""

    def __init__(self, model: FormModel, make: SetupParts, guard: Callable[..., Any]) -> None:
        self.model, self._make, self._guard = model, make, guard
        self.inputs: dict[str, Any] = {}
        self.notes: dict[str, ipywidgets.HTML] = {}
        self._writing = False
        self.widget = make.box([], "ew-form")
        model.observe(lambda _: self._build(), "kind")

    def _build(self) -> None:
        """Make the widgets, the first time that they are needed."""
        if self.inputs or not self.model.kind:
            return
        make, model = self._make, self.model
        self.title = make.text("ew-h")
        self.template = make.select("From template", [("None", "")], classes="ew-input ew-template")
        self.failure = make.text("ew-failure")
        self.versions = make.text("ew-conflict")
        self.mine = make.button("Save mine over it", model.keep_mine, kind="danger", classes="ew-do-mine")
        self.theirs = make.button("Take what is stored", model.take_theirs, classes="ew-do-theirs")
        self.example = make.text("ew-example")
        self.test = make.button("Test connection", model.test, classes="ew-do-test", tooltip="Reads the meter once")
        self.probed = make.text("ew-probed")
        self.suggestions = Suggestions(model, make)
        self.more = ipywidgets.Accordion(
            [make.box(self._rows(MORE), "ew-grid")],
            titles=["More"],
            selected_index=None,
            layout=make.layout,
        )
        self.more._dom_classes = ("ew-more-fields",)
        self.save = make.button("Save meter", model.save, kind="primary", classes="ew-do-save")
        self.cancel = make.button("Cancel", model.cancel, classes="ew-do-cancel")
        self.widget.children = [
            make.box([self.title, self.template], "ew-bar"),
            self._group("Basic information", [make.box(self._rows(BASIC), "ew-grid")]),
            self._group(
                "Transformers (CT/PT)", [make.box(self._rows((*CT, *PT, *APPLIED)), "ew-grid ew-grid-ct"), self.example]
            ),
            self._group(
                "Connection",
                [
                    make.box(self._rows(CONNECTION), "ew-grid"),
                    make.box([self.suggestions.find, self.test], "ew-buttons"),
                    self.suggestions.widget,
                    self.probed,
                ],
            ),
            self.more,
            self.versions,
            make.box(
                [self.failure, make.box([self.save, self.mine, self.theirs, self.cancel], "ew-buttons")], "ew-sticky"
            ),
        ]
        for name, widget in self.inputs.items():
            widget.observe(self._guard(self._typed(name)), "value")
        self.template.observe(self._guard(lambda change: self._templated(change["new"])), "value")
        for names, handler in (
            (["values"], self._show_values),
            (["problems", "warnings", "values"], self._show_notes),
            (["problems", "failure"], self._open_more),
            (["title"], self._show_title),
            (["profiles"], self._show_profiles),
            (["templates"], self._show_templates),
            (["failure", "conflict", "busy", "probing", "probed", "example", "values", "kind"], self._show_state),
        ):
            model.observe(lambda _, handler=handler: handler(), names)
            handler()

    def _group(self, heading: str, widgets: list[ipywidgets.Widget]) -> ipywidgets.Box:
        return self._make.box(
            [self._make.text("ew-section", Markup("<h3>{}</h3>").format(heading)), *widgets], "ew-group"
        )

    def _rows(self, fields: Iterable[Field]) -> list[ipywidgets.Widget]:
        rows = []
        for field in fields:
            if field.options:
                widget = self._make.select(field.label, field.options)
            elif field.suggests:
                widget = self._make.suggesting(field.label)
            else:
                widget = self._make.input(field.label)
            self.inputs[field.name] = widget
            self.notes[field.name] = self._make.text("ew-note", told(hint=field.hint))
            rows.append(self._make.box([widget, self.notes[field.name]], f"ew-field ew-field-{field.name}"))
        return rows

    def _typed(self, name: str) -> Callable[[dict[str, Any]], None]:
        def handler(change: dict[str, Any]) -> None:
            if not self._writing:
                self.model.set(name, str(change["new"] or ""))
                if FIELDS[name].suggests:
                    self.inputs[name].options = tuple(self.model.suggestions(name))

        return handler

    def _templated(self, name: str) -> None:
        if name and not self._writing:
            self.model.use_template(name)

    def _show_values(self) -> None:
        self._writing = True
        try:
            for name, text in self.model.values.items():
                widget = self.inputs[name]
                if FIELDS[name].options:
                    self._offer(widget, text)
                if widget.value != text:
                    widget.value = text
        finally:
            self._writing = False

    def _offer(self, widget: ipywidgets.Dropdown, value: str) -> None:
        """Add a value that the menu does not know to it."""
        if value not in [known for _, known in widget.options]:
            widget.options = (*widget.options, (value, value))

    def _show_notes(self) -> None:
        model = self.model
        for name, note in self.notes.items():
            problem = model.problems.get(name, "")
            put(note, told(problem, model.warnings.get(name, ""), FIELDS[name].hint))
            dressed(self.inputs[name], "ew-invalid", bool(problem))

    def _open_more(self) -> None:
        """Open what is folded away where something is wrong in it."""
        if self.more.selected_index is None and any(field.name in self.model.problems for field in MORE):
            self.more.selected_index = 0

    def _show_title(self) -> None:
        put(self.title, told_title(self.model.title))

    def _show_profiles(self) -> None:
        profiles = [(f"{item['vendor']} {item['model']}".strip(), str(item["id"])) for item in self.model.profiles]
        self._menu(self.inputs["profile"], [("None", ""), *sorted(profiles, key=lambda item: natural(item[0]))])

    def _show_templates(self) -> None:
        self._menu(self.template, [("None", ""), *((item["name"], item["name"]) for item in self.model.templates)])
        self._show_state()

    def _menu(self, widget: ipywidgets.Dropdown, options: list[tuple[str, str]]) -> None:
        self._writing = True
        try:
            held = widget.value
            if held is not None and held not in [value for _, value in options]:
                options.append((held, held))
            if list(widget.options) != options:
                widget.options = options
                widget.value = held
        finally:
            self._writing = False

    def _show_state(self) -> None:
        model = self.model
        shown(self.template, model.kind == "add" and bool(model.templates))
        put(self.failure, alert(model.failure))
        put(self.versions, markup.conflict(model.conflict))
        for button in (self.mine, self.theirs):
            shown(button, bool(model.conflict))
        shown(self.save, not model.conflict)
        note = FROM_NOW if model.ratio_changes else ""
        put(self.example, told(hint=" · ".join(text for text in (model.example, note) if text)))
        put(self.probed, markup.probed(model.probed))
        self.test.description = "Reading…" if model.probing else "Test connection"
        self.test.disabled = model.probing
        self.save.description = "Saving…" if model.busy else "Save meter"
        self.save.disabled = model.busy


def told_title(title: str) -> Markup:
    """Heading of the form."""
    return Markup("<h2>{}</h2>").format(title)
