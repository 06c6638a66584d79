"""The policy of a home's readings: which days are due to be thinned, and thinning them, audited."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from energy_workbench.domain.site.retention import whole_from
from energy_workbench.domain.time import clock
from energy_workbench.domain.time.clock import from_micros
from energy_workbench.lake.storage import data_files
from energy_workbench.lake.thinning.thinner import Thinned, Thinner, due

if TYPE_CHECKING:
    from energy_workbench.domain.health.findings import Finding
    from energy_workbench.lake.lake import Lake
    from energy_workbench.registry import Registry, StateStore
    from energy_workbench.runtime.settings import Settings

BY: Final = "retention"
"""Who takes readings away, as the audit has it."""

EVERY: Final = 1_000_000
"""More findings than a day has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is kept now.

    Attributes
    ----------
    keep_days : int or None
        None: every reading, for ever.
    before : date or None
        Days before this one (UTC) are thinned, or will be.
    readings, size : int
        Of the lake [1, bytes].
    thinned_days, thinned_readings, thinned_size : int
        Of days that were thinned, what is left.
    due_days, due_size : int
        Of days that are due, and not thinned yet.
    """

    keep_days: int | None
    before: date | None
    readings: int
    size: int
    thinned_days: int
    thinned_readings: int
    thinned_size: int
    due_days: int
    due_size: int


class Retention:
    """Thins the readings of a home, as its site states it.

    Parameters
    ----------
    settings : Settings
    lake : Lake
    registry : Registry
    state : StateStore
        Where findings are kept.
    """

    def __init__(self, settings: Settings, lake: Lake, registry: Registry, state: StateStore) -> None:
        self._settings, self._lake, self._registry, self._state = settings, lake, registry, state
        self._left: set[str] = set()

    def standing(self) -> Standing:
        """What is kept now, by the log of the lake alone."""
        keep = self._registry.site().keep_readings_days
        before = None if keep is None else whole_from(keep, clock.now())
        files = self._lake.readings.snapshot().files
        thinned = [file for file in files if data_files.is_thinned(file.path)]
        waiting = [] if before is None else due(self._lake, before)
        return Standing(
            keep_days=keep,
            before=before,
            readings=sum(file.rows for file in files),
            size=sum(file.size for file in files),
            thinned_days=len({file.partition for file in thinned}),
            thinned_readings=sum(file.rows for file in thinned),
            thinned_size=sum(file.size for file in thinned),
            due_days=len({file.partition for file in waiting}),
            due_size=sum(file.size for file in waiting),
        )

    def look(self, keep_days: int | None = None) -> Iterator[Thinned]:
        """What would become of each file that is due; nothing is written.

        Parameters
        ----------
        keep_days : int, optional
            Instead of what the site states [d].
        """
        days = keep_days or self._registry.site().keep_readings_days
        files = [] if days is None else due(self._lake, whole_from(days, clock.now()))
        if files:
            thinner = self._thinner()
            yield from map(thinner.look, files)

    def run(self, seconds: float | None = None) -> Iterator[Thinned]:
        """Thin what is due, oldest first, each file in a commit of its own.

        What cannot be thinned now, as it is damaged or readings come to it meanwhile, is left for another time.

        Parameters
        ----------
        seconds : float, optional
            So long at most, or one file [s]; all that is due by default.

        Raises
        ------
        LakeError, BusyError
            If the lake cannot be read or written; what was thinned before stays so.
        """
        keep = self._registry.site().keep_readings_days
        until = None if seconds is None else time.monotonic() + seconds
        for file in [] if keep is None else due(self._lake, whole_from(keep, clock.now())):
            if file.path in self._left:
                continue
            done = self._thinner().thin(file, self._note)
            if done is None:
                self._left.add(file.path)
            else:
                yield done
            if until is not None and time.monotonic() >= until:
                break
        else:
            self._left.clear()

    def _thinner(self) -> Thinner:
        evidence = self._registry.evidence(self._settings.profiles_path)
        return Thinner(self._lake, self._registry.all_ratios(), evidence, self._found)

    def _found(self, start: int, end: int) -> Iterable[Finding]:
        return self._state.findings(None, from_micros(start), from_micros(end), limit=EVERY)

    def _note(self, thinned: Thinned) -> None:
        told = {name: value for name, value in asdict(thinned).items() if name != "day"}
        keep = self._registry.site().keep_readings_days
        self._registry.note_thinned(thinned.day, {**told, "keep_readings_days": keep}, by=BY)
