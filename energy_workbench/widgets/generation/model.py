"""What the page of generation knows: the period, what it is compared with, and the factors behind its carbon."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from traitlets import Dict, List, Unicode

from energy_workbench.core import clock
from energy_workbench.core.pages import GENERATION as PAGE
from energy_workbench.core.period import Period, parse_instant, zone_of
from energy_workbench.core.period_text import before, span
from energy_workbench.core.sheet import Sheet, sheet
from energy_workbench.figures.generation import carbon, sources
from energy_workbench.figures.words import amount, percent
from energy_workbench.widgets.generation.change import change, told
from energy_workbench.widgets.markup import Card
from energy_workbench.widgets.page_model import Asked, PageModel

ENERGY_COLUMNS = {
    "day": "Day", "grid_import_kwh": "Grid import [kWh]", "grid_export_kwh": "Grid export [kWh]",
    "solar_kwh": "Solar [kWh]", "solar_self_used_kwh": "Solar used on site [kWh]", "dg_kwh": "Diesel [kWh]",
    "diesel_litres": "Diesel [L]",
}  # fmt: skip
CARBON_COLUMNS = {
    "day": "Day", "scope1_kg": "Scope 1 [kg]", "scope2_location_kg": "Scope 2, location-based [kg]",
    "scope2_market_kg": "Scope 2, market-based [kg]", "avoided_kg": "Memo: avoided by solar [kg]",
}  # fmt: skip


class Model(PageModel):
    """What the site generates itself, burns and emits."""

    page = PAGE
    default_period = "this month"
    takes = frozenset({"period", "compare"})

    generation = Dict()
    earlier = Dict()
    """The same of the time that is compared with; empty where none is."""
    factors = List()
    beside = Unicode("")
    """The time that is compared with, in words."""
    note = Unicode("")
    """What is to be known of the comparison."""
    sources_figure = Dict()
    carbon_figure = Dict()
    cards = List()

    def ask(self, asked: Asked) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]], str]:
        now = self.workbench.generation(asked.period).to_dict()
        factors = self.workbench.factors()
        if not asked.compare:
            return now, {}, factors, ""
        zone = zone_of(now["timezone"])
        period = Period(parse_instant(now["from"], zone), parse_instant(now["to"], zone), asked.period)
        other = before(period, asked.compare, zone, clock.now())
        return now, self.workbench.generation(other.text).to_dict(), factors, span(other, zone)

    def show(self, found: tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]], str]) -> None:
        self.generation, earlier, self.factors, self.beside = found
        # Of a time of which nothing is known the sums are nothing, which would look like a change.
        self.earlier = earlier if earlier.get("completeness") else {}
        self.note = _note(earlier, self.beside)
        self.dated(self.generation["timezone"])

    def draw(self) -> None:
        self.sources_figure = sources(self.generation, theme=self.theme)
        self.carbon_figure = carbon(self.generation, theme=self.theme)
        self.cards = _cards(self.generation, self.earlier)

    def sources_table(self) -> Sheet:
        """Energy and fuel of each day."""
        return sheet(f"Generation {self.period}", self.generation["days"], ENERGY_COLUMNS)

    def carbon_table(self) -> Sheet:
        """Emissions of each day."""
        return sheet(f"Carbon {self.period}", self.generation["days"], CARBON_COLUMNS)

    @property
    def used_factors(self) -> list[dict[str, Any]]:
        """The factors, each with whether it holds at any time of the period (`holds`), and is old there (`old`)."""
        told = {(row["name"], row["valid_from"]): row for row in self.generation["factors"]}
        return [
            {**row, **{key: told.get((row["name"], row["valid_from"]), {}).get(key, False) for key in ("holds", "old")}}
            for row in self.factors
        ]


def _note(earlier: Mapping[str, Any], beside: str) -> str:
    if not earlier:
        return ""
    known = earlier["completeness"]
    if not known:
        return f"Nothing is known of {beside}, so there is nothing to compare with."
    return f"Compared with {beside}, of which {percent(known, 1)} is known."


def _cards(now: Mapping[str, Any], earlier: Mapping[str, Any]) -> list[Card]:
    def card(label: str, key: str, unit: str, note: str) -> Card:
        value = now[key]
        return Card(label, told(value, unit), change(value, earlier[key], unit) if earlier else note)

    fuel, how = ("estimated", "by the generators' load") if now["diesel_estimated"] else ("metered", "by fuel meters")
    counted = "counted by generators" if now["dg_hours_counted"] else "by their load"
    enough, count = now["completeness"], len(now["generators"])
    per_kwh = how if now["litres_per_kwh"] is not None else "no generator ran"
    return [
        card("Grid import", "grid_import_kwh", "kWh", "from the grid"),
        card("Grid export", "grid_export_kwh", "kWh", "to the grid"),
        card("Diesel energy", "dg_kwh", "kWh", f"by {count} generator{'' if count == 1 else 's'}"),
        card("Run hours", "dg_run_hours", "h", counted),
        card(f"Diesel burnt, {fuel}", "diesel_litres", "L", how),
        card("Diesel per kWh", "litres_per_kwh", "L/kWh", per_kwh),
        card("Solar energy", "solar_kwh", "kWh", "generated"),
        card("Solar used on site", "solar_self_used_share", "%", f"{amount(now['solar_self_used_kwh'], 'kWh')}"),
        card("Solar share", "solar_share", "%", f"of {amount(now['use_kwh'], 'kWh')} used"),
        Card(
            "Data", percent(enough, 1), _complete(earlier) or "complete",
            "green" if enough >= 0.98 else "yellow" if enough >= 0.8 else "red",
        ),
    ]  # fmt: skip


def _complete(earlier: Mapping[str, Any]) -> str:
    return f"complete; before: {percent(earlier['completeness'], 1)}" if earlier else ""
