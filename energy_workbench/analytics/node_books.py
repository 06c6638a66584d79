"""Running books of a node's balance: energies come in stretch by stretch, sums go out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from energy_workbench.core.entities import Flow, Meter, ProductionRegister

if TYPE_CHECKING:
    from numpy.typing import NDArray

Row = Callable[[int], "tuple[NDArray[np.float64], NDArray[np.float64]] | None"]
"""Import and export of a meter by its key, an array each [kWh], NaN where unknown; None without a row."""


@dataclass(slots=True)
class NodeBooks:
    """What is known of one node so far.

    Attributes
    ----------
    expected, valid : int
        Intervals that have been, and those in which every meter of the node has actual values.
    supply, demand : float
        Over the valid intervals [kWh].
    sides : dict of int to (float, float)
        By key what each meter, the node's own too, delivered upwards and took downwards [kWh]: the difference is
        what it adds to supply − demand, and by so much its own error changes the loss.
    apart : dict of int to float
        By child the sum of |loss + its net draw| over the intervals [kWh]: near nothing where the loss is
        just the child counted once too often.
    unlike : float
        Sum of |loss| over the intervals [kWh].
    runs : int
        Unbroken stretches of valid intervals; each counter is rounded at both ends of each.
    """

    expected: int = 0
    valid: int = 0
    supply: float = 0.0
    demand: float = 0.0
    sides: dict[int, tuple[float, float]] = field(default_factory=dict)
    apart: dict[int, float] = field(default_factory=dict)
    unlike: float = 0.0
    runs: int = 0
    moments: NDArray[np.float64] = field(default_factory=lambda: np.zeros(4))
    """Sums of supply, loss, supply², supply × loss over the valid intervals, for the line through them."""

    def book(self, node: Meter, children: Sequence[Meter], energies: Row, length: int) -> None:
        """Take a stretch of intervals.

        Parameters
        ----------
        children : sequence of Meter
            Those that the node's meter sees.
        energies : callable
        length : int
            Intervals of the stretch.
        """
        self.expected += length
        own = sides_of(node, energies(node.key), of_node=True)
        below = {child.key: sides_of(child, energies(child.key)) for child in children}
        if own is None or any(sides is None for sides in below.values()):
            return
        up, down = own
        supply, demand = down.copy(), up.copy()
        for sides in below.values():
            assert sides is not None
            supply += sides[0]
            demand += sides[1]
        valid = ~(np.isnan(supply) | np.isnan(demand))
        if not valid.any():
            return
        self.valid += int(valid.sum())
        self.runs += int(np.sum(valid & ~np.r_[False, valid[:-1]]))
        supply, demand = supply[valid], demand[valid]
        loss = supply - demand
        self.supply += float(supply.sum())
        self.demand += float(demand.sum())
        self.unlike += float(np.abs(loss).sum())
        self.moments += [supply.sum(), loss.sum(), (supply**2).sum(), (supply * loss).sum()]
        self._count(node.key, up[valid], down[valid])
        for key, sides in below.items():
            assert sides is not None
            up, down = sides[0][valid], sides[1][valid]
            self._count(key, up, down)
            self.apart[key] = self.apart.get(key, 0.0) + float(np.abs(loss + down - up).sum())

    def line(self) -> tuple[float, float] | None:
        """Loss = a + b × supply through the intervals: (a [kWh an interval], b [1]); None where supply is steady."""
        if self.valid < 8:
            return None
        x, y, xx, xy = (float(moment) / self.valid for moment in self.moments)
        variance = xx - x * x
        if variance <= 1e-6 * max(xx, 1e-12):
            return None
        slope = (xy - x * y) / variance
        return y - slope * x, slope

    def _count(self, key: int, up: Any, down: Any) -> None:
        before = self.sides.get(key, (0.0, 0.0))
        self.sides[key] = before[0] + float(up.sum()), before[1] + float(down.sum())


def sides_of(meter: Meter, measured: Any, *, of_node: bool = False) -> tuple[Any, Any] | None:
    """What a meter delivers upwards and takes downwards, an array each [kWh]; None where it has no energies.

    A meter that never tells one of its registers has none: it counts nothing there.
    """
    if measured is None:
        return None
    unknown = [bool(np.isnan(side).all()) for side in measured]
    if all(unknown):
        return None
    imported, exported = (np.zeros(len(side)) if no else side for side, no in zip(measured, unknown, strict=True))
    if meter.flow is Flow.BIDIRECTIONAL or (of_node and meter.flow is Flow.CONSUMER):
        return exported, imported
    if meter.flow is Flow.CONSUMER:
        return np.where(np.isnan(imported), np.nan, 0.0), imported
    in_import = meter.production_register is ProductionRegister.IMPORT
    return (imported, exported) if in_import else (exported, imported)
