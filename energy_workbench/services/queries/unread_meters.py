"""The tree over time as it can be measured: which meters are not there yet, and which nodes never had one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from energy_workbench.domain.entities import Meter, MeterType, Unread
from energy_workbench.domain.formulas.linear_forms import calculated
from energy_workbench.domain.time.period import beginning
from energy_workbench.services.cache import Cache
from energy_workbench.services.queries.meter_index import MeterIndex
from energy_workbench.services.queries.trees import Stretch, stretches

First = Mapping[int, datetime]
"""By key from when on something is known of each meter."""
MOST_KEPT = 128
"""Trees and spans cut by them that are kept: a tree of 10,000 meters takes 0.1 MB beside the meters themselves."""


class MeasuredTrees:
    """The trees of one version of the configuration, as they can be measured; each is made once for all who ask.

    Parameters
    ----------
    changes : iterable of datetime
        When meters moved, were deleted or got another status, at any time.
    tree_at : callable
        The tree as it was at an instant: the same object for all of the time in which nothing was changed.
    first : mapping
        From when on something is known of each meter.
    zone : ZoneInfo
        The site's.
    """

    def __init__(
        self, changes: Iterable[datetime], tree_at: Callable[[datetime], MeterIndex], first: First, zone: ZoneInfo
    ) -> None:
        self._changes = sorted(changes)
        self._tree_at = tree_at
        self.first = first
        self._zone = zone
        self._made = Cache(most=MOST_KEPT)

    def between(self, start: datetime, end: datetime) -> list[Stretch]:
        """A span cut where the tree changes and where a meter comes to be read.

        Parameters
        ----------
        start, end : datetime
            On interval edges.
        """
        return self._made.get(("between", start, end), lambda: self._cut(start, end))

    def calculated(self, start: datetime, end: datetime) -> list[tuple[Stretch, dict[int, Meter]]]:
        """As `between`, each with its calculated meters by key."""
        return self._made.get(
            ("calculated", start, end),
            lambda: [(tree, {m.key: m for m in tree.meters if m.made_of}) for tree in self.between(start, end)],
        )

    def _cut(self, start: datetime, end: datetime) -> list[Stretch]:
        registered = [at for at in self._changes if start < at < end]

        def stored_at(at: datetime) -> MeterIndex:
            # One tree for all of the time in which nothing was changed.
            return self._tree_at(registered[nth - 1] if (nth := bisect_right(registered, at)) else start)

        begins = {at for tree in {stored_at(at) for at in (start, *registered)} for at in self._begins(tree)}
        return stretches({*registered, *begins}, lambda at: self._measured(stored_at(at), at), start, end)

    def _begins(self, tree: MeterIndex) -> list[datetime]:
        """When meters of a tree come to be there, in order."""

        def make() -> list[datetime]:
            return sorted({at for m in tree.meters if (at := expected_from(m, self.first, self._zone)) is not None})

        return self._made.get(("begins", tree), make)

    def _measured(self, tree: MeterIndex, at: datetime) -> Sequence[Meter]:
        nth = bisect_right(self._begins(tree), at)
        return self._made.get(("tree", tree, nth), lambda: as_measured(tree.meters, at, self.first, self._zone))


def as_measured(meters: Sequence[Meter], at: datetime, first: First, zone: ZoneInfo) -> list[Meter]:
    """Meters of one instant, with why some are unread then, and what calculated ones are made of."""
    above = {meter.parent for meter in meters if meter.seen_by_parent}
    marked = []
    for meter in meters:
        unread = _unread(meter, at, first, zone, above=meter.key in above)
        marked.append(meter if unread is meter.unread else replace(meter, unread=unread))
    return calculated(marked)


def expected_from(meter: Meter, first: First, zone: ZoneInfo) -> datetime | None:
    """From when on a meter is there, as somebody stated or its first reading tells; None where neither does."""
    return beginning(meter.commissioned_at, zone) if meter.commissioned_at else first.get(meter.key)


def _unread(meter: Meter, at: datetime, first: First, zone: ZoneInfo, *, above: bool) -> Unread | None:
    if meter.formula_by_id:
        return None
    virtual = meter.type is MeterType.VIRTUAL
    if meter.key not in first and not meter.commissioned_at and (virtual or (above and not meter.gateway)):
        return Unread.NO_METER
    since = expected_from(meter, first, zone)
    if since is not None and at >= since:
        return None
    if meter.commissioned_at:
        return Unread.NOT_YET
    # Of one that is out of service somebody said that it is there.
    return Unread.ASSUMED if meter.metered else None
