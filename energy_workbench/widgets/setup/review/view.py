"""View of the review: the list, a menu to choose a break, its evidence, and the fields of a decision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup

from energy_workbench.domain.quantities import QUANTITIES
from energy_workbench.domain.time.period import zone_of
from energy_workbench.widgets.parts import dressed, put, shown
from energy_workbench.widgets.setup.instant_input import InstantInput
from energy_workbench.widgets.setup.parts import SetupParts, alert, told
from energy_workbench.widgets.setup.review import markup
from energy_workbench.widgets.setup.review.model import DECIDED, FIELDS, OPEN, ReviewModel

NONE = ""
"""Value of a menu while nothing is chosen."""
LABELS = {
    "modulus": "Begins again at [{unit}]",
    "closing": "Old device ended at [{unit}]",
    "opening": "New device began at [{unit}]",
    "until": "Wrong until",
    "reason": "Reason",
}
HINTS = {
    "modulus": "Empty: where the register does",
    "until": "Empty: only the one reading; else the site's time",
    "reason": "Kept with the decision, for those who ask later",
}


class ReviewView:
    """Renders a model; `widget` is what to display, empty until somebody opens the review."""

    def __init__(
        self, model: ReviewModel, make: SetupParts, back: Callable[[], None], guard: Callable[..., Any]
    ) -> None:
        self.model = model
        self._make, self._back, self._guard = make, back, guard
        self._writing = False
        self.widget = make.box([], "ew-bulk ew-review")
        model.observe(lambda _: self._build(), "begun")

    def _build(self) -> None:
        make, model, guard = self._make, self.model, self._guard
        self.which = make.select("Shown steps", [("To decide", OPEN), ("Decided", DECIDED)])
        self.table = make.text("ew-section")
        self.pick = make.select("Look at", [("Choose a step…", NONE)], classes="ew-input ew-pick-case")
        self.evidence = make.text("ew-section")
        self.choice = make.select("It was", [("Choose…", NONE)], classes="ew-input ew-pick-choice")
        self.until = InstantInput(make, LABELS["until"], lambda text: model.set("until", text) if model.case else None)
        self.inputs = {name: make.input(LABELS[name]) for name in FIELDS if name != "until"}
        self.notes = {name: make.text("ew-note") for name in FIELDS}
        self.rows = {
            name: make.box([widget, self.notes[name]], f"ew-field ew-field-{name}")
            for name, widget in {**self.inputs, "until": self.until.widget}.items()
        }
        self.failure = make.text("ew-failure")
        self.save = make.button("Save decision", model.save, kind="primary", classes="ew-do-save-decision")
        self.withdraw = make.button(
            "Take it back", model.withdraw, classes="ew-do-withdraw", tooltip="The step is judged by its evidence again"
        )
        cancel = make.button("Cancel", model.cancel, classes="ew-do-leave-decision")
        rows = [self.rows[name] for name in FIELDS]
        grid = make.box([make.box([self.choice], "ew-field"), *rows], "ew-grid")
        buttons = make.box([self.save, self.withdraw, cancel], "ew-buttons")
        self.form = make.box([self.evidence, grid, self.failure, buttons], "ew-ask")
        close = make.button("Close", self._back, classes="ew-do-back")
        title = make.text("ew-h", Markup("<h2>Breaks of counters</h2>"))
        bar = make.box([title, make.box([self.which], "ew-pick"), close], "ew-bar")
        self.widget.children = [bar, self.table, self.pick, self.form]
        for name, widget in self.inputs.items():
            widget.observe(guard(self._typed(name)), "value")
        self.which.observe(guard(lambda change: model.set_trait("which", change["new"] or OPEN)), "value")
        self.pick.observe(guard(self._picked), "value")
        self.choice.observe(guard(self._chosen), "value")
        model.observe(lambda _: self._show_list(), ["cases", "known", "which"])
        model.observe(lambda _: self._show(), ["case", "choice", "values", "problems", "failure", "busy", "cases"])
        self._show_list()
        self._show()

    def _typed(self, name: str) -> Callable[[dict[str, Any]], None]:
        def handler(change: dict[str, Any]) -> None:
            if not self._writing and self.model.case:
                self.model.set(name, str(change["new"] or ""))

        return handler

    def _picked(self, change: dict[str, Any]) -> None:
        if not self._writing:
            self.model.look(str(change["new"] or NONE))

    def _chosen(self, change: dict[str, Any]) -> None:
        if not self._writing and self.model.case:
            self.model.choose(str(change["new"] or NONE))

    def _show_list(self) -> None:
        model = self.model
        if self.which.value != model.which:
            self.which.value = model.which
        put(self.table, markup.cases(model.cases, decided=model.which == DECIDED, known=model.known))
        options = [("Choose a step…", NONE), *((markup.option(case), str(case["id"])) for case in model.cases)]
        if list(self.pick.options) != options:
            self._write(lambda: self.pick.set_trait("options", options))
        shown(self.pick, bool(model.cases))

    def _show(self) -> None:
        model, case = self.model, self.model.row
        shown(self.form, bool(case))
        put(self.evidence, markup.evidence(case))
        options = [("Choose…", NONE), *((markup.WORDS[choice], choice) for choice in (case["choices"] if case else ()))]
        unit = QUANTITIES[case["quantity"]].unit if case else ""
        self._write(lambda: self._fill(options, unit))
        put(self.failure, alert(model.failure))
        shown(self.withdraw, bool(case and case["decision"]))
        self.save.description = "Saving…" if model.busy else "Save decision"
        self.save.disabled = self.withdraw.disabled = model.busy

    def _fill(self, options: list[tuple[str, str]], unit: str) -> None:
        model = self.model
        if list(self.choice.options) != options:
            self.choice.options = options
        values = [value for _, value in options]
        self.choice.value = model.choice if model.choice in values else NONE
        if model.case in [value for _, value in self.pick.options]:
            self.pick.value = model.case
        self.until.show(model.values.get("until", ""), zone_of(model.zone))
        for name, widget in self.inputs.items():
            widget.description = LABELS[name].format(unit=unit)
            if widget.value != model.values.get(name, ""):
                widget.value = model.values.get(name, "")
        for name in FIELDS:
            shown(self.rows[name], name in model.fields)
            problem = model.problems.get(name, "")
            put(self.notes[name], told(problem, hint=HINTS.get(name, "")))
            dressed(self.inputs.get(name, self.until.picker), "ew-invalid", bool(problem))

    def _write(self, act: Callable[[], None]) -> None:
        """Change inputs without taking it for what somebody typed."""
        before, self._writing = self._writing, True
        try:
            act()
        finally:
            self._writing = before
