"""Own generation, fuel and emissions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from energy_workbench.contract.result import RENAMED, OfPeriod, Result, Table
from energy_workbench.contract.rows.generation import (
    FactorUsed,
    GenerationDay,
    GenerationFigure,
    GeneratorRow,
    MissingFactor,
    UnknownMeter,
)

Figures = Mapping[str, float | str | None]
"""What of an answer is one value each."""


@dataclass(frozen=True, repr=False)
class Generation(OfPeriod, Result[Figures]):
    """Own generation, fuel and emissions of a period.

    Attributes
    ----------
    dg_kwh, solar_kwh, other_kwh, grid_import_kwh, grid_export_kwh, use_kwh : float or None
        By registers, gaps included, as `Energies` tells them of the same meters [kWh]; `dg_kwh` of diesel generators,
        `other_kwh` of producers of any other type, `use_kwh` what the site used, as the overview's card. Of a kind of
        which the site has no meter 0, and None where one of its meters told nothing or was out of service.
    dg_run_hours : float or None
        By the generators' own counters where `dg_hours_counted`, else the time in which they delivered [h].
    diesel_litres : float or None
        Metered, or where `diesel_estimated` by load [L].
    solar_self_used_kwh, solar_self_used_share, solar_share : float or None
        What did not leave the site [kWh], its share of the solar energy and of the site's use [1].
    scope1_kg, scope2_location_kg, scope2_market_kg : float or None
        Gross, in their `units`; None where an amount is not known or a factor is lacking at any time of the period.
        Where `market_is_location` no contract's factor holds, and the grid's average stands in; `market_basis` says in
        words what the market-based figure is made with, also where a contract's factor holds for a part of the time.
    avoided_kg, net_kg : float or None
        Memo figures beside the scopes.
    generators, factors, days : tuple of dict
        A row a generator, a factor, a local day. A day has its energies, fuel and emissions, which add up to those of
        the period. A factor says its `year`, `gases`, whether it `holds` in the period, and whether it is `old` there.
    estimated : tuple of str
        Names of the figures that need more than the registers tell: how a gap's energy is spread over its time, or
        fuel by load.
    known : dict
        Share of the elapsed time in which all meters of `grid`, `solar`, `generators` (and `others`) were
        measured [1].
    unknown : tuple of dict
        `source, meter, reason` of each meter that told nothing, or was out of service at any time.
    left_out : tuple of str
        Numbers of the spares that were never connected: nothing of them is in any figure.
    missing_factors : tuple of dict
        `name, reason, advice` of each factor that is needed and does not hold all the time.
    units : dict
        Of each emission: `kg CO₂`, or `kg CO₂e` where a factor in it counts other gases too.
    """

    start: str
    end: str
    timezone: str
    dg_kwh: float | None
    dg_run_hours: float | None
    dg_hours_counted: bool
    diesel_litres: float | None
    diesel_estimated: bool
    litres_per_kwh: float | None
    solar_kwh: float | None
    solar_self_used_kwh: float | None
    solar_self_used_share: float | None
    solar_share: float | None
    grid_import_kwh: float | None
    grid_export_kwh: float | None
    use_kwh: float | None
    scope1_kg: float | None
    scope2_location_kg: float | None
    scope2_market_kg: float | None
    market_is_location: bool
    avoided_kg: float | None
    net_kg: float | None
    completeness: float
    generators: tuple[GeneratorRow, ...] = ()
    factors: tuple[FactorUsed, ...] = ()
    days: tuple[GenerationDay, ...] = ()
    estimated: tuple[str, ...] = ()
    known: dict[str, float] = field(default_factory=dict)
    unknown: tuple[UnknownMeter, ...] = ()
    missing_factors: tuple[MissingFactor, ...] = ()
    units: dict[str, str] = field(default_factory=dict)
    other_kwh: float | None = 0.0
    market_basis: str = ""
    left_out: tuple[str, ...] = ()

    def records(self) -> Sequence[Figures]:
        plain = self.to_dict()
        return [{name: value for name, value in plain.items() if not isinstance(value, list | dict)}]

    def _caption(self) -> str:
        return f"Generation and carbon, {self.start} to {self.end}"


@dataclass(frozen=True, repr=False)
class GenerationComparison(OfPeriod, Table[GenerationFigure]):
    """Own generation, fuel and emissions beside those of an earlier time, a row a figure.

    Attributes
    ----------
    rows : tuple of dict
        `name` as in `Generation`, or `gross_kg` (Scope 1 and 2, location-based); `value, before`, `change_percent` by
        like days and `totals_percent`, as of `Comparison` [%].
    days, before_days : float
        How much there has been of each time [d].
    """

    keys: ClassVar[Mapping[str, str]] = {**RENAMED, "rows": "items"}

    rows: tuple[GenerationFigure, ...]
    total: int
    against: str
    start: str
    end: str
    before_start: str
    before_end: str
    days: float
    before_days: float
    timezone: str

    def _columns(self) -> list[str]:
        return ["name", "value", "before", "change_percent", "totals_percent"]

    def _caption(self) -> str:
        return f"Generation, {self.start} to {self.end} against {self.against}"
