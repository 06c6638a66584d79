"""The one app of all viewers' pages: it follows the browser's address and keeps its kernel when the page changes."""

from __future__ import annotations

from typing import Any

import ipywidgets

from energy_workbench.widgets.boundary import guarded
from energy_workbench.widgets.dashboard.model import Answer, Asked, DashboardModel
from energy_workbench.widgets.dashboard.view import DashboardView
from energy_workbench.widgets.live_page import LivePage, service
from energy_workbench.widgets.place import Here, Place
from energy_workbench.widgets.polling import Poller

MAX_CHOICE = 64
"""Longest period or meter that an address may name [characters]."""


class App(LivePage):
    """Ties model, view and browser together.

    A preheated kernel has run this before its viewer came: nothing is asked of the service until the
    browser's first word.
    """

    def __init__(self, workbench: Asked) -> None:
        self.model = DashboardModel(workbench)
        self.view = DashboardView(self.model)
        self.place = Place(layout=self.view.widget.layout)
        self.poller: Poller[Answer] = Poller(self.model.question, self._take, self._fail)
        guard = guarded(self._report)
        self.place.on_move(guard(self._moved))
        for chart in (self.view.flow, self.view.map):
            chart.on_click(guard(self._chosen))
        self.model.observe(guard(self._changed), ["period", "meter", "flow_view", "detail"])
        self._following = False
        self.widget = ipywidgets.Box([self.place, self.view.widget], layout=self.view.widget.layout)
        self.widget.add_class("ew-page")

    def _moved(self, here: Here) -> None:
        self.model.dark = here.dark
        if here.moved:
            self._follow(here.query)
        self.poller.heard(here.visible)

    def _follow(self, query: dict[str, str]) -> None:
        """Choose what an address says; the address is not written back."""
        self._following = True
        try:
            self.model.period = query.get("period", "")[:MAX_CHOICE] or "today"
            self.model.meter = query.get("meter", "")[:MAX_CHOICE]
            self.model.flow_view = "period" if query.get("flow") == "period" else "now"
            self.model.detail = "all" if query.get("detail") == "all" else "overview"
        finally:
            self._following = False

    def _chosen(self, meter: str) -> None:
        self.model.meter = self.model.number_of(meter)

    def _changed(self, change: dict[str, Any]) -> None:
        if not self._following:
            model = self.model
            self.place.go(
                {
                    "meter": model.meter,
                    "period": "" if model.period == "today" else model.period,
                    "flow": "" if model.flow_view == "now" else model.flow_view,
                    "detail": "" if model.detail == "overview" else model.detail,
                }
            )
        if change["name"] in ("period", "meter"):
            self.poller.poke()


def build() -> ipywidgets.Widget:
    """The app over the service that the environment names.

    Raises
    ------
    SettingsError
        If it names none.
    """
    return App(service("dashboards")).widget
