"""Every kind of charge, by the word for it.

Another kind is a module here, one in `analytics/tariffs/kinds`, and a line in each list.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from energy_workbench.domain.tariffs.charges.adjustment import AdjustmentCharge
from energy_workbench.domain.tariffs.charges.charge import Charge
from energy_workbench.domain.tariffs.charges.demand import DemandCharge
from energy_workbench.domain.tariffs.charges.energy import EnergyCharge, ExportCredit
from energy_workbench.domain.tariffs.charges.fixed import FixedCharge
from energy_workbench.domain.tariffs.charges.percent import MinimumCharge, PercentCharge, TaxCharge
from energy_workbench.domain.tariffs.charges.power_factor import PowerFactorCharge, ReactiveCharge
from energy_workbench.domain.tariffs.charges.prices import PricesCharge

_CLASSES: Final[tuple[type[Charge], ...]] = (
    EnergyCharge,
    DemandCharge,
    FixedCharge,
    PowerFactorCharge,
    ReactiveCharge,
    AdjustmentCharge,
    PricesCharge,
    ExportCredit,
    PercentCharge,
    MinimumCharge,
    TaxCharge,
)

KINDS: Final[Mapping[str, type[Charge]]] = MappingProxyType({each.kind: each for each in _CLASSES})
