"""View of the question before a change, below the buttons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup

from energy_workbench.domain.status import Status
from energy_workbench.domain.time.period import zone_of
from energy_workbench.widgets.parts import put, shown
from energy_workbench.widgets.setup.ask.model import AskModel
from energy_workbench.widgets.setup.instant_input import InstantInput
from energy_workbench.widgets.setup.parts import SetupParts, told

CONFIRM = {"move": "Move", "status": "Change status", "delete": "Delete", "template": "Save template", "": ""}


class AskView:
    """Renders a model; `widget` is what to display."""

    def __init__(self, model: AskModel, make: SetupParts, guard: Callable[..., Any]) -> None:
        self.model = model
        self.text = make.text("ew-asked")
        self.parent = make.suggesting("New parent (empty: top of the tree)", "Type to search")
        self.status = make.select("Status", [(str(status).capitalize(), str(status)) for status in Status])
        self.reason = make.input("Reason", "Why, for those who read it later")
        self.since = InstantInput(make, "From (empty: now)", lambda text: model.set_trait("since", text))
        self.always = make.tick("From the beginning of time")
        self.children = make.select(
            "Meters below it",
            [("Choose…", ""), ("Hang them under its parent", "reparent"), ("Delete them too", "cascade")],
        )
        self.name = make.input("Name of the template")
        self.problem = make.text("ew-note")
        self.confirm = make.button("", model.confirm, kind="primary", classes="ew-do-confirm")
        self.cancel = make.button("Cancel", model.cancel, classes="ew-do-refuse")
        inputs = make.box(
            [
                self.parent,
                self.status,
                self.reason,
                self.since.widget,
                self.always,
                self.children,
                self.name,
            ],
            "ew-answers",
        )
        self.widget = make.box(
            [self.text, inputs, self.problem, make.box([self.confirm, self.cancel], "ew-buttons")], "ew-ask"
        )
        for name in ("parent", "status", "reason", "always", "children", "name"):
            self._link(name, getattr(self, name), guard)
        model.observe(
            lambda _: self._show(), ["question", "meter", "below", "problem", "busy", "since", "always", "zone"]
        )
        model.observe(lambda _: self._suggest(), ["parent", "question"])
        self._show()

    def _link(self, name: str, widget: Any, guard: Callable[..., Any]) -> None:
        def typed(change: dict[str, Any]) -> None:
            new = change["new"]
            self.model.set_trait(name, new if isinstance(new, bool) else new or "")

        def written(change: dict[str, Any]) -> None:
            if widget.value != change["new"]:
                widget.value = change["new"]

        widget.observe(guard(typed), "value")
        self.model.observe(written, name)

    def _suggest(self) -> None:
        if self.model.question == "move":
            self.parent.options = tuple(self.model.suggestions())

    def _show(self) -> None:
        model, question = self.model, self.model.question
        shown(self.widget, bool(question))
        put(self.text, self._asked())
        shown(self.parent, question == "move")
        shown(self.status, question == "status")
        shown(self.reason, question == "status")
        shown(self.since.widget, question == "status")
        shown(self.always, question == "status")
        self.since.show(model.since, zone_of(model.zone))
        self.since.picker.disabled = model.always
        shown(self.children, question == "delete" and model.below > 0)
        shown(self.name, question == "template")
        put(self.problem, told(model.problem))
        self.confirm.description = "One moment…" if model.busy else CONFIRM[question]
        self.confirm.disabled = model.busy
        wanted = ("ew-button", "ew-danger" if question == "delete" else "ew-primary", "ew-do-confirm")
        if self.confirm._dom_classes != wanted:
            self.confirm._dom_classes = wanted

    def _asked(self) -> Markup:
        model = self.model
        number = Markup("<b>{}</b>").format(str(model.meter.get("number", "")))
        if model.question == "delete":
            below = f" There are {model.below} meters below it." if model.below > 1 else ""
            below = " There is one meter below it." if model.below == 1 else below
            return Markup("Delete {}? Its history stays, and it can be restored.{}").format(number, below)
        if model.question == "move":
            below = {0: "", 1: " with the meter below it"}.get(model.below, f" with the {model.below} meters below it")
            return Markup("Move {}{}, from now on. Its history stays where it was.").format(number, below)
        if model.question == "status":
            return Markup("Status of {}. While it is inactive, what goes through it is not metered.").format(number)
        if model.question == "template":
            return Markup("Save what others can share of {}: type, location, CT/PT, gateway, profile").format(number)
        return Markup()
