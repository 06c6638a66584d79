"""Examples of answers and bodies, by operation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from energy_workbench.api.reference.examples import (
    beside,
    condition,
    devices,
    energy,
    files,
    generation,
    locks,
    losses,
    meter_history,
    meters,
    readings,
    review,
    schedules,
    setup,
    site,
    sites,
)
from energy_workbench.api.reference.shown import Shown

_SUBJECTS = (
    beside, condition, devices, energy, files, generation, locks, losses, meter_history, meters, readings, review,
    schedules, setup, site, sites,
)  # fmt: skip
SHOWN: Final[Mapping[str, Shown]] = {name: shown for subject in _SUBJECTS for name, shown in subject.SHOWN.items()}
"""By name of the operation."""
