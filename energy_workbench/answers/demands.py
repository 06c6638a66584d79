"""Maximum demand of a meter, a row a billing month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from energy_workbench.analytics.demand import UNITS, Block, aligned, contributions, demands, diversity_factor, maximum
from energy_workbench.analytics.node_books import sides_of
from energy_workbench.analytics.pattern import WHOLE, load_factor
from energy_workbench.answers.side_by_side import SideBySide, side_by_side
from energy_workbench.core import axis, results
from energy_workbench.core.billing import billing_edges
from energy_workbench.core.entities import Flow, Meter
from energy_workbench.core.period import Period

if TYPE_CHECKING:
    from energy_workbench.lake import Reader

EVERY = {1: "15min", 2: "30min", 4: "1h"}
"""Resolution whose edges are those of blocks, by the intervals of a block."""


def demand(
    reader: Reader,
    meter: Meter,
    children: Sequence[Meter],
    span: Period,
    *,
    block: Block,
    billing_day: int,
    zone: ZoneInfo,
) -> results.Demand:
    """The maximum demand of a meter in each billing month of a period.

    Parameters
    ----------
    children : sequence of Meter
        Those that the meter sees, whose part in the maximum is told.
    billing_day : int
        On which a billing month begins.
    """
    beside = side_by_side(reader, [meter, *children], span)
    of_meter = _Demands(meter, children, block, beside, span, reader, zone)
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
    )


class _Demands:
    """A meter's demands over a period, and those of its children."""

    def __init__(
        self,
        meter: Meter,
        children: Sequence[Meter],
        block: Block,
        beside: SideBySide,
        span: Period,
        reader: Reader,
        zone: ZoneInfo,
    ) -> None:
        self._block, self._beside, self._zone = block, beside, zone
        self._consumed = beside.consumed(meter)
        self._energy = self._consumed if block.unit == "kw" else apparent(reader, meter, beside)
        begins = aligned(beside.start, beside.count, axis.edges(span, EVERY[block.size], zone), block.size)
        self._demands = demands(self._energy, block, begins)
        self._drawn = {child.number: _drawn(child, beside) for child in children}
        self._own = {number: demands(energy, block, begins) for number, energy in self._drawn.items()}

    def month(self, low: datetime, high: datetime) -> dict[str, Any]:
        """The row of a billing month, of what has been of it."""
        first, last = self._place(low), self._place(high)
        energy = self._energy[first:last]
        known = ~np.isnan(energy)
        total = float(energy[known].sum()) if known.any() else None
        # A block belongs to the month that it lies in whole.
        inside = slice(first, max(first, last - self._block.size + 1))
        found = maximum(self._demands[inside])
        peak = None if found is None else float(self._demands[inside][found])
        at = None if found is None else first + found
        return {
            "start": low.astimezone(self._zone).isoformat(),
            "end": high.astimezone(self._zone).isoformat(),
            "maximum": None if peak is None else round(peak, 6),
            "at": None if at is None else self._instant(at),
            "energy": None if total is None else round(total, 6),
            "load_factor": load_factor(total, peak, float(known.sum()) / 4),
            "diversity_factor": self._diversity(inside),
            "completeness": round(float(known.mean()), 4) if len(known) else 0.0,
            "children": [] if at is None else self._children(at),
        }

    def _place(self, instant: datetime) -> int:
        """Index of the first interval that begins at or after an instant."""
        return min(max(-((self._beside.start - instant) // axis.INTERVAL), 0), self._beside.count)

    def _instant(self, at: int) -> str:
        return (self._beside.start + at * axis.INTERVAL).astimezone(self._zone).isoformat()

    def _children(self, at: int) -> list[dict[str, Any]]:
        power = float(self._consumed[at : at + self._block.size].sum()) * 4 / self._block.size
        return contributions(at, self._block, self._drawn, power)

    def _diversity(self, inside: slice) -> float | None:
        own = [found[inside] for found in self._own.values()]
        if not own or any(maximum(found) is None for found in own):
            return None
        together = np.sum(own, axis=0)
        best = maximum(together)
        highest = [float(np.nanmax(found)) for found in own]
        return diversity_factor(
            [value for value in highest if value > 0], None if best is None else float(together[best])
        )


def _drawn(child: Meter, beside: SideBySide) -> Any:
    """What a child draws from its parent, net of what it delivers [kWh]."""
    sides = sides_of(child, beside.energies[child.key])
    return np.full(beside.count, np.nan) if sides is None else sides[1] - sides[0]


def apparent(reader: Reader, meter: Meter, beside: SideBySide) -> Any:
    """Apparent energy of each interval [kVAh]: counted, or else from active and reactive energy."""
    found = np.full(beside.count, np.nan)
    table = reader.intervals([meter.key], beside.start, beside.start + beside.count * axis.INTERVAL)
    if not len(table):
        return found
    place = table["start"].cast("int64").to_numpy() // axis.INTERVAL_MICROS - int(beside.start.timestamp()) // 900
    reactive, counted = (
        table[name].to_numpy(zero_copy_only=False) for name in ("energy_reactive_kvarh", "energy_apparent_kvah")
    )
    close = table["completeness"].to_numpy() >= WHOLE
    active = beside.consumed(meter)[place]  # known where actual and close
    if meter.flow is Flow.PRODUCER:
        counted = np.full(len(counted), np.nan)  # the register of the other direction
    total = np.where(np.isnan(counted), np.sqrt(active**2 + reactive**2), counted)
    found[place] = np.where(close & ~np.isnan(active), total, np.nan)
    return found
