"""What a phase of a meter is made for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from energy_workbench.analytics.commissioning import registers
from energy_workbench.domain.entities import Meter

NOMINAL_V: Final = 230.0
"""Voltage of a phase where the meter says none [V] (IEC 60038)."""


def rated_kva(meter: Meter, primary: Mapping[str, float]) -> float | None:
    """Rated apparent power of one phase [kVA]: by its CT, else by what is measured."""
    if amperes := registers.primary_of(meter.ratio, "ct"):
        volts = max((primary.get(f"voltage_{phase}_n", 0.0) for phase in ("l1", "l2", "l3")), default=0.0)
        return amperes * (volts or NOMINAL_V) / 1000
    return meter.rated_kw / 3 if meter.rated_kw else None
