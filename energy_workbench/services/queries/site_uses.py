"""What the site used over a period, and its maximum demand, with the tree as it was at each time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from energy_workbench.analytics import overview
from energy_workbench.analytics.flow import Measured, children_of
from energy_workbench.analytics.site_use import Absent, absent, site_parts, unknown_parts, use_of, why_unknown
from energy_workbench.domain import maxima
from energy_workbench.domain.entities import Flow, Meter, Unread
from energy_workbench.domain.time import axis, clock
from energy_workbench.domain.time.period import Period
from energy_workbench.domain.time.period_text import not_begun
from energy_workbench.energy.metering_period import INTERVAL_MINUTES, LONGEST_DEMAND
from energy_workbench.services.queries.trees import Stretch, spans

if TYPE_CHECKING:
    from energy_workbench.lake import Reader
    from energy_workbench.services.queries.energies import Energies


class Hearing(Protocol):
    """Who knows which meters had a reading by an instant: the lake, or what was asked of it before."""

    def heard(self, meters: Sequence[int], until: datetime) -> Collection[int]:
        """Those of the meters that had, by key."""


@dataclass(frozen=True, slots=True)
class SiteUse:
    """What the site used.

    Attributes
    ----------
    kwh : float or None
        None where a part of it is not known at any time of the period, or out of service.
    reason : str
        Why it is not known, in words; empty where it is.
    """

    kwh: float | None
    reason: str = ""


def never_connected(reader: Hearing, meters: Sequence[Meter], until: datetime) -> Absent:
    """What the site's figures do without: meters that gave no reading until an instant, and nothing reads them.

    A meter with a gateway that never answered is there, so it is unknown; but for the time before its first reading,
    or before it was set up, it was not connected.
    """
    roots = {meter.key for meter in children_of(meters).get(None, [])}
    asked = [m.key for m in meters if m.key in roots or (m.flow is Flow.PRODUCER and not m.metered)]
    if set(asked) == set(reader.heard(asked, until)):
        return Absent()
    every = [meter.key for meter in meters]
    by_then, now = reader.heard(every, until), clock.now()
    later = reader.heard([key for key in every if key not in by_then], now)

    def none(meter: Meter) -> bool:
        fresh = meter.created_at is not None and meter.created_at > until
        return meter.key not in by_then and (not meter.gateway or meter.key in later or fresh)

    return absent(meters, {meter.key for meter in meters if none(meter)})


def parts_there(tree: Sequence[Meter], begun: Mapping[int, datetime]) -> list[Meter]:
    """What the site's use is made of, without those of its parts that are not there yet.

    That is one that is commissioned later, or whose first reading came later: it is assumed not to have been there.
    Of one that never gave a reading nothing is known, so that it stays.

    Parameters
    ----------
    tree : sequence of Meter
        At one time, in order.
    begun : mapping of int to datetime
        By key from when on something is known of each measured meter.
    """
    below = {meter.parent for meter in tree if meter.key in begun}

    def absent_yet(part: Meter) -> bool:
        later = part.unread is Unread.NOT_YET or part.key in begun or part.key in below
        return later and bool(part.unread) and not part.made_of

    return [part for part in site_parts(tree) if not absent_yet(part)]


def used(energies: Energies, trees: Sequence[Stretch], span: Period, zone: ZoneInfo) -> SiteUse:
    """What the site used over a period, by registers.

    Parameters
    ----------
    trees : sequence of Stretch
        The tree over the period, at least one, without what was never connected.
    """
    if ahead := not_begun(span.start.astimezone(zone), clock.now()):
        return SiteUse(None, ahead)
    total, lacking, told, known = 0.0, list[Meter](), dict[int, Measured](), False
    for tree, part in spans(trees, span):
        parts = parts_there(tree.meters, energies.begun())
        measured = energies.registers(parts, part)
        unknown = unknown_parts(parts, measured)
        told |= {each.key: measured[each.key] for each in unknown if each.key in measured}
        lacking += unknown
        total += use_of(parts, measured) or 0.0
        known |= bool(parts)
        if not site_parts(tree.meters):
            return SiteUse(None, "no meter measures what comes in")
    if not known:
        lacking = site_parts(trees[-1].meters)
    return SiteUse(None, why_unknown(lacking, zone, measured=told)) if lacking else SiteUse(total)


def _blocks(tree: Stretch, minutes: int, zone: ZoneInfo) -> dict[datetime, datetime]:
    """By the start of each interval that of the block of the site's clock that it is in; whole blocks only."""
    edges = axis.edges(Period(tree.start, tree.end, ""), f"{minutes}min", zone)
    length, begins = timedelta(minutes=minutes), dict[datetime, datetime]()
    for low, high in pairwise(edges):
        if high - low == length:
            begins |= {low + nth * axis.INTERVAL: low for nth in range(length // axis.INTERVAL)}
    return begins


def site_peak(reader: Reader, trees: Sequence[Stretch], zone: ZoneInfo) -> tuple[float | None, datetime | None, int]:
    """Maximum demand of the site [kW], of the time in which all of it is known, when it first was, and its block [min].

    Over 15 minutes, or over the metering period of that of its parts that is read the most seldom, up to an hour.
    """
    peaks, blocks = [], []
    for tree in trees:
        parts = parts_there(tree.meters, reader.begun())
        keys = [part.key for part in parts]
        rows = reader.intervals(keys, tree.start, tree.end, shortest=LONGEST_DEMAND).to_pylist()
        periods = reader.periods(keys, tree.start, tree.end, most=LONGEST_DEMAND)
        begins = None
        if minutes := max((grain.minutes for grain in periods), default=0):
            begins = _blocks(tree, minutes, zone)
        peaks.append(overview.site_peak(parts, rows, begins))
        blocks.append(minutes or INTERVAL_MINUTES)
    highest = maxima.first(peak for peak, _ in peaks)
    if highest is None:
        return None, None, max(blocks, default=INTERVAL_MINUTES)
    return (*peaks[highest], blocks[highest])
