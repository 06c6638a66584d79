"""View of the overview page: widgets that are built once and linked to the model's traits."""

from __future__ import annotations

from typing import Any

import ipywidgets
from markupsafe import Markup

from energy_workbench.contract.results import Pattern
from energy_workbench.widgets.dashboard import markup
from energy_workbench.widgets.dashboard.model import Model
from energy_workbench.widgets.finding import no_hit
from energy_workbench.widgets.markup import cards, heading, together
from energy_workbench.widgets.paging.pager import Pager
from energy_workbench.widgets.parts import Parts, put, show


class View:
    """Renders a model; `widget` is what to display."""

    def __init__(self, model: Model, make: Parts) -> None:
        self.model = model
        self.flow_view = make.choice([("Power now", "now"), ("Energy of the period", "period")])
        self.detail = make.choice([("Main lines", "overview"), ("All meters", "all")])
        self.paint = make.choice([("By state", "state"), ("By loss", "loss")])
        self.map_kind = make.choice(
            [("Tiles", "treemap"), ("Levels", "icicle"), ("Tree", "plan"), ("Floor plan", "floor")]
        )
        self.find = make.search("Find in the map")
        self.notes = make.text("ew-crumbs")
        self.cards = make.text("ew-cards")
        self.flow = make.chart(428, model.flow_table)
        self.states = make.chart(140)
        self.pattern = make.chart(310, model.pattern_table)
        self.map = make.chart(460, model.meters_table)
        self.flow_title = make.text("ew-h")
        self.pattern_title = make.text("ew-h", markup.pattern_heading(None, model.pattern_period))
        self.folded = make.text("ew-fold")
        self.attention = make.text("ew-attention")
        self.pager = Pager(make, model.turn)
        states_title = make.text("ew-h", heading("Status, health and communication"))
        attention_title = make.text("ew-h", heading("Needs attention"))
        self.map_title = make.text("ew-h", heading("Meter map"))
        self.widget = make.box(
            [
                self.notes,
                self.cards,
                make.box(
                    [
                        make.box([self.flow_title, self.flow_view, self.detail, self.paint], "ew-bar"),
                        self.flow,
                        self.folded,
                    ],
                    "ew-panel",
                ),
                make.box([self.pattern_title, self.pattern], "ew-panel ew-wide"),
                make.box(
                    [states_title, self.states, attention_title, self.attention, self.pager.widget],
                    "ew-panel ew-narrow",
                ),
                make.box([make.box([self.map_title, self.find, self.map_kind], "ew-bar"), self.map], "ew-panel"),
            ],
            "ew-app",
        )
        for chart in (self.flow, self.map):
            chart.on_click(make.guard(model.choose))
        self._link()

    def _link(self) -> None:
        model = self.model
        for name, chart in (
            ("flow_figure", self.flow),
            ("states_figure", self.states),
            ("pattern_figure", self.pattern),
            ("map_figure", self.map),
        ):
            show(model, name, chart.show)
        for name in ("flow_view", "detail", "paint", "map_kind", "find"):
            ipywidgets.link((model, name), (getattr(self, name), "value"))
        show(model, "cards", lambda numbers: put(self.cards, cards(numbers)))
        show(model, "notes", lambda notes: put(self.notes, markup.notes(notes)))
        model.observe(self._show_attention, ["attention", "calm", "listed", "troubled"])
        self._show_attention(None)
        show(model, "shown_pattern", lambda pattern: self._show_pattern(pattern))
        model.observe(self._show_titles, ["flow_view", "overview", "path", "matches", "folded", "drawn", "area"])
        self._show_titles(None)

    def _show_pattern(self, pattern: Pattern) -> None:
        put(self.pattern_title, markup.pattern_heading(pattern, self.model.pattern_period))
        self.pattern.told = "" if self.model.chosen else self.model.pattern_period

    def _show_titles(self, _: Any) -> None:
        model = self.model
        now = f"{model.as_of:%d %b %Y, %H:%M}" if model.as_of else ""
        self.flow.told = now if model.flow_view == "now" else ""
        self.map.told = now
        note = "Power now [kW]" if model.flow_view == "now" else f"Energy, {model.period} [kWh]"
        title = heading("Power flow", f"{note} · losses in red · click a meter to look closer")
        put(self.flow_title, title + markup.path(model.path))
        put(
            self.map_title, heading("Meter map", f"Colour and icon by state · {self._said_of_search()}") + self._place()
        )
        which = f"behind the {model.skip:,} largest" if model.skip else "the largest by energy"
        drawn = f"{model.drawn:,} of {model.meters_in_view:,} meters are drawn, {which}"
        put(self.folded, together(model.folded, drawn))

    def _place(self) -> Markup:
        """The path to what the map shows, where that is not all."""
        model = self.model
        if model.overview is None or model.overview.part is None:
            return Markup()
        if model.map_kind == "floor":
            return markup.floor(model.area, model.choices.address() | model.address())
        return markup.path(model.path)

    def _show_attention(self, _: Any) -> None:
        model = self.model
        put(self.attention, markup.attention(model.attention, model.calm, model.listed))
        there, beyond = len(model.attention), "choose a meter to list those below it"
        self.pager.show(model.listed, markup.LISTED, there, model.troubled, beyond)

    def _said_of_search(self) -> str:
        model = self.model
        if model.matches < 0:
            return "click a meter to look closer"
        return (
            f"{model.matches} found, Enter shows the first" if model.matches else no_hit(model.find).removesuffix(".")
        )
