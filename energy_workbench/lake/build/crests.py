"""How high counters stood before a span that is built: what a rise within their noise is measured from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from energy_workbench.lake.build.source import HOUR_US, chunks

if TYPE_CHECKING:
    from energy_workbench.energy.interval_builder import Idle
    from energy_workbench.lake.storage.snapshot import Snapshot

REACHES = (4 * HOUR_US, 48 * HOUR_US, 45 * 24 * HOUR_US, None)
"""How far to look back: mostly not far, as only what stands still is looked for [µs]."""


def crests(snapshot: Snapshot, idle: Iterable[Idle]) -> dict[tuple[int, str], float]:
    """The highest reading of each counter since it was last beyond its noise, by key of meter and counter.

    Counters that were no higher before are absent.

    Raises
    ------
    LakeError
        If the lake cannot be read.
    """
    found: dict[tuple[int, str], float] = {}
    for each in idle:
        for reach in REACHES:
            high, whole = _highest(snapshot, each, reach)
            if whole:
                break
        if high > each.value:
            found[each.meter, each.counter] = high
    return found


def _highest(snapshot: Snapshot, idle: Idle, reach: int | None) -> tuple[float, bool]:
    """The highest so far back, and whether the counter was beyond its noise there."""
    high, whole = idle.value, reach is None
    since = None if reach is None else idle.at - reach
    for chunk in chunks(snapshot, since, idle.at, (idle.meter,), (idle.counter,)):
        value = chunk.counters[idle.counter]
        value = value[~np.isnan(value)]
        beyond = np.flatnonzero(np.abs(value - idle.value) > idle.noise)
        if len(beyond):
            high, whole, value = idle.value, True, value[beyond[-1] + 1 :]
        high = max(high, float(value.max(initial=high)))
    return high, whole
