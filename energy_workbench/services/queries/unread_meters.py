"""The tree over time as it can be measured: which meters are not there yet, and which nodes never had one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from energy_workbench.domain.entities import Meter, MeterType, Unread
from energy_workbench.domain.formulas.linear_forms import calculated
from energy_workbench.domain.time.period import beginning
from energy_workbench.services.queries.trees import Stretch, TreeAt, stretches

First = Mapping[int, datetime]
"""By key from when on something is known of each meter."""


def measured_trees(
    changes: Iterable[datetime], tree_at: TreeAt, first: First, start: datetime, end: datetime, zone: ZoneInfo
) -> list[Stretch]:
    """A span cut where the tree changes and where a meter comes to be read, each part as it can be measured.

    Parameters
    ----------
    changes : iterable of datetime
        When meters moved, were deleted or got another status, at any time.
    tree_at : callable
        The tree as it was at an instant.
    start, end : datetime
        On interval edges.
    """
    registered = sorted(at for at in changes if start < at < end)

    def stored_at(at: datetime) -> Sequence[Meter]:
        # One tree for all of the time in which nothing was changed.
        return tree_at(max((each for each in registered if each <= at), default=start))

    trees = [stored_at(at) for at in (start, *registered)]
    meters = {meter.key: meter for tree in trees for meter in tree}
    begins = {at for meter in meters.values() if (at := expected_from(meter, first, zone)) is not None}
    return stretches({*registered, *begins}, lambda at: as_measured(stored_at(at), at, first, zone), start, end)


def as_measured(meters: Sequence[Meter], at: datetime, first: First, zone: ZoneInfo) -> list[Meter]:
    """Meters of one instant, with why some are unread then, and what calculated ones are made of."""
    above = {meter.parent for meter in meters if meter.seen_by_parent}
    marked = [replace(meter, unread=_unread(meter, at, first, zone, above=meter.key in above)) for meter in meters]
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
