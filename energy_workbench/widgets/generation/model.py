"""Model of the page of generation: own generation, fuel and emissions of a period, and the emission factors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from traitlets import Dict, Instance, List, Unicode

from energy_workbench.contract.results import Generation, GenerationComparison
from energy_workbench.contract.rows.generation import FactorRow, GenerationFigure
from energy_workbench.domain.pages import GENERATION as PAGE
from energy_workbench.domain.time.period import Period, parse_instant, zone_of
from energy_workbench.domain.time.period_text import lengths, span
from energy_workbench.figures.generation import carbon, sources
from energy_workbench.figures.wording.words import amount, percent
from energy_workbench.tables.sheet import Sheet, sheet
from energy_workbench.widgets.generation.change import change, ratio_change, told
from energy_workbench.widgets.generation.factors import PeriodFactor, in_period
from energy_workbench.widgets.markup import Card
from energy_workbench.widgets.page_model import PageModel, Selection

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
class Compared:
    """The time that is compared with: its own figures, both times' beside each other, and its name in words."""

    earlier: Generation
    changes: GenerationComparison
    name: str


@dataclass(frozen=True)
class Fetched:
    """What one round of requests brought; `compared` is None without a comparison."""

    now: Generation
    factors: list[FactorRow]
    compared: Compared | None = None


class Model(PageModel):
    """Own generation, fuel and emissions of the site."""

    page = PAGE
    default_period = "this month"
    takes = frozenset({"period", "compare"})

    generation: Generation | None = Instance(Generation, allow_none=True)
    earlier: Generation | None = Instance(Generation, allow_none=True)
    """Of the time that is compared with; None where there is none, or nothing is known of it."""
    changes: dict[str, GenerationFigure] = Dict()
    """By name the figures that are sums, of both times, with their change; empty where nothing is compared."""
    factors = List()
    beside = Unicode("")
    """The time that is compared with, in words."""
    note = Unicode("")
    """Note about the comparison."""
    sources_figure = Dict()
    carbon_figure = Dict()
    cards = List()

    def ask(self, selection: Selection) -> Fetched:
        now = self.workbench.generation(selection.period)
        factors = self.workbench.factors()
        if not selection.compare:
            return Fetched(now, factors)
        changes = self.workbench.compare_generation(selection.period, against=selection.compare)
        zone = zone_of(now.timezone)
        start, end = (parse_instant(edge, zone) for edge in (changes.before_start, changes.before_end))
        earlier = self.workbench.generation(f"{start.isoformat()}/{end.isoformat()}")
        return Fetched(now, factors, Compared(earlier, changes, span(Period(start, end, ""), zone)))

    def show(self, fetched: Fetched) -> None:
        self.generation, self.factors, compared = fetched.now, fetched.factors, fetched.compared
        self.beside = "" if compared is None else compared.name
        if compared is not None and compared.earlier.completeness:
            self.earlier = compared.earlier
            self.changes = {row["name"]: row for row in compared.changes.rows}
        else:
            # The sums of a time of which nothing is known are 0, which would look like a change.
            self.earlier, self.changes = None, {}
        self.note = "" if compared is None else _note(compared)
        self.dated(fetched.now.timezone)

    def draw(self) -> None:
        now = self._shown()
        self.sources_figure = sources(now.to_dict(), theme=self.theme)
        self.carbon_figure = carbon(now.to_dict(), theme=self.theme)
        self.cards = _cards(now, self.earlier, self.changes)

    def _shown(self) -> Generation:
        """The figures that the page shows; there are none before the first round of requests."""
        assert self.generation is not None
        return self.generation

    def sources_table(self) -> Sheet:
        """Energy and fuel of each day."""
        now = self._shown()
        others = {} if now.other_kwh == 0 else {"other_kwh": "Other producers [kWh]"}
        return sheet(f"Generation {self.period}", now.days, ENERGY_COLUMNS | others)

    def carbon_table(self) -> Sheet:
        """Emissions of each day."""
        now = self._shown()
        market = f"{CARBON_COLUMNS['scope2_market_kg']}: {now.market_basis}"
        columns = {**CARBON_COLUMNS, "scope2_market_kg": market}
        return sheet(f"Carbon {self.period}", now.days, columns)

    @property
    def used_factors(self) -> list[PeriodFactor]:
        """The factors, each with its validity in the period."""
        return in_period(self.factors, self._shown().factors)


def _note(compared: Compared) -> str:
    known = compared.earlier.completeness
    if not known:
        return f"There are no data for {compared.name}, so there is nothing to compare with."
    days = lengths(compared.changes.days, compared.changes.before_days)
    return (
        f"Compared with {compared.name}, of which {percent(known, 1)} is known. Changes are by like days: each "
        f"measured day against the earlier ones of its weekday. Totals are over {days}."
    )


def _cards(now: Generation, earlier: Generation | None, changes: Mapping[str, GenerationFigure]) -> list[Card]:
    def card(label: str, name: str, unit: str, note: str) -> Card:
        value: float | None = getattr(now, name)
        if earlier is not None:
            row = changes.get(name)
            note = change(row, unit) if row else ratio_change(value, getattr(earlier, name), unit)
        return Card(label, told(value, unit), note)

    fuel, how = ("estimated", "by the generators' load") if now.diesel_estimated else ("metered", "by fuel meters")
    counted = "counted by the generators" if now.dg_hours_counted else "by their load"
    enough, count = now.completeness, len(now.generators)
    per_kwh = how if now.litres_per_kwh is not None else "no generator ran"
    use = now.use_kwh
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
            if now.other_kwh != 0 or (earlier is not None and earlier.other_kwh)
            else []
        ),
        card("Solar energy", "solar_kwh", "kWh", "generated"),
        card("Solar used on site", "solar_self_used_share", "%", f"{amount(now.solar_self_used_kwh, 'kWh')}"),
        card("Solar share", "solar_share", "%", of_use),
        Card(
            "Data", percent(enough, 1), _complete(earlier) or "complete",
            "green" if enough >= 0.98 else "yellow" if enough >= 0.8 else "red",
        ),
    ]  # fmt: skip


def _complete(earlier: Generation | None) -> str:
    return "" if earlier is None else f"complete; before: {percent(earlier.completeness, 1)}"
