"""Intervals brought up to date, and what they tell of how their meters measure looked at."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING

from energy_workbench.domain.errors import WorkbenchError
from energy_workbench.services.measuring.checks import MeasuringChecks

if TYPE_CHECKING:
    from energy_workbench.lake.build.intervals import BuildResult
    from energy_workbench.lake.lake import Lake
    from energy_workbench.registry import Registry, StateStore
    from energy_workbench.runtime.settings import Settings

log = logging.getLogger(__name__)


class IntervalBuild:
    """Builds intervals again and again.

    Parameters
    ----------
    settings : Settings
    lake : Lake
    registry : Registry
    state : StateStore
        Where findings on how meters measure are kept.
    """

    def __init__(self, settings: Settings, lake: Lake, registry: Registry, state: StateStore) -> None:
        self._settings, self._lake, self._registry = settings, lake, registry
        self._checks = MeasuringChecks(lake, registry, state)

    def run(self, start: datetime | None = None, end: datetime | None = None, *, at_once: bool = True) -> BuildResult:
        """Build what changed; with bounds, that span anew.

        Parameters
        ----------
        at_once : bool
            Look at whatever was built; else once a day of each meter.

        Raises
        ------
        LakeError, BusyError
            If the lake cannot be read or written. What cannot be looked at afterwards fails nothing: it is logged.
        """
        from energy_workbench.lake.build.intervals import build

        evidence = self._registry.evidence(self._settings.profiles_path)
        built = build(self._lake, self._registry.all_ratios(), start=start, end=end, evidence=evidence)
        try:
            self._checks.after(built, at_once=at_once)
        except WorkbenchError as error:
            log.warning("the intervals are built, and how their meters measure cannot be looked at: %s", error)
        return built
