"""Uncertainty of one meter's energy over a period, whatever node it is part of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from energy_workbench.analytics.losses.node_books import Energies, sides_of
from energy_workbench.analytics.uncertainty.uncertainty import Limits, relative
from energy_workbench.domain.entities import Meter

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(slots=True)
class MeterSums:
    """Energy of a meter, in whichever direction, and what its devices can make of it.

    Attributes
    ----------
    meter : Meter
        As it was last.
    energy : float
        Over the intervals in which it is known [kWh].
    errors : array of float, shape (4,)
        Sums of `Limits.errors` over the same.
    by_load : bool
        Whether its limits of error follow its load: it has a CT.
    """

    meter: Meter
    energy: float = 0.0
    errors: NDArray[np.float64] = field(default_factory=lambda: np.zeros(4))
    by_load: bool = False

    def add(self, energies: Energies, part: slice, limits: Limits | None) -> None:
        """Take a part of a stretch of intervals."""
        row = energies.row(self.meter.key)
        if limits is None or row is None or part.start >= part.stop:
            return
        sides = sides_of(self.meter, (energies.imported[row, part], energies.exported[row, part]))
        if sides is None:
            return
        flowed = np.nan_to_num(sides[0] + sides[1])
        each = np.empty((4, len(flowed)))
        limits.errors(np.zeros(len(flowed)), flowed, part, each)
        # The phase displacements act on reactive energy: only where the active one counts.
        each[2:, np.isnan(sides[0] + sides[1])] = 0.0
        self.energy += float(flowed.sum())
        self.errors += each.sum(axis=-1)
        self.by_load = True

    @property
    def relative(self) -> float:
        """Expanded uncertainty of its energy as a share of it [1]: what every face rounds this meter's numbers by."""
        return relative(self.meter, self.energy, self.errors if self.by_load else None)
