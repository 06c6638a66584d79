"""View of the page of generation: widgets that are built once and linked to the model's traits."""

from __future__ import annotations

from typing import Any

from energy_workbench.widgets.generation import markup
from energy_workbench.widgets.generation.model import Model
from energy_workbench.widgets.markup import cards, heading
from energy_workbench.widgets.parts import Parts, put, show


class View:
    """Renders a model; `widget` is what to display."""

    def __init__(self, model: Model, make: Parts) -> None:
        self.model = model
        self.note = make.text("ew-crumbs")
        self.cards = make.text("ew-cards ew-five")
        self.sources = make.chart(330, model.sources_table)
        self.carbon = make.chart(330, model.carbon_table)
        self.generators = make.text("ew-attention ew-scrolled")
        self.scopes = make.text("ew-attention ew-emissions")
        self.factors = make.text("ew-attention ew-scrolled")
        self.widget = make.box(
            [
                self.note,
                self.cards,
                make.box(
                    [make.text("ew-h", heading("Where the energy came from", "day by day [kWh]")), self.sources],
                    "ew-panel ew-half",
                ),
                make.box(
                    [make.text("ew-h", heading("Carbon, day by day", "bars: gross, by scope [kg]")), self.carbon],
                    "ew-panel ew-half",
                ),
                make.box([make.text("ew-h", heading("Emissions of the period")), self.scopes], "ew-panel"),
                make.box([make.text("ew-h", heading("Generators")), self.generators], "ew-panel"),
                make.box(
                    [make.text("ew-h", heading("Emission factors", "dated and sourced")), self.factors], "ew-panel"
                ),
            ],
            "ew-app",
        )
        self._link()

    def _link(self) -> None:
        model = self.model
        show(model, "sources_figure", self.sources.show)
        show(model, "carbon_figure", self.carbon.show)
        show(model, "cards", lambda numbers: put(self.cards, cards(numbers)))
        model.observe(self._say, ["generation", "changes", "factors", "beside", "note"])
        self._say(None)

    def _say(self, _: Any) -> None:
        model = self.model
        if model.generation is None:
            return
        put(self.note, markup.note(model.note, model.generation))
        put(self.generators, markup.generators(model.generation.generators))
        put(self.scopes, markup.scopes(model.generation, model.changes, model.beside))
        put(self.factors, markup.factors(model.used_factors))
