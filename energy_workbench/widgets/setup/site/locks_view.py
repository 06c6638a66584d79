"""View of the locked months of the site, below its fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup

from energy_workbench.widgets.parts import dressed, put, shown
from energy_workbench.widgets.setup.parts import SetupParts, alert, told
from energy_workbench.widgets.setup.site.locks_markup import listing
from energy_workbench.widgets.setup.site.locks_model import LocksModel

NONE = ("Choose…", "")
ABOUT = Markup(
    "<h3>Closed months</h3><p>A month that is locked is not changed by accident: a ratio, exchange, decision, place or "
    "file that alters its numbers needs a reason, which the audit keeps, and tells which sent reports differ.</p>"
)
HINTS = {"month": "Of the site's calendar", "reason": "To unlock a month it is needed"}


class LocksView:
    """Renders a model; `widget` is what to display."""

    def __init__(self, model: LocksModel, make: SetupParts, guard: Callable[..., Any]) -> None:
        self.model = model
        self.table = make.text("ew-section")
        self.inputs: dict[str, Any] = {
            "month": make.select("Month", [NONE], classes="ew-input ew-pick-month"),
            "reason": make.input("Reason", "Closed by the accountant"),
        }
        self.notes = {name: make.text("ew-note") for name in self.inputs}
        rows = [
            make.box([widget, self.notes[name]], f"ew-field ew-field-lock-{name}")
            for name, widget in self.inputs.items()
        ]
        self.failure = make.text("ew-failure")
        self.lock = make.button("Lock month", model.lock, kind="primary", classes="ew-do-lock")
        self.unlock = make.button("Unlock month", model.unlock, kind="danger", classes="ew-do-unlock")
        buttons = make.box([self.lock, self.unlock], "ew-buttons")
        self.widget = make.box(
            [make.text("ew-section", ABOUT), self.table, make.box(rows, "ew-grid"), self.failure, buttons],
            "ew-ask ew-locks",
        )
        self._writing = False
        for name, widget in self.inputs.items():
            widget.observe(guard(self._typed(name)), "value")
        model.observe(lambda _: self._show(), ["rows", "known", "values", "problems", "failure", "busy", "zone"])
        self._show()

    def _typed(self, name: str) -> Callable[[dict[str, Any]], None]:
        def handler(change: dict[str, Any]) -> None:
            if not self._writing:
                self.model.set(name, str(change["new"] or ""))

        return handler

    def _show(self) -> None:
        model = self.model
        shown(self.widget, model.known)
        put(self.table, listing(model.rows))
        locked = [row["month"] for row in reversed(model.rows)]
        options = [
            NONE,
            *((month, month) for month in model.open_months),
            *((f"{month}, locked", month) for month in locked),
        ]
        self._writing = True
        try:
            if list(self.inputs["month"].options) != options:
                self.inputs["month"].options = options
            for name, widget in self.inputs.items():
                value, problem = model.values.get(name, ""), model.problems.get(name, "")
                if widget.value != value and (name != "month" or value in [each for _, each in options]):
                    widget.value = value
                put(self.notes[name], told(problem, hint=HINTS[name]))
                dressed(widget, "ew-invalid", bool(problem))
        finally:
            self._writing = False
        put(self.failure, alert(model.failure))
        chosen = model.values.get("month", "")
        shown(self.lock, chosen not in locked)
        shown(self.unlock, chosen in locked)
        self.lock.disabled = self.unlock.disabled = model.busy
