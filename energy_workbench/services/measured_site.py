"""The plant of a home as it was at each time, and answers that stand for one version of what is stored."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from energy_workbench.analytics import overview
from energy_workbench.analytics.flow import Measured
from energy_workbench.analytics.site_use import Absent, speakers, spoken_for
from energy_workbench.domain.entities import Meter
from energy_workbench.domain.errors import InputError, NotFoundError
from energy_workbench.domain.pages import PATTERN
from energy_workbench.domain.time import axis, clock
from energy_workbench.domain.time.period import Period
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.home import Home
from energy_workbench.services.live_site import LiveSite
from energy_workbench.services.queries.meter_index import MeterIndex
from energy_workbench.services.queries.trees import Stretch
from energy_workbench.services.queries.unread_meters import MeasuredTrees

if TYPE_CHECKING:
    from energy_workbench.lake.calculated.eras import Era

Answer = TypeVar("Answer")


class MeasuredSite(LiveSite):
    """The tree over time, and what figures of the site do without."""

    def __init__(self, settings: Settings, *, like: Home | None = None) -> None:
        super().__init__(settings, like=like)
        self._kept_trees: tuple[Hashable, MeasuredTrees] | None = None

    def _meters_at(self, instant: datetime) -> list[Meter]:
        """The tree as it was at an instant; the one of now for one that is ahead."""
        return self._index_at(instant).meters

    def _index_at(self, instant: datetime) -> MeterIndex:
        """The meters as they were at an instant: one index for all of the time in which nothing came to hold."""
        if instant >= clock.now():
            return self._index()
        revision = self.registry.revision()
        changes = self._cache.get(("changes", revision), self.registry.changes)
        if (era := bisect_right(changes, instant)) == len(changes):
            return self._index()
        return self._cache.get(("meters of", revision, era), lambda: MeterIndex(self.registry.meters(at=instant)))

    def _absent_of(self, span: Period) -> Absent:
        """What figures of the site of a period do without: what was never connected, and roots that told nothing."""
        return self._kept(("absent", span.start, span.end), lambda: self._lacking(span))

    def _lacking(self, span: Period) -> Absent:
        absent, trees = self._absent(span.end), self._some_trees(span)
        roots = {each.key: each for tree in trees for each in speakers(absent.without(tree.meters))}
        told = self._energies().registers(list(roots.values()), span)
        if all(told.get(key, Measured()).known(root) and not root.unread for key, root in roots.items()):
            # They speak for all that is below them.
            return absent
        meters = list({meter.key: meter for tree in trees for meter in tree.meters}.values())
        measured = self._energies().totals(meters, span)[0]
        # What stands for a meter that nobody reads is the sum of what is below it: that speaks by itself.
        read = {meter.key for tree in trees for meter in tree.meters if not meter.unread}
        known = {meter.key for meter in meters if measured.get(meter.key, Measured()).known(meter)} & read
        for tree in reversed(trees):
            absent = spoken_for(absent, tree.meters, known)
        return absent

    def _absent(self, until: datetime) -> Absent:
        """What figures of the site do without at an instant: what was never connected until then."""
        from energy_workbench.services.queries.site_uses import never_connected

        return never_connected(self.reader, self._meters_at(until), min(until, clock.now()))

    def _connected(self, span: Period) -> list[Stretch]:
        """As `_trees`, at least one, without what figures of the site do without."""
        absent = self._absent_of(span)
        return [replace(tree, meters=absent.without(tree.meters)) for tree in self._some_trees(span)]

    def _some_trees(self, span: Period) -> list[Stretch]:
        """As `_trees`, at least one."""
        return self._trees(span) or [Stretch(span.start, span.start, self._meters_at(span.start))]

    def _trees(self, span: Period) -> list[Stretch]:
        """The tree over the elapsed part of a period, as it could be measured."""
        from energy_workbench.services.queries.aligned_energies import elapsed

        return self._measured(*elapsed(span))

    def _measured(self, start: datetime, end: datetime) -> list[Stretch]:
        """The tree between two instants on interval edges, with what calculated meters are made of."""
        return self._measured_trees().between(start, end)

    def _measured_trees(self) -> MeasuredTrees:
        """The trees of this version of the configuration: made anew only where that or who is measured changed."""
        stamp, first = (self.registry.revision(), self.registry.begun()), self.reader.begun()
        kept = self._kept_trees
        if kept is not None and kept[0] == stamp and kept[1].first is first:
            return kept[1]
        trees = MeasuredTrees(self.registry.tree_changes(), self._index_at, first, self.zone)
        self._kept_trees = stamp, trees
        return trees

    def _calculated(self, start: int, end: int) -> list[Era]:
        """As `_measured`, of calculated meters alone, in terms of the lake."""
        from energy_workbench.lake.calculated.eras import Era

        last = end + axis.INTERVAL_MICROS - 1
        low, high = (axis.floor_interval(clock.from_micros(at)) for at in (start, last))
        trees = self._measured_trees().calculated(low, high)
        edges = [start, *(clock.to_micros(tree.start) for tree, _ in trees[1:]), end]
        made = zip(edges, edges[1:], (made for _, made in trees), strict=False)
        return [Era(since, until, of) for since, until, of in made if of]

    def _totals(self, meters: Sequence[Meter], span: Period) -> tuple[dict[int, Measured], float]:
        """Energies of a period [kWh], without those of meters that were out of service in all of it."""
        energy, completeness = self._energies().totals(meters, span)
        if not all(meter.metered for meter in meters):
            been = {meter.key for stretch in self._trees(span) for meter in stretch.meters if meter.metered}
            energy = {key: measured for key, measured in energy.items() if key in been}
        return energy, completeness

    def _meter_or_root(self, meter: str | None) -> Meter:
        known = self._meter(meter) if meter else self._speaker()
        if known is None:
            raise NotFoundError("the site has no meters yet: import or create some first")
        return known

    def _speaker(self) -> Meter | None:
        """The meter that stands for the site: of the highest that told something lately."""
        return overview.site_root(self._absent_of(self._period(PATTERN)).without(self._meters()))

    def _known(self, ref: str) -> Meter:
        """A meter, also one that was deleted: what happened to it stays."""
        return self.registry.meter(ref, deleted=True)

    def _threshold(self, percent: float | None) -> float:
        percent = self.settings.loss_threshold_percent if percent is None else percent
        if not 0 <= percent <= 100:
            raise InputError(f"{percent:g} % is no threshold of a loss: 0 to 100")
        return percent

    def _kept(self, question: tuple[Hashable, ...], answer: Callable[[], Answer]) -> Answer:
        """An answer, made once for each version of configuration and intervals, and anew with each interval."""
        stamp = (self.registry.revision(), self.reader.version()[1], axis.floor_interval(clock.now()))
        return self._cache.get((*question, stamp), answer)
