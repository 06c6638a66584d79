"""What the page of generation knows: the period, what it is compared with, and the factors behind its carbon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from traitlets import Dict, List, Unicode

from energy_workbench.domain.pages import GENERATION as PAGE
from energy_workbench.domain.time.period import Period, parse_instant, zone_of
from energy_workbench.domain.time.period_text import lengths, span
from energy_workbench.figures.generation import carbon, sources
from energy_workbench.figures.wording.words import amount, percent
from energy_workbench.tables.sheet import Sheet, sheet
from energy_workbench.widgets.generation.change import change, ratio_change, told
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


@dataclass(frozen=True)
class Found:
    """What one round of questions brought; `earlier` and `compared` are empty without a comparison."""

    now: dict[str, Any]
    factors: list[dict[str, Any]]
    earlier: dict[str, Any] = field(default_factory=dict)
    compared: dict[str, Any] = field(default_factory=dict)
    beside: str = ""


class Model(PageModel):
    """What the site generates itself, burns and emits."""

    page = PAGE
    default_period = "this month"
    takes = frozenset({"period", "compare"})

    generation = Dict()
    earlier = Dict()
    """The same of the time that is compared with; empty where none is."""
    changes = Dict()
    """By name the figures that add up, of both times, with how they have changed; empty where nothing is compared."""
    factors = List()
    beside = Unicode("")
    """The time that is compared with, in words."""
    note = Unicode("")
    """What is to be known of the comparison."""
    sources_figure = Dict()
    carbon_figure = Dict()
    cards = List()

    def ask(self, asked: Asked) -> Found:
        now = self.workbench.generation(asked.period).to_dict()
        factors = self.workbench.factors()
        if not asked.compare:
            return Found(now, factors)
        compared = self.workbench.compare_generation(asked.period, against=asked.compare).to_dict()
        zone = zone_of(now["timezone"])
        start, end = (parse_instant(compared[key], zone) for key in ("before_start", "before_end"))
        earlier = self.workbench.generation(f"{start.isoformat()}/{end.isoformat()}").to_dict()
        return Found(now, factors, earlier, compared, span(Period(start, end, ""), zone))

    def show(self, found: Found) -> None:
        self.generation, self.factors, self.beside = found.now, found.factors, found.beside
        # Of a time of which nothing is known the sums are nothing, which would look like a change.
        known = bool(found.earlier.get("completeness"))
        self.earlier = found.earlier if known else {}
        self.changes = {row["name"]: row for row in found.compared["items"]} if known else {}
        self.note = _note(found)
        self.dated(self.generation["timezone"])

    def draw(self) -> None:
        self.sources_figure = sources(self.generation, theme=self.theme)
        self.carbon_figure = carbon(self.generation, theme=self.theme)
        self.cards = _cards(self.generation, self.earlier, self.changes)

    def sources_table(self) -> Sheet:
        """Energy and fuel of each day."""
        others = {} if self.generation["other_kwh"] == 0 else {"other_kwh": "Other producers [kWh]"}
        return sheet(f"Generation {self.period}", self.generation["days"], ENERGY_COLUMNS | others)

    def carbon_table(self) -> Sheet:
        """Emissions of each day."""
        market = f"{CARBON_COLUMNS['scope2_market_kg']}: {self.generation['market_basis']}"
        columns = {**CARBON_COLUMNS, "scope2_market_kg": market}
        return sheet(f"Carbon {self.period}", self.generation["days"], columns)

    @property
    def used_factors(self) -> list[dict[str, Any]]:
        """The factors, each with whether it holds at any time of the period (`holds`), and is old there (`old`)."""
        told = {(row["name"], row["valid_from"]): row for row in self.generation["factors"]}
        return [
            {**row, **{key: told.get((row["name"], row["valid_from"]), {}).get(key, False) for key in ("holds", "old")}}
            for row in self.factors
        ]


def _note(found: Found) -> str:
    if not found.earlier:
        return ""
    known = found.earlier["completeness"]
    if not known:
        return f"Nothing is known of {found.beside}, so there is nothing to compare with."
    days = lengths(found.compared["days"], found.compared["before_days"])
    return (
        f"Compared with {found.beside}, of which {percent(known, 1)} is known. Changes are by like days: each measured "
        f"day beside the earlier ones of its weekday. Totals are of {days}."
    )


def _cards(now: Mapping[str, Any], earlier: Mapping[str, Any], changes: Mapping[str, Any]) -> list[Card]:
    def card(label: str, key: str, unit: str, note: str) -> Card:
        value = now[key]
        if earlier:
            row = changes.get(key)
            note = change(row, unit) if row else ratio_change(value, earlier[key], unit)
        return Card(label, told(value, unit), note)

    fuel, how = ("estimated", "by the generators' load") if now["diesel_estimated"] else ("metered", "by fuel meters")
    counted = "counted by generators" if now["dg_hours_counted"] else "by their load"
    enough, count = now["completeness"], len(now["generators"])
    per_kwh = how if now["litres_per_kwh"] is not None else "no generator ran"
    use = now["use_kwh"]
    of_use = "the site's use is not known" if use is None else f"of {amount(use, 'kWh')} used"
    return [
        card("Grid import", "grid_import_kwh", "kWh", "from the grid"),
        card("Grid export", "grid_export_kwh", "kWh", "to the grid"),
        card("Diesel energy", "dg_kwh", "kWh", f"by {count} generator{'' if count == 1 else 's'}"),
        card("Run hours", "dg_run_hours", "h", counted),
        card(f"Diesel burnt, {fuel}", "diesel_litres", "L", how),
        card("Diesel per kWh", "litres_per_kwh", "L/kWh", per_kwh),
        *(
            [card("Other producers", "other_kwh", "kWh", "neither solar nor diesel")]
            if now["other_kwh"] != 0 or earlier.get("other_kwh")
            else []
        ),
        card("Solar energy", "solar_kwh", "kWh", "generated"),
        card("Solar used on site", "solar_self_used_share", "%", f"{amount(now['solar_self_used_kwh'], 'kWh')}"),
        card("Solar share", "solar_share", "%", of_use),
        Card(
            "Data", percent(enough, 1), _complete(earlier) or "complete",
            "green" if enough >= 0.98 else "yellow" if enough >= 0.8 else "red",
        ),
    ]  # fmt: skip


def _complete(earlier: Mapping[str, Any]) -> str:
    return f"complete; before: {percent(earlier['completeness'], 1)}" if earlier else ""
