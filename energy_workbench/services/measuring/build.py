"""Intervals brought up to date, and what they tell of how their meters measure looked at."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from energy_workbench.domain.errors import LakeError, WorkbenchError
from energy_workbench.domain.time.period import zone_of
from energy_workbench.lake.rollups.folder import Rollups
from energy_workbench.services.measuring.checks import MeasuringChecks

if TYPE_CHECKING:
    from energy_workbench.domain.ratios import Ratio
    from energy_workbench.energy.counter_steps import Evidence
    from energy_workbench.lake.build.intervals import BuildResult
    from energy_workbench.lake.lake import Lake
    from energy_workbench.registry import Registry, StateStore
    from energy_workbench.runtime.settings import Settings

log = logging.getLogger(__name__)

_Stamp = tuple[int, tuple[tuple[str, int], ...]]
"""Revision of the registry, and when each profile of the user's was written."""


class _Sources(NamedTuple):
    """What the registry and profiles tell."""

    ratios: list[tuple[int, Ratio]]
    evidence: Evidence
    zone: ZoneInfo


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
        self._rollups = Rollups(lake.path)
        self._known: tuple[_Stamp, _Sources] | None = None

    def run(self, start: datetime | None = None, end: datetime | None = None, *, at_once: bool = True) -> BuildResult:
        """Build what changed; with bounds, that span anew. Then sum up by local day what is not yet (`lake.rollups`).

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

        known = self._sources()
        built = build(self._lake, known.ratios, start=start, end=end, evidence=known.evidence)
        try:
            # Also of files that upkeep joined, or that are of another zone's days: a second's work each time.
            self._rollups.make(self._lake.intervals.snapshot(), known.zone)
        except LakeError as error:
            log.warning("the intervals are built, and cannot be summed up by day: %s", error)
        try:
            self._checks.after(built, at_once=at_once)
        except WorkbenchError as error:
            log.warning("the intervals are built, and how their meters measure cannot be looked at: %s", error)
        return built

    def _sources(self) -> _Sources:
        """Ratios and evidence of every meter: asked for again once something of the registry or a profile changed."""
        profiles = self._settings.profiles_path
        stamp = self._registry.revision(), _written(profiles)
        if self._known is None or self._known[0] != stamp:
            zone = zone_of(self._registry.site().timezone)
            self._known = stamp, _Sources(self._registry.all_ratios(), self._registry.evidence(profiles), zone)
        return self._known[1]


def _written(folder: Path) -> tuple[tuple[str, int], ...]:
    """Files of a folder, and when each was written [ns]."""
    found = []
    for path in sorted(folder.glob("*.yaml")):
        with suppress(FileNotFoundError):
            found.append((path.name, path.stat().st_mtime_ns))
    return tuple(found)
