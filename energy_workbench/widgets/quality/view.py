"""View of the page of data quality: widgets that are built once and linked to the model's traits."""

from __future__ import annotations

from typing import Any

import ipywidgets

from energy_workbench.widgets.markup import cards, heading
from energy_workbench.widgets.paging.pager import Pager
from energy_workbench.widgets.parts import Parts, put, show
from energy_workbench.widgets.quality import markup
from energy_workbench.widgets.quality.model import FINDINGS, PAGE, Model


class View:
    """Renders a model; `widget` is what to display."""

    def __init__(self, model: Model, make: Parts) -> None:
        self.model = model
        self.cards = make.text("ew-cards ew-cards-6")
        self.title = make.text("ew-h", heading("Completeness by day"))
        self.which = make.choice([("Meters with gaps", "gaps"), ("All meters", "all")])
        self.calendar = make.chart(200, model.calendar_table)
        self.pager = Pager(make, model.turn)
        self.findings = make.text("ew-table")
        self.cases = make.text("ew-table")
        findings_title = make.text("ew-h", heading("Findings", "what the data itself shows, newest first"))
        cases_title = make.text(
            "ew-h", heading("To decide", "breaks: counters that fell or jumped, and it is not clear why")
        )
        self.widget = make.box(
            [
                self.cards,
                make.box([make.box([self.title, self.which], "ew-bar"), self.calendar, self.pager.widget], "ew-panel"),
                make.box([cases_title, self.cases], "ew-panel"),
                make.box([findings_title, self.findings], "ew-panel"),
            ],
            "ew-app",
        )
        self.calendar.on_click(make.guard(self._chosen))
        show(model, "cards", lambda numbers: put(self.cards, cards(numbers)))
        show(model, "calendar_figure", self.calendar.show)
        ipywidgets.link((model, "which"), (self.which, "value"))
        model.observe(self._lists, ["completeness", "findings", "cases"])
        model.observe(self._titles, ["calendar_figure"])

    def _chosen(self, meter: str) -> None:
        numbers = {item["meter"]: item["number"] for item in self.model.items}
        self.model.choices.meter = numbers.get(meter, "")

    def _lists(self, _: Any) -> None:
        put(self.findings, markup.findings(self.model.findings, FINDINGS))
        put(self.cases, markup.cases(self.model.cases))

    def _titles(self, _: Any) -> None:
        count = len(self.model.shown)
        order = ", the least complete first" if count > PAGE else ""
        note = f"{count:,} meters{order} · click one to see it alone" if count else "no meter with gaps"
        put(self.title, heading("Completeness by day", note))
        self.pager.show(self.model.begin, PAGE, count, count)
