"""View of the page of losses: widgets that are built once and linked to the model's traits."""

from __future__ import annotations

from typing import Any

import ipywidgets

from energy_workbench.widgets.losses import markup
from energy_workbench.widgets.losses.model import Model
from energy_workbench.widgets.markup import cards, heading, together
from energy_workbench.widgets.paging.pager import Pager
from energy_workbench.widgets.parts import Parts, put, show

SPANS = {"1h": "hour by hour", "1d": "day by day", "1mo": "month by month"}


class View:
    """Renders a model; `widget` is what to display."""

    def __init__(self, model: Model, make: Parts) -> None:
        self.model = model
        self.by = make.choice([("kWh", "kwh"), ("% of the supply", "percent")])
        self.depth = make.choice([("1 level", "1"), ("2", "2"), ("3", "3"), ("All", "all")])
        self.path = make.text("ew-crumbs")
        self.cards = make.text("ew-cards ew-seven")
        self.flow = make.chart(420, model.flow_table)
        self.losses = make.chart(330, model.nodes_table)
        self.over_time = make.chart(330, model.time_table)
        self.flow_title = make.text(
            "ew-h",
            heading("Balance", "Energy of the period [kWh] · click a node to look inside, the path above to go back"),
        )
        self.losses_title = make.text("ew-h", heading("Largest losses"))
        self.time_title = make.text("ew-h")
        self.table_title = make.text(
            "ew-h", heading("Where to look", "hotspots first · click a node to bring it into view")
        )
        self.table = make.text("ew-attention ew-scrolled")
        self.pager = Pager(make, model.turn)
        self.folded = make.text("ew-fold")
        self.widget = make.box(
            [
                self.path,
                self.cards,
                make.box(
                    [
                        make.box([self.flow_title, self.depth], "ew-bar"),
                        self.flow,
                        self.folded,
                        make.text("ew-h", markup.legend()),
                    ],
                    "ew-panel",
                ),
                make.box([make.box([self.table_title, self.by], "ew-bar"), self.table, self.pager.widget], "ew-panel"),
                make.box([self.losses_title, self.losses], "ew-panel ew-narrow"),
                make.box([self.time_title, self.over_time], "ew-panel ew-wide"),
            ],
            "ew-app",
        )
        for chart in (self.flow, self.losses):
            chart.on_click(make.guard(model.choose))
        self._link()

    def _link(self) -> None:
        model = self.model
        show(model, "flow_figure", self.flow.show)
        show(model, "losses_figure", self.losses.show)
        show(model, "time_figure", self.over_time.show)
        for name in ("by", "depth"):
            ipywidgets.link((model, name), (getattr(self, name), "value"))
        show(model, "cards", lambda numbers: put(self.cards, cards(numbers)))
        model.observe(self._say, ["path", "note", "ranking", "over_time", "by", "depth", "listed", "folded"])
        self._say(None)

    def _say(self, _: Any) -> None:
        model = self.model
        if model.balance is None:
            return
        own = model.address()
        put(self.path, markup.crumbs(model.path, model.roots, model.note, own))
        put(self.table, markup.table(model.ranking, model.by, own, model.listed))
        self.pager.show(model.listed, markup.LISTED, len(model.ranking), len(model.ranking))
        put(self.folded, together(model.folded))
        span = "" if model.over_time is None else SPANS.get(model.over_time.every, "")
        title = f"Loss at {model.node['number']}, {span}" if model.node else "Loss over time"
        put(self.time_title, heading(title, "shaded: not known"))
