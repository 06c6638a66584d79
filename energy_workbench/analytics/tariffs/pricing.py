"""The function of each kind of charge that gives its lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from energy_workbench.analytics.tariffs.kinds.adjustment import adjustment_lines
from energy_workbench.analytics.tariffs.kinds.demand import demand_lines
from energy_workbench.analytics.tariffs.kinds.energy import energy_lines, export_lines
from energy_workbench.analytics.tariffs.kinds.fixed import fixed_lines
from energy_workbench.analytics.tariffs.kinds.percent import minimum_lines, percent_lines, tax_lines
from energy_workbench.analytics.tariffs.kinds.power_factor import power_factor_lines, reactive_lines
from energy_workbench.analytics.tariffs.kinds.prices import prices_lines
from energy_workbench.analytics.tariffs.part import Part, Priced

LINES: Final[Mapping[str, Callable[[Any, Part], Iterator[Priced]]]] = MappingProxyType(
    {
        "energy": energy_lines,
        "demand": demand_lines,
        "fixed": fixed_lines,
        "power_factor": power_factor_lines,
        "reactive": reactive_lines,
        "adjustment": adjustment_lines,
        "prices": prices_lines,
        "export": export_lines,
        "percent": percent_lines,
        "minimum": minimum_lines,
        "tax": tax_lines,
    }
)
"""By the word for the kind of charge."""
