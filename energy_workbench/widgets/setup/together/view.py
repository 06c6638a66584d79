"""View of changing many meters together: filters, what is to be another, the preview, and one button."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup

from energy_workbench.domain.entities import MeterType
from energy_workbench.domain.fields.meter_fields import BY_NAME
from energy_workbench.domain.status import Communication, Status
from energy_workbench.widgets.parts import put, shown
from energy_workbench.widgets.setup.parts import SetupParts, alert
from energy_workbench.widgets.setup.together import markup
from energy_workbench.widgets.setup.together.model import FIELDS, LIMITS, NONE, TogetherModel

ANY = ""
OFFERED = 500
"""Suggestions of an input at most; any other text can be typed."""
WORDS = {
    "type": ("Type", [str(each) for each in MeterType]),
    "status": ("Status", [str(each) for each in Status]),
    "communication": ("Communication", [str(each) for each in Communication]),
}
PUT_IN = [("Commissioned or not", ANY), ("Commissioned", "yes"), ("Not yet commissioned", "no")]


class TogetherView:
    """Renders a model; `widget` is what to display, empty until somebody opens it."""

    def __init__(
        self, model: TogetherModel, make: SetupParts, back: Callable[[], None], guard: Callable[..., Any]
    ) -> None:
        self.model = model
        self._make, self._back, self._guard = make, back, guard
        self._writing = False
        self.widget = make.box([], "ew-bulk ew-together")
        model.observe(lambda _: self._build(), "opened")

    def _build(self) -> None:
        """Make the widgets, the first time that they are needed."""
        if self.widget.children:
            return
        make, model = self._make, self.model
        self.filters: dict[str, Any] = {"q": make.input("Text", "In number, name, location, address or serial")}
        for name, (label, words) in WORDS.items():
            options = [(f"Any {label.lower()}", ANY), *((word.replace("_", " ").capitalize(), word) for word in words)]
            self.filters[name] = make.select(label, options)
        self.filters["gateway"] = make.select("Gateway", [("Any gateway", ANY)])
        self.filters["profile"] = make.select("Profile", [("Any profile", ANY)])
        self.filters["below"] = make.suggesting("Below", "Number of a meter: all below it")
        self.filters["commissioned"] = make.select("Sheet", PUT_IN)
        self.chosen, self.changes = make.text("ew-section ew-chosen"), make.text("ew-section")
        options = [(markup.label(name), name) for name in (*FIELDS, *LIMITS)]
        self.field = make.select("Change", [("Choose a field…", ANY), *options], classes="ew-input ew-pick-field")
        self.value = make.suggesting("To", "Empty: the default")
        self.set = make.button("Set", self._set, classes="ew-do-set")
        self.leave = make.button("Leave as it is", self._leave, classes="ew-do-leave")
        self.preview, self.failure = make.text("ew-plan"), make.text("ew-failure")
        self.look = make.button("Preview", model.look, classes="ew-do-look")
        self.apply = make.button("Change", model.apply, kind="primary", classes="ew-do-together")
        self.labels = make.button("Labels with QR codes (PDF)", model.print_labels, classes="ew-do-labels")
        title = make.text("ew-h", Markup("<h2>Change several meters</h2>"))
        self.widget.children = [
            make.box([title, make.button("Close", self._back, classes="ew-do-back")], "ew-bar"),
            make.box([*self.filters.values()], "ew-grid"),
            self.chosen,
            make.box([self.labels], "ew-buttons"),
            make.box([self.field, self.value], "ew-grid"),
            make.box([self.set, self.leave], "ew-buttons"),
            self.changes,
            make.box([self.look, self.apply], "ew-buttons"),
            self.failure,
            self.preview,
        ]
        for name, widget in self.filters.items():
            widget.observe(self._guard(self._filtered(name)), "value")
        self.field.observe(self._guard(self._picked), "value")
        model.observe(lambda _: self._show_choices(), ["meters", "filters"])
        model.observe(lambda _: self._show(), ["chosen", "changes", "preview", "failure", "busy"])
        self._show_choices()
        self._show()

    def _filtered(self, name: str) -> Callable[[dict[str, Any]], None]:
        def handler(change: dict[str, Any]) -> None:
            if not self._writing:
                self.model.filter(name, str(change["new"] or ""))

        return handler

    def _picked(self, change: dict[str, Any]) -> None:
        """Offer what the field can be."""
        field = BY_NAME.get(str(change["new"]))
        rows = self.model.meters.rows.values()
        known = {str(row[field.name]) for row in rows if row.get(field.name) is not None} if field else set()
        if field is not None and field.name == "parent":
            known = {row["number"] for row in rows}
        self.value.options = [*(field.options if field else {})] or sorted(known)[:OFFERED]
        self.value.value = ""

    def _set(self) -> None:
        if self.field.value:
            self.model.change(self.field.value, self.value.value)

    def _leave(self) -> None:
        if self.field.value:
            self.model.leave(self.field.value)

    def _show_choices(self) -> None:
        rows, filters = self.model.meters.rows.values(), self.model.filters
        self._writing = True
        try:
            for name in ("gateway", "profile"):
                known = sorted({str(row[name]) for row in rows if row[name]})
                options = [(f"Any {name}", ANY), (f"No {name}", NONE), *((each, each) for each in known)]
                if [*self.filters[name].options] != options:
                    self.filters[name].options = options
            parents = [row["number"] for row in rows if self.model.meters.below(row["id"])]
            self.filters["below"].options = parents[:OFFERED]
            for name, widget in self.filters.items():
                if widget.value != filters.get(name, ""):
                    widget.value = filters.get(name, "")
        finally:
            self._writing = False

    def _show(self) -> None:
        model = self.model
        put(self.chosen, markup.chosen([model.meters.number_of(key) for key in model.chosen]))
        put(self.changes, markup.changes(model.changes))
        put(self.preview, markup.preview(model.preview, busy=model.busy))
        put(self.failure, alert(model.failure))
        self.look.disabled = model.busy or not (model.chosen and model.changes)
        shown(self.apply, model.ready)
        self.apply.disabled = model.busy
        self.apply.description = f"Change {model.preview['changed']:,} meters" if model.preview else "Change"
