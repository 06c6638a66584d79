"""View of the doctor's panel: checks, gateways and meters, each with advice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup

from energy_workbench.widgets.parts import put
from energy_workbench.widgets.setup.doctor import markup
from energy_workbench.widgets.setup.doctor.model import ILL, DoctorModel
from energy_workbench.widgets.setup.parts import SetupParts


class DoctorView:
    """Renders a model; `widget` is what to display."""

    def __init__(
        self, model: DoctorModel, make: SetupParts, back: Callable[[], None], guard: Callable[..., Any]
    ) -> None:
        self.model = model
        self.head = make.text("ew-section")
        self.failure = make.text("ew-failure")
        self.checks = make.text("ew-section ew-doctor-checks")
        self.gateways = make.text("ew-section ew-doctor-gateways")
        self.meters = make.text("ew-section ew-doctor-meters")
        self.choice = make.select("Shown meters", model.choices, classes="ew-input ew-doctor-choice")
        self.call = make.button(
            "Call silent meters",
            model.call,
            classes="ew-do-call",
            tooltip="Asks each silent meter once, in its turn among the polls, and checks the databases page by page",
        )
        close = make.button("Close", back, classes="ew-do-back")
        self.widget = make.box(
            [
                make.box([make.text("ew-h", Markup("<h2>Bus doctor</h2>")), self.call, close], "ew-bar"),
                self.failure,
                self.head,
                self.checks,
                make.text("ew-section", Markup("<h3>Gateways</h3>")),
                self.gateways,
                make.box(
                    [make.text("ew-section", Markup("<h3>Meters</h3>")), make.box([self.choice], "ew-pick")], "ew-bar"
                ),
                self.meters,
            ],
            "ew-doctor",
        )
        self.choice.observe(guard(lambda change: model.set_trait("choice", change["new"] or ILL)), "value")
        model.observe(lambda _: self._show(), ["examination", "choice", "choices", "calling", "failure"])
        self._show()

    def _show(self) -> None:
        model = self.model
        if tuple(self.choice.options) != tuple(model.choices):
            self.choice.options = model.choices
        if self.choice.value != model.choice:
            self.choice.value = model.choice
        self.call.disabled = model.calling
        label = "Calling…" if model.calling else "Call silent meters"
        if self.call.description != label:
            self.call.description = label
        put(
            self.failure,
            Markup('<div class="ew-problem" role="alert">⚠ {}</div>').format(model.failure)
            if model.failure
            else Markup(),
        )
        examination = model.examination
        put(self.head, markup.head(examination))
        put(self.checks, markup.checks(examination["checks"]) if examination else Markup())
        put(self.gateways, markup.gateways(examination["gateways"]) if examination else Markup())
        put(self.meters, markup.meters(model.meters, ill=model.choice == ILL) if examination else Markup())
