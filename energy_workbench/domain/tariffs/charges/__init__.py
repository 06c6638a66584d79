"""Kinds of charges: each a class with its data, read from its keys in a file."""

from __future__ import annotations

from typing import Final

from energy_workbench.domain.tariffs.charges.charge import Charge
from energy_workbench.domain.tariffs.charges.demand import AnnualDemand, Demand, NamedPeaks
from energy_workbench.domain.tariffs.charges.energy import Energy, Export
from energy_workbench.domain.tariffs.charges.fixed import Fixed, Minimum
from energy_workbench.domain.tariffs.charges.percent import Percent, Tax
from energy_workbench.domain.tariffs.charges.power_factor import PowerFactor, Reactive
from energy_workbench.domain.tariffs.charges.series import Adjustment, PriceSeries

KINDS: Final[dict[str, type[Charge]]] = {
    kind.KIND: kind
    for kind in (
        Energy, Export, PriceSeries, Demand, AnnualDemand, NamedPeaks, Fixed, PowerFactor, Reactive, Adjustment,
        Percent, Tax, Minimum,
    )
}  # fmt: skip
"""By the word for it in files; a kind is added here, and priced in `analytics/tariffs`."""
