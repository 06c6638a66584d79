"""What the dashboard knows: what was chosen, the last answer of the service, and the figures made from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from traitlets import Bool, Dict, Enum, HasTraits, List, Unicode

from energy_workbench.core.errors import NotFoundError
from energy_workbench.figures import DARK, LIGHT, distributions, meter_map, pattern, power_flow
from energy_workbench.figures.power_flow import OVERVIEW
from energy_workbench.figures.words import amount, percent

PERIODS = ("today", "yesterday", "this week", "last 7 days", "this month", "last month")
"""Periods to choose from; an address may name any other."""


class Asked(Protocol):
    """What the dashboard asks of a workbench."""

    def overview(self, period: str = ...) -> Any:
        """Cards, flows, pattern and tree."""

    def pattern(self, meter: str | None = ...) -> Any:
        """The last seven days of a meter by the hour."""


@dataclass(frozen=True)
class Answer:
    """An answer, with what was asked."""

    period: str
    meter: str
    overview: dict[str, Any]
    pattern: dict[str, Any]


@dataclass(frozen=True)
class Card:
    """A number at the top.

    Attributes
    ----------
    label, value, note : str
        What it is, the number with its unit, and what it is of.
    state : str
        Colour of its mark; empty for none.
    """

    label: str
    value: str
    note: str = ""
    state: str = ""


class DashboardModel(HasTraits):
    """Headless: it needs no widget, no browser and no kernel.

    `question()` and `take()` are apart, so that a thread may ask while the traits change in one place only.
    """

    period = Unicode("today")
    meter = Unicode("")
    """Id or number of the meter whose pattern is shown; empty for the root of the site."""
    flow_view = Enum(("now", "period"), "now")
    detail = Enum(("overview", "all"), "overview")
    dark = Bool(False)

    overview = Dict()
    shown_pattern = Dict()
    problem = Unicode("")
    """What the reader is told when something is wrong; empty while all is well."""

    flow_figure = Dict()
    states_figure = Dict()
    pattern_figure = Dict()
    map_figure = Dict()
    cards = List()
    attention = List()
    """Meters that somebody should look at, the worst first."""

    def __init__(self, workbench: Asked, **choices: Any) -> None:
        super().__init__(**choices)
        self._workbench = workbench
        self.observe(self._draw, ["overview", "shown_pattern", "flow_view", "detail", "dark"])

    def question(self) -> Callable[[], Answer]:
        """What to ask for the present choices; may be called in a thread."""
        period, meter, workbench = self.period, self.meter, self._workbench

        def ask() -> Answer:
            overview = workbench.overview(period).to_dict()
            whole = overview["pattern"]
            if not meter or meter in (whole["meter"], whole["number"]):
                return Answer(period, meter, overview, whole)
            try:
                return Answer(period, meter, overview, workbench.pattern(meter).to_dict())
            except NotFoundError:
                return Answer(period, "", overview, whole)

        return ask

    def take(self, answer: Answer) -> None:
        """Show an answer, unless something else has been chosen since it was asked for."""
        if answer.period != self.period:
            return
        if answer.meter != self.meter and not answer.meter:
            self.meter = ""
        with self.hold_trait_notifications():
            self.problem = ""
            self.overview = answer.overview
            if answer.meter == self.meter:
                self.shown_pattern = answer.pattern

    def refresh(self) -> None:
        """Ask and show."""
        self.take(self.question()())

    @property
    def as_of(self) -> str:
        """When the shown numbers are from, in the site's time; empty before the first."""
        if not self.overview:
            return ""
        return f"{datetime.fromisoformat(self.overview['now']):%a %d %b %Y, %H:%M:%S}"

    def number_of(self, meter: str) -> str:
        """Number of the meter with that id; the text itself where there is none."""
        found = (row["number"] for row in self.overview.get("tree", ()) if row["id"] == meter)
        return str(next(found, meter))

    def _draw(self, _: Any) -> None:
        """Make what the view shows; a trait whose value is the same again notifies nobody."""
        if not self.overview:
            return
        theme = DARK if self.dark else LIGHT
        tree = list(self.overview["tree"])
        flow = self.overview["flow_now" if self.flow_view == "now" else "flow"]
        levels = OVERVIEW if self.detail == "overview" else None
        with self.hold_trait_notifications():
            self.flow_figure = power_flow(flow, theme=theme, levels=levels, meters={row["id"]: row for row in tree})
            self.states_figure = distributions(self.overview["summary"], theme=theme)
            self.map_figure = meter_map(tree, theme=theme, site=self.overview["site"]["name"])
            if self.shown_pattern:
                self.pattern_figure = pattern(self.shown_pattern, theme=theme)
            self.cards = _cards(self.overview)
            self.attention = _attention(tree)


def _cards(overview: dict[str, Any]) -> list[Card]:
    cards = overview["cards"]
    total, period = cards["total"], overview["period"]
    warnings = cards["warnings"]
    return [
        Card("Meters", amount(total), "in the tree"),
        Card("Active", amount(cards["active"]), f"of {total}", "green" if cards["active"] == total else "yellow"),
        Card("Online", amount(cards["online"]), f"of {total}", "green" if cards["online"] == total else "yellow"),
        Card("Warnings", amount(warnings), "see below" if warnings else "none", "yellow" if warnings else "green"),
        Card("Power now", amount(cards["power_now_kw"], "kW"), "used on site"),
        Card("Energy", amount(cards["energy_kwh"], "kWh"), period),
        Card("Peak demand", amount(cards["demand_peak_kw"], "kW"), f"15 min, {period}"),
        Card("Data", percent(cards["completeness"], 1), f"complete, {period}", _completeness(cards["completeness"])),
    ]


def _completeness(share: float | None) -> str:
    return "red" if share is None or share < 0.8 else "yellow" if share < 0.98 else "green"


def _attention(tree: list[dict[str, Any]]) -> list[dict[str, Any]]:
    order = {"red": 0, "orange": 1, "yellow": 2}
    found = [row for row in tree if row["colour"] in order]
    return sorted(found, key=lambda row: order[row["colour"]])
