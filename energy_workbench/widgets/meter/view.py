"""View of the page of one meter: widgets that are built once and linked to the model's traits."""

from __future__ import annotations

from typing import Any

import ipywidgets

from energy_workbench.widgets.markup import heading
from energy_workbench.widgets.meter import markup
from energy_workbench.widgets.meter.model import Model
from energy_workbench.widgets.meter.sections import NewestValues, PeriodLog
from energy_workbench.widgets.parts import Parts, put, show
from energy_workbench.widgets.zoomed_page import STEPS


class View:
    """Renders a model; `widget` is what to display."""

    def __init__(self, model: Model, make: Parts) -> None:
        self.model = model
        self.head = make.text("ew-meter")
        self.live_title = make.text("ew-h", markup.live_heading(None))
        self.live = make.text("ew-values")
        self.power = make.chart(190, model.power_table)
        self.counters = make.text("ew-values")
        self.every_wanted = make.choice(list(STEPS))
        self.measure = make.choice([("Energy", "energy"), ("Demand", "demand")])
        self.history = make.chart(330, model.history_table)
        self.history_title = make.text("ew-h", heading("History"))
        self.quality = make.text("ew-quality")
        self.findings = make.text("ew-tables ew-scroll")
        self.events = make.text("ew-tables ew-scroll")
        power_title = make.text("ew-h", heading("Power, last hour", "each reading [kW]"))
        counters_title = make.text("ew-h", heading("Counters", "primary values, of the latest reading"))
        findings_title = make.text("ew-h", heading("Findings", "what is wrong with the data of this period"))
        events_title = make.text("ew-h", heading("Events", "changes of health and communication"))
        self.widget = make.box(
            [
                make.box([self.head], "ew-panel"),
                make.box([self.live_title, self.live], "ew-panel ew-wide"),
                make.box([power_title, self.power, counters_title, self.counters], "ew-panel ew-narrow"),
                make.box(
                    [
                        make.box([self.history_title, self.measure, self.every_wanted], "ew-bar"),
                        self.history,
                        self.quality,
                    ],
                    "ew-panel",
                ),
                make.box([findings_title, self.findings], "ew-panel ew-wide"),
                make.box([events_title, self.events], "ew-panel ew-narrow"),
            ],
            "ew-app",
        )
        self.history.on_zoom(make.guard(model.zoom))
        self._link()

    def _link(self) -> None:
        model = self.model
        show(model, "history_figure", self.history.show)
        show(model, "power_figure", self.power.show)
        for name in ("every_wanted", "measure"):
            ipywidgets.link((model, name), (getattr(self, name), "value"))
        show(model, "meter", lambda meter: put(self.head, markup.head(meter)))
        show(model, "now", self._show_now)
        show(model, "quality", lambda counts: put(self.quality, markup.quality(counts)))
        show(model, "log", self._show_log)
        model.observe(self._name, ["history_note", "meter"])

    def _show_now(self, now: NewestValues) -> None:
        put(self.live_title, markup.live_heading(now))
        put(self.live, markup.live(now))
        put(self.counters, markup.counters(now))

    def _show_log(self, log: PeriodLog) -> None:
        put(self.findings, markup.findings(log.findings))
        put(self.events, markup.events(log.events))

    def _name(self, _: Any) -> None:
        history = self.model.history
        if history:
            title = f"History: energy {history.whole.word}"
            put(self.history_title, heading(title, f"{self.model.period} · {self.model.history_note}"))
