"""How the dashboard looks: widgets are built once and linked to the model's traits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets

from energy_workbench.widgets.dashboard import markup
from energy_workbench.widgets.dashboard.model import PERIODS, DashboardModel
from energy_workbench.widgets.dashboard.parts import Parts


class DashboardView:
    """Renders a model; `widget` is what to display."""

    def __init__(self, model: DashboardModel) -> None:
        self.model = model
        make = Parts()
        self.title = make.text(markup.header(""), "ew-head")
        self.period = make.menu(self._periods(), model.period, "Period of the energy figures")
        self.flow_view = make.choice([("Power now", "now"), ("Energy of the period", "period")])
        self.detail = make.choice([("Main lines", "overview"), ("All meters", "all")])
        self.problem = make.text("", "ew-problems")
        self.cards = make.text("", "ew-cards")
        self.flow, self.states = make.chart(428), make.chart(140)
        self.pattern, self.map = make.chart(310), make.chart(460)
        self.flow_title = make.text("", "ew-h")
        self.pattern_title = make.text(markup.pattern_heading({}), "ew-h")
        self.attention = make.text("", "ew-attention")
        states_title = make.text(markup.heading("Status, health and communication"), "ew-h")
        attention_title = make.text(markup.heading("Needs attention"), "ew-h")
        map_title = make.text(
            markup.heading("Meter map", "Colour and icon by state · click a meter for its pattern"), "ew-h"
        )
        self.widget = make.box(
            [
                make.box([self.title, self.period], "ew-top"),
                self.problem,
                self.cards,
                make.box([make.box([self.flow_title, self.flow_view, self.detail], "ew-bar"), self.flow], "ew-panel"),
                make.box([self.pattern_title, self.pattern], "ew-panel ew-wide"),
                make.box([states_title, self.states, attention_title, self.attention], "ew-panel ew-narrow"),
                make.box([map_title, self.map], "ew-panel"),
            ],
            "ew-app",
        )
        self._link()

    def _link(self) -> None:
        model = self.model
        for name, chart in (
            ("flow_figure", self.flow),
            ("states_figure", self.states),
            ("pattern_figure", self.pattern),
            ("map_figure", self.map),
        ):
            _show(model, name, chart.show)
        for name in ("flow_view", "detail"):
            ipywidgets.link((model, name), (getattr(self, name), "value"))
        model.observe(self._show_period, "period")
        self.period.observe(lambda change: model.set_trait("period", change["new"]), "value")
        _show(model, "cards", lambda cards: _set(self.cards, markup.cards(cards)))
        _show(model, "attention", lambda meters: _set(self.attention, markup.attention(meters)))
        _show(model, "problem", lambda text: _set(self.problem, markup.problem(text)))
        _show(model, "shown_pattern", lambda found: _set(self.pattern_title, markup.pattern_heading(found)))
        _show(model, "overview", lambda found: _set(self.title, markup.header(found["site"]["name"] if found else "")))
        model.observe(self._show_flow_title, ["flow_view", "period"])
        self._show_flow_title(None)

    def _show_flow_title(self, _: Any) -> None:
        now = self.model.flow_view == "now"
        note = "Power now [kW]" if now else f"Energy, {self.model.period} [kWh]"
        _set(self.flow_title, markup.heading("Power flow", f"{note} · losses in red · click a meter for its pattern"))

    def _show_period(self, _: Any) -> None:
        if self.model.period not in self.period.options:
            self.period.options = self._periods()
        self.period.value = self.model.period

    def _periods(self) -> list[str]:
        other = [] if self.model.period in PERIODS else [self.model.period]
        return [*other, *PERIODS]


def _show(model: DashboardModel, name: str, handler: Callable[[Any], None]) -> None:
    """Call the handler with a trait's value, now if it has one and at each change."""
    model.observe(lambda change: handler(change["new"]), name)
    if value := getattr(model, name):
        handler(value)


def _set(widget: ipywidgets.HTML, value: str) -> None:
    if widget.value != value:
        widget.value = value
