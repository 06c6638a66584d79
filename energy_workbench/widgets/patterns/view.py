"""View of the page of patterns: widgets that are built once and linked to the model's traits."""

from __future__ import annotations

from functools import partial
from typing import Any

import ipywidgets

from energy_workbench.widgets.markup import cards, heading
from energy_workbench.widgets.parts import Parts, put, show
from energy_workbench.widgets.patterns import markup
from energy_workbench.widgets.patterns.model import Model
from energy_workbench.widgets.zoomed_page import STEPS


class View:
    """Renders a model; `widget` is what to display."""

    def __init__(self, model: Model, make: Parts) -> None:
        self.model = model
        self.cards = make.text("ew-cards ew-few")
        self.every_wanted = make.choice(list(STEPS))
        self.measure = make.choice([("Energy", "energy"), ("Demand", "demand")])
        self.block = make.choice([("15 min", "15min"), ("30 min", "30min"), ("60 min", "60min")])
        self.kind = make.choice([("Block", "block"), ("Sliding", "sliding")])
        self.unit = make.choice([("kW", "kw"), ("kVA", "kva")])
        self.history = make.chart(380, model.history_table)
        self.heat, self.day, self.duration, self.shift = (
            make.chart(height, partial(model.shape_table, by))
            for by, height in (("weekday-hour", 270), ("hour", 270), ("duration", 260), ("shift", 260))
        )
        self.demand = make.chart(150, model.demand_table)
        self.months = make.text("ew-tables")
        self.history_title = make.text("ew-h", heading("Consumption over time"))
        self.demand_title = make.text(
            "ew-h",
            heading(
                "Peak demand by billing month", "Parts: what each meter below drew at that time · click one to see it"
            ),
        )
        heat_title = make.text("ew-h", heading("Week by hour", "Mean power of each hour [kW]"))
        day_title = make.text("ew-h", heading("Typical day", "Median; the band covers 8 of 10 days"))
        duration_title = make.text("ew-h", heading("Load duration", "How long the power was above each value"))
        shift_title = make.text("ew-h", heading("Shifts", "Energy of each"))
        self.widget = make.box(
            [
                self.cards,
                make.box(
                    [make.box([self.history_title, self.measure, self.every_wanted], "ew-bar"), self.history],
                    "ew-panel",
                ),
                make.box([heat_title, self.heat], "ew-panel ew-wide"),
                make.box([day_title, self.day], "ew-panel ew-narrow"),
                make.box([duration_title, self.duration], "ew-panel ew-wide"),
                make.box([shift_title, self.shift], "ew-panel ew-narrow"),
                make.box(
                    [
                        make.box([self.demand_title, self.block, self.kind, self.unit], "ew-bar"),
                        self.demand,
                        self.months,
                    ],
                    "ew-panel",
                ),
            ],
            "ew-app",
        )
        self.history.on_zoom(make.guard(model.zoom))
        self.demand.on_click(make.guard(model.choose))
        self._link()

    def _link(self) -> None:
        model = self.model
        for name in ("history", "heat", "day", "duration", "shift", "demand"):
            show(model, f"{name}_figure", getattr(self, name).show)
        for name in ("every_wanted", "measure", "block", "kind", "unit"):
            ipywidgets.link((model, name), (getattr(self, name), "value"))
        show(model, "cards", lambda numbers: put(self.cards, cards(numbers)))
        show(model, "demand", lambda demand: put(self.months, markup.months(demand)))
        model.observe(self._name, ["history_note", "cards"])

    def _name(self, _: Any) -> None:
        history = self.model.history
        if history:
            whole = history.whole
            title = f"{whole.number} {whole.name}".strip()
            put(self.history_title, heading(f"{title}: energy {whole.word} over time", self.model.history_note))
