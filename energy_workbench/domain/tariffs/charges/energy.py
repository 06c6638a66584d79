"""Energy by time and block, drawn or fed in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Self

from energy_workbench.domain.tariffs.charges.basis import DemandBasis, read_basis
from energy_workbench.domain.tariffs.charges.charge import ENERGIES, Charge, Common, Tell
from energy_workbench.domain.tariffs.fields import Fields
from energy_workbench.domain.tariffs.rates import Rates, check_rates, read_rates
from energy_workbench.domain.tariffs.windows import Scheme

SPANS = ("month", "day", "day of the month", "year", "kWh per kW")


@dataclass(frozen=True)
class Energy(Charge):
    """So much a unit of energy.

    Attributes
    ----------
    unit : str
        kWh, kVAh or kvarh; what is drawn.
    rates : Rates
        [currency a unit].
    per : str
        What thresholds of blocks count: a month (of a part of one, its share of days), each day by itself, a month
        whose thresholds are so much a day, a year that begins with `year_month`, or the month's demand
        (`demand`) times so many hours.
    together : bool
        Whether the windows fill the blocks together, each by its share; else each window has its own.
    demand : DemandBasis or None
        The demand of blocks per kW.
    billing_demand_of : str
        A charge of demand of the same version, with whose billing demand these blocks are at least as long.
    """

    KIND: ClassVar[str] = "energy"

    unit: str
    rates: Rates
    per: str = "month"
    together: bool = False
    demand: DemandBasis | None = None
    year_month: int = 1
    billing_demand_of: str = ""

    @classmethod
    def read(cls, fields: Fields, common: Common) -> Self:
        unit = fields.choice("unit", ENERGIES)
        per = fields.choice("blocks per", SPANS, "month")
        inner = fields.inner("demand") if per == "kWh per kW" else None
        if per == "kWh per kW" and inner is None:
            fields.node_of("demand", required=True)
        demand = None
        if inner is not None:
            demand = read_basis(inner)
            inner.close()
        return cls(
            common, unit, read_rates(fields), per, fields.flag("windows together"), demand,
            fields.whole("year begins in month", 1, least=1, most=12), fields.text("billing demand of", ""),
        )  # fmt: skip

    def check(self, schemes: dict[str, Scheme], before: tuple[Charge, ...], tell: Tell) -> Self:
        del before
        return replace(self, rates=check_rates(self.rates, schemes, tell))


@dataclass(frozen=True)
class Export(Energy):
    """So much a kWh that is fed in: its lines are credits, below zero."""

    KIND: ClassVar[str] = "export"
