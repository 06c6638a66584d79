"""What a site's sources make of many parts of a time, of which everything is read at once.

Each part is told as if it had been asked for alone (`generations.generation`): by the tree, the factors and what was
connected then. Only the questions of lake and registry are those of one time, however many parts it has.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from energy_workbench.analytics.flow import Measured
from energy_workbench.analytics.load_shape import LocalTimes
from energy_workbench.analytics.site_use import Absent
from energy_workbench.analytics.sources import Sources, sources
from energy_workbench.domain.emission_factors import Factor
from energy_workbench.domain.entities import Meter
from energy_workbench.domain.time import axis, clock
from energy_workbench.domain.time.period import Period
from energy_workbench.services.generation.amounts import Figures, amounts
from energy_workbench.services.generation.carbon import Carbon
from energy_workbench.services.generation.first_heard import FirstHeard
from energy_workbench.services.generation.kept_readings import KeptReadings
from energy_workbench.services.generation.site_sources import meters_of, together
from energy_workbench.services.queries.register_intervals import Registers, begun, register_intervals
from energy_workbench.services.queries.site_uses import never_connected
from energy_workbench.services.queries.trees import Stretch, at, spans, within

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from energy_workbench.lake import Reader

GENERATOR_READINGS = ("run_hours", "fuel_used", "fuel_volume")
"""What a generator's own counters and its tank tell."""


class GenerationParts:
    """Figures of parts of a time that do not overlap.

    Parameters
    ----------
    trees : callable
        The tree over a period, cut where it changes; at least one.
    factors : sequence of Factor
        Those that hold at the site.
    """

    def __init__(
        self, reader: Reader, trees: Callable[[Period], Sequence[Stretch]], factors: Sequence[Factor], zone: ZoneInfo
    ) -> None:
        self._reader, self._trees, self._factors, self._zone = reader, trees, factors, zone

    def figures(self, parts: Sequence[Period]) -> list[Figures]:
        """Fuel, run hours, solar energy that stays and emissions of each, named as in `Generation`.

        Parameters
        ----------
        parts : sequence of Period
            Oldest first; all of them over.
        """
        if not parts:
            return []
        whole = Period(parts[0].start, parts[-1].end, "")
        trees = _Trees(self._reader, self._trees(whole), parts[0].end)
        kinds = [trees.kinds(part) for part in parts]
        start, count = begun(whole)
        keys = {meter.key for each in kinds for kind, _ in each for meter in meters_of(kind)}
        read, day = register_intervals(self._reader, keys, start, count), LocalTimes(start, count, self._zone).day
        counters = KeptReadings(self._reader, parts, GENERATOR_READINGS)
        of_parts = []
        for part, kind in zip(parts, kinds, strict=True):
            begins, length = begun(part)
            first = (begins - start) // axis.INTERVAL
            here = slice(first, first + length)
            registers = {key: each.cut(here) for key, each in read.items()}
            site = together(kind, begins, length, registers, _Told(registers, begins))
            of_parts.append(amounts(site, counters, Carbon(self._factors, day[here])).figures())
        return of_parts


class _Trees:
    """Sources at each time, without what was never connected until the end of each part."""

    def __init__(self, reader: Reader, trees: Sequence[Stretch], since: datetime) -> None:
        meters = {meter.key: meter for tree in trees for meter in tree.meters}
        self._trees, self._heard = trees, FirstHeard(reader, meters, since, clock.now())
        created = (meter.created_at for meter in meters.values() if meter.created_at is not None)
        self._changes = sorted([*self._heard.instants, *created])
        self._absents: dict[tuple[int, int], Absent] = {}
        self._sources: dict[tuple[int, frozenset[int], frozenset[int]], Sources] = {}

    def kinds(self, part: Period) -> list[tuple[Sources, Period]]:
        """Which meters are the sources in each piece of a part."""
        absent = self._absent(part.end)
        trees = within(self._trees, part) or [Stretch(part.start, part.start, at(self._trees, part.start))]
        return [(self._of(tree.meters, absent), piece) for tree, piece in spans(trees, part)]

    def _absent(self, until: datetime) -> Absent:
        meters = at(self._trees, until)
        # Between two of these instants nobody becomes known.
        era = id(meters), bisect_right(self._changes, until)
        if era not in self._absents:
            self._absents[era] = never_connected(self._heard, meters, until)
        return self._absents[era]

    def _of(self, meters: Sequence[Meter], absent: Absent) -> Sources:
        which = id(meters), absent.keys, absent.tops
        if which not in self._sources:
            self._sources[which] = sources(absent.without(meters))
        return self._sources[which]


class _Told:
    """What registers tell of a piece of a part, from its intervals."""

    def __init__(self, registers: Mapping[int, Registers], start: datetime) -> None:
        self._registers, self._start = registers, start

    def __call__(self, meters: Sequence[Meter], piece: Period) -> Mapping[int, Measured]:
        first, last = (max(0, -((self._start - edge) // axis.INTERVAL)) for edge in (piece.start, piece.end))
        cut = {meter.key: self._registers[meter.key].cut(slice(first, last)) for meter in meters}
        return {key: Measured(_sum(each.imported), _sum(each.exported)) for key, each in cut.items()}


def _sum(energy: NDArray[np.float64]) -> float | None:
    return None if np.isnan(energy).all() else float(np.nansum(energy))
