"""A home in which a counter fell and nobody knows why."""

from __future__ import annotations

from datetime import timedelta

from energy_workbench.lake import Lake
from energy_workbench.lake.build.intervals import BuildResult, build
from energy_workbench.registry import Registry
from energy_workbench.runtime.settings import Settings
from tests.workbench.plant import NOW

ENERGY = "energy_active_import"
FIRST = NOW - timedelta(days=2, minutes=NOW.minute % 15)
STEP = 100
"""Number of the reading after the step."""


def rebuild(found: Settings) -> BuildResult:
    registry = Registry(found.registry_url)
    try:
        return build(Lake(found.lake_path), registry.all_ratios(), evidence=registry.evidence(found.profiles_path))
    finally:
        registry.close()
