"""View of the question why a locked month is altered, above everything else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup

from energy_workbench.widgets.parts import dressed, put, shown
from energy_workbench.widgets.setup.parts import SetupParts, told
from energy_workbench.widgets.setup.why.model import WhyModel


class WhyView:
    """Renders a model; `widget` is what to display."""

    def __init__(self, model: WhyModel, make: SetupParts, guard: Callable[..., Any]) -> None:
        self.model = model
        self.text = make.text("ew-asked")
        self.reason = make.input("Reason", "Why, for those who ask later")
        self.note = make.text("ew-note")
        self.confirm = make.button("Change it all the same", model.confirm, kind="primary", classes="ew-do-why")
        leave = make.button("Leave it", model.cancel, classes="ew-do-refuse")
        self.widget = make.box(
            [self.text, self.reason, self.note, make.box([self.confirm, leave], "ew-buttons")],
            "ew-ask ew-panel ew-ask-why",
        )
        self.reason.observe(guard(lambda change: model.set_trait("reason", str(change["new"] or ""))), "value")
        model.observe(lambda _: self._show(), ["question", "reason", "problem"])
        self._show()

    def _show(self) -> None:
        model = self.model
        shown(self.widget, bool(model.question))
        put(self.text, Markup('<p role="alert">{}</p>').format(model.question) if model.question else Markup())
        if self.reason.value != model.reason:
            self.reason.value = model.reason
        put(self.note, told(model.problem))
        dressed(self.reason, "ew-invalid", bool(model.problem))
