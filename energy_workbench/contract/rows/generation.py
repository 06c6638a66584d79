"""Rows of own generation and carbon."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict

from energy_workbench.contract.rows.locked import LockedChangeRow
from energy_workbench.contract.words import Hours, Kg, Kw, Kwh, Litres, Percent, Share


class GeneratorRow(TypedDict):
    """A generator over a period; hours and litres counted by its own registers, else estimated by load."""

    number: str
    energy_kwh: Kwh | None
    run_hours: Hours | None
    hours_counted: bool
    litres: Litres | None
    litres_estimated: bool
    litres_per_kwh: float | None
    hours_estimated: bool
    load_litres: Litres | None
    fuel_deviation: Share | None
    rated_kw: Kw | None
    rated_assumed: bool
    mean_load: Share | None


class FactorFacts(TypedDict):
    """An emission factor; `valid_from` None is the beginning of time."""

    name: str
    value: float
    unit: str
    valid_from: str | None
    year: int | None
    source: str
    gases: str


class FactorUsed(FactorFacts):
    """One behind a figure: whether it holds in the period, and whether it is old there."""

    holds: bool
    old: bool


class FactorRow(FactorFacts):
    """One that can be used, what it means, and whether the site stated it itself."""

    meaning: str
    own: bool
    locked_change: NotRequired[LockedChangeRow]


class GenerationDay(TypedDict):
    """Energies, fuel and emissions of a local day, which add up to those of the period."""

    day: str
    grid_import_kwh: Kwh | None
    grid_export_kwh: Kwh | None
    dg_kwh: Kwh | None
    solar_kwh: Kwh | None
    other_kwh: Kwh | None
    diesel_litres: Litres | None
    solar_self_used_kwh: Kwh | None
    scope1_kg: Kg | None
    scope2_location_kg: Kg | None
    scope2_market_kg: Kg | None
    avoided_kg: Kg | None


class UnknownMeter(TypedDict):
    """A meter that told nothing, or was out of service at any time."""

    source: str
    meter: str
    reason: str


class MissingFactor(TypedDict):
    """A factor that is needed and does not hold all the time."""

    name: str
    reason: str
    advice: str


class KnownShares(TypedDict):
    """Share of the elapsed time in which all meters of a kind were measured."""

    grid: Share
    solar: Share
    generators: Share
    others: NotRequired[Share]


class GenerationFigure(TypedDict):
    """A figure of both times: change by like days, and how the totals differ."""

    name: str
    value: float | None
    before: float | None
    change_percent: Percent | None
    totals_percent: Percent | None
