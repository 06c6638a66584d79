"""Maximum demand of a meter, a row a billing month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from energy_workbench.analytics.demand import UNITS, Block, aligned, contributions, demands, diversity_factor, maximum
from energy_workbench.analytics.load import Blocks, load_factor
from energy_workbench.analytics.losses.node_books import sides_of
from energy_workbench.analytics.site_use import out_of_service
from energy_workbench.contract import results
from energy_workbench.contract.rows.energy import ChildAtMaximum, DemandRow
from energy_workbench.domain.entities import Meter, Unread
from energy_workbench.domain.time import axis, clock
from energy_workbench.domain.time.billing import billing_edges
from energy_workbench.domain.time.period import Period
from energy_workbench.energy.metering_period import INTERVAL_MINUTES, LONGEST_DEMAND
from energy_workbench.services.queries.aligned_energies import SideBySide, side_by_side
from energy_workbench.services.queries.series import Series, series
from energy_workbench.services.queries.trees import Stretch, at

if TYPE_CHECKING:
    from energy_workbench.lake import Reader

EVERY = {1: "15min", 2: "30min", 4: "1h"}
"""Resolution whose edges are those of blocks, by the intervals of a block."""


def demand(
    reader: Reader,
    trees: Sequence[Stretch],
    meter: Meter,
    span: Period,
    *,
    block: Block,
    billing_day: int,
    zone: ZoneInfo,
) -> results.Demand:
    """The maximum demand of a meter in each billing month of a period.

    Parameters
    ----------
    trees : sequence of Stretch
        The tree of that time.
    billing_day : int
        On which a billing month begins.
    """
    grain = _intervals_of(reader, meter, span)
    note = ""
    if grain > block.size:
        note = f"{meter.number} is read every {15 * grain} min: its demand is that of {15 * grain} min."
        block = replace(block, size=grain)
    own = series(reader, meter, span, 15 * block.size)
    children = list({child.key: child for tree in trees for child in _seen_by(meter, tree.meters)}.values())
    beside = side_by_side(reader, children, span, 15 * block.size)
    of_meter = _Demands(meter, own, beside, trees, children, block, span, zone, grain)
    rows = tuple(of_meter.month(low, high) for low, high in pairwise(billing_edges(span, billing_day, zone)))
    return results.Demand(
        rows=rows,
        total=len(rows),
        meter=meter.id,
        number=meter.number,
        name=meter.name,
        unit=UNITS[block.unit],
        block_minutes=15 * block.size,
        kind="sliding" if block.sliding else "block",
        start=span.start.astimezone(zone).isoformat(),
        end=span.end.astimezone(zone).isoformat(),
        timezone=zone.key,
        note=note,
    )


def _intervals_of(reader: Reader, meter: Meter, span: Period) -> int:
    """How many intervals a block of the meter's own has at least, by its metering period."""
    periods = reader.periods([meter.key], span.start, min(span.end, clock.now()), most=LONGEST_DEMAND)
    return max((grain.minutes for grain in periods), default=INTERVAL_MINUTES) // INTERVAL_MINUTES


class _Demands:
    """A meter's demands over a period, and those of its children."""

    def __init__(
        self,
        meter: Meter,
        own: Series,
        beside: SideBySide,
        trees: Sequence[Stretch],
        children: Sequence[Meter],
        block: Block,
        span: Period,
        zone: ZoneInfo,
        grain: int,
    ) -> None:
        self._meter, self._trees, self._block, self._beside, self._zone = meter, trees, block, beside, zone
        self._consumed, self._energy = own.energy, own.energy if block.unit == "kw" else own.apparent
        # A sliding block begins wherever the meter was read.
        step = grain if block.sliding else block.size
        begins = np.ones(beside.count, bool)
        if step > 1:
            begins = aligned(beside.start, beside.count, axis.edges(span, EVERY[step], zone), step)
        self._begins = begins
        self._complete = demands(self._energy, block, begins)
        self._demands = demands(self._energy, block, begins, own.step)
        self._out = {child.key: self._unmetered(child.key) for child in children}
        self._drawn = {child.key: np.where(self._out[child.key], np.nan, _drawn(child, beside)) for child in children}
        self._own = {key: demands(energy, block, begins) for key, energy in self._drawn.items()}

    def month(self, low: datetime, high: datetime) -> DemandRow:
        """The row of a billing month, of what has been of it."""
        first, last = self._place(low), self._place(high)
        energy = self._energy[first:last]
        known = ~np.isnan(energy)
        total = float(energy[known].sum()) if known.any() else None
        # A block belongs to the month that it lies in whole.
        inside = slice(first, max(first, last - self._block.size + 1))
        found = maximum(self._demands[inside])
        peak = None if found is None else float(np.nanmax(self._demands[inside]))
        place = None if found is None else first + found
        seen = self._seen(first if place is None else place)
        factor, why = self._diversity(inside, seen)
        blocks = Blocks.of(self._complete[inside], int(self._begins[inside].sum()))
        return {
            "start": low.astimezone(self._zone).isoformat(),
            "end": high.astimezone(self._zone).isoformat(),
            "maximum": None if peak is None else round(peak, 6),
            "at": None if place is None else self._instant(place),
            "energy": None if total is None else round(total, 6),
            "load_factor": load_factor(blocks, peak),
            "load_factor_share": blocks.share,
            "diversity_factor": factor,
            "diversity_reason": why,
            "completeness": round(float(known.mean()), 4) if len(known) else 0.0,
            "children": [] if place is None else self._children(place, seen),
        }

    def _place(self, instant: datetime) -> int:
        """Index of the first interval that begins at or after an instant."""
        return min(max(-((self._beside.start - instant) // axis.INTERVAL), 0), self._beside.count)

    def _instant(self, place: int) -> str:
        return (self._beside.start + place * axis.INTERVAL).astimezone(self._zone).isoformat()

    def _seen(self, place: int) -> list[Meter]:
        """The children that the meter saw then."""
        return _seen_by(self._meter, at(self._trees, self._beside.start + place * axis.INTERVAL))

    def _unmetered(self, key: int) -> Any:
        """In which intervals a child is out of service."""
        out = np.zeros(self._beside.count, bool)
        for tree in self._trees:
            if any(meter.key == key and not meter.metered for meter in tree.meters):
                low, high = self._place(tree.start), self._place(tree.end)
                out[low:high] = True
        return out

    def _children(self, place: int, seen: Sequence[Meter]) -> list[ChildAtMaximum]:
        power = float(self._consumed[place : place + self._block.size].sum()) * 4 / self._block.size
        rows = contributions(place, self._block, {each.number: self._drawn[each.key] for each in seen}, power)
        told = {row["number"] for row in rows}
        here = slice(place, place + self._block.size)
        silent = {each.number: self._why(each, here) for each in seen if each.number not in told}
        for number, why in silent.items():
            rows.append({"number": number, "kw": None, "share": None, "reason": why})
        return rows

    def _diversity(self, inside: slice, seen: Sequence[Meter]) -> tuple[float | None, str]:
        """The diversity factor, or why there is none."""
        part = slice(inside.start, inside.stop + self._block.size - 1)
        # What a child draws while it is out of service nobody knows; the rest of the time counts.
        own = {each.key: self._own[each.key][inside] for each in seen}
        unknown = [each for each in seen if maximum(own[each.key]) is None]
        if unknown:
            return None, "; ".join(self._why(each, part) for each in unknown)
        factor = None
        if own:
            together = np.sum(list(own.values()), axis=0)
            best = maximum(together)
            highest = [float(np.nanmax(values)) for values in own.values()]
            factor = diversity_factor(
                [value for value in highest if value > 0], None if best is None else float(together[best])
            )
        return factor, ""

    def _why(self, child: Meter, part: slice) -> str:
        """Why a child is not known in a part of the time."""
        if not self._out[child.key][part].any():
            return f"{child.number} was not fully measured"
        out = [each for tree in self._trees for each in tree.meters if each.key == child.key and not each.metered]
        return out_of_service(out[0], self._zone)


def _drawn(child: Meter, beside: SideBySide) -> Any:
    """What a child draws from its parent, net of what it delivers [kWh]."""
    sides = sides_of(child, beside.energies[child.key])
    return np.full(beside.count, np.nan) if sides is None else sides[1] - sides[0]


def _seen_by(meter: Meter, tree: Sequence[Meter]) -> list[Meter]:
    """The children of a tree that a meter sees, but those that are no meters and have none below them."""
    below = (each for each in tree if each.parent == meter.key and each.seen_by_parent)
    return [each for each in below if each.made_of or each.unread is not Unread.NO_METER]
